#include "access/roles.h"

#include <stdio.h>
#include <string.h>

#define BIT(right) (1u << (right))

enum {
    READS = BIT(RIGHT_NONE) | BIT(RIGHT_READ) | BIT(RIGHT_CHECK),
    WORKS = READS | BIT(RIGHT_RECORDS) | BIT(RIGHT_KEEP) | BIT(RIGHT_PROJECTS) | BIT(RIGHT_JOBS),
    ANSWERS = WORKS | BIT(RIGHT_OVERRIDE),
    LOOKS = READS | BIT(RIGHT_RECORDS) | BIT(RIGHT_JOBS_OTHER) | BIT(RIGHT_LOG),
};

static const struct access_role roles[] = {
    {"reader", "查阅", READS},
    {"officer", "经办", WORKS},
    {"manager", "负责人", ANSWERS},
    {"auditor", "审计", LOOKS},
    {"admin", "管理员", (1u << RIGHT_COUNT) - 1},
};
enum { N_ROLES = sizeof roles / sizeof *roles };

static const struct {
    const char *name, *zh;
} rights[RIGHT_COUNT] = {
    [RIGHT_NONE] = {"none", "无需权限"},
    [RIGHT_READ] = {"read", "查阅已发布的数据"},
    [RIGHT_CHECK] = {"check", "检查与验证"},
    [RIGHT_RECORDS] = {"records", "查阅本辖区的档案和项目"},
    [RIGHT_KEEP] = {"keep", "存档"},
    [RIGHT_OVERRIDE] = {"override", "改判"},
    [RIGHT_PROJECTS] = {"projects", "保存和停用项目"},
    [RIGHT_JOBS] = {"jobs", "运行后台任务"},
    [RIGHT_JOBS_OTHER] = {"jobs-other", "查看他人的后台任务"},
    [RIGHT_LOG] = {"log", "查阅日志"},
    [RIGHT_ADMINISTER] = {"administer", "管理"},
};

const struct access_role *access_role_at(size_t i)
{
    return i < N_ROLES ? &roles[i] : NULL;
}

static const struct access_role *find(const char *name)
{
    for (size_t i = 0; name && i < N_ROLES; i++)
        if (strcmp(roles[i].name, name) == 0)
            return &roles[i];
    return NULL;
}

enum status access_role_find(const char *name, const struct access_role **out, struct error *e)
{
    const struct access_role *found = find(name);
    if (found) {
        *out = found;
        return STATUS_OK;
    }
    error_zh(e,
             "没有角色“%.20s”（--role）；可用 reader 查阅、officer 经办、manager 负责人、auditor 审计、admin "
             "管理员。",
             name ? name : "");
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-role",
                      "There is no role \"%.20s\" (--role); reader, officer, manager, auditor and admin are.",
                      name ? name : "");
}

bool access_role_may(const char *role, enum access_right right)
{
    const struct access_role *r = find(role);
    return r && r->rights & BIT(right);
}

const char *access_right_name(enum access_right r)
{
    return rights[r].name;
}

const char *access_right_zh(enum access_right r)
{
    return rights[r].zh;
}

void access_right_roles(enum access_right r, char *out, size_t size)
{
    size_t n = 0;
    *out = '\0';
    for (size_t i = 0; i < N_ROLES && n < size; i++)
        if (roles[i].rights & BIT(r))
            n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", roles[i].name);
}

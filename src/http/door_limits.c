#include "http/door_limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOOR_LIMIT_ROW(id, name, fallback, least, most, unit, zh, en)                                        \
    {name, fallback, least, most, unit, zh, en},
static const struct door_limit_info limits[] = {DOOR_LIMITS(DOOR_LIMIT_ROW)};

const struct door_limit_info *door_limit_at(size_t i)
{
    return i < DOOR_N_LIMITS ? &limits[i] : NULL;
}

void door_limits_default(struct door_limits *l)
{
    for (size_t i = 0; i < DOOR_N_LIMITS; i++)
        l->of[i] = limits[i].fallback;
}

struct job_limits door_limits_of_jobs(const struct door_limits *l)
{
    return (struct job_limits){.cpu_s = l->of[DOOR_JOB_CPU_SECONDS],
                               .seconds = l->of[DOOR_JOB_SECONDS],
                               .memory_bytes = (int64_t)l->of[DOOR_JOB_MEMORY_MB] << 20,
                               .output_bytes = (int64_t)l->of[DOOR_JOB_OUTPUT_MB] << 20,
                               .owner_bytes = (int64_t)l->of[DOOR_JOB_USER_MB] << 20};
}

static enum status fail_name(const char *text, struct error *e)
{
    char names[400] = "";
    for (size_t i = 0; i < DOOR_N_LIMITS; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", limits[i].name);
    error_zh(e, "--limit“%.60s”不对：应为 名称=整数，名称为 %s。", text, names);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-limit",
                      "The --limit \"%.60s\" is wrong: NAME=NUMBER is needed, with a name of %s.", text,
                      names);
}

enum status door_limits_set(struct door_limits *l, const char *text, struct error *e)
{
    const char *value = strchr(text, '=');
    for (size_t i = 0; value && i < DOOR_N_LIMITS; i++) {
        const struct door_limit_info *d = &limits[i];
        if (strncmp(text, d->name, (size_t)(value - text)) != 0 || d->name[value - text])
            continue;
        char *end;
        errno = 0;
        long v = strtol(value + 1, &end, 10);
        if (strspn(value + 1, "0123456789") == strlen(value + 1) && end != value + 1 && !errno &&
            v >= d->least && v <= d->most) {
            l->of[i] = v;
            return STATUS_OK;
        }
        error_zh(e, "--limit %.60s 不对：%s 应为 %ld 至 %ld 的整数。", text, d->name, d->least, d->most);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-limit",
                          "The --limit %.60s is wrong: %s is a whole number from %ld to %ld.", text, d->name,
                          d->least, d->most);
    }
    return fail_name(text, e);
}

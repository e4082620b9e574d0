#include "cli/exit_codes.h"

#include <stdio.h>

static const struct exit_code_info codes[] = {
    {EXIT_OK, "", "完成", "done"},
    {EXIT_INPUT, "", "用法或输入有误", "bad usage or input"},
    {EXIT_STORE, "", "数据文件有问题", "a problem of the store"},
    {EXIT_INTERNAL, "", "内部错误：内存、系统、写出", "internal: memory, the system, writing the output"},
    {EXIT_VERDICT, "check, audit parcels", "结论属于 --fail-on 所列",
     "a verdict is one that --fail-on asks for"},
    {EXIT_DIFFERS, "verify, records verify, log verify, backup", "不一致，或链断裂",
     "it differs, or the chain is broken"},
    {EXIT_FAULTS, "doctor", "有故障", "something must be mended"},
    {EXIT_WARNINGS, "doctor", "只有注意事项", "warnings only"},
    {EXIT_CANNOT_RECOMPUTE, "verify", "缺少所需，无法重算",
     "something is missing, and it cannot be recomputed"},
    {EXIT_INTERRUPTED, "audit", "被中断；已做的保留，可以继续", "interrupted; what was done is kept"},
};

bool exit_code_at(size_t i, struct exit_code_info *out)
{
    if (i >= sizeof codes / sizeof *codes)
        return false;
    *out = codes[i];
    return true;
}

static void say(const struct error *e)
{
    fprintf(stderr, "错误：%s\nerror: %s\n", e->zh, e->en);
}

int exit_code_of(const struct error *e)
{
    switch (e->status) {
    case STATUS_OK:
        return EXIT_OK;
    case STATUS_INVALID_INPUT:
    case STATUS_UNSUPPORTED:
    case STATUS_TOO_LARGE:
    case STATUS_NOT_FOUND:
    case STATUS_NOT_LOGGED_IN:
    case STATUS_FORBIDDEN:
    case STATUS_TOO_OFTEN:
        return EXIT_INPUT;
    case STATUS_CONFLICT:
    case STATUS_CORRUPT:
        return EXIT_STORE;
    case STATUS_IO:
    case STATUS_NO_MEMORY:
    case STATUS_INTERNAL:
        return EXIT_INTERNAL;
    }
    return EXIT_INTERNAL;
}

int exit_store_code_of(const struct error *e)
{
    return e->status == STATUS_NO_MEMORY || e->status == STATUS_INTERNAL ? EXIT_INTERNAL : EXIT_STORE;
}

int exit_with_error(const struct error *e)
{
    say(e);
    return exit_code_of(e);
}

int exit_with_store_error(const struct error *e)
{
    say(e);
    return exit_store_code_of(e);
}

int exit_without_memory(void)
{
    struct error e = {.status = STATUS_OK};
    (void)error_no_memory(&e);
    return exit_with_error(&e);
}

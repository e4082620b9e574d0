#include "cli/exit_codes.h"

#include <stdio.h>

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

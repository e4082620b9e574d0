#include "cli/fail_on.h"

#include "check/check.h"
#include "lines/judge.h"

#include <string.h>

/* The verdict whose name is the first `n` bytes of `text`. */
static bool verdict_of_text(const char *text, size_t n, enum verdict *out)
{
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++) {
        const char *name = verdict_name((enum verdict)v);
        if (strlen(name) == n && strncmp(name, text, n) == 0) {
            *out = (enum verdict)v;
            return true;
        }
    }
    return false;
}

enum status fail_on_check(const char *list, struct error *e)
{
    if (!list)
        return STATUS_OK;
    for (enum verdict v;; list++) {
        size_t n = strcspn(list, ",");
        if (!verdict_of_text(list, n, &v)) {
            error_zh(e,
                     "--fail-on 不认识“%.*s”；可用 "
                     "prohibited、unknown、restricted、notice、allowed（各含更重的结论）。",
                     (int)n, list);
            return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                              "--fail-on does not know \"%.*s\"; prohibited, unknown, restricted, notice and "
                              "allowed are verdicts, each with those that are worse.",
                              (int)n, list);
        }
        list += n;
        if (!*list)
            return STATUS_OK;
    }
}

bool fail_on_asks(const char *list, enum verdict v)
{
    while (list && *list) {
        size_t n = strcspn(list, ",");
        enum verdict asked;
        if (verdict_of_text(list, n, &asked) && verdict_worse(v, asked) == v)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

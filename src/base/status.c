#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf may cut a UTF-8 character in half; a half character would make the JSON that carries it invalid. */
static void utf8_trim_partial_tail(char *s)
{
    size_t n = strlen(s);
    size_t back = 0;
    while (back < n && back < 3 && ((unsigned char)s[n - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back == n)
        return;
    unsigned char lead = (unsigned char)s[n - 1 - back];
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (want > back)
        s[n - 1 - back] = '\0';
}

void error_zh(struct error *e, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->zh, sizeof e->zh, fmt, ap);
    va_end(ap);
    utf8_trim_partial_tail(e->zh);
}

void error_en(struct error *e, enum status s, const char *code, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->en, sizeof e->en, fmt, ap);
    va_end(ap);
    utf8_trim_partial_tail(e->en);
    snprintf(e->code, sizeof e->code, "%s", code);
    e->status = s;
}

enum status error_errno(struct error *e, const char *doing_zh, const char *doing_en, const char *path)
{
    int why = errno;
    enum status s = why == ENOENT ? STATUS_NOT_FOUND : why == ENOMEM ? STATUS_NO_MEMORY : STATUS_IO;
    error_zh(e, "%s“%s”失败：%s。", doing_zh, path, strerror(why));
    return error_fail(e, s, s == STATUS_NOT_FOUND ? "file-not-found" : "io", "%s \"%s\" failed: %s.",
                      doing_en, path, strerror(why));
}

const char *status_name(enum status s)
{
    switch (s) {
    case STATUS_OK:
        return "ok";
    case STATUS_INVALID_INPUT:
        return "invalid-input";
    case STATUS_UNSUPPORTED:
        return "unsupported";
    case STATUS_TOO_LARGE:
        return "too-large";
    case STATUS_NOT_FOUND:
        return "not-found";
    case STATUS_CONFLICT:
        return "conflict";
    case STATUS_CORRUPT:
        return "corrupt";
    case STATUS_IO:
        return "io";
    case STATUS_NO_MEMORY:
        return "no-memory";
    case STATUS_INTERNAL:
        return "internal";
    }
    return "internal";
}

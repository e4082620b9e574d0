#include "base/status.h"

#include "base/own_folders.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A sentence may quote what came from outside, cut somewhere by whoever reported it: half a character would
 * make the JSON that carries the sentence invalid, and a control character would reach a terminal. Half a
 * character at the end, where vsnprintf cut, is left out; elsewhere '?' stands for it. */
static void sentence_mend(char *sentence)
{
    unsigned char *s = (unsigned char *)sentence, *to = s;
    while (*s) {
        size_t n = text_char((const char *)s);
        if (n == 0 && text_is_half_char((const char *)s, strlen((const char *)s)))
            break;
        if (n == 0 || (*s < 0x20 && *s != '\n') || *s == 0x7F) {
            *to++ = n == 0 ? '?' : ' ';
            s++;
            continue;
        }
        while (n--)
            *to++ = *s++;
    }
    *to = '\0';
}

void error_zh(struct error *e, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->zh, sizeof e->zh, fmt, ap);
    va_end(ap);
    own_folders_forget(e->zh);
    sentence_mend(e->zh);
}

void error_en(struct error *e, enum status s, const char *code, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->en, sizeof e->en, fmt, ap);
    va_end(ap);
    own_folders_forget(e->en);
    sentence_mend(e->en);
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
    case STATUS_NOT_LOGGED_IN:
        return "not-logged-in";
    case STATUS_FORBIDDEN:
        return "forbidden";
    case STATUS_TOO_OFTEN:
        return "too-often";
    }
    return "internal";
}

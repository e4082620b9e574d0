#include "features/sandbox/child_parts.h"

#include "base/decimal.h"
#include "base/text.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL when the bytes are no GB18030 before their last two. */
static const char *from_gbk(struct child *c, const char *s, size_t n, struct arena *a, bool *cut)
{
    if (!c->from_gbk)
        c->from_gbk = iconv_open("UTF-8", "GB18030");
    iconv_t how = c->from_gbk;
    size_t room = n * 2 + 4, left = n;
    char *text = arena_alloc(a, room + 1), *to = text, *from = (char *)(uintptr_t)s;
    if (!text || how == (iconv_t)-1)
        return NULL;
    iconv(how, NULL, NULL, NULL, NULL);
    bool ok = iconv(how, &from, &left, &to, &room) != (size_t)-1;
    *to = '\0';
    if (!ok && left > 3)
        return NULL;
    if (!ok && cut)
        *cut = true;
    return text;
}

const char *child_decode(struct child *c, const char *s, size_t n, bool gbk, struct arena *a, bool *cut)
{
    if (text_is_ascii_of(s, n))
        return arena_strndup(a, s, n);
    size_t valid = text_valid_prefix(s, n);
    const char *text = gbk || valid < n ? from_gbk(c, s, n, a, gbk ? cut : NULL) : NULL;
    if (text && (gbk || !text_is_half_char(s + valid, n - valid)))
        return text;
    if (valid < n && text_is_half_char(s + valid, n - valid)) {
        if (cut)
            *cut = true;
        return arena_strndup(a, s, valid);
    }
    return arena_strndup(a, s, n); /* neither: the parent marks what cannot be read */
}

static char *recode(const char *text, const char *to, const char *from, struct arena *a)
{
    size_t n = strlen(text), room = n * 4;
    iconv_t how = iconv_open(to, from);
    char *out = how == (iconv_t)-1 ? NULL : arena_alloc(a, room + 1);
    char *in = (char *)(uintptr_t)text, *at = out;
    if (out && iconv(how, &in, &n, &at, &room) == (size_t)-1)
        out = NULL;
    if (out)
        *at = '\0';
    if (how != (iconv_t)-1)
        iconv_close(how);
    return out;
}

/* Chinese has no place in CP437, so that this can be undone. */
const char *child_archive_name(const char *raw, struct arena *a)
{
    size_t n = strlen(raw);
    if (text_is_ascii_of(raw, n))
        return arena_strdup(a, raw);
    char *bytes = text_is_utf8(raw) ? recode(raw, "CP437", "UTF-8", a) : arena_strdup(a, raw);
    char *name = bytes && text_is_utf8(bytes) ? bytes : NULL;
    name = bytes && !name ? recode(bytes, "UTF-8", "GB18030", a) : name;
    return name ? name : arena_strdup(a, raw);
}

const char *child_number(struct child *c, double v)
{
    char text[SHORTEST_SIZE];
    decimal_shortest_plain(v, text);
    return arena_strdup(c->scratch, text);
}

#include "report/report_parts.h"

#include "base/text.h"

#include <string.h>

const char *making_keep(struct report_making *m, const char *text)
{
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

void making_say(struct report_making *m, struct texts *to, bool alarm, const char *text)
{
    if (to->n == to->capacity && text) {
        size_t capacity = to->capacity ? to->capacity * 2 : 16;
        struct sentence *items = arena_array(m->arena, capacity, sizeof *items);
        if (items && to->n)
            memcpy(items, to->items, to->n * sizeof *items);
        if (items) {
            to->items = items;
            to->capacity = capacity;
        }
    }
    if (!text || to->n == to->capacity) {
        m->no_memory = true;
        return;
    }
    to->items[to->n++] = (struct sentence){text, alarm};
}

/* U+202A to U+202E and U+2066 to U+2069 turn the text around them about: a name would read as another one. */
static bool turns_text(const unsigned char *s)
{
    return s[0] == 0xE2 &&
           ((s[1] == 0x80 && s[2] >= 0xAA && s[2] <= 0xAE) || (s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9));
}

/* Bytes of the character at s when it may be printed as it is, or 0. */
static size_t printable_length(const unsigned char *s)
{
    return *s < 0x20 || *s == 0x7F || turns_text(s) ? 0 : text_char((const char *)s);
}

static bool is_plain(const char *text, size_t *characters)
{
    const unsigned char *s = (const unsigned char *)text;
    for (*characters = 0; *s; ++*characters) {
        size_t n = printable_length(s);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

const char *making_clean(struct report_making *m, const char *text)
{
    size_t characters;
    if (!text || (is_plain(text, &characters) && characters <= MAKING_TEXT_MAX))
        return text ? text : "";
    char *copy = arena_alloc(m->arena, MAKING_TEXT_MAX * 4 + 8), *to = copy;
    m->no_memory = m->no_memory || !copy;
    const unsigned char *s = (const unsigned char *)text;
    for (characters = 0; copy && *s && characters < MAKING_TEXT_MAX; characters++) {
        size_t n = text_char((const char *)s), kept = printable_length(s);
        bool blank = *s == '\n' || *s == '\r' || *s == '\t';
        const char *as = blank ? " " : kept ? (const char *)s : "\xef\xbf\xbd";
        size_t length = blank ? 1 : kept ? kept : 3;
        memcpy(to, as, length);
        to += length;
        s += n ? n : 1;
    }
    if (copy)
        memcpy(to, *s ? "…" : "", *s ? sizeof "…" : 1);
    return copy ? copy : "";
}

const char *making_parcel_list(struct report_making *m, const bool *marked)
{
    enum { SHOWN = 8 };
    size_t n = 0;
    const char *text = "";
    for (size_t i = 0; i < m->t->n_rows && text; i++) {
        if (marked[i] && n < SHOWN)
            text = arena_printf(m->arena, "%s%s%s", text, n ? "、" : "", m->t->rows[i].id);
        n += marked[i];
    }
    if (text && n > SHOWN)
        text = arena_printf(m->arena, "%s等%zu个地块", text, n);
    m->no_memory = m->no_memory || !text;
    return text;
}

const struct layer_finding *making_finding(const struct report_making *m, size_t i,
                                           const struct control_line *line)
{
    static const struct layer_finding unmeasured = {.reason_zh = "", .reason_en = ""};
    const struct parcel_report *p = &m->r->results[i];
    return line->number < p->n_layers ? &p->layers[line->number] : &unmeasured;
}

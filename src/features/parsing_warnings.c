/* What the readers say: texts in the arena, warnings of which each code is listed a few times, and the
 * place of a fault. */
#include "base/text.h"
#include "features/parsing.h"

#include <stdio.h>
#include <string.h>

const char *parsing_printf(struct parsing *p, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *kept = arena_strdup(p->context->arena, text);
    if (!kept)
        p->no_memory = true;
    return kept;
}

const char *parsing_short(struct parsing *p, const char *name)
{
    size_t n = text_cut(name, 40);
    return name[n] ? parsing_printf(p, "%.*s…", (int)n, name) : name;
}

struct parsing_place parsing_place_said(struct parsing *p, struct parsing_place place)
{
    if (place.zh && place.en)
        return place;
    const char *id = parsing_short(p, place.id ? place.id : "");
    place.zh = parsing_printf(p, "第%zu个要素（编号“%s”）", place.number, id ? id : "");
    place.en = parsing_printf(p, "Feature %zu (id \"%s\")", place.number, id ? id : "");
    return place;
}

static struct warning_count *count_of(struct parsing *p, const char *code)
{
    size_t i = 0;
    while (i < WARNING_CODES - 1 && p->counts[i].code && strcmp(p->counts[i].code, code) != 0)
        i++;
    p->counts[i].code = code;
    return &p->counts[i];
}

static void push_warning(struct parsing *p, const char *code, const char *zh, const char *en)
{
    struct parcel_set *set = &p->set;
    if (!zh || !en)
        return; /* latched by parsing_printf */
    if (ARENA_RESERVE(p->context->arena, set->warnings, p->cap_warnings, set->n_warnings + 1))
        set->warnings[set->n_warnings++] = (struct feature_note){code, zh, en};
    else
        p->no_memory = true;
}

bool parsing_warn_wanted(struct parsing *p, const char *code)
{
    struct warning_count *count = count_of(p, code);
    if (count->n < WARNINGS_PER_CODE)
        return true;
    count->n++;
    return false;
}

void parsing_warn(struct parsing *p, const char *code, const char *zh, const char *en)
{
    if (count_of(p, code)->n++ < WARNINGS_PER_CODE)
        push_warning(p, code, zh, en);
}

void parsing_warn_rest(struct parsing *p)
{
    for (size_t i = 0; i < WARNING_CODES && p->counts[i].code; i++) {
        if (p->counts[i].n <= WARNINGS_PER_CODE)
            continue;
        size_t more = p->counts[i].n - WARNINGS_PER_CODE;
        push_warning(p, p->counts[i].code, parsing_printf(p, "同类提示另有%zu条，未逐条列出。", more),
                     parsing_printf(p, "%zu more warnings of this kind are not listed.", more));
    }
}

enum status parsing_fail_in(struct parsing *p, enum status s, struct parsing_place place)
{
    struct error why = *p->error;
    if (place.number)
        place = parsing_place_said(p, place);
    if (!place.zh || !place.en)
        return s;
    error_zh(p->error, "%s：%s", place.zh, why.zh);
    return error_fail(p->error, s, why.code, "%s: %s", place.en, why.en);
}

enum status parsing_fail_at_line(struct parsing *p, enum status s, size_t line)
{
    struct parsing_place place = {.zh = parsing_printf(p, "第%zu行", line),
                                  .en = parsing_printf(p, "Line %zu", line)};
    return place.zh && place.en ? parsing_fail_in(p, s, place) : error_no_memory(p->error);
}

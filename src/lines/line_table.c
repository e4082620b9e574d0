#include "lines/line_table.h"

#include <stdlib.h>
#include <string.h>

const char *line_relation_name(enum line_relation r)
{
    switch (r) {
    case LINE_EXCLUDES:
        return "exclude";
    case LINE_CONTAINS:
        return "contain";
    case LINE_CLASSIFIES:
        return "classify";
    }
    return "";
}

/* ---- looking up ---- */

const struct control_line *line_example(const struct line_table *t)
{
    return t->n > 0 ? &t->lines[0] : t->n_rest > 0 ? &t->rest[0] : NULL;
}

static const struct control_line *find(const struct control_line *lines, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i].id, id) == 0)
            return &lines[i];
    return NULL;
}

const struct control_line *line_of_id(const struct line_table *t, const char *id)
{
    return id ? find(t->lines, (size_t)t->n, id) : NULL;
}

static bool has_text(const char *const *list, const char *text)
{
    for (; *list; list++)
        if (strcmp(*list, text) == 0)
            return true;
    return false;
}

static bool is_called(const struct control_line *line, const char *name)
{
    return strcmp(line->id, name) == 0 || strcmp(line->standard, name) == 0 ||
           strcmp(line->title_zh, name) == 0 || has_text(line->codes, name);
}

const struct control_line *line_of_name(const struct line_table *t, const char *name)
{
    for (int l = 0; l < t->n; l++)
        if (is_called(&t->lines[l], name))
            return &t->lines[l];
    for (int l = 0; l < t->n_rest; l++)
        if (is_called(&t->rest[l], name))
            return &t->rest[l];
    return NULL;
}

static bool begins_with_one(const char *zone, const char *const *codes)
{
    for (; *codes; codes++)
        if (strncmp(zone, *codes, strlen(*codes)) == 0)
            return true;
    return false;
}

static bool belongs(const struct line_zone *z, const char *zone)
{
    for (int i = 0; z->not [i]; i++)
        if (strstr(zone, z->not [i]))
            return false;
    if (z->codes[0])
        return begins_with_one(zone, z->codes) || strcmp(zone, z->zh) == 0;
    return strstr(zone, z->has) != NULL;
}

int line_zone_of(const struct control_line *line, const char *zone)
{
    int z = 0;
    while (z < line->n_zones && !belongs(&line->zones[z], zone))
        z++;
    return z;
}

const char *line_zone_title(const struct control_line *line, const char *zone)
{
    int z = line_zone_of(line, zone);
    return z < line->n_zones && line->zones[z].codes[0] ? line->zones[z].zh : zone;
}

const char *line_zone_en(const struct control_line *line, const char *zone)
{
    for (int z = 0; z < line->n_zones; z++)
        if (strcmp(zone, line->zones[z].zh) == 0 && *line->zones[z].en)
            return line->zones[z].en;
    return *line->outside && strcmp(zone, line->outside) == 0 ? line->outside_en : zone;
}

/* ---- one against the others ---- */

static enum status clash(const struct control_line *a, const struct control_line *b, const char *what_zh,
                         const char *what_en, const char *value, struct error *e)
{
    error_zh(e, "图层定义“%s”与“%s”的%s相同（%s）；请改其中一个。", a->id, b->id, what_zh, value);
    return error_fail(e, STATUS_INVALID_INPUT, "layer-clash",
                      "The layer definitions \"%s\" and \"%s\" have the same %s (%s); change one of them.",
                      a->id, b->id, what_en, value);
}

static enum status compare_two(const struct control_line *a, const struct control_line *b, struct error *e)
{
    if (strcmp(a->id, b->id) == 0)
        return clash(a, b, "代号（layer）", "id (layer)", a->id, e);
    if (strcmp(a->standard, b->standard) == 0)
        return clash(a, b, "官方表名（standard）", "official table (standard)", a->standard, e);
    if (strcmp(a->prefix, b->prefix) == 0)
        return clash(a, b, "列名前缀（prefix）", "column prefix", a->prefix, e);
    for (const char *const *name = a->names; *name; name++)
        if (has_text(b->names, *name))
            return clash(a, b, "官方名称", "official name", *name, e);
    for (const char *const *code = a->codes; *code; code++)
        if (has_text(b->codes, *code))
            return clash(a, b, "规则表代号（rule_codes）", "code in the rule table (rule_codes)", *code, e);
    return STATUS_OK;
}

static enum status unknown_line(const struct control_line *line, const char *member, const char *id,
                                struct error *e)
{
    error_zh(e, "图层定义“%s”的 %s 提到没有定义的图层“%s”；请先载入它的定义，或改正代号。", line->id, member,
             id);
    return error_fail(e, STATUS_INVALID_INPUT, "layer-unknown",
                      "The layer definition \"%s\" names in %s the layer \"%s\", which nobody defines; add "
                      "its definition first, or correct the id.",
                      line->id, member, id);
}

static enum status check_names(const struct control_line *line, const struct control_line *lines, size_t n,
                               struct error *e)
{
    if (*line->within_id && !find(lines, n, line->within_id))
        return unknown_line(line, "control.within", line->within_id, e);
    for (const char *const *id = line->apart_ids; *id; id++)
        if (!find(lines, n, *id))
            return unknown_line(line, "control.apart_from", *id, e);
    const struct control_line *at = line;
    for (size_t steps = 0; at && *at->within_id; steps++) {
        if (steps > n) {
            error_zh(e, "图层定义“%s”的 control.within 绕成了圈；请改正其中一个。", line->id);
            return error_fail(e, STATUS_INVALID_INPUT, "layer-circle",
                              "From the layer definition \"%s\" control.within leads in a circle; correct "
                              "one of them.",
                              line->id);
        }
        at = find(lines, n, at->within_id);
    }
    return STATUS_OK;
}

static enum status check_all(const struct control_line *lines, size_t n, struct error *e)
{
    enum status s = STATUS_OK;
    if (n > LINES_MAX) {
        error_zh(e, "控制线图层的定义超过 %d 个。", LINES_MAX);
        return error_fail(e, STATUS_TOO_LARGE, "layer-too-many",
                          "There are more than %d definitions of control layers.", LINES_MAX);
    }
    for (size_t i = 0; !s && i < n; i++) {
        for (size_t k = 0; !s && k < i; k++)
            s = compare_two(&lines[k], &lines[i], e);
        if (!s)
            s = check_names(&lines[i], lines, n, e);
    }
    return s;
}

/* ---- making a table ---- */

static int by_order(const void *a, const void *b)
{
    const struct control_line *x = a, *y = b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->id, y->id);
}

/* Numbers, columns and what refers to numbers, of the lines that are examined. */
static void number_lines(struct control_line *lines, int n, struct line_table *out)
{
    out->n_columns = 1;
    for (int l = 0; l < n; l++) {
        lines[l].number = l;
        lines[l].column = out->n_columns;
        out->n_columns += lines[l].n_columns;
        lines[l].apart = 0;
    }
    for (int l = 0; l < n; l++) {
        const struct control_line *within = find(lines, (size_t)n, lines[l].within_id);
        lines[l].within = within ? within->number : -1;
        for (const char *const *id = lines[l].apart_ids; *id; id++) {
            const struct control_line *other = find(lines, (size_t)n, *id);
            if (other && other->number != l) {
                lines[l].apart |= UINT64_C(1) << other->number;
                lines[other->number].apart |= UINT64_C(1) << l;
            }
        }
    }
    out->lines = lines;
    out->n = n;
}

enum status line_table_make(const struct control_line *lines, size_t n, struct arena *a,
                            struct line_table *out, struct error *e)
{
    enum status s = check_all(lines, n, e);
    struct control_line *sorted = s ? NULL : arena_array(a, n + 1, sizeof *sorted);
    if (s || !sorted)
        return s ? s : error_no_memory(e);
    if (n)
        memcpy(sorted, lines, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_order);
    *out = (struct line_table){.n = 0};
    number_lines(sorted, (int)n, out);
    return STATUS_OK;
}

enum status line_table_select(const struct line_table *all, line_is_loaded_fn *is_loaded, const void *user,
                              struct arena *a, struct line_table *out, struct error *e)
{
    struct control_line *lines = arena_array(a, (size_t)all->n + 1, sizeof *lines),
                        *rest = arena_array(a, (size_t)all->n + 1, sizeof *rest);
    if (!lines || !rest)
        return error_no_memory(e);
    struct line_table t = {.rest = rest,
                           .ties = all->ties,
                           .n_ties = all->n_ties,
                           .levels = all->levels,
                           .n_levels = all->n_levels};
    int n = 0;
    for (int l = 0; l < all->n; l++) {
        const struct control_line *line = &all->lines[l];
        if (line->must || is_loaded(line->id, user)) {
            lines[n++] = *line;
        } else {
            rest[t.n_rest] = *line;
            rest[t.n_rest].number = rest[t.n_rest].within = -1;
            t.n_rest++;
        }
    }
    number_lines(lines, n, &t);
    *out = t;
    return STATUS_OK;
}

#include "features/sandbox/child_parts.h"

#include <string.h>
#include <strings.h>

enum { NAMES_SHOWN = 12 };

static const char *list_names(struct child *c, const struct child_choice *all, size_t n, bool areas_only)
{
    struct buffer b;
    size_t shown = 0;
    buffer_init(&b, 1 << 16);
    buffer_append_str(&b, "");
    for (size_t i = 0; i < n; i++) {
        if (areas_only && !all[i].may_be_areas)
            continue;
        if (shown++ < NAMES_SHOWN)
            buffer_printf(&b, "%s%s", shown > 1 ? ", " : "", all[i].name);
        else if (shown == NAMES_SHOWN + 2)
            buffer_append_str(&b, ", ...");
    }
    const char *names = arena_strdup(c->keep, b.data ? b.data : "");
    buffer_release(&b);
    return names ? names : "";
}

static enum status fail_not_found(struct child *c, const struct child_choice *all, size_t n, struct error *e)
{
    const char *names = list_names(c, all, n, false);
    error_zh(e, "%s中没有图层“%s”；有：%.300s。", c->called_zh, c->layer, names);
    return error_fail(e, STATUS_NOT_FOUND, "source-layer-not-found",
                      "%s has no layer \"%s\"; it has: %.300s.", c->called_en, c->layer, names);
}

static enum status fail_none(struct child *c, const struct child_choice *all, size_t n, struct error *e)
{
    const char *names = list_names(c, all, n, false);
    error_zh(e, "%s里没有面图层（图层：%.300s）；请提供面（Polygon/MultiPolygon）数据。", c->called_zh,
             names);
    return error_fail(e, STATUS_UNSUPPORTED, "source-not-polygons",
                      "%s has no layer of polygons (layers: %.300s); give a Polygon or MultiPolygon layer.",
                      c->called_en, names);
}

static enum status ask(struct child *c, const struct child_choice *all, size_t n, size_t areas,
                       struct error *e)
{
    const char *names = list_names(c, all, n, true);
    error_zh(e, "%s有 %zu 个面图层（%.300s）；读哪一个？请用 --layer 指明（导入时为 --source-layer）。",
             c->called_zh, areas, names);
    return error_fail(e, STATUS_INVALID_INPUT, "source-layer-ambiguous",
                      "%s has %zu layers of polygons (%.300s): which is to be read? Say it with --layer "
                      "(--source-layer of an "
                      "import).",
                      c->called_en, areas, names);
}

static enum status choose_named(struct child *c, const struct child_choice *all, size_t n, size_t *chosen,
                                struct error *e)
{
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < n; i++) {
            const char *name = round < 2 ? all[i].name : all[i].alias;
            if (name && (round == 0 ? strcmp(name, c->layer) : strcasecmp(name, c->layer)) == 0) {
                *chosen = i;
                return STATUS_OK;
            }
        }
    return fail_not_found(c, all, n, e);
}

enum status child_choose(struct child *c, const struct child_choice *all, size_t n, size_t *chosen,
                         struct error *e)
{
    size_t areas = 0, found = 0;
    if (c->layer)
        return choose_named(c, all, n, chosen, e);
    for (size_t i = 0; i < n; i++)
        if (all[i].may_be_areas) {
            areas++;
            found = i;
        }
    if (areas != 1)
        return areas ? ask(c, all, n, areas, e) : fail_none(c, all, n, e);
    *chosen = found;
    return STATUS_OK;
}

enum status child_fail_layers(struct child *c, int limit, struct error *e)
{
    error_zh(e, "%s的图层超过%d个，不能全部查看；请把要用的图层另存为一个文件后提交。", c->called_zh, limit);
    return error_fail(
        e, STATUS_TOO_LARGE, "source-layers",
        "%s has more than %d layers, which are not all looked at; save the one that is meant as "
        "a file of its own.",
        c->called_en, limit);
}

enum status child_note_others(struct child *c, const struct child_choice *all, size_t n, size_t chosen,
                              struct error *e)
{
    struct child_choice others[64];
    char zh[400], en[400];
    size_t k = 0;
    for (size_t i = 0; i < n && k < 64; i++)
        if (i != chosen)
            others[k++] = all[i];
    if (k == 0 || c->layer)
        return STATUS_OK;
    const char *names = list_names(c, others, k, false);
    snprintf(zh, sizeof zh, "只读取了面图层“%.60s”；没有读取：%.200s。", all[chosen].name, names);
    snprintf(en, sizeof en, "Only the layer of polygons \"%.60s\" was read; not read: %.200s.",
             all[chosen].name, names);
    return child_note(c, "layers-not-read", zh, en, e);
}

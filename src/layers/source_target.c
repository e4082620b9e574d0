/* Which of the source's layers is read, and what it becomes: by names, and a doubt is a question. */
#include "layers/source_parts.h"

#include "base/text.h"
#include "features/sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAMES_SHOWN = 12 };

/* ---- the layer to read ---- */

static enum status fail_layer(struct source *s, const struct source_request *r,
                              const struct sandbox_layers *all, struct error *e)
{
    struct buffer names;
    buffer_init(&names, 4096);
    for (size_t i = 0; i < all->n && i < NAMES_SHOWN; i++) {
        struct layer_names named;
        struct layer_guess g = {.layer = ""};
        const struct sandbox_layer *l = &all->layers[i];
        if (layer_names_of(l->name, l->alias, l->schema, NULL, s->keep, &named) == STATUS_OK)
            layer_table_guess(&s->table, &named, &g);
        buffer_printf(&names, "%s%s%s%s%s", i ? ", " : "", l->name, *g.layer ? " (" : "", g.layer,
                      *g.layer ? "?)" : "");
    }
    if (all->n > NAMES_SHOWN)
        buffer_append_str(&names, ", ...");
    const char *list = names.data ? names.data : "";
    error_zh(e, "“%s”有 %zu 个图层（%.300s）；读哪一个、作为哪个图层？请用 --source-layer 和 --layer 指明。",
             r->path, all->n, list);
    enum status st = error_fail(e, STATUS_INVALID_INPUT, "source-layer-ambiguous",
                                "\"%s\" has %zu layers (%.300s): which is to be read, as what? Say it with "
                                "--source-layer and --layer.",
                                r->path, all->n, list);
    buffer_release(&names);
    return st;
}

/* The one layer that is without doubt the target's; without a target, the one layer that is without doubt
 * any of ours. */
static const char *find_certain(struct source *s, const struct source_request *r,
                                const struct sandbox_layers *all)
{
    const char *found = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct sandbox_layer *l = &all->layers[i];
        struct layer_names names;
        struct layer_guess g;
        if (!l->may_be_areas ||
            layer_names_of(l->name, l->alias, l->schema, NULL, s->keep, &names) != STATUS_OK)
            continue;
        layer_table_guess(&s->table, &names, &g);
        if (g.certainty != LAYER_CERTAIN || (r->target && strcmp(g.layer, r->target) != 0))
            continue;
        if (found)
            return NULL;
        found = l->name;
    }
    return found;
}

enum status source_choose_layer(struct source *s, const struct source_request *r, const char **out,
                                struct error *e)
{
    struct sandbox_layers all;
    *out = r->layer;
    s->alone = true;
    if (feature_path_is_text(r->path))
        return STATUS_OK;
    enum status st = sandbox_list_layers(&s->file, s->keep, &all, e);
    /* Folders of a KML and layers of a drawing are one list of areas. */
    const char *dot = strrchr(r->path, '.');
    bool folders =
        dot && (strcasecmp(dot, ".kml") == 0 || strcasecmp(dot, ".kmz") == 0 || strcasecmp(dot, ".dxf") == 0);
    s->alone = st || all.n <= 1 || (folders && !r->layer);
    if (s->alone || r->layer)
        return st;
    *out = find_certain(s, r, &all);
    return *out ? STATUS_OK : fail_layer(s, r, &all, e);
}

/* ---- administrative layers: which level ---- */

/* By the digits of its codes; twelve that end in 000 are a township's nine, and nineteen a village's
 * twelve. */
static const char *level_of(const struct layer_table *t, const char *code)
{
    size_t n = strlen(code);
    if (strspn(code, "0123456789") != n)
        return NULL;
    if (n == 12 && strcmp(code + 9, "000") == 0)
        n = 9;
    if (n != 6)
        return layer_table_level(t, n == 19 ? 12 : (int)n);
    return strcmp(code + 4, "00") != 0     ? "admin_counties"
           : strcmp(code + 2, "0000") != 0 ? "prefectures"
                                           : NULL;
}

struct level_walk {
    int field; /* of the source's schema */
    const char *level;
    bool agree;
};

/* A record's value of a field of the source's schema. */
static const char *value_of(const struct source *s, const struct feature *f, int field)
{
    if (field < 0 || !f->schema)
        return "";
    if (f->schema == s->schema)
        return feature_value(f, field);
    for (size_t i = 0; i < f->schema->n; i++)
        if (strcmp(f->schema->names[i], s->schema->names[field]) == 0)
            return feature_value(f, (int)i);
    return "";
}

static bool level_one(struct source *s, const struct feature *f, void *user)
{
    struct level_walk *w = user;
    const char *is = level_of(&s->table, value_of(s, f, w->field));
    w->agree = is && (!w->level || strcmp(w->level, is) == 0);
    w->level = is;
    return w->agree;
}

static int field_named(const struct source *s, const char *name)
{
    return binding_find_name(name, s->schema->names, s->schema->aliases, s->schema->n);
}

/* All codes of one level say it; else NULL. */
static const char *level_by_codes(struct source *s)
{
    size_t k;
    const json_t *name;
    struct level_walk w = {.field = -1, .agree = true};
    json_array_foreach(layer_table_names(&s->table, "townships", LAYER_ID), k, name)
    {
        if (w.field < 0)
            w.field = field_named(s, json_string_value(name));
    }
    if (w.field < 0 || source_walk(s, SOURCE_RECORDS_LOOKED_AT, true, level_one, &w, NULL) != STATUS_OK)
        return NULL;
    return w.agree ? w.level : NULL;
}

static void decide_level(struct source *s, struct layer_guess *g)
{
    const char *level = strcmp(g->layer, "XZQ") == 0 ? level_by_codes(s) : NULL;
    if (level)
        *g = (struct layer_guess){level, strcmp(g->by, "fields") == 0 ? LAYER_LOOKS_LIKE : LAYER_CERTAIN,
                                  LAYER_NO_DOUBT, g->by, ""};
}

/* ---- villages by their values ---- */

/* A village is named 村 or 嘎查, or has a code of twelve digits that does not end in 000. */
static bool is_village_value(const char *text)
{
    bool coded = strlen(text) == 12 && strspn(text, "0123456789") == 12;
    return text_ends_with(text, "村") || text_ends_with(text, "嘎查") || text_ends_with(text, "村委会") ||
           text_ends_with(text, "村民委员会") || (coded && !text_ends_with(text, "000"));
}

enum { VILLAGE_FIELDS = 5 };
struct village_walk {
    int field[VILLAGE_FIELDS];
    int64_t villages, all;
};

static bool village_one(struct source *s, const struct feature *f, void *user)
{
    struct village_walk *w = user;
    bool is = false;
    for (int i = 0; i < VILLAGE_FIELDS; i++)
        is |= is_village_value(value_of(s, f, w->field[i]));
    w->villages += is;
    w->all++;
    return true;
}

/* Do most features name a village as the place that they belong to? */
static bool values_are_villages(struct source *s)
{
    static const char *const names[VILLAGE_FIELDS] = {"XZQMC", "XZQDM", "ZLDWMC", "行政区名称", "行政区代码"};
    struct village_walk w = {.all = 0};
    bool any = false;
    for (int i = 0; i < VILLAGE_FIELDS; i++) {
        w.field[i] = field_named(s, names[i]);
        any = any || w.field[i] >= 0;
    }
    return any && source_walk(s, SOURCE_RECORDS_LOOKED_AT, true, village_one, &w, NULL) == STATUS_OK &&
           w.villages * 2 > w.all;
}

/* ---- questions ---- */

enum status source_ask_village(const struct source *s, const struct source_request *r, const char *target,
                               struct error *e)
{
    const char *title = layer_table_text(&s->table, target, "title_zh"),
               *standard = layer_table_text(&s->table, target, "standard"),
               *name_en =
                   json_string_value(json_object_get(layer_table_control(&s->table, target), "name_en"));
    error_zh(e,
             "“%s”看来是村庄的边界，不是%s（两者常同用拼音 %s）；核对无误后可加 "
             "--confirm-layer 导入。",
             r->path, title, standard);
    return error_fail(e, STATUS_INVALID_INPUT, "source-village-boundary",
                      "\"%s\" looks like a village's boundary, not the %s (both are called %s); when that is "
                      "wrong, add --confirm-layer.",
                      r->path, name_en ? name_en : standard, standard);
}

static enum status ask_contradicted(const struct source *s, const struct source_request *r,
                                    const struct layer_guess *g, struct error *e)
{
    error_zh(e, "图层“%s”看来是 %s，要导入的却是 %s；请核对 --layer，确认无误可加 --confirm-layer。",
             s->info.layer, g->layer, r->target);
    return error_fail(
        e, STATUS_INVALID_INPUT, "layer-contradicted",
        "Layer \"%s\" looks like %s but is to become %s; check --layer, or insist with --confirm-layer.",
        s->info.layer, g->layer, r->target);
}

static enum status ask_which(const struct source *s, const struct layer_guess *g, struct error *e)
{
    static const struct {
        const char *zh, *en;
    } why[] = {
        [LAYER_NO_DOUBT] = {"只有字段像", "only its fields are like it"},
        [LAYER_DOUBT_NAME] = {"名称里有它，但不只是它",
                              "its name holds that name and more, or the file's name disagrees"},
        [LAYER_DOUBT_FIELDS] = {"字段却像另一个图层", "its fields are like another layer's"},
        [LAYER_DOUBT_PINYIN] = {"这个拼音也用于村庄的边界，而字段中没有规划分区（GHFQMC/GHFQDM）",
                                "village plans use the same pinyin, and there is no field GHFQMC or GHFQDM"},
        [LAYER_DOUBT_VILLAGE] = {"名称或字段却是村庄的", "its name or fields are a village's"},
        [LAYER_DOUBT_LEVEL] = {"行政区代码看不出是哪一级行政区",
                               "its codes do not say which level of units it holds"},
    };
    if (!*g->layer) {
        const char *example = layer_table_example(&s->table);
        error_zh(e, "看不出“%s”是哪个图层；请用 --layer 指明（如 --layer %s）。", s->info.layer, example);
        return error_fail(e, STATUS_INVALID_INPUT, "layer-unknown",
                          "Nothing says what \"%s\" is; name it with --layer (--layer %s, say).",
                          s->info.layer, example);
    }
    bool level = g->doubt == LAYER_DOUBT_LEVEL || strcmp(g->layer, "XZQ") == 0;
    const char *ids = level ? layer_table_levels(&s->table, s->keep) : g->layer;
    const char *zh = level ? why[LAYER_DOUBT_LEVEL].zh : why[g->doubt].zh,
               *en = level ? why[LAYER_DOUBT_LEVEL].en : why[g->doubt].en;
    if (!ids)
        return error_no_memory(e);
    error_zh(e, "“%s”是不是 %s？看来像，但%s；若是，请加 --layer %s，否则用 --layer 指明别的图层。",
             s->info.layer, level ? "行政区" : g->layer, zh, ids);
    return error_fail(
        e, STATUS_INVALID_INPUT, "layer-doubtful",
        "Is \"%s\" %s? It looks like it, but %s; if it is, add --layer %s, else name another layer.",
        s->info.layer, level ? "an administrative layer" : g->layer, en, ids);
}

static enum status check_target(const struct source *s, const struct source_request *r,
                                const struct layer_guess *g, struct error *e)
{
    if (r->confirmed)
        return STATUS_OK;
    bool other = g->certainty == LAYER_CERTAIN && strcmp(g->layer, r->target) != 0;
    return other && layer_table_find(&s->table, r->target) ? ask_contradicted(s, r, g, e) : STATUS_OK;
}

enum status source_decide_target(struct source *s, const struct source_request *r, struct error *e)
{
    struct layer_names names;
    struct layer_guess g;
    s->info.target = s->info.target_by = "";
    if (!r->survey)
        return STATUS_OK;
    if (layer_names_of(s->info.layer, s->stream->info.layer_alias, s->schema, s->alone ? r->path : NULL,
                       s->keep, &names) != STATUS_OK)
        return error_no_memory(e);
    layer_table_guess(&s->table, &names, &g);
    decide_level(s, &g);
    const char *target = r->target ? r->target : g.layer;
    bool shared = layer_table_shares_pinyin(&s->table, target);
    s->info.village = layer_table_is_village(&s->table, &names) || (shared && values_are_villages(s));
    if (shared && s->info.village && !r->confirmed)
        return source_ask_village(s, r, target, e);
    if (r->target) {
        s->info.target = r->target;
        s->info.target_by = "operator";
        return check_target(s, r, &g, e);
    }
    if (g.certainty != LAYER_CERTAIN)
        return ask_which(s, &g, e);
    s->info.target = arena_strdup(s->keep, g.layer);
    s->info.target_by = g.by;
    return s->info.target ? STATUS_OK : error_no_memory(e);
}

/* Which of the source's layers is read, and what it becomes: by names, and a doubt is a question. */
#include "ingest/source_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAMES_SHOWN = 12, CODES_READ = 5000 };

/* ---- names ---- */

static const char *text_or_none(struct source *s, const char *raw)
{
    const char *text = raw && *raw ? source_text(s, raw, s->keep) : "";
    return text ? text : "";
}

static const char *layer_name(struct source *s, OGRLayerH layer)
{
    const char *text = source_layer_name(OGR_L_GetName(layer), s->keep);
    return text ? text : "";
}

/* "dir/STBHHX.gdb.zip" -> "STBHHX" */
static const char *stem_of(struct source *s, const char *path)
{
    char *text = arena_strdup(s->keep, path);
    size_t n = text ? strlen(text) : 0;
    while (n > 1 && text[n - 1] == '/')
        text[--n] = '\0';
    char *slash = text ? strrchr(text, '/') : NULL;
    char *stem = slash ? slash + 1 : text;
    char *dot = stem ? strchr(stem, '.') : NULL;
    if (dot && dot > stem)
        *dot = '\0';
    return stem ? stem : "";
}

/* A geodatabase gives its layers an alias, a GeoPackage an identifier. */
static const char *alias_of(struct source *s, OGRLayerH layer)
{
    static const char *const items[] = {"ALIAS_NAME", "IDENTIFIER", "DESCRIPTION"};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        const char *text = GDALGetMetadataItem(layer, items[i], NULL);
        if (text && *text && strcmp(text, OGR_L_GetName(layer)) != 0)
            return text_or_none(s, text);
    }
    return "";
}

enum status source_names(struct source *s, OGRLayerH layer, const char *path, struct layer_names *out,
                         struct error *e)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    int n = OGR_FD_GetFieldCount(defn);
    const char **fields = arena_array(s->keep, (size_t)n * 2 + 1, sizeof *fields);
    if (!fields)
        return error_no_memory(e);
    for (int i = 0; i < n; i++) {
        OGRFieldDefnH f = OGR_FD_GetFieldDefn(defn, i);
        fields[2 * i] = text_or_none(s, OGR_Fld_GetNameRef(f));
        fields[2 * i + 1] = text_or_none(s, OGR_Fld_GetAlternativeNameRef(f));
    }
    bool alone =
        GDALDatasetGetLayerCount(s->data) == 1; /* the name of a file with many layers is none of theirs */
    *out = (struct layer_names){.layer = layer_name(s, layer),
                                .alias = alias_of(s, layer),
                                .stem = alone ? stem_of(s, path) : "",
                                .fields = fields,
                                .n_fields = (size_t)n * 2};
    return STATUS_OK;
}

static bool may_be_area(OGRLayerH layer)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(layer));
    return type == wkbUnknown || type == wkbGeometryCollection || OGR_GT_IsSurface(type) ||
           OGR_GT_IsSubClassOf(type, wkbMultiSurface);
}

/* ---- the layer to read ---- */

static void list_layers(struct source *s, const char *path, struct buffer *names)
{
    int n = GDALDatasetGetLayerCount(s->data);
    for (int i = 0; i < n && i < NAMES_SHOWN; i++) {
        OGRLayerH l = GDALDatasetGetLayer(s->data, i);
        struct layer_names named;
        struct layer_guess g = {.layer = ""};
        if (source_names(s, l, path, &named, NULL) == STATUS_OK)
            layer_table_guess(&s->table, &named, &g);
        buffer_printf(names, "%s%s%s%s%s", i ? ", " : "", l ? layer_name(s, l) : "?", *g.layer ? " (" : "",
                      g.layer, *g.layer ? "?)" : "");
    }
    if (n > NAMES_SHOWN)
        buffer_append_str(names, ", ...");
}

static enum status fail_layer(struct source *s, const struct source_request *r, struct error *e)
{
    struct buffer names;
    buffer_init(&names, 4096);
    list_layers(s, r->path, &names);
    const char *list = names.data ? names.data : "";
    int n = GDALDatasetGetLayerCount(s->data);
    enum status st;
    if (r->layer) {
        error_zh(e, "“%s”中没有图层“%s”；有：%.300s。", r->path, r->layer, list);
        st = error_fail(e, STATUS_NOT_FOUND, "source-layer-not-found",
                        "\"%s\" has no layer \"%s\"; it has: %.300s.", r->path, r->layer, list);
    } else if (r->survey) {
        error_zh(e,
                 "“%s”有 %d 个图层（%.300s）；读哪一个、作为哪个图层？请用 --source-layer 和 --layer 指明。",
                 r->path, n, list);
        st = error_fail(
            e, STATUS_INVALID_INPUT, "source-layer-ambiguous",
            "\"%s\" has %d layers (%.300s): which is to be read, as what? Say it with --source-layer and "
            "--layer.",
            r->path, n, list);
    } else {
        error_zh(e, "“%s”有 %d 个图层（%.300s）；请指明用哪一个。", r->path, n, list);
        st = error_fail(e, STATUS_INVALID_INPUT, "source-layer-ambiguous",
                        "\"%s\" has %d layers (%.300s); say which one to read.", r->path, n, list);
    }
    buffer_release(&names);
    return st;
}

/* The one layer that is without doubt the target's; without a target, the one layer that is without doubt any of ours. */
static OGRLayerH find_certain(struct source *s, const struct source_request *r)
{
    OGRLayerH found = NULL;
    int n = GDALDatasetGetLayerCount(s->data);
    for (int i = 0; i < n; i++) {
        OGRLayerH l = GDALDatasetGetLayer(s->data, i);
        struct layer_names names;
        struct layer_guess g;
        if (!l || !may_be_area(l) || source_names(s, l, r->path, &names, NULL) != STATUS_OK)
            continue;
        layer_table_guess(&s->table, &names, &g);
        if (g.certainty != LAYER_CERTAIN || (r->target && strcmp(g.layer, r->target) != 0))
            continue;
        if (found)
            return NULL;
        found = l;
    }
    return found;
}

/* UTF-8 or, as far as GDAL took a name for something else, its bytes. */
static OGRLayerH find_named(struct source *s, const char *name)
{
    OGRLayerH l = GDALDatasetGetLayerByName(s->data, name);
    for (int i = 0; !l && i < GDALDatasetGetLayerCount(s->data); i++) {
        OGRLayerH one = GDALDatasetGetLayer(s->data, i);
        if (one && strcasecmp(layer_name(s, one), name) == 0)
            l = one;
    }
    return l;
}

enum status source_choose_layer(struct source *s, const struct source_request *r, struct error *e)
{
    if (r->layer)
        s->layer = find_named(s, r->layer);
    else if (GDALDatasetGetLayerCount(s->data) == 1)
        s->layer = GDALDatasetGetLayer(s->data, 0);
    else if (r->survey)
        s->layer = find_certain(s, r);
    return s->layer ? STATUS_OK : fail_layer(s, r, e);
}

/* ---- administrative layers: which level ---- */

static const char *level_of(const char *code)
{
    size_t n = strlen(code);
    if (strspn(code, "0123456789") != n)
        return NULL;
    if (n == 9 || n == 12)
        return "townships";
    return n != 6                          ? NULL
           : strcmp(code + 4, "00") != 0   ? "admin_counties"
           : strcmp(code + 2, "0000") != 0 ? "prefectures"
                                           : NULL;
}

/* All codes of one level say it; else NULL. */
static const char *level_by_codes(struct source *s)
{
    size_t k;
    const json_t *name;
    int field = -1;
    json_array_foreach(layer_table_names(&s->table, "townships", LAYER_ID), k, name)
    {
        if (field < 0)
            field = source_field_index(s, OGR_L_GetLayerDefn(s->layer), json_string_value(name));
    }
    const char *level = NULL;
    bool agree = field >= 0;
    const char *no_geometry[] = {"OGR_GEOMETRY", NULL};
    OGR_L_SetIgnoredFields(s->layer, no_geometry);
    OGR_L_ResetReading(s->layer);
    OGRFeatureH f;
    for (int i = 0; agree && i < CODES_READ && (f = OGR_L_GetNextFeature(s->layer)); i++) {
        const char *code = source_field_text(s, f, field);
        const char *is = code ? level_of(code) : NULL;
        agree = is && (!level || strcmp(level, is) == 0);
        level = is;
        OGR_F_Destroy(f);
        arena_reset(s->feature);
    }
    OGR_L_SetIgnoredFields(s->layer, NULL);
    s->guard.failure[0] = '\0';
    return agree ? level : NULL;
}

static void decide_level(struct source *s, struct layer_guess *g)
{
    const char *level = strcmp(g->layer, "XZQ") == 0 ? level_by_codes(s) : NULL;
    if (level)
        *g = (struct layer_guess){level, strcmp(g->by, "fields") == 0 ? LAYER_LOOKS_LIKE : LAYER_CERTAIN,
                                  LAYER_NO_DOUBT, g->by, ""};
}

/* ---- villages by their values ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

/* A village is named 村 or 嘎查, or has a code of twelve digits that does not end in 000. */
static bool is_village_value(const char *text)
{
    bool coded = strlen(text) == 12 && strspn(text, "0123456789") == 12;
    return ends_with(text, "村") || ends_with(text, "嘎查") || ends_with(text, "村委会") ||
           ends_with(text, "村民委员会") || (coded && !ends_with(text, "000"));
}

/* Do most features name a village as the place that they belong to? */
static bool values_are_villages(struct source *s)
{
    static const char *const names[] = {"XZQMC", "XZQDM", "ZLDWMC", "行政区名称", "行政区代码"};
    enum { N = sizeof names / sizeof *names };
    int field[N];
    int64_t villages = 0, all = 0;
    for (int i = 0; i < N; i++)
        field[i] = source_field_index(s, OGR_L_GetLayerDefn(s->layer), names[i]);
    const char *no_geometry[] = {"OGR_GEOMETRY", NULL};
    OGR_L_SetIgnoredFields(s->layer, no_geometry);
    OGR_L_ResetReading(s->layer);
    OGRFeatureH f;
    for (int k = 0; k < CODES_READ && (f = OGR_L_GetNextFeature(s->layer)); k++) {
        bool is = false;
        for (int i = 0; i < N; i++) {
            const char *text = source_field_text(s, f, field[i]);
            is |= text && is_village_value(text);
        }
        villages += is;
        all++;
        OGR_F_Destroy(f);
        arena_reset(s->feature);
    }
    OGR_L_SetIgnoredFields(s->layer, NULL);
    s->guard.failure[0] = '\0';
    return villages * 2 > all;
}

/* ---- questions ---- */

enum status source_ask_village(const struct source_request *r, struct error *e)
{
    error_zh(e,
             "“%s”看来是村庄开发边界，不是城镇开发边界（两者常同用拼音 CZKFBJ）；核对无误后可加 "
             "--confirm-layer 导入。",
             r->path);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-village-boundary",
        "\"%s\" looks like a village's boundary, not the urban development boundary (both are called "
        "CZKFBJ); when that is wrong, add --confirm-layer.",
        r->path);
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
        [LAYER_DOUBT_PINYIN] = {"这个拼音也用于村庄开发边界，而字段中没有规划分区（GHFQMC/GHFQDM）",
                                "village plans use the same pinyin, and there is no field GHFQMC or GHFQDM"},
        [LAYER_DOUBT_VILLAGE] = {"名称或字段却是村庄的", "its name or fields are a village's"},
        [LAYER_DOUBT_LEVEL] = {"行政区代码看不出是盟市、旗县还是乡镇",
                               "its codes do not say whether it holds prefectures, counties or townships"},
    };
    if (!*g->layer) {
        error_zh(e, "看不出“%s”是哪个图层；请用 --layer 指明（如 --layer ecological_red_line）。",
                 s->info.layer);
        return error_fail(
            e, STATUS_INVALID_INPUT, "layer-unknown",
            "Nothing says what \"%s\" is; name it with --layer (--layer ecological_red_line, say).",
            s->info.layer);
    }
    bool level = g->doubt == LAYER_DOUBT_LEVEL || strcmp(g->layer, "XZQ") == 0;
    const char *ids = level ? "prefectures|admin_counties|townships" : g->layer;
    const char *zh = level ? why[LAYER_DOUBT_LEVEL].zh : why[g->doubt].zh,
               *en = level ? why[LAYER_DOUBT_LEVEL].en : why[g->doubt].en;
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
    enum status st = source_names(s, s->layer, r->path, &names, e);
    if (st != STATUS_OK)
        return st;
    layer_table_guess(&s->table, &names, &g);
    decide_level(s, &g);
    bool urban = strcmp(r->target ? r->target : g.layer, "urban_development_boundary") == 0;
    s->info.village = layer_table_is_village(&s->table, &names) || (urban && values_are_villages(s));
    if (urban && s->info.village && !r->confirmed)
        return source_ask_village(r, e);
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

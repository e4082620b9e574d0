/* What GDAL reads as it is: FileGDB, FlatGeobuf, SpatiaLite, MapInfo, GeoJSON in an archive. */
#include "features/sandbox/child_parts.h"

#include "features/binding.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { LAYERS_MAX = 4096 };
#define ID_EXACT 9007199254740992.0 /* 2^53: beyond it a double has lost digits of a code */

struct ogr_reading {
    struct child *c;
    const char *driver;
    GDALDatasetH data;
    OGRLayerH layer;
    struct child_choice *choices;
    size_t n_layers, chosen;
    struct feature_schema schema;
    struct child_areas areas;
    const char **values;
    int64_t declared;
    bool degrees, own_fids, json;
    int json_id; /* the field of an id that GeoJSON wrote as a number with decimals; -1 none */
};

static int find_json_id(const struct ogr_reading *r)
{
    int i = r->json ? binding_find(BOUND_ID, r->schema.names, r->schema.aliases, r->schema.n) : -1;
    return i >= 0 && (r->schema.types[i] == FEATURE_REAL || strcmp(r->schema.names[i], "id") == 0) ? i : -1;
}

static const char *text_of(struct child *c, const char *raw)
{
    return raw && *raw ? child_decode(c, raw, strlen(raw), false, c->keep, NULL) : "";
}

/* A geodatabase gives its layers an alias, others a description. */
static const char *alias_of(struct child *c, OGRLayerH layer)
{
    static const char *const items[] = {"ALIAS_NAME", "IDENTIFIER", "DESCRIPTION"};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        const char *text = GDALGetMetadataItem(layer, items[i], NULL);
        if (text && *text && strcmp(text, OGR_L_GetName(layer)) != 0)
            return text_of(c, text);
    }
    return "";
}

static bool may_be_areas(OGRLayerH layer)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(layer));
    return type == wkbUnknown || type == wkbGeometryCollection || OGR_GT_IsSurface(type) ||
           OGR_GT_IsSubClassOf(type, wkbMultiSurface);
}

/* A MapInfo table states no type: GDAL tells it by what is in there, and "none" of records that all lack
 * their geometry. Each of them is a fault of its own, as it is beside others. */
static void take_empty_tables(struct ogr_reading *r)
{
    bool any = strcmp(r->driver, "MapInfo File") != 0;
    for (size_t i = 0; i < r->n_layers; i++)
        any |= r->choices[i].may_be_areas;
    for (size_t i = 0; !any && i < r->n_layers; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(r->data, (int)i);
        r->choices[i].may_be_areas =
            layer && OGR_L_GetGeomType(layer) == wkbNone && OGR_L_GetFeatureCount(layer, 1) > 0;
    }
}

static enum feature_type type_of(OGRFieldType t)
{
    return t == OFTInteger || t == OFTInteger64 ? FEATURE_INTEGER
           : t == OFTReal                       ? FEATURE_REAL
                                                : FEATURE_TEXT;
}

static bool describe_fields(struct child *c, OGRLayerH layer, struct feature_schema *out)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(defn);
    const char **names = arena_array(c->keep, n + 1, sizeof *names);
    const char **aliases = arena_array(c->keep, n + 1, sizeof *aliases);
    enum feature_type *types = arena_array(c->keep, n + 1, sizeof *types);
    for (size_t i = 0; names && aliases && types && i < n; i++) {
        OGRFieldDefnH f = OGR_FD_GetFieldDefn(defn, (int)i);
        names[i] = text_of(c, OGR_Fld_GetNameRef(f));
        aliases[i] = text_of(c, OGR_Fld_GetAlternativeNameRef(f));
        types[i] = type_of(OGR_Fld_GetType(f));
    }
    *out = (struct feature_schema){.names = names, .aliases = aliases, .types = types, .n = n};
    return names && aliases && types;
}

static enum status describe_layers(struct ogr_reading *r, struct error *e)
{
    int n = GDALDatasetGetLayerCount(r->data);
    if (n > LAYERS_MAX)
        return child_fail_layers(r->c, LAYERS_MAX, e);
    r->n_layers = n > 0 ? (size_t)n : 0;
    r->choices = arena_array(r->c->keep, r->n_layers + 1, sizeof *r->choices);
    if (!r->choices)
        return error_no_memory(e);
    for (size_t i = 0; i < r->n_layers; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(r->data, (int)i);
        const char *name = layer ? child_archive_name(OGR_L_GetName(layer), r->c->keep) : "?";
        r->choices[i] =
            (struct child_choice){name, layer ? alias_of(r->c, layer) : "", layer && may_be_areas(layer)};
    }
    take_empty_tables(r);
    return STATUS_OK;
}

/* ---- what it declares ---- */

/* A .mif that was cut off ends like a whole one, but its .mid has a line for each feature. -1 when there
 * is no .mid. *cut: nothing ends the last line, which may have lost the end of a value. */
static int64_t count_mid_lines(struct child *c, const char *name, bool *cut)
{
    const char *mid = child_sibling(c, name, "mid");
    VSILFILE *f = mid ? VSIFOpenL(mid, "rb") : NULL;
    if (!f)
        return -1;
    int64_t n = 0;
    bool in_line = false;
    char piece[65536];
    for (size_t got; (got = VSIFReadL(piece, 1, sizeof piece, f)) > 0;)
        for (size_t i = 0; i < got; i++) {
            bool end = piece[i] == '\n' || piece[i] == '\r';
            n += in_line && end;
            in_line = !end;
        }
    VSIFCloseL(f);
    *cut = in_line;
    return n + in_line;
}

static bool is_mif(const struct ogr_reading *r, const char *name)
{
    return strcmp(r->driver, "MapInfo File") == 0 && strcasecmp(CPLGetExtension(name), "mif") == 0;
}

/* Is the last line of a .mif a row of coordinates that nothing ends? They may have lost digits, which GDAL
 * takes for another point and closes the ring behind it. */
static bool ends_in_coordinates(const char *name)
{
    char tail[256];
    VSILFILE *f = VSIFOpenL(name, "rb");
    if (!f)
        return false; /* GDAL has opened it, and says what is wrong with it */
    VSIFSeekL(f, 0, SEEK_END);
    vsi_l_offset size = VSIFTellL(f), from = size > sizeof tail ? size - sizeof tail : 0;
    VSIFSeekL(f, from, SEEK_SET);
    size_t n = VSIFReadL(tail, 1, (size_t)(size - from), f), at = n;
    VSIFCloseL(f);
    while (at > 0 && tail[at - 1] != '\n' && tail[at - 1] != '\r')
        at--;
    while (at < n && (tail[at] == ' ' || tail[at] == '\t'))
        at++;
    return at < n && strchr("+-.0123456789", tail[at]);
}

static enum status fail_cut(const struct child *c, const char *part, struct error *e)
{
    error_zh(e, "%s的.%s文件到一行的中间为止，可能被截断；请重新导出，若确实完整，请在末尾加一个换行。",
             c->called_zh, part);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-cut",
        "The .%s file of %s ends within a line and may be cut off; export it again, or end the line "
        "if it is whole.",
        part, c->called_en);
}

static enum status declared(struct ogr_reading *r, const char *name, struct error *e)
{
    if (is_mif(r, name)) {
        bool cut = false;
        r->declared = count_mid_lines(r->c, name, &cut);
        return ends_in_coordinates(name) ? fail_cut(r->c, "mif", e)
               : cut                     ? fail_cut(r->c, "mid", e)
                                         : STATUS_OK;
    }
    int64_t n = OGR_L_GetFeatureCount(r->layer, FALSE);
    r->declared = n == 0 && strcmp(r->driver, "FlatGeobuf") == 0 ? -1 : n; /* 0 there is "not told" */
    return STATUS_OK;
}

static enum status check_count(struct ogr_reading *r, struct error *e)
{
    struct child *c = r->c;
    if (r->declared < 0 || r->declared == c->position)
        return STATUS_OK;
    error_zh(e, "%s写明有%lld个要素，却读出%lld个；文件不完整或已损坏，请重新导出。", c->called_zh,
             (long long)r->declared, (long long)c->position);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-count",
        "%s declares %lld features but %lld were read; it is incomplete or damaged, export it again.",
        c->called_en, (long long)r->declared, (long long)c->position);
}

/* ---- header ---- */

static const char *crs_of(struct child *c, OGRLayerH layer, bool *degrees)
{
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
    char *wkt = NULL;
    *degrees = srs && OSRIsGeographic(srs);
    static const char *const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", NULL};
    if (!srs || OSRExportToWktEx(srs, &wkt, options) != OGRERR_NONE || !wkt)
        return "";
    const char *kept = arena_strdup(c->keep, wkt);
    CPLFree(wkt);
    return kept ? kept : "";
}

/* `search`: all shapes are looked at where the file does not say it. */
static bool extent_of(OGRLayerH layer, bool search, double box[4])
{
    OGREnvelope one = {0};
    bool found = OGR_L_GetExtent(layer, &one, search) == OGRERR_NONE;
    box[0] = one.MinX, box[1] = one.MinY, box[2] = one.MaxX, box[3] = one.MaxY;
    return found;
}

static enum status write_header(struct ogr_reading *r, struct error *e)
{
    struct child *c = r->c;
    struct feature_stream_info info = {.driver = r->driver, .n_declared = r->declared, .schema = &r->schema};
    OGRwkbGeometryType type = OGR_L_GetGeomType(r->layer);
    info.layer = r->choices[r->chosen].name;
    info.layer_alias = r->choices[r->chosen].alias;
    info.crs_wkt = crs_of(c, r->layer, &r->degrees);
    info.heights = OGR_GT_HasZ(type) || OGR_GT_HasM(type);
    info.has_box = !info.crs_wkt[0] && extent_of(r->layer, true, info.box);
    return child_header(c, &info, e);
}

/* "" where the format (MapInfo) does not say it of a whole layer. */
static const char *geometry_of(OGRLayerH layer)
{
    OGRwkbGeometryType type = OGR_L_GetGeomType(layer);
    return type == wkbUnknown ? "" : OGRGeometryTypeToName(type);
}

static enum status list_layers(struct ogr_reading *r, struct error *e)
{
    const struct feature_stream_info info = {.driver = r->driver, .n_declared = -1};
    enum status s = child_header(r->c, &info, e);
    for (size_t i = 0; s == STATUS_OK && i < r->n_layers; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(r->data, (int)i);
        const struct child_choice *is = &r->choices[i];
        struct feature_schema schema = {0};
        if (!layer || !describe_fields(r->c, layer, &schema))
            return error_no_memory(e);
        struct sandbox_layer l = {.name = is->name,
                                  .alias = is->alias,
                                  .may_be_areas = is->may_be_areas,
                                  .n_declared = OGR_L_GetFeatureCount(layer, FALSE),
                                  .geometry = geometry_of(layer),
                                  .crs_wkt = crs_of(r->c, layer, &r->degrees),
                                  .schema = &schema};
        l.has_box = extent_of(layer, false, l.box);
        s = child_layer(r->c, &l, e);
    }
    return s;
}

/* ---- records ---- */

static const char *value_of(struct ogr_reading *r, OGRFeatureH f, int i)
{
    struct child *c = r->c;
    if (!OGR_F_IsFieldSetAndNotNull(f, i))
        return NULL;
    if (r->schema.types[i] == FEATURE_REAL)
        return child_number(c, OGR_F_GetFieldAsDouble(f, i));
    const char *text = OGR_F_GetFieldAsString(f, i);
    return child_decode(c, text, strlen(text), false, c->scratch, NULL);
}

/* Of GeoJSON: as readers/geojson.c says it of a text that is no member of an archive. */
static void check_id(struct ogr_reading *r, OGRFeatureH f)
{
    int i = r->json_id;
    bool there = i >= 0 && OGR_F_IsFieldSetAndNotNull(f, i);
    /* the member `id` becomes a text, the rounded number with ".0" behind it */
    bool real = there && (r->schema.types[i] == FEATURE_REAL || strchr(OGR_F_GetFieldAsString(f, i), '.'));
    if (!real || fabs(OGR_F_GetFieldAsDouble(f, i)) < ID_EXACT)
        return;
    error_zh(&r->areas.fault, "编号写成了位数过多的小数，尾数已经丢失；请把编号写成带引号的文字。");
    error_en(&r->areas.fault, STATUS_INVALID_INPUT, "id-number-rounded",
             "The id is a number with more digits than numbers keep; write it as text, in quotes.");
}

static enum status fail_clamped(struct child *c, struct error *e)
{
    error_zh(e, "%s里有超过19位的整数，数字会丢失；编号请写成带引号的文字。", c->called_zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "json-number-too-long",
        "%s has an integer of more than 19 digits, which would lose some; write ids as text, in quotes.",
        c->called_en);
}

static enum status give_feature(struct ogr_reading *r, OGRFeatureH f, struct error *e)
{
    struct child *c = r->c;
    arena_reset(c->scratch);
    for (size_t i = 0; i < r->schema.n; i++)
        r->values[i] = value_of(r, f, (int)i);
    enum status s = c->attributes_only
                        ? STATUS_OK
                        : child_areas_of(OGR_F_GetGeometryRef(f), LINES_ARE_FAULTS, r->degrees, &r->areas, e);
    if (s != STATUS_OK)
        return s;
    check_id(r, f);
    const struct feature out = {.fid = r->own_fids ? OGR_F_GetFID(f) : 0,
                                .values = r->values,
                                .wkb = (const unsigned char *)r->areas.wkb.data,
                                .n_wkb = r->areas.wkb.size,
                                .curved = r->areas.curved,
                                .fault = r->areas.fault.code[0] ? &r->areas.fault : NULL};
    return child_feature(c, &out, e);
}

static enum status give_features(struct ogr_reading *r, struct error *e)
{
    struct child *c = r->c;
    enum status s = STATUS_OK;
    static const char *no_geometry[] = {"OGR_GEOMETRY", NULL};
    if (c->attributes_only)
        (void)OGR_L_SetIgnoredFields(r->layer, no_geometry);
    OGR_L_ResetReading(r->layer);
    c->failure[0] = '\0';
    for (OGRFeatureH f; s == STATUS_OK && (f = OGR_L_GetNextFeature(r->layer));) {
        c->clamped |= r->json && OGR_F_GetFID(f) == INT64_MAX; /* an `id`, of which GDAL says nothing */
        s = child_passes(c) ? STATUS_OK : give_feature(r, f, e);
        OGR_F_Destroy(f);
    }
    if (s == STATUS_OK && c->clamped)
        s = fail_clamped(c, e);
    if (s == STATUS_OK && c->failure[0])
        s = child_fail_broken(c, e); /* the end of the features and a broken file look alike but for this */
    return s == STATUS_OK ? check_count(r, e) : s;
}

enum status child_read_ogr(struct child *c, const struct child_source *source, struct error *e)
{
    struct ogr_reading r = {.c = c};
    buffer_init(&r.areas.wkb, 0);
    enum status s = child_open_gdal(c, source->name, source->drivers, NULL, &r.data, e);
    if (s != STATUS_OK)
        return s;
    r.driver = GDALGetDriverShortName(GDALGetDatasetDriver(r.data));
    r.json = strncmp(r.driver, "GeoJSON", 7) == 0;
    r.own_fids = strcmp(r.driver, "FlatGeobuf") != 0 && !r.json;
    s = describe_layers(&r, e);
    if (s == STATUS_OK && c->list)
        return list_layers(&r, e);
    if (s == STATUS_OK)
        s = child_choose(c, r.choices, r.n_layers, &r.chosen, e);
    if (s != STATUS_OK)
        return s;
    r.layer = GDALDatasetGetLayer(r.data, (int)r.chosen);
    s = declared(&r, source->name, e);
    if (s != STATUS_OK)
        return s;
    if (!describe_fields(c, r.layer, &r.schema))
        return error_no_memory(e);
    r.json_id = find_json_id(&r);
    if (c->clamped)
        return fail_clamped(c, e); /* it was met when the fields were looked for */
    if (c->failure[0] && (r.schema.n == 0 || r.declared == 0))
        return child_fail_open(c, e); /* a table that cannot be opened looks like one without records */
    r.values = arena_array(c->keep, r.schema.n + 1, sizeof *r.values);
    if (!r.values)
        return error_no_memory(e);
    s = write_header(&r, e);
    if (s == STATUS_OK)
        s = child_note_others(c, r.choices, r.n_layers, r.chosen, e);
    return s == STATUS_OK ? give_features(&r, e) : s;
}

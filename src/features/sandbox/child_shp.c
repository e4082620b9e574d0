/* A Shapefile: shapes by GDAL, the table as its own bytes. GDAL would round numbers of more than 15
 * digits, pass over rows that are marked as deleted, and take GBK for Latin-1. */
#include "features/gdal.h"
#include "features/sandbox/shp_ledger.h"
#include "formats/encoding.h"

#include <string.h>

enum { POLYGON = 5, POLYGON_Z = 15, POLYGON_M = 25, MULTIPATCH = 31, NULL_SHAPE = 0 };

struct shp_reading {
    struct child *c;
    struct shp_parts parts;
    GDALDatasetH data;
    OGRLayerH layer;
    bool gbk, degrees, has_box; /* has_box: info.box is set, also where a CRS is stated */
    struct feature_schema schema;
    struct child_areas areas;
    const char **values;
    struct feature_stream_info info;
};

/* ---- text ---- */

static bool fills(const struct dbf *t, const unsigned char *row, size_t field, const char *cell, size_t n)
{
    return cell + n == (const char *)row + t->fields[field].at + t->fields[field].width;
}

static struct text_vote vote(struct dbf *t)
{
    struct text_vote votes = {0, 0};
    for (size_t f = 0; f < t->n_fields; f++)
        text_vote_add(&votes, t->fields[f].name, strlen(t->fields[f].name));
    for (int64_t i = 0; i < t->n_rows; i++) {
        const unsigned char *row = dbf_row(t, i);
        for (size_t f = 0; row && f < t->n_fields; f++) {
            size_t n;
            const char *cell = dbf_cell(t, row, f, &n);
            if (t->fields[f].type == 'C')
                text_vote_add(&votes, cell, n);
        }
    }
    return votes;
}

static void find_encoding(struct shp_reading *r)
{
    size_t n = 0;
    struct text_vote votes = r->parts.dbf ? vote(&r->parts.table) : (struct text_vote){0, 0};
    const char *cpg = r->parts.cpg ? child_slurp(r->c, r->parts.cpg, 4096, &n) : NULL;
    bool stated = cpg && *cpg;
    r->gbk = text_votes(&votes) && text_vote_decide(&votes, cpg) == TEXT_GB18030;
    r->info.encoding_misdeclared =
        stated && text_votes(&votes) && !(r->gbk ? text_states_gb(cpg) : text_states_utf8(cpg));
    bool worth_saying = text_votes(&votes) && (!stated || r->info.encoding_misdeclared);
    r->info.encoding = worth_saying ? text_encoding_name(r->gbk ? TEXT_GB18030 : TEXT_UTF8) : "";
}

static enum feature_type type_of(const struct dbf_field *f)
{
    bool number = f->type == 'N' || f->type == 'F';
    return !number ? FEATURE_TEXT : f->decimals || f->type == 'F' ? FEATURE_REAL : FEATURE_INTEGER;
}

static bool describe_fields(struct shp_reading *r)
{
    const struct dbf *t = &r->parts.table;
    struct arena *a = r->c->keep;
    size_t n = t->n_fields;
    const char **names = arena_array(a, n + 1, sizeof *names), **none = arena_array(a, n + 1, sizeof *none);
    enum feature_type *types = arena_array(a, n + 1, sizeof *types);
    r->values = arena_array(a, n + 1, sizeof *r->values);
    if (!names || !none || !types || !r->values)
        return false;
    for (size_t i = 0; i < n; i++) {
        names[i] = child_decode(r->c, t->fields[i].name, strlen(t->fields[i].name), r->gbk, a, NULL);
        none[i] = "";
        types[i] = type_of(&t->fields[i]);
    }
    r->schema = (struct feature_schema){.names = names, .aliases = none, .types = types, .n = n};
    return true;
}

/* ---- what the file states ---- */

/* As GDAL understands it; the raw words of a .prj that it does not. */
static const char *crs_of(struct shp_reading *r)
{
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(r->layer);
    char *wkt = NULL;
    size_t n;
    r->degrees = srs && OSRIsGeographic(srs);
    if (srs && OSRExportToWkt(srs, &wkt) == OGRERR_NONE && wkt) {
        const char *kept = arena_strdup(r->c->keep, wkt);
        CPLFree(wkt);
        return kept;
    }
    const char *text = r->parts.prj ? child_slurp(r->c, r->parts.prj, 65536, &n) : NULL;
    return text && *text ? child_decode(r->c, text, strlen(text), false, r->c->keep, NULL) : "";
}

static enum status fail_kind(struct child *c, int type, struct error *e)
{
    bool line = type % 10 == 3, point = type % 10 == 1 || type % 10 == 8;
    const char *zh = line ? "线" : point ? "点" : "未知类型的图形";
    const char *en = line ? "lines" : point ? "points" : "shapes of an unknown kind";
    error_zh(e, "%s里是%s，不是面；请提供面（Polygon）数据。", c->called_zh, zh);
    return error_fail(e, STATUS_UNSUPPORTED, "source-not-polygons",
                      "%s holds %s, not polygons; give a Polygon layer.", c->called_en, en);
}

static enum status describe(struct shp_reading *r, struct error *e)
{
    int type = r->parts.shape_type;
    OGREnvelope box = {0};
    if (type != POLYGON && type != POLYGON_Z && type != POLYGON_M && type != MULTIPATCH && type != NULL_SHAPE)
        return fail_kind(r->c, type, e);
    find_encoding(r);
    if (!describe_fields(r))
        return error_no_memory(e);
    struct feature_stream_info *info = &r->info;
    info->driver = "ESRI Shapefile";
    info->layer = child_archive_name(CPLGetBasename(r->parts.shp), r->c->keep);
    info->crs_wkt = crs_of(r);
    r->has_box = OGR_L_GetExtent(r->layer, &box, TRUE) == OGRERR_NONE;
    info->has_box = r->has_box && !info->crs_wkt[0];
    info->box[0] = box.MinX, info->box[1] = box.MinY, info->box[2] = box.MaxX, info->box[3] = box.MaxY;
    info->n_declared = r->parts.n_shx;
    info->heights = type > POLYGON;
    info->schema = &r->schema;
    return STATUS_OK;
}

/* ---- records ---- */

static const char *value_of(struct shp_reading *r, const unsigned char *row, size_t field, bool *cut)
{
    const struct dbf *t = &r->parts.table;
    struct arena *a = r->c->scratch;
    size_t n;
    const char *cell = dbf_cell(t, row, field, &n);
    if (n == 0)
        return NULL;
    if (t->fields[field].type == 'D' && n == 8)
        return arena_printf(a, "%.4s-%.2s-%.2s", cell, cell + 4, cell + 6);
    if (t->fields[field].type == 'I' && t->fields[field].width == 4) {
        const unsigned char *b = row + t->fields[field].at;
        return arena_printf(
            a, "%d",
            (int32_t)((uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24));
    }
    return child_decode(r->c, arena_strndup(a, cell, n), n, r->gbk, a,
                        fills(t, row, field, cell, n) ? cut : NULL);
}

static struct feature_note note_cut(struct shp_reading *r, size_t field)
{
    struct arena *a = r->c->scratch;
    const char *name = r->schema.names[field];
    return (struct feature_note){
        "value-cut", arena_printf(a, "字段“%.60s”的值在源文件中被截断，末尾不完整的字已略去；请核对。", name),
        arena_printf(a,
                     "The value of field \"%.60s\" was cut off in the file; the rest of a character at its "
                     "end is left out.",
                     name)};
}

static enum status give_record(struct shp_reading *r, int64_t i, OGRFeatureH f, struct error *e)
{
    struct child *c = r->c;
    struct feature_note notes[8];
    size_t n_notes = 0;
    arena_reset(c->scratch);
    const unsigned char *row = r->parts.dbf ? dbf_row(&r->parts.table, i) : NULL;
    if (r->parts.dbf && !row)
        return child_fail_broken(c, e);
    for (size_t k = 0; k < r->schema.n; k++) {
        bool cut = false;
        r->values[k] = value_of(r, row, k, &cut);
        if (cut && n_notes < 8)
            notes[n_notes++] = note_cut(r, k);
    }
    enum status s = c->attributes_only
                        ? STATUS_OK
                        : child_areas_of(OGR_F_GetGeometryRef(f), LINES_ARE_FAULTS, r->degrees, &r->areas, e);
    if (s != STATUS_OK)
        return s;
    const struct feature out = {.values = r->values,
                                .wkb = (const unsigned char *)r->areas.wkb.data,
                                .n_wkb = r->areas.wkb.size,
                                .curved = r->areas.curved,
                                .fault = r->areas.fault.code[0] ? &r->areas.fault : NULL,
                                .notes = notes,
                                .n_notes = n_notes};
    return child_feature(c, &out, e);
}

static enum status fail_read(struct shp_reading *r, int64_t n, struct error *e)
{
    struct child *c = r->c;
    error_zh(e, "%s有 %lld 条记录，却只读出 %lld 个图形；文件可能已损坏，请重新导出。", c->called_zh,
             (long long)r->parts.n_shx, (long long)n);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-count",
        "%s has %lld records but only %lld shapes could be read; it may be damaged, export it again.",
        c->called_en, (long long)r->parts.n_shx, (long long)n);
}

static enum status give_records(struct shp_reading *r, struct error *e)
{
    struct child *c = r->c;
    enum status s = STATUS_OK;
    int64_t n = 0;
    OGR_L_ResetReading(r->layer);
    c->failure[0] = '\0';
    for (OGRFeatureH f; s == STATUS_OK && (f = OGR_L_GetNextFeature(r->layer)); n++) {
        if (OGR_F_GetFID(f) != n)
            s = fail_read(r, n, e);
        else if (!child_passes(c))
            s = give_record(r, n, f, e);
        OGR_F_Destroy(f);
    }
    if (s == STATUS_OK && c->failure[0])
        s = child_fail_broken(c, e);
    return s == STATUS_OK && n != r->parts.n_shx ? fail_read(r, n, e) : s;
}

static enum status open_layer(struct shp_reading *r, struct error *e)
{
    static const char *const drivers[] = {"ESRI Shapefile", NULL}, *const raw[] = {"ENCODING=", NULL};
    enum status s = child_open_gdal(r->c, r->parts.shp, drivers, raw, &r->data, e);
    if (s != STATUS_OK)
        return s;
    r->layer = GDALDatasetGetLayer(r->data, 0);
    if (!r->layer)
        return child_fail_open(r->c, e);
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(r->layer);
    int n = OGR_FD_GetFieldCount(defn);
    const char **ignored = arena_array(r->c->keep, (size_t)n + 2, sizeof *ignored);
    if (!ignored)
        return error_no_memory(e);
    for (int i = 0; i < n; i++)
        ignored[i] = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));
    if (r->c->attributes_only && !r->c->list)
        ignored[n] = "OGR_GEOMETRY";
    (void)OGR_L_SetIgnoredFields(r->layer, ignored);
    return STATUS_OK;
}

static enum status list_layer(struct shp_reading *r, struct error *e)
{
    struct sandbox_layer l = {.name = r->info.layer,
                              .may_be_areas = true,
                              .n_declared = r->info.n_declared,
                              .geometry = OGRGeometryTypeToName(OGR_L_GetGeomType(r->layer)),
                              .crs_wkt = r->info.crs_wkt,
                              .has_box = r->has_box,
                              .schema = &r->schema};
    memcpy(l.box, r->info.box, sizeof l.box);
    return child_layer(r->c, &l, e);
}

enum status child_read_shapefile(struct child *c, const char *name, struct error *e)
{
    struct shp_reading r = {.c = c};
    struct child_choice only = {child_archive_name(CPLGetBasename(name), c->keep), name, true};
    size_t chosen;
    buffer_init(&r.areas.wkb, 0);
    enum status s = c->layer ? child_choose(c, &only, 1, &chosen, e) : STATUS_OK;
    if (s == STATUS_OK)
        s = shp_survey(c, name, &r.parts, e);
    if (s == STATUS_OK)
        s = open_layer(&r, e);
    if (s == STATUS_OK)
        s = describe(&r, e);
    if (s == STATUS_OK)
        s = child_header(c, &r.info, e);
    if (s == STATUS_OK && c->list)
        return list_layer(&r, e);
    return s == STATUS_OK ? give_records(&r, e) : s;
}

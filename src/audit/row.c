/* One parcel: bytes to shape, shape to findings, findings to a row. The check itself is check/check.c's. */
#include "audit/row.h"

#include "audit/since.h"
#include "formats/gpkg.h"
#include "formats/wkb.h"
#include "index/hilbert.h"

#include <math.h>
#include <string.h>

/* ---- bytes to shape ---- */

static enum status fail_blob(struct error *e)
{
    error_zh(e, "没有几何图形，或不是 GeoPackage 的图形；请补上图形或删除该记录。");
    return error_fail(e, STATUS_INVALID_INPUT, "source-no-geometry",
                      "There is no geometry, or it is not a GeoPackage's; add one or delete the record.");
}

/* What lies outside is a wrong zone, swapped axes or another CRS: as in ingest/source_shape.c. */
static enum status check_place(const struct geo_box *b, struct error *e)
{
    if (b->west_deg >= 70 && b->east_deg <= 140 && b->south_deg >= 0 && b->north_deg <= 60)
        return STATUS_OK;
    error_zh(e, "位置 %.5f, %.5f 不在中国及周边；请检查坐标系、带号以及经纬度是否颠倒。", b->west_deg,
             b->south_deg);
    return error_fail(e, STATUS_INVALID_INPUT, "source-out-of-place",
                      "The place %.5f, %.5f is not in or near China; check the CRS, the zone, and whether "
                      "longitude and latitude are swapped.",
                      b->west_deg, b->south_deg);
}

/* The shape is a view of the builder, good until the next parcel; its bytes are a geometry, valid or not. */
static enum status shape_of(struct row_maker *m, const struct audit_item *item, struct geo_shape *out,
                            struct error *e)
{
    if (item->fault) {
        if (e)
            *e = *item->fault;
        return STATUS_INVALID_INPUT;
    }
    if (!item->blob && item->shape.n_rings) {
        *out = item->shape;
        return STATUS_OK;
    }
    size_t at = item->blob ? gpkg_wkb_offset(item->blob, item->blob_size) : 0;
    enum status s = at ? wkb_read(item->blob + at, item->blob_size - at, &m->builder, e) : fail_blob(e);
    if (!s && m->builder.n_rings == 0)
        s = fail_blob(e);
    return s ? s : geo_shape_builder_view(&m->builder, out, e);
}

static enum status validate(struct row_maker *m, const struct audit_item *item, const struct geo_shape *shape,
                            struct error *e)
{
    if (!item->blob)
        return STATUS_OK; /* its reader has validated it */
    enum status s = check_place(&shape->box, e);
    return s ? s : geo_valid_check(m->worker->geos, shape, e);
}

/* The bytes as they came, when they carry an envelope; otherwise anew. */
static enum status blob_of(struct row_maker *m, const struct audit_item *item, const struct geo_shape *shape,
                           struct arena *a, struct audit_row *r, struct error *e)
{
    size_t at = item->blob ? gpkg_wkb_offset(item->blob, item->blob_size) : 0;
    unsigned char *p = NULL;
    if (at == GPKG_HEADER_BYTES && (item->blob[3] & 1)) {
        r->blob = item->blob; /* the batch owns the copy: only the reference system's number may differ */
        r->blob_size = item->blob_size;
        p = (unsigned char *)item->blob;
        for (int i = 0; i < 4; i++)
            p[4 + i] = (unsigned char)((unsigned)m->srs >> 8 * i);
        return STATUS_OK;
    }
    if (at) {
        r->blob_size = GPKG_HEADER_BYTES + item->blob_size - at;
        p = arena_alloc(a, r->blob_size);
        if (p) {
            gpkg_put_header(p, &shape->box, m->srs);
            memcpy(p + GPKG_HEADER_BYTES, item->blob + at, item->blob_size - at);
        }
        r->blob = p;
    } else {
        r->blob = gpkg_geometry(shape, m->srs, a, &r->blob_size);
    }
    return r->blob ? STATUS_OK : error_no_memory(e);
}

/* ---- findings to a row ---- */

static const char *sentence(struct arena *a, const char *so_far, const char *more)
{
    return so_far ? arena_printf(a, "%s%s%s", so_far, *so_far ? " " : "", more) : NULL;
}

static bool listed(const char *ids, const char *id, size_t length)
{
    for (const char *at = ids; (at = strstr(at, id)); at += length)
        if ((at == ids || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

static enum status take_rules(const struct parcel_report *p, struct arena *a, struct audit_row *r,
                              struct error *e)
{
    char ids[1024] = "";
    size_t n = 0;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        for (size_t i = 0; i < p->layers[l].n_rules; i++) {
            const char *id = p->layers[l].rules[i].rule->id;
            size_t length = strlen(id);
            if (n + length + 2 > sizeof ids || listed(ids, id, length))
                continue;
            if (n)
                ids[n++] = ',';
            memcpy(ids + n, id, length + 1);
            n += length;
        }
    r->rules = arena_strndup(a, ids, n);
    return r->rules ? STATUS_OK : error_no_memory(e);
}

static enum status take_lines(const struct parcel_report *p, struct arena *a, struct audit_row *r,
                              struct error *e)
{
    size_t n = 0;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        n += p->layers[l].n_features;
    r->features = n ? arena_array(a, n, sizeof *r->features) : NULL;
    if (n && !r->features)
        return error_no_memory(e);
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        const struct layer_finding *f = &p->layers[l];
        r->status[l] = f->status;
        bool measured = f->status != LAYER_UNMEASURED && f->status != LAYER_NOT_COVERED;
        r->line_m2[l] = measured ? f->area_m2 : NAN;
        r->share[l] = measured ? f->share : NAN;
        for (size_t i = 0; i < f->n_features; i++)
            r->features[r->n_features++] = (struct row_feature){f->features[i], f->line};
        if (!measured) {
            r->reason_zh = sentence(a, r->reason_zh, f->reason_zh);
            r->reason_en = sentence(a, r->reason_en, f->reason_en);
        }
    }
    for (size_t i = 0; i < p->n_warnings; i++) {
        r->reason_zh = sentence(a, r->reason_zh, p->warnings[i].zh);
        r->reason_en = sentence(a, r->reason_en, p->warnings[i].en);
    }
    return r->reason_zh && r->reason_en ? STATUS_OK : error_no_memory(e);
}

/* The overlap of each line as geometry. One that GEOS cannot build is left out and said; its area stands. */
static enum status take_overlaps(struct row_maker *m, const struct parcel_report *p, struct arena *a,
                                 struct audit_row *r, struct error *e)
{
    r->overlaps = arena_array(a, CONTROL_LINE_COUNT, sizeof *r->overlaps);
    if (!r->overlaps)
        return error_no_memory(e);
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        const struct layer_finding *f = &p->layers[l];
        if (f->status != LAYER_OVERLAP && f->status != LAYER_SLIVER)
            continue;
        struct geo_shape shape;
        struct error why = {0};
        enum status s = check_overlap_shape(m->worker, f->layer, &p->parcel->shape, &shape, &why);
        if (s == STATUS_NO_MEMORY)
            return error_no_memory(e);
        if (s) {
            r->reason_zh = sentence(a, r->reason_zh, why.zh);
            r->reason_en = sentence(a, r->reason_en, why.en);
            continue;
        }
        struct row_overlap *o = &r->overlaps[r->n_overlaps++];
        *o = (struct row_overlap){.line = f->line, .area_m2 = f->area_m2};
        o->blob = gpkg_geometry(&shape, 4490, a, &o->blob_size);
        if (!o->blob)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

struct unit_search {
    const struct layer_index *ix;
    struct check_worker *w;
    double lon_deg, lat_deg;
    uint32_t feature;
    bool found;
};

static bool unit_try(uint32_t feature, void *user)
{
    struct unit_search *p = user;
    bool inside = false;
    if (index_feature_contains(p->ix, feature, p->lon_deg, p->lat_deg, p->w->clip, &inside, NULL) ==
            STATUS_OK &&
        inside) {
        p->found = true;
        p->feature = feature;
    }
    return !p->found;
}

bool row_unit(const struct snapshot *s, const char *layer, struct check_worker *w, double lon_deg,
              double lat_deg, struct index_feature *out)
{
    const struct layer_snapshot *l = snapshot_layer(s, layer);
    struct unit_search p = {l ? l->index : NULL, w, lon_deg, lat_deg, 0, false};
    struct geo_box box = {lon_deg, lat_deg, lon_deg, lat_deg};
    if (!p.ix || !isfinite(lon_deg) || !isfinite(lat_deg) ||
        index_candidates(p.ix, &box, unit_try, &p, NULL) != STATUS_OK || !p.found)
        return false;
    *out = index_feature_at(p.ix, p.feature);
    return true;
}

static void place_of(struct row_maker *m, const struct geo_box *b, struct audit_row *r)
{
    struct index_feature unit;
    r->box = *b;
    r->lon_deg = (b->west_deg + b->east_deg) / 2;
    r->lat_deg = (b->south_deg + b->north_deg) / 2;
    if (row_unit(m->snapshot, "prefectures", m->worker, r->lon_deg, r->lat_deg, &unit))
        r->prefecture = unit.code;
    if (!*r->county && row_unit(m->snapshot, "admin_counties", m->worker, r->lon_deg, r->lat_deg, &unit))
        r->county = unit.code;
}

static const char *class_wanted(const struct row_maker *m, const struct audit_item *item)
{
    const char *c = *item->project_class ? item->project_class : m->project_class;
    return c && *c ? c : "UNKNOWN";
}

static enum status check_shape(struct row_maker *m, const struct audit_item *item,
                               const struct geo_shape *shape, struct arena *a, struct audit_row *r,
                               struct error *e)
{
    struct parcel parcel = {
        .id = item->id, .name = item->name, .use = "", .shape = *shape, .declared_area_m2 = NAN};
    const struct parcel_set set = {.parcels = &parcel, .n_parcels = 1};
    const struct check_options options = {.project_class = r->project_class, .figures_only = true};
    struct report report;
    enum status s = check_parcels(m->worker, m->snapshot, &options, &set, &report, e);
    if (s)
        return s;
    const struct parcel_report *p = &report.results[0];
    r->verdict = p->verdict;
    r->measured = true;
    r->area_m2 = p->area_m2;
    s = take_rules(p, a, r, e);
    if (!s)
        s = take_lines(p, a, r, e);
    return s || !m->overlaps ? s : take_overlaps(m, p, a, r, e);
}

/* A fault of this one parcel; everything else (memory, I/O) ends the run. GEOS's failures are the parcel's: another
 * attempt would end the same. */
static bool is_parcel_fault(enum status s)
{
    return s == STATUS_INVALID_INPUT || s == STATUS_UNSUPPORTED || s == STATUS_TOO_LARGE ||
           s == STATUS_INTERNAL;
}

static enum status unmeasured(struct audit_row *r, const struct error *why, struct arena *a, struct error *e)
{
    r->verdict = VERDICT_UNKNOWN;
    r->measured = false;
    r->area_m2 = NAN;
    r->rules = "";
    r->n_features = r->n_overlaps = 0;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        r->status[l] = LAYER_UNMEASURED;
        r->line_m2[l] = r->share[l] = NAN;
    }
    r->reason_zh = arena_strdup(a, why->zh);
    r->reason_en = arena_strdup(a, why->en);
    return r->reason_zh && r->reason_en ? STATUS_OK : error_no_memory(e);
}

/* From shape to findings: taken over where an earlier audit stands, measured otherwise. */
static enum status answer(struct row_maker *m, const struct audit_item *item, const struct geo_shape *shape,
                          struct arena *a, struct audit_row *r, struct error *e)
{
    if (m->since && item->earlier && since_stands(m->since, item->earlier, r))
        return STATUS_OK;
    enum status s = validate(m, item, shape, e);
    return s ? s : check_shape(m, item, shape, a, r, e);
}

enum status row_make(struct row_maker *m, const struct audit_item *item, struct arena *a,
                     struct audit_row *out, struct error *e)
{
    struct audit_row r = {.area_m2 = NAN,
                          .lon_deg = NAN,
                          .lat_deg = NAN,
                          .prefecture = "",
                          .county = item->county,
                          .rules = "",
                          .reason_zh = "",
                          .reason_en = "",
                          .box = geo_box_empty(),
                          .project_class = class_wanted(m, item)};
    struct geo_shape shape;
    struct error why = {0};
    arena_reset(m->worker->arena);
    enum status s = shape_of(m, item, &shape, &why);
    if (!s) {
        place_of(m, &shape.box, &r);
        s = blob_of(m, item, &shape, a, &r, &why);
    }
    if (!s)
        s = answer(m, item, &shape, a, &r, &why);
    if (s && !is_parcel_fault(s)) {
        if (e)
            *e = why;
        return s;
    }
    if (s)
        s = unmeasured(&r, &why, a, e);
    if (!s)
        s = row_seal_of(&r, item->position, item->fid, item->id, &m->text, &r.seal, e);
    if (!s)
        *out = r;
    return s;
}

/* ---- a batch ---- */

/* A first point is place enough for an order: no parcel is as wide as the curve's step matters. */
static void first_point(const struct audit_item *item, double *lon, double *lat)
{
    double xy[2] = {0, 0};
    size_t at = item->blob ? gpkg_wkb_offset(item->blob, item->blob_size) : 0;
    if (at && item->blob_size >= at + 31) {
        size_t multi = item->blob[at + 1] == 6 ? 9 : 0;
        memcpy(xy, item->blob + at + 13 + (item->blob_size >= at + 13 + multi + 16 ? multi : 0), sizeof xy);
    } else if (item->shape.n_vertices) {
        xy[0] = item->shape.lon_deg[0];
        xy[1] = item->shape.lat_deg[0];
    }
    *lon = isfinite(xy[0]) ? fmin(180, fmax(-180, xy[0])) : 0;
    *lat = isfinite(xy[1]) ? fmin(90, fmax(-90, xy[1])) : 0;
}

enum status batch_make(struct row_maker *m, struct audit_batch *b, struct error *e)
{
    static const struct geo_box region = {97, 37, 127, 54};
    struct hilbert_key order[BATCH_PARCELS];
    for (size_t i = 0; i < b->n; i++) {
        double lon, lat;
        first_point(&b->items[i], &lon, &lat);
        order[i] = (struct hilbert_key){hilbert_key_of(&region, lon, lat), (uint32_t)i};
    }
    hilbert_sort(order, b->n);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < b->n; i++)
        s = row_make(m, &b->items[order[i].item], b->arena, &b->rows[order[i].item], e);
    return s;
}

/* One parcel: bytes to shape, shape to findings, findings to a row. The check itself is check/check.c's. */
#include "audit/row.h"

#include "audit/since.h"
#include "formats/gpkg.h"
#include "formats/wkb.h"
#include "geo/inner_point.h"
#include "index/hilbert.h"

#include <math.h>
#include <string.h>

/* ---- the geometry that is written ---- */

/* The bytes as they came where they are degrees, also of what is no parcel; otherwise the shape. */
static enum status blob_of(struct row_maker *m, const struct feature *f, const struct feature_verdict *v,
                           struct arena *a, struct audit_row *r, struct error *e)
{
    const struct geo_crs *crs = f->crs ? f->crs : m->crs;
    bool raw = f->wkb && crs->kind == GEO_CRS_GEOGRAPHIC && v->box.west_deg <= v->box.east_deg &&
               (v->as_drawn || v->fault);
    if (!raw && v->fault)
        return STATUS_OK;
    if (!raw) {
        r->blob = gpkg_geometry(&v->parcel.shape, m->srs, a, &r->blob_size);
        return r->blob ? STATUS_OK : error_no_memory(e);
    }
    unsigned char *p = arena_alloc(a, GPKG_HEADER_BYTES + f->n_wkb);
    if (!p)
        return error_no_memory(e);
    gpkg_put_header(p, &v->box, m->srs);
    memcpy(p + GPKG_HEADER_BYTES, f->wkb, f->n_wkb);
    r->blob = p;
    r->blob_size = GPKG_HEADER_BYTES + f->n_wkb;
    return STATUS_OK;
}

/* ---- findings to a row ---- */

static const char *sentence(struct arena *a, const char *so_far, const char *more)
{
    return so_far ? arena_printf(a, "%s%s%s", so_far, *so_far ? " " : "", more) : NULL;
}

void row_line_columns(struct buffer *out, const struct line_table *lines, const struct line_columns *c)
{
    for (int l = 0; l < lines->n; l++) {
        const char *prefix = line_at(lines, l)->prefix;
        buffer_printf(out, "%s_status%s%s_m2%s%s_share%s", prefix, c->after_status, prefix, c->after_m2,
                      prefix, c->after_share);
    }
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
    const char *ids = "";
    for (int l = 0; l < p->n_layers; l++)
        for (size_t i = 0; ids && i < p->layers[l].n_rules; i++) {
            const char *id = p->layers[l].rules[i].rule->id;
            if (!listed(ids, id, strlen(id)))
                ids = arena_printf(a, "%s%s%s", ids, *ids ? "," : "", id);
        }
    r->rules = ids;
    return ids ? STATUS_OK : error_no_memory(e);
}

static enum status take_lines(const struct parcel_report *p, struct arena *a, struct audit_row *r,
                              struct error *e)
{
    size_t n = 0;
    for (int l = 0; l < p->n_layers; l++)
        n += p->layers[l].n_features;
    r->features = n ? arena_array(a, n, sizeof *r->features) : NULL;
    if (n && !r->features)
        return error_no_memory(e);
    for (int l = 0; l < p->n_layers; l++) {
        const struct layer_finding *f = &p->layers[l];
        bool measured = f->status != LAYER_UNMEASURED && f->status != LAYER_NOT_COVERED;
        r->lines[l] = (struct row_line){f->status, measured ? f->area_m2 : NAN, measured ? f->share : NAN};
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
    r->overlaps = arena_array(a, (size_t)p->n_layers + 1, sizeof *r->overlaps);
    if (!r->overlaps)
        return error_no_memory(e);
    for (int l = 0; l < p->n_layers; l++) {
        const struct layer_finding *f = &p->layers[l];
        if (f->status != LAYER_OVERLAP && f->status != LAYER_SLIVER)
            continue;
        struct geo_shape shape;
        struct error why = {0};
        enum status s = check_overlap_shape(m->worker, f->layer, &p->parcel->shape, NULL, &shape, &why);
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

/* A point inside, for the middle of an L-shaped parcel's box may lie in another county; of what is no parcel
 * the middle of its box. */
static enum status place_of(struct row_maker *m, const struct feature_verdict *v, struct audit_row *r,
                            struct error *e)
{
    struct index_feature unit;
    const struct geo_box *b = &v->box;
    r->box = *b;
    r->lon_deg = (b->west_deg + b->east_deg) / 2;
    r->lat_deg = (b->south_deg + b->north_deg) / 2;
    if (!v->fault)
        (void)geo_inner_point(&v->parcel.shape, &r->lon_deg, &r->lat_deg);
    enum status s =
        check_unit_at(m->worker, m->snapshot, "prefectures", (double[]){r->lon_deg, r->lat_deg}, &unit, e);
    r->prefecture = unit.code;
    if (s || *r->county)
        return s;
    s = check_unit_at(m->worker, m->snapshot, "admin_counties", (double[]){r->lon_deg, r->lat_deg}, &unit, e);
    r->county = unit.code;
    return s;
}

static const char *class_wanted(const struct row_maker *m, const struct audit_item *item)
{
    const char *c = *item->project_class ? item->project_class : m->project_class;
    return c && *c ? c : "UNKNOWN";
}

static const char *claims_wanted(const struct row_maker *m, const struct audit_item *item)
{
    const char *c = *item->claims ? item->claims : m->claims;
    return c ? c : "";
}

/* What was noted of the plot when it was read reaches its row. */
static enum status take_notes(const struct feature_verdict *v, struct arena *a, struct audit_row *r,
                              struct error *e)
{
    for (size_t i = 0; i < v->n_warnings; i++) {
        r->reason_zh = sentence(a, r->reason_zh, v->warnings[i].zh);
        r->reason_en = sentence(a, r->reason_en, v->warnings[i].en);
    }
    return r->reason_zh && r->reason_en ? STATUS_OK : error_no_memory(e);
}

/* What is claimed for one parcel, read before it is measured. */
struct row_claims {
    struct claim_words words[LINES_MAX];
    size_t n;
    struct error refused; /* why they cannot stand; status STATUS_OK: they do */
};

/* r->claims becomes what is written back. Claims that are refused are a fault of this parcel; only memory is
 * one of the run. */
static enum status take_claims(struct row_maker *m, struct arena *a, struct row_claims *out,
                               struct audit_row *r, struct error *e)
{
    const struct claim_terms terms = snapshot_claim_terms(m->snapshot);
    struct claim_set claims;
    out->n = 0;
    out->refused = (struct error){.status = STATUS_OK};
    if (!*r->claims)
        return STATUS_OK;
    enum status s = claims_split(r->claims, m->worker->arena, out->words, LINES_MAX, &out->n, &out->refused);
    if (!s)
        s = claims_make(out->words, out->n, &terms, m->worker->arena, &claims, &out->refused);
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (s)
        return STATUS_OK;
    r->claims = claims_text(&claims, a);
    return r->claims ? STATUS_OK : error_no_memory(e);
}

static enum status check_shape(struct row_maker *m, const struct feature_verdict *v,
                               const struct row_claims *claims, struct arena *a, struct audit_row *r,
                               struct error *e)
{
    struct parcel parcel = v->parcel;
    const struct parcel_set set = {.parcels = &parcel, .n_parcels = 1};
    const struct check_options options = {.project_class = r->project_class,
                                          .claims = claims->words,
                                          .n_claims = claims->n,
                                          .figures_only = true};
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
    if (!s)
        s = take_notes(v, a, r, e);
    return s || !m->overlaps ? s : take_overlaps(m, p, a, r, e);
}

/* A fault of this one parcel; everything else (memory, I/O) ends the run. GEOS's failures are the parcel's:
 * another attempt would end the same. */
static bool is_parcel_fault(enum status s)
{
    return s == STATUS_INVALID_INPUT || s == STATUS_UNSUPPORTED || s == STATUS_TOO_LARGE ||
           s == STATUS_INTERNAL;
}

static enum status unmeasured(const struct row_maker *m, const struct error *why, struct arena *a,
                              struct audit_row *r, struct error *e)
{
    r->verdict = VERDICT_UNKNOWN;
    r->measured = false;
    r->area_m2 = NAN;
    r->rules = "";
    r->n_features = r->n_overlaps = 0;
    for (int l = 0; l < snapshot_lines(m->snapshot)->n; l++)
        r->lines[l] = (struct row_line){LAYER_UNMEASURED, NAN, NAN};
    r->reason_zh = arena_strdup(a, why->zh);
    r->reason_en = arena_strdup(a, why->en);
    return r->reason_zh && r->reason_en ? STATUS_OK : error_no_memory(e);
}

/* From parcel to findings: taken over where an earlier audit stands, measured otherwise. */
static enum status answer(struct row_maker *m, const struct audit_item *item, const struct feature_verdict *v,
                          struct arena *a, struct audit_row *r, struct error *e)
{
    struct row_claims claims;
    enum status s = take_claims(m, a, &claims, r, e);
    if (s)
        return s;
    if (v->fault)
        return unmeasured(m, v->fault, a, r, e);
    if (claims.refused.status) /* never judged as if nothing had been claimed */
        return unmeasured(m, &claims.refused, a, r, e);
    if (m->since && item->earlier && since_stands(m->since, item->earlier, r))
        return STATUS_OK;
    struct error why = {0};
    s = check_shape(m, v, &claims, a, r, &why);
    if (is_parcel_fault(s))
        return unmeasured(m, &why, a, r, e);
    if (s && e)
        *e = why;
    return s;
}

/* Measures and judges one item. A fault of the parcel becomes part of the row; other failures are
 * returned. */
static enum status row_make(struct row_maker *m, const struct audit_item *item, struct arena *a,
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
                          .project_class = class_wanted(m, item),
                          .claims = claims_wanted(m, item)};
    int n_lines = snapshot_lines(m->snapshot)->n;
    struct feature_verdict v;
    r.lines = arena_array(a, (size_t)n_lines + 1, sizeof *r.lines);
    if (!r.lines)
        return error_no_memory(e);
    arena_reset(m->worker->arena);
    enum status s = feature_judge_parcel(m->judge, &item->feature, m->crs, m->worker->arena, &v, e);
    if (!s)
        s = blob_of(m, &item->feature, &v, a, &r, e);
    if (!s && v.box.west_deg <= v.box.east_deg)
        s = place_of(m, &v, &r, e);
    if (!s)
        s = answer(m, item, &v, a, &r, e);
    const struct sealed_row sealed = {&r, n_lines, item->position, item->fid, item->id};
    if (!s)
        s = row_seal_of(&sealed, &m->text, &r.seal, e);
    if (!s)
        *out = r;
    return s;
}

/* ---- a batch ---- */

/* A first point is place enough for an order, in whatever unit: no parcel is as wide as the curve's step
 * matters. */
static void first_point(const struct feature *f, double xy[2])
{
    xy[0] = xy[1] = 0;
    if (f->n_wkb < 29 || f->wkb[0] != 1)
        return;
    size_t at = 13 + (f->wkb[1] == 6 ? 9 : 0);
    if (f->n_wkb >= at + 16)
        memcpy(xy, f->wkb + at, 16);
    for (int i = 0; i < 2; i++)
        xy[i] = isfinite(xy[i]) ? xy[i] : 0;
}

/* All of the batch, so that eastings are ordered as degrees are. */
static struct geo_box extent_of(const struct audit_batch *b)
{
    struct geo_box box = geo_box_empty();
    for (size_t i = 0; i < b->n; i++) {
        double xy[2];
        first_point(&b->items[i].feature, xy);
        geo_box_add(&box, xy[0], xy[1]);
    }
    return box;
}

enum status batch_make(struct row_maker *m, struct audit_batch *b, struct error *e)
{
    const struct geo_box extent = extent_of(b);
    struct hilbert_key order[BATCH_PARCELS];
    for (size_t i = 0; i < b->n; i++) {
        double xy[2];
        first_point(&b->items[i].feature, xy);
        order[i] = (struct hilbert_key){hilbert_key_of(&extent, xy[0], xy[1]), (uint32_t)i};
    }
    hilbert_sort(order, b->n);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < b->n; i++)
        s = row_make(m, &b->items[order[i].item], b->arena, &b->rows[order[i].item], e);
    return s;
}

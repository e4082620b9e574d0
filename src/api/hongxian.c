/* The public library: a thin coat over check/. Structs are copied field by field, so that the inside may change without
 * breaking a program that was compiled against include/hongxian.h. */
#include "hongxian.h"

#include "check/check.h"
#include "geo/valid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HX_VERSION
#error "HX_VERSION is set by CMake"
#endif

struct hx_store {
    struct store *store;
    struct snapshot *snapshot;
};

struct hx_checker {
    struct hx_store *store;    /* borrowed */
    struct snapshot *snapshot; /* the report borrows from it */
    struct check_worker worker;
    struct hx_report report;
};

_Static_assert((int)HX_INTERNAL == (int)STATUS_INTERNAL && (int)HX_CONFLICT == (int)STATUS_CONFLICT,
               "same order");
_Static_assert((int)HX_VERDICT_ALLOWED == (int)VERDICT_ALLOWED && (int)HX_STATUS_CLEAR == (int)LAYER_CLEAR,
               "same order");
_Static_assert((int)HX_LINE_COUNT == (int)CONTROL_LINE_COUNT, "same lines");

static enum hx_result result_of(enum status s, const struct error *from, struct hx_error *e)
{
    if (s && e) {
        e->result = (enum hx_result)s;
        snprintf(e->code, sizeof e->code, "%s", from->code);
        snprintf(e->zh, sizeof e->zh, "%s", from->zh);
        snprintf(e->en, sizeof e->en, "%s", from->en);
    }
    return (enum hx_result)s;
}

const char *hx_version(void)
{
    return HX_VERSION;
}

enum hx_result hx_store_open(const char *path, struct hx_store **out, struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    struct hx_store *h = calloc(1, sizeof *h);
    enum status s = h ? store_open(path, STORE_READ, &h->store, &why) : error_no_memory(&why);
    if (!s)
        s = snapshot_load(h->store, &h->snapshot, &why);
    if (s)
        hx_store_close(h);
    else
        *out = h;
    return result_of(s, &why, e);
}

void hx_store_close(struct hx_store *store)
{
    if (!store)
        return;
    snapshot_unref(store->snapshot);
    store_close(store->store);
    free(store);
}

enum hx_result hx_store_refresh(struct hx_store *store, struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    int64_t generation;
    struct snapshot *fresh;
    enum status s = store_generation(store->store, &generation, &why);
    if (s || generation == snapshot_generation(store->snapshot))
        return result_of(s, &why, e);
    s = snapshot_load(store->store, &fresh, &why);
    if (!s) {
        snapshot_unref(store->snapshot);
        store->snapshot = fresh;
    }
    return result_of(s, &why, e);
}

enum hx_result hx_checker_new(struct hx_store *store, struct hx_checker **out, struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    struct hx_checker *c = calloc(1, sizeof *c);
    enum status s = c ? check_worker_init(&c->worker, &why) : error_no_memory(&why);
    if (s) {
        free(c);
        return result_of(s, &why, e);
    }
    c->store = store;
    *out = c;
    return HX_OK;
}

void hx_checker_free(struct hx_checker *checker)
{
    if (!checker)
        return;
    check_worker_release(&checker->worker);
    snapshot_unref(checker->snapshot);
    free(checker);
}

/* ---- from the inner report to the public one ---- */

static bool features_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_feature_overlap *p = arena_array(a, f->n_features + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_features; i++) {
        const struct feature_overlap *o = &f->features[i];
        p[i] = (struct hx_feature_overlap){o->feature_id, o->code,    o->name,  o->zone,
                                           o->area_m2,    o->width_m, o->sliver};
    }
    out->features = p;
    out->n_features = f->n_features;
    return p;
}

static bool zones_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_zone_overlap *p = arena_array(a, f->n_zones + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_zones; i++)
        p[i] = (struct hx_zone_overlap){f->zones[i].zone, f->zones[i].area_m2};
    out->zones = p;
    out->n_zones = f->n_zones;
    return p;
}

static bool rules_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_rule *p = arena_array(a, f->n_rules + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_rules; i++) {
        const struct rule *r = f->rules[i].rule;
        p[i] = (struct hx_rule){.id = r->id,
                                .verdict = (enum hx_verdict)r->verdict,
                                .severity = r->severity,
                                .title_zh = r->title_zh,
                                .title_en = r->title_en,
                                .needs_zh = r->needs_zh,
                                .basis = r->basis,
                                .confidence = r->confidence,
                                .area_m2 = f->rules[i].area_m2,
                                .class_assumed = f->rules[i].class_assumed};
    }
    out->rules = p;
    out->n_rules = f->n_rules;
    return p;
}

static bool layer_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    *out = (struct hx_layer){.layer = control_line_id(f->line),
                             .version = f->layer ? f->layer->version.version_no : 0,
                             .synthetic = f->layer && f->layer->version.synthetic,
                             .status = (enum hx_status)f->status,
                             .area_m2 = f->area_m2,
                             .share = f->share,
                             .sum_m2 = f->sum_m2,
                             .uncovered_m2 = f->uncovered_m2,
                             .inside = f->inside,
                             .touches = f->touches,
                             .reason_zh = f->reason_zh,
                             .reason_en = f->reason_en};
    return features_copy(a, f, out) && zones_copy(a, f, out) && rules_copy(a, f, out);
}

static enum status report_copy(struct hx_checker *c, const struct report *r, struct error *e)
{
    struct arena *a = c->worker.arena;
    struct hx_parcel *p = arena_array(a, r->parcels.n_parcels, sizeof *p);
    bool ok = p;
    for (size_t i = 0; ok && i < r->parcels.n_parcels; i++) {
        const struct parcel_report *from = &r->results[i];
        p[i] = (struct hx_parcel){.id = from->parcel->id,
                                  .name = from->parcel->name,
                                  .area_m2 = from->area_m2,
                                  .geodesic_area_m2 = from->geodesic_area_m2,
                                  .standard_area_m2 = from->standard_area_m2,
                                  .verdict = (enum hx_verdict)from->verdict,
                                  .summary_zh = from->summary_zh,
                                  .summary_en = from->summary_en};
        for (int l = 0; ok && l < HX_LINE_COUNT; l++)
            ok = layer_copy(a, &from->layers[l], &p[i].layers[l]);
    }
    if (!ok)
        return error_no_memory(e);
    c->report = (struct hx_report){p, r->parcels.n_parcels, (enum hx_verdict)r->verdict, r->synthetic,
                                   snapshot_rules(r->snapshot)->version};
    return STATUS_OK;
}

/* Forgets the last report and takes the store's snapshot of now. */
static void begin(struct hx_checker *c)
{
    arena_reset(c->worker.arena);
    snapshot_unref(c->snapshot);
    c->snapshot = snapshot_ref(c->store->snapshot);
}

static enum hx_result finish(struct hx_checker *c, enum status s, const struct report *r, struct error *why,
                             const struct hx_report **out, struct hx_error *e)
{
    if (!s)
        s = report_copy(c, r, why);
    if (!s)
        *out = &c->report;
    return result_of(s, why, e);
}

enum hx_result hx_check_bytes(struct hx_checker *checker, const void *bytes, size_t n,
                              const char *project_class, const struct hx_report **out, struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    struct check_options opt = {.project_class = project_class};
    struct report r;
    begin(checker);
    enum status s = check_bytes(&checker->worker, checker->snapshot, &opt, bytes, n, &r, &why);
    return finish(checker, s, &r, &why, out, e);
}

static enum status shape_of_rings(struct hx_checker *c, const struct hx_ring *rings, size_t n_rings,
                                  struct geo_shape *out, struct error *e)
{
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    for (size_t r = 0; r < n_rings; r++) {
        geo_shape_builder_ring(&b);
        for (size_t i = 0; i < rings[r].n; i++)
            geo_shape_builder_point(&b, rings[r].lon_deg[i], rings[r].lat_deg[i]);
    }
    enum status s = geo_shape_builder_finish(&b, c->worker.arena, out, e);
    geo_shape_builder_release(&b);
    if (!s && out->n_rings == 0) {
        error_zh(e, "地块没有环；请给出至少一个外环。");
        return error_fail(e, STATUS_INVALID_INPUT, "no-rings",
                          "The parcel has no ring; give at least its outer ring.");
    }
    return s ? s : geo_valid_check(c->worker.geos, out, e);
}

enum hx_result hx_check_rings(struct hx_checker *checker, const struct hx_ring *rings, size_t n_rings,
                              const char *project_class, const struct hx_report **out, struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    struct check_options opt = {.project_class = project_class};
    struct report r;
    begin(checker);
    struct parcel *p = arena_array(checker->worker.arena, 1, sizeof *p);
    if (!p)
        return result_of(error_no_memory(&why), &why, e);
    *p = (struct parcel){.id = "1", .name = "", .use = "", .declared_area_m2 = NAN};
    enum status s = geo_crs_from_epsg(4490, &p->crs, &why);
    if (!s)
        s = shape_of_rings(checker, rings, n_rings, &p->shape, &why);
    struct parcel_set set = {.parcels = p, .n_parcels = 1, .crs_note = "EPSG:4490"};
    if (!s)
        s = check_parcels(&checker->worker, checker->snapshot, &opt, &set, &r, &why);
    return finish(checker, s, &r, &why, out, e);
}

const char *hx_verdict_name(enum hx_verdict v)
{
    return verdict_name((enum verdict)v);
}

const char *hx_verdict_zh(enum hx_verdict v)
{
    return verdict_zh((enum verdict)v);
}

const char *hx_status_name(enum hx_status s)
{
    return layer_status_name((enum layer_status)s);
}

const char *hx_status_zh(enum hx_status s)
{
    return layer_status_zh((enum layer_status)s);
}

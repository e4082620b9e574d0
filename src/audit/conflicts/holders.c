/* What should lie within something: a feature within the county of its code, a line within its own space. */
#include "audit/conflicts/parts.h"

#include "audit/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct holder {
    enum conflict_kind kind;
    uint32_t layer;
    const struct layer_snapshot *by;
    double share;                  /* of the feature: less outside than this is the holder's own error */
    struct conflict_place *places; /* by feature */
};

/* ---- measuring ---- */

struct county_wish {
    const struct layer_index *ix;
    const char *code;
};

static bool of_county(uint32_t feature, void *user)
{
    const struct county_wish *c = user;
    return strncmp(index_feature_at(c->ix, feature).code, c->code, 6) == 0;
}

static bool has_county(const struct layer_index *ix, const char *code)
{
    struct county_wish c = {ix, code};
    for (uint32_t i = 0; i < index_n_features(ix); i++)
        if (of_county(i, &c))
            return true;
    return false;
}

static bool only_this(uint32_t feature, void *user)
{
    return feature == *(const uint32_t *)user;
}

static enum status cut_both(struct conflict_worker *w, const struct holder *x, uint32_t feature,
                            overlap_wanted_fn *wanted, struct county_wish *wish, GEOSGeometry **rest,
                            GEOSGeometry **less, struct error *e)
{
    const struct layer_index *ix = w->run->layers[x->layer].snapshot->index;
    struct geo_box b = conflict_feature_box(ix, feature), grown = conflict_box_grown(&b, 1.0);
    struct conflict_box cell;
    conflict_box_shape(&grown, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    enum status s = conflict_cut(w, ix, only_this, &feature, &cell.shape, rest, e);
    return s ? s : conflict_cut(w, x->by->index, wanted, wish, &cell.shape, less, e);
}

/* Where the figures alone say that something is outside, GEOS says where. */
static enum status find_place(struct conflict_worker *w, const struct holder *x, uint32_t feature,
                              overlap_wanted_fn *wanted, struct county_wish *wish, struct conflict_place *out,
                              struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *rest = NULL, *less = NULL;
    struct geo_shape shape = {.n_rings = 0};
    enum status s = cut_both(w, x, feature, wanted, wish, &rest, &less, e);
    if (s) {
        if (rest)
            GEOSGeom_destroy_r(h, rest);
        return s;
    }
    rest = rest ? conflict_without(h, rest, less) : NULL;
    if (rest)
        s = geo_geos_to_shape(w->check.geos, rest, w->check.arena, &shape, e);
    if (rest)
        GEOSGeom_destroy_r(h, rest);
    return s || !shape.n_rings ? s : conflict_place_of(w, &shape, out, e);
}

static enum status measure(struct conflict_worker *w, const struct holder *x, uint32_t feature,
                           overlap_wanted_fn *wanted, struct county_wish *wish, double *area, double *outside,
                           struct error *e)
{
    const struct overlap *o;
    struct geo_shape shape;
    size_t n;
    enum status s =
        index_feature_shape(w->run->layers[x->layer].snapshot->index, feature, w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_parcel_area(w->check.scratch, area, e);
    if (!s)
        s = overlap_measure_wanted(w->check.scratch, x->by->index, wanted, wish, &o, &n, e);
    *outside = *area;
    for (size_t i = 0; !s && i < n; i++)
        *outside -= o[i].area_m2;
    return s;
}

static enum status look(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct holder *x = user;
    uint32_t feature = (uint32_t)item;
    const char *code = w->run->layers[x->layer].county[item];
    struct county_wish wish = {x->by->index, code};
    bool county = x->kind == CONFLICT_COUNTY;
    double area, outside;
    if (county && (strlen(code) < 6 || !has_county(x->by->index, code)))
        return STATUS_OK; /* no county, or none that is known: nothing to hold against the place */
    overlap_wanted_fn *wanted = county ? of_county : NULL;
    enum status s = measure(w, x, feature, wanted, &wish, &area, &outside, e);
    if (s || outside <= CONFLICT_GAP_M2 || outside <= x->share * area)
        return s;
    struct error why = {0};
    s = find_place(w, x, feature, wanted, &wish, &x->places[item], &why);
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (s) /* the area stands without its geometry */
        x->places[item] =
            (struct conflict_place){.area_m2 = outside, .width_m = NAN, .lon_deg = NAN, .lat_deg = NAN};
    return STATUS_OK;
}

/* ---- findings ---- */

static enum status add(struct conflict_run *run, struct check_worker *w, const struct holder *x,
                       uint32_t feature, struct error *e)
{
    const struct conflict_place *p = &x->places[feature];
    struct conflict_finding f = conflict_about(run, x->layer, feature, x->kind);
    bool county = x->kind == CONFLICT_COUNTY;
    f.severity = 2;
    f.layer_b = x->by->version.layer;
    conflict_put_place(&f, p);
    f.note_zh =
        county ? "图形的这一部分在其行政区代码所指旗县之外。" : "控制线的这一部分不在其所属的空间之内。";
    f.note_en = county ? "This part of the figure lies outside the county of its code."
                       : "This part of the line lies outside the space that it belongs to.";
    conflict_place_name(run, w, &f);
    return conflict_add(run, &f, e);
}

static enum status hold(struct conflict_run *run, struct check_worker *w, struct holder *x, struct error *e)
{
    uint32_t n = index_n_features(run->layers[x->layer].snapshot->index);
    x->places = calloc((size_t)n + 1, sizeof *x->places);
    run->total += n;
    enum status s = x->places ? conflict_parallel(run, n, 8, look, NULL, x, e) : error_no_memory(e);
    for (uint32_t i = 0; !s && i < n; i++)
        if (x->places[i].area_m2 > 0)
            s = add(run, w, x, i, e);
    free(x->places);
    return s;
}

enum status conflict_find_holders(struct conflict_run *run, struct error *e)
{
    const struct layer_snapshot *counties = snapshot_layer(run->snapshot, "admin_counties");
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    for (uint32_t l = 0; !s && l < run->n_layers; l++) {
        if (!run->layers[l].line)
            continue;
        struct holder county = {CONFLICT_COUNTY, l, counties, 0, NULL};
        struct holder space = {CONFLICT_OWN_SPACE, l, NULL, 0, NULL};
        if (counties && counties->index) {
            county.share = counties->version.reference_only ? CONFLICT_OUTSIDE_SHARE : 0;
            s = hold(run, &w, &county, e);
        }
        space.by = snapshot_layer(run->snapshot, run->layers[l].line->space);
        if (!s && run->request->within_spaces && space.by && space.by->index)
            s = hold(run, &w, &space, e);
    }
    check_worker_release(&w);
    return s;
}

/* What should lie within something: a feature within the county of its code, a layer within another. */
#include "audit/conflicts/parts.h"

#include "audit/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct holder {
    enum conflict_kind kind;
    uint32_t layer;
    int tie; /* of a nest: its row; -1 */
    const struct layer_snapshot *by;
    double share;                  /* of the feature: less outside than this is the holder's own error */
    struct conflict_place *places; /* by feature */
};

/* ---- measuring ---- */

/* Which features of the holder count. */
struct county_wish {
    const struct layer_index *ix;
    const char *code;
    overlap_wanted_fn *wanted; /* NULL: all */
};

static bool of_county(uint32_t feature, void *user)
{
    const struct county_wish *c = user;
    return strncmp(index_feature_at(c->ix, feature).code, c->code, 6) == 0;
}

static bool has_county(const struct layer_index *ix, const char *code)
{
    struct county_wish c = {ix, code, of_county};
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
                            struct county_wish *wish, GEOSGeometry *out[2], struct error *e)
{
    const struct layer_index *ix = w->run->layers[x->layer].snapshot->index;
    struct geo_box b = conflict_feature_box(ix, feature), grown = conflict_box_grown(&b, 1.0);
    struct conflict_box cell;
    conflict_box_shape(&grown, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    enum status s = conflict_cut(w, ix, only_this, &feature, &cell.shape, &out[0], e);
    return s ? s : conflict_cut(w, x->by->index, wish->wanted, wish, &cell.shape, &out[1], e);
}

/* Where the figures alone say that something is outside, GEOS says where. */
static enum status find_place(struct conflict_worker *w, const struct holder *x, uint32_t feature,
                              struct county_wish *wish, struct conflict_place *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *cut[2] = {NULL, NULL};
    struct geo_shape shape = {.n_rings = 0};
    enum status s = cut_both(w, x, feature, wish, cut, e);
    GEOSGeometry *rest = cut[0];
    if (s) {
        if (rest)
            GEOSGeom_destroy_r(h, rest);
        return s;
    }
    rest = rest ? conflict_without(h, rest, cut[1]) : NULL;
    if (rest)
        s = geo_geos_to_shape(w->check.geos, rest, w->check.arena, &shape, e);
    if (rest)
        GEOSGeom_destroy_r(h, rest);
    return s || !shape.n_rings ? s : conflict_place_of(w, &shape, out, e);
}

struct lying_in {
    double area_m2, outside_m2; /* by the sum of the parts: what two of them share is taken off twice */
    size_t parts;
};

static enum status measure(struct conflict_worker *w, const struct holder *x, uint32_t feature,
                           struct county_wish *wish, struct lying_in *out, struct error *e)
{
    const struct overlap *o;
    struct geo_shape shape;
    size_t n;
    enum status s =
        index_feature_shape(w->run->layers[x->layer].snapshot->index, feature, w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_parcel_area(w->check.scratch, &out->area_m2, e);
    if (!s)
        s = overlap_measure_wanted(w->check.scratch, x->by->index, wish->wanted, wish, &o, &n, e);
    out->outside_m2 = out->area_m2;
    for (size_t i = 0; !s && i < n; i++)
        out->outside_m2 -= o[i].area_m2;
    out->parts = s ? 0 : n;
    return s;
}

static enum status look(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct holder *x = user;
    uint32_t feature = (uint32_t)item;
    const char *code = w->run->layers[x->layer].county[item];
    bool county = x->kind == CONFLICT_COUNTY;
    struct county_wish wish = {x->by->index, code, county ? of_county : NULL};
    struct lying_in l;
    struct conflict_place *out = &x->places[item];
    if (county && (strlen(code) < 6 || !has_county(x->by->index, code)))
        return STATUS_OK; /* no county, or none that is known: nothing to hold against the place */
    enum status s = measure(w, x, feature, &wish, &l, e);
    double least = fmax(CONFLICT_GAP_M2, x->share * l.area_m2);
    bool outside = l.outside_m2 > least;
    if (s || (!outside && l.parts < 2))
        return s;
    struct error why = {0};
    s = find_place(w, x, feature, &wish, out, &why);
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (!s && out->area_m2 <= least)
        out->area_m2 = 0;
    if (s && !outside) { /* the parts may overlap each other: nobody knows that it lies inside */
        if (e)
            *e = why;
        return s;
    }
    if (s) /* the area stands without its geometry */
        *out =
            (struct conflict_place){.area_m2 = l.outside_m2, .width_m = NAN, .lon_deg = NAN, .lat_deg = NAN};
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
    f.tie = x->tie;
    f.layer_b = x->by->version.layer;
    conflict_put_place(&f, p);
    f.note_zh = county ? "图形的这一部分在其行政区代码所指旗县之外。"
                       : arena_printf(run->arena, "图形的这一部分不在%s之内，而它应在其内。",
                                      run->ties[x->tie].title_b);
    f.note_en = county
                    ? "This part of the figure lies outside the county of its code."
                    : arena_printf(run->arena, "This part of the figure lies outside %s, in which it nests.",
                                   f.layer_b);
    if (!f.note_zh || !f.note_en)
        return error_no_memory(e);
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

static enum status hold_counties(struct conflict_run *run, struct check_worker *w, struct error *e)
{
    const struct layer_snapshot *counties = snapshot_layer(run->snapshot, "admin_counties");
    enum status s = STATUS_OK;
    for (uint32_t l = 0; !s && counties && counties->index && l < run->n_layers; l++) {
        struct holder x = {CONFLICT_COUNTY, l, -1, counties, 0, NULL};
        if (counties->version.reference_only)
            x.share = CONFLICT_OUTSIDE_SHARE;
        if (run->layers[l].line)
            s = hold(run, w, &x, e);
    }
    return s;
}

static enum status hold_nest(struct conflict_run *run, struct check_worker *w, int tie, struct error *e)
{
    const struct conflict_tie *t = &run->ties[tie];
    uint32_t l = (uint32_t)conflict_layer_number(run, t->layer_a);
    const struct control_line *line = run->layers[l].line;
    bool space = line && strcmp(line->space, t->layer_b) == 0;
    struct holder x = {space ? CONFLICT_OWN_SPACE : CONFLICT_NEST, l, tie,
                       snapshot_layer(run->snapshot, t->layer_b),  0, NULL};
    return hold(run, w, &x, e);
}

enum status conflict_find_holders(struct conflict_run *run, struct error *e)
{
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    s = hold_counties(run, &w, e);
    for (size_t i = 0; !s && i < run->n_ties; i++)
        if (run->ties[i].tie == TIE_NEST && run->ties[i].examined)
            s = hold_nest(run, &w, (int)i, e);
    check_worker_release(&w);
    return s;
}

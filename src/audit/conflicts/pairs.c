/* Common areas of features: between the lines, between their spaces, and within each layer. */
#include "audit/conflicts/parts.h"

#include "audit/row.h"
#include "base/array.h"
#include "formats/gpkg.h"
#include "geo/area.h"
#include "geo/inner_point.h"
#include "index/overlap_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- measuring: each feature of the layer with the smaller ones, as a parcel, against the other ---- */

/* Which texts speak of two layers upon each other. */
struct pair_rules {
    const char *ids, *basis;
};

/* What is being measured, then the pairs of all threads in one order, then a finding for each. */
struct pair_list {
    uint32_t a, b; /* numbers of layers; a is the parcels' */
    struct conflict_pair *pairs;
    size_t n, capacity;
    struct pair_rules *rules;          /* n_layers x n_layers of the run; arena */
    struct conflict_finding *findings; /* one for each pair, at the end of the run's */
};

static bool pair_push(struct conflict_worker *w, const struct conflict_pair *p)
{
    if (!ARRAY_RESERVE(w->pairs, w->cap_pairs, w->n_pairs + 1))
        return false;
    w->pairs[w->n_pairs++] = *p;
    return true;
}

/* Of its own layer a feature wants the larger ones only: neither itself nor a pair twice. A giant has nobody
 * larger near it, and is never cut up as a parcel at all. */
struct larger_than {
    const struct conflict_layer *layer;
    uint32_t feature, vertices;
};

static bool is_larger(uint32_t other, void *user)
{
    const struct larger_than *t = user;
    if (conflict_is_outline(t->layer, other) != conflict_is_outline(t->layer, t->feature))
        return false; /* sub-zones lie upon the boundary as a whole, as they should */
    uint32_t n = t->layer->n_vertices[other];
    return n != t->vertices ? n > t->vertices : other > t->feature;
}

struct larger_search {
    struct larger_than than;
    bool found;
};

static bool larger_try(uint32_t other, void *user)
{
    struct larger_search *l = user;
    l->found = is_larger(other, &l->than);
    return !l->found;
}

static bool has_larger_near(const struct larger_than *than, const struct geo_box *box)
{
    struct larger_search l = {*than, false};
    return index_candidates(than->layer->snapshot->index, box, larger_try, &l, NULL) != STATUS_OK || l.found;
}

struct geo_box conflict_feature_box(const struct layer_index *ix, uint32_t feature)
{
    struct index_feature f = index_feature_at(ix, feature);
    struct geo_box box = geo_box_empty();
    for (uint32_t r = 0; r < f.n_rings; r++) {
        const double *lon, *lat;
        uint32_t n = index_ring(ix, f.first_ring + r, &lon, &lat);
        geo_box_add_all(&box, lon, lat, n);
    }
    return box;
}

static enum status measure_feature(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    const struct pair_list *t = user;
    const struct conflict_layer *a = &w->run->layers[t->a], *b = &w->run->layers[t->b];
    uint32_t feature = (uint32_t)item;
    struct larger_than than = {a, feature, a->n_vertices[feature]};
    struct geo_box box = index_feature_box(a->snapshot->index, feature);
    struct geo_shape shape;
    const struct overlap *o;
    size_t n;
    if (a == b && !has_larger_near(&than, &box))
        return STATUS_OK;
    enum status s = index_feature_shape(a->snapshot->index, feature, w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_measure_wanted(w->check.scratch, b->snapshot->index, a == b ? is_larger : NULL, &than, &o,
                                   &n, e);
    for (size_t i = 0; !s && i < n; i++) {
        const struct conflict_pair p = {t->a, feature, t->b, o[i].feature, o[i].area_m2};
        if (o[i].area_m2 > CONFLICT_FLOOR_M2 && !pair_push(w, &p))
            s = error_no_memory(e);
    }
    return s;
}

/* ---- the pairs of all threads, in one order ---- */

static enum status collect(struct conflict_worker *w, void *user, struct error *e)
{
    struct pair_list *l = user;
    if (!w->n_pairs)
        return STATUS_OK;
    if (!ARRAY_RESERVE(l->pairs, l->capacity, l->n + w->n_pairs))
        return error_no_memory(e);
    memcpy(l->pairs + l->n, w->pairs, w->n_pairs * sizeof *l->pairs);
    l->n += w->n_pairs;
    return STATUS_OK;
}

static int by_features(const void *x, const void *y)
{
    const struct conflict_pair *p = x, *q = y;
    const uint32_t a[] = {p->layer_a, p->layer_b, p->feature_a, p->feature_b};
    const uint32_t b[] = {q->layer_a, q->layer_b, q->feature_a, q->feature_b};
    for (int i = 0; i < 4; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* Of two layers the one whose features are taken as parcels. */
static uint32_t parcels_of(const struct conflict_run *run, uint32_t a, uint32_t b)
{
    return run->layers[a].mean_vertices > run->layers[b].mean_vertices ? b : a;
}

static enum status measure_layers(struct conflict_run *run, struct pair_list *l, uint32_t a, uint32_t b,
                                  struct error *e)
{
    l->a = parcels_of(run, a, b);
    l->b = l->a == a ? b : a;
    return conflict_parallel(run, index_n_features(run->layers[l->a].snapshot->index), 16, measure_feature,
                             collect, l, e);
}

/* ---- what a pair means ---- */

static bool is_of(const struct rule *r, const struct control_line *line)
{
    return (r->lines & UINT64_C(1) << line->number) != 0;
}

/* Does a rule of `inner` speak of lying within `outer`? */
static bool is_enclave_rule(const struct rule *r, const struct control_line *inner,
                            const struct control_line *outer)
{
    return inner->within == outer->number && r->relation == RELATION_OVERLAP && is_of(r, inner) &&
           strcmp(r->sub_zone, inner->within_zone) == 0;
}

/* Which texts speak of two lines upon each other: the rule of one of them on lines that overlap, and where
 * one has a rule of its own within the other, that one, too. */
static bool speaks_of(const struct rule *r, const struct control_line *a, const struct control_line *b)
{
    return (r->relation == RELATION_LAYERS_OVERLAP && (is_of(r, a) || is_of(r, b))) ||
           is_enclave_rule(r, a, b) || is_enclave_rule(r, b, a);
}

static enum status name_rules(struct conflict_run *run, const struct control_line *a,
                              const struct control_line *b, struct pair_rules *out, struct error *e)
{
    const struct rule_table *t = snapshot_rules(run->snapshot);
    *out = (struct pair_rules){"", ""};
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule *r = &t->rules[i];
        if (!speaks_of(r, a, b))
            continue;
        out->ids = arena_printf(run->arena, "%s%s%s", out->ids, *out->ids ? "," : "", r->id);
        out->basis = arena_printf(run->arena, "%s%s%s", out->basis, *out->basis ? "；" : "", r->basis);
        if (!out->ids || !out->basis)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static enum status name_all_rules(struct conflict_run *run, struct pair_list *l, struct error *e)
{
    size_t n = run->n_layers;
    l->rules = arena_array(run->arena, n * n + 1, sizeof *l->rules);
    enum status s = l->rules ? STATUS_OK : error_no_memory(e);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; !s && b < n; b++)
            if (a != b && run->layers[a].line && run->layers[b].line)
                s = name_rules(run, run->layers[a].line, run->layers[b].line, &l->rules[a * n + b], e);
    return s;
}

static bool are_tied(const struct conflict_run *run, enum tie tie, uint32_t a, uint32_t b)
{
    return matrix_has(&run->matrix, tie, run->layers[a].snapshot->version.layer,
                      run->layers[b].snapshot->version.layer);
}

static bool are_apart(const struct conflict_run *run, uint32_t a, uint32_t b)
{
    return are_tied(run, TIE_APART, a, b);
}

static enum conflict_kind kind_of(const struct conflict_run *run, const struct conflict_pair *p)
{
    const struct conflict_layer *a = &run->layers[p->layer_a], *b = &run->layers[p->layer_b];
    if (p->layer_a != p->layer_b)
        return are_apart(run, p->layer_a, p->layer_b) ? CONFLICT_CROSS : CONFLICT_ZONES_CROSS;
    struct index_feature f = index_feature_at(a->snapshot->index, p->feature_a);
    struct index_feature g = index_feature_at(b->snapshot->index, p->feature_b);
    double larger = f.area_m2 > g.area_m2 ? f.area_m2 : g.area_m2;
    if (p->area_m2 >= CONFLICT_DUPLICATE_SHARE * larger)
        return CONFLICT_DUPLICATE;
    return conflict_contains(a) && strcmp(f.zone, g.zone) != 0 ? CONFLICT_SUBZONES : CONFLICT_WITHIN;
}

/* Lines upon lines are what 不交叉、不重叠、不冲突 forbids; the rest are faults of the data. Slivers come
 * last. */
static int severity_of(enum conflict_kind kind, bool sliver)
{
    if (sliver)
        return 1;
    return kind == CONFLICT_CROSS ? 4 : 3;
}

/* Most features that press on a giant lie in it whole: then the common area is the feature, and nothing
 * need be built. */
static bool lies_inside(const struct geo_shape *parcel, double common_m2)
{
    double area = geo_shape_area_m2(parcel);
    return common_m2 >= area - fmax(MEASURE_FLOOR_M2, 1e-12 * area);
}

static enum status shape_of_pair(struct conflict_worker *w, const struct conflict_pair *p,
                                 struct overlap_shape *out, struct error *e)
{
    const struct overlap_part part = {p->feature_b, p->area_m2};
    struct geo_shape parcel;
    enum status s = index_feature_shape(w->run->layers[p->layer_a].snapshot->index, p->feature_a,
                                        w->check.arena, &parcel, e);
    if (!s && lies_inside(&parcel, p->area_m2)) {
        *out = (struct overlap_shape){parcel, p->area_m2, geo_perimeter_m(&parcel, 0, parcel.n_rings)};
        return STATUS_OK;
    }
    struct overlap_shapes from = {.ix = w->run->layers[p->layer_b].snapshot->index,
                                  .parcel = &parcel,
                                  .geos = w->check.geos,
                                  .clip = w->check.clip,
                                  .arena = w->check.arena};
    return s ? s : overlap_shape_build(&from, &part, 1, out, e);
}

static void say(struct conflict_finding *f)
{
    f->note_zh = f->sliver ? "碎屑重叠：面积和宽度都在限值以内，视为未压占，仍列出供核对。"
                           : "两者互相重叠；请核对数据来源和版本，本程序不裁定谁让谁。";
    f->note_en = f->sliver
                     ? "A sliver within both limits: not counted, but listed."
                     : "The two overlap; check sources and versions. Who gives way is not decided here.";
}

static enum status describe(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct pair_list *l = user;
    const struct conflict_pair *p = &l->pairs[item];
    struct conflict_finding f = conflict_about(w->run, p->layer_a, p->feature_a, kind_of(w->run, p));
    struct index_feature g = index_feature_at(w->run->layers[p->layer_b].snapshot->index, p->feature_b);
    f.layer_b = w->run->layers[p->layer_b].snapshot->version.layer;
    f.code_b = g.code;
    f.feature_b = g.id;
    f.zone_b = g.zone;
    f.area_m2 = p->area_m2;
    struct overlap_shape shape = {.shape = {.n_rings = 0}};
    struct error why = {0};
    enum status s = shape_of_pair(w, p, &shape, &why);
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (!s && shape.shape.n_rings) {
        f.width_m = shape.perimeter_m > 0 ? 2 * p->area_m2 / shape.perimeter_m : NAN;
        (void)geo_inner_point(&shape.shape, &f.lon_deg, &f.lat_deg);
        f.blob = gpkg_geometry(&shape.shape, 4490, w->kept, &f.blob_size);
        if (!f.blob)
            return error_no_memory(e);
    }
    f.sliver = p->area_m2 <= SLIVER_POLICY_DEFAULT.area_m2 && f.width_m <= SLIVER_POLICY_DEFAULT.width_m;
    f.severity = severity_of(f.kind, f.sliver);
    if (f.kind == CONFLICT_CROSS) {
        const struct pair_rules *rules = &l->rules[p->layer_a * w->run->n_layers + p->layer_b];
        f.rule = rules->ids;
        f.basis = rules->basis;
    }
    if (p->layer_a != p->layer_b)
        f.tie =
            conflict_tie_of(w->run, f.kind == CONFLICT_CROSS ? TIE_APART : TIE_TILE, f.layer_a, f.layer_b);
    else if (f.kind == CONFLICT_SUBZONES)
        f.tie = conflict_tie_of(w->run, TIE_ZONES, f.layer_a, f.layer_a);
    say(&f);
    conflict_place_name(w->run, &w->check, &f);
    conflict_make_id(&f);
    l->findings[item] = f;
    return STATUS_OK;
}

static enum status describe_all(struct conflict_run *run, struct pair_list *l, struct error *e)
{
    if (!ARRAY_RESERVE(run->findings, run->capacity, run->n + l->n))
        return error_no_memory(e);
    l->findings = run->findings + run->n;
    run->total += (int64_t)l->n;
    enum status s = name_all_rules(run, l, e);
    if (!s)
        s = conflict_parallel(run, l->n, 4, describe, NULL, l, e);
    if (!s)
        run->n += l->n;
    return s;
}

/* Each layer with itself, layers that must be apart, and those of one tiling. */
static bool are_compared(const struct conflict_run *run, uint32_t a, uint32_t b)
{
    return a == b || are_apart(run, a, b) || are_tied(run, TIE_TILE, a, b);
}

enum status conflict_find_pairs(struct conflict_run *run, struct error *e)
{
    struct pair_list l = {.n = 0};
    enum status s = STATUS_OK;
    for (uint32_t a = 0; a < run->n_layers; a++)
        for (uint32_t b = a; b < run->n_layers; b++)
            if (are_compared(run, a, b))
                run->total += index_n_features(run->layers[parcels_of(run, a, b)].snapshot->index);
    for (uint32_t a = 0; a < run->n_layers; a++)
        for (uint32_t b = a; !s && b < run->n_layers; b++)
            if (are_compared(run, a, b))
                s = measure_layers(run, &l, a, b, e);
    if (!s && l.n)
        qsort(l.pairs, l.n, sizeof *l.pairs, by_features);
    if (!s && l.n)
        s = describe_all(run, &l, e);
    free(l.pairs);
    return s;
}

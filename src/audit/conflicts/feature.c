/* What can be told of a feature by itself: does its county code fit its place, does its declared area fit its
 * figure, does it lie in the region. */
#include "audit/conflicts/parts.h"

#include "geo/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct lying {
    double area_m2, in_region_m2;
    bool near_declared; /* the prefecture of its county code has something nearby */
    uint32_t most;      /* the prefecture with the most of it */
    double most_m2;
};

struct lying_list {
    uint32_t layer;
    struct lying *items; /* by number in the index */
};

static bool declares(const struct index_feature *prefecture, const char *county)
{
    return strlen(county) >= 4 && strlen(prefecture->code) >= 4 && strncmp(prefecture->code, county, 4) == 0;
}

/* Has the prefecture of the county code anything within CONFLICT_PREFECTURE_FAR_M? Asked of a box around the
 * feature. */
static enum status look_around(struct conflict_worker *w, const struct geo_box *feature, const char *county,
                               struct lying *out, struct error *e)
{
    struct geo_box b = conflict_box_grown(feature, CONFLICT_PREFECTURE_FAR_M);
    struct conflict_box box;
    conflict_box_shape(&b, &box);
    const struct overlap *o;
    size_t n;
    overlap_prepare(w->check.other, &box.shape);
    enum status s = overlap_measure(w->check.other, w->run->prefectures, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++) {
        struct index_feature p = index_feature_at(w->run->prefectures, o[i].feature);
        out->near_declared = out->near_declared || (declares(&p, county) && o[i].area_m2 > 0);
    }
    return s;
}

static enum status within_prefectures(struct conflict_worker *w, const struct geo_box *box,
                                      const char *county, struct lying *out, struct error *e)
{
    const struct overlap *o;
    size_t n;
    enum status s = overlap_measure(w->check.scratch, w->run->prefectures, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++) {
        struct index_feature p = index_feature_at(w->run->prefectures, o[i].feature);
        out->near_declared = out->near_declared || (declares(&p, county) && o[i].area_m2 > 0);
        if (o[i].area_m2 > out->most_m2) {
            out->most_m2 = o[i].area_m2;
            out->most = o[i].feature;
        }
    }
    return s || out->near_declared ? s : look_around(w, box, county, out, e);
}

static enum status lie(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct lying_list *l = user;
    const struct conflict_layer *layer = &w->run->layers[l->layer];
    struct lying *out = &l->items[item];
    struct geo_shape shape;
    const struct overlap *o;
    size_t n;
    enum status s = index_feature_shape(layer->snapshot->index, (uint32_t)item, w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_parcel_area(w->check.scratch, &out->area_m2, e);
    if (!s)
        s = overlap_measure(w->check.scratch, w->run->region, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        out->in_region_m2 += o[i].area_m2;
    const char *county = layer->county[item];
    bool coded = layer->line && county && strlen(county) >= 6; /* shorter codes and none say nothing */
    out->near_declared = !coded;
    return s || !w->run->prefectures || !coded ? s : within_prefectures(w, &shape.box, county, out, e);
}

static enum status add_prefecture(struct conflict_run *run, uint32_t layer, uint32_t feature,
                                  const struct lying *l, struct error *e)
{
    struct conflict_finding f = conflict_about(run, layer, feature, CONFLICT_PREFECTURE);
    struct index_feature p = index_feature_at(run->prefectures, l->most);
    f.severity = 2;
    f.area_m2 = l->area_m2;
    f.prefecture = p.code;
    f.prefecture_name = p.name;
    f.note_zh =
        arena_printf(run->arena, "行政区代码 %.12s，但图形的 %.1f %% 位于%.60s（%.12s）；请核对代码或位置。",
                     f.county, 100 * l->most_m2 / l->area_m2, p.name, p.code);
    f.note_en =
        arena_printf(run->arena, "County code %.12s, but %.1f %% of the figure lies in %.60s (%.12s).",
                     f.county, 100 * l->most_m2 / l->area_m2, p.name, p.code);
    return f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
}

static enum status add_outside(struct conflict_run *run, uint32_t layer, uint32_t feature,
                               const struct lying *l, struct error *e)
{
    struct conflict_finding f = conflict_about(run, layer, feature, CONFLICT_OUTSIDE);
    f.severity = 2;
    f.tie = conflict_tie_of_region(run, f.layer_a);
    f.area_m2 = l->area_m2 - l->in_region_m2;
    f.note_zh = arena_printf(run->arena, "图形的 %.2f %% 在自治区范围之外（界线仅供参考）。",
                             100 * f.area_m2 / l->area_m2);
    f.note_en = arena_printf(
        run->arena, "%.2f %% of the figure lies outside the region (the outline is for reference only).",
        100 * f.area_m2 / l->area_m2);
    return f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
}

static enum status judge_places(struct conflict_run *run, struct lying_list *l, struct error *e)
{
    const struct conflict_layer *layer = &run->layers[l->layer];
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < index_n_features(layer->snapshot->index); i++) {
        const struct lying *x = &l->items[i];
        double outside = x->area_m2 - x->in_region_m2;
        if (outside > fmax(CONFLICT_FLOOR_M2, CONFLICT_OUTSIDE_SHARE * x->area_m2))
            s = add_outside(run, l->layer, i, x, e);
        if (!s && !x->near_declared && x->most_m2 > 0)
            s = add_prefecture(run, l->layer, i, x, e);
    }
    return s;
}

static enum status places(struct conflict_run *run, uint32_t layer, struct error *e)
{
    uint32_t n = index_n_features(run->layers[layer].snapshot->index);
    struct lying_list l = {layer, calloc((size_t)n + 1, sizeof *l.items)};
    run->total += n;
    enum status s = l.items ? conflict_parallel(run, n, 16, lie, NULL, &l, e) : error_no_memory(e);
    if (!s)
        s = judge_places(run, &l, e);
    free(l.items);
    return s;
}

/* ---- declared areas ---- */

static enum status declared(struct conflict_run *run, uint32_t layer, struct error *e)
{
    const struct conflict_layer *l = &run->layers[layer];
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < index_n_features(l->snapshot->index); i++) {
        double computed = index_feature_at(l->snapshot->index, i).area_m2;
        double difference = l->declared_m2[i] - computed;
        if (!(fabs(difference) > fmax(CONFLICT_DECLARED_M2, CONFLICT_DECLARED_SHARE * computed)))
            continue; /* and NAN: nothing declared */
        struct conflict_finding f = conflict_about(run, layer, i, CONFLICT_DECLARED_AREA);
        f.severity = 2;
        f.area_m2 = fabs(difference);
        f.declared_m2 = l->declared_m2[i];
        f.computed_m2 = computed;
        f.note_zh =
            arena_printf(run->arena,
                         "登记面积 %.2f 平方米，图形椭球面积 %.2f 平方米，相差 %+.2f 平方米（容差 %.1f "
                         "平方米或万分之一）。",
                         f.declared_m2, computed, difference, CONFLICT_DECLARED_M2);
        f.note_en = arena_printf(
            run->arena, "Declared %.2f m2, computed %.2f m2: %+.2f m2 (tolerance %.1f m2 or 0.01 %%).",
            f.declared_m2, computed, difference, CONFLICT_DECLARED_M2);
        s = f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
    }
    return s;
}

/* Prefectures for the places of findings about one feature: its first vertex. */
static void name_places(struct conflict_run *run, size_t first, struct check_worker *w)
{
    for (size_t i = first; i < run->n; i++)
        if (run->findings[i].kind == CONFLICT_DECLARED_AREA)
            conflict_place_name(run, w, &run->findings[i]);
}

enum status conflict_find_attributes(struct conflict_run *run, struct error *e)
{
    size_t first = run->n;
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    for (uint32_t l = 0; !s && l < run->n_layers; l++) {
        s = declared(run, l, e);
        bool in_region =
            run->layers[l].line || conflict_tie_of_region(run, run->layers[l].snapshot->version.layer) >= 0;
        if (!s && run->region && in_region)
            s = places(run, l, e);
    }
    name_places(run, first, &w);
    check_worker_release(&w);
    return s;
}

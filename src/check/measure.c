#include "check/measure.h"

#include "geo/area.h"
#include "index/overlap_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH_TOLERANCE_M 0.001 /* coordinates are delivered to the millimetre */

double measure_floor_m2(double parcel_m2)
{
    return fmax(MEASURE_FLOOR_M2, 1e-12 * parcel_m2);
}

bool measure_is_covered(double uncovered_m2, double parcel_m2)
{
    return uncovered_m2 <= fmax(0.01, 1e-9 * parcel_m2);
}

/* ---- can the layer answer at all? ---- */

static void unanswered(struct layer_finding *f, enum layer_status status, const char *zh, const char *en)
{
    f->status = status;
    f->area_m2 = f->share = NAN;
    f->reason_zh = zh;
    f->reason_en = en;
}

static enum status coverage_measure(struct check_worker *w, double parcel_m2, struct layer_finding *f,
                                    struct error *e)
{
    double covered = 0;
    if (f->layer->coverage) {
        const struct overlap *o;
        size_t n;
        enum status s = overlap_measure(w->scratch, f->layer->coverage, &o, &n, e);
        if (s)
            return s;
        for (size_t i = 0; i < n; i++)
            covered += o[i].area_m2;
    }
    f->uncovered_m2 = fmax(0.0, parcel_m2 - covered);
    return STATUS_OK;
}

/* ---- features ---- */

static int larger_first(const void *a, const void *b)
{
    const struct feature_overlap *x = a, *y = b;
    if (x->area_m2 != y->area_m2)
        return x->area_m2 > y->area_m2 ? -1 : 1;
    return x->feature_id < y->feature_id ? -1 : 1;
}

static struct feature_overlap feature_overlap_of(const struct layer_index *ix, const struct overlap *o)
{
    struct index_feature f = index_feature_at(ix, o->feature);
    return (struct feature_overlap){.feature_id = f.id,
                                    .code = f.code,
                                    .name = f.name,
                                    .zone = f.zone,
                                    .area_m2 = o->area_m2,
                                    .width_m = NAN};
}

/* A common area is set aside as a sliver only when it is small and narrow; when its shape cannot be had it is not. */
static enum status sliver_decide(struct check_worker *w, const struct layer_index *ix, uint32_t feature,
                                 const struct geo_shape *parcel, struct feature_overlap *f)
{
    if (f->area_m2 > w->slivers.area_m2)
        return STATUS_OK;
    struct overlap_part part = {feature, f->area_m2};
    struct overlap_shape s;
    enum status st = overlap_shape_build(ix, &part, 1, parcel, w->geos, w->clip, w->arena, &s, NULL);
    if (st == STATUS_NO_MEMORY)
        return st;
    if (st || s.perimeter_m <= 0)
        return STATUS_OK;
    f->width_m = 2 * f->area_m2 / s.perimeter_m;
    f->sliver = f->width_m <= w->slivers.width_m;
    return STATUS_OK;
}

/* What one layer's measurement is being gathered in. `number[i]` is the index's number of features[i]. */
struct gathering {
    struct check_worker *w;
    const struct layer_index *ix;
    const struct geo_shape *parcel;
    double parcel_m2;
    struct feature_overlap *features;
    uint32_t *number;
    size_t n;
    bool touches;
    bool conflict; /* features of the layer overlap each other here */
    bool bound;    /* their union could not be built: the area is the sum */
};

static enum status gather(struct gathering *g, struct error *e)
{
    const struct overlap *o;
    size_t n;
    enum status s = overlap_measure(g->w->scratch, g->ix, &o, &n, e);
    if (s)
        return s;
    struct overlap *copy = arena_array(g->w->arena, n + 1, sizeof *copy);
    g->features = arena_array(g->w->arena, n + 1, sizeof *g->features);
    g->number = arena_array(g->w->arena, n + 1, sizeof *g->number);
    if (!copy || !g->features || !g->number)
        return error_no_memory(e);
    if (n)
        memcpy(copy, o, n * sizeof *copy); /* the scratch is used again below */
    for (size_t i = 0; i < n && !s; i++) {
        if (copy[i].area_m2 > measure_floor_m2(g->parcel_m2)) {
            g->features[g->n] = feature_overlap_of(g->ix, &copy[i]);
            g->number[g->n] = copy[i].feature;
            s = sliver_decide(g->w, g->ix, copy[i].feature, g->parcel, &g->features[g->n]);
            g->n++;
        } else if (copy[i].crossed && !g->touches) {
            s = overlap_touches(g->w->scratch, g->ix, copy[i].feature, TOUCH_TOLERANCE_M, &g->touches, e);
        }
    }
    return s;
}

/* Do two of the gathered features overlap each other near the parcel? Each is clipped to the parcel's box and measured
 * against the layer as if it were a parcel. */
static enum status conflict_find(struct gathering *g, struct error *e)
{
    for (size_t i = 0; i < g->n && !g->conflict && g->n > 1; i++) {
        struct geo_shape local;
        const struct overlap *o = NULL;
        size_t n = 0;
        enum status s =
            overlap_clip_shape(g->ix, g->number[i], &g->parcel->box, g->w->clip, g->w->arena, &local, e);
        if (!s && local.n_rings > 0)
            overlap_prepare(g->w->other, &local);
        if (!s && local.n_rings > 0)
            s = overlap_measure(g->w->other, g->ix, &o, &n, e);
        if (s)
            return s;
        size_t j = 0; /* both lists ascend by feature */
        for (size_t k = 0; k < n; k++) {
            while (j < g->n && g->number[j] < o[k].feature)
                j++;
            if (j < g->n && g->number[j] == o[k].feature && j != i && o[k].area_m2 > MEASURE_FLOOR_M2)
                g->conflict = true;
        }
    }
    return STATUS_OK;
}

/* Area of the parcel under any of the features with this zone (NULL: under any feature). Where no two of them overlap it
 * is their sum, and otherwise the union that GEOS builds. */
static enum status union_area(struct gathering *g, const char *zone, double *out, struct error *e)
{
    struct overlap_part *chosen = arena_array(g->w->arena, g->n + 1, sizeof *chosen);
    size_t n = 0;
    double sum = 0;
    if (!chosen)
        return error_no_memory(e);
    for (size_t i = 0; i < g->n; i++) {
        if (zone && strcmp(zone, g->features[i].zone) != 0)
            continue;
        chosen[n++] = (struct overlap_part){g->number[i], g->features[i].area_m2};
        sum += g->features[i].area_m2;
    }
    *out = fmin(sum, g->parcel_m2);
    if (!g->conflict || n < 2)
        return STATUS_OK;
    struct overlap_shape s;
    enum status st =
        overlap_shape_build(g->ix, chosen, n, g->parcel, g->w->geos, g->w->clip, g->w->arena, &s, e);
    if (!st)
        *out = fmin(s.area_m2, g->parcel_m2);
    if (st == STATUS_INTERNAL) { /* the sum stands as an upper bound, and the report says so */
        g->bound = true;
        st = STATUS_OK;
    }
    return st;
}

/* ---- the boundary's sub-zones ---- */

static bool zone_known(const struct layer_finding *f, const char *zone)
{
    for (size_t i = 0; i < f->n_zones; i++)
        if (strcmp(f->zones[i].zone, zone) == 0)
            return true;
    return false;
}

static int zone_larger_first(const void *a, const void *b)
{
    const struct zone_overlap *x = a, *y = b;
    return x->area_m2 > y->area_m2 ? -1 : x->area_m2 < y->area_m2;
}

/* One entry per sub-zone, and what is outside last, so that the entries add up to the parcel. */
static enum status zones_fill(struct gathering *g, struct layer_finding *f, struct error *e)
{
    f->zones = arena_array(g->w->arena, g->n + 1, sizeof *f->zones);
    if (!f->zones)
        return error_no_memory(e);
    for (size_t i = 0; i < g->n; i++) {
        const char *zone = g->features[i].zone;
        if (zone_known(f, zone))
            continue;
        double area;
        enum status s = union_area(g, zone, &area, e);
        if (s)
            return s;
        f->zones[f->n_zones++] = (struct zone_overlap){zone, area};
    }
    qsort(f->zones, f->n_zones, sizeof *f->zones, zone_larger_first);
    f->zones[f->n_zones++] = (struct zone_overlap){"边界外", fmax(0.0, g->parcel_m2 - f->area_m2)};
    return STATUS_OK;
}

/* ---- one line ---- */

static enum layer_status status_of(const struct gathering *g, const struct layer_finding *f)
{
    if (g->n > 0) {
        for (size_t i = 0; i < g->n; i++)
            if (!g->features[i].sliver)
                return LAYER_OVERLAP;
        return f->area_m2 <= g->w->slivers.area_m2 ? LAYER_SLIVER : LAYER_OVERLAP;
    }
    return LAYER_CLEAR;
}

/* A "clear" or "sliver" stands only where the layer has data everywhere under the parcel, and all of it. */
static void doubt(struct layer_finding *f, double parcel_m2)
{
    if (f->status == LAYER_OVERLAP)
        return;
    if (f->layer->version.n_refused > 0) {
        unanswered(
            f, LAYER_UNMEASURED,
            "该图层导入时有图斑因几何错误未能入库，不能据此判定未占用；请修正数据后重新导入。",
            "Features of this layer were refused at import, so it cannot show that nothing is occupied; mend "
            "the data and import it again.");
    } else if (!measure_is_covered(f->uncovered_m2, parcel_m2)) {
        unanswered(
            f, LAYER_NOT_COVERED,
            f->layer->coverage ? "管控图层数据未覆盖该地块（或只覆盖一部分），不能判定未占用。"
                               : "该图层没有声明数据覆盖范围，不能判定未占用；请导入时给出覆盖范围。",
            f->layer->coverage
                ? "The layer has no data under the parcel, or not everywhere: it cannot show that nothing is "
                  "occupied."
                : "The layer does not state where it has data, so it cannot show that nothing is occupied; "
                  "give "
                  "its coverage at import.");
    }
}

static enum status measure_loaded(struct check_worker *w, const struct geo_shape *parcel, double parcel_m2,
                                  struct layer_finding *f, struct error *e)
{
    struct gathering g = {.w = w, .ix = f->layer->index, .parcel = parcel, .parcel_m2 = parcel_m2};
    enum status s = coverage_measure(w, parcel_m2, f, e);
    if (!s)
        s = gather(&g, e);
    if (!s)
        s = conflict_find(&g, e);
    if (!s)
        s = union_area(&g, NULL, &f->area_m2, e);
    if (!s && f->line == LINE_URBAN_DEVELOPMENT_BOUNDARY)
        s = zones_fill(&g, f, e);
    if (s)
        return s;
    for (size_t i = 0; i < g.n; i++)
        f->sum_m2 += g.features[i].area_m2;
    f->status = status_of(&g, f);
    f->area_is_bound = g.bound;
    f->share = fmin(1.0, f->area_m2 / g.parcel_m2);
    f->inside = g.n > 0 && g.parcel_m2 - f->area_m2 <= measure_floor_m2(g.parcel_m2);
    f->touches = g.touches && g.n == 0;
    f->features = g.features;
    f->n_features = g.n;
    qsort(f->features, f->n_features, sizeof *f->features, larger_first);
    doubt(f, g.parcel_m2);
    return STATUS_OK;
}

enum status measure_line(struct check_worker *w, const struct snapshot *snapshot, enum control_line line,
                         const struct geo_shape *parcel, double parcel_m2, struct layer_finding *out,
                         struct error *e)
{
    struct layer_finding f = {.line = line, .reason_zh = "", .reason_en = ""};
    f.layer = snapshot_layer(snapshot, control_line_id(line));
    f.uncovered_m2 = parcel_m2;
    enum status s = STATUS_OK;
    if (!f.layer) {
        unanswered(&f, LAYER_NOT_COVERED, "数据库中没有这个图层，不能判定；请先导入。",
                   "The store does not hold this layer, so nothing can be said; import it first.");
    } else if (!f.layer->index) {
        unanswered(&f, LAYER_UNMEASURED, f.layer->fault.zh, f.layer->fault.en);
    } else {
        s = measure_loaded(w, parcel, parcel_m2, &f, e);
    }
    if (!s)
        *out = f;
    return s;
}

/* ---- shapes ---- */

static struct overlap_part *parts_of(const struct gathering *g)
{
    struct overlap_part *parts = arena_array(g->w->arena, g->n, sizeof *parts);
    for (size_t i = 0; parts && i < g->n; i++)
        parts[i] = (struct overlap_part){g->number[i], g->features[i].area_m2};
    return parts;
}

enum status check_overlap_shape(struct check_worker *w, const struct layer_snapshot *layer,
                                const struct geo_shape *parcel, struct geo_shape *out, struct error *e)
{
    struct gathering g = {.w = w, .ix = layer->index, .parcel = parcel};
    struct overlap_shape s = {.shape = {.box = geo_box_empty()}};
    struct overlap_part *parts = NULL;
    enum status st = STATUS_OK;
    overlap_prepare(w->scratch, parcel);
    if (layer->index)
        st = overlap_parcel_area(w->scratch, &g.parcel_m2, e);
    if (!st && layer->index)
        st = gather(&g, e);
    if (!st && g.n > 0 && !(parts = parts_of(&g)))
        st = error_no_memory(e);
    if (!st && g.n > 0)
        st = overlap_shape_build(g.ix, parts, g.n, parcel, w->geos, w->clip, w->arena, &s, e);
    if (!st)
        *out = s.shape;
    return st;
}

enum status measure_common(struct check_worker *w, const struct geo_shape *parcel,
                           const struct layer_finding *a, const struct layer_finding *b, double *area_m2,
                           struct error *e)
{
    struct geo_shape first;
    enum status s = check_overlap_shape(w, a->layer, parcel, &first, e);
    *area_m2 = 0;
    if (s || first.n_rings == 0)
        return s;
    struct gathering g = {.w = w, .ix = b->layer->index, .parcel = &first};
    overlap_prepare(w->scratch, &first);
    s = overlap_parcel_area(w->scratch, &g.parcel_m2, e);
    if (!s)
        s = gather(&g, e);
    if (!s)
        s = conflict_find(&g, e);
    if (!s)
        s = union_area(&g, NULL, area_m2, e);
    overlap_prepare(w->scratch, parcel);
    return s;
}

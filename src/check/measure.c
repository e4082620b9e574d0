#include "check/measure.h"

#include "base/budget.h"
#include "geo/area.h"
#include "index/overlap_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH_TOLERANCE_M 0.001 /* coordinates are delivered to the millimetre */

/* ---- can the layer answer at all? ---- */

static void unanswered(struct layer_finding *f, enum layer_status status, const char *zh, const char *en)
{
    f->status = status;
    f->area_m2 = f->share = NAN;
    f->reason_zh = zh;
    f->reason_en = en;
}

static enum status covered_by(struct measuring *m, const struct layer_index *coverage, double *m2,
                              struct error *e)
{
    const struct overlap *o;
    size_t n;
    for (size_t i = 0; i < m->n_covered; i++)
        if (m->covered[i].coverage == coverage) {
            *m2 = m->covered[i].m2;
            return STATUS_OK;
        }
    enum status s = overlap_measure(m->w->scratch, coverage, &o, &n, e);
    if (s)
        return s;
    *m2 = 0;
    for (size_t i = 0; i < n; i++)
        *m2 += o[i].area_m2;
    if (m->n_covered < LINES_MAX) {
        m->covered[m->n_covered].coverage = coverage;
        m->covered[m->n_covered++].m2 = *m2;
    }
    return STATUS_OK;
}

static enum status coverage_measure(struct measuring *m, struct layer_finding *f, struct error *e)
{
    double covered = 0;
    enum status s = f->layer->coverage ? covered_by(m, f->layer->coverage, &covered, e) : STATUS_OK;
    f->uncovered_m2 = fmax(0.0, m->parcel_m2 - covered);
    return s;
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

/* A common area is set aside as a sliver only when it is small and narrow; when its shape cannot be had it
 * is not. */
static enum status sliver_decide(const struct check_worker *w, struct overlap_shapes *shapes,
                                 uint32_t feature, struct feature_overlap *f)
{
    if (f->area_m2 > w->slivers.area_m2)
        return STATUS_OK;
    struct overlap_part part = {feature, f->area_m2};
    struct overlap_shape s;
    enum status st = overlap_shape_build(shapes, &part, 1, &s, NULL);
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
    bool areas_only; /* neither widths of slivers nor touches are asked for */
    struct overlap_shapes shapes;
    struct feature_overlap *features;
    uint32_t *number;
    size_t n;
    bool touches;
    bool conflict; /* features of the layer overlap each other here */
    size_t
        *group; /* of more than MANY: which hang together by overlapping; the number of a member, or itself */
    bool bound; /* their union could not be built: the area is the sum */
};

static struct gathering gathering_of(struct check_worker *w, const struct layer_index *ix,
                                     const struct geo_shape *parcel)
{
    return (struct gathering){
        .w = w,
        .ix = ix,
        .parcel = parcel,
        .shapes = {.ix = ix, .parcel = parcel, .geos = w->geos, .clip = w->clip, .arena = w->arena}};
}

static enum status gather(struct gathering *g, struct error *e)
{
    const struct overlap *o;
    size_t n;
    enum status s = overlap_measure(g->w->scratch, g->ix, &o, &n, e);
    if (s || n == 0)
        return s;
    struct overlap *copy = arena_array(g->w->arena, n + 1, sizeof *copy);
    g->features = arena_array(g->w->arena, n + 1, sizeof *g->features);
    g->number = arena_array(g->w->arena, n + 1, sizeof *g->number);
    if (!copy || !g->features || !g->number)
        return error_no_memory(e);
    memcpy(copy, o, n * sizeof *copy); /* the scratch is used again below */
    for (size_t i = 0; i < n && !s && !(s = budget_check(e)); i++) {
        if (copy[i].area_m2 > measure_floor_m2(g->parcel_m2)) {
            g->features[g->n] = feature_overlap_of(g->ix, &copy[i]);
            g->number[g->n] = copy[i].feature;
            if (!g->areas_only)
                s = sliver_decide(g->w, &g->shapes, copy[i].feature, &g->features[g->n]);
            g->n++;
        } else if (copy[i].crossed && !g->touches && !g->areas_only) {
            s = overlap_touches(g->w->scratch, g->ix, copy[i].feature, TOUCH_TOLERANCE_M, &g->touches, e);
        }
    }
    return s;
}

/* From this number on only what overlaps is united, and parts that do not overlap stand side by side: uniting
 * all is what GEOS takes minutes for. Fewer are united as ever, to the last bit. */
enum { MANY = 64 };

static size_t group_of(struct gathering *g, size_t i)
{
    while (g->group[i] != i)
        i = g->group[i] = g->group[g->group[i]];
    return i;
}

/* Its place among the gathered; g->n: it is not one. */
static size_t gathered_at(const struct gathering *g, uint32_t feature)
{
    size_t low = 0, high = g->n; /* numbers ascend */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->number[middle] < feature)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->n && g->number[low] == feature ? low : g->n;
}

/* What of feature i overlaps other gathered ones. */
static void conflicts_add(struct gathering *g, size_t i, const struct overlap *o, size_t n)
{
    for (size_t k = 0; k < n && (g->group || !g->conflict); k++) {
        bool other = o[k].area_m2 > MEASURE_FLOOR_M2 && o[k].feature != g->number[i];
        size_t at = other ? gathered_at(g, o[k].feature) : g->n;
        if (at == g->n)
            continue;
        g->conflict = true;
        if (g->group)
            g->group[group_of(g, at)] = group_of(g, i);
    }
}

/* Do two of the gathered features overlap each other near the parcel? Each is clipped to the parcel's box and
 * measured against the layer as if it were a parcel. */
static enum status conflict_find(struct gathering *g, struct error *e)
{
    if (g->n > MANY && !(g->group = arena_array(g->w->arena, g->n, sizeof *g->group)))
        return error_no_memory(e);
    for (size_t i = 0; g->group && i < g->n; i++)
        g->group[i] = i;
    for (size_t i = 0; i < g->n && (g->group || !g->conflict) && g->n > 1; i++) {
        struct geo_shape local;
        const struct overlap *o = NULL;
        size_t n = 0;
        enum status s = budget_check(e);
        if (!s)
            s = overlap_clip_shape(g->ix, g->number[i], &g->parcel->box, g->w->clip, g->w->arena, &local, e);
        if (!s && local.n_rings > 0)
            overlap_prepare(g->w->other, &local);
        if (!s && local.n_rings > 0)
            s = overlap_measure(g->w->other, g->ix, &o, &n, e);
        if (s)
            return s;
        conflicts_add(g, i, o, n);
    }
    return STATUS_OK;
}

static int by_group(const void *a, const void *b, void *user)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b, gx = group_of(user, x), gy = group_of(user, y);
    return gx != gy ? (gx < gy ? -1 : 1) : x < y ? -1 : x > y;
}

/* What the n features have of the parcel together, as GEOS unites it; their sum where it cannot. */
static enum status united_area(struct gathering *g, const size_t *of, size_t n, double *out, struct error *e)
{
    struct overlap_part *parts = arena_array(g->w->arena, n + 1, sizeof *parts);
    *out = 0;
    if (!parts)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        parts[i] = (struct overlap_part){g->number[of[i]], g->features[of[i]].area_m2};
        *out += parts[i].area_m2;
    }
    if (!g->conflict || n < 2)
        return STATUS_OK;
    struct overlap_shape s;
    enum status st = overlap_shape_build(&g->shapes, parts, n, &s, e);
    if (!st)
        *out = s.area_m2;
    if (st == STATUS_INTERNAL || (st == STATUS_TOO_LARGE && !budget_is_over())) {
        g->bound = true; /* the sum stands as an upper bound, and the report says so */
        st = STATUS_OK;
    }
    return st;
}

/* Area of the parcel under any of these features, which are numbers in g->features and ascend. Where no two
 * features overlap it is their sum, and otherwise the union that GEOS builds; of many, of those that
 * overlap. */
static enum status union_area(struct gathering *g, const size_t *of, size_t n, double *out, struct error *e)
{
    double sum = 0, m2 = 0;
    enum status s = STATUS_OK;
    if (!g->group || !g->conflict) {
        s = united_area(g, of, n, &sum, e);
    } else {
        size_t *sorted = arena_array(g->w->arena, n + 1, sizeof *sorted);
        if (!sorted)
            return error_no_memory(e);
        memcpy(sorted, of, n * sizeof *of);
        qsort_r(sorted, n, sizeof *sorted, by_group, g);
        for (size_t first = 0, end; !s && first < n; first = end, sum += m2) {
            for (end = first + 1; end < n && group_of(g, sorted[end]) == group_of(g, sorted[first]);)
                end++;
            s = united_area(g, sorted + first, end - first, &m2, e);
        }
    }
    if (!s)
        *out = fmin(sum, g->parcel_m2);
    return s;
}

static enum status whole_area(struct gathering *g, double *out, struct error *e)
{
    if (g->n == 0) {
        *out = fmin(0.0, g->parcel_m2);
        return STATUS_OK;
    }
    size_t *all = arena_array(g->w->arena, g->n, sizeof *all);
    for (size_t i = 0; all && i < g->n; i++)
        all[i] = i;
    return all ? union_area(g, all, g->n, out, e) : error_no_memory(e);
}

/* ---- zones of a line that contains ---- */

static int by_zone(const void *a, const void *b, void *user)
{
    const struct feature_overlap *features = user;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int c = strcmp(features[x].zone, features[y].zone);
    return c ? c : x < y ? -1 : x > y;
}

static int zone_larger_first(const void *a, const void *b)
{
    const struct zone_overlap *x = a, *y = b;
    if (x->area_m2 != y->area_m2)
        return x->area_m2 > y->area_m2 ? -1 : 1;
    return strcmp(x->zone, y->zone);
}

/* One entry per sub-zone or class; of a line that contains, what is outside last, so that the entries add up
 * to the parcel. */
static enum status zones_fill(struct gathering *g, struct layer_finding *f, struct error *e)
{
    size_t *of = arena_array(g->w->arena, g->n + 1, sizeof *of);
    f->zones = arena_array(g->w->arena, g->n + 1, sizeof *f->zones);
    if (!f->zones || !of)
        return error_no_memory(e);
    for (size_t i = 0; i < g->n; i++)
        of[i] = i;
    qsort_r(of, g->n, sizeof *of, by_zone, g->features);
    for (size_t first = 0, end; first < g->n; first = end) {
        struct zone_overlap z = {.zone = g->features[of[first]].zone};
        for (end = first + 1; end < g->n && strcmp(g->features[of[end]].zone, z.zone) == 0;)
            end++;
        enum status s = union_area(g, of + first, end - first, &z.area_m2, e);
        if (s)
            return s;
        f->zones[f->n_zones++] = z;
    }
    qsort(f->zones, f->n_zones, sizeof *f->zones, zone_larger_first);
    if (f->line->relation == LINE_CONTAINS)
        f->zones[f->n_zones++] =
            (struct zone_overlap){f->line->outside, fmax(0.0, g->parcel_m2 - f->area_m2)};
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

static enum status partly_covered(struct check_worker *w, struct layer_finding *f, struct error *e)
{
    const char *zh =
        arena_printf(w->arena, "管控图层数据只覆盖地块的一部分，其中%.2f平方米没有数据，不能判定未占用。",
                     f->uncovered_m2);
    const char *en = arena_printf(w->arena,
                                  "The layer has no data under %.2f m2 of the parcel: it cannot show that "
                                  "nothing is occupied.",
                                  f->uncovered_m2);
    if (!zh || !en)
        return error_no_memory(e);
    unanswered(f, LAYER_NOT_COVERED, zh, en);
    return STATUS_OK;
}

/* A "clear" or "sliver" stands only where the layer has data everywhere under the parcel, and all of it. */
static enum status doubt(struct check_worker *w, struct layer_finding *f, double parcel_m2, struct error *e)
{
    if (f->status == LAYER_OVERLAP)
        return STATUS_OK;
    if (f->layer->version.n_refused > 0) {
        unanswered(
            f, LAYER_UNMEASURED,
            "该图层导入时有图斑因几何错误未能入库，不能据此判定未占用；请修正数据后重新导入。",
            "Features of this layer were refused at import, so it cannot show that nothing is occupied; mend "
            "the data and import it again.");
    } else if (f->layer->coverage && !measure_is_covered(f->uncovered_m2, parcel_m2) &&
               !measure_is_covered(parcel_m2 - f->uncovered_m2, parcel_m2)) {
        return partly_covered(w, f, e);
    } else if (!measure_is_covered(f->uncovered_m2, parcel_m2)) {
        unanswered(
            f, LAYER_NOT_COVERED,
            f->layer->coverage ? "管控图层数据未覆盖该地块，不能判定未占用。"
                               : "该图层没有声明数据覆盖范围，不能判定未占用；请导入时给出覆盖范围。",
            f->layer->coverage
                ? "The layer has no data under the parcel: it cannot show that nothing is occupied."
                : "The layer does not state where it has data, so it cannot show that nothing is occupied; "
                  "give "
                  "its coverage at import.");
    }
    return STATUS_OK;
}

/* A line that only excludes and has nothing near the parcel, as it is with most of many lines. */
static enum status measure_far(struct measuring *m, struct layer_finding *f, struct error *e)
{
    enum status s = coverage_measure(m, f, e);
    if (s)
        return s;
    f->status = LAYER_CLEAR; /* of 0 m2, until doubted */
    return doubt(m->w, f, m->parcel_m2, e);
}

static enum status measure_loaded(struct measuring *m, struct layer_finding *f, struct error *e)
{
    if (f->line->relation == LINE_EXCLUDES && overlap_saw_nothing(m->w->scratch, f->layer->index))
        return measure_far(m, f, e);
    struct gathering g = gathering_of(m->w, f->layer->index, m->parcel);
    g.parcel_m2 = m->parcel_m2;
    enum status s = coverage_measure(m, f, e);
    if (!s)
        s = gather(&g, e);
    if (!s)
        s = conflict_find(&g, e);
    if (!s)
        s = whole_area(&g, &f->area_m2, e);
    if (!s && f->line->relation != LINE_EXCLUDES)
        s = zones_fill(&g, f, e);
    if (s)
        return s;
    for (size_t i = 0; i < g.n; i++)
        f->sum_m2 += g.features[i].area_m2;
    f->status = status_of(&g, f);
    f->area_is_bound = g.bound;
    f->share = fmin(1.0, f->area_m2 / g.parcel_m2);
    f->inside = g.n > 0 && g.parcel_m2 - f->area_m2 <= measure_floor_m2(g.parcel_m2);
    if (f->inside) /* all of the parcel but what the kernel misses of it */
        f->area_m2 += m->area_m2 - m->parcel_m2;
    f->touches = g.touches && g.n == 0;
    f->features = g.features;
    f->n_features = g.n;
    if (f->n_features > 1)
        qsort(f->features, f->n_features, sizeof *f->features, larger_first);
    return doubt(m->w, f, g.parcel_m2, e);
}

enum status measure_line(struct measuring *m, const struct snapshot *snapshot, int line,
                         struct layer_finding *out, struct error *e)
{
    return measure_layer(m, line_at(snapshot_lines(snapshot), line), snapshot_line(snapshot, line), out, e);
}

enum status measure_layer(struct measuring *m, const struct control_line *line,
                          const struct layer_snapshot *layer, struct layer_finding *out, struct error *e)
{
    enum status s = STATUS_OK;
    *out = (struct layer_finding){
        .line = line, .layer = layer, .uncovered_m2 = m->parcel_m2, .reason_zh = "", .reason_en = ""};
    if (!layer) {
        unanswered(out, LAYER_NOT_COVERED, "数据库中没有这个图层，不能判定；请先导入。",
                   "The store does not hold this layer, so nothing can be said; import it first.");
    } else if (!layer->index) {
        unanswered(out, LAYER_UNMEASURED, layer->fault.zh, layer->fault.en);
    } else if (!layer_is_measurable(layer)) {
        unanswered(out, LAYER_UNMEASURED, index_changed_text(false), index_changed_text(true));
    } else {
        s = measure_loaded(m, out, e);
    }
    return s;
}

/* ---- units ---- */

static int larger_unit_first(const void *a, const void *b)
{
    const struct parcel_unit *x = a, *y = b;
    if (x->area_m2 != y->area_m2)
        return x->area_m2 > y->area_m2 ? -1 : 1;
    return strcmp(x->code, y->code);
}

static enum status add_units(struct check_worker *w, const struct layer_snapshot *layer,
                             struct parcel_report *r, struct error *e)
{
    const struct overlap *o;
    size_t n, first = r->n_units;
    enum status s = overlap_measure(w->scratch, layer->index, &o, &n, e);
    struct parcel_unit *units = s ? NULL : arena_array(w->arena, first + n + 1, sizeof *units);
    if (s || !units)
        return s ? s : error_no_memory(e);
    if (first)
        memcpy(units, r->units, first * sizeof *units);
    for (size_t i = 0; i < n; i++) {
        struct index_feature f = index_feature_at(layer->index, o[i].feature);
        if (o[i].area_m2 > fmax(0.01, measure_floor_m2(r->area_m2)))
            units[r->n_units++] = (struct parcel_unit){layer->version.layer, f.code, f.name, o[i].area_m2};
    }
    qsort(units + first, r->n_units - first, sizeof *units, larger_unit_first);
    r->units = units;
    return STATUS_OK;
}

enum status measure_units(struct check_worker *w, const struct snapshot *snapshot, struct parcel_report *r,
                          struct error *e)
{
    const struct unit_layer *levels;
    size_t n = snapshot_units(snapshot, &levels);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < n; i++)
        if (layer_is_measurable(levels[i].layer))
            s = add_units(w, levels[i].layer, r, e);
    return s;
}

/* ---- shapes ---- */

/* Of the features that were gathered those that `only` lets pass; *n of them. */
static struct overlap_part *parts_of(const struct gathering *g, const struct zone_filter *only, size_t *n)
{
    struct overlap_part *parts = arena_array(g->w->arena, g->n + 1, sizeof *parts);
    *n = 0;
    for (size_t i = 0; parts && i < g->n; i++)
        if (!only || line_zone_of(only->line, g->features[i].zone) == only->zone)
            parts[(*n)++] = (struct overlap_part){g->number[i], g->features[i].area_m2};
    return parts;
}

/* `pieces`: many parts that do not overlap may stand side by side. */
static enum status overlap_geometry(struct gathering *g, const struct zone_filter *only, bool pieces,
                                    struct geo_shape *out, struct error *e)
{
    struct overlap_shape s = {.shape = {.box = geo_box_empty()}};
    struct overlap_part *parts = NULL;
    size_t n = 0;
    enum status st = STATUS_OK;
    g->areas_only = true;
    overlap_prepare(g->w->scratch, g->parcel);
    if (g->ix)
        st = overlap_parcel_area(g->w->scratch, &g->parcel_m2, e);
    if (!st && g->ix)
        st = gather(g, e);
    if (!st && pieces && g->n > MANY)
        st = conflict_find(g, e);
    if (!st && !(parts = parts_of(g, only, &n)))
        st = error_no_memory(e);
    if (!st && n > 0)
        st = pieces && g->group && !g->conflict ? overlap_shape_pieces(&g->shapes, parts, n, &s.shape, e)
                                                : overlap_shape_build(&g->shapes, parts, n, &s, e);
    if (g->ix && !index_is_trusted(g->ix))
        return index_changed(e);
    if (!st)
        *out = s.shape;
    return st;
}

enum status check_overlap_shape(struct check_worker *w, const struct layer_snapshot *layer,
                                const struct geo_shape *parcel, const struct zone_filter *only,
                                struct geo_shape *out, struct error *e)
{
    struct gathering g = gathering_of(w, layer->index, parcel);
    return overlap_geometry(&g, only, false, out, e);
}

enum status check_overlap_pieces(struct check_worker *w, const struct layer_snapshot *layer,
                                 const struct geo_shape *parcel, const struct zone_filter *only,
                                 struct geo_shape *out, struct error *e)
{
    struct gathering g = gathering_of(w, layer->index, parcel);
    return overlap_geometry(&g, only, true, out, e);
}

enum status measure_common_begin(struct check_worker *w, const struct geo_shape *parcel,
                                 const struct layer_finding *a, struct geo_shape *common, struct error *e)
{
    enum status s = check_overlap_pieces(w, a->layer, parcel, NULL, common, e);
    if (!s)
        overlap_prepare(w->scratch, common);
    return s;
}

enum status measure_common(struct check_worker *w, const struct geo_shape *common,
                           const struct layer_finding *b, double *area_m2, struct error *e)
{
    *area_m2 = 0;
    if (common->n_rings == 0)
        return STATUS_OK;
    struct gathering g = gathering_of(w, b->layer->index, common);
    g.areas_only = true;
    enum status s = overlap_parcel_area(w->scratch, &g.parcel_m2, e);
    if (!s)
        s = gather(&g, e);
    if (!s)
        s = conflict_find(&g, e);
    if (!s)
        s = whole_area(&g, area_m2, e);
    return s;
}

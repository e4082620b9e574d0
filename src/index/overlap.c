#include "index/overlap.h"

#include "base/array.h"
#include "base/budget.h"
#include "base/limits.h"
#include "index/overlap_parts.h"
#include "index/shape_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool cpu_has(const char *name)
{
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2");
#endif
    return strcmp(name, "baseline") == 0;
}

static const struct overlap_kernel kernels[] = {
#if defined(__x86_64__)
    {"avx2", pair_kernel_avx2},
#endif
    {"baseline", pair_kernel_baseline},
};

bool overlap_kernel_choose(struct overlap_scratch *s, const char *name)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (strcmp(kernels[i].name, name) == 0 && cpu_has(name)) {
            s->kernel = kernels[i];
            return true;
        }
    }
    return false;
}

const char *overlap_kernel_name(const struct overlap_scratch *s)
{
    return s->kernel.name;
}

enum status overlap_scratch_new(struct overlap_scratch **out, struct error *e)
{
    struct overlap_scratch *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    for (size_t i = 0; !s->kernel.fn; i++) /* the last one runs everywhere */
        overlap_kernel_choose(s, kernels[i].name);
    *out = s;
    return STATUS_OK;
}

void overlap_scratch_free(struct overlap_scratch *s)
{
    if (!s)
        return;
    parcel_parts_release(&s->list);
    overlap_nearby_release(&s->nearby);
    for (size_t i = 0; i < LAYER_SET_MAX; i++)
        ring_hits_release(s->near + i);
    ring_hits_release(&s->blocks);
    ring_hits_release(&s->touching.near);
    ring_hits_release(&s->touching.met);
    arena_free(s->edges);
    free(s->found);
    free(s);
}

/* Whatever ends a measurement is memory, or the budget. */
static enum status stopped(struct error *e)
{
    enum status s = budget_check(e);
    return s ? s : error_no_memory(e);
}

/* Beyond this a scratch does not keep its memory for the next parcel. */
#define KEPT_BYTES ((size_t)8 << 20)

void overlap_scratch_shrink(struct overlap_scratch *s)
{
    bool pieces = s->list.cap_fields * sizeof *s->list.fields > KEPT_BYTES;
    bool runs = s->nearby.cap_runs * sizeof *s->nearby.runs > KEPT_BYTES;
    s->parcel = NULL;
    s->cut = false;
    s->looked_at = NULL;
    s->touching.shape = NULL;
    if (pieces)
        parcel_parts_release(&s->list);
    if (runs)
        overlap_nearby_release(&s->nearby);
    if (pieces && s->edges)
        arena_reset(s->edges);
}

bool overlap_parcel_cut(struct overlap_scratch *s)
{
    if (!s->cut)
        s->cut = parcel_parts_build(&s->list, s->parcel);
    return s->cut;
}

void overlap_prepare(struct overlap_scratch *s, const struct geo_shape *shape)
{
    s->parcel = shape;
    s->cut = false; /* not before something is near it */
    s->looked_at = NULL;
    s->touching.shape = NULL;
    s->touching.serial = 0;
}

enum status overlap_look(struct overlap_scratch *s, const struct layer_set *set, struct error *e)
{
    size_t n = layer_set_size(set);
    s->looked_at = NULL;
    if (!layer_set_find(set, &s->parcel->box, &s->blocks, s->near))
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++)
        overlap_nearby_prefetch_tables(layer_set_at(set, i), s->near[i].ring, s->near[i].n);
    for (size_t i = 0; i < n; i++)
        overlap_nearby_prefetch_trees(layer_set_at(set, i), s->near[i].ring, s->near[i].n);
    s->looked_at = set;
    s->near_at = 0;
    return STATUS_OK;
}

/* What was found near the parcel; NULL: nobody has looked. */
static const struct ring_hits *near_of(struct overlap_scratch *s, const struct layer_index *ix)
{
    size_t n = s->looked_at ? layer_set_size(s->looked_at) : 0;
    for (size_t i = 0; i < n; i++) {
        if (layer_set_at(s->looked_at, s->near_at) == ix)
            return s->near + s->near_at;
        s->near_at = s->near_at + 1 < n ? s->near_at + 1 : 0;
    }
    return NULL;
}

bool overlap_saw_nothing(struct overlap_scratch *s, const struct layer_index *ix)
{
    const struct ring_hits *near = near_of(s, ix);
    return near && near->n == 0;
}

enum status overlap_parcel_area(struct overlap_scratch *s, double *area_m2, struct error *e)
{
    if (!s->cut && parcel_parts_edges(s->parcel) > LIMIT_PARCEL_EDGES)
        return budget_too_costly(
            e, "地块有太多又长又密的边，逐条计算要占用过多的时间和内存",
            "The parcel has too many edges that are long and close together: to measure it "
            "would take too much time and memory");
    if (!overlap_parcel_cut(s))
        return stopped(e);
    *area_m2 = s->list.area_m2;
    return STATUS_OK;
}

/* ---- all pieces against all rings near them ---- */

static bool found_push(struct overlap_scratch *s, uint32_t feature, double area_m2, bool crossed)
{
    if (!ARRAY_RESERVE(s->found, s->cap_found, s->n_found + 1))
        return false;
    s->found[s->n_found++] = (struct overlap){feature, area_m2, crossed};
    return true;
}

bool overlap_part_measure(struct overlap_scratch *s, const struct overlap_nearby_part *part,
                          const struct parcel_part *p, double area_m2)
{
    const struct overlap_nearby *v = &s->nearby;
    size_t run = part->first_run, end = part->first_end;
    for (size_t i = part->first_feature; i < part->end_feature; i++) {
        const struct overlap_nearby_feature *f = v->features + i;
        bool crossed = run < f->end_run;
        double sum = f->winding * area_m2;
        for (; run < f->end_run; run++)
            sum += s->kernel.fn(p, v->runs[run].lon, v->runs[run].lat, v->runs[run].n);
        for (; end < f->end_end; end++)
            if (v->ends[end].sign)
                sum += v->ends[end].sign * parcel_part_area_west_of(p, *v->ends[end].lon - p->lon0);
        if (!found_push(s, f->feature, sum, crossed))
            return false;
    }
    return true;
}

struct found_place {
    struct overlap o;
    size_t at;
};

static int by_feature_then_place(const void *a, const void *b)
{
    const struct found_place *x = a, *y = b;
    if (x->o.feature != y->o.feature)
        return x->o.feature < y->o.feature ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

/* Several pieces each found their features: one entry per feature, pieces added in their order. */
static bool found_merge(struct overlap_scratch *s)
{
    struct found_place *f = malloc((s->n_found + 1) * sizeof *f);
    if (!f)
        return false;
    for (size_t i = 0; i < s->n_found; i++)
        f[i] = (struct found_place){s->found[i], i};
    qsort(f, s->n_found, sizeof *f, by_feature_then_place);
    size_t n = 0;
    for (size_t i = 0; i < s->n_found; i++) {
        if (n > 0 && s->found[n - 1].feature == f[i].o.feature) {
            s->found[n - 1].area_m2 += f[i].o.area_m2;
            s->found[n - 1].crossed |= f[i].o.crossed;
        } else {
            s->found[n++] = f[i].o;
        }
    }
    s->n_found = n;
    free(f);
    return true;
}

void overlap_found_finish(struct overlap_scratch *s)
{
    for (size_t i = 0; i < s->n_found; i++)
        s->found[i].area_m2 = fmax(0.0, s->found[i].area_m2);
}

static bool parts_measure(struct overlap_scratch *s, const struct layer_index *ix,
                          const struct overlap_nearby_question *question)
{
    for (size_t i = 0; i < s->list.n_parts; i++) {
        const struct parcel_part *p = s->list.parts + i;
        struct overlap_nearby_part part;
        if (budget_is_over() ||
            overlap_nearby_box(&s->nearby, ix, &p->box, NULL, question, &part) != NEARBY_DONE ||
            !overlap_part_measure(s, &part, p, p->area_m2))
            return false;
    }
    return found_merge(s);
}

/* Most parcels have nothing of a layer in them, or lie in the midst of a feature: then only the box is looked
 * at, and a large one need not be cut. */
static bool parcel_measure(struct overlap_scratch *s, const struct layer_index *ix, overlap_wanted_fn *wanted,
                           void *user)
{
    const struct ring_hits *near = near_of(s, ix);
    if (near && near->n == 0)
        return true;
    bool whole = parcel_part_is_whole(s->parcel);
    struct overlap_nearby_question question = {wanted, user, whole ? SIZE_MAX : 0};
    struct overlap_nearby_part part;
    enum overlap_nearby_result r =
        overlap_nearby_box(&s->nearby, ix, &s->parcel->box, near, &question, &part);
    if (r == NEARBY_DONE && part.idle)
        return overlap_part_measure(s, &part, NULL, 0.0);
    if (r == NEARBY_NO_MEMORY || !overlap_parcel_cut(s))
        return false;
    question.max_runs = SIZE_MAX;
    return r == NEARBY_DONE && (whole || part.far)
               ? overlap_part_measure(s, &part, s->list.parts, s->list.area_m2)
               : parts_measure(s, ix, &question);
}

enum status overlap_measure_wanted(struct overlap_scratch *s, const struct layer_index *ix,
                                   overlap_wanted_fn *wanted, void *user, const struct overlap **out,
                                   size_t *n, struct error *e)
{
    s->n_found = 0;
    if (!parcel_measure(s, ix, wanted, user))
        return stopped(e);
    overlap_found_finish(s);
    *out = s->found;
    *n = s->n_found;
    return STATUS_OK;
}

enum status overlap_measure(struct overlap_scratch *s, const struct layer_index *ix,
                            const struct overlap **out, size_t *n, struct error *e)
{
    return overlap_measure_wanted(s, ix, NULL, NULL, out, n, e);
}

/* The parcel's own edges, so that only those near a ring are held against it. */
static bool touching_begin(struct overlap_scratch *s)
{
    if (s->touching.shape)
        return true;
    if (!s->edges && !(s->edges = arena_new(LIMIT_REQUEST_ARENA_BYTES)))
        return false;
    arena_reset(s->edges);
    s->touching.shape = shape_index_new(s->parcel, s->edges);
    return s->touching.shape != NULL;
}

enum status overlap_touches(struct overlap_scratch *s, const struct layer_index *ix, uint32_t feature,
                            double tolerance_m, bool *out, struct error *e)
{
    return touching_begin(s) && touch_find(&s->touching, ix, feature, tolerance_m, out) ? STATUS_OK
                                                                                        : error_no_memory(e);
}

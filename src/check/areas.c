#include "check/areas.h"

#include "check/measure.h"
#include "geo/area.h"

struct areas_run {
    struct arena *arena;
    struct parcel_areas *out;
    bool no_memory;
};

static bool coverage_add(size_t parcel, const struct overlap *found, size_t n, void *user)
{
    struct areas_run *run = user;
    for (size_t i = 0; i < n; i++)
        run->out[parcel].uncovered_m2 -= found[i].area_m2;
    return true;
}

static bool features_add(size_t parcel, const struct overlap *found, size_t n, void *user)
{
    struct areas_run *run = user;
    struct parcel_areas *p = run->out + parcel;
    struct feature_area *features = NULL;
    double floor_m2 = measure_floor_m2(p->area_m2);
    for (size_t i = 0; i < n; i++) {
        if (!(found[i].area_m2 > floor_m2))
            continue;
        if (!features)
            features = arena_array(run->arena, n - i, sizeof *features);
        if (!features) {
            run->no_memory = true;
            return false;
        }
        features[p->n_features++] = (struct feature_area){found[i].feature, found[i].area_m2};
    }
    p->features = features;
    return true;
}

static enum status own_areas(struct check_worker *w, const struct geo_shape *parcels, size_t n,
                             struct parcel_areas *out, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < n; i++) {
        out[i] = (struct parcel_areas){.n_features = 0};
        overlap_prepare(w->scratch, parcels + i);
        s = overlap_parcel_area(w->scratch, &out[i].area_m2, e);
        out[i].uncovered_m2 = out[i].area_m2;
    }
    return s;
}

/* Until here its area was the kernel's, as what was found in it; what is told is what a check tells. */
static void tell_own(const struct geo_shape *shape, struct parcel_areas *p)
{
    double area = geo_shape_area_m2(shape);
    p->uncovered_m2 =
        measure_is_covered(p->uncovered_m2, p->area_m2) ? 0 : p->uncovered_m2 + (area - p->area_m2);
    p->area_m2 = area;
}

enum status areas_measure(struct check_worker *w, const struct layer_snapshot *layer,
                          const struct geo_shape *parcels, size_t n, struct parcel_areas *out,
                          struct error *e)
{
    struct areas_run run = {w->arena, out, false};
    enum status s = own_areas(w, parcels, n, out, e);
    if (!s)
        s = overlap_batch_set(w->batch, parcels, n, e);
    if (!s && layer->coverage && layer->version.n_refused == 0)
        s = overlap_batch_measure(w->batch, w->scratch, layer->coverage, coverage_add, &run, e);
    if (!s)
        s = overlap_batch_measure(w->batch, w->scratch, layer->index, features_add, &run, e);
    if (!s && run.no_memory)
        s = error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        tell_own(parcels + i, out + i);
    bool whole = index_is_trusted(layer->index) && (!layer->coverage || index_is_trusted(layer->coverage));
    return whole ? s : index_changed(e);
}

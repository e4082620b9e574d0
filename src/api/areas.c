/* The public library: areas only, of many parcels. */
#include "api/api_parts.h"

#include "check/areas.h"
#include "geo/quick_valid.h"

enum { BLOCK = 50000 }; /* parcels that are measured together */

struct areas_call {
    struct hx_checker *c;
    const struct layer_snapshot *layer;
    struct geo_shape_builder builder;
    struct quick_valid *quick; /* owned */
    hx_areas_fn *fn;
    void *user;
    bool stopped;
};

static enum status layer_of(const struct snapshot *snapshot, const char *id,
                            const struct layer_snapshot **out, struct error *e)
{
    const struct control_line *line = line_of_name(snapshot_lines(snapshot), id);
    if (!line) {
        error_zh(e, "参数 layer 不是已定义的控制线图层：%.80s。", id);
        return error_fail(e, STATUS_INVALID_INPUT, "line-unknown",
                          "The argument layer is no control layer that is defined: %.80s.", id);
    }
    const struct layer_snapshot *layer = snapshot_layer(snapshot, line->id);
    if (!layer) {
        error_zh(e, "数据库中没有图层 %s，不能测算；请先导入。", line->id);
        return error_fail(
            e, STATUS_NOT_FOUND, "layer-missing",
            "The store does not hold the layer %s, so nothing can be measured; import it first.", line->id);
    }
    if (!layer->index) {
        *e = layer->fault;
        return e->status;
    }
    if (!layer_is_measurable(layer))
        return index_changed(e);
    *out = layer;
    return STATUS_OK;
}

/* The same sentence, with the parcel's number before it. */
static enum status at_parcel(size_t number, enum status s, struct error *e)
{
    struct error why = *e;
    if (s == STATUS_NO_MEMORY)
        return s;
    error_zh(e, "第 %zu 个地块：%s", number, why.zh);
    return error_fail(e, s, why.code, "Parcel %zu: %s", number, why.en);
}

static enum status shape_of(struct areas_call *a, const struct hx_polygon *p, struct geo_shape *out,
                            struct error *e)
{
    geo_shape_builder_clear(&a->builder);
    geo_shape_builder_polygon(&a->builder);
    for (size_t r = 0; r < p->n_rings; r++) {
        geo_shape_builder_ring(&a->builder);
        for (size_t i = 0; i < p->rings[r].n; i++)
            geo_shape_builder_point(&a->builder, p->rings[r].lon_deg[i], p->rings[r].lat_deg[i]);
    }
    enum status s = geo_shape_builder_finish(&a->builder, a->c->worker.arena, out, e);
    if (!s && out->n_rings == 0) { /* nothing measured is not nothing pressed on */
        error_zh(e, "没有界址点，不成图形。");
        s = error_fail(e, STATUS_INVALID_INPUT, "parcel-empty", "It has no points, and so no figure.");
    }
    double place_deg[2];
    return s ? s : quick_valid_check(a->quick, a->c->worker.geos, out, place_deg, e);
}

static enum status tell(struct areas_call *a, size_t parcel, const struct parcel_areas *p, struct error *e)
{
    struct hx_feature_area *features = arena_array(a->c->worker.arena, p->n_features + 1, sizeof *features);
    if (!features)
        return error_no_memory(e);
    for (size_t i = 0; i < p->n_features; i++) {
        struct index_feature f = index_feature_at(a->layer->index, p->features[i].feature);
        features[i] = (struct hx_feature_area){f.id, f.code, f.zone, p->features[i].area_m2};
    }
    const struct hx_parcel_areas told = {parcel, p->area_m2, p->uncovered_m2, features, p->n_features};
    a->stopped = !a->fn(&told, a->user);
    return STATUS_OK;
}

static enum status block_measure(struct areas_call *a, const struct hx_polygon *parcels, size_t first,
                                 size_t n, struct error *e)
{
    struct arena *arena = a->c->worker.arena;
    arena_reset(arena);
    struct geo_shape *shapes = arena_array(arena, n, sizeof *shapes);
    struct parcel_areas *areas = arena_array(arena, n, sizeof *areas);
    if (!shapes || !areas)
        return error_no_memory(e);
    enum status s = STATUS_OK;
    for (size_t i = 0; i < n; i++)
        if ((s = shape_of(a, parcels + first + i, shapes + i, e)))
            return at_parcel(first + i + 1, s, e);
    s = areas_measure(&a->c->worker, a->layer, shapes, n, areas, e);
    for (size_t i = 0; !s && !a->stopped && i < n; i++)
        s = tell(a, first + i, areas + i, e);
    return s;
}

static bool rings_missing(const struct hx_polygon *p)
{
    bool missing = p->n_rings && !p->rings;
    for (size_t r = 0; !missing && r < p->n_rings; r++)
        missing = p->rings[r].n && (!p->rings[r].lon_deg || !p->rings[r].lat_deg);
    return missing;
}

enum hx_result hx_areas(struct hx_checker *checker, const char *layer, const struct hx_polygon *parcels,
                        size_t n, hx_areas_fn *fn, void *user, struct hx_error *e)
{
    API_NEED(checker, e);
    API_NEED(layer, e);
    API_NEED(fn, e);
    if (!(parcels || n == 0))
        return api_missing("parcels", e);
    for (size_t i = 0; i < n; i++)
        if (rings_missing(parcels + i))
            return api_missing("parcels[].rings", e);
    struct areas_call a = {.c = checker, .fn = fn, .user = user};
    struct error why = {.status = STATUS_OK};
    api_forget(checker);
    checker->snapshot = snapshot_ref(checker->store->snapshot);
    geo_shape_builder_init(&a.builder);
    enum status s = layer_of(checker->snapshot, layer, &a.layer, &why);
    if (!s)
        s = quick_valid_new(&a.quick, &why);
    for (size_t at = 0; !s && !a.stopped && at < n; at += BLOCK)
        s = block_measure(&a, parcels, at, n - at < BLOCK ? n - at : BLOCK, &why);
    geo_shape_builder_release(&a.builder);
    quick_valid_free(a.quick);
    api_forget(checker);
    return api_result(s, &why, e);
}

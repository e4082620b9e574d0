/* Sub-zones of a line that contains (the boundary): what should tile it and does not.
 *
 * Where sub-zones lie on features without a sub-zone, those are the boundary as a whole (its outline): every
 * sub-zone must lie in it and together they must fill it. Otherwise the boundary is what the sub-zones make,
 * and a gap is a void that two or more of them enclose, or a slit of at most SLIT_M between two. A hole that
 * was drawn into one feature is meant; so is a void that lies under another control line (an enclave,
 * 开天窗). */
#include "audit/conflicts/parts.h"
#include "base/array.h"

#include "audit/row.h"
#include "geo/area.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLIT_M 1.0
/* Length to mean width. What is shorter is a corner; what opens is a wedge between borders that meet at an
 * angle, and counts only when it is very long (below about 2 degrees). */
#define SLIT_RATIO 15.0
#define WEDGE_RATIO 60.0
/* Features without a sub-zone are the boundary as a whole when this much of the sub-zones lies on them;
 * otherwise somebody forgot to fill in a name, and they are features like the others. */
#define OUTLINE_SHARE 0.8
#define TOUCH_M 0.002
#define ENCLAVE_SHARE 0.99

struct zone_finding {
    enum conflict_kind kind;
    uint32_t a, b; /* features; b NO_FEATURE: none */
    struct conflict_place place;
};
enum { NO_FEATURE = UINT32_MAX };

struct zone_search {
    struct conflict_run *run;
    uint32_t layer;
    const struct layer_index *ix;
    uint32_t *cluster, *member; /* cluster of each feature; features by cluster */
    uint32_t *first;            /* of each cluster in `member` */
    size_t n_clusters;
    bool outlined;
    pthread_mutex_t lock; /* of what follows */
    struct zone_finding *found;
    size_t n, capacity;
};

static bool is_whole(const struct control_line *line, const char *zone)
{
    return !*zone || strcmp(zone, line->title_zh) == 0;
}

bool conflict_is_outline(const struct conflict_layer *l, uint32_t feature)
{
    return l->outlined && is_whole(l->line, index_feature_at(l->snapshot->index, feature).zone);
}

static bool whole_wanted(uint32_t feature, void *user)
{
    const struct conflict_layer *l = user;
    return is_whole(l->line, index_feature_at(l->snapshot->index, feature).zone);
}

/* How much of the sub-zones lies on features without one. */
static enum status share_on_whole(struct check_worker *w, const struct conflict_layer *l, double *share,
                                  struct error *e)
{
    const struct layer_index *ix = l->snapshot->index;
    double zones = 0, common = 0;
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < index_n_features(ix); i++) {
        const struct overlap *o;
        struct geo_shape shape;
        size_t n;
        if (is_whole(l->line, index_feature_at(ix, i).zone))
            continue;
        arena_reset(w->arena);
        s = index_feature_shape(ix, i, w->arena, &shape, e);
        if (!s)
            overlap_prepare(w->scratch, &shape);
        if (!s)
            s = overlap_measure_wanted(w->scratch, ix, whole_wanted, (void *)l, &o, &n, e);
        for (size_t k = 0; !s && k < n; k++)
            common += o[k].area_m2;
        zones += index_feature_at(ix, i).area_m2;
    }
    *share = zones > 0 ? common / zones : 0;
    return s;
}

enum status conflict_outline_find(struct conflict_layer *l, struct error *e)
{
    const struct layer_index *ix = l->snapshot->index;
    uint32_t whole = 0, n = index_n_features(ix);
    for (uint32_t i = 0; i < n; i++)
        whole += is_whole(l->line, index_feature_at(ix, i).zone);
    if (whole == 0 || whole == n)
        return STATUS_OK;
    struct check_worker w;
    double share;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    s = share_on_whole(&w, l, &share, e);
    l->outlined = !s && share >= OUTLINE_SHARE;
    check_worker_release(&w);
    return s;
}

static enum status report(struct zone_search *z, const struct zone_finding *f, struct error *e)
{
    enum status s = STATUS_OK;
    pthread_mutex_lock(&z->lock);
    if (ARRAY_RESERVE(z->found, z->capacity, z->n + 1))
        z->found[z->n++] = *f;
    else
        s = error_no_memory(e);
    pthread_mutex_unlock(&z->lock);
    return s;
}

/* ---- geometry in metres about a place: buffers need a unit of length ---- */

struct plane {
    double lon, lat, east_m, north_m;
};

static int to_plane(double *x, double *y, void *user)
{
    const struct plane *p = user;
    *x = (*x - p->lon) * p->east_m;
    *y = (*y - p->lat) * p->north_m;
    return 1;
}

static int from_plane(double *x, double *y, void *user)
{
    const struct plane *p = user;
    *x = *x / p->east_m + p->lon;
    *y = *y / p->north_m + p->lat;
    return 1;
}

static bool only_this(uint32_t feature, void *user)
{
    return feature == *(const uint32_t *)user;
}

/* A whole feature in degrees. */
static enum status feature_geometry(struct conflict_worker *w, const struct layer_index *ix, uint32_t feature,
                                    GEOSGeometry **out, struct error *e)
{
    struct geo_box b = conflict_feature_box(ix, feature), grown = conflict_box_grown(&b, 1.0);
    struct conflict_box cell;
    conflict_box_shape(&grown, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    return conflict_cut(w, ix, only_this, &feature, &cell.shape, out, e);
}

static enum status fail_geos(struct error *e)
{
    error_zh(e, "边界分区的几何运算失败；请检查图形。");
    return error_fail(e, STATUS_INTERNAL, "audit-zones",
                      "A geometry operation on the sub-zones of the boundary failed; check their figures.");
}

/* ---- one cluster of sub-zones that lie together ---- */

struct group {
    struct zone_search *z;
    struct conflict_worker *w;
    GEOSContextHandle_t h;
    const uint32_t *features;
    GEOSGeometry **parts; /* in the plane; by feature */
    size_t n;
    struct plane plane;
};

/* The first two of the group that touch the geometry. */
static size_t touching(const struct group *g, const GEOSGeometry *geometry, uint32_t two[2])
{
    size_t n = 0;
    two[0] = two[1] = NO_FEATURE;
    for (size_t i = 0; i < g->n && n < 2; i++)
        if (g->parts[i] && GEOSDistanceWithin_r(g->h, geometry, g->parts[i], TOUCH_M) == 1)
            two[n++] = g->features[i];
    return n;
}

/* How much of a shape the control lines cover from which this one must be kept apart, as a share; lines that
 * overlap count twice, which errs towards "enclave" only where there is a finding of its own. */
static enum status covered_share(struct group *g, const struct geo_shape *shape, double *out, struct error *e)
{
    struct overlap_scratch *scratch = g->w->check.other;
    const struct control_line *own = g->z->run->layers[g->z->layer].line;
    double area = 0, sum = 0;
    const struct overlap *o;
    size_t n;
    overlap_prepare(scratch, shape);
    enum status s = overlap_parcel_area(scratch, &area, e);
    for (size_t l = 0; !s && l < g->z->run->n_layers; l++) {
        const struct conflict_layer *layer = &g->z->run->layers[l];
        if (!layer->line || !(own->apart & UINT64_C(1) << layer->line->number))
            continue;
        s = overlap_measure(scratch, layer->snapshot->index, &o, &n, e);
        for (size_t i = 0; !s && i < n; i++)
            sum += o[i].area_m2;
    }
    *out = area > 0 ? sum / area : 1;
    return s;
}

/* A slit is long for its mean width, and hardly wider anywhere: a negative buffer that leaves something
 * tells a wedge. */
static enum status is_slit(const struct group *g, const GEOSGeometry *part, double width, double ratio,
                           bool *out, struct error *e)
{
    *out = ratio >= WEDGE_RATIO;
    if (*out || ratio < SLIT_RATIO)
        return STATUS_OK;
    GEOSGeometry *core = GEOSBuffer_r(g->h, part, -0.6 * width, 8);
    if (!core)
        return fail_geos(e);
    *out = GEOSisEmpty_r(g->h, core) == 1;
    GEOSGeom_destroy_r(g->h, core);
    return STATUS_OK;
}

static enum status examine(struct group *g, const GEOSGeometry *part, bool slit, struct error *e)
{
    struct zone_finding f = {.kind = CONFLICT_ZONE_GAP};
    uint32_t two[2];
    double area, around, share;
    bool counts = true;
    if (GEOSArea_r(g->h, part, &area) != 1 || GEOSLength_r(g->h, part, &around) != 1)
        return fail_geos(e);
    double width = around > 0 ? 2 * area / around : 0;
    if (area < CONFLICT_GAP_M2 || width < CONFLICT_HAIR_M || touching(g, part, two) < 2)
        return STATUS_OK;
    enum status s = slit ? is_slit(g, part, width, around / 2 / width, &counts, e) : STATUS_OK;
    if (s || !counts)
        return s;
    GEOSGeometry *degrees = GEOSGeom_transformXY_r(g->h, part, from_plane, &g->plane);
    struct geo_shape shape = {.n_rings = 0};
    s = degrees ? geo_geos_to_shape(g->w->check.geos, degrees, g->w->check.arena, &shape, e) : fail_geos(e);
    if (degrees)
        GEOSGeom_destroy_r(g->h, degrees);
    if (s || !shape.n_rings)
        return s;
    s = covered_share(g, &shape, &share, e);
    if (s || share >= ENCLAVE_SHARE)
        return s;
    s = conflict_place_of(g->w, &shape, &f.place, e);
    f.a = two[0];
    f.b = two[1];
    return s || f.place.area_m2 <= 0 ? s : report(g->z, &f, e);
}

static enum status examine_parts(struct group *g, const GEOSGeometry *geometry, bool slit, struct error *e)
{
    enum status s = STATUS_OK;
    int n = GEOSGetNumGeometries_r(g->h, geometry);
    for (int i = 0; !s && i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(g->h, geometry, i);
        if (GEOSGeomTypeId_r(g->h, part) == GEOS_POLYGON && GEOSisEmpty_r(g->h, part) == 0)
            s = examine(g, part, slit, e);
    }
    return s;
}

/* Every polygon without its holes. */
static GEOSGeometry *filled(const struct group *g, const GEOSGeometry *whole)
{
    int n = GEOSGetNumGeometries_r(g->h, whole), k = 0;
    GEOSGeometry **shells = calloc((size_t)n + 1, sizeof *shells);
    for (int i = 0; shells && i < n; i++) {
        const GEOSGeometry *p = GEOSGetGeometryN_r(g->h, whole, i);
        const GEOSGeometry *ring =
            GEOSGeomTypeId_r(g->h, p) == GEOS_POLYGON ? GEOSGetExteriorRing_r(g->h, p) : NULL;
        GEOSGeometry *copy = ring ? GEOSGeom_clone_r(g->h, ring) : NULL;
        if (copy)
            shells[k++] = GEOSGeom_createPolygon_r(g->h, copy, NULL, 0);
    }
    GEOSGeometry *all =
        shells ? GEOSGeom_createCollection_r(g->h, GEOS_MULTIPOLYGON, shells, (unsigned)k) : NULL;
    GEOSGeometry *joined = all ? GEOSUnaryUnion_r(g->h, all) : NULL; /* shells may lie in each other */
    if (all)
        GEOSGeom_destroy_r(g->h, all);
    free(shells);
    return joined;
}

/* What lies in holes of the union is enclosed; what a closing adds outside is a slit. */
static enum status search_union(struct group *g, const GEOSGeometry *whole, struct error *e)
{
    GEOSGeometry *full = filled(g, whole);
    GEOSGeometry *voids = full ? GEOSDifference_r(g->h, full, whole) : NULL;
    GEOSGeometry *wide = full ? GEOSBuffer_r(g->h, full, SLIT_M / 2, 8) : NULL;
    GEOSGeometry *closed = wide ? GEOSBuffer_r(g->h, wide, -SLIT_M / 2, 8) : NULL;
    GEOSGeometry *slits = closed ? GEOSDifference_r(g->h, closed, full) : NULL;
    enum status s = voids && slits ? examine_parts(g, voids, false, e) : fail_geos(e);
    if (!s)
        s = examine_parts(g, slits, true, e);
    GEOSGeometry *all[] = {full, voids, wide, closed, slits};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
            GEOSGeom_destroy_r(g->h, all[i]);
    return s;
}

static enum status join(struct group *g, struct error *e)
{
    GEOSGeometry **copies = calloc(g->n, sizeof *copies);
    unsigned n = 0;
    for (size_t i = 0; copies && i < g->n; i++)
        if (g->parts[i] && (copies[n] = GEOSGeom_clone_r(g->h, g->parts[i])))
            n++;
    GEOSGeometry *all = copies ? GEOSGeom_createCollection_r(g->h, GEOS_GEOMETRYCOLLECTION, copies, n) : NULL;
    GEOSGeometry *whole = all ? GEOSUnaryUnion_r(g->h, all) : NULL;
    enum status s = whole ? search_union(g, whole, e) : fail_geos(e);
    if (whole)
        GEOSGeom_destroy_r(g->h, whole);
    if (all)
        GEOSGeom_destroy_r(g->h, all);
    free(copies);
    return s;
}

static enum status search_cluster(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct zone_search *z = user;
    struct group g = {.z = z,
                      .w = w,
                      .h = geo_geos_handle(w->check.geos),
                      .features = z->member + z->first[item],
                      .n = z->first[item + 1] - z->first[item]};
    if (g.n < 2)
        return STATUS_OK;
    struct geo_box box = conflict_feature_box(z->ix, g.features[0]);
    g.plane.lon = box.west_deg;
    g.plane.lat = box.south_deg;
    geo_metres_per_degree(box.south_deg, &g.plane.north_m, &g.plane.east_m);
    g.parts = calloc(g.n, sizeof *g.parts);
    enum status s = g.parts ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < g.n; i++) {
        GEOSGeometry *degrees = NULL;
        s = feature_geometry(w, z->ix, g.features[i], &degrees, e);
        if (!s && degrees && !(g.parts[i] = GEOSGeom_transformXY_r(g.h, degrees, to_plane, &g.plane)))
            s = fail_geos(e);
        if (degrees)
            GEOSGeom_destroy_r(g.h, degrees);
    }
    if (!s)
        s = join(&g, e);
    for (size_t i = 0; g.parts && i < g.n; i++)
        if (g.parts[i])
            GEOSGeom_destroy_r(g.h, g.parts[i]);
    free(g.parts);
    return s;
}

/* ---- an outline and its sub-zones ---- */

struct sides {
    const struct conflict_layer *layer;
    bool outline;
};

static bool of_side(uint32_t feature, void *user)
{
    const struct sides *s = user;
    return conflict_is_outline(s->layer, feature) == s->outline;
}

/* What of a feature the other side does not cover: of a sub-zone it is outside, of the outline a gap. */
static enum status search_side(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct zone_search *z = user;
    struct conflict_layer *l = &w->run->layers[z->layer];
    uint32_t feature = (uint32_t)item;
    bool outline = conflict_is_outline(l, feature);
    struct sides other = {l, !outline};
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *rest = NULL, *less = NULL;
    struct geo_box b = conflict_feature_box(z->ix, feature), grown = conflict_box_grown(&b, 1.0);
    struct conflict_box cell;
    struct geo_shape shape = {.n_rings = 0};
    struct zone_finding f = {
        .kind = outline ? CONFLICT_ZONE_GAP : CONFLICT_ZONE_OUTSIDE, .a = feature, .b = NO_FEATURE};
    conflict_box_shape(&grown, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    enum status s = conflict_cut(w, z->ix, only_this, &feature, &cell.shape, &rest, e);
    if (!s)
        s = conflict_cut(w, z->ix, of_side, &other, &cell.shape, &less, e);
    if (!s && rest) {
        rest = conflict_without(h, rest, less);
        s = rest ? geo_geos_to_shape(w->check.geos, rest, w->check.arena, &shape, e) : fail_geos(e);
    }
    if (rest)
        GEOSGeom_destroy_r(h, rest);
    if (!s && shape.n_rings)
        s = conflict_place_of(w, &shape, &f.place, e);
    return s || f.place.area_m2 <= 0 ? s : report(z, &f, e);
}

/* ---- clusters ---- */

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

struct joining {
    uint32_t *parent, feature;
};

static bool join_try(uint32_t other, void *user)
{
    struct joining *j = user;
    uint32_t a = root_of(j->parent, j->feature), b = root_of(j->parent, other);
    j->parent[a > b ? a : b] = a > b ? b : a;
    return true;
}

static enum status clusters_find(struct zone_search *z, struct error *e)
{
    uint32_t n = index_n_features(z->ix), k = 0;
    uint32_t *count;
    z->cluster = calloc((size_t)n + 1, sizeof *z->cluster);
    z->member = calloc((size_t)n + 1, sizeof *z->member);
    z->first = calloc((size_t)n + 2, sizeof *z->first);
    count = calloc((size_t)n + 1, sizeof *count);
    enum status s = z->cluster && z->member && z->first && count ? STATUS_OK : error_no_memory(e);
    for (uint32_t i = 0; !s && i < n; i++)
        z->cluster[i] = i;
    for (uint32_t i = 0; !s && i < n; i++) {
        struct geo_box b = conflict_feature_box(z->ix, i), grown = conflict_box_grown(&b, SLIT_M);
        struct joining j = {z->cluster, i};
        s = index_candidates(z->ix, &grown, join_try, &j, e);
    }
    /* Roots are the least of their clusters: counted in order, they number them. */
    for (uint32_t i = 0; !s && i < n; i++)
        count[root_of(z->cluster, i)]++;
    for (uint32_t i = 0; !s && i < n; i++)
        if (count[i]) {
            z->first[k + 1] = z->first[k] + count[i];
            count[i] = z->first[k++];
        }
    for (uint32_t i = 0; !s && i < n; i++)
        z->member[count[root_of(z->cluster, i)]++] = i;
    z->n_clusters = k;
    free(count);
    return s;
}

/* ---- findings ---- */

static int by_features(const void *x, const void *y)
{
    const struct zone_finding *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    if (p->place.lon_deg != q->place.lon_deg)
        return p->place.lon_deg < q->place.lon_deg ? -1 : 1;
    return p->place.area_m2 < q->place.area_m2 ? -1 : p->place.area_m2 > q->place.area_m2;
}

static enum status add(struct zone_search *z, struct check_worker *w, const struct zone_finding *x,
                       struct error *e)
{
    const struct control_line *line = z->run->layers[z->layer].line;
    bool outside = x->kind == CONFLICT_ZONE_OUTSIDE;
    struct conflict_finding f = conflict_about(z->run, z->layer, x->a, x->kind);
    if (x->b != NO_FEATURE) {
        struct index_feature g = index_feature_at(z->ix, x->b);
        f.layer_b = f.layer_a;
        f.code_b = g.code;
        f.feature_b = g.id;
        f.zone_b = g.zone;
    }
    f.severity = outside ? 3 : 2;
    f.tie = conflict_tie_of(z->run, TIE_ZONES, f.layer_a, f.layer_a);
    conflict_put_place(&f, &x->place);
    f.note_zh = outside
                    ? arena_printf(z->run->arena, "分区的这一部分在%s之外。", line->title_zh)
                    : arena_printf(z->run->arena,
                                   "此处位于%s分区之间，却不属于任何分区；如属有意留出（开天窗），请核对。",
                                   line->short_zh);
    if (!f.note_zh)
        return error_no_memory(e);
    f.note_en = outside ? "This part of the sub-zone lies outside the boundary."
                        : "Between sub-zones of the boundary, but in none of them; check whether it was left "
                          "out on purpose.";
    conflict_place_name(z->run, w, &f);
    return conflict_add(z->run, &f, e);
}

static enum status search(struct zone_search *z, struct error *e)
{
    size_t n = index_n_features(z->ix);
    enum status s = z->outlined ? STATUS_OK : clusters_find(z, e);
    z->run->total += (int64_t)(z->outlined ? n : z->n_clusters);
    if (!s && z->outlined)
        s = conflict_parallel(z->run, n, 4, search_side, NULL, z, e);
    else if (!s)
        s = conflict_parallel(z->run, z->n_clusters, 1, search_cluster, NULL, z, e);
    if (!s && z->n)
        qsort(z->found, z->n, sizeof *z->found, by_features);
    return s;
}

static enum status zones_of(struct conflict_run *run, uint32_t layer, struct check_worker *w, struct error *e)
{
    struct zone_search z = {.run = run,
                            .layer = layer,
                            .ix = run->layers[layer].snapshot->index,
                            .outlined = run->layers[layer].outlined};
    pthread_mutex_init(&z.lock, NULL);
    enum status s = search(&z, e);
    for (size_t i = 0; !s && i < z.n; i++)
        s = add(&z, w, &z.found[i], e);
    pthread_mutex_destroy(&z.lock);
    free(z.found);
    free(z.cluster);
    free(z.member);
    free(z.first);
    return s;
}

enum status conflict_find_zones(struct conflict_run *run, struct error *e)
{
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    for (uint32_t l = 0; !s && l < run->n_layers; l++)
        if (conflict_contains(&run->layers[l]))
            s = zones_of(run, l, &w, e);
    check_worker_release(&w);
    return s;
}

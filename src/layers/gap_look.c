#include "layers/gap_look.h"

#include "base/array.h"
#include "base/limits.h"
#include "geo/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below this share of a layer, a difference between the sum and the union is rounding. */
#define OVERLAP_SHARE 1e-12

struct gap {
    double area_m2, width_m, lon, lat;
};

struct gap_look {
    struct geo_geos *geos;
    GEOSGeometry **list;
    unsigned n;
    size_t capacity;
    uint64_t n_vertices;
    bool too_large;
    double sum_m2;

    struct gap listed[GAPS_LISTED]; /* the largest, by area; listed[0] is the smallest of them (a heap) */
    int n_listed;
    int64_t n_gaps;
    double gaps_m2;
};

enum status gap_look_new(struct gap_look **out, struct error *e)
{
    struct gap_look *g = calloc(1, sizeof *g);
    if (!g)
        return error_no_memory(e);
    enum status st = geo_geos_new(&g->geos, e);
    if (st != STATUS_OK) {
        free(g);
        return st;
    }
    *out = g;
    return STATUS_OK;
}

static void free_list(struct gap_look *g)
{
    for (unsigned i = 0; i < g->n; i++)
        GEOSGeom_destroy_r(geo_geos_handle(g->geos), g->list[i]);
    free(g->list);
    g->list = NULL;
    g->n = 0;
    g->capacity = 0;
}

void gap_look_free(struct gap_look *g)
{
    if (!g)
        return;
    free_list(g);
    geo_geos_free(g->geos);
    free(g);
}

enum status gap_look_add(struct gap_look *g, const struct geo_shape *s, double area_m2, struct error *e)
{
    g->n_vertices += s->n_vertices;
    if (g->n_vertices > GAP_VERTICES && !g->too_large) {
        g->too_large = true;
        free_list(g);
    }
    if (g->too_large)
        return STATUS_OK;
    if (!ARRAY_RESERVE(g->list, g->capacity, g->n + 1u))
        return error_no_memory(e);
    enum status st = geo_geos_from_shape(g->geos, s, &g->list[g->n], e);
    if (st == STATUS_OK) {
        g->n++;
        g->sum_m2 += area_m2;
    }
    return st;
}

/* ---- holes of the union ---- */

static void sift(struct gap *heap, int n, int i)
{
    for (int least = i;; i = least) {
        for (int k = 2 * i + 1; k <= 2 * i + 2 && k < n; k++)
            if (heap[k].area_m2 < heap[least].area_m2)
                least = k;
        if (least == i)
            return;
        struct gap swap = heap[i];
        heap[i] = heap[least];
        heap[least] = swap;
    }
}

static void note_gap(struct gap_look *g, const struct gap *gap)
{
    g->n_gaps++;
    g->gaps_m2 += gap->area_m2;
    if (g->n_listed < GAPS_LISTED) {
        g->listed[g->n_listed++] = *gap;
        if (g->n_listed == GAPS_LISTED)
            for (int i = GAPS_LISTED / 2; i >= 0; i--)
                sift(g->listed, GAPS_LISTED, i);
    } else if (gap->area_m2 > g->listed[0].area_m2) {
        g->listed[0] = *gap;
        sift(g->listed, GAPS_LISTED, 0);
    }
}

/* The ring's area and mean width (2 * area / perimeter). */
static void measure(const struct geo_shape *s, uint32_t ring, struct gap *gap)
{
    uint32_t first = s->ring_start[ring], n = s->ring_start[ring + 1] - first;
    double perimeter_m = geo_perimeter_m(s, ring, ring + 1);
    gap->area_m2 = fabs(geo_ring_area_m2(s->lon_deg + first, s->lat_deg + first, n));
    gap->width_m = perimeter_m > 0 ? 2 * gap->area_m2 / perimeter_m : 0;
    gap->lon = s->lon_deg[first];
    gap->lat = s->lat_deg[first];
}

static bool is_shell(const struct geo_shape *s, uint32_t ring)
{
    for (uint32_t p = 0; p < s->n_polygons; p++)
        if (s->polygon_start[p] == ring)
            return true;
    return false;
}

static void find_gaps(struct gap_look *g, const struct geo_shape *united)
{
    for (uint32_t r = 0; r < united->n_rings; r++) {
        struct gap gap;
        if (is_shell(united, r))
            continue;
        measure(united, r, &gap);
        if (gap.area_m2 >= GAP_LEAST_M2)
            note_gap(g, &gap);
    }
}

/* False when GEOS could not do it. */
static bool unite(struct gap_look *g, double *union_m2)
{
    GEOSContextHandle_t h = geo_geos_handle(g->geos);
    struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    GEOSGeometry *all = a ? GEOSGeom_createCollection_r(h, GEOS_GEOMETRYCOLLECTION, g->list, g->n) : NULL;
    if (all)
        g->n = 0;
    GEOSGeometry *united = all ? GEOSUnaryUnion_r(h, all) : NULL;
    GEOSGeom_destroy_r(h, all);
    struct geo_shape shape;
    struct error ignored;
    bool ok = united && geo_geos_to_shape(g->geos, united, a, &shape, &ignored) == STATUS_OK;
    GEOSGeom_destroy_r(h, united);
    if (ok) {
        *union_m2 = geo_shape_area_m2(&shape);
        find_gaps(g, &shape);
    }
    arena_free(a);
    return ok;
}

/* ---- writing ---- */

static int by_area(const void *a, const void *b)
{
    double x = ((const struct gap *)a)->area_m2, y = ((const struct gap *)b)->area_m2;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void write_gaps(struct gap_look *g, struct json_writer *w)
{
    qsort(g->listed, (size_t)g->n_listed, sizeof *g->listed, by_area);
    jw_words_begin(
        w, "gaps",
        "相邻图斑之间有缝隙（最大的列出，按面积）：图形照样保留；缝隙中的地块不属于任何图斑，请核对。",
        "Gaps between neighbouring features (the largest are listed): kept; a place within one belongs to "
        "no feature. Check "
        "them.");
    jw_kv_integer(w, "count", g->n_gaps);
    jw_kv_fixed(w, "area_m2", g->gaps_m2, 2);
    jw_key(w, "places");
    jw_array_begin(w);
    for (int i = 0; i < g->n_listed; i++) {
        jw_object_begin(w);
        jw_kv_fixed(w, "area_m2", g->listed[i].area_m2, 2);
        jw_kv_fixed(w, "width_m", g->listed[i].width_m, 3);
        jw_kv_fixed(w, "lon", g->listed[i].lon, 7);
        jw_kv_fixed(w, "lat", g->listed[i].lat, 7);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void write_overlaps(double m2, struct json_writer *w)
{
    jw_words_begin(w, "overlaps", "图斑之间有重叠：照样保留，占用面积按并集只计一次。",
                   "Features overlap each other: kept; the union counts what is common once.");
    jw_kv_fixed(w, "area_m2", m2, 2);
    jw_object_end(w);
}

static void write_not_looked(struct json_writer *w)
{
    jw_words_begin(w, "gaps-not-looked-for", "图层过大，没有查找图斑之间的缝隙与重叠。",
                   "The layer is too large: gaps and overlaps between its features were not looked for.");
    jw_object_end(w);
}

void gap_look_write(struct gap_look *g, struct json_writer *w)
{
    double union_m2 = 0;
    if (!g->too_large && g->n < 2)
        return;
    if (g->too_large || !unite(g, &union_m2)) {
        write_not_looked(w);
        return;
    }
    if (g->n_gaps)
        write_gaps(g, w);
    double common_m2 = g->sum_m2 - union_m2;
    if (common_m2 >= GAP_LEAST_M2 && common_m2 > OVERLAP_SHARE * g->sum_m2)
        write_overlaps(common_m2, w);
}

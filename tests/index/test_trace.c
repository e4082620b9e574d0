/* Tracing an overlap along the borders against GEOS's overlay of the same two polygons. What each test
 * protects is said above it. */
#include "geo/area.h"
#include "index/overlap_trace.h"
#include "index/shape_index.h"
#include "index/shapes.h"
#include "runs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct geo_geos *geos;
    struct index_clip_scratch *clip;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)1 << 30);
    f->clip = index_clip_scratch_new();
    assert_int_equal(geo_geos_new(&f->geos, NULL), STATUS_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    geo_geos_free(f->geos);
    index_clip_scratch_free(f->clip);
    arena_free(f->arena);
    free(f);
    return 0;
}

typedef GEOSGeometry *overlay_fn(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);

/* Area of fn(a, b), square degrees. */
static double overlay_area(struct fixture *f, overlay_fn *fn, const struct geo_shape *a,
                           const struct geo_shape *b)
{
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    GEOSGeometry *ga, *gb;
    double area;
    assert_int_equal(geo_geos_from_shape(f->geos, a, &ga, NULL), STATUS_OK);
    assert_int_equal(geo_geos_from_shape(f->geos, b, &gb, NULL), STATUS_OK);
    GEOSGeometry *g = fn(h, ga, gb);
    assert_non_null(g);
    assert_int_equal(GEOSArea_r(h, g, &area), 1);
    GEOSGeom_destroy_r(h, g);
    GEOSGeom_destroy_r(h, ga);
    GEOSGeom_destroy_r(h, gb);
    return area;
}

static struct geo_shape overlay_shape(struct fixture *f, const struct geo_shape *a, const struct geo_shape *b)
{
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    GEOSGeometry *ga, *gb;
    struct geo_shape out;
    assert_int_equal(geo_geos_from_shape(f->geos, a, &ga, NULL), STATUS_OK);
    assert_int_equal(geo_geos_from_shape(f->geos, b, &gb, NULL), STATUS_OK);
    GEOSGeometry *g = GEOSIntersection_r(h, ga, gb);
    assert_non_null(g);
    assert_int_equal(geo_geos_to_shape(f->geos, g, f->arena, &out, NULL), STATUS_OK);
    GEOSGeom_destroy_r(h, g);
    GEOSGeom_destroy_r(h, ga);
    GEOSGeom_destroy_r(h, gb);
    return out;
}

static bool trace(struct fixture *f, const struct geo_shape *parcel, const struct geo_shape *feature,
                  struct geo_shape *out)
{
    const struct layer_index *edges = shape_index_new(parcel, f->arena);
    assert_non_null(edges);
    return overlap_trace(parcel, edges, feature, f->arena, out);
}

/* Two squares over a corner: the common square, vertex for vertex, counter-clockwise and closed. */
static void a_corner_is_traced_exactly(void **state)
{
    struct fixture *f = *state;
    struct geo_shape a = shape_box(f->arena, 0, 0, 2, 2), b = shape_box(f->arena, 1, 1, 3, 3), out;
    assert_true(trace(f, &a, &b, &out));
    assert_int_equal(out.n_polygons, 1);
    assert_int_equal(out.n_vertices, 5);
    assert_float_equal(geo_shape_area_m2(&out),
                       geo_ring_area_m2((const double[]){1, 2, 2, 1, 1}, (const double[]){1, 1, 2, 2, 1}, 5),
                       1e-3);
    assert_float_equal(out.box.west_deg, 1, 0);
    assert_float_equal(out.box.south_deg, 1, 0);
    assert_float_equal(out.box.east_deg, 2, 0);
    assert_float_equal(out.box.north_deg, 2, 0);
}

/* Whatever is traced is valid and covers the same ground as GEOS's intersection; and most pairs that cross
 * are traced, so that this test has something to say. Stars of many vertices cross many times and give
 * several parts. */
static void what_is_traced_is_what_geos_says(void **state)
{
    struct fixture *f = *state;
    struct random r = {2024};
    int traced = 0, crossing = 0, many_parts = 0;
    for (int round = 0; round < 3000; round++) {
        double lon = 111 + 0.02 * random_unit(&r), lat = 41 + 0.02 * random_unit(&r);
        struct geo_shape a = shape_star(&r, f->arena, 111.01, 41.01, 0.012, 4 + random_below(&r, 60), false);
        struct geo_shape b = shape_star(&r, f->arena, lon, lat, 0.003 + 0.01 * random_unit(&r),
                                        4 + random_below(&r, 60), round % 3 == 0);
        struct geo_shape want = overlay_shape(f, &a, &b), out;
        bool whole = want.n_rings && (fabs(geo_shape_area_m2(&want) - geo_shape_area_m2(&a)) < 1 ||
                                      fabs(geo_shape_area_m2(&want) - geo_shape_area_m2(&b)) < 1);
        crossing += want.n_rings > 0 && !whole;
        if (trace(f, &a, &b, &out)) {
            struct error e = {0};
            double place_deg[2];
            traced++;
            many_parts += out.n_polygons > 1;
            assert_int_equal(geo_valid_check_place(f->geos, &out, place_deg, &e), STATUS_OK);
            assert_int_equal(out.n_polygons, want.n_polygons);
            assert_float_equal(geo_shape_area_m2(&out), geo_shape_area_m2(&want), 1e-3);
            assert_true(overlay_area(f, GEOSSymDifference_r, &out, &want) < 1e-13);
        }
        arena_reset(f->arena);
    }
    assert_true(traced > crossing / 2);
    assert_true(many_parts > 100);
}

/* Nothing is guessed where borders touch, where a hole lies within, or where nothing crosses: those go to
 * GEOS. */
static void what_is_not_simple_is_refused(void **state)
{
    struct fixture *f = *state;
    struct random r = {5};
    struct geo_shape a = shape_box(f->arena, 0, 0, 2, 2), out;
    const struct geo_shape refused[] = {
        a,                                                                      /* the same */
        shape_box(f->arena, 5, 5, 6, 6),                                        /* apart */
        shape_box(f->arena, -1, -1, 3, 3),                                      /* around */
        shape_box(f->arena, 0.5, 0.5, 1, 1),                                    /* within */
        shape_box(f->arena, 2, 0, 3, 2),                                        /* a shared edge */
        shape_box(f->arena, 1, 0, 3, 2),                                        /* edges upon edges */
        shape_box(f->arena, 2, 2, 3, 3),                                        /* a shared vertex */
        shape_of_points(f->arena, (const double[]){1, 2, 3, 1, 3, 3, 1, 2}, 4), /* a vertex upon an edge */
        shape_of_points(f->arena, (const double[]){1, 2 - 1e-12, 3, 1, 3, 3, 1, 2 - 1e-12}, 4), /* almost */
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_false(trace(f, &a, &refused[i], &out));
        assert_false(trace(f, &refused[i], &a, &out));
    }
    struct geo_shape holed = shape_star(&r, f->arena, 0, 0, 1, 12, true);
    assert_int_equal(holed.n_rings, 2);
    assert_false(trace(f, &holed, &a, &out)); /* the hole would be lost */
    assert_false(trace(f, &(struct geo_shape){.n_rings = 0}, &a, &out));
}

/* ---- what is traced whole: any parcel, any rings ---- */

static enum trace_answer trace_whole(struct fixture *f, const struct geo_shape *parcel,
                                     const struct geo_shape *feature, struct geo_shape *out)
{
    const struct layer_index *edges = shape_index_new(parcel, f->arena);
    assert_non_null(edges);
    return overlap_trace_whole(parcel, edges, feature, f->clip, f->arena, out);
}

static void box_ring(struct geo_shape_builder *b, double x, double y, double half, bool hole)
{
    static const double corner[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    geo_shape_builder_ring(b);
    for (int i = 0; i < 5; i++) {
        const double *c = corner[hole ? (4 - i % 4) % 4 : i % 4];
        geo_shape_builder_point(b, x + half * c[0], y + half * c[1]);
    }
}

/* n teeth, n holes in a row of rows, n rings in rings, or a band of n turns; about 0.02 degrees wide. */
enum crowded { COMB, HOLES, NESTED, SPIRAL, CROWDED };

static void comb_add(struct geo_shape_builder *b, double x, double y, int n, double skew)
{
    geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, x - 0.01, y - 0.01);
    geo_shape_builder_point(b, x + 0.01, y - 0.01);
    for (int i = n - 1; i >= 0; i--) {
        geo_shape_builder_point(b, x - 0.01 + (i + 0.6) * 0.02 / n + skew, y + 0.01);
        geo_shape_builder_point(b, x - 0.01 + i * 0.02 / n, y - 0.009);
    }
    geo_shape_builder_point(b, x - 0.01, y - 0.01);
}

static void spiral_add(struct geo_shape_builder *b, double x, double y, int n)
{
    int steps = 16 * n;
    geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    for (int i = 16; i <= 2 * steps - 16 + 1; i++) {
        int k = i <= steps ? i : 2 * steps - i + 1;
        double a = 2 * acos(-1) * k / 16, r = 0.01 * k / steps - (i > steps) * 0.005 / n;
        geo_shape_builder_point(b, x + r * cos(a), y + r * sin(a));
    }
    double r = 0.01 * 16 / steps;
    geo_shape_builder_point(b, x + r * cos(2 * acos(-1)), y + r * sin(2 * acos(-1)));
}

static struct geo_shape crowded_shape(struct fixture *f, enum crowded kind, double x, double y, int n,
                                      double skew)
{
    struct geo_shape_builder b;
    struct geo_shape out;
    int side = (int)ceil(sqrt(n));
    geo_shape_builder_init(&b);
    if (kind == COMB) {
        comb_add(&b, x, y, n, skew);
    } else if (kind == SPIRAL) {
        spiral_add(&b, x, y, n);
    } else if (kind == HOLES) {
        geo_shape_builder_polygon(&b);
        box_ring(&b, x, y, 0.01, false);
        for (int i = 0; i < n; i++)
            box_ring(&b, x - 0.01 + (i % side + 0.5) * 0.02 / side, y - 0.01 + (i / side + 0.5) * 0.02 / side,
                     0.004 / side + fmin(skew * skew, 0.004 / side), true);
    } else {
        for (int i = 0; i < n; i++) {
            if (i % 2 == 0)
                geo_shape_builder_polygon(&b);
            box_ring(&b, x, y, 0.01 * (n - i) / n, i % 2);
        }
    }
    assert_int_equal(geo_shape_builder_finish(&b, f->arena, &out, NULL), STATUS_OK);
    geo_shape_builder_release(&b);
    return out;
}

static void assert_same_ground(struct fixture *f, const struct geo_shape *out, const struct geo_shape *want)
{
    double place_deg[2];
    struct error e = {0};
    assert_float_equal(geo_shape_area_m2(out), geo_shape_area_m2(want), 1e-3);
    if (out->n_rings == 0)
        return;
    assert_int_equal(geo_valid_check_place(f->geos, out, place_deg, &e), STATUS_OK);
    assert_int_equal(out->n_polygons, want->n_polygons);
    assert_int_equal(out->n_rings, want->n_rings);
    assert_true(overlay_area(f, GEOSSymDifference_r, out, want) < 1e-13);
}

/* Combs, spirals, rings in rings and many holes, over and under features with holes: whatever lies across,
 * within, around or apart, either of the two as the parcel, is what GEOS's overlay says, ring for ring, and
 * valid. */
static void crowded_parcels_are_what_geos_says(void **state)
{
    struct fixture *f = *state;
    struct random r = {77};
    int holed = 0, parts = 0, nothing = 0;
    for (int round = 0; round < small_or_whole(128, 800); round++) {
        enum crowded kind = (enum crowded)(round % CROWDED);
        struct geo_shape a = crowded_shape(f, kind, 111.01, 41.01, 2 + (int)random_below(&r, 60),
                                           0.004 * (random_unit(&r) - 0.5));
        double lon = 111 + 0.03 * random_unit(&r), lat = 41 + 0.02 * random_unit(&r);
        struct geo_shape b = round % 16 < 8
                                 ? shape_star(&r, f->arena, lon, lat, 0.0003 + 0.02 * random_unit(&r),
                                              4 + random_below(&r, 90), round % 3 == 0)
                                 : crowded_shape(f, (enum crowded)random_below(&r, CROWDED), lon, lat,
                                                 2 + (int)random_below(&r, 30), 0.001);
        struct geo_shape want = overlay_shape(f, &a, &b), out;
        assert_int_equal(trace_whole(f, &a, &b, &out), TRACE_DONE);
        assert_same_ground(f, &out, &want);
        assert_int_equal(trace_whole(f, &b, &a, &out), TRACE_DONE);
        assert_same_ground(f, &out, &want);
        holed += want.n_rings > want.n_polygons;
        parts += want.n_polygons > 1;
        nothing += want.n_rings == 0;
        arena_reset(f->arena);
    }
    assert_true(holed > 20 && parts > 60 && nothing > 0);
}

/* What a simple trace gives, the whole one gives to the bit: which of the two was asked cannot be seen. */
static void simple_cases_are_the_same_in_both(void **state)
{
    struct fixture *f = *state;
    struct random r = {3};
    int n = 0;
    for (int round = 0; round < 300; round++) {
        struct geo_shape a = shape_star(&r, f->arena, 111, 41, 0.012, 4 + random_below(&r, 60), false);
        struct geo_shape b = shape_star(&r, f->arena, 111 + 0.01 * random_unit(&r), 41, 0.01, 40, round % 2);
        struct geo_shape one, other;
        if (trace(f, &a, &b, &one)) {
            n++;
            assert_int_equal(trace_whole(f, &a, &b, &other), TRACE_DONE);
            assert_int_equal(one.n_vertices, other.n_vertices);
            assert_memory_equal(one.lon_deg, other.lon_deg, one.n_vertices * sizeof(double));
            assert_memory_equal(one.lat_deg, other.lat_deg, one.n_vertices * sizeof(double));
        }
        arena_reset(f->arena);
    }
    assert_true(n > 100);
}

/* A few vertices upon the other's border are no reason to give up, nor to be wrong: the area is GEOS's but
 * for hundredths of a millimetre along the border. Borders that run along each other are left to GEOS. */
static void touches_are_moved_or_refused(void **state)
{
    struct fixture *f = *state;
    struct random r = {11};
    int done = 0;
    for (int round = 0; round < 400; round++) {
        struct geo_shape a = round % 2 ? shape_lattice(&r, f->arena, 111, 41, 0.002, 5)
                                       : shape_cells(&r, f->arena, f->geos, 111, 41, 0.002, 5);
        struct geo_shape b = shape_lattice(&r, f->arena, 111, 41, 0.002, 5), out;
        if (a.n_rings == 0)
            continue;
        struct geo_shape want = overlay_shape(f, &a, &b);
        bool traced = trace_whole(f, &a, &b, &out) == TRACE_DONE;
        done += traced;
        if (traced)
            assert_float_equal(geo_shape_area_m2(&out), geo_shape_area_m2(&want), 4 * 4000 * 4e-5);
        arena_reset(f->arena);
    }
    assert_true(done > 100);
    struct geo_shape out, a = crowded_shape(f, COMB, 111, 41, 1500, 0);
    assert_int_equal(trace_whole(f, &a, &a, &out), TRACE_NOT); /* upon itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corner_is_traced_exactly),
        cmocka_unit_test(what_is_traced_is_what_geos_says),
        cmocka_unit_test(what_is_not_simple_is_refused),
        cmocka_unit_test(crowded_parcels_are_what_geos_says),
        cmocka_unit_test(simple_cases_are_the_same_in_both),
        cmocka_unit_test(touches_are_moved_or_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

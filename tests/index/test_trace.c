/* Tracing an overlap along the borders against GEOS's overlay of the same two polygons. What each test
 * protects is said above it. */
#include "geo/area.h"
#include "index/overlap_trace.h"
#include "index/shape_index.h"
#include "index/shapes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct geo_geos *geos;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)1 << 30);
    assert_int_equal(geo_geos_new(&f->geos, NULL), STATUS_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    geo_geos_free(f->geos);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corner_is_traced_exactly),
        cmocka_unit_test(what_is_traced_is_what_geos_says),
        cmocka_unit_test(what_is_not_simple_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* The overlap kernel against a second opinion: GEOS intersection, its area integrated by geo/area.c (which
 * has its own tests against geodesics and the standard). What each test protects is said above it. */
#include "geo/area.h"
#include "index/layer_set_find.h"
#include "index/overlap_batch.h"
#include "index/overlap_shape.h"
#include "index/shapes.h"
#include "runs.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { ROUNDS_SMALL = 2, ROUNDS_WHOLE = 6 };
#else
enum { ROUNDS_SMALL = 20, ROUNDS_WHOLE = 250 }; /* x 64 x 64 pairs = 1,024,000 */
#endif
enum { SIDE = 64 };

/* Rounds of what is tried on random shapes: a part of them in script/test. */
static int rounds_of(int whole)
{
    return small_or_whole(whole / (left_to_the_whole_run() ? 10 : 5), whole);
}

struct fixture {
    struct arena *arena;
    struct geo_geos *geos;
    struct overlap_scratch *scratch;
    struct index_clip_scratch *clip;
    char path[64];
};

static const uint8_t key[SHA256_BYTES] = "test";

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)4 << 30);
    f->clip = index_clip_scratch_new();
    snprintf(f->path, sizeof f->path, "/tmp/hx-overlap-%ld.hxi", (long)getpid());
    assert_int_equal(geo_geos_new(&f->geos, NULL), STATUS_OK);
    assert_int_equal(overlap_scratch_new(&f->scratch, NULL), STATUS_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    overlap_scratch_free(f->scratch);
    index_clip_scratch_free(f->clip);
    geo_geos_free(f->geos);
    arena_free(f->arena);
    free(f);
    return 0;
}

static struct layer_index *index_of(struct fixture *f, const struct geo_shape *shapes, size_t n)
{
    struct index_builder *b;
    struct error e = {0};
    assert_int_equal(index_builder_new(f->path, key, &b, &e), STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "F%zu", i);
        assert_int_equal(index_builder_add(b, (int64_t)i + 1, name, name, "", &shapes[i], &e), STATUS_OK);
    }
    assert_int_equal(index_builder_finish(b, &e), STATUS_OK);
    index_builder_free(b);
    struct layer_index *ix;
    assert_int_equal(index_open(f->path, key, &ix, &e), STATUS_OK);
    assert_int_equal(index_verify(ix, &e), STATUS_OK);
    return ix;
}

static double geos_area(struct fixture *f, const GEOSGeometry *a, const GEOSGeometry *b)
{
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    GEOSGeometry *x = GEOSIntersection_r(h, a, b);
    assert_non_null(x);
    double planar, area = 0;
    if (GEOSArea_r(h, x, &planar) && planar > 0) {
        struct geo_shape s;
        assert_int_equal(geo_geos_to_shape(f->geos, x, f->arena, &s, NULL), STATUS_OK);
        area = geo_shape_area_m2(&s);
    }
    GEOSGeom_destroy_r(h, x);
    return area;
}

static GEOSGeometry *geos_of(struct fixture *f, const struct geo_shape *s)
{
    GEOSGeometry *g = NULL;
    assert_int_equal(geo_geos_from_shape(f->geos, s, &g, NULL), STATUS_OK);
    return g;
}

/* The measured area with one feature; features that are not candidates overlap by nothing. */
static double measured(const struct overlap *o, size_t n, uint32_t feature)
{
    for (size_t i = 0; i < n; i++)
        if (o[i].feature == feature)
            return o[i].area_m2;
    return 0.0;
}

static double tolerance(double parcel_m2)
{
    return fmax(0.01, 1e-9 * parcel_m2);
}

/* All pairs of the parcels with the features, each compared with GEOS. */
static void compare_all(struct fixture *f, const struct geo_shape *features, size_t n,
                        const struct geo_shape *parcels, size_t m)
{
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    struct layer_index *ix = index_of(f, features, n);
    GEOSGeometry **g = calloc(n, sizeof *g);
    for (size_t i = 0; i < n; i++)
        g[i] = geos_of(f, &features[i]);
    for (size_t j = 0; j < m; j++) {
        GEOSGeometry *p = geos_of(f, &parcels[j]);
        const struct overlap *o;
        size_t found;
        overlap_prepare(f->scratch, &parcels[j]);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &found, NULL), STATUS_OK);
        double parcel_m2 = geo_shape_area_m2(&parcels[j]);
        double prepared_m2;
        assert_int_equal(overlap_parcel_area(f->scratch, &prepared_m2, NULL), STATUS_OK);
        assert_true(fabs(prepared_m2 - parcel_m2) <= 1e-9 * parcel_m2 + 1e-6);
        for (uint32_t i = 0; i < n; i++) {
            double ours = measured(o, found, i), theirs = geos_area(f, g[i], p);
            if (!(fabs(ours - theirs) <= tolerance(parcel_m2)))
                fail_msg("pair %zu x %u: %.6f m2 measured, %.6f by GEOS (parcel %.2f)", j, i, ours, theirs,
                         parcel_m2);
        }
        GEOSGeom_destroy_r(h, p);
    }
    for (size_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(h, g[i]);
    free(g);
    index_close(ix);
}

/* A million random pairs of star polygons, with holes, from 4 to 600 vertices, small against large and alike:
 * the area agrees with GEOS to max(0.01 m2, 1e-9 of the parcel). */
static void random_pairs_agree_with_geos(void **state)
{
    struct fixture *f = *state;
    struct random r = {20261123};
    int rounds = small_or_whole(ROUNDS_SMALL, ROUNDS_WHOLE);
    for (int round = 0; round < rounds; round++) {
        struct geo_shape features[SIDE], parcels[SIDE];
        double lon = 97 + 29 * random_unit(&r), lat = 37 + 16 * random_unit(&r);
        for (int i = 0; i < SIDE; i++) {
            double spread = 0.08;
            features[i] =
                shape_star(&r, f->arena, lon + spread * random_unit(&r), lat + spread * random_unit(&r),
                           0.002 + 0.05 * random_unit(&r) * random_unit(&r),
                           i % 16 == 0 ? 600 : 4 + random_below(&r, 60), i % 3 == 0);
            parcels[i] = shape_star(
                &r, f->arena, lon + spread * random_unit(&r), lat + spread * random_unit(&r),
                0.0005 + 0.02 * random_unit(&r) * random_unit(&r), 4 + random_below(&r, 24), i % 5 == 0);
        }
        compare_all(f, features, SIDE, parcels, SIDE);
        arena_reset(f->arena);
    }
}

/* Shared edges, shared vertices, collinear overlaps, holes that equal parcels, equal polygons, parts that
 * touch at a point: shapes on one small lattice meet in all these ways all the time. */
static void degenerate_pairs_agree_with_geos(void **state)
{
    struct fixture *f = *state;
    struct random r = {42};
    int rounds = small_or_whole(ROUNDS_SMALL, ROUNDS_WHOLE) / 3 + 2;
    for (int round = 0; round < rounds; round++) {
        struct geo_shape features[32], parcels[32];
        for (int i = 0; i < 32; i++) {
            features[i] = i % 2 ? shape_cells(&r, f->arena, f->geos, 111.0, 41.0, 0.001, 6)
                                : shape_lattice(&r, f->arena, 111.0, 41.0, 0.001, 6);
            parcels[i] = i % 2 ? shape_lattice(&r, f->arena, 111.0, 41.0, 0.001, 6)
                               : shape_cells(&r, f->arena, f->geos, 111.0, 41.0, 0.001, 6);
        }
        parcels[0] = features[0];
        parcels[1] = features[1];
        compare_all(f, features, 32, parcels, 32);
        arena_reset(f->arena);
    }
}

/* Neighbours that share a border, bit for bit, measure below 1e-6 m2, whatever the slope of the border. */
static void shared_borders_measure_nothing(void **state)
{
    struct fixture *f = *state;
    struct random r = {7};
    for (int round = 0, rounds = rounds_of(300); round < rounds; round++) {
        double lon = 100 + 20 * random_unit(&r), lat = 38 + 14 * random_unit(&r),
               d = 0.02 * random_unit(&r) + 1e-4;
        double ax = lon, ay = lat, bx = lon + d * (random_unit(&r) - 0.5), by = lat + d * random_unit(&r);
        double left[] = {ax, ay, bx, by, ax - d, by},
               right[] = {bx, by, ax, ay, bx + d, ay - d * random_unit(&r)};
        struct geo_shape features[] = {shape_of_points(f->arena, left, 3)};
        struct geo_shape parcel = shape_of_points(f->arena, right, 3);
        GEOSGeometry *p = geos_of(f, &parcel), *q = geos_of(f, &features[0]);
        double theirs = geos_area(f, p, q);
        GEOSGeom_destroy_r(geo_geos_handle(f->geos), p);
        GEOSGeom_destroy_r(geo_geos_handle(f->geos), q);
        struct layer_index *ix = index_of(f, features, 1);
        const struct overlap *o;
        size_t n;
        overlap_prepare(f->scratch, &parcel);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
        double ours = measured(o, n, 0);
        if (theirs < 1e-6 && !(ours < 1e-6))
            fail_msg("a shared border measures %.3e m2", ours);
        index_close(ix);
    }
    arena_reset(f->arena);
}

static double one_overlap(struct fixture *f, const struct layer_index *ix, const struct geo_shape *parcel)
{
    const struct overlap *o;
    size_t n;
    overlap_prepare(f->scratch, parcel);
    assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += o[i].area_m2;
    return sum;
}

/* area(A and B) = area(B and A): nothing depends on which of two shapes is the parcel. */
static void overlap_is_symmetric(void **state)
{
    struct fixture *f = *state;
    struct random r = {99};
    for (int round = 0, rounds = rounds_of(200); round < rounds; round++) {
        struct geo_shape a = shape_star(&r, f->arena, 111, 41, 0.02, 5 + random_below(&r, 200), round % 2);
        struct geo_shape b =
            shape_star(&r, f->arena, 111.01, 41.01, 0.02, 5 + random_below(&r, 200), round % 3 == 0);
        struct layer_index *ia = index_of(f, &a, 1);
        double ba = one_overlap(f, ia, &b);
        index_close(ia);
        struct layer_index *ib = index_of(f, &b, 1);
        double ab = one_overlap(f, ib, &a);
        index_close(ib);
        assert_true(fabs(ab - ba) <= 1e-9 * fmax(ab, 1.0) + 1e-6);
    }
    arena_reset(f->arena);
}

/* A parcel cut in two along a line sums to the whole, and the start vertex and the direction of its ring, as
 * delivered, do not matter. */
static void cutting_and_turning_the_parcel_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct random r = {5};
    for (int round = 0, rounds = rounds_of(200); round < rounds; round++) {
        struct geo_shape feature = shape_star(&r, f->arena, 111, 41, 0.03, 300, true);
        struct layer_index *ix = index_of(f, &feature, 1);
        double w = 110.98 + 0.02 * random_unit(&r), s = 40.98 + 0.02 * random_unit(&r),
               m = w + 0.004 + 0.01 * random_unit(&r);
        struct geo_shape whole = shape_box(f->arena, w, s, w + 0.02, s + 0.02);
        struct geo_shape left = shape_box(f->arena, w, s, m, s + 0.02),
                         right = shape_box(f->arena, m, s, w + 0.02, s + 0.02);
        double turned[] = {w + 0.02, s + 0.02, w + 0.02, s, w, s, w, s + 0.02};
        struct geo_shape other = shape_of_points(f->arena, turned, 4);
        double area = one_overlap(f, ix, &whole);
        assert_true(fabs(area - one_overlap(f, ix, &left) - one_overlap(f, ix, &right)) <= 1e-6);
        assert_true(fabs(area - one_overlap(f, ix, &other)) <= 1e-6);
        index_close(ix);
    }
    arena_reset(f->arena);
}

/* The instruction sets give the same bits, so that a figure can be recomputed on any machine. */
static void every_instruction_set_gives_the_same_bits(void **state)
{
    struct fixture *f = *state;
    struct random r = {31};
    static const char *const names[] = {"baseline", "avx2"};
    for (int round = 0, rounds = rounds_of(100); round < rounds; round++) {
        struct geo_shape feature = shape_star(&r, f->arena, 111, 41, 0.03, 400, true);
        struct geo_shape parcel =
            shape_star(&r, f->arena, 111.01, 41.0, 0.02, 5 + random_below(&r, 90), round % 2);
        struct layer_index *ix = index_of(f, &feature, 1);
        double first = -1;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            if (!overlap_kernel_choose(f->scratch, names[k]))
                continue;
            double area = one_overlap(f, ix, &parcel);
            if (k == 0)
                first = area;
            assert_memory_equal(&area, &first, sizeof area);
        }
        index_close(ix);
    }
    arena_reset(f->arena);
}

/* A parcel of a degree and 20,000 edges keeps its accuracy: it is measured in pieces. */
static void a_county_sized_parcel_keeps_its_accuracy(void **state)
{
    struct fixture *f = *state;
    struct random r = {77};
    struct geo_shape features[40], parcels[3];
    int n = small_or_whole(8, 40); /* GEOS, which is asked for each, takes seconds */
    for (int i = 0; i < n; i++)
        features[i] =
            shape_star(&r, f->arena, 110.5 + 2 * random_unit(&r), 40.5 + 2 * random_unit(&r),
                       0.3 * random_unit(&r) + 0.01, i == 0 ? small_or_whole(4000, 20000) : 400, i % 2);
    parcels[0] = shape_star(&r, f->arena, 111.5, 41.5, 0.9, 20000, true);
    parcels[1] = shape_star(&r, f->arena, 111.5, 41.5, 1.5, 7, false);
    parcels[2] = shape_box(f->arena, 110, 40, 113, 43);
    compare_all(f, features, (size_t)n, parcels, 3);
    arena_reset(f->arena);
}

/* The overlap geometry that GEOS builds from local clips has the area that the kernel measured, and the union
 * of features that overlap each other counts nothing twice. */
static void overlap_geometry_has_the_measured_area(void **state)
{
    struct fixture *f = *state;
    struct random r = {123};
    for (int round = 0, rounds = rounds_of(150); round < rounds; round++) {
        struct geo_shape features[3];
        for (int i = 0; i < 3; i++)
            features[i] = shape_star(&r, f->arena, 111 + 0.02 * random_unit(&r), 41 + 0.02 * random_unit(&r),
                                     0.03, i == 0 ? 3000 : 40, i == 1);
        struct geo_shape parcel =
            shape_star(&r, f->arena, 111 + 0.03 * random_unit(&r), 41.01, 0.008, 9, round % 2);
        struct layer_index *ix = index_of(f, features, 3);
        const struct overlap *o;
        size_t n;
        overlap_prepare(f->scratch, &parcel);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
        struct overlap_part all[3];
        for (uint32_t i = 0; i < 3; i++)
            all[i] = (struct overlap_part){i, measured(o, n, i)};
        struct overlap_shapes from = {
            .ix = ix, .parcel = &parcel, .geos = f->geos, .clip = f->clip, .arena = f->arena};
        for (uint32_t i = 0; i < 3; i++) {
            struct overlap_shape s;
            assert_int_equal(overlap_shape_build(&from, &all[i], 1, &s, NULL), STATUS_OK);
            assert_true(fabs(s.area_m2 - measured(o, n, i)) <= 0.01);
        }
        struct overlap_shape u;
        assert_int_equal(overlap_shape_build(&from, all, 3, &u, NULL), STATUS_OK);
        GEOSContextHandle_t h = geo_geos_handle(f->geos);
        GEOSGeometry *g = geos_of(f, &features[0]), *p = geos_of(f, &parcel);
        for (int i = 1; i < 3; i++) {
            GEOSGeometry *next = geos_of(f, &features[i]), *both = GEOSUnion_r(h, g, next);
            GEOSGeom_destroy_r(h, g);
            GEOSGeom_destroy_r(h, next);
            g = both;
        }
        assert_true(fabs(u.area_m2 - geos_area(f, g, p)) <= 0.01);
        GEOSGeom_destroy_r(h, g);
        GEOSGeom_destroy_r(h, p);
        index_close(ix);
        arena_reset(f->arena);
    }
}

/* Touching is seen at a shared edge and at a shared point, and not across a gap of 10 cm. */
static void touching_is_told_from_near(void **state)
{
    struct fixture *f = *state;
    struct geo_shape feature = shape_box(f->arena, 111, 41, 111.01, 41.01);
    struct layer_index *ix = index_of(f, &feature, 1);
    struct {
        struct geo_shape parcel;
        bool touches;
    } cases[] = {{shape_box(f->arena, 111.01, 41.002, 111.02, 41.005), true},
                 {shape_box(f->arena, 111.01, 41.01, 111.02, 41.02), true},
                 {shape_box(f->arena, 111.01 + 1.2e-6, 41.002, 111.02, 41.005), false}};
    for (size_t i = 0; i < 3; i++) {
        bool touches;
        overlap_prepare(f->scratch, &cases[i].parcel);
        assert_int_equal(overlap_touches(f->scratch, ix, 0, 0.001, &touches, NULL), STATUS_OK);
        assert_int_equal(touches, cases[i].touches);
    }
    index_close(ix);
    arena_reset(f->arena);
}

/* The cases that officers meet every day, said one by one: the parcel is the feature; the parcel fills a hole
 * exactly, or lies in it; the feature's hole is inside the parcel; two touch in a point; a parcel with a
 * spike of no width. */
static void named_degenerate_cases_are_exact(void **state)
{
    struct fixture *f = *state;
    struct geo_shape_builder b;
    struct geo_shape ring, hole = shape_box(f->arena, 111.01, 41.01, 111.02, 41.02);
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    static const double outer[] = {111, 41, 111.03, 41, 111.03, 41.03, 111, 41.03};
    static const double inner[] = {111.01, 41.01, 111.01, 41.02, 111.02, 41.02, 111.02, 41.01};
    for (int k = 0; k < 2; k++) {
        geo_shape_builder_ring(&b);
        for (int i = 0; i < 4; i++)
            geo_shape_builder_point(&b, (k ? inner : outer)[2 * i], (k ? inner : outer)[2 * i + 1]);
    }
    assert_int_equal(geo_shape_builder_finish(&b, f->arena, &ring, NULL), STATUS_OK);
    geo_shape_builder_release(&b);
    static const double spiked[] = {111.03, 41,     111.05, 41,     111.05, 41.01,  111.001,
                                    41.01,  111.05, 41.01,  111.05, 41.03,  111.03, 41.03};
    struct {
        struct geo_shape parcel;
        double want_m2;
    } cases[] = {
        {ring, geo_shape_area_m2(&ring)},
        {hole, 0},
        {shape_box(f->arena, 111.012, 41.012, 111.018, 41.018), 0},
        {shape_box(f->arena, 110.9, 40.9, 111.1, 41.1), geo_shape_area_m2(&ring)},
        {shape_box(f->arena, 111.03, 41.03, 111.04, 41.04), 0},
        {shape_of_points(f->arena, spiked, 7), 0},
    };
    struct layer_index *ix = index_of(f, &ring, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = one_overlap(f, ix, &cases[i].parcel);
        if (!(fabs(got - cases[i].want_m2) <= 1e-9 * cases[i].want_m2 + 1e-6))
            fail_msg("case %zu: %.9f m2 instead of %.9f", i, got, cases[i].want_m2);
    }
    index_close(ix);
    arena_reset(f->arena);
}

/* What one thread measures; the layer index is shared. */
struct thread_job {
    const struct layer_index *ix;
    const struct geo_shape *parcels;
    size_t n;
    double area_m2[200];
    pthread_t id;
};

static void *thread_run(void *arg)
{
    struct thread_job *j = arg;
    struct overlap_scratch *s;
    if (overlap_scratch_new(&s, NULL))
        return NULL;
    for (size_t i = 0; i < j->n; i++) {
        const struct overlap *o;
        size_t n;
        overlap_prepare(s, &j->parcels[i]);
        if (overlap_measure(s, j->ix, &o, &n, NULL))
            break;
        for (size_t k = 0; k < n; k++)
            j->area_m2[i] += o[k].area_m2;
    }
    overlap_scratch_free(s);
    return j;
}

/* One thread and four give the same bits for every parcel, whatever was measured before with the same
 * scratch. */
static void threads_give_the_same_bits(void **state)
{
    struct fixture *f = *state;
    struct random r = {2};
    struct geo_shape features[30], parcels[200];
    for (int i = 0; i < 30; i++)
        features[i] = shape_star(&r, f->arena, 111 + 0.1 * random_unit(&r), 41 + 0.1 * random_unit(&r), 0.03,
                                 200, i % 2);
    for (int i = 0; i < 200; i++)
        parcels[i] = shape_star(&r, f->arena, 111 + 0.1 * random_unit(&r), 41 + 0.1 * random_unit(&r), 0.01,
                                5 + random_below(&r, 120), i % 4 == 0);
    struct layer_index *ix = index_of(f, features, 30);
    struct thread_job *jobs = calloc(5, sizeof *jobs);
    for (int t = 0; t < 5; t++)
        jobs[t] = (struct thread_job){.ix = ix, .parcels = parcels, .n = 200};
    assert_non_null(thread_run(&jobs[0]));
    for (int t = 1; t < 5; t++)
        assert_int_equal(pthread_create(&jobs[t].id, NULL, thread_run, &jobs[t]), 0);
    for (int t = 1; t < 5; t++) {
        void *done = NULL;
        pthread_join(jobs[t].id, &done);
        assert_non_null(done);
        assert_memory_equal(jobs[t].area_m2, jobs[0].area_m2, sizeof jobs[0].area_m2);
    }
    free(jobs);
    index_close(ix);
    arena_reset(f->arena);
}

/* Sets of so many of the layers, ring by ring and by blocks of several levels; a set of none. */
enum { LAYERS = LAYER_SET_MAX + 1, SETS = 6 };
static void sets_of(struct fixture *f, struct layer_index *const *ix, const struct layer_set *sets[SETS])
{
    static const size_t layers[SETS] = {0, 1, 13, LAYERS, LAYERS, 13};
    static const uint32_t blocks[SETS] = {1, 1000, 100000, 100000, 900, 1};
    for (int i = 0; i < SETS; i++) {
        sets[i] = layer_set_of_blocks((const struct layer_index *const *)ix, layers[i], blocks[i], f->arena);
        assert_non_null(sets[i]);
        assert_int_equal(layer_set_size(sets[i]), layers[i] < LAYER_SET_MAX ? layers[i] : LAYER_SET_MAX);
    }
}

/* Looking into several layers before they are measured changes no answer, for parcels of one piece and of
 * many; nor does a look at the parcel before. And what a look says is far, has nothing. */
static void a_look_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct random r = {20261130};
    enum { FEATURES = 120 };
    struct layer_index *ix[LAYERS];
    size_t near = 0, far = 0;
    const struct layer_set *sets[SETS];
    for (int l = 0; l < LAYERS; l++) {
        static struct geo_shape features[FEATURES];
        for (int i = 0; i < FEATURES; i++)
            features[i] = shape_star(&r, f->arena, 111 + 0.2 * random_unit(&r), 41 + 0.2 * random_unit(&r),
                                     0.02, 5 + random_below(&r, 90), i % 4 == 0);
        ix[l] = index_of(f, features, l == 0 ? 1 : FEATURES); /* a file that is open may be replaced */
    }
    sets_of(f, ix, sets);
    struct overlap_scratch *plain;
    assert_int_equal(overlap_scratch_new(&plain, NULL), STATUS_OK);
    for (int i = 0; i < 300; i++) {
        struct geo_shape parcel =
            shape_star(&r, f->arena, 111 + 0.4 * random_unit(&r), 41 + 0.4 * random_unit(&r),
                       i % 9 == 0 ? 0.1 : 0.004, i % 7 == 0 ? 200 : 7, i % 5 == 0);
        overlap_prepare(f->scratch, &parcel);
        overlap_prepare(plain, &parcel);
        if (i % 3)
            assert_int_equal(overlap_look(f->scratch, sets[i / 3 % SETS], NULL), STATUS_OK);
        for (int l = 0; l < LAYERS; l++) {
            const struct overlap *a, *b;
            size_t n, m;
            assert_int_equal(overlap_measure(f->scratch, ix[l], &a, &n, NULL), STATUS_OK);
            assert_int_equal(overlap_measure(plain, ix[l], &b, &m, NULL), STATUS_OK);
            assert_int_equal(n, m);
            if (overlap_saw_nothing(f->scratch, ix[l])) {
                assert_int_equal(n, 0);
                far++;
            }
            for (size_t k = 0; k < n; k++)
                assert_true(a[k].feature == b[k].feature && a[k].area_m2 == b[k].area_m2 &&
                            a[k].crossed == b[k].crossed);
            near += n;
        }
    }
    assert_true(near > 1000 && far > 1000);
    overlap_scratch_free(plain);
    for (int l = 0; l < LAYERS; l++)
        index_close(ix[l]);
    arena_reset(f->arena);
}

/* ---- many parcels at once ---- */

struct batch_check {
    struct fixture *f;
    const struct layer_index *ix;
    const struct geo_shape *parcels;
    struct overlap_scratch *single;
    int *seen; /* how often each parcel was spoken of */
    size_t calls, stop_after, pairs;
};

static bool batch_answer(size_t parcel, const struct overlap *found, size_t n, void *user)
{
    struct batch_check *c = user;
    const struct overlap *o;
    size_t k;
    overlap_prepare(c->single, &c->parcels[parcel]);
    assert_int_equal(overlap_measure(c->single, c->ix, &o, &k, NULL), STATUS_OK);
    assert_int_equal(n, k);
    for (size_t i = 0; i < n; i++)
        assert_true(found[i].feature == o[i].feature && found[i].crossed == o[i].crossed &&
                    memcmp(&found[i].area_m2, &o[i].area_m2, sizeof o[i].area_m2) == 0);
    c->seen[parcel]++;
    c->pairs += n;
    return ++c->calls != c->stop_after;
}

/* Every parcel is spoken of as often as it should be: once when a feature is near it, not at all
 * otherwise. */
static size_t batch_check_all(struct fixture *f, const struct layer_index *ix, struct overlap_batch *b,
                              const struct geo_shape *parcels, size_t n)
{
    struct batch_check c = {.f = f, .ix = ix, .parcels = parcels, .seen = calloc(n + 1, sizeof(int))};
    assert_int_equal(overlap_scratch_new(&c.single, NULL), STATUS_OK);
    assert_int_equal(overlap_batch_set(b, parcels, n, NULL), STATUS_OK);
    assert_int_equal(overlap_batch_measure(b, f->scratch, ix, batch_answer, &c, NULL), STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        const struct overlap *o;
        size_t k;
        overlap_prepare(c.single, &parcels[i]);
        assert_int_equal(overlap_measure(c.single, ix, &o, &k, NULL), STATUS_OK);
        assert_int_equal(c.seen[i], k > 0);
    }
    if (c.calls > 1) { /* and it stops when told to */
        size_t wanted = c.calls / 2;
        c.calls = 0;
        c.stop_after = wanted;
        assert_int_equal(overlap_batch_measure(b, f->scratch, ix, batch_answer, &c, NULL), STATUS_OK);
        assert_int_equal(c.calls, wanted);
    }
    overlap_scratch_free(c.single);
    free(c.seen);
    return c.pairs;
}

/* Many parcels at once give what each gives by itself, to the last bit: dense layers, where neighbours find
 * more than they look at together; sparse ones, where most find nothing; parcels of many pieces among small
 * ones; and batches of any size, the same batch used again. */
static void a_batch_gives_what_each_parcel_gives(void **state)
{
    struct fixture *f = *state;
    struct random r = {20261129};
    struct overlap_batch *b;
    size_t pairs = 0;
    assert_int_equal(overlap_batch_new(&b, NULL), STATUS_OK);
    for (int round = 0; round < 24; round++) {
        enum { FEATURES = 700, PARCELS = 400 };
        static const size_t sizes[] = {0, PARCELS, 1, 7, 8, 9, 100, PARCELS};
        static struct geo_shape features[FEATURES], parcels[PARCELS];
        double spread = round % 3 == 0 ? 0.05 : round % 3 == 1 ? 1.0 : 8.0;
        size_t n_features = round % 4 == 0 ? 1 : FEATURES;
        for (size_t i = 0; i < n_features; i++)
            features[i] = shape_star(&r, f->arena, 110 + spread * random_unit(&r),
                                     41 + spread * random_unit(&r), 0.001 + 0.02 * random_unit(&r),
                                     i % 50 == 0 ? 900 : 4 + random_below(&r, 40), i % 3 == 0);
        for (size_t i = 0; i < PARCELS; i++)
            parcels[i] =
                shape_star(&r, f->arena, 110 + spread * random_unit(&r), 41 + spread * random_unit(&r),
                           i % 40 == 0 ? 0.2 : 0.003 * random_unit(&r) + 0.0005,
                           i % 30 == 0 ? 300 : 4 + random_below(&r, 12), i % 7 == 0);
        struct layer_index *ix = index_of(f, features, n_features);
        pairs += batch_check_all(f, ix, b, parcels, sizes[round % 8]);
        index_close(ix);
        arena_reset(f->arena);
    }
    assert_true(pairs > 10000);
    overlap_batch_free(b);
    overlap_batch_free(NULL);
}

/* Geometry where GEOS's noding has a hard time: shapes on one lattice share edges and vertices everywhere.
 * Every overlap geometry has the measured area all the same. */
static void degenerate_overlaps_can_be_drawn(void **state)
{
    struct fixture *f = *state;
    struct random r = {4711};
    for (int round = 0, rounds = rounds_of(40); round < rounds; round++) {
        struct geo_shape features[8];
        for (int i = 0; i < 8; i++)
            features[i] = i % 2 ? shape_cells(&r, f->arena, f->geos, 111, 41, 0.001, 5)
                                : shape_lattice(&r, f->arena, 111, 41, 0.001, 5);
        struct geo_shape parcel = round % 2 ? shape_cells(&r, f->arena, f->geos, 111, 41, 0.001, 5)
                                            : shape_lattice(&r, f->arena, 111, 41, 0.001, 5);
        struct layer_index *ix = index_of(f, features, 8);
        const struct overlap *o;
        size_t n;
        overlap_prepare(f->scratch, &parcel);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
        for (size_t i = 0; i < n; i++) {
            struct overlap_part part = {o[i].feature, o[i].area_m2};
            struct overlap_shape s;
            struct overlap_shapes from = {
                .ix = ix, .parcel = &parcel, .geos = f->geos, .clip = f->clip, .arena = f->arena};
            assert_int_equal(overlap_shape_build(&from, &part, 1, &s, NULL), STATUS_OK);
        }
        index_close(ix);
        arena_reset(f->arena);
    }
}

/* On a lattice, where shapes without common area either share a point or are a whole cell apart, touching is
 * what GEOS says it is; rings with an edge tree included. */
static void touching_agrees_with_geos(void **state)
{
    struct fixture *f = *state;
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    struct random r = {77};
    int seen[2] = {0, 0}, rounds = rounds_of(60);
    for (int round = 0; round < rounds; round++) {
        struct geo_shape feature = shape_cells(&r, f->arena, f->geos, 111, 41, 0.001, 9);
        struct layer_index *ix = index_of(f, &feature, 1);
        GEOSGeometry *g = geos_of(f, &feature);
        for (int k = 0; k < 20; k++) {
            double w = 111 + 0.001 * (random_below(&r, 13) - 2.0),
                   s = 41 + 0.001 * (random_below(&r, 13) - 2.0);
            struct geo_shape parcel = shape_box(f->arena, w, s, w + 0.001, s + 0.001);
            GEOSGeometry *p = geos_of(f, &parcel);
            if (one_overlap(f, ix, &parcel) < 0.01) {
                bool touches;
                int meets = GEOSDistanceWithin_r(h, g, p, 1e-9);
                assert_int_equal(overlap_touches(f->scratch, ix, 0, 0.001, &touches, NULL), STATUS_OK);
                assert_int_equal(touches, meets);
                seen[touches]++;
            }
            GEOSGeom_destroy_r(h, p);
        }
        GEOSGeom_destroy_r(h, g);
        index_close(ix);
        arena_reset(f->arena);
    }
    assert_true(seen[0] > rounds / 2 && seen[1] > rounds / 2);
}

static bool odd_only(uint32_t feature, void *user)
{
    ++*(int *)user;
    return feature % 2 == 1;
}

/* Leaving features out changes nothing of the others, to the last bit, in parcels of one piece and of
 * many. */
static void unwanted_features_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct random r = {2026};
    struct geo_shape features[40];
    int asked = 0, met = 0;
    for (int i = 0; i < 40; i++)
        features[i] = shape_star(&r, f->arena, 111 + 0.02 * random_unit(&r), 41 + 0.02 * random_unit(&r),
                                 0.01, 5 + random_below(&r, 200), i % 3 == 0);
    struct layer_index *ix = index_of(f, features, 40);
    for (int i = 0; i < 40; i++) {
        const struct overlap *o;
        struct overlap all[64];
        size_t n, n_all, k = 0;
        overlap_prepare(f->scratch, &features[i]);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &n_all, NULL), STATUS_OK);
        memcpy(all, o, n_all * sizeof *all);
        assert_int_equal(overlap_measure_wanted(f->scratch, ix, odd_only, &asked, &o, &n, NULL), STATUS_OK);
        for (size_t j = 0; j < n_all; j++) {
            if (all[j].feature % 2 == 0)
                continue;
            assert_true(k < n && o[k].feature == all[j].feature && o[k].area_m2 == all[j].area_m2 &&
                        o[k].crossed == all[j].crossed);
            k++;
            met++;
        }
        assert_int_equal(k, n);
        assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
        assert_int_equal(n, n_all); /* the wish is not remembered */
    }
    assert_true(asked > 0 && met > 100);
    index_close(ix);
    arena_reset(f->arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_pairs_agree_with_geos),
        cmocka_unit_test(degenerate_pairs_agree_with_geos),
        cmocka_unit_test(shared_borders_measure_nothing),
        cmocka_unit_test(overlap_is_symmetric),
        cmocka_unit_test(cutting_and_turning_the_parcel_changes_nothing),
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(a_county_sized_parcel_keeps_its_accuracy),
        cmocka_unit_test(overlap_geometry_has_the_measured_area),
        cmocka_unit_test(touching_is_told_from_near),
        cmocka_unit_test(touching_agrees_with_geos),
        cmocka_unit_test(named_degenerate_cases_are_exact),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(a_look_changes_nothing),
        cmocka_unit_test(a_batch_gives_what_each_parcel_gives),
        cmocka_unit_test(degenerate_overlaps_can_be_drawn),
        cmocka_unit_test(unwanted_features_are_left_out),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

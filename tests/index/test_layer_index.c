/* The flat index file: what is written is read back; what is damaged, foreign or stale is an error and
 * never a crash. */
#include "base/arena.h"
#include "base/file.h"
#include "geo/area.h"
#include "index/index_file.h"
#include "index/overlap.h"
#include "index/shapes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[SHA256_BYTES] = "this version", other_key[SHA256_BYTES] = "another version";

struct fixture {
    struct arena *arena;
    char path[64], copy[64];
    struct geo_shape shapes[12];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)1 << 30);
    snprintf(f->path, sizeof f->path, "/tmp/hx-index-%ld.hxi", (long)getpid());
    snprintf(f->copy, sizeof f->copy, "/tmp/hx-index-%ld-copy.hxi", (long)getpid());
    struct random r = {1};
    struct index_builder *b;
    assert_int_equal(index_builder_new(f->path, key, &b, NULL), STATUS_OK);
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "图斑%d", i);
        f->shapes[i] = shape_star(&r, f->arena, 111 + 0.03 * i, 41, 0.02, i == 3 ? 5000 : 12, i % 2);
        assert_int_equal(index_builder_add(b, 100 + i, name, name, i < 6 ? "甲" : "乙", &f->shapes[i], NULL),
                         STATUS_OK);
    }
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    unlink(f->copy);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* Ids, names, zones, areas and every vertex come back as they were given. */
static void what_is_written_is_read_back(void **state)
{
    struct fixture *f = *state;
    struct layer_index *ix;
    assert_int_equal(index_open(f->path, key, &ix, NULL), STATUS_OK);
    assert_int_equal(index_verify(ix, NULL), STATUS_OK);
    assert_int_equal(index_n_features(ix), 12);
    for (uint32_t i = 0; i < 12; i++) {
        struct index_feature feature = index_feature_at(ix, i);
        const struct geo_shape *s = &f->shapes[i];
        char name[32];
        snprintf(name, sizeof name, "图斑%u", i);
        assert_int_equal(feature.id, 100 + i);
        assert_string_equal(feature.name, name);
        assert_string_equal(feature.zone, i < 6 ? "甲" : "乙");
        assert_int_equal(feature.n_rings, s->n_rings);
        assert_true(fabs(feature.area_m2 - geo_shape_area_m2(s)) <= 1e-9 * feature.area_m2);
        for (uint32_t r = 0; r < s->n_rings; r++) {
            const double *lon, *lat;
            uint32_t n = index_ring(ix, feature.first_ring + r, &lon, &lat);
            assert_int_equal(n, s->ring_start[r + 1] - s->ring_start[r]);
            assert_memory_equal(lon, s->lon_deg + s->ring_start[r], n * sizeof *lon);
            assert_memory_equal(lat, s->lat_deg + s->ring_start[r], n * sizeof *lat);
        }
    }
    index_close(ix);
}

/* An index of another layer version is refused, so that a check can never measure yesterday's line
 * unnoticed. */
static void a_stale_file_is_refused(void **state)
{
    struct fixture *f = *state;
    struct layer_index *ix;
    struct error e;
    assert_int_equal(index_open(f->path, other_key, &ix, &e), STATUS_CORRUPT);
    assert_non_null(strstr(e.en, "stale"));
}

static void write_copy(struct fixture *f, const char *bytes, size_t n)
{
    FILE *out = fopen(f->copy, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

/* Uses everything that an index can be asked: whatever the file held, this must end without a crash. */
static void use(const struct layer_index *ix, const struct geo_shape *parcel)
{
    struct overlap_scratch *s;
    const struct overlap *o;
    size_t n;
    assert_int_equal(overlap_scratch_new(&s, NULL), STATUS_OK);
    overlap_prepare(s, parcel);
    assert_int_equal(overlap_measure(s, ix, &o, &n, NULL), STATUS_OK);
    for (size_t i = 0; i < n; i++)
        (void)strlen(index_feature_at(ix, o[i].feature).name);
    overlap_scratch_free(s);
}

/* A file cut short at any length, and a file longer than it says, are refused. */
static void a_truncated_file_is_refused(void **state)
{
    struct fixture *f = *state;
    char *bytes;
    size_t n;
    assert_int_equal(file_read(f->path, (size_t)1 << 30, f->arena, &bytes, &n, NULL), STATUS_OK);
    for (size_t cut = 0; cut < n; cut += cut < 600 ? 1 : 1013) {
        struct layer_index *ix;
        write_copy(f, bytes, cut);
        assert_int_equal(index_open(f->copy, key, &ix, NULL), STATUS_CORRUPT);
    }
    struct layer_index *ix;
    char *longer = arena_alloc(f->arena, n + 8);
    memcpy(longer, bytes, n);
    write_copy(f, longer, n + 8);
    assert_int_equal(index_open(f->copy, key, &ix, NULL), STATUS_CORRUPT);
}

/* A flipped byte anywhere is found: by the header's checksum, by a table's bounds, or by the checksum of
 * all; and a file that opens all the same can be used without leaving it. */
static void a_damaged_file_is_found_and_never_crashes(void **state)
{
    struct fixture *f = *state;
    char *bytes;
    size_t n;
    struct random r = {9};
    assert_int_equal(file_read(f->path, (size_t)1 << 30, f->arena, &bytes, &n, NULL), STATUS_OK);
    for (int round = 0; round < 3000; round++) {
        size_t at = round < 256 ? (size_t)round : random_below(&r, (uint32_t)n);
        char kept = bytes[at];
        bytes[at] = (char)(kept ^ (1 << random_below(&r, 8)));
        write_copy(f, bytes, n);
        bytes[at] = kept;
        struct layer_index *ix;
        enum status s = index_open(f->copy, key, &ix, NULL);
        assert_true(s == STATUS_OK || s == STATUS_CORRUPT);
        if (s == STATUS_OK) {
            assert_true(index_file_checksum(ix->file) !=
                        ix->header->checksum); /* what index_verify compares */
            use(ix, &f->shapes[1]);
            index_close(ix);
        }
    }
}

/* An empty layer is a layer: it opens, and nothing is found in it. */
static void an_empty_layer_is_a_layer(void **state)
{
    struct fixture *f = *state;
    struct index_builder *b;
    struct layer_index *ix;
    assert_int_equal(index_builder_new(f->copy, key, &b, NULL), STATUS_OK);
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    assert_int_equal(index_open(f->copy, key, &ix, NULL), STATUS_OK);
    use(ix, &f->shapes[0]);
    index_close(ix);
}

/* A build that is given up leaves the old file as it was and no other behind. */
static void an_abandoned_build_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    struct index_builder *b;
    struct layer_index *ix;
    assert_int_equal(index_builder_new(f->path, other_key, &b, NULL), STATUS_OK);
    assert_int_equal(index_builder_add(b, 1, "", "", "", &f->shapes[0], NULL), STATUS_OK);
    index_builder_free(b);
    assert_int_equal(index_open(f->path, key, &ix, NULL), STATUS_OK);
    index_close(ix);
}

/* ---- which feature holds a point ---- */

enum { TEETH = 80 };

/* A comb that stands on its west side: tooth i is 0.004 degrees high from 40.1 + 0.01 i on and reaches
 * from 110.2 to 110.8, so that a line northward from the lowest tooth crosses its border twice for each
 * other one. */
static uint32_t comb(double *lonlat)
{
    uint32_t n = 0;
    const double west = 110.1, root = 110.2, east = 110.8;
    lonlat[n++] = west, lonlat[n++] = 40.1;
    for (int i = 0; i < TEETH; i++) {
        double south = 40.1 + 0.01 * i, north = south + 0.004;
        lonlat[n++] = east, lonlat[n++] = south;
        lonlat[n++] = east, lonlat[n++] = north;
        if (i + 1 < TEETH) {
            lonlat[n++] = root, lonlat[n++] = north;
            lonlat[n++] = root, lonlat[n++] = south + 0.01;
        }
    }
    lonlat[n++] = west, lonlat[n++] = 40.1 + 0.01 * (TEETH - 1) + 0.004;
    return n / 2;
}

static void add_ring(struct geo_shape_builder *b, const double *lonlat, uint32_t n)
{
    geo_shape_builder_ring(b);
    for (uint32_t i = 0; i <= n; i++)
        geo_shape_builder_point(b, lonlat[2 * (i % n)], lonlat[2 * (i % n) + 1]);
}

static void add_feature(struct index_builder *b, int64_t id, struct geo_shape_builder *s)
{
    struct geo_shape shape;
    assert_int_equal(geo_shape_builder_view(s, &shape, NULL), STATUS_OK);
    assert_int_equal(index_builder_add(b, id, "", "", "", &shape, NULL), STATUS_OK);
    geo_shape_builder_clear(s);
}

static int64_t found_at(const struct layer_index *ix, struct index_clip_scratch *s, double lon, double lat)
{
    int64_t feature = -2;
    assert_int_equal(index_find_at(ix, lon, lat, s, &feature, NULL), STATUS_OK);
    return feature < 0 ? feature : index_feature_at(ix, (uint32_t)feature).id;
}

/* The county of a parcel, on its row and on its map: exact places within a hole behind 160 edges, in the
 * enclave that fills it, on a border of two counties, and where two overlap. */
static void a_point_is_in_the_unit_that_holds_it(void **state)
{
    const struct fixture *f = *state;
    static const double county[] = {110, 40, 111, 40, 111, 41, 110, 41},
                        next[] = {111, 40, 112, 40, 112, 41, 111, 41},
                        upon[] = {111.5, 40.5, 113, 40.5, 113, 41.5, 111.5, 41.5};
    double lonlat[8 * TEETH + 8];
    uint32_t n = comb(lonlat);
    struct geo_shape_builder s;
    struct index_builder *b;
    struct layer_index *ix = NULL;
    geo_shape_builder_init(&s);
    assert_int_equal(index_builder_new(f->copy, key, &b, NULL), STATUS_OK);
    geo_shape_builder_polygon(&s);
    add_ring(&s, county, 4);
    add_ring(&s, lonlat, n);
    add_feature(b, 1, &s);
    geo_shape_builder_polygon(&s);
    add_ring(&s, lonlat, n);
    add_feature(b, 2, &s);
    const double *boxes[] = {next, upon};
    for (int i = 0; i < 2; i++) {
        geo_shape_builder_polygon(&s);
        add_ring(&s, boxes[i], 4);
        add_feature(b, 3 + i, &s);
    }
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    geo_shape_builder_release(&s);
    assert_int_equal(index_open(f->copy, key, &ix, NULL), STATUS_OK);
    struct index_clip_scratch *scratch = index_clip_scratch_new();
    for (int i = 0; i < TEETH; i++) {
        assert_int_equal(found_at(ix, scratch, 110.5, 40.102 + 0.01 * i), 2);
        assert_int_equal(found_at(ix, scratch, 110.5, 40.107 + 0.01 * i), 1);
    }
    assert_int_equal(found_at(ix, scratch, 110.5, 40.05), 1);
    int64_t on_border = found_at(ix, scratch, 111, 40.25);
    assert_true(on_border == 1 || on_border == 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(found_at(ix, scratch, 111, 40.25), on_border);
    assert_int_equal(found_at(ix, scratch, 111.75, 40.75), 3); /* the first of two */
    assert_int_equal(found_at(ix, scratch, 112.5, 40.75), 4);
    assert_int_equal(found_at(ix, scratch, 114, 40.5), -1);
    assert_int_equal(found_at(ix, scratch, NAN, 40.5), -1);
    index_clip_scratch_free(scratch);
    index_close(ix);
}

/* What clipping gives of a ring: its points, its area in degrees, and how far a point strays from the
 * circle. */
struct clipped {
    uint32_t n;
    double twice_area, stray;
};

static bool take_clipped(const struct index_clip_ring *r, void *user)
{
    struct clipped *c = user;
    c->n += r->n;
    for (uint32_t i = 0; i + 1 < r->n; i++) {
        c->twice_area += r->lon_deg[i] * r->lat_deg[i + 1] - r->lon_deg[i + 1] * r->lat_deg[i];
        double off = fabs(hypot(r->lon_deg[i] - 110, r->lat_deg[i] - 40) - 0.5);
        c->stray = off > c->stray ? off : c->stray;
    }
    return true;
}

/* Thinned, a ring has few points, all of them its own; one no larger than the thinness still has a form; and
 * 0 takes every edge again. */
static void a_thinned_ring_keeps_its_form(void **state)
{
    const struct fixture *f = *state;
    enum { N = 5000 };
    static double circle[2 * N];
    for (int i = 0; i < N; i++) {
        circle[2 * i] = 110 + 0.5 * cos(2 * M_PI * i / N);
        circle[2 * i + 1] = 40 + 0.5 * sin(2 * M_PI * i / N);
    }
    struct geo_shape_builder s;
    struct index_builder *b;
    struct layer_index *ix = NULL;
    geo_shape_builder_init(&s);
    assert_int_equal(index_builder_new(f->copy, key, &b, NULL), STATUS_OK);
    geo_shape_builder_polygon(&s);
    add_ring(&s, circle, N);
    add_feature(b, 1, &s);
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    geo_shape_builder_release(&s);
    assert_int_equal(index_open(f->copy, key, &ix, NULL), STATUS_OK);
    struct index_clip_scratch *scratch = index_clip_scratch_new();
    const struct geo_box box = {109, 39, 111, 41};
    const double thin[] = {0, 0.02, 10, 0};
    for (int i = 0; i < 4; i++) {
        struct clipped c = {0};
        index_clip_scratch_thin(scratch, thin[i], thin[i]);
        assert_int_equal(index_clip_feature(ix, 0, &box, scratch, take_clipped, &c, NULL), STATUS_OK);
        assert_true(c.stray < 1e-9);
        assert_true(fabs(c.twice_area / 2 - M_PI / 4) < (thin[i] > 1 ? 0.1 : 0.005) * M_PI / 4);
        assert_true(thin[i] > 0 ? c.n >= 8 && c.n < N / 10 : c.n == N + 1);
    }
    index_clip_scratch_free(scratch);
    index_close(ix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thinned_ring_keeps_its_form),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_stale_file_is_refused),
        cmocka_unit_test(a_truncated_file_is_refused),
        cmocka_unit_test(a_damaged_file_is_found_and_never_crashes),
        cmocka_unit_test(an_empty_layer_is_a_layer),
        cmocka_unit_test(a_point_is_in_the_unit_that_holds_it),
        cmocka_unit_test(an_abandoned_build_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* One parcel and the three lines: what a check, its shapes and its map cost as features, holes and
 * vertices become more. */
#include "check/check.h"
#include "growth/growth.h"
#include "index/overlap.h"
#include "report/report_maps.h"
#include "shipped_lines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ORIGIN_LON 111.0
#define ORIGIN_LAT 41.0
#define CELL_DEG 0.001 /* about 100 m */
static const uint8_t key[SHA256_BYTES] = {1};

/* A snapshot without a store: the three lines' indexes are made here, and every line covers everything. */
struct world {
    struct check_worker worker;
    struct snapshot *snapshot;
    struct index_builder *builder; /* of the line under way */
    struct geo_shape_builder rings;
    int64_t n_features;
    struct parcel parcel;
    struct report report;
    struct geo_shape shape; /* common with the red line */
    struct report_maps maps;
};

static void point(struct world *w, double x, double y)
{
    geo_shape_builder_point(&w->rings, ORIGIN_LON + x, ORIGIN_LAT + y);
}

static void ring(struct world *w, bool outer)
{
    if (outer)
        geo_shape_builder_polygon(&w->rings);
    geo_shape_builder_ring(&w->rings);
}

static void box(struct world *w, double x0, double y0, double x1, double y1)
{
    ring(w, true);
    point(w, x0, y0), point(w, x1, y0), point(w, x1, y1), point(w, x0, y1);
}

/* ---- lines: begin, then rings and `feature` for each, then end ---- */

static void line_path(char *path, size_t size)
{
    snprintf(path, size, "/tmp/hx-growth-%ld.hxi", (long)getpid());
}

static void line_begin(struct world *w)
{
    char path[64];
    struct error e = {0};
    line_path(path, sizeof path);
    growth_must(index_builder_new(path, key, &w->builder, &e), &e);
    geo_shape_builder_clear(&w->rings);
}

static void feature(struct world *w, const char *zone)
{
    struct geo_shape s;
    struct error e = {0};
    growth_must(geo_shape_builder_view(&w->rings, &s, &e), &e);
    growth_must(index_builder_add(w->builder, ++w->n_features, "", "", zone, &s, &e), &e);
    geo_shape_builder_clear(&w->rings);
}

static const struct layer_index *line_open(struct world *w)
{
    char path[64];
    struct layer_index *ix;
    struct error e = {0};
    line_path(path, sizeof path);
    growth_must(index_builder_finish(w->builder, &e), &e);
    growth_must(index_open(path, key, &ix, &e), &e);
    index_builder_free(w->builder);
    unlink(path); /* the mapping stays */
    return ix;
}

static void line_end(struct world *w, int line)
{
    struct layer_snapshot *l = &w->snapshot->layers[w->snapshot->n_layers++];
    l->version.layer = line_at(&w->snapshot->lines, line)->id;
    l->index = line_open(w);
    line_begin(w);
    box(w, -1, -1, 5, 5);
    feature(w, "");
    l->coverage = line_open(w);
    w->snapshot->line_layers[line] = l;
}

static void world_init(struct world *w)
{
    struct error e = {0};
    *w = (struct world){.n_features = 0};
    growth_must(check_worker_init(&w->worker, &e), &e);
    w->snapshot = shipped_snapshot();
    w->snapshot->layers = arena_array(w->snapshot->arena, LINE_COUNT, sizeof *w->snapshot->layers);
    growth_expect(w->snapshot->layers != NULL);
    geo_shape_builder_init(&w->rings);
}

static void world_release(struct world *w)
{
    geo_shape_builder_release(&w->rings);
    snapshot_unref(w->snapshot);
    check_worker_release(&w->worker);
}

/* The rings drawn since are the parcel. */
static void parcel(struct world *w)
{
    struct error e = {0};
    w->parcel = (struct parcel){.id = "1", .name = "", .use = "", .crs = {.kind = GEO_CRS_GEOGRAPHIC}};
    growth_must(geo_shape_builder_finish(&w->rings, w->worker.arena, &w->parcel.shape, &e), &e);
    geo_shape_builder_clear(&w->rings);
}

static size_t side_of(size_t n)
{
    return (size_t)ceil(sqrt((double)n));
}

/* n squares of `width` cells, one in each cell of a square grid, and a parcel over all of them. */
static void grid(struct world *w, size_t n, double offset, double width, int line)
{
    size_t side = side_of(n);
    line_begin(w);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)(i % side) + offset) * CELL_DEG, y = ((double)(i / side) + offset) * CELL_DEG;
        char zone[24] = "";
        if (line == LINE_URBAN_DEVELOPMENT_BOUNDARY)
            snprintf(zone, sizeof zone, "Z%zu", i);
        box(w, x, y, x + width * CELL_DEG, y + width * CELL_DEG);
        feature(w, zone);
    }
    line_end(w, line);
    double all = (double)(side + 2) * CELL_DEG;
    box(w, 0.3 * CELL_DEG, 0.3 * CELL_DEG, all, all);
    parcel(w);
}

/* ---- work ---- */

static void do_check(void *user)
{
    struct world *w = user;
    struct error e = {0};
    struct parcel_set set = {.parcels = &w->parcel, .n_parcels = 1};
    growth_must(check_parcels(&w->worker, w->snapshot, NULL, &set, &w->report, &e), &e);
}

static void do_shape(void *user)
{
    struct world *w = user;
    struct error e = {0};
    growth_must(
        check_overlap_shape(&w->worker, &w->snapshot->layers[0], &w->parcel.shape, NULL, &w->shape, &e), &e);
}

static void do_check_and_shape(void *user)
{
    do_check(user);
    do_shape(user);
}

static void do_maps(void *user)
{
    struct world *w = user;
    struct error e = {0};
    growth_must(report_maps_fill(&w->worker, &w->report, (struct map_want){.pictures = true}, &w->maps, &e),
                &e);
}

static const struct layer_finding *finding(const struct world *w, int line)
{
    return &w->report.results[0].layers[line];
}

/* ---- cases ---- */

void many_features(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 1, LINE_ECOLOGICAL_RED_LINE);
    growth_counted(do_check, &w);
    growth_expect(finding(&w, LINE_ECOLOGICAL_RED_LINE)->n_features == n);
    world_release(&w);
}

void many_shapes(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 0.8, LINE_ECOLOGICAL_RED_LINE);
    growth_counted(do_shape, &w);
    growth_expect(w.shape.n_polygons == n);
    world_release(&w);
}

void many_drawn(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 0.8, LINE_ECOLOGICAL_RED_LINE);
    do_check(&w);
    growth_counted(do_maps, &w);
    growth_expect(w.maps.n_overlaps == 1 && w.maps.maps[0].n_patches == n);
    world_release(&w);
}

#define COMB_DEG 0.04 /* its width, and its height */

/* A comb of n teeth, each 0.4 as wide as it is from one to the next. */
static void comb(struct world *w, size_t n)
{
    double step = COMB_DEG / (double)n;
    ring(w, true);
    point(w, COMB_DEG, -COMB_DEG / 10);
    for (size_t i = n; i-- > 0;) {
        double x = (double)i * step;
        point(w, x + 0.4 * step, 0), point(w, x + 0.4 * step, COMB_DEG);
        point(w, x, COMB_DEG), point(w, x, 0);
    }
    point(w, 0, -COMB_DEG / 10);
    parcel(w);
}

void many_near(size_t n)
{
    struct world w;
    double step = COMB_DEG / (double)n;
    world_init(&w);
    line_begin(&w);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)i + 0.6) * step, y = (double)(i + 1) * step / 2;
        box(&w, x, y, x + 0.2 * step, y + 0.2 * step);
        feature(&w, "");
    }
    line_end(&w, LINE_ECOLOGICAL_RED_LINE);
    comb(&w, n);
    growth_counted(do_check, &w);
    growth_expect(finding(&w, LINE_ECOLOGICAL_RED_LINE)->status == LAYER_CLEAR);
    world_release(&w);
}

void many_overlapping(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 1.2, LINE_ECOLOGICAL_RED_LINE);
    growth_counted(do_check, &w);
    const struct layer_finding *f = finding(&w, LINE_ECOLOGICAL_RED_LINE);
    growth_expect(f->area_m2 < 0.9 * f->sum_m2 && !f->area_is_bound);
    world_release(&w);
}

/* The border wavers by a decimetre; each feature lies upon it by less than a square metre. */
void many_slivers(size_t n)
{
    struct world w;
    world_init(&w);
    line_begin(&w);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)i + 0.4) * CELL_DEG;
        box(&w, x, 0.4e-6, x + 0.2 * CELL_DEG, CELL_DEG);
        feature(&w, "");
    }
    line_end(&w, LINE_ECOLOGICAL_RED_LINE);
    ring(&w, true);
    point(&w, 0, -10 * CELL_DEG), point(&w, (double)n * CELL_DEG, -10 * CELL_DEG);
    for (size_t i = n + 1; i-- > 0;)
        point(&w, (double)i * CELL_DEG, i % 2 ? 1e-6 : 0);
    parcel(&w);
    growth_counted(do_check, &w);
    const struct layer_finding *f = finding(&w, LINE_ECOLOGICAL_RED_LINE);
    growth_expect(f->n_features == n && f->features[0].sliver && f->features[n - 1].sliver);
    world_release(&w);
}

void many_zones(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 1, LINE_URBAN_DEVELOPMENT_BOUNDARY);
    growth_counted(do_check, &w);
    growth_expect(finding(&w, LINE_URBAN_DEVELOPMENT_BOUNDARY)->n_zones == n + 1);
    world_release(&w);
}

void many_in_two_lines(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 0.8, LINE_ECOLOGICAL_RED_LINE);
    grid(&w, n, 0.4, 0.8, LINE_PERMANENT_BASIC_FARMLAND);
    growth_counted(do_check, &w);
    growth_expect(finding(&w, LINE_PERMANENT_BASIC_FARMLAND)->n_features == n);
    world_release(&w);
}

void many_holes_near(size_t n)
{
    struct world w;
    size_t side = side_of(n);
    double all = (double)side * CELL_DEG;
    world_init(&w);
    line_begin(&w);
    box(&w, 0, 0, all, all);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)(i % side) + 0.2) * CELL_DEG, y = ((double)(i / side) + 0.2) * CELL_DEG;
        ring(&w, false);
        point(&w, x, y), point(&w, x, y + 0.4 * CELL_DEG), point(&w, x + 0.4 * CELL_DEG, y);
    }
    feature(&w, "");
    line_end(&w, LINE_ECOLOGICAL_RED_LINE);
    box(&w, 0.3 * CELL_DEG, -CELL_DEG, all + CELL_DEG, all + CELL_DEG);
    parcel(&w);
    growth_counted(do_check_and_shape, &w);
    growth_expect(w.shape.n_rings > n / 2);
    world_release(&w);
}

/* The red line's corner reaches into the parcel's box and not into the parcel; its far side has n vertices.
 * What is far is no work, for the touch either. */
void ring_beside(size_t n)
{
    struct world w;
    world_init(&w);
    line_begin(&w);
    ring(&w, true);
    point(&w, -1, 0), point(&w, 0.4 * CELL_DEG, 0), point(&w, 0.4 * CELL_DEG, 1);
    for (size_t i = 1; i < n; i++) {
        double t = (double)i / (double)n;
        point(&w, 0.4 * CELL_DEG * (1 - t) - t, 1 + 0.1 * sin(20 * t));
    }
    point(&w, -1, 1);
    feature(&w, "");
    line_end(&w, LINE_ECOLOGICAL_RED_LINE);
    ring(&w, true);
    point(&w, 0, -CELL_DEG), point(&w, CELL_DEG, -CELL_DEG), point(&w, CELL_DEG, CELL_DEG);
    parcel(&w);
    growth_counted(do_check, &w);
    const struct layer_finding *f = finding(&w, LINE_ECOLOGICAL_RED_LINE);
    growth_expect(f->status == LAYER_CLEAR && !f->touches);
    world_release(&w);
}

static const struct layer_set *far_set;
static void do_look(void *user)
{
    struct world *w = user;
    struct error e = {0};
    overlap_prepare(w->worker.scratch, &w->parcel.shape);
    growth_must(overlap_look(w->worker.scratch, far_set, &e), &e);
}

/* n layers of a hundred squares; those of the first are under the parcel, the others a cell or
 * more beside. */
void far_layers(size_t n)
{
    struct world w;
    const struct layer_index *ix[LAYER_SET_MAX];
    world_init(&w);
    for (size_t l = 0; l < n; l++) {
        line_begin(&w);
        for (size_t i = 0; i < 100; i++) {
            double x = (l ? 3 : 0) + (double)l / (double)n + 2 * (double)(i % 10), y = 2 * (double)(i / 10);
            box(&w, x * CELL_DEG, y * CELL_DEG, (x + 0.01) * CELL_DEG, (y + 0.5) * CELL_DEG);
            feature(&w, "");
        }
        ix[l] = line_open(&w);
    }
    box(&w, -CELL_DEG, -CELL_DEG, CELL_DEG, CELL_DEG);
    parcel(&w);
    far_set = layer_set_new(ix, n, w.worker.arena);
    growth_expect(far_set != NULL);
    growth_counted(do_look, &w);
    growth_expect(!overlap_saw_nothing(w.worker.scratch, ix[0]) &&
                  overlap_saw_nothing(w.worker.scratch, ix[n - 1]));
    for (size_t l = 0; l < n; l++)
        index_close((struct layer_index *)ix[l]);
    world_release(&w);
}

static void bar(struct world *w, double y0, double y1)
{
    line_begin(w);
    box(w, -1, y0, 1, y1);
    feature(w, "");
    line_end(w, LINE_ECOLOGICAL_RED_LINE);
}

static void star(struct world *w, size_t n, double x, double y)
{
    ring(w, true);
    for (size_t i = 0; i < 2 * n; i++) {
        double radius = i % 2 ? 0.02 : 0.004, turn = M_PI * (double)i / (double)n;
        point(w, x + radius * cos(turn), y + radius * sin(turn));
    }
    parcel(w);
}

void star_parcel(size_t n)
{
    struct world w;
    world_init(&w);
    bar(&w, 0.005, 0.015);
    star(&w, n, 0, 0);
    growth_counted(do_check_and_shape, &w);
    growth_expect(w.shape.n_polygons > n / 4);
    world_release(&w);
}

void comb_parcel(size_t n)
{
    struct world w;
    world_init(&w);
    comb(&w, n);
    bar(&w, 0.3 * COMB_DEG, 0.6 * COMB_DEG);
    growth_counted(do_check_and_shape, &w);
    growth_expect(w.shape.n_polygons == n);
    world_release(&w);
}

/* Features as many as n, as large together as a comb or a star. Of these two one has a number that stays: the
 * parts that are common to n teeth and n features are more than n. */
enum { FEW = 16 };

static void fixed_grid(struct world *w, size_t n)
{
    size_t side = side_of(n);
    double step = COMB_DEG / (double)side;
    line_begin(w);
    for (size_t i = 0; i < n; i++) {
        double x = ((double)(i % side) + 0.1) * step, y = ((double)(i / side) + 0.1) * step;
        box(w, x, y, x + 0.8 * step, y + 0.8 * step);
        feature(w, "");
    }
    line_end(w, LINE_ECOLOGICAL_RED_LINE);
}

void comb_over_few(size_t n)
{
    struct world w;
    world_init(&w);
    fixed_grid(&w, FEW);
    comb(&w, n);
    growth_counted(do_check_and_shape, &w);
    growth_expect(w.shape.n_polygons > n);
    world_release(&w);
}

void star_over_many(size_t n)
{
    struct world w;
    world_init(&w);
    fixed_grid(&w, n);
    star(&w, FEW, COMB_DEG / 2, COMB_DEG / 2);
    growth_counted(do_check_and_shape, &w);
    growth_expect(finding(&w, LINE_ECOLOGICAL_RED_LINE)->n_features > n / 4);
    world_release(&w);
}

/* A ragged outline with n vertices over a grid of n squares: as a region lies over its own red lines. */
void region_parcel(size_t n)
{
    struct world w;
    world_init(&w);
    grid(&w, n, 0, 0.8, LINE_ECOLOGICAL_RED_LINE);
    double middle = (double)side_of(n) / 2 * CELL_DEG;
    ring(&w, true);
    for (size_t i = 0; i < n; i++) {
        double t = 2 * M_PI * (double)i / (double)n;
        double radius = middle * (0.85 + 0.1 * sin(5 * t) + 0.02 * sin(37 * t) + (i % 3 ? 0 : 0.005));
        point(&w, middle + radius * cos(t), middle + radius * sin(t));
    }
    parcel(&w);
    growth_counted(do_check_and_shape, &w);
    growth_expect(w.shape.n_polygons > n / 4);
    world_release(&w);
}

/* The bench workload by plain GEOS, as a careful programmer would use it: features cut into pieces of at most
 * 128 vertices, an STRtree over them, GEOSIntersection of each candidate with the parcel, and the same area
 * integral as ours.
 *
 *   bench_geos DATA_DIR WORK_DIR [--repeat N] [--pairs DIR]
 *
 * JSON on standard output. Pieces are kept in WORK_DIR, since cutting them is not what is compared. */
#include "bench_pieces.h"

#include "formats/json.h"
#include "geo/area.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_LAYERS = 3,
    CHUNK = 64,
    LATENCY_PARCELS = 1000,
    MAX_REPEAT = 99,
    MAX_THREADS = 2,
    COUNTY_VERTICES = 20000
};
static const char *const layer_names[N_LAYERS] = {"redline", "farmland", "urban"};

struct options {
    const char *data, *work, *pairs;
    int repeat;
};

struct parcels {
    GEOSGeometry **shapes;
    const int64_t *ids;
    size_t n;
};

/* ---- areas ---- */

struct worker { /* of one thread */
    GEOSContextHandle_t geos;
    double *lon, *lat;
    unsigned capacity;
    const struct piece **hits;
    size_t n_hits, cap_hits;
};

static double ring_area(struct worker *w, const GEOSGeometry *ring)
{
    const GEOSCoordSequence *s = GEOSGeom_getCoordSeq_r(w->geos, ring);
    unsigned n = 0;
    GEOSCoordSeq_getSize_r(w->geos, s, &n);
    if (n > w->capacity) {
        w->capacity = 2 * n;
        w->lon = realloc(w->lon, w->capacity * sizeof *w->lon);
        w->lat = realloc(w->lat, w->capacity * sizeof *w->lat);
    }
    GEOSCoordSeq_copyToArrays_r(w->geos, s, w->lon, w->lat, NULL, NULL);
    return n < 4 ? 0 : fabs(geo_ring_area_m2(w->lon, w->lat, n));
}

static double polygon_area(struct worker *w, const GEOSGeometry *polygon)
{
    if (GEOSisEmpty_r(w->geos, polygon))
        return 0;
    double area = ring_area(w, GEOSGetExteriorRing_r(w->geos, polygon));
    for (int i = 0, n = GEOSGetNumInteriorRings_r(w->geos, polygon); i < n; i++)
        area -= ring_area(w, GEOSGetInteriorRingN_r(w->geos, polygon, i));
    return area;
}

static double area_of(struct worker *w, const GEOSGeometry *geometry)
{
    int type = GEOSGeomTypeId_r(w->geos, geometry);
    if (type == GEOS_POLYGON)
        return polygon_area(w, geometry);
    double area = 0;
    if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION)
        for (int i = 0, n = GEOSGetNumGeometries_r(w->geos, geometry); i < n; i++)
            area += area_of(w, GEOSGetGeometryN_r(w->geos, geometry, i));
    return area;
}

/* ---- one parcel against one layer ---- */

static void hit(void *item, void *user)
{
    struct worker *w = user;
    if (w->n_hits == w->cap_hits) {
        w->cap_hits = w->cap_hits ? 2 * w->cap_hits : 256;
        w->hits = realloc(w->hits, w->cap_hits * sizeof(struct piece *));
    }
    w->hits[w->n_hits++] = item;
}

static int by_feature(const void *a, const void *b)
{
    int64_t x = (*(const struct piece *const *)a)->feature, y = (*(const struct piece *const *)b)->feature;
    return x < y ? -1 : x > y;
}

struct sums {
    double area_m2;
    size_t pairs; /* over 0.01 m2 */
    FILE *file;   /* NULL: only sums */
};

static void feature_done(struct sums *sums, int64_t parcel, int64_t feature, double area)
{
    sums->area_m2 += area;
    sums->pairs += area > 0.01;
    if (sums->file && area > 0)
        fprintf(sums->file, "%lld,%lld,%.6f\n", (long long)parcel, (long long)feature, area);
}

static void measure(struct worker *w, const struct pieces *pieces, const GEOSGeometry *parcel, int64_t id,
                    struct sums *sums)
{
    w->n_hits = 0;
    GEOSSTRtree_query_r(w->geos, pieces->tree, parcel, hit, w);
    if (w->n_hits > 1)
        qsort(w->hits, w->n_hits, sizeof(struct piece *), by_feature);
    double area = 0;
    for (size_t i = 0; i < w->n_hits; i++) {
        GEOSGeometry *common = GEOSIntersection_r(w->geos, w->hits[i]->geometry, parcel);
        if (common) {
            area += area_of(w, common);
            GEOSGeom_destroy_r(w->geos, common);
        }
        if (i + 1 == w->n_hits || w->hits[i + 1]->feature != w->hits[i]->feature) {
            feature_done(sums, id, w->hits[i]->feature, area);
            area = 0;
        }
    }
}

static struct worker worker_new(void)
{
    return (struct worker){.geos = bench_geos_new()};
}

static void worker_release(struct worker *w)
{
    GEOS_finish_r(w->geos);
    free(w->lon);
    free(w->lat);
    free(w->hits);
}

/* ---- the batch ---- */

struct batch {
    const struct parcels *parcels;
    const struct pieces *pieces;
    atomic_size_t next;
};

struct batch_thread {
    struct batch *batch;
    struct sums sums;
};

static void *batch_run(void *arg)
{
    struct batch_thread *t = arg;
    const struct parcels *p = t->batch->parcels;
    struct worker w = worker_new();
    for (;;) {
        size_t first = atomic_fetch_add(&t->batch->next, CHUNK);
        if (first >= p->n)
            break;
        for (size_t i = first; i < first + CHUNK && i < p->n; i++)
            measure(&w, t->batch->pieces, p->shapes[i], p->ids[i], &t->sums);
    }
    worker_release(&w);
    return NULL;
}

static double batch_time(const struct parcels *parcels, const struct pieces *pieces, int n_threads,
                         FILE *file, struct sums *out)
{
    struct batch b = {.parcels = parcels, .pieces = pieces};
    struct batch_thread threads[MAX_THREADS] = {{&b, {.file = file}}, {&b, {.file = NULL}}};
    pthread_t second;
    double start = bench_now_s();
    if (n_threads > 1)
        pthread_create(&second, NULL, batch_run, &threads[1]);
    batch_run(&threads[0]);
    if (n_threads > 1)
        pthread_join(second, NULL);
    double seconds = bench_now_s() - start;
    out->area_m2 = threads[0].sums.area_m2 + threads[1].sums.area_m2;
    out->pairs = threads[0].sums.pairs + threads[1].sums.pairs;
    return seconds;
}

static void batch_layer(struct json_writer *w, const struct options *o, int l, const struct parcels *parcels,
                        const struct pieces *pieces)
{
    double one[MAX_REPEAT], two[MAX_REPEAT];
    struct sums sums = {.file = NULL};
    if (o->pairs) {
        char path[1200];
        snprintf(path, sizeof path, "%s/%s-pairs.csv", o->pairs, layer_names[l]);
        FILE *f = fopen(path, "w");
        batch_time(parcels, pieces, 1, f, &sums);
        if (f)
            fclose(f);
    }
    for (int i = 0; i < o->repeat; i++) {
        one[i] = batch_time(parcels, pieces, 1, NULL, &sums);
        two[i] = batch_time(parcels, pieces, 2, NULL, &sums);
    }
    jw_object_begin(w);
    jw_kv_string(w, "layer", layer_names[l]);
    jw_kv_integer(w, "pieces", (long long)pieces->n);
    jw_kv_integer(w, "pairs_over_0.01_m2", (long long)sums.pairs);
    jw_kv_fixed(w, "area_m2", sums.area_m2, 2);
    jw_kv_number(w, "seconds_1_thread", bench_median(one, (size_t)o->repeat));
    jw_kv_number(w, "seconds_2_threads", bench_median(two, (size_t)o->repeat));
    jw_object_end(w);
}

/* ---- one parcel at a time, all three layers ---- */

static void latency_report(struct json_writer *w, const struct parcels *parcels,
                           const struct pieces pieces[N_LAYERS])
{
    struct worker worker = worker_new();
    size_t n = parcels->n < LATENCY_PARCELS ? parcels->n : LATENCY_PARCELS;
    double *us = calloc(n, sizeof *us);
    for (int pass = 0; pass < 3; pass++) /* the last pass counts: warm, as ours is */
        for (size_t i = 0; i < n; i++) {
            struct sums sums = {.file = NULL};
            double start = bench_now_s();
            for (int l = 0; l < N_LAYERS; l++)
                measure(&worker, &pieces[l], parcels->shapes[i], parcels->ids[i], &sums);
            us[i] = (bench_now_s() - start) * 1e6;
        }
    bench_percentiles(w, "latency_three_layers_us", us, n);
    free(us);
    worker_release(&worker);
}

/* ---- a county against the polygons as they are ---- */

struct county_times {
    double clip_ms;         /* GEOSClipByRect of every candidate to the county's box: not yet its outline */
    double intersection_ms; /* clipped like that, then GEOSIntersection with the outline, then the area */
    double area_m2;
};

static void county_feature(struct worker *w, const GEOSGeometry *feature, const GEOSGeometry *county,
                           const struct geo_box *box, struct county_times *t)
{
    double start = bench_now_s();
    GEOSGeometry *clipped =
        GEOSClipByRect_r(w->geos, feature, box->west_deg, box->south_deg, box->east_deg, box->north_deg);
    t->clip_ms += (bench_now_s() - start) * 1e3;
    GEOSGeometry *common = clipped ? GEOSIntersection_r(w->geos, clipped, county) : NULL;
    if (!common)
        common = GEOSIntersection_r(w->geos, feature, county);
    if (common) {
        t->area_m2 += area_of(w, common);
        GEOSGeom_destroy_r(w->geos, common);
    }
    if (clipped)
        GEOSGeom_destroy_r(w->geos, clipped);
    t->intersection_ms += (bench_now_s() - start) * 1e3;
}

static void county_report(struct json_writer *w, const struct options *o)
{
    struct bench_layer layer = bench_layer_read(o->data, layer_names[0]);
    struct arena *a = arena_new((size_t)1 << 24);
    struct worker worker = worker_new();
    struct geo_box all = geo_box_empty();
    struct county_times t = {0, 0, 0};
    size_t candidates = 0, vertices = 0;
    for (size_t i = 0; i < layer.n; i++) {
        geo_box_add(&all, layer.shapes[i].box.west_deg, layer.shapes[i].box.south_deg);
        geo_box_add(&all, layer.shapes[i].box.east_deg, layer.shapes[i].box.north_deg);
    }
    struct geo_shape outline = bench_county(a, &all, COUNTY_VERTICES);
    GEOSGeometry *county = bench_geos_of_shape(worker.geos, &outline);
    for (size_t i = 0; i < layer.n; i++) {
        if (!geo_box_overlaps(&layer.shapes[i].box, &outline.box))
            continue;
        GEOSGeometry *feature = bench_geos_of_shape(worker.geos, &layer.shapes[i]);
        county_feature(&worker, feature, county, &outline.box, &t);
        GEOSGeom_destroy_r(worker.geos, feature);
        candidates++;
        vertices += layer.shapes[i].n_vertices;
    }
    jw_key(w, "county_outline");
    jw_object_begin(w);
    jw_kv_integer(w, "parcel_vertices", COUNTY_VERTICES);
    jw_kv_integer(w, "candidates", (long long)candidates);
    jw_kv_integer(w, "candidate_vertices", (long long)vertices);
    jw_kv_fixed(w, "clip_ms", t.clip_ms, 3);
    jw_kv_fixed(w, "intersection_ms", t.intersection_ms, 3);
    jw_kv_fixed(w, "area_m2", t.area_m2, 2);
    jw_object_end(w);
    GEOSGeom_destroy_r(worker.geos, county);
    worker_release(&worker);
    arena_free(a);
    bench_layer_release(&layer);
}

/* ---- the program ---- */

static struct options options_read(int argc, char **argv)
{
    struct options o = {.repeat = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
            o.repeat = atoi(argv[++i]);
        else if (strcmp(argv[i], "--pairs") == 0 && i + 1 < argc)
            o.pairs = argv[++i];
        else if (!o.data)
            o.data = argv[i];
        else
            o.work = argv[i];
    }
    if (!o.work || o.repeat < 1 || o.repeat > MAX_REPEAT) {
        fprintf(stderr, "usage: bench_geos DATA_DIR WORK_DIR [--repeat 1..99] [--pairs DIR]\n");
        exit(1);
    }
    return o;
}

int main(int argc, char **argv)
{
    struct options o = options_read(argc, argv);
    struct bench_layer layer = bench_layer_read(o.data, "parcels");
    GEOSContextHandle_t g = bench_geos_new();
    struct parcels parcels = {calloc(layer.n + 1, sizeof *parcels.shapes), layer.ids, layer.n};
    struct pieces pieces[N_LAYERS];
    struct buffer out;
    struct json_writer w;
    for (size_t i = 0; i < layer.n; i++)
        parcels.shapes[i] = bench_geos_of_shape(g, &layer.shapes[i]);
    buffer_init(&out, 0);
    jw_init(&w, &out, true);
    jw_object_begin(&w);
    jw_kv_string(&w, "geos", GEOSversion());
    jw_key(&w, "batch");
    jw_array_begin(&w);
    for (int l = 0; l < N_LAYERS; l++) {
        char file[1200];
        snprintf(file, sizeof file, "%s/%s.pieces", o.work, layer_names[l]);
        pieces[l] = bench_pieces_read(g, o.data, layer_names[l], file);
        batch_layer(&w, &o, l, &parcels, &pieces[l]);
    }
    jw_array_end(&w);
    latency_report(&w, &parcels, pieces);
    county_report(&w, &o);
    jw_object_end(&w);
    puts(out.data);
    for (int l = 0; l < N_LAYERS; l++)
        bench_pieces_release(g, &pieces[l]);
    for (size_t i = 0; i < layer.n; i++)
        GEOSGeom_destroy_r(g, parcels.shapes[i]);
    free(parcels.shapes);
    GEOS_finish_r(g);
    bench_layer_release(&layer);
    buffer_release(&out);
    return 0;
}

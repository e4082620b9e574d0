/* The bench workload in memory: features of a GeoPackage layer as shapes, and parcels. Read with plain
 * SQLite, so that reading costs what reading costs. */
#ifndef HX_BENCH_DATA_H
#define HX_BENCH_DATA_H

#include "formats/json.h"
#include "geo/shape.h"

struct bench_layer {
    struct arena *arena;
    struct geo_shape *shapes;
    int64_t *ids;
    size_t n;
    uint64_t n_vertices;
    double read_s; /* reading rows and decoding WKB into shapes */
};

/* Exits with a sentence when the file cannot be read: a benchmark without its data has nothing to say. */
struct bench_layer bench_layer_read(const char *dir, const char *layer);
void bench_layer_release(struct bench_layer *l);

double bench_now_s(void);
int bench_compare_double(const void *a, const void *b);
double bench_median(double *values, size_t n); /* sorts */
/* An object of n, p50, p90, p99 and max under `key`; sorts. */
void bench_percentiles(struct json_writer *w, const char *key, double *values, size_t n);

/* A closed ring about a point; `wave` 0 is a circle, 1 an outline with bays. */
struct geo_shape bench_ring(struct arena *a, double lon, double lat, double radius, uint32_t n, double wave);
/* A county's outline in the middle of a box, some 300 km across. */
struct geo_shape bench_county(struct arena *a, const struct geo_box *box, uint32_t n);

#endif

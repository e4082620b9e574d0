#include "bench_data.h"

#include "formats/wkb.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int bench_compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, bench_compare_double);
    return values[n / 2];
}

void bench_percentiles(struct json_writer *w, const char *key, double *values, size_t n)
{
    qsort(values, n, sizeof *values, bench_compare_double);
    jw_key(w, key);
    jw_object_begin(w);
    jw_kv_integer(w, "n", (long long)n);
    jw_kv_fixed(w, "p50", values[n / 2], 3);
    jw_kv_fixed(w, "p90", values[n * 9 / 10], 3);
    jw_kv_fixed(w, "p99", values[n * 99 / 100], 3);
    jw_kv_fixed(w, "max", values[n - 1], 3);
    jw_object_end(w);
}

static void stop(const char *what, const char *path)
{
    fprintf(stderr, "bench: %s: %s\n", what, path);
    exit(2);
}

/* Length of the GeoPackage header before the WKB (OGC 12-128, 2.1.3). */
static int gpkg_header_bytes(const unsigned char *blob)
{
    static const int envelope[8] = {0, 32, 48, 48, 64, 0, 0, 0};
    return 8 + envelope[blob[3] >> 1 & 7];
}

struct bench_layer bench_layer_read(const char *dir, const char *layer)
{
    char path[1024], sql[256];
    snprintf(path, sizeof path, "%s/%s.gpkg", dir, layer);
    snprintf(sql, sizeof sql, "SELECT fid, geom FROM \"%s\" ORDER BY fid", layer);
    struct bench_layer l = {.arena = arena_new((size_t)8 << 30)};
    struct geo_shape_builder builder;
    geo_shape_builder_init(&builder);
    sqlite3 *db;
    sqlite3_stmt *st;
    double start = bench_now_s();
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) || sqlite3_prepare_v2(db, sql, -1, &st, NULL))
        stop("cannot read", path);
    size_t capacity = 0;
    while (sqlite3_step(st) == SQLITE_ROW) {
        if (l.n == capacity) {
            capacity = capacity ? capacity * 2 : 4096;
            l.shapes = realloc(l.shapes, capacity * sizeof *l.shapes);
            l.ids = realloc(l.ids, capacity * sizeof *l.ids);
        }
        const unsigned char *blob = sqlite3_column_blob(st, 1);
        int header = gpkg_header_bytes(blob), size = sqlite3_column_bytes(st, 1);
        struct error e = {0};
        if (wkb_read(blob + header, (size_t)(size - header), &builder, &e) ||
            geo_shape_builder_finish(&builder, l.arena, &l.shapes[l.n], &e))
            stop(e.en, path);
        l.ids[l.n] = sqlite3_column_int64(st, 0);
        l.n_vertices += l.shapes[l.n++].n_vertices;
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
    geo_shape_builder_release(&builder);
    l.read_s = bench_now_s() - start;
    return l;
}

void bench_layer_release(struct bench_layer *l)
{
    arena_free(l->arena);
    free(l->shapes);
    free(l->ids);
}

struct geo_shape bench_ring(struct arena *a, double lon, double lat, double radius, uint32_t n, double wave)
{
    struct geo_shape_builder b;
    struct geo_shape s;
    struct error e;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    geo_shape_builder_ring(&b);
    for (uint32_t i = 0; i < n; i++) {
        double t = 2 * M_PI * i / n, d = radius * (1 + wave * sin(97 * t) * 0.05 + wave * sin(11 * t) * 0.1);
        geo_shape_builder_point(&b, lon + d * cos(t), lat + d * sin(t));
    }
    if (geo_shape_builder_finish(&b, a, &s, &e))
        stop("no ring", e.en);
    geo_shape_builder_release(&b);
    return s;
}

struct geo_shape bench_county(struct arena *a, const struct geo_box *box, uint32_t n)
{
    return bench_ring(a, (box->west_deg + box->east_deg) / 2, (box->south_deg + box->north_deg) / 2, 1.5, n,
                      1);
}

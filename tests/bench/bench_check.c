/* What a whole check of one parcel costs, with its report struct: candidates, areas of all three lines,
 * borders, rules; and what areas alone of all parcels cost through the public library, which also looks at
 * their validity and coverage.
 *
 *   bench_check STORE DATA_DIR [--parcels N]
 *
 * STORE holds the layers of the workload under the ids of the three control lines; JSON on standard
 * output. */
#include "bench_data.h"

#include "check/check.h"
#include "hongxian.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum status s, const struct error *e)
{
    if (s) {
        fprintf(stderr, "bench: %s\n", e->en);
        exit(2);
    }
}

struct counts { /* what the reports said: times of checks that found nothing would be no news */
    long long by_status[LAYER_CLEAR + 1];
    double area_m2;
};

/* How many lines the parcels of a report lie on. */
static int count(const struct report *r, struct counts *c)
{
    int hits = 0;
    for (size_t p = 0; p < r->parcels.n_parcels; p++)
        for (int l = 0; l < r->results[p].n_layers; l++) {
            const struct layer_finding *f = &r->results[p].layers[l];
            c->by_status[f->status]++;
            if (f->status == LAYER_OVERLAP || f->status == LAYER_SLIVER) {
                c->area_m2 += f->area_m2;
                hits++;
            }
        }
    return hits;
}

/* Parcels as parcel_parse hands them over. */
static struct parcel *parcels_of(const struct bench_layer *layer)
{
    struct parcel *p = calloc(layer->n + 1, sizeof *p);
    struct geo_crs crs;
    struct error e = {0};
    must(geo_crs_from_epsg(4490, &crs, &e), &e);
    for (size_t i = 0; i < layer->n; i++) {
        p[i].id = "1";
        p[i].name = p[i].use = "";
        p[i].shape = layer->shapes[i];
        p[i].crs = crs;
        p[i].declared_area_m2 = NAN;
        p[i].delivered_points = layer->shapes[i].n_vertices;
    }
    return p;
}

static void check_each(const struct snapshot *snapshot, struct parcel *parcels, size_t n, bool figures_only,
                       double *us, int *hits, struct counts *counts)
{
    const struct check_options opt = {.figures_only = figures_only};
    struct check_worker w;
    struct error e = {0};
    must(check_worker_init(&w, &e), &e);
    for (int pass = 0; pass < 3; pass++) { /* the last pass counts: warm, as the peers are */
        *counts = (struct counts){{0}, 0};
        for (size_t i = 0; i < n; i++) {
            struct parcel_set set = {.format = PARCEL_FORMAT_GEOJSON, .parcels = &parcels[i], .n_parcels = 1};
            struct report r;
            double start = bench_now_s();
            must(check_parcels(&w, snapshot, &opt, &set, &r, &e), &e);
            us[i] = (bench_now_s() - start) * 1e6;
            hits[i] = count(&r, counts);
            arena_reset(w.arena);
        }
    }
    check_worker_release(&w);
}

/* Of parcels that lie on as many lines: with four times the lines a parcel lies on four times as many, which
 * no median over all tells from what a line costs that it does not touch. */
static void by_hits_write(struct json_writer *w, const double *us, const int *hits, size_t n)
{
    double *some = calloc(n + 1, sizeof *some);
    jw_key(w, "check_in_full_us_by_lines_hit");
    jw_object_begin(w);
    for (int lines = 0; lines < LINES_MAX; lines++) {
        size_t k = 0;
        char name[16];
        for (size_t i = 0; i < n; i++)
            if (hits[i] == lines)
                some[k++] = us[i];
        snprintf(name, sizeof name, "%d", lines);
        if (k)
            bench_percentiles(w, name, some, k);
    }
    jw_object_end(w);
    free(some);
}

static void counts_write(struct json_writer *w, const struct counts *c)
{
    jw_key(w, "findings");
    jw_object_begin(w);
    for (int s = 0; s <= LAYER_CLEAR; s++)
        jw_kv_integer(w, layer_status_name((enum layer_status)s), c->by_status[s]);
    jw_kv_fixed(w, "area_m2", c->area_m2, 2);
    jw_object_end(w);
}

/* ---- through the public library ---- */

static void must_hx(enum hx_result r, const struct hx_error *e)
{
    if (r) {
        fprintf(stderr, "bench: %s\n", e->en);
        exit(2);
    }
}

static struct hx_polygon *polygons_of(const struct bench_layer *layer)
{
    struct hx_polygon *polygons = calloc(layer->n + 1, sizeof *polygons);
    for (size_t i = 0; i < layer->n; i++) {
        const struct geo_shape *s = layer->shapes + i;
        struct hx_ring *rings = calloc(s->n_rings, sizeof *rings); /* lives as long as the program */
        for (uint32_t r = 0; r < s->n_rings; r++)
            rings[r] = (struct hx_ring){s->lon_deg + s->ring_start[r], s->lat_deg + s->ring_start[r],
                                        s->ring_start[r + 1] - s->ring_start[r]};
        polygons[i] = (struct hx_polygon){rings, s->n_rings};
    }
    return polygons;
}

struct areas_sum {
    long long pairs; /* over 0.01 m2 */
    double area_m2;
};

static const char *const three_lines[] = {"STBHHX", "YJJBNTBHTB", "CZKFBJ"};

static bool areas_add(const struct hx_parcel_areas *a, void *user)
{
    struct areas_sum *sum = user;
    for (size_t i = 0; i < a->n_features; i++) {
        sum->pairs += a->features[i].area_m2 > 0.01;
        sum->area_m2 += a->features[i].area_m2;
    }
    return true;
}

static void areas_report(struct json_writer *w, const char *store_path, const struct bench_layer *layer)
{
    struct hx_store *store;
    struct hx_checker *checker;
    struct hx_error e;
    struct hx_polygon *polygons = polygons_of(layer);
    struct areas_sum sum = {0, 0};
    double seconds[3];
    must_hx(hx_store_open(store_path, &store, &e), &e);
    must_hx(hx_checker_new(store, &checker, &e), &e);
    for (int i = 0; i < 3; i++) {
        double start = bench_now_s();
        sum = (struct areas_sum){0, 0};
        for (size_t line = 0; line < sizeof three_lines / sizeof *three_lines; line++)
            must_hx(hx_areas(checker, three_lines[line], polygons, layer->n, areas_add, &sum, &e), &e);
        seconds[i] = bench_now_s() - start;
    }
    jw_key(w, "areas_three_lines");
    jw_object_begin(w);
    jw_kv_integer(w, "parcels", (long long)layer->n);
    jw_kv_number(w, "seconds_1_thread", bench_median(seconds, 3));
    jw_kv_integer(w, "pairs_over_0.01_m2", sum.pairs);
    jw_kv_fixed(w, "area_m2", sum.area_m2, 2);
    jw_object_end(w);
    hx_checker_free(checker);
    hx_store_close(store);
    free(polygons);
}

int main(int argc, char **argv)
{
    size_t n = 1000;
    if (argc == 5 && strcmp(argv[3], "--parcels") == 0)
        n = strtoul(argv[4], NULL, 10);
    else if (argc != 3) {
        fprintf(stderr, "usage: bench_check STORE DATA_DIR [--parcels N]\n");
        return 1;
    }
    struct store *store;
    struct snapshot *snapshot;
    struct error e = {0};
    struct buffer out;
    struct json_writer w;
    struct counts counts;
    (void)index_use_leases(INDEX_LEASE_SIGNAL); /* as the server and an audit do */
    must(store_open(argv[1], STORE_READ, &store, &e), &e);
    must(snapshot_load(store, &snapshot, &e), &e);
    struct bench_layer layer = bench_layer_read(argv[2], "parcels");
    struct parcel *parcels = parcels_of(&layer);
    if (n > layer.n)
        n = layer.n;
    double *us = calloc(n + 1, sizeof *us);
    int *hits = calloc(n + 1, sizeof *hits);
    buffer_init(&out, 0);
    jw_init(&w, &out, true);
    jw_object_begin(&w);
    check_each(snapshot, parcels, n, false, us, hits, &counts);
    by_hits_write(&w, us, hits, n); /* before the others sort */
    bench_percentiles(&w, "check_in_full_us", us, n);
    check_each(snapshot, parcels, n, true, us, hits, &counts);
    bench_percentiles(&w, "check_us", us, n);
    counts_write(&w, &counts);
    areas_report(&w, argv[1], &layer);
    jw_object_end(&w);
    puts(out.data);
    free(us);
    free(hits);
    free(parcels);
    buffer_release(&out);
    bench_layer_release(&layer);
    snapshot_unref(snapshot);
    store_close(store);
    return 0;
}

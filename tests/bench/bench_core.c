/* What the query core costs on the bench workload, as JSON on standard output. script/bench runs it beside
 * its peers.
 *
 *   bench_core DATA_DIR WORK_DIR [--repeat N] [--kernel NAME] [--pairs FILE]
 *
 * DATA_DIR holds {redline,farmland,urban,parcels}.gpkg as made by generate.py; index files go to WORK_DIR. */
#include "bench_data.h"

#include "formats/json.h"
#include "index/overlap_batch.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { N_LAYERS = 3, BLOCK = 25000, MAX_THREADS = 2, LATENCY_PARCELS = 1000, MAX_REPEAT = 99 };
static const char *const layer_names[N_LAYERS] = {"redline", "farmland", "urban"};
static const uint8_t key[SHA256_BYTES] = "bench";

struct options {
    const char *data, *work, *kernel, *pairs;
    int repeat;
};

static void must(enum status s, const struct error *e)
{
    if (s) {
        fprintf(stderr, "bench: %s\n", e->en);
        exit(2);
    }
}

/* ---- the batch: every parcel against one layer ---- */

struct batch {
    const struct bench_layer *parcels;
    struct layer_index *const *ix; /* n_layers of them */
    int n_layers;
    atomic_size_t next;
    FILE *pairs; /* NULL: only sums */
};

struct batch_result {
    double area_m2;
    size_t pairs; /* over 0.01 m2 */
};

/* Lives as long as the program, as a server's do: its memory is warm, as the peers' is. */
struct worker {
    struct overlap_scratch *scratch;
    struct overlap_batch *parcels;
    struct batch *batch;
    struct batch_result result;
};

static struct overlap_scratch *scratch_new(const char *kernel)
{
    struct overlap_scratch *s;
    struct error e;
    must(overlap_scratch_new(&s, &e), &e);
    if (kernel && !overlap_kernel_choose(s, kernel)) {
        fprintf(stderr, "bench: this processor has no %s\n", kernel);
        exit(2);
    }
    return s;
}

static void workers_new(struct worker w[MAX_THREADS], const char *kernel)
{
    struct error e;
    for (int t = 0; t < MAX_THREADS; t++) {
        w[t] = (struct worker){.scratch = scratch_new(kernel)};
        must(overlap_batch_new(&w[t].parcels, &e), &e);
    }
}

static void workers_free(struct worker w[MAX_THREADS])
{
    for (int t = 0; t < MAX_THREADS; t++) {
        overlap_batch_free(w[t].parcels);
        overlap_scratch_free(w[t].scratch);
    }
}

struct layer_pass {
    struct worker *worker;
    const struct layer_index *ix;
    size_t first; /* parcel of the block */
};

static bool found_add(size_t parcel, const struct overlap *o, size_t n, void *user)
{
    struct layer_pass *p = user;
    struct batch *b = p->worker->batch;
    for (size_t k = 0; k < n; k++) {
        p->worker->result.area_m2 += o[k].area_m2;
        p->worker->result.pairs += o[k].area_m2 > 0.01;
        if (b->pairs && o[k].area_m2 > 0)
            fprintf(b->pairs, "%lld,%lld,%.6f\n", (long long)b->parcels->ids[p->first + parcel],
                    (long long)index_feature_at(p->ix, o[k].feature).id, o[k].area_m2);
    }
    return true;
}

static void *batch_run(void *arg)
{
    struct worker *w = arg;
    struct batch *b = w->batch;
    struct error e;
    for (;;) {
        size_t first = atomic_fetch_add(&b->next, BLOCK), n = b->parcels->n;
        if (first >= n)
            return NULL;
        n = n - first < BLOCK ? n - first : BLOCK;
        must(overlap_batch_set(w->parcels, b->parcels->shapes + first, n, &e), &e);
        for (int l = 0; l < b->n_layers; l++) {
            struct layer_pass pass = {w, b->ix[l], first};
            must(overlap_batch_measure(w->parcels, w->scratch, b->ix[l], found_add, &pass, &e), &e);
        }
    }
}

/* n_layers indexes from `ix` on, the parcels ordered once for all. */
static double batch_time(struct worker workers[MAX_THREADS], int n_threads, const struct bench_layer *parcels,
                         struct layer_index *const *ix, int n_layers, FILE *pairs, struct batch_result *out)
{
    struct batch b = {.parcels = parcels, .ix = ix, .n_layers = n_layers, .pairs = pairs};
    pthread_t id[MAX_THREADS];
    double start = bench_now_s(); /* the ordering is part of the work */
    for (int t = 0; t < n_threads; t++) {
        workers[t].batch = &b;
        workers[t].result = (struct batch_result){0};
        if (t > 0)
            pthread_create(&id[t], NULL, batch_run, &workers[t]);
    }
    batch_run(&workers[0]);
    *out = (struct batch_result){0};
    for (int t = 0; t < n_threads; t++) {
        if (t > 0)
            pthread_join(id[t], NULL);
        out->area_m2 += workers[t].result.area_m2;
        out->pairs += workers[t].result.pairs;
    }
    return bench_now_s() - start;
}

static void batch_report(struct json_writer *w, const struct options *o, const struct bench_layer *parcels,
                         struct layer_index *const ix[N_LAYERS])
{
    struct worker workers[MAX_THREADS];
    workers_new(workers, o->kernel);
    jw_key(w, "batch");
    jw_array_begin(w);
    for (int l = 0; l < N_LAYERS; l++) {
        struct batch_result r;
        double one[MAX_REPEAT], two[MAX_REPEAT];
        FILE *pairs = NULL;
        if (o->pairs) {
            char path[1200];
            snprintf(path, sizeof path, "%s/%s-pairs.csv", o->pairs, layer_names[l]);
            pairs = fopen(path, "w");
        }
        batch_time(workers, 1, parcels, &ix[l], 1, pairs, &r); /* warm-up */
        batch_time(workers, 2, parcels, &ix[l], 1, NULL, &r);
        if (pairs)
            fclose(pairs);
        for (int i = 0; i < o->repeat; i++) {
            one[i] = batch_time(workers, 1, parcels, &ix[l], 1, NULL, &r);
            two[i] = batch_time(workers, 2, parcels, &ix[l], 1, NULL, &r);
        }
        jw_object_begin(w);
        jw_kv_string(w, "layer", layer_names[l]);
        jw_kv_integer(w, "parcels", (long long)parcels->n);
        jw_kv_integer(w, "pairs_over_0.01_m2", (long long)r.pairs);
        jw_kv_fixed(w, "area_m2", r.area_m2, 2);
        jw_kv_number(w, "seconds_1_thread", bench_median(one, (size_t)o->repeat));
        jw_kv_number(w, "seconds_2_threads", bench_median(two, (size_t)o->repeat));
        jw_object_end(w);
    }
    jw_array_end(w);
    workers_free(workers);
}

static void three_layers_report(struct json_writer *w, const struct options *o,
                                const struct bench_layer *parcels, struct layer_index *const ix[N_LAYERS])
{
    struct batch_result r;
    double one[MAX_REPEAT], two[MAX_REPEAT];
    struct worker workers[MAX_THREADS];
    workers_new(workers, o->kernel);
    batch_time(workers, 1, parcels, ix, N_LAYERS, NULL, &r); /* warm-up */
    batch_time(workers, 2, parcels, ix, N_LAYERS, NULL, &r);
    for (int i = 0; i < o->repeat; i++) {
        one[i] = batch_time(workers, 1, parcels, ix, N_LAYERS, NULL, &r);
        two[i] = batch_time(workers, 2, parcels, ix, N_LAYERS, NULL, &r);
    }
    workers_free(workers);
    jw_key(w, "batch_three_layers");
    jw_object_begin(w);
    jw_kv_number(w, "seconds_1_thread", bench_median(one, (size_t)o->repeat));
    jw_kv_number(w, "seconds_2_threads", bench_median(two, (size_t)o->repeat));
    jw_object_end(w);
}

/* ---- one parcel at a time, all three layers ---- */

static void latency_report(struct json_writer *w, const struct options *o, const struct bench_layer *parcels,
                           struct layer_index *const ix[N_LAYERS])
{
    struct overlap_scratch *s = scratch_new(o->kernel);
    struct error e;
    size_t n = parcels->n < LATENCY_PARCELS ? parcels->n : LATENCY_PARCELS;
    double *us = calloc(n, sizeof *us);
    struct arena *arena = arena_new((size_t)1 << 30);
    const struct layer_set *set =
        arena ? layer_set_new((const struct layer_index *const *)ix, N_LAYERS, arena) : NULL;
    if (!set)
        must(error_no_memory(&e), &e);
    for (int pass = 0; pass < 3; pass++) { /* the last pass counts: warm, as the peers are */
        for (size_t i = 0; i < n; i++) {
            const struct overlap *found;
            size_t k;
            double start = bench_now_s();
            overlap_prepare(s, &parcels->shapes[i]);
            must(overlap_look(s, set, &e), &e);
            for (int l = 0; l < N_LAYERS; l++)
                must(overlap_measure(s, ix[l], &found, &k, &e), &e);
            us[i] = (bench_now_s() - start) * 1e6;
        }
    }
    bench_percentiles(w, "latency_three_layers_us", us, n);
    free(us);
    arena_free(arena);
    overlap_scratch_free(s);
}

/* ---- building and opening ---- */

static struct layer_index *build_and_open(struct json_writer *w, const struct options *o, int l)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s.hxi", o->work, layer_names[l]);
    struct bench_layer layer = bench_layer_read(o->data, layer_names[l]);
    struct index_builder *b;
    struct error e;
    double start = bench_now_s();
    must(index_builder_new(path, key, &b, &e), &e);
    for (size_t i = 0; i < layer.n; i++)
        must(index_builder_add(b, layer.ids[i], "", "", "", &layer.shapes[i], &e), &e);
    must(index_builder_finish(b, &e), &e);
    index_builder_free(b);
    double build_s = bench_now_s() - start;
    struct layer_index *ix;
    double open_ms[9], verify_ms;
    for (int i = 0; i < 9; i++) {
        start = bench_now_s();
        must(index_open(path, key, &ix, &e), &e);
        open_ms[i] = (bench_now_s() - start) * 1e3;
        if (i < 8)
            index_close(ix);
    }
    start = bench_now_s();
    must(index_verify(ix, &e), &e);
    verify_ms = (bench_now_s() - start) * 1e3;
    struct stat st = {.st_size = 0};
    stat(path, &st);
    jw_object_begin(w);
    jw_kv_string(w, "layer", layer_names[l]);
    jw_kv_integer(w, "features", (long long)layer.n);
    jw_kv_integer(w, "vertices", (long long)layer.n_vertices);
    jw_kv_number(w, "read_s", layer.read_s);
    jw_kv_number(w, "build_s", build_s);
    jw_kv_fixed(w, "build_to_read", build_s / layer.read_s, 3);
    jw_kv_fixed(w, "bytes_to_raw", (double)st.st_size / (16.0 * (double)layer.n_vertices), 4);
    jw_kv_fixed(w, "open_ms", bench_median(open_ms, 9), 3);
    jw_kv_fixed(w, "verify_ms", verify_ms, 3);
    jw_object_end(w);
    bench_layer_release(&layer);
    return ix;
}

/* ---- flat in the size of the polygon; large parcels ---- */

static struct layer_index *index_of_shape(const struct options *o, const char *name,
                                          const struct geo_shape *s)
{
    char path[1200];
    struct index_builder *b;
    struct layer_index *ix;
    struct error e;
    snprintf(path, sizeof path, "%s/%s.hxi", o->work, name);
    must(index_builder_new(path, key, &b, &e), &e);
    must(index_builder_add(b, 1, "", "", "", s, &e), &e);
    must(index_builder_finish(b, &e), &e);
    index_builder_free(b);
    must(index_open(path, key, &ix, &e), &e);
    return ix;
}

/* A parcel on the border of ever larger polygons. The parcel shrinks with the spacing of the vertices, so
 * that about the same number of edges is near it: what is left is the cost of finding them. */
static void flatness_report(struct json_writer *w, const struct options *o)
{
    struct arena *a = arena_new((size_t)1 << 30);
    struct overlap_scratch *s = scratch_new(o->kernel);
    struct error e;
    jw_key(w, "border_parcel_by_polygon_size");
    jw_array_begin(w);
    for (uint32_t n = 1000; n <= 1000000; n *= 10) {
        struct geo_shape big = bench_ring(a, 111, 41, 1.0, n, 0);
        struct layer_index *ix = index_of_shape(o, "flat", &big);
        double half = 3.0 * 2 * M_PI / n;
        double us[2001];
        for (int i = 0; i < 2001; i++) {
            double t = 2 * M_PI * ((i * 7919) % 2001) / 2001.0;
            struct geo_shape parcel = bench_ring(a, 111 + cos(t), 41 + sin(t), half, 6, 0);
            const struct overlap *found;
            size_t k;
            overlap_prepare(s, &parcel);
            must(overlap_measure(s, ix, &found, &k, &e), &e);
            double start = bench_now_s();
            for (int again = 0; again < 20; again++) {
                overlap_prepare(s, &parcel);
                must(overlap_measure(s, ix, &found, &k, &e), &e);
            }
            us[i] = (bench_now_s() - start) * 1e6 / 20;
        }
        jw_object_begin(w);
        jw_kv_integer(w, "vertices", n);
        jw_kv_fixed(w, "median_us", bench_median(us, 2001), 4);
        jw_object_end(w);
        index_close(ix);
        arena_reset(a);
    }
    jw_array_end(w);
    overlap_scratch_free(s);
    arena_free(a);
}

static void large_parcel_report(struct json_writer *w, const struct options *o,
                                struct layer_index *const ix[N_LAYERS])
{
    struct arena *a = arena_new((size_t)1 << 30);
    struct overlap_scratch *s = scratch_new(o->kernel);
    struct error e;
    struct geo_box box = index_box(ix[0]);
    jw_key(w, "county_outline");
    jw_array_begin(w);
    for (uint32_t n = 5000; n <= 80000; n *= 2) {
        struct geo_shape county = bench_county(a, &box, n);
        double ms[5], area = 0;
        for (int i = 0; i < 5; i++) {
            const struct overlap *found;
            size_t k;
            double start = bench_now_s();
            overlap_prepare(s, &county);
            must(overlap_measure(s, ix[0], &found, &k, &e), &e);
            ms[i] = (bench_now_s() - start) * 1e3;
            area = 0;
            for (size_t f = 0; f < k; f++)
                area += found[f].area_m2;
        }
        jw_object_begin(w);
        jw_kv_integer(w, "parcel_vertices", n);
        jw_kv_fixed(w, "redline_ms", bench_median(ms, 5), 3);
        jw_kv_fixed(w, "area_m2", area, 2);
        jw_object_end(w);
    }
    jw_array_end(w);
    overlap_scratch_free(s);
    arena_free(a);
}

static struct options options_read(int argc, char **argv)
{
    struct options o = {.repeat = 5};
    int i = 1;
    for (; i < argc; i++) {
        if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
            o.repeat = atoi(argv[++i]);
        else if (strcmp(argv[i], "--kernel") == 0 && i + 1 < argc)
            o.kernel = argv[++i];
        else if (strcmp(argv[i], "--pairs") == 0 && i + 1 < argc)
            o.pairs = argv[++i];
        else if (!o.data)
            o.data = argv[i];
        else
            o.work = argv[i];
    }
    if (!o.work || o.repeat < 1 || o.repeat > MAX_REPEAT) {
        fprintf(stderr,
                "usage: bench_core DATA_DIR WORK_DIR [--repeat 1..99] [--kernel NAME] [--pairs DIR]\n");
        exit(1);
    }
    return o;
}

int main(int argc, char **argv)
{
    struct options o = options_read(argc, argv);
    struct buffer out;
    struct json_writer w;
    struct layer_index *ix[N_LAYERS];
    struct error e;
    buffer_init(&out, 0);
    jw_init(&w, &out, true);
    jw_object_begin(&w);
    struct overlap_scratch *s = scratch_new(o.kernel);
    jw_kv_string(&w, "kernel", overlap_kernel_name(s));
    overlap_scratch_free(s);
    jw_key(&w, "index");
    jw_array_begin(&w);
    for (int l = 0; l < N_LAYERS; l++)
        ix[l] = build_and_open(&w, &o, l);
    jw_array_end(&w);
    struct bench_layer parcels = bench_layer_read(o.data, "parcels");
    batch_report(&w, &o, &parcels, ix);
    three_layers_report(&w, &o, &parcels, ix);
    latency_report(&w, &o, &parcels, ix);
    flatness_report(&w, &o);
    large_parcel_report(&w, &o, ix);
    jw_object_end(&w);
    must(buffer_status(&out, &e), &e);
    puts(out.data);
    for (int l = 0; l < N_LAYERS; l++)
        index_close(ix[l]);
    bench_layer_release(&parcels);
    buffer_release(&out);
    return 0;
}

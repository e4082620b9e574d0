/* What the doors add to a check. In one run, by turns, for the same parcels:
 *   bare   the check from the file's bytes to the report struct (check_bytes), in this process
 *   json   the same and the report in JSON, in this process
 *   http   POST /check to a server in this process, over one connection that is kept open, answer read to its
 *          end
 * and, for the printed report, the time of a PDF. All on one processor: what is compared is work. Between two
 * idle processors of a virtual machine a message waits some 50 us for the other one to wake, whatever the
 * server does.
 *
 *   bench_http STORE [--parcels N] [--rounds N]
 *
 * STORE has the control lines (hongxian import --geodata). JSON on standard output; the ratio asked for is
 * http / bare. */
#include "bench_client.h"

#include "base/buffer.h"
#include "http/server.h"
#include "report/form_write.h"
#include "store/store.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY_SIZE = 512, PDFS = 10 };

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void stay_on_this_processor(void) /* threads made later inherit it */
{
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    if (sched_setaffinity(0, sizeof here, &here))
        perror("bench: sched_setaffinity");
}

static void must(enum status s, const struct error *e)
{
    if (s) {
        fprintf(stderr, "bench: %s\n", e->en);
        exit(2);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *v, size_t n, double q)
{
    qsort(v, n, sizeof *v, compare);
    return v[(size_t)(q * (double)(n - 1))];
}

/* ---- the parcels: squares of 150 m all over the region, the same in every run ---- */

static double uniform(uint64_t *seed, double a, double b)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return a + (b - a) * (double)(*seed >> 11) / 9007199254740992.0;
}

static void make_body(uint64_t *seed, char body[BODY_SIZE])
{
    double w = uniform(seed, 106, 122), s = uniform(seed, 40, 49), e = w + 0.0018, n = s + 0.0013;
    snprintf(body, BODY_SIZE,
             "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%"
             ".6f]]]}",
             w, s, e, s, e, n, w, n, w, s);
}

/* Posts the body and reads the whole answer; its size, body only. */
static size_t post(struct bench_client *c, const char *body)
{
    char request[BODY_SIZE + 256];
    int n = snprintf(request, sizeof request,
                     "POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
                     body);
    struct bench_answer a = bench_client_ask(c, request, (size_t)n);
    if (a.status != 200)
        exit(2);
    return a.body_size;
}

/* ---- the turns ---- */

struct bench {
    struct check_worker worker;
    struct snapshot *snapshot;
    struct bench_client client;
    double *bare, *json, *http;
    size_t n, bytes;
};

static void one_turn(struct bench *b, const char *body)
{
    struct error e = {0};
    struct report r;
    struct buffer out;
    buffer_init(&out, 0);
    arena_reset(b->worker.arena);
    double t0 = now_us();
    must(check_bytes(&b->worker, b->snapshot, NULL, body, strlen(body), &r, &e), &e);
    double t1 = now_us();
    must(form_json(&(const struct form_input){.report = &r}, &out, &e), &e);
    double t2 = now_us();
    size_t length = post(&b->client, body);
    double t3 = now_us();
    if (length != out.size) {
        fprintf(stderr, "bench: the server's report has %zu bytes, not %zu\n", length, out.size);
        exit(2);
    }
    b->bare[b->n] = t1 - t0;
    b->json[b->n] = t2 - t0;
    b->http[b->n++] = t3 - t2;
    b->bytes += out.size;
    buffer_release(&out);
}

static double pdf_ms(struct bench *b, uint64_t seed)
{
    double ms[PDFS];
    char body[BODY_SIZE];
    for (int i = 0; i < PDFS; i++) {
        struct error e = {0};
        struct report r;
        struct buffer out;
        struct form_request rq = {.form = NULL};
        must(report_form_find("pdf", &rq.form, &e), &e);
        make_body(&seed, body);
        buffer_init(&out, 0);
        arena_reset(b->worker.arena);
        double t0 = now_us();
        must(check_bytes(&b->worker, b->snapshot, NULL, body, strlen(body), &r, &e), &e);
        must(report_form_write(&b->worker, &r, &rq, &out, &e), &e);
        ms[i] = (now_us() - t0) / 1000;
        buffer_release(&out);
    }
    return quantile(ms, PDFS, 0.5);
}

static long option(int argc, char **argv, const char *name, long otherwise)
{
    for (int i = 2; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return atol(argv[i + 1]);
    return otherwise;
}

int main(int argc, char **argv)
{
    struct error e = {0};
    struct store *store;
    struct http_server *server;
    struct bench b = {.n = 0};
    stay_on_this_processor();
    if (argc < 2) {
        fprintf(stderr, "usage: bench_http STORE [--parcels N] [--rounds N]\n");
        return 2;
    }
    size_t parcels = (size_t)option(argc, argv, "--parcels", 2000),
           rounds = (size_t)option(argc, argv, "--rounds", 3);
    size_t turns = parcels * rounds;
    b.bare = calloc(3 * turns, sizeof *b.bare);
    if (!b.bare || parcels == 0 || rounds == 0)
        return 2;
    b.json = b.bare + turns;
    b.http = b.json + turns;
    must(store_open(argv[1], STORE_READ, &store, &e), &e);
    must(snapshot_load(store, &b.snapshot, &e), &e);
    must(check_worker_init(&b.worker, &e), &e);
    struct http_config config = {.store_path = argv[1], .port = 0};
    door_limits_default(&config.limits);
    must(http_server_start(&config, &server, &e), &e);
    bench_client_open(&b.client, http_server_url(server));
    for (size_t round = 0; round < rounds; round++) {
        uint64_t seed = 20260131;
        char body[BODY_SIZE];
        for (size_t i = 0; i < parcels; i++) {
            make_body(&seed, body);
            one_turn(&b, body);
        }
    }
    double bare = quantile(b.bare, b.n, 0.5), json = quantile(b.json, b.n, 0.5),
           http = quantile(b.http, b.n, 0.5);
    printf(
        "{\"parcels\": %zu, \"rounds\": %zu, \"report_bytes\": %.0f,\n \"bare_us\": %.2f, \"json_us\": %.2f, "
        "\"http_us\": %.2f, \"http_p99_us\": %.2f,\n \"http_to_bare\": %.2f, \"pdf_ms\": %.1f}\n",
        parcels, rounds, (double)b.bytes / (double)b.n, bare, json, http, quantile(b.http, b.n, 0.99),
        http / bare, pdf_ms(&b, 7));
    bench_client_close(&b.client);
    http_server_stop(server);
    check_worker_release(&b.worker);
    snapshot_unref(b.snapshot);
    store_close(store);
    free(b.bare);
    return 0;
}

/* Load on a server of HTTP, by clients that keep their connections and wait for each answer.
 *
 *   bench_load URL REQUESTS [--connections N] [--seconds S] [--pause MS] [--header TEXT]
 *   bench_load URL REQUESTS --once [--write DIR] [--header TEXT]
 *
 * REQUESTS is a file with a line for each: METHOD PATH, and behind a tab the body. The connections (1) go
 * through them in turn, from different places on, for S seconds (2), MS milliseconds after each answer; JSON
 * on standard output. --once asks each request once, in order, over one connection, and prints a line for
 * each: microseconds, status, bytes of the body; DIR gets the answers as N.head and N.body, N from 0.
 * An answer that is neither 200 nor 204 ends the program with exit code 2. */
#include "bench_client.h"
#include "bench_data.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct request {
    char *bytes, *line;
    size_t n;
};

struct load {
    const char *url, *header, *write_to;
    struct request *requests;
    size_t n_requests, n_connections;
    double seconds, pause_ms, until_s;
    bool once;
};

struct worker {
    const struct load *load;
    pthread_t thread;
    size_t first, n, room;
    double *us, bytes;
};

static void stop(const char *what, const char *which)
{
    fprintf(stderr, "bench: load: %s: %s\n", what, which);
    exit(2);
}

/* ---- what is asked ---- */

static struct request request_of(const struct load *l, char *line)
{
    char *body = strchr(line, '\t'), *path = strchr(line, ' ');
    if (!path)
        stop("a line is METHOD PATH", line);
    if (body)
        *body++ = '\0';
    *path++ = '\0';
    size_t room = strlen(line) + strlen(path) + (body ? strlen(body) : 0) + strlen(l->header) + 128;
    struct request r = {malloc(room), strdup(path), 0};
    char length[48] = "";
    if (body)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    r.n = (size_t)snprintf(r.bytes, room, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s\r\n%s", line, path,
                           l->header, *l->header ? "\r\n" : "", length, body ? body : "");
    return r;
}

static void read_requests(struct load *l, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (!f)
        stop("cannot be read", path);
    while ((n = getline(&line, &room, f)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        l->requests = realloc(l->requests, (l->n_requests + 1) * sizeof *l->requests);
        l->requests[l->n_requests++] = request_of(l, line);
    }
    free(line);
    fclose(f);
    if (l->n_requests == 0)
        stop("has no requests", path);
}

static struct bench_answer ask(struct bench_client *c, const struct request *r, double *us)
{
    double start = bench_now_s();
    struct bench_answer a = bench_client_ask(c, r->bytes, r->n);
    *us = (bench_now_s() - start) * 1e6;
    if (a.status != 200 && a.status != 204) {
        char text[300];
        snprintf(text, sizeof text, "%u %.*s", a.status, (int)(a.body_size < 250 ? a.body_size : 250),
                 a.body);
        stop(r->line, text);
    }
    return a;
}

/* ---- each once ---- */

static void write_part(const char *dir, size_t number, const char *part, const char *bytes, size_t n)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%zu.%s", dir, number, part);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f))
        stop("cannot be written", path);
}

static void each_once(const struct load *l)
{
    struct bench_client c;
    bench_client_open(&c, l->url);
    for (size_t i = 0; i < l->n_requests; i++) {
        double us;
        struct bench_answer a = ask(&c, &l->requests[i], &us);
        printf("%.1f %u %zu\n", us, a.status, a.body_size);
        if (!l->write_to)
            continue;
        write_part(l->write_to, i, "head", a.head, a.head_size);
        write_part(l->write_to, i, "body", a.body, a.body_size);
    }
    bench_client_close(&c);
}

/* ---- for a while ---- */

static void *work(void *user)
{
    struct worker *w = user;
    const struct load *l = w->load;
    struct bench_client c;
    bench_client_open(&c, l->url);
    for (size_t i = w->first; bench_now_s() < l->until_s; i++) {
        double us;
        w->bytes += (double)ask(&c, &l->requests[i % l->n_requests], &us).body_size;
        if (w->n == w->room) {
            w->room = w->room ? 2 * w->room : 4096;
            w->us = realloc(w->us, w->room * sizeof *w->us);
            if (!w->us)
                stop("memory is out", "times");
        }
        w->us[w->n++] = us;
        struct timespec pause = {0, (long)(l->pause_ms * 1e6)};
        if (l->pause_ms > 0)
            nanosleep(&pause, NULL);
    }
    bench_client_close(&c);
    return NULL;
}

static void for_a_while(struct load *l)
{
    struct worker *workers = calloc(l->n_connections, sizeof *workers);
    double *us = NULL, bytes = 0, start = bench_now_s();
    size_t n = 0;
    l->until_s = start + l->seconds;
    for (size_t i = 0; i < l->n_connections; i++) {
        workers[i] = (struct worker){.load = l, .first = i * l->n_requests / l->n_connections};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
            stop("no thread", "connections");
    }
    for (size_t i = 0; i < l->n_connections; i++) {
        struct worker *w = &workers[i];
        pthread_join(w->thread, NULL);
        us = realloc(us, (n + w->n + 1) * sizeof *us);
        memcpy(us + n, w->us, w->n * sizeof *us);
        n += w->n;
        bytes += w->bytes;
        free(w->us);
    }
    double taken = bench_now_s() - start;
    if (n == 0)
        stop("too short a time for one answer", l->url);
    struct json_writer w;
    struct buffer out;
    buffer_init(&out, 0);
    jw_init(&w, &out, false);
    jw_object_begin(&w);
    jw_kv_integer(&w, "connections", (int64_t)l->n_connections);
    jw_kv_fixed(&w, "per_second", (double)n / taken, 1);
    jw_kv_fixed(&w, "bytes_each", n ? bytes / (double)n : 0, 0);
    bench_percentiles(&w, "us", us, n);
    jw_object_end(&w);
    puts(out.data);
    buffer_release(&out);
    free(us);
    free(workers);
}

static void read_options(struct load *l, int argc, char **argv)
{
    for (int i = 3; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(name, "--once") == 0) {
            l->once = true;
            continue;
        }
        if (strcmp(name, "--connections") == 0)
            l->n_connections = strtoul(value, NULL, 10);
        else if (strcmp(name, "--seconds") == 0)
            l->seconds = strtod(value, NULL);
        else if (strcmp(name, "--pause") == 0)
            l->pause_ms = strtod(value, NULL);
        else if (strcmp(name, "--header") == 0)
            l->header = value;
        else if (strcmp(name, "--write") == 0)
            l->write_to = value;
        else
            stop("there is no such option", name);
        i++;
    }
}

int main(int argc, char **argv)
{
    struct load l = {.header = "", .n_connections = 1, .seconds = 2};
    if (argc < 3)
        stop("usage", "bench_load URL REQUESTS [options]");
    l.url = argv[1];
    read_options(&l, argc, argv);
    read_requests(&l, argv[2]);
    if (l.once)
        each_once(&l);
    else
        for_a_while(&l);
    for (size_t i = 0; i < l.n_requests; i++) {
        free(l.requests[i].bytes);
        free(l.requests[i].line);
    }
    free(l.requests);
    return 0;
}

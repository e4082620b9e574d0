/* The public library: a thin coat over check/. Stores and checks; the report as a document, the record and
 * the reader of foreign files have files of their own. */
#include "api/api_parts.h"

#include "base/limits.h"
#include "formats/json.h"
#include "store/store_versions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HX_VERSION
#error "HX_VERSION is set by CMake"
#endif

_Static_assert((int)HX_INTERNAL == (int)STATUS_INTERNAL && (int)HX_CONFLICT == (int)STATUS_CONFLICT,
               "same order");

enum hx_result api_result(enum status s, const struct error *from, struct hx_error *e)
{
    if (s && e) {
        e->result = (enum hx_result)s;
        snprintf(e->code, sizeof e->code, "%s", from->code);
        snprintf(e->zh, sizeof e->zh, "%s", from->zh);
        snprintf(e->en, sizeof e->en, "%s", from->en);
    }
    return (enum hx_result)s;
}

enum status api_take_bytes(struct buffer *b, struct hx_bytes *out, enum status s, struct error *e)
{
    if (!s)
        s = buffer_status(b, e);
    if (!s) {
        size_t n;
        char *data = buffer_detach(b, &n);
        *out = (struct hx_bytes){data, n};
    }
    buffer_release(b);
    return s;
}

enum hx_result api_missing(const char *argument, struct hx_error *e)
{
    struct error why;
    error_zh(&why, "参数 %s 不能是 NULL。", argument);
    enum status s = error_fail(&why, STATUS_INVALID_INPUT, "argument-missing",
                               "The argument %s must not be NULL.", argument);
    return api_result(s, &why, e);
}

const char *hx_version(void)
{
    return HX_VERSION;
}

int hx_abi(void)
{
    return HX_ABI;
}

void hx_bytes_free(struct hx_bytes *bytes)
{
    if (!bytes)
        return;
    free(bytes->data);
    *bytes = (struct hx_bytes){NULL, 0};
}

/* ---- stores ---- */

static enum status open_and_load(struct hx_store *h, const char *path, const char *day, struct error *e)
{
    enum status s = day ? store_day_check(day, e) : STATUS_OK;
    if (s)
        return s;
    snprintf(h->day, sizeof h->day, "%s", day ? day : "");
    h->path = strdup(path);
    s = h->path ? store_open(path, STORE_READ, &h->store, e) : error_no_memory(e);
    return s ? s : snapshot_load_as_of(h->store, day, &h->snapshot, e);
}

enum hx_result hx_store_open_as_of(const char *path, const char *day, struct hx_store **out,
                                   struct hx_error *e)
{
    API_NEED(path, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct hx_store *h = calloc(1, sizeof *h);
    enum status s = h ? open_and_load(h, path, day, &why) : error_no_memory(&why);
    if (s)
        hx_store_close(h);
    else
        *out = h;
    return api_result(s, &why, e);
}

enum hx_result hx_store_open(const char *path, struct hx_store **out, struct hx_error *e)
{
    return hx_store_open_as_of(path, NULL, out, e);
}

void hx_store_close(struct hx_store *store)
{
    if (!store)
        return;
    snapshot_unref(store->snapshot);
    store_close(store->store);
    free(store->path);
    free(store);
}

enum hx_result hx_store_refresh(struct hx_store *store, struct hx_error *e)
{
    API_NEED(store, e);
    struct error why = {.status = STATUS_OK};
    int64_t generation;
    struct snapshot *fresh;
    enum status s = store_generation(store->store, &generation, &why);
    bool same =
        !s && generation == snapshot_generation(store->snapshot) && snapshot_look(store->snapshot) == 0;
    if (s || same)
        return api_result(s, &why, e);
    s = snapshot_load_as_of(store->store, *store->day ? store->day : NULL, &fresh, &why);
    if (!s) {
        snapshot_unref(store->snapshot);
        store->snapshot = fresh;
    }
    return api_result(s, &why, e);
}

/* ---- checkers ---- */

enum hx_result hx_checker_new(struct hx_store *store, struct hx_checker **out, struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct hx_checker *c = calloc(1, sizeof *c);
    enum status s = c ? check_worker_init(&c->worker, &why) : error_no_memory(&why);
    if (s) {
        free(c);
        return api_result(s, &why, e);
    }
    c->store = store;
    buffer_init(&c->input, LIMIT_BODY_BYTES);
    api_reader_init(c);
    *out = c;
    return HX_OK;
}

void hx_checker_free(struct hx_checker *checker)
{
    if (!checker)
        return;
    check_worker_release(&checker->worker);
    snapshot_unref(checker->snapshot);
    buffer_release(&checker->input);
    free(checker);
}

void api_forget(struct hx_checker *c)
{
    arena_reset(c->worker.arena);
    c->has_report = false;
    snapshot_unref(c->snapshot);
    c->snapshot = NULL;
    buffer_clear(&c->input);
}

/* ---- checks ---- */

/* An array that was not given is no empty one. */
static enum status read_claims(const struct hx_check_options *from, struct arena *a,
                               struct check_options *out, struct error *e)
{
    size_t n = from->n_claims;
    struct claim_words *words = arena_array(a, n + 1, sizeof *words);
    if (!words)
        return error_no_memory(e);
    if (n && !from->claims) {
        error_zh(e, "给出了 n_claims 而没有 claims。");
        return error_fail(e, STATUS_INVALID_INPUT, "argument-missing", "n_claims is given without claims.");
    }
    for (size_t i = 0; i < n; i++) {
        const struct hx_claim *c = &from->claims[i];
        words[i] = (struct claim_words){c->layer, c->project_class, c->item, c->document, c->date, c->by};
    }
    out->claims = words;
    out->n_claims = n;
    return STATUS_OK;
}

static enum status read_options(const struct hx_check_options *given, struct arena *a,
                                struct check_options *out, struct sliver_policy *slivers, struct error *e)
{
    struct hx_check_options from;
    enum status s = API_SIZED_READ(hx_check_options, given, &from, e);
    if (s)
        return s;
    *out = (struct check_options){.project_class = from.project_class, .slivers = slivers};
    s = read_claims(&from, a, out, e);
    if (!s)
        s = crs_of_option(from.crs, false, &out->epsg, e);
    return s ? s : sliver_policy_of_text(from.slivers, slivers, e);
}

/* Checks c->input with the store's snapshot of now. */
static enum status check_input(struct hx_checker *c, const struct hx_check_options *options, struct error *e)
{
    struct check_options wanted;
    struct sliver_policy slivers;
    enum status s = buffer_status(&c->input, e);
    if (!s)
        s = read_options(options, c->worker.arena, &wanted, &slivers, e);
    if (s)
        return s;
    c->snapshot = snapshot_ref(c->store->snapshot);
    s = check_bytes(&c->worker, c->snapshot, &wanted, c->input.data ? c->input.data : "", c->input.size,
                    &c->report, e);
    if (!s)
        s = api_report_copy(c, &c->report, e);
    c->has_report = !s;
    return s;
}

static enum status refuse_size(size_t n, struct error *e)
{
    if (n <= LIMIT_BODY_BYTES)
        return STATUS_OK;
    error_zh(e, "地块文件超过上限 %zu MB；请分批检查，或减少一次提交的地块。", LIMIT_BODY_BYTES >> 20);
    return error_fail(e, STATUS_TOO_LARGE, "body-too-large",
                      "The parcel file exceeds the limit of %zu MB; check it in parts.",
                      LIMIT_BODY_BYTES >> 20);
}

enum hx_result hx_check_bytes(struct hx_checker *checker, const void *bytes, size_t n,
                              const struct hx_check_options *options, const struct hx_report **out,
                              struct hx_error *e)
{
    API_NEED(checker, e);
    if (!(bytes || n == 0))
        return api_missing("bytes", e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    api_forget(checker);
    enum status s = refuse_size(n, &why);
    if (!s) {
        buffer_append(&checker->input, bytes, n);
        s = check_input(checker, options, &why);
    }
    if (!s)
        *out = &checker->public_report;
    return api_result(s, &why, e);
}

static void write_position(struct json_writer *w, double lon_deg, double lat_deg)
{
    jw_array_begin(w);
    jw_number(
        w, lon_deg); /* reads back the same; what is no number becomes null, and is refused with its place */
    jw_number(w, lat_deg);
    jw_array_end(w);
}

static void write_ring(struct json_writer *w, const struct hx_ring *ring)
{
    size_t last = ring->n ? ring->n - 1 : 0;
    jw_array_begin(w);
    for (size_t i = 0; i < ring->n; i++)
        write_position(w, ring->lon_deg[i], ring->lat_deg[i]);
    if (ring->n && (ring->lon_deg[0] != ring->lon_deg[last] || ring->lat_deg[0] != ring->lat_deg[last]))
        write_position(w, ring->lon_deg[0], ring->lat_deg[0]);
    jw_array_end(w);
}

static void write_polygon(struct buffer *out, const struct hx_ring *rings, size_t n_rings)
{
    struct json_writer w;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", "Polygon");
    jw_key(&w, "coordinates");
    jw_array_begin(&w);
    for (size_t i = 0; i < n_rings; i++)
        write_ring(&w, &rings[i]);
    jw_array_end(&w);
    jw_object_end(&w);
}

enum hx_result hx_check_rings(struct hx_checker *checker, const struct hx_ring *rings, size_t n_rings,
                              const struct hx_check_options *options, const struct hx_report **out,
                              struct hx_error *e)
{
    API_NEED(checker, e);
    if (!(rings || n_rings == 0))
        return api_missing("rings", e);
    for (size_t i = 0; i < n_rings; i++)
        if (rings[i].n && (!rings[i].lon_deg || !rings[i].lat_deg))
            return api_missing("rings[].lon_deg, lat_deg", e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    api_forget(checker);
    write_polygon(&checker->input, rings, n_rings);
    enum status s = check_input(checker, options, &why);
    if (!s)
        *out = &checker->public_report;
    return api_result(s, &why, e);
}

/* The record: rows, kept bytes, overrides, the chain. Each call opens the store for itself. */
#include "api/api_parts.h"

#include "base/limits.h"
#include "record/record_json.h"

#include <stdio.h>
#include <string.h>

/* One call's handle and memory. */
struct records {
    struct store *store;
    struct arena *arena;
};

static enum status records_open(struct records *d, const struct hx_store *h, enum store_mode mode,
                                struct error *e)
{
    *d = (struct records){.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES)};
    enum status s = d->arena ? STATUS_OK : error_no_memory(e);
    return s ? s : store_open(h->path, mode, &d->store, e);
}

static void records_close(struct records *d)
{
    store_close(d->store);
    arena_free(d->arena);
}

struct listing {
    hx_record_fn *fn;
    void *user;
};

static bool give_row(const struct store_record *r, void *user)
{
    const struct listing *l = user;
    const struct hx_record row = {.id = r->id,
                                  .kind = r->kind,
                                  .kept_at = r->kept_at,
                                  .officer = r->officer,
                                  .verdict = r->verdict,
                                  .project_name = r->project_name,
                                  .project_class = r->project_class,
                                  .area_basis = r->area_basis,
                                  .engine = r->engine,
                                  .layers = r->layers,
                                  .rules_sha256 = r->rules_sha256,
                                  .input_name = r->input_name,
                                  .input_sha256 = r->input_sha256,
                                  .result_sha256 = r->result_sha256,
                                  .refers_to = r->refers_to,
                                  .reason = r->reason,
                                  .previous_sha256 = r->previous_sha256,
                                  .sha256 = r->sha256};
    return l->fn(&row, l->user);
}

enum hx_result hx_records(struct hx_store *store, int64_t after, int64_t limit, hx_record_fn *fn, void *user,
                          struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(fn, e);
    struct error why = {.status = STATUS_OK};
    struct listing l = {fn, user};
    struct records d;
    enum status s = records_open(&d, store, STORE_READ, &why);
    if (!s)
        s = store_records(d.store, after, limit, give_row, &l, &why);
    records_close(&d);
    return api_result(s, &why, e);
}

enum hx_result hx_record_json(struct hx_store *store, int64_t id, struct hx_bytes *out, struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct buffer b;
    struct json_writer w;
    struct records d;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    enum status s = records_open(&d, store, STORE_READ, &why);
    if (!s)
        s = record_write_whole(&w, d.store, id, d.arena, &why);
    records_close(&d);
    return api_result(api_take_bytes(&b, out, s, &why), &why, e);
}

static enum hx_result kept_bytes(struct hx_store *store, int64_t id, bool input, struct hx_bytes *out,
                                 struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    struct store_record r;
    struct store_bytes bytes;
    struct buffer b;
    struct records d;
    buffer_init(&b, 0);
    enum status s = records_open(&d, store, STORE_READ, &why);
    if (!s)
        s = store_record_read(d.store, id, d.arena, &r, &why);
    if (!s)
        s = store_record_content(d.store, input ? r.input_sha256 : r.result_sha256, d.arena, &bytes, &why);
    if (!s)
        buffer_append(&b, bytes.data, bytes.size);
    records_close(&d);
    return api_result(api_take_bytes(&b, out, s, &why), &why, e);
}

enum hx_result hx_record_report(struct hx_store *store, int64_t id, struct hx_bytes *out, struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(out, e);
    return kept_bytes(store, id, false, out, e);
}

enum hx_result hx_record_input(struct hx_store *store, int64_t id, struct hx_bytes *out, struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(out, e);
    return kept_bytes(store, id, true, out, e);
}

void api_give_kept(struct hx_kept *out, int64_t id, const char *kept_at, const char *sha256)
{
    struct hx_kept kept = {.id = id};
    snprintf(kept.kept_at, sizeof kept.kept_at, "%s", kept_at);
    snprintf(kept.sha256, sizeof kept.sha256, "%s", sha256);
    api_sized_give(out, &kept, sizeof kept);
}

enum hx_result hx_record_override(struct hx_store *store, int64_t id, const char *verdict, const char *reason,
                                  const char *officer, struct hx_kept *out, struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(verdict, e);
    API_NEED(reason, e);
    API_NEED(officer, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct store_record row;
    struct hx_kept kept;
    struct records d = {NULL, NULL};
    enum status s = API_SIZED_READ(hx_kept, out, &kept, &why);
    if (!s)
        s = records_open(&d, store, STORE_WRITE, &why);
    if (!s)
        s = record_override(d.store, id, verdict, reason, officer, d.arena, &row, &why);
    if (!s)
        api_give_kept(out, row.id, row.kept_at, row.sha256);
    records_close(&d);
    return api_result(s, &why, e);
}

enum hx_result hx_records_verify(struct hx_store *store, const char *anchor, struct hx_chain *out,
                                 struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct record_chain c;
    struct hx_chain chain;
    struct records d = {NULL, NULL};
    enum status s = API_SIZED_READ(hx_chain, out, &chain, &why);
    if (!s)
        s = records_open(&d, store, STORE_READ, &why);
    if (!s)
        s = record_chain_verify(d.store, anchor, &c, &why);
    records_close(&d);
    if (!s) {
        chain = (struct hx_chain){
            .sound = c.sound, .n_rows = c.n_rows, .head_id = c.head_id, .broken_id = c.broken_id};
        memcpy(chain.head, c.head, sizeof chain.head);
        memcpy(chain.zh, c.zh, sizeof chain.zh);
        memcpy(chain.en, c.en, sizeof chain.en);
        api_sized_give(out, &chain, sizeof chain);
    }
    return api_result(s, &why, e);
}

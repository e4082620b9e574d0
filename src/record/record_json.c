#include "record/record_json.h"

#include "record/facts.h"

#include <string.h>

/* A column that somebody made into something else than JSON is shown as the text that it is. */
static void kv_json(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    if (!*text)
        json_null(w);
    else if (facts_is_json(text))
        json_raw(w, text, strlen(text));
    else
        json_string(w, text);
}

static void write_check_fields(struct json_writer *w, const struct store_record *r)
{
    json_kv_string(w, "project_name", r->project_name);
    json_kv_string(w, "project_class", r->project_class);
    json_kv_string(w, "area_basis", r->area_basis);
    kv_json(w, "engine", r->engine);
    kv_json(w, "layers", r->layers);
    json_kv_string(w, "rules_sha256", r->rules_sha256);
    json_kv_string(w, "input_name", r->input_name);
    json_kv_string(w, "input_sha256", r->input_sha256);
    json_kv_string(w, "result_sha256", r->result_sha256);
}

void record_write_row(struct json_writer *w, const struct store_record *r)
{
    json_object_begin(w);
    json_kv_integer(w, "id", r->id);
    json_kv_string(w, "kind", r->kind);
    json_kv_string(w, "kept_at", r->kept_at);
    json_kv_string(w, "officer", r->officer);
    json_kv_string(w, "verdict", r->verdict);
    if (strcmp(r->kind, "check") == 0) {
        write_check_fields(w, r);
    } else {
        json_kv_integer(w, "refers_to", r->refers_to);
        json_kv_string(w, "reason", r->reason);
    }
    json_kv_string(w, "previous_sha256", r->previous_sha256);
    json_kv_string(w, "sha256", r->sha256);
    json_object_end(w);
}

void record_write_chain(struct json_writer *w, const struct record_chain *c)
{
    json_object_begin(w);
    json_kv_bool(w, "sound", c->sound);
    json_kv_integer(w, "n_rows", c->n_rows);
    json_kv_integer(w, "head_id", c->head_id);
    json_kv_string(w, "head_sha256", c->head_id ? c->head : NULL);
    json_key(w, "broken_id");
    if (c->broken_id)
        json_integer(w, c->broken_id);
    else
        json_null(w);
    json_kv_string(w, "zh", c->zh);
    json_kv_string(w, "en", c->en);
    json_object_end(w);
}

static void write_sentences(struct json_writer *w, const char *key, const struct record_sentence *s, size_t n)
{
    json_key(w, key);
    json_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(w);
        json_kv_string(w, "zh", s[i].zh);
        json_kv_string(w, "en", s[i].en);
        json_object_end(w);
    }
    json_array_end(w);
}

void record_write_verification(struct json_writer *w, const struct record_verification *v)
{
    json_object_begin(w);
    json_kv_string(w, "finding", record_finding_name(v->finding));
    json_kv_string(w, "finding_zh", record_finding_zh(v->finding));
    json_key(w, "record_id");
    if (v->record_id)
        json_integer(w, v->record_id);
    else
        json_null(w);
    json_kv_string(w, "verdict", *v->verdict ? v->verdict : NULL);
    json_kv_integer(w, "n_differences", (long long)v->n_differences);
    json_key(w, "differences");
    json_array_begin(w);
    for (size_t i = 0; i < v->n_listed; i++) {
        json_object_begin(w);
        json_kv_string(w, "path", v->differences[i].path);
        json_kv_string(w, "reported", v->differences[i].reported);
        json_kv_string(w, "found", v->differences[i].found);
        json_kv_string(w, "against", v->differences[i].against);
        json_object_end(w);
    }
    json_array_end(w);
    write_sentences(w, "missing", v->missing, v->n_missing);
    write_sentences(w, "notes", v->notes, v->n_notes);
    json_object_end(w);
}

static bool write_one(const struct store_record *r, void *user)
{
    record_write_row(user, r);
    return true;
}

enum status record_write_whole(struct json_writer *w, struct store *store, int64_t id, struct arena *a,
                               struct error *e)
{
    struct store_record r;
    struct store_bytes report = {NULL, 0};
    enum status s = store_record_read(store, id, a, &r, e);
    if (!s && *r.result_sha256)
        s = store_record_content(store, r.result_sha256, a, &report, e);
    if (s)
        return s;
    json_object_begin(w);
    json_key(w, "record");
    record_write_row(w, &r);
    json_key(w, "overrides");
    json_array_begin(w);
    s = store_record_overrides(store, id, write_one, w, e);
    json_array_end(w);
    json_key(w, "report");
    if (report.data && facts_is_json(report.data))
        json_raw(w, report.data, report.size);
    else
        json_null(w);
    json_object_end(w);
    return s;
}

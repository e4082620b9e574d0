#include "record/record_json.h"

#include "record/facts.h"

#include <string.h>

/* A column that somebody made into something else than JSON is shown as the text that it is. */
static void kv_json(struct json_writer *w, const char *key, const char *text)
{
    jw_key(w, key);
    if (!*text)
        jw_null(w);
    else if (facts_is_json(text))
        jw_raw(w, text, strlen(text));
    else
        jw_string(w, text);
}

static void write_check_fields(struct json_writer *w, const struct store_record *r)
{
    jw_kv_string(w, "project_name", r->project_name);
    jw_kv_string(w, "project_class", r->project_class);
    jw_kv_string(w, "area_basis", r->area_basis);
    kv_json(w, "engine", r->engine);
    kv_json(w, "layers", r->layers);
    jw_kv_string(w, "rules_sha256", r->rules_sha256);
    jw_kv_string(w, "input_name", r->input_name);
    jw_kv_string(w, "input_sha256", r->input_sha256);
    jw_kv_string(w, "result_sha256", r->result_sha256);
}

void record_write_row(struct json_writer *w, const struct store_record *r)
{
    jw_object_begin(w);
    jw_kv_integer(w, "id", r->id);
    jw_kv_string(w, "kind", r->kind);
    jw_kv_string(w, "kept_at", r->kept_at);
    jw_kv_string(w, "officer", r->officer);
    jw_kv_string(w, "person", r->person && *r->person ? r->person : NULL);
    jw_kv_string(w, "verdict", r->verdict);
    if (strcmp(r->kind, "check") == 0) {
        write_check_fields(w, r);
    } else {
        jw_kv_integer(w, "refers_to", r->refers_to);
        jw_kv_string(w, "reason", r->reason);
    }
    jw_kv_string(w, "previous_sha256", r->previous_sha256);
    jw_kv_string(w, "sha256", r->sha256);
    jw_object_end(w);
}

void record_write_chain(struct json_writer *w, const struct record_chain *c)
{
    jw_object_begin(w);
    jw_kv_bool(w, "sound", c->sound);
    jw_kv_integer(w, "n_rows", c->n_rows);
    jw_kv_integer(w, "head_id", c->head_id);
    jw_kv_string(w, "head_sha256", c->head_id ? c->head : NULL);
    jw_key(w, "broken_id");
    if (c->broken_id)
        jw_integer(w, c->broken_id);
    else
        jw_null(w);
    jw_kv_string(w, "zh", c->zh);
    jw_kv_string(w, "en", c->en);
    jw_object_end(w);
}

static void write_sentences(struct json_writer *w, const char *key, const struct record_sentence *s, size_t n)
{
    jw_key(w, key);
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "zh", s[i].zh);
        jw_kv_string(w, "en", s[i].en);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void record_write_verification(struct json_writer *w, const struct record_verification *v)
{
    jw_object_begin(w);
    jw_kv_string(w, "finding", record_finding_name(v->finding));
    jw_kv_string(w, "finding_zh", record_finding_zh(v->finding));
    jw_key(w, "record_id");
    if (v->record_id)
        jw_integer(w, v->record_id);
    else
        jw_null(w);
    jw_kv_string(w, "verdict", *v->verdict ? v->verdict : NULL);
    jw_kv_integer(w, "n_differences", (long long)v->n_differences);
    jw_key(w, "differences");
    jw_array_begin(w);
    for (size_t i = 0; i < v->n_listed; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "path", v->differences[i].path);
        jw_kv_string(w, "reported", v->differences[i].reported);
        jw_kv_string(w, "found", v->differences[i].found);
        jw_kv_string(w, "against", v->differences[i].against);
        jw_object_end(w);
    }
    jw_array_end(w);
    write_sentences(w, "missing", v->missing, v->n_missing);
    write_sentences(w, "notes", v->notes, v->n_notes);
    jw_object_end(w);
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
    jw_object_begin(w);
    jw_key(w, "record");
    record_write_row(w, &r);
    jw_key(w, "overrides");
    jw_array_begin(w);
    s = store_record_overrides(store, id, write_one, w, e);
    jw_array_end(w);
    jw_key(w, "report");
    if (report.data && facts_is_json(report.data))
        jw_raw(w, report.data, report.size);
    else
        jw_null(w);
    jw_object_end(w);
    return s;
}

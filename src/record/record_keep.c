#include "record/record.h"

#include "base/text.h"
#include "check/engine_versions.h"
#include "check/places.h"
#include "formats/json.h"
#include "report/forms.h"
#include "report/identity.h"
#include "store/paper_key.h"

#include <string.h>

static enum status bad_text(const char *zh, const char *en, size_t limit, struct error *e)
{
    error_zh(e, "%s应为 1 至 %zu 个字节的 UTF-8 文字。", zh, limit);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-record-text", "%s must be 1 to %zu bytes of UTF-8 text.",
                      en, limit);
}

static bool is_text(const char *text, size_t limit, bool required)
{
    size_t n = text ? strlen(text) : 0;
    return (n > 0 || !required) && n <= limit && (n == 0 || text_is_utf8(text));
}

static enum status check_officer(const char *officer, struct error *e)
{
    if (officer && *officer)
        return is_text(officer, RECORD_NAME_BYTES, true)
                   ? STATUS_OK
                   : bad_text("经办人姓名", "The officer's name", RECORD_NAME_BYTES, e);
    error_zh(e, "存档须写明经办人（--officer，接口为 officer=）。");
    return error_fail(e, STATUS_INVALID_INPUT, "officer-missing",
                      "A record names its officer (--officer; officer= over HTTP).");
}

enum status record_spec_check(const struct record_spec *spec, struct error *e)
{
    enum status s = check_officer(spec->officer, e);
    if (!s && !is_text(spec->project.name, RECORD_NAME_BYTES, false))
        s = bad_text("项目名称", "The project's name", RECORD_NAME_BYTES, e);
    if (!s && !is_text(spec->project.code, RECORD_NAME_BYTES, false))
        s = bad_text("项目代码", "The project's code", RECORD_NAME_BYTES, e);
    if (!s && !is_text(spec->project.builder, RECORD_NAME_BYTES, false))
        s = bad_text("建设单位", "The builder", RECORD_NAME_BYTES, e);
    if (!s && !is_text(spec->project.district, RECORD_NAME_BYTES, false))
        s = bad_text("所在行政区", "The district", RECORD_NAME_BYTES, e);
    return s;
}

/* ---- the two columns that are JSON ---- */

static void write_engine(struct json_writer *w, const char *gdal_version)
{
    const struct engine_versions *v = engine_versions();
    jw_object_begin(w);
    jw_kv_string(w, "name", "hongxian");
    jw_kv_string(w, "version", report_engine_version());
    jw_kv_string(w, "geos", v->geos);
    jw_kv_string(w, "proj", v->proj);
    jw_kv_string(w, "gdal", gdal_version);
    jw_kv_string(w, "sqlite", v->sqlite);
    jw_object_end(w);
}

/* Text in the arena, so that the buffer can be used again. */
static enum status take_text(struct buffer *b, struct arena *a, const char **out, struct error *e)
{
    enum status s = buffer_status(b, e);
    if (!s && !(*out = arena_strndup(a, b->data, b->size)))
        s = error_no_memory(e);
    buffer_clear(b);
    return s;
}

static enum status fill_row(struct buffer *b, const struct report *r, const struct record_spec *spec,
                            struct arena *a, struct store_record *row, struct error *e)
{
    struct json_writer w;
    jw_init(&w, b, false);
    write_engine(&w, spec->gdal_version);
    enum status s = take_text(b, a, &row->engine, e);
    if (s)
        return s;
    jw_init(&w, b, false);
    report_layers_json(&w, r, true);
    s = take_text(b, a, &row->layers, e);
    row->kind = "check";
    row->officer = spec->officer;
    row->project_name = spec->project.name ? spec->project.name : "";
    row->project_class = r->project_class;
    row->verdict = verdict_name(r->verdict);
    row->area_basis = REPORT_AREA_BASIS;
    row->rules_sha256 = snapshot_rules(r->snapshot)->version;
    row->input_name = is_text(spec->input_name, RECORD_NAME_BYTES, true) ? spec->input_name : "";
    return s;
}

static const char *copied(struct arena *a, const char *text)
{
    return arena_strdup(a, text ? text : "");
}

/* The key with which its paper is signed; NULL when the store has none. */
static enum status read_key(struct store *store, struct arena *a, const struct ed25519_key **out,
                            struct error *e)
{
    struct ed25519_key *key = arena_alloc(a, sizeof *key);
    bool found = false;
    enum status s = key ? store_paper_key_read(store, key, &found, e) : error_no_memory(e);
    *out = found ? key : NULL;
    return s;
}

static enum status copy_out(const struct store_record *row, const struct report_project *p,
                            const struct buffer *json, struct arena *a, struct report_record *out,
                            struct error *e)
{
    struct report_record copy = {.id = row->id,
                                 .sha256 = arena_strdup(a, row->sha256),
                                 .officer = arena_strdup(a, row->officer),
                                 .project_name = arena_strdup(a, row->project_name),
                                 .kept_at = arena_strdup(a, row->kept_at),
                                 .project_code = copied(a, p->code),
                                 .builder = copied(a, p->builder),
                                 .district = copied(a, p->district),
                                 .result_sha256 = row->result_sha256, /* in the arena */
                                 .json = arena_strndup(a, json->data, json->size),
                                 .json_size = json->size};
    if (!copy.sha256 || !copy.officer || !copy.project_name || !copy.kept_at || !copy.project_code ||
        !copy.builder || !copy.district || !copy.json)
        return error_no_memory(e);
    *out = copy;
    return STATUS_OK;
}

/* The kept report is the one that does not yet know its row: a row cannot contain its own seal. */
enum status record_keep(struct store *store, const struct report *r, const struct record_spec *spec,
                        struct arena *a, struct report_record *out, struct error *e)
{
    struct report plain = *r;
    struct store_record row = {.refers_to = 0};
    struct buffer b;
    plain.record = NULL;
    buffer_init(&b, 0);
    enum status s = record_spec_check(spec, e);
    if (!s)
        s = fill_row(&b, &plain, spec, a, &row, e);
    if (!s)
        s = form_json(&(const struct form_input){.report = &plain, .project = &spec->project, .arena = a}, &b,
                      e);
    if (!s)
        s = report_places(r, a, &row.places, e);
    if (!s)
        s = store_record_append(store, &row, spec->input, (struct store_bytes){b.data, b.size}, a, e);
    if (!s)
        s = copy_out(&row, &spec->project, &b, a, out, e);
    buffer_release(&b);
    return s ? s : read_key(store, a, &out->key, e);
}

enum status record_public_key(struct store *store, struct ed25519_public *out, struct error *e)
{
    struct ed25519_key key;
    bool found;
    enum status s = store_paper_key_read(store, &key, &found, e);
    if (s)
        return s;
    *out = key.public;
    if (found)
        return STATUS_OK;
    error_zh(e, "本存储还没有签名密钥；请以本程序打开写入一次（例如 hongxian rules load）使其升级。");
    return error_fail(e, STATUS_NOT_FOUND, "no-paper-key",
                      "This store has no signing key yet; have this program open it once to write, which "
                      "upgrades it.");
}

/* ---- overrides ---- */

static enum status check_override(const char *verdict, const char *reason, const char *officer,
                                  struct error *e)
{
    enum status s = check_officer(officer, e);
    if (!s && !is_text(reason, RECORD_REASON_BYTES, true))
        s = bad_text("改判理由（--reason）", "The reason (--reason)", RECORD_REASON_BYTES, e);
    for (int v = VERDICT_UNKNOWN; !s && verdict && v <= VERDICT_ALLOWED; v++)
        if (strcmp(verdict, verdict_name((enum verdict)v)) == 0)
            return STATUS_OK;
    if (s)
        return s;
    error_zh(e, "没有结论“%.40s”；可用 prohibited、restricted、notice、allowed、unknown。",
             verdict ? verdict : "");
    return error_fail(
        e, STATUS_INVALID_INPUT, "unknown-verdict",
        "There is no verdict \"%.40s\"; prohibited, restricted, notice, allowed and unknown are.",
        verdict ? verdict : "");
}

enum status record_override(struct store *store, int64_t id, const char *verdict, const char *reason,
                            const char *officer, struct arena *a, struct store_record *out, struct error *e)
{
    struct store_record check;
    enum status s = check_override(verdict, reason, officer, e);
    if (!s)
        s = store_record_read(store, id, a, &check, e);
    if (s)
        return s;
    if (strcmp(check.kind, "check") != 0) {
        error_zh(e, "第 %lld 号记录本身是一次改判；请指向它所改判的检查（第 %lld 号）。", (long long)id,
                 (long long)check.refers_to);
        return error_fail(e, STATUS_INVALID_INPUT, "not-a-check",
                          "Record %lld is an override itself; name the check that it refers to (%lld).",
                          (long long)id, (long long)check.refers_to);
    }
    struct store_record row = {
        .kind = "override", .officer = officer, .verdict = verdict, .reason = reason, .refers_to = id};
    s = store_record_append(store, &row, (struct store_bytes){NULL, 0}, (struct store_bytes){NULL, 0}, a, e);
    if (!s)
        *out = row;
    return s;
}

/* ---- searching ---- */

enum status record_search_check(struct store_record_search *search, const struct line_table *lines,
                                struct error *e)
{
    const char *const texts[] = {search->project, search->layer, search->project_class, search->document};
    for (int i = 0; i < 4; i++)
        if (!is_text(texts[i], RECORD_NAME_BYTES, false))
            return bad_text("查找的内容", "What is searched for", RECORD_NAME_BYTES, e);
    if (!search->layer || !*search->layer)
        return STATUS_OK;
    const struct control_line *line = line_of_name(lines, search->layer);
    if (line) {
        search->layer = line->id;
        return STATUS_OK;
    }
    error_zh(e, "没有定义图层“%.100s”，无从查找对它的主张；请用 hongxian layer list 查看图层代号。",
             search->layer);
    return error_fail(
        e, STATUS_INVALID_INPUT, "claim-layer",
        "No layer \"%.100s\" is defined, whose claims are searched for; hongxian layer list shows those "
        "that are.",
        search->layer);
}

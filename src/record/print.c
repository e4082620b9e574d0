#include "record/print.h"

#include "base/sha256.h"
#include "record/verify_parts.h"
#include "report/words.h"
#include "store/paper_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OVERRIDES_MAX = 50 };

struct printing {
    struct store_record row;
    struct store_bytes kept;
    struct report_override overrides[OVERRIDES_MAX]; /* the latest */
    size_t n_overrides;
    const struct report_form *form;
    enum report_lang lang;
    struct buffer *out;
    struct arena *arena;
    bool done, no_memory;
};

static bool add_override(const struct store_record *r, void *user)
{
    struct printing *p = user;
    struct report_override o = {r->id, arena_strdup(p->arena, r->kept_at), arena_strdup(p->arena, r->officer),
                                arena_strdup(p->arena, r->verdict), arena_strdup(p->arena, r->reason)};
    p->no_memory = p->no_memory || !o.kept_at || !o.officer || !o.verdict || !o.reason;
    if (p->n_overrides == OVERRIDES_MAX)
        memmove(p->overrides, p->overrides + 1, --p->n_overrides * sizeof o);
    p->overrides[p->n_overrides++] = o;
    return !p->no_memory;
}

/* "2026-01-31" of the day on which it was kept, by the clock of China. */
static const char *day_of(const struct printing *p)
{
    const char *at = report_china_time(p->arena, p->row.kept_at, REPORT_LANG_ZH);
    return at ? arena_strndup(p->arena, at, strnlen(at, 10)) : NULL;
}

static enum status print(struct verifying *v, struct json_t *report, struct report *again, struct error *e)
{
    struct printing *p = v->user;
    struct ed25519_key key;
    bool has_key;
    enum status s = store_paper_key_read(v->store, &key, &has_key, e);
    if (s)
        return s;
    const struct report_record record = {.id = p->row.id,
                                         .sha256 = p->row.sha256,
                                         .officer = p->row.officer,
                                         .project_name = p->row.project_name,
                                         .kept_at = p->row.kept_at,
                                         .project_code = verify_text(report, "project", "code"),
                                         .builder = verify_text(report, "project", "builder"),
                                         .district = verify_text(report, "project", "district"),
                                         .result_sha256 = p->row.result_sha256,
                                         .json = p->kept.data,
                                         .json_size = p->kept.size,
                                         .key = has_key ? &key : NULL,
                                         .overrides = p->overrides,
                                         .n_overrides = p->n_overrides};
    const struct report_project project = {.name = p->row.project_name,
                                           .code = record.project_code,
                                           .builder = record.builder,
                                           .district = record.district,
                                           .source_file = p->row.input_name,
                                           .date = day_of(p)};
    const struct form_request rq = {.form = p->form, .lang = p->lang, .project = &project};
    again->record = &record;
    s = project.date ? report_form_write(v->w, again, &rq, p->out, e) : error_no_memory(e);
    again->record = NULL;
    p->done = !s;
    return s;
}

static enum status fail_changed(int64_t id, struct error *e)
{
    error_zh(e, "第 %" PRId64 " 号记录与其封印不符，没有出具任何文件；请运行 records verify。", id);
    return error_fail(
        e, STATUS_CORRUPT, "record-changed",
        "Record %" PRId64 " does not have its seal, and nothing was printed; run records verify.", id);
}

static enum status fail_not_again(int64_t id, const struct record_verification *v, struct error *e)
{
    const struct record_sentence unknown = {"重算的结果与存档不同",
                                            "recomputing gives something else than was kept"};
    const struct record_sentence *why = v->n_missing ? &v->missing[0] : &unknown;
    error_zh(e, "第 %" PRId64 " 号记录不能重新排印：%.300s。存档的 JSON 报告仍可导出（records export）。", id,
             why->zh);
    return error_fail(e, STATUS_CONFLICT, "not-printable",
                      "Record %" PRId64
                      " cannot be printed again: %.300s. The kept report in JSON can still be "
                      "exported (records export).",
                      id, why->en);
}

static enum status read_row(struct store *store, int64_t id, struct printing *p, struct error *e)
{
    char seal[65];
    enum status s = store_record_read(store, id, p->arena, &p->row, e);
    if (!s && p->row.refers_to)
        s = store_record_read(store, p->row.refers_to, p->arena, &p->row, e);
    if (s)
        return s;
    store_record_seal(&p->row, seal);
    if (p->row.damaged || strcmp(seal, p->row.sha256) != 0 || strcmp(p->row.kind, "check") != 0)
        return fail_changed(p->row.id, e);
    s = store_record_content(store, p->row.result_sha256, p->arena, &p->kept, e);
    return s ? s : store_record_overrides(store, p->row.id, add_override, p, e);
}

/* The kept bytes, by their own name. */
static bool is_as_kept(const struct printing *p)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(p->kept.data, p->kept.size, digest);
    sha256_to_hex(digest, hex);
    return strcmp(hex, p->row.result_sha256) == 0;
}

enum status record_print(struct check_worker *w, struct store *store, int64_t id,
                         const struct report_form *form, enum report_lang lang, struct buffer *out,
                         struct error *e)
{
    struct record_verification found = {.verdict = ""};
    struct printing p = {.form = form, .lang = lang, .out = out, .arena = w->arena};
    enum status s = read_row(store, id, &p, e);
    if (!s && p.no_memory)
        s = error_no_memory(e);
    if (!s && !is_as_kept(&p))
        s = fail_changed(p.row.id, e);
    if (s)
        return s;
    const struct record_verify_request rq = {.report = p.kept.data, .report_size = p.kept.size};
    struct verifying v = {.w = w, .store = store, .rq = &rq, .out = &found, .then = print, .user = &p};
    s = verify_and(&v, e);
    return s || p.done ? s : fail_not_again(p.row.id, &found, e);
}

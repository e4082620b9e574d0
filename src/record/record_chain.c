/* Walking the chain: each row against the one before, its own seal, its contents, and what its report
 * says. */
#include "record/record.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "record/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct walk {
    struct store *store;
    struct arena *arena; /* one row's contents at a time */
    const char *anchor;
    bool anchor_found;
    char kept_at[32]; /* of the row before */
    struct record_chain *chain;
    enum status status;
    struct error *error;
};

/* false: the walk ends here. */
static bool broken(struct walk *w, int64_t id, const char *zh, const char *en, const char *a, const char *b)
{
    struct record_chain *c = w->chain;
    c->sound = false;
    c->broken_id = id;
    snprintf(c->zh, sizeof c->zh, "第 %" PRId64 " 号记录：%s（%.140s；%.140s）。", id, zh, a, b);
    snprintf(c->en, sizeof c->en, "Record %" PRId64 ": %s (%.140s; %.140s).", id, en, a, b);
    return false;
}

static bool broken_number(struct walk *w, const struct store_record *r)
{
    int64_t expected = w->chain->n_rows + 1;
    char a[64], b[64];
    snprintf(a, sizeof a, "expected 应为 %" PRId64, expected);
    snprintf(b, sizeof b, "found 实为 %" PRId64, r->id);
    return broken(w, expected, "该号记录缺失", "it is missing", a, b);
}

static bool check_content(struct walk *w, const struct store_record *r, const char *sha256, const char *zh,
                          const char *en, struct store_bytes *out)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    enum status s = store_record_content(w->store, sha256, w->arena, out, w->error);
    if (s == STATUS_NOT_FOUND)
        return broken(w, r->id, zh, en, sha256, "not kept 内容缺失");
    if (s) {
        w->status = s;
        return false;
    }
    sha256_of_bytes(out->data, out->size, digest);
    sha256_to_hex(digest, hex);
    return strcmp(hex, sha256) == 0 || broken(w, r->id, zh, en, sha256, hex);
}

static bool check_contents(struct walk *w, const struct store_record *r, struct store_bytes *report)
{
    struct store_bytes input;
    return check_content(w, r, r->input_sha256, "存档的原始文件与其哈希不符",
                         "the kept input does not have its hash", &input) &&
           check_content(w, r, r->result_sha256, "存档的报告与其哈希不符",
                         "the kept report does not have its hash", report);
}

/* The row's fields do not give its seal. Where the report still tells what they were, the field is named. */
static bool broken_seal(struct walk *w, const struct store_record *r, const char *seal)
{
    struct store_bytes report;
    struct facts_conflict conflict;
    char a[256], b[256];
    bool is_check = strcmp(r->kind, "check") == 0;
    if (is_check && store_record_content(w->store, r->result_sha256, w->arena, &report, NULL) == STATUS_OK &&
        !facts_agree(r, report.data, report.size, &conflict)) {
        snprintf(a, sizeof a, "%s = %.120s", conflict.field, conflict.in_row);
        snprintf(b, sizeof b, "report 报告 %.120s", conflict.in_report);
        return broken(w, r->id, "字段被改动，与封印不符", "a field was changed and does not give the seal", a,
                      b);
    }
    snprintf(a, sizeof a, "seal 封印 %.64s", r->sha256);
    snprintf(b, sizeof b, "computed 实算 %.64s", seal);
    return broken(w, r->id,
                  is_check ? "经办人、项目名称、时间、文件名、编号或封印本身被改动" : "改判记录被改动",
                  is_check ? "officer, project name, time, file name, number or the seal itself was changed"
                           : "the override was changed",
                  a, b);
}

static bool check_row(struct walk *w, const struct store_record *r)
{
    char seal[SHA256_HEX_SIZE];
    struct store_bytes report;
    struct facts_conflict conflict;
    struct record_chain *c = w->chain;
    const char *previous = c->n_rows ? c->head : STORE_RECORD_NO_SHA256;
    if (r->id != c->n_rows + 1)
        return broken_number(w, r);
    store_record_seal(r, seal);
    if (r->damaged || strcmp(seal, r->sha256) != 0)
        return broken_seal(w, r, seal);
    if (strcmp(r->previous_sha256, previous) != 0)
        return broken(w, r->id, "与前一号记录不衔接", "it does not follow the row before it",
                      r->previous_sha256, previous);
    if (strcmp(r->kind, "check") != 0)
        return (r->refers_to > 0 && r->refers_to < r->id) ||
               broken(w, r->id, "改判没有指向更早的检查", "the override refers to no earlier check", "", "");
    if (!check_contents(w, r, &report))
        return false;
    return facts_agree(r, report.data, report.size, &conflict) ||
           broken(w, r->id, "与存档的报告不一致", "it contradicts the kept report", conflict.in_row,
                  conflict.in_report);
}

static bool visit(const struct store_record *r, void *user)
{
    struct walk *w = user;
    char kept_at[sizeof w->kept_at];
    snprintf(kept_at, sizeof kept_at, "%s", r->kept_at);
    bool ok = check_row(w, r);
    arena_reset(w->arena);
    if (!ok)
        return false;
    if (strcmp(kept_at, w->kept_at) < 0 && !w->chain->earlier_id)
        w->chain->earlier_id = r->id;
    memcpy(w->kept_at, kept_at, sizeof kept_at);
    w->chain->n_rows++;
    w->chain->head_id = r->id;
    snprintf(w->chain->head, sizeof w->chain->head, "%s", r->sha256);
    w->anchor_found = w->anchor_found || (w->anchor && strcmp(w->anchor, r->sha256) == 0);
    return true;
}

/* Rows at the end may have been taken away by somebody who left behind what they kept. */
static enum status check_orphans(struct walk *w)
{
    char sha256[SHA256_HEX_SIZE];
    enum status s = store_record_orphan(w->store, sha256, w->error);
    if (s == STATUS_OK && *sha256)
        (void)broken(w, w->chain->n_rows + 1, "缺失：它存档的内容还在，却没有记录引用",
                     "it is missing: what it kept is there, and no row names it", sha256, "no row 无记录");
    return s;
}

static void anchor_missing(struct record_chain *c, const char *anchor)
{
    c->sound = false;
    snprintf(c->zh, sizeof c->zh,
             "链止于第 %" PRId64 " 号记录，其中没有封印 %.64s：末尾的记录被删去，或整条链被重做。",
             c->head_id, anchor);
    snprintf(c->en, sizeof c->en,
             "The chain ends at record %" PRId64
             " and does not contain the seal %.64s: rows at its end were removed, or it was made anew.",
             c->head_id, anchor);
}

static enum status check_anchor(const char *anchor, struct error *e)
{
    if (!anchor || (strlen(anchor) == 64 && strspn(anchor, "0123456789abcdef") == 64))
        return STATUS_OK;
    error_zh(e, "“%.80s”（--expect，接口为 expect=）不是封印：应为 64 位小写十六进制。", anchor);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-anchor",
                      "\"%.80s\" is no seal: 64 lower-case hexadecimal digits are needed.", anchor);
}

enum status record_chain_verify(struct store *store, const char *anchor, struct record_chain *out,
                                struct error *e)
{
    struct record_chain chain = {.sound = true};
    enum status s = check_anchor(anchor, e);
    if (s)
        return s;
    struct walk w = {.store = store,
                     .arena = arena_new(LIMIT_REQUEST_ARENA_BYTES),
                     .anchor = anchor,
                     .chain = &chain,
                     .error = e};
    s = w.arena ? store_records(store, 0, 0, visit, &w, e) : error_no_memory(e);
    arena_free(w.arena);
    if (!s)
        s = w.status;
    if (!s && chain.sound)
        s = check_orphans(&w);
    if (s)
        return s;
    if (chain.sound && anchor && !w.anchor_found)
        anchor_missing(&chain, anchor);
    *out = chain;
    return STATUS_OK;
}

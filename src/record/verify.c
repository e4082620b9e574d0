#include "record/verify.h"

#include "base/sha256.h"
#include "check/engine_versions.h"
#include "check/snapshot_versions.h"
#include "record/verify_parts.h"
#include "report/forms.h"
#include "report/identity.h"
#include "report/parameters.h"
#include "store/definitions.h"
#include "store/store_versions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *record_finding_name(enum record_finding f)
{
    return f == RECORD_IDENTICAL ? "identical" : f == RECORD_DIFFERS ? "differs" : "cannot_recompute";
}

const char *record_finding_zh(enum record_finding f)
{
    return f == RECORD_IDENTICAL ? "一致" : f == RECORD_DIFFERS ? "不一致" : "无法重算";
}

const char *record_finding_en(enum record_finding f)
{
    return f == RECORD_IDENTICAL ? "identical" : f == RECORD_DIFFERS ? "differs" : "cannot be recomputed";
}

/* ---- what is found ---- */

void verify_difference(struct verifying *v, const char *path, const char *reported, const char *found,
                       const char *against)
{
    struct record_verification *out = v->out;
    out->n_differences++;
    if (out->n_listed >= RECORD_MAX_DIFFERENCES)
        return;
    if (!out->differences)
        out->differences = arena_array(v->w->arena, RECORD_MAX_DIFFERENCES, sizeof *out->differences);
    if (out->differences && path && reported && found)
        out->differences[out->n_listed++] = (struct record_difference){path, reported, found, against};
    else
        v->no_memory = true;
}

static void add_sentence(struct verifying *v, struct record_sentence list[8], size_t *n, const char *zh,
                         const char *en)
{
    struct record_sentence s = {arena_strdup(v->w->arena, zh ? zh : ""),
                                arena_strdup(v->w->arena, en ? en : "")};
    if (!s.zh || !s.en)
        v->no_memory = true;
    else if (*n < 8)
        list[(*n)++] = s;
}

static void verify_missing(struct verifying *v, const char *zh, const char *en)
{
    add_sentence(v, v->out->missing, &v->out->n_missing, zh, en);
}

static void verify_note(struct verifying *v, const char *zh, const char *en)
{
    add_sentence(v, v->out->notes, &v->out->n_notes, zh, en);
}

/* What the store does not have, or refuses, is missing; what it cannot do is a failure. */
static enum status missing_or_fail(struct verifying *v, enum status s, const struct error *why,
                                   struct error *e)
{
    if (s == STATUS_NO_MEMORY || s == STATUS_IO || s == STATUS_INTERNAL) {
        if (e)
            *e = *why;
        return s;
    }
    if (s)
        verify_missing(v, why->zh, why->en);
    return STATUS_OK;
}

/* ---- against the record ---- */

static void compare_member(struct verifying *v, const struct json_t *report, const char *key,
                           const char *kept)
{
    const char *reported = verify_text(report, "record", key);
    char path[64];
    snprintf(path, sizeof path, "record.%s", key);
    if (strcmp(reported, kept) != 0)
        verify_difference(v, arena_strdup(v->w->arena, path), arena_strdup(v->w->arena, reported),
                          arena_strdup(v->w->arena, kept), "record");
}

static void compare_seal(struct verifying *v, const struct store_record *row)
{
    char seal[65];
    store_record_seal(row, seal);
    if (row->damaged || strcmp(seal, row->sha256) != 0)
        verify_difference(v, "record.sha256", row->sha256, arena_strdup(v->w->arena, seal), "record");
}

static void compare_with_content(struct verifying *v, struct json_t *report, const struct store_record *row,
                                 struct store_bytes kept)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(kept.data, kept.size, digest);
    sha256_to_hex(digest, hex);
    if (strcmp(hex, row->result_sha256) != 0)
        verify_difference(v, "record.result_sha256", row->result_sha256, arena_strdup(v->w->arena, hex),
                          "record");
    struct error why;
    struct json_t *tree = verify_parse(kept.data, kept.size, &why);
    if (tree)
        verify_compare(v, report, tree, true, "record");
    verify_free(tree);
}

static enum status compare_with_record(struct verifying *v, struct json_t *report, struct error *e)
{
    int64_t id = verify_integer(report, "record", "id");
    struct store_record row;
    struct store_bytes kept;
    struct error why;
    char number[24];
    if (id == 0)
        return STATUS_OK;
    enum status s = store_record_seen(v->store, id, v->rq->place ? v->rq->place : "", &why);
    if (!s)
        s = store_record_read(v->store, id, v->w->arena, &row, &why);
    if (s == STATUS_NOT_FOUND || (!s && strcmp(row.kind, "check") != 0)) {
        snprintf(number, sizeof number, "%" PRId64, id);
        verify_difference(v, "record.id", arena_strdup(v->w->arena, number), "(absent)", "record");
        return STATUS_OK;
    }
    if (s)
        return missing_or_fail(v, s, &why, e);
    v->out->record_id = id;
    compare_member(v, report, "sha256", row.sha256);
    compare_member(v, report, "officer", row.officer);
    compare_member(v, report, "project_name", row.project_name);
    compare_member(v, report, "kept_at", row.kept_at);
    compare_seal(v, &row);
    s = store_record_content(v->store, row.result_sha256, v->w->arena, &kept, &why);
    if (s)
        return missing_or_fail(v, s, &why, e);
    compare_with_content(v, report, &row, kept);
    return STATUS_OK;
}

/* ---- recomputing ---- */

static enum status read_kept(struct verifying *v, const char *sha256, struct store_bytes *out,
                             struct error *e)
{
    bool seen = true;
    enum status s = v->rq->place && *v->rq->place
                        ? store_record_content_seen(v->store, sha256, v->rq->place, &seen, e)
                        : STATUS_OK;
    if (s)
        return s;
    return seen ? store_record_content(v->store, sha256, v->w->arena, out, e) : STATUS_NOT_FOUND;
}

/* The input that was given, or that was kept under the report's hash. *have is false when there is none. */
static enum status find_input(struct verifying *v, const struct json_t *report, struct store_bytes *out,
                              bool *have, struct error *e)
{
    const char *sha256 = verify_text(report, "input", "sha256");
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    struct error why;
    *have = v->rq->input != NULL;
    if (*have) {
        *out = *v->rq->input;
    } else {
        enum status s = read_kept(v, sha256, out, &why);
        *have = s == STATUS_OK;
        if (s == STATUS_NOT_FOUND)
            verify_missing(v, "原始文件没有存档，也没有用 --input 给出",
                           "the input file is neither kept nor given with --input");
        else if (s)
            return missing_or_fail(v, s, &why, e);
    }
    if (*have) {
        sha256_of_bytes(out->data, out->size, digest);
        sha256_to_hex(digest, hex);
        if (strcmp(hex, sha256) != 0)
            verify_difference(v, "input.sha256", sha256, arena_strdup(v->w->arena, hex), "input");
    }
    return STATUS_OK;
}

/* A definition that the report names: by its digest, or, in format 1, as the layer's first one, which is that
 * by which lines were judged before definitions were data. */
static enum status read_definition(struct verifying *v, const char *name, bool by_digest,
                                   struct definition_text *out, struct error *e)
{
    struct store_definition d;
    struct error why;
    enum status s = by_digest ? store_definition_read(v->store, name, v->w->arena, &d, &why)
                              : store_definition_first(v->store, name, v->w->arena, &d, &why);
    if (!s)
        *out = (struct definition_text){d.layer, d.json, d.size};
    return missing_or_fail(v, s, &why, e);
}

static enum status load_definitions(struct verifying *v, const struct json_t *report,
                                    struct snapshot_named *named, struct error *e)
{
    bool by_digest = verify_format(report) > 1;
    enum { MOST = 4 * LINES_MAX };
    struct definition_text *texts = arena_array(v->w->arena, MOST, sizeof *texts);
    enum status s = texts ? STATUS_OK : error_no_memory(e);
    size_t n = 0;
    while (!s && n < MOST) {
        const char *name = by_digest ? verify_definition(report, n) : verify_line(report, n);
        if (!name)
            break;
        s = read_definition(v, name, by_digest, &texts[n++], e);
    }
    named->definitions = texts;
    named->n_definitions = n;
    return s;
}

/* The version with this number and uid, whatever became of it; found: it is still there. */
static enum status find_draft(struct verifying *v, const char *layer, int number, const char *uid,
                              struct store_version *out, bool *found, struct error *e)
{
    struct store_version *all;
    size_t n = 0;
    enum status s = store_versions(v->store, layer, v->w->arena, &all, &n, e);
    *found = false;
    for (size_t i = 0; !s && i < n && !*found; i++)
        if (all[i].version_no == number && strcmp(all[i].uid, uid) == 0) {
            *out = all[i];
            *found = true;
        }
    return s;
}

/* The drafts under which the parcels were measured. One that was discarded cannot be measured again: what the
 * report says of it is left out of the comparison, and that is told. It is no part of the answer, which stays
 * verifiable. */
static enum status load_drafts(struct verifying *v, struct json_t *report, struct snapshot_named *named,
                               struct error *e)
{
    size_t n = 0, capacity = 0;
    struct store_version *drafts = NULL;
    const char *layer, *uid;
    int number;
    enum status s = STATUS_OK;
    while (!s && (layer = verify_draft(report, n, &number, &uid))) {
        bool found;
        if (!ARENA_RESERVE(v->w->arena, drafts, capacity, n + 1))
            return error_no_memory(e);
        s = find_draft(v, layer, number, uid, &drafts[n], &found, e);
        if (s || found) {
            n++;
            continue;
        }
        verify_note(v,
                    arena_printf(v->w->arena,
                                 "图层“%.64s”的草稿第 %d 版已不在存储中，报告关于它的说明没有核验", layer,
                                 number),
                    arena_printf(v->w->arena,
                                 "the draft %d of the layer \"%.64s\" is no longer in the store: what the "
                                 "report says of it was not verified",
                                 number, layer));
        verify_forget_draft(report, n);
    }
    named->drafts = drafts;
    named->n_drafts = n;
    return s;
}

static enum status load_named(struct verifying *v, struct json_t *report, struct snapshot **out,
                              struct error *e)
{
    size_t n = verify_n_layers(report);
    struct error why;
    struct store_version *versions = arena_array(v->w->arena, n + 1, sizeof *versions);
    struct snapshot_named named = {
        .versions = versions, .n_versions = n, .rules_sha256 = verify_text(report, "rules_version", NULL)};
    if (!versions)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        int number;
        const char *layer = verify_layer(report, i, &number);
        enum status s = store_version_named(v->store, layer, number, v->w->arena, &versions[i], &why);
        s = missing_or_fail(v, s, &why, e);
        if (s)
            return s;
    }
    enum status s = load_definitions(v, report, &named, e);
    if (!s)
        s = load_drafts(v, report, &named, e);
    if (s || v->out->n_missing)
        return s;
    s = snapshot_load_versions(v->store, &named, out, &why);
    return missing_or_fail(v, s, &why, e);
}

/* The policy that the report discloses; reports made before it was disclosed used the default. */
static struct sliver_policy policy_of(const struct json_t *report)
{
    const struct sliver_policy usual = SLIVER_POLICY_DEFAULT;
    return (struct sliver_policy){verify_number(report, "sliver_policy", "area_m2", usual.area_m2),
                                  verify_number(report, "sliver_policy", "width_m", usual.width_m)};
}

/* As the report says it: the applicant's words, from which nothing follows. A kept report is also compared
 * with the record, which has them under its seal. */
static struct report_project project_of(const struct json_t *report)
{
    return (struct report_project){.name = verify_text(report, "project", "name"),
                                   .code = verify_text(report, "project", "code"),
                                   .builder = verify_text(report, "project", "builder"),
                                   .district = verify_text(report, "project", "district")};
}

struct recomputing {
    struct store_bytes input;
    bool kernel_areas; /* check_options */
};

static enum status check_again(struct verifying *v, const struct json_t *report,
                               const struct snapshot *snapshot, const struct recomputing *how,
                               struct buffer *json, struct error *e)
{
    struct sliver_policy slivers = policy_of(report);
    struct claim_words claims[LINES_MAX];
    struct check_options options = {.project_class = verify_text(report, "project_class", NULL),
                                    .slivers = &slivers,
                                    .claims = claims,
                                    .kernel_areas = how->kernel_areas};
    const struct report_project project = project_of(report);
    struct form_input form = {.project = &project, .arena = v->w->arena, .format = verify_format(report)};
    while (options.n_claims < LINES_MAX && verify_claim(report, options.n_claims, &claims[options.n_claims]))
        options.n_claims++;
    struct error why;
    enum status s = crs_of_option(verify_text(report, "input", "crs_given"), false, &options.epsg, &why);
    if (!s)
        s = check_bytes(v->w, snapshot, &options, how->input.data, how->input.size, &v->again, &why);
    form.report = &v->again;
    if (!s)
        s = form_json(&form, json, &why);
    if (s)
        return missing_or_fail(v, s, &why, e);
    v->out->verdict = verdict_name(v->again.verdict);
    return STATUS_OK;
}

static enum status recompute_by(struct verifying *v, struct json_t *report, const struct recomputing *how,
                                const struct snapshot *snapshot, struct error *e)
{
    struct buffer json;
    buffer_init(&json, 0);
    enum status s = check_again(v, report, snapshot, how, &json, e);
    struct json_t *tree = !s && json.size ? verify_parse(json.data, json.size, e) : NULL;
    if (!s && json.size && !tree)
        s = STATUS_INTERNAL;
    if (tree)
        verify_compare(v, report, tree, false, "recomputed");
    verify_free(tree);
    buffer_release(&json);
    return s;
}

/* A report of before 2026-11-30 said the kernel's area of a parcel, which may differ in the last printed
 * digit where the parcel is as large as a county: it is confirmed when one of the two gives all of it. */
static enum status recompute(struct verifying *v, struct json_t *report, struct store_bytes input,
                             const struct snapshot *snapshot, struct error *e)
{
    struct recomputing how = {input, false};
    struct record_verification *out = v->out, before = *out;
    enum status s = recompute_by(v, report, &how, snapshot, e);
    if (s || out->n_differences == before.n_differences)
        return s;
    struct record_verification by_now = *out, fresh = {.verdict = ""};
    *out = fresh;
    how.kernel_areas = true;
    s = recompute_by(v, report, &how, snapshot, e);
    bool confirmed = !s && out->n_differences == 0 && out->n_missing == 0;
    *out = by_now;
    if (confirmed) {
        out->n_differences = before.n_differences;
        out->n_listed = before.n_listed;
    }
    return s;
}

static void note_engine(struct verifying *v, const struct json_t *report)
{
    const char *then = verify_text(report, "engine", "version"), *now = report_engine_version();
    if (strcmp(then, now) != 0)
        verify_note(v, arena_printf(v->w->arena, "报告由 %.40s 版生成，现由 %s 版重算", then, now),
                    arena_printf(v->w->arena, "the report was made by version %.40s and recomputed by %s",
                                 then, now));
}

/* Its claims as the digest has them: what claims_text writes of the claims that were made of these words. */
static const char *claims_of(struct verifying *v, const struct json_t *report)
{
    const char *text = "";
    struct claim_words w;
    for (size_t i = 0; text && verify_claim(report, i, &w); i++) {
        const char *one = claim_words_text(&w, v->w->arena);
        text = one ? arena_printf(v->w->arena, "%s%s%s", text, i ? ";" : "", one) : NULL;
    }
    v->no_memory = v->no_memory || !text;
    return text;
}

/* The uids of its drafts as the digest has them. */
static const char *const *drafts_of(struct verifying *v, const struct json_t *report)
{
    size_t n = 0, capacity = 0;
    const char **uids = NULL, *uid;
    int number;
    for (;; n++) {
        bool more = verify_draft(report, n, &number, &uid) != NULL;
        if (!ARENA_RESERVE(v->w->arena, uids, capacity, n + 1)) {
            v->no_memory = true;
            return NULL;
        }
        uids[n] = more ? uid : NULL;
        if (!more)
            return uids;
    }
}

/* The digest that the report carries, against the parameters as it states them: engine included, so that a
 * report of another version is looked at by its own words. */
static void compare_parameters(struct verifying *v, const struct json_t *report)
{
    char digest[SHA256_HEX_SIZE];
    struct report_parameters p = {.format = verify_format(report),
                                  .claims = claims_of(v, report),
                                  .engine = verify_text(report, "engine", "version"),
                                  .geos = verify_library(report, "geos"),
                                  .proj = verify_library(report, "proj"),
                                  .sqlite = verify_library(report, "sqlite"),
                                  .area_basis = verify_text(report, "area_basis", NULL),
                                  .slivers = policy_of(report),
                                  .project_class = verify_text(report, "project_class", NULL),
                                  .crs_given = verify_text(report, "input", "crs_given"),
                                  .input_sha256 = verify_text(report, "input", "sha256"),
                                  .rules_version = verify_text(report, "rules_version", NULL),
                                  .verdict = verify_text(report, "verdict", NULL)};
    for (size_t i = 0; i < REPORT_LAYERS_MAX && i < verify_n_layers(report); i++)
        p.layer_uids[i] = verify_layer_uid(report, i);
    size_t n_examined = verify_n_examined(report);
    for (size_t i = 0; i < LINES_MAX && i < n_examined; i++)
        p.definitions[i] = verify_definition(report, i);
    for (size_t i = 0; i < LINES_MAX && (p.rest[i] = verify_definition(report, n_examined + i)); i++)
        continue;
    p.drafts = drafts_of(v, report);
    report_parameters_digest(&p, digest);
    const char *stated = verify_text(report, "parameters_sha256", NULL);
    if (strcmp(stated, digest) != 0)
        verify_difference(v, "parameters_sha256", *stated ? stated : "(absent)",
                          arena_strdup(v->w->arena, digest), "recomputed");
}

/* A report of a later program is not made again by an earlier one's rules. */
static enum status check_format(const struct json_t *report, struct error *e)
{
    int format = verify_format(report);
    if (format >= 1 && format <= REPORT_FORMAT)
        return STATUS_OK;
    error_zh(e, "报告的格式号是 %d，本程序只认到 %d；请用生成它的或更新的程序核验。", format, REPORT_FORMAT);
    return error_fail(
        e, STATUS_UNSUPPORTED, "report-format",
        "The report is of format %d, and this program knows up to %d; verify it with the program "
        "that made it, or a later one.",
        format, REPORT_FORMAT);
}

static enum status run(struct verifying *v, struct json_t *report, struct error *e)
{
    struct store_bytes input;
    struct snapshot *snapshot = NULL;
    bool have;
    note_engine(v, report);
    compare_parameters(v, report);
    enum status s = compare_with_record(v, report, e);
    if (!s)
        s = find_input(v, report, &input, &have, e);
    if (!s)
        s = load_named(v, report, &snapshot, e);
    if (!s && have && snapshot)
        s = recompute(v, report, input, snapshot, e);
    if (!s && have && snapshot && v->then && !v->out->n_differences && !v->out->n_missing)
        s = v->then(v, report, &v->again, e);
    snapshot_unref(snapshot);
    return s;
}

enum status verify_and(struct verifying *v, struct error *e)
{
    struct record_verification *out = v->out;
    struct arena *a = v->w->arena;
    struct json_t *report = verify_parse(v->rq->report, v->rq->report_size, e);
    if (!report)
        return STATUS_INVALID_INPUT;
    enum status s = check_format(report, e);
    if (!s)
        s = run(v, report, e);
    /* what the sentences quote is in the arena; what they point to in the tree must not outlive it */
    for (size_t i = 0; i < out->n_listed; i++) {
        out->differences[i].reported = arena_strdup(a, out->differences[i].reported);
        out->differences[i].found = arena_strdup(a, out->differences[i].found);
        v->no_memory = v->no_memory || !out->differences[i].reported || !out->differences[i].found;
    }
    verify_free(report);
    if (!s && v->no_memory)
        s = error_no_memory(e);
    if (!s)
        out->finding = out->n_differences ? RECORD_DIFFERS
                       : out->n_missing   ? RECORD_CANNOT_RECOMPUTE
                                          : RECORD_IDENTICAL;
    return s;
}

enum status record_verify(struct check_worker *w, struct store *store, const struct record_verify_request *rq,
                          struct record_verification *out, struct error *e)
{
    struct record_verification result = {.verdict = ""};
    struct verifying v = {.w = w, .store = store, .rq = rq, .out = &result};
    enum status s = verify_and(&v, e);
    if (!s)
        *out = result;
    return s;
}

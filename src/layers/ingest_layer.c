/* One file becomes one layer version. */
#include "layers/ingest_parts.h"
#include "layers/source_ahead.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"
#include "formats/wkb.h"
#include "index/layer_index.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEP_BYTES ((size_t)2 << 30)

struct job {
    struct store *store;
    struct ingest_request settled;        /* the caller's, with what it left open */
    const struct ingest_request *request; /* &settled */
    struct source_zones zones;
    struct ingest_report *report;
    struct arena *arena; /* the coverage, paths */
    struct ingest_coverage coverage;
    struct source *source;
    struct source_ahead *ahead; /* while features are read */
    struct store_import *import;
    struct index_builder *index;
    struct buffer wkb;
    struct ingest_list dissolved, repaired, refused;
    struct units units;
    struct findings *findings;
    struct error first_refusal;
    int64_t first_refused_position;
    char first_refused_code[64]; /* "" where it has none */
    char sha256[65];
    char import_key[65];
};

/* ---- what decides the result, as one hash ---- */

static void hash_text(struct sha256_ctx *ctx, const char *text)
{
    const char *s =
        text ? text : "\x01"; /* "" and none differ: one says "no such field", the other "find it" */
    sha256_update(ctx, strlen(s) + 1, (const uint8_t *)s);
}

static void make_import_key(struct job *j)
{
    const struct ingest_request *r = j->request;
    char flags[64];
    snprintf(flags, sizeof flags, "ingest 2 %d %d %d %d", r->epsg, r->synthetic, r->reference_only,
             r->allow_refused);
    const char *texts[] = {
        flags,          j->sha256,         j->coverage.sha256,  r->source_layer,  r->fields.id,
        r->fields.name, r->fields.zone,    r->fields.zone_code, r->fields.county, r->fields.area,
        r->layer,       r->title_zh,       r->title_en,         r->kind,          r->label,
        r->document_no, r->effective_from, r->effective_to,     r->coverage_units};
    char crs[256];
    ingest_crs_text(&(struct geo_crs){.epsg = r->epsg, .shift = r->shift}, crs);
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    hash_text(&ctx, crs);
    hash_text(&ctx, r->unit);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash_text(&ctx, texts[i]);
    for (size_t i = 0; i < j->zones.n; i++) {
        hash_text(&ctx, j->zones.list[i].value);
        hash_text(&ctx, j->zones.list[i].name);
    }
    uint8_t digest[SHA256_BYTES];
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, j->import_key);
}

static enum status is_unchanged(struct job *j, bool *unchanged, struct error *e)
{
    struct store_version v;
    struct error ignored;
    enum status st = store_current_version(j->store, j->request->layer, j->arena, &v, &ignored);
    if (st == STATUS_NOT_FOUND) {
        *unchanged = false;
        return STATUS_OK;
    }
    if (st != STATUS_OK) {
        if (e)
            *e = ignored;
        return st;
    }
    *unchanged = strcmp(v.import_key, j->import_key) == 0;
    j->report->version_id = v.id;
    j->report->version_no = v.version_no;
    return STATUS_OK;
}

/* ---- begin ---- */

static enum status begin_import(struct job *j, struct error *e)
{
    const struct ingest_request *r = j->request;
    char crs[256];
    ingest_crs_text(&source_info(j->source)->crs, crs);
    struct store_version_spec spec = {.layer = r->layer,
                                      .title_zh = r->title_zh,
                                      .title_en = r->title_en,
                                      .kind = r->kind,
                                      .label = r->label,
                                      .synthetic = r->synthetic,
                                      .reference_only = r->reference_only,
                                      .source_name = text_file_name(r->path),
                                      .source_sha256 = j->sha256,
                                      .source_crs = crs,
                                      .document_no = r->document_no,
                                      .effective_from = r->effective_from,
                                      .effective_to = r->effective_to,
                                      .imported_by = r->imported_by,
                                      .import_key = j->import_key};
    return store_import_begin(j->store, &spec, &j->import, &j->report->version_id, e);
}

static enum status begin_index(struct job *j, bool coverage, struct index_builder **out, struct error *e)
{
    const struct store_version *v = store_import_version(j->import);
    char *path = store_index_path(j->store, j->arena, v, coverage);
    uint8_t key[SHA256_BYTES];
    store_index_key(v, coverage, key);
    enum status st = path ? store_index_make_dir(j->store, e) : error_no_memory(e);
    return st == STATUS_OK ? index_builder_new(path, key, out, e) : st;
}

static enum status finish_index(struct job *j, bool coverage, struct index_builder *index, struct error *e)
{
    char *path = store_index_path(j->store, j->arena, store_import_version(j->import), coverage);
    enum status st = path ? index_builder_finish(index, e) : error_no_memory(e);
    if (st == STATUS_OK)
        store_index_share(j->store, path);
    return st;
}

/* ---- features ---- */

static void count_feature(struct ingest_report *r, const struct source_feature *f)
{
    r->n_stored++;
    r->n_dissolved += f->state == SOURCE_DISSOLVED;
    r->n_repaired += f->state == SOURCE_REPAIRED;
    r->n_curved += f->curved;
    r->n_vertices += f->shape.n_vertices;
    r->area_m2 += f->area_m2;
    if (isfinite(f->declared_area_m2))
        r->declared_area_m2 += f->declared_area_m2;
}

static enum status store_feature(struct job *j, const struct source_feature *f, struct error *e)
{
    const char *county = f->county;
    buffer_clear(&j->wkb);
    wkb_write(&f->shape, &j->wkb);
    enum status st = buffer_status(&j->wkb, e);
    if (st == STATUS_OK)
        st = findings_look(j->findings, f, j->wkb.data, j->wkb.size, &county, e);
    struct store_feature row = {.code = f->code,
                                .name = f->name,
                                .zone = f->zone,
                                .county = county,
                                .declared_area_m2 = f->declared_area_m2,
                                .properties = f->properties,
                                .wkb = j->wkb.data,
                                .wkb_size = j->wkb.size};
    int64_t id = 0;
    if (st == STATUS_OK)
        st = store_import_feature(j->import, &row, &id, e);
    if (st == STATUS_OK)
        st = index_builder_add_measured(j->index, id, f->code, f->name, f->zone, &f->shape, f->area_m2, e);
    if (st == STATUS_OK)
        count_feature(j->report, f);
    return st;
}

static void note_refusal(struct job *j, const struct source_feature *f)
{
    if (j->report->n_refused++ == 0) {
        j->first_refusal = f->fault;
        j->first_refused_position = f->position;
        snprintf(j->first_refused_code, sizeof j->first_refused_code, "%.*s", (int)text_cut(f->code, 60),
                 f->code);
    }
    ingest_list_add(&j->refused, f);
}

static enum status refuse_strictly(const struct job *j, const struct source_feature *f, struct error *e)
{
    error_zh(e, "“%s”的第 %lld 个要素有问题（严格导入）：%.300s", j->request->path, (long long)f->position,
             f->fault.zh);
    return error_fail(e, STATUS_INVALID_INPUT, "ingest-strict",
                      "Feature %lld of \"%s\" has a fault (strict): %.300s", (long long)f->position,
                      j->request->path, f->fault.en);
}

static void tell_progress(const struct job *j)
{
    enum { EVERY = 1024 };
    if (j->request->progress && j->report->n_read % EVERY == 0)
        j->request->progress(j->report->n_read, source_info(j->source)->n_declared,
                             j->request->progress_user);
}

/* Features come from a thread that reads and checks them; here they are stored and indexed. */
static enum status take_all(struct job *j, struct error *e)
{
    for (;;) {
        struct source_feature f;
        bool more = false;
        enum status st = source_ahead_next(j->ahead, &f, &more, e);
        if (st != STATUS_OK || !more)
            return st;
        j->report->n_read++;
        tell_progress(j);
        if (j->request->strict && f.state >= SOURCE_REPAIRED)
            return refuse_strictly(j, &f, e);
        if (f.state == SOURCE_REFUSED) {
            note_refusal(j, &f);
            continue;
        }
        if (f.state == SOURCE_REPAIRED)
            ingest_list_add(&j->repaired, &f);
        if (f.state == SOURCE_DISSOLVED)
            ingest_list_add(&j->dissolved, &f);
        st = store_feature(j, &f, e);
        if (st != STATUS_OK)
            return st;
    }
}

static enum status read_all(struct job *j, struct error *e)
{
    enum status st = source_ahead_start(j->source, !j->request->one_thread, &j->ahead, e);
    if (st != STATUS_OK)
        return st;
    st = take_all(j, e);
    source_ahead_stop(j->ahead);
    j->ahead = NULL;
    return st;
}

/* ---- end ---- */

static enum status refuse_file(const struct job *j, struct error *e)
{
    const struct ingest_report *r = j->report;
    const char *code = j->first_refused_code;
    error_zh(e,
             "“%s”的 %lld 个要素中有 %lld "
             "个不能使用，整个文件不予导入（缺少要素会造成误判“未压占”）；第一个是第 %lld "
             "个%s%s%s：%.200s",
             j->request->path, (long long)r->n_read, (long long)r->n_refused,
             (long long)j->first_refused_position, *code ? "（编号“" : "", code, *code ? "”）" : "",
             j->first_refusal.zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "ingest-refused",
        "Of the %lld features of \"%s\", %lld cannot be used, so the whole file is refused (a missing "
        "feature could become a false clear); the first is number %lld%s%s%s: %.200s",
        (long long)r->n_read, j->request->path, (long long)r->n_refused, (long long)j->first_refused_position,
        *code ? " (id \"" : "", code, *code ? "\")" : "", j->first_refusal.en);
}

static enum status refuse_empty(const struct job *j, struct error *e)
{
    error_zh(e, "“%s”中没有可用的要素，不予导入（空图层会使任何地块都显示“未压占”）；请检查文件与图层名。",
             j->request->path);
    return error_fail(
        e, STATUS_INVALID_INPUT, "ingest-empty",
        "\"%s\" holds no feature that can be used, and an empty layer would make every parcel clear; "
        "check the file and the layer's name.",
        j->request->path);
}

static enum status write_report(struct job *j, struct error *e)
{
    struct ingest_report_parts p = {.request = j->request,
                                    .source = j->source,
                                    .sha256 = j->sha256,
                                    .coverage = &j->coverage,
                                    .findings = j->findings,
                                    .dissolved = &j->dissolved,
                                    .repaired = &j->repaired,
                                    .refused = &j->refused};
    return ingest_report_write(j->report, &p, e);
}

/* One wrong code is a finding; when most features lie far from where they say that they are, the CRS or the
 * zone is wrong, and the lines would be missing from where they belong. */
static enum status refuse_elsewhere(const struct job *j, struct error *e)
{
    int64_t n_coded, n_far = findings_far(j->findings, &n_coded);
    const struct geo_crs *crs = &source_info(j->source)->crs;
    if (j->request->confirm_place || n_far * 2 <= n_coded)
        return STATUS_OK;
    error_zh(e,
             "“%s”按 %s（EPSG:%d）解读时，%lld 个有行政区代码的图斑中有 %lld 个离其行政区 20 "
             "公里以上；请核对坐标系和带号，确认无误可加 "
             "--confirm-place。",
             j->request->path, crs->name, crs->epsg, (long long)n_coded, (long long)n_far);
    return error_fail(e, STATUS_INVALID_INPUT, "source-elsewhere",
                      "Read as %s (EPSG:%d), %lld of the %lld features of \"%s\" that have a county code lie "
                      "more than 20 km from "
                      "it; check the CRS and the zone, or insist with --confirm-place.",
                      crs->name, crs->epsg, (long long)n_far, (long long)n_coded, j->request->path);
}

static enum status accept_or_refuse(struct job *j, struct error *e)
{
    enum status st = write_report(j, e);
    if (st != STATUS_OK)
        return st;
    if (j->report->n_refused > 0 && !j->request->allow_refused)
        return refuse_file(j, e);
    st = refuse_elsewhere(j, e);
    if (st != STATUS_OK)
        return st;
    return j->report->n_stored == 0 ? refuse_empty(j, e) : STATUS_OK;
}

static enum status add_coverage(struct job *j, struct error *e)
{
    if (!j->coverage.stated)
        return STATUS_OK;
    struct index_builder *index = NULL;
    buffer_clear(&j->wkb);
    wkb_write(&j->coverage.shape, &j->wkb);
    enum status st = buffer_status(&j->wkb, e);
    if (st == STATUS_OK)
        st = store_import_coverage(j->import, j->wkb.data, j->wkb.size, e);
    if (st == STATUS_OK)
        st = begin_index(j, true, &index, e);
    if (st == STATUS_OK)
        st = index_builder_add(index, store_import_version(j->import)->id, "", "", "", &j->coverage.shape, e);
    if (st == STATUS_OK)
        st = finish_index(j, true, index, e);
    index_builder_free(index);
    return st;
}

/* Index files are in place before the commit, so that the first check of the new version need not build them;
 * drop_indexes when it fails. */
static enum status finish(struct job *j, struct error *e)
{
    enum status st = accept_or_refuse(j, e);
    if (st == STATUS_OK)
        st = add_coverage(j, e);
    if (st == STATUS_OK)
        st = finish_index(j, false, j->index, e);
    if (st != STATUS_OK)
        return st;
    j->report->version_no = store_import_version(j->import)->version_no;
    if (j->request->draft)
        store_import_keep_draft(j->import);
    store_import_counts(j->import, j->report->n_repaired, j->report->n_refused);
    st = store_import_commit(j->import, j->report->n_vertices, j->report->area_m2, j->report->json.data, e);
    if (st == STATUS_OK) {
        j->import = NULL;
        store_index_sweep(j->store);
    }
    return st;
}

/* Of a version that was not taken. A process that is killed leaves them to store_index_sweep. */
static void drop_indexes(struct job *j)
{
    const struct store_version *v = j->import ? store_import_version(j->import) : NULL;
    for (int coverage = 0; v && coverage < 2; coverage++) {
        const char *path = store_index_path(j->store, j->arena, v, coverage);
        if (path)
            (void)unlink(path);
    }
}

/* Everything is decided and told before the store is touched. */
static enum status open_source(struct job *j, struct error *e)
{
    struct ingest_request *r = &j->settled;
    struct source_request sr = {.path = r->path,
                                .layer = r->source_layer,
                                .fields = r->fields,
                                .epsg = r->epsg,
                                .shift = r->shift,
                                .units = &j->units,
                                .unit = r->unit,
                                .store = j->store,
                                .survey = true,
                                .target = r->layer,
                                .confirmed = r->confirm_layer,
                                .zones = j->zones};
    enum status st = source_open(&sr, &j->source, e);
    if (st == STATUS_OK)
        st = ingest_settle_layer(j->store, source_info(j->source), r, j->arena, e);
    if (st != STATUS_OK)
        return st;
    snprintf(j->report->layer, sizeof j->report->layer, "%s", r->layer);
    make_import_key(j); /* once more: now everything is decided */
    if (r->bound)
        r->bound(source_info(j->source), r, r->bound_user);
    return STATUS_OK;
}

static enum status import_source(struct job *j, struct error *e)
{
    enum status st = open_source(j, e);
    if (st == STATUS_OK)
        st = findings_new(j->store, &j->units, j->request->layer, j->request->kind, &j->findings, e);
    if (st == STATUS_OK)
        st = begin_import(j, e);
    if (st == STATUS_OK)
        st = begin_index(j, false, &j->index, e);
    if (st == STATUS_OK)
        st = read_all(j, e);
    return st == STATUS_OK ? finish(j, e) : st;
}

static enum status run(struct job *j, struct error *e)
{
    const struct ingest_request *r = j->request;
    enum status st = ingest_settle_mapping(&j->settled, &j->zones, j->arena, e);
    if (st == STATUS_OK)
        st = source_sha256(r->path, j->sha256, e);
    if (st == STATUS_OK && r->coverage_path)
        st = source_sha256(r->coverage_path, j->coverage.sha256, e);
    if (st != STATUS_OK)
        return st;
    make_import_key(j);
    if (r->skip_unchanged)
        st = is_unchanged(j, &j->report->skipped, e);
    if (st != STATUS_OK || j->report->skipped)
        return st;
    st = units_read(j->store, j->arena, &j->units, e);
    char sha256[65];
    memcpy(sha256, j->coverage.sha256, sizeof sha256);
    if (st == STATUS_OK)
        st = r->coverage_units
                 ? ingest_coverage_units(&j->units, r->coverage_units, j->arena, &j->coverage, e)
                 : ingest_coverage_read(r->coverage_path, j->arena, &j->coverage, e);
    memcpy(j->coverage.sha256, sha256, sizeof sha256);
    return st == STATUS_OK ? import_source(j, e) : st;
}

enum status ingest_layer_file(struct store *s, const struct ingest_request *r, struct ingest_report *report,
                              struct error *e)
{
    struct job j = {.store = s, .settled = *r, .report = report, .arena = arena_new(KEEP_BYTES)};
    j.request = &j.settled;
    if (!j.arena)
        return error_no_memory(e);
    struct buffer json = report->json;
    buffer_clear(&json);
    *report = (struct ingest_report){.json = json}; /* a report may be used again */
    buffer_init(&j.wkb, 0);
    ingest_list_init(&j.dissolved);
    ingest_list_init(&j.repaired);
    ingest_list_init(&j.refused);
    enum status st = run(&j, e);
    drop_indexes(&j);
    store_import_abort(j.import);
    index_builder_free(j.index);
    source_close(j.source);
    findings_free(j.findings);
    ingest_list_release(&j.dissolved);
    ingest_list_release(&j.repaired);
    ingest_list_release(&j.refused);
    buffer_release(&j.wkb);
    arena_free(j.arena);
    return st;
}

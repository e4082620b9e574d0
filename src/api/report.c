/* The last check as a document, into the record, and reports of earlier days verified. */
#include "api/api_parts.h"

#include "base/limits.h"
#include "features/txt_write.h"
#include "layers/gdal_version.h"
#include "record/record.h"
#include "record/verify.h"
#include "report/form_write.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)HX_IDENTICAL == (int)RECORD_IDENTICAL && (int)HX_DIFFERS == (int)RECORD_DIFFERS,
               "same order");

static enum status need_report(const struct hx_checker *c, struct error *e)
{
    if (c->has_report)
        return STATUS_OK;
    error_zh(e, "还没有检查结果：请先检查一个地块。");
    return error_fail(e, STATUS_INVALID_INPUT, "no-report", "There is no result yet: check a parcel first.");
}

const char *hx_format_name(enum hx_format f)
{
    const struct report_form *form = report_form_at((size_t)f);
    return form ? form->name : "?";
}

enum hx_result hx_report_write(struct hx_checker *checker, enum hx_format format,
                               const struct hx_document_options *options, struct hx_bytes *out,
                               struct hx_error *e)
{
    API_NEED(checker, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct hx_document_options o;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = API_SIZED_READ(hx_document_options, options, &o, &why);
    const struct report_project project = {.name = o.project_name,
                                           .code = o.project_code,
                                           .builder = o.builder,
                                           .district = o.district,
                                           .source_file = o.source_file,
                                           .date = o.date};
    struct form_request rq = {.project = &project};
    if (!s)
        s = need_report(checker, &why);
    if (!s)
        s = report_form_find(hx_format_name(format), &rq.form, &why);
    if (!s)
        s = report_lang_parse(o.lang, &rq.lang, &why);
    if (!s && o.date)
        s = store_day_check(o.date, &why);
    if (!s)
        s = report_form_write(&checker->worker, &checker->report, &rq, &b, &why);
    return api_result(api_take_bytes(&b, out, s, &why), &why, e);
}

enum hx_result hx_parcels_txt(struct hx_checker *checker, int zone, bool utf8, struct hx_bytes *out,
                              struct hx_error *e)
{
    API_NEED(checker, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    const struct parcel_txt_options options = {.zone = zone, .utf8 = utf8};
    const struct parcel_context c = {.transformer = checker->worker.transformer,
                                     .geos = checker->worker.geos,
                                     .arena = checker->worker.arena};
    const struct parcel_set *set = &checker->report.parcels;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = need_report(checker, &why);
    if (!s)
        s = parcel_txt_write(&c, set->parcels, set->n_parcels, &options, &b, &why);
    return api_result(api_take_bytes(&b, out, s, &why), &why, e);
}

/* ---- keeping ---- */

static enum status refuse_second(const struct hx_checker *c, struct error *e)
{
    if (!c->report.record)
        return STATUS_OK;
    long long id = (long long)c->report.record->id;
    error_zh(e, "这次检查已存为第 %lld 号记录。", id);
    return error_fail(e, STATUS_CONFLICT, "kept-already", "This check was kept already, as record %lld.", id);
}

enum hx_result hx_report_keep(struct hx_checker *checker, const struct hx_keep_options *options,
                              struct hx_kept *out, struct hx_error *e)
{
    API_NEED(checker, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    struct hx_keep_options o;
    struct hx_kept kept;
    struct store *store = NULL;
    enum status s = API_SIZED_READ(hx_keep_options, options, &o, &why);
    struct record_spec spec = {.officer = o.officer,
                               .project = {.name = o.project_name, .code = o.project_code},
                               .input_name = o.input_name,
                               .input = {checker->input.data, checker->input.size}};
    if (!s)
        s = API_SIZED_READ(hx_kept, out, &kept, &why);
    if (!s)
        s = need_report(checker, &why);
    if (!s)
        s = refuse_second(checker, &why);
    if (!s)
        s = ingest_gdal_version(&spec.gdal_version, &why);
    if (!s)
        s = record_spec_check(&spec, &why);
    if (!s)
        s = store_open(checker->store->path, STORE_WRITE, &store, &why);
    if (!s)
        s = record_keep(store, &checker->report, &spec, checker->worker.arena, &checker->record, &why);
    store_close(store);
    if (!s) {
        checker->report.record = &checker->record;
        api_give_kept(out, checker->record.id, checker->record.kept_at, checker->record.sha256);
    }
    return api_result(s, &why, e);
}

/* ---- verifying ---- */

static const struct hx_sentence *sentences_copy(struct arena *a, const struct record_sentence *from, size_t n)
{
    struct hx_sentence *to = arena_array(a, n + 1, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        to[i] = (struct hx_sentence){from[i].zh, from[i].en};
    return to;
}

static enum status verification_copy(struct hx_checker *c, const struct record_verification *v,
                                     struct error *e)
{
    struct arena *a = c->worker.arena;
    struct hx_difference *d = arena_array(a, v->n_listed + 1, sizeof *d);
    for (size_t i = 0; d && i < v->n_listed; i++)
        d[i] = (struct hx_difference){v->differences[i].path, v->differences[i].reported,
                                      v->differences[i].found, v->differences[i].against};
    const struct hx_sentence *missing = sentences_copy(a, v->missing, v->n_missing),
                             *notes = sentences_copy(a, v->notes, v->n_notes);
    if (!d || !missing || !notes)
        return error_no_memory(e);
    c->verification = (struct hx_verification){.finding = (enum hx_finding)v->finding,
                                               .differences = d,
                                               .n_listed = v->n_listed,
                                               .n_differences = v->n_differences,
                                               .missing = missing,
                                               .notes = notes,
                                               .n_missing = v->n_missing,
                                               .n_notes = v->n_notes,
                                               .record_id = v->record_id,
                                               .verdict = v->verdict};
    return STATUS_OK;
}

enum hx_result hx_verify_report(struct hx_checker *checker, const void *report, size_t n, const void *input,
                                size_t n_input, const struct hx_verification **out, struct hx_error *e)
{
    API_NEED(checker, e);
    API_NEED(report, e);
    API_NEED(out, e);
    struct error why = {.status = STATUS_OK};
    const struct store_bytes given = {input, n_input};
    const struct record_verify_request rq = {
        .report = report, .report_size = n, .input = input ? &given : NULL};
    struct record_verification v;
    struct store *store = NULL;
    api_forget(checker);
    enum status s = store_open(checker->store->path, STORE_READ, &store, &why);
    if (!s)
        s = record_verify(&checker->worker, store, &rq, &v, &why);
    if (!s)
        s = verification_copy(checker, &v, &why);
    store_close(store);
    if (!s)
        *out = &checker->verification;
    return api_result(s, &why, e);
}

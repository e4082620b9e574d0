#include "base/file.h"
#include "base/limits.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct verify_args {
    const char *store, *input, *format;
    struct arg_rest rest;
};

static void print_finding(const struct record_verification *v)
{
    printf("%s %s\n", record_finding_zh(v->finding), record_finding_en(v->finding));
    if (v->record_id)
        printf("已与第 %" PRId64 " 号记录比对 compared with record %" PRId64 "\n", v->record_id,
               v->record_id);
    for (size_t i = 0; i < v->n_listed; i++) {
        const struct record_difference *d = &v->differences[i];
        printf("  %s\n    报告 reported  %s\n    实为 %s  %s\n", d->path, d->reported, d->against, d->found);
    }
    if (v->n_differences > v->n_listed)
        printf("  另有 %zu 处未列出 more are not listed\n", v->n_differences - v->n_listed);
    for (size_t i = 0; i < v->n_missing; i++)
        printf("  缺 missing  %s / %s\n", v->missing[i].zh, v->missing[i].en);
    for (size_t i = 0; i < v->n_notes; i++)
        printf("  说明 note  %s / %s\n", v->notes[i].zh, v->notes[i].en);
}

static int print_json(const struct record_verification *v)
{
    struct buffer b;
    struct json_writer w;
    struct error e = {0};
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    record_write_verification(&w, v);
    buffer_append_char(&b, '\n');
    enum status s = buffer_status(&b, &e);
    if (!s)
        fwrite(b.data, 1, b.size, stdout);
    buffer_release(&b);
    return s ? exit_with_error(&e) : EXIT_OK;
}

static int code_of(enum record_finding f)
{
    return f == RECORD_IDENTICAL ? EXIT_OK : f == RECORD_DIFFERS ? EXIT_DIFFERS : EXIT_CANNOT_RECOMPUTE;
}

static int run_with(struct check_worker *w, struct store *store, const struct verify_args *a)
{
    struct error e = {0};
    char *report, *bytes;
    size_t n_report, n;
    struct store_bytes input;
    struct record_verification v;
    enum status s = file_read(a->rest.items[0], LIMIT_BUFFER_BYTES, w->arena, &report, &n_report, &e);
    if (!s && a->input)
        s = file_read(a->input, LIMIT_BODY_BYTES, w->arena, &bytes, &n, &e);
    if (s)
        return exit_with_error(&e);
    if (a->input)
        input = (struct store_bytes){bytes, n};
    const struct record_verify_request rq = {
        .report = report, .report_size = n_report, .input = a->input ? &input : NULL};
    if (record_verify(w, store, &rq, &v, &e))
        return exit_with_error(&e);
    if (a->format && strcmp(a->format, "json") == 0) {
        int code = print_json(&v);
        return code ? code : code_of(v.finding);
    }
    print_finding(&v);
    return code_of(v.finding);
}

static enum status parse(int argc, char **argv, struct verify_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"--input", &a->input, NULL},
                                         {"--format", &a->format, NULL},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (s)
        return s;
    if (a->rest.n == 1 && (!a->format || strcmp(a->format, "json") == 0 || strcmp(a->format, "text") == 0))
        return STATUS_OK;
    error_zh(e, "应给出一个 JSON 报告文件；--format 为 text 或 json。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "One report in JSON is needed; --format is text or json.");
}

int cmd_verify(int argc, char **argv)
{
    struct error e = {0};
    struct verify_args a = {.rest.max = 1};
    char path[STORE_PATH_SIZE];
    struct store *store;
    struct check_worker w;
    if (parse(argc, argv, &a, &e))
        return command_misused("verify", &e);
    if (store_path_find(a.store, path, &e) || store_open(path, STORE_READ, &store, &e))
        return exit_with_store_error(&e);
    int code;
    if (check_worker_init(&w, &e)) {
        code = exit_with_error(&e);
    } else {
        w.reader = &child_reader_self;
        code = run_with(&w, store, &a);
        check_worker_release(&w);
    }
    store_close(store);
    return code;
}

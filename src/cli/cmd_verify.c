#include "base/file.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "cli/progress.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct verify_args {
    struct arguments base;
    const char *input;
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

static int code_of(enum record_finding f)
{
    return f == RECORD_IDENTICAL ? EXIT_OK : f == RECORD_DIFFERS ? EXIT_DIFFERS : EXIT_CANNOT_RECOMPUTE;
}

static int run_with(struct check_worker *w, struct store *store, struct progress_clock *clock,
                    const struct verify_args *a)
{
    struct error e = {0};
    char *report, *bytes;
    size_t n_report, n;
    struct store_bytes input;
    struct record_verification v;
    enum status s = file_read(a->base.items[0], LIMIT_BUFFER_BYTES, w->arena, &report, &n_report, &e);
    if (!s && a->input)
        s = file_read(a->input, LIMIT_BODY_BYTES, w->arena, &bytes, &n, &e);
    if (s)
        return exit_with_error(&e);
    if (a->input)
        input = (struct store_bytes){bytes, n};
    const struct record_verify_request rq = {
        .report = report, .report_size = n_report, .input = a->input ? &input : NULL};
    s = record_verify(w, store, &rq, &v, &e);
    progress_clock_end(clock); /* before anything is printed */
    if (s)
        return exit_with_error(&e);
    if (args_json(&a->base)) {
        struct buffer b;
        struct json_writer json;
        buffer_init(&b, 0);
        jw_init(&json, &b, true);
        record_write_verification(&json, &v);
        int code = print_json(&b);
        return code ? code : code_of(v.finding);
    }
    print_finding(&v);
    return code_of(v.finding);
}

static int run(struct store *store, struct arena *arena, const struct arguments *base)
{
    struct error e = {0};
    struct check_worker w;
    struct progress_clock clock;
    (void)arena;
    if (check_worker_init(&w, &e))
        return exit_with_error(&e);
    w.reader = &child_reader_self;
    progress_clock_start(&clock, base, "正在重算", "recomputing");
    int code = run_with(&w, store, &clock, (const struct verify_args *)base);
    progress_clock_end(&clock);
    check_worker_release(&w);
    return code;
}

static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--input", OPTION_TEXT, offsetof(struct verify_args, input), "FILE",
           "报告所依据的地块文件；不写时用存档中的",
           "the parcels that the report is of; otherwise those of the record"),
    OPTION_FORMAT, OPTION_END};

const struct command command_verify = {
    .name = "verify",
    .zh = "按报告所载的版本重算，说明一致、何处不一致或缺什么",
    .en = "recompute a report from the versions that it names: identical, what differs, or what is missing",
    .operands = "REPORT.json|-",
    .operand_zh = "JSON 报告；“-”为标准输入",
    .operand_en = "a report in JSON; \"-\" is standard input",
    .least = 1,
    .most = 1,
    .options = options,
    .size = sizeof(struct verify_args),
    .mode = STORE_READ,
    .in_store = run};

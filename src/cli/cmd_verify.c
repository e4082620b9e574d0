#include "base/china_time.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "cli/progress.h"
#include "record/proof_check.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct verify_args {
    struct arguments base;
    const char *input, *key;
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

/* ---- paper ---- */

static void print_statement(const struct proof_statement *s)
{
    char when[CHINA_TIME_SIZE];
    if (!s->text)
        return;
    printf("  编号 number  %s\n  存档时间 kept at  %s\n  结论 verdict  %s\n  用地面积 area  %s\n"
           "  各控制线内 in lines  %s\n  报告 report  %s\n  密钥 key  %s\n",
           s->number, china_time_told(s->kept_at, when), s->verdict, s->parcel_m2, s->areas, s->result_sha256,
           s->key_id);
}

static void print_answer(const struct proof_answer *p)
{
    char when[CHINA_TIME_SIZE];
    printf("%s %s\n", proof_finding_zh(p->finding), proof_finding_name(p->finding));
    for (size_t i = 0; i < p->n_notes; i++)
        printf("  说明 note  %s / %s\n", p->notes[i].zh, p->notes[i].en);
    print_statement(&p->statement);
    if (p->has_record)
        printf("  记录 record  %" PRId64 "  %s  %s  %s  %s\n", p->record.id,
               china_time_told(p->record.kept_at, when), p->record.verdict, p->record.officer,
               p->record.project_name);
}

static int proof_code_of(enum proof_finding f)
{
    return f == PROOF_GENUINE ? EXIT_OK : f == PROOF_ALTERED ? EXIT_DIFFERS : EXIT_CANNOT_RECOMPUTE;
}

static int run_paper(struct store *store, const struct proof_request *rq, struct arena *arena,
                     const struct verify_args *a)
{
    struct error e = {0};
    struct proof_answer answer;
    if (proof_check(store, rq, arena, &answer, &e))
        return exit_with_error(&e);
    if (!args_json(&a->base)) {
        print_answer(&answer);
        return proof_code_of(answer.finding);
    }
    struct buffer b;
    struct json_writer json;
    buffer_init(&b, 0);
    jw_init(&json, &b, true);
    proof_write_answer(&json, &answer);
    int code = print_json(&b);
    return code ? code : proof_code_of(answer.finding);
}

/* What is to be verified: a file, "-", or, where no file has that name, the text itself. */
static enum status read_operand(const char *operand, struct arena *a, char **bytes, size_t *n,
                                struct error *e)
{
    bool is_text =
        strncmp(operand, "HX1;", 4) == 0 || (access(operand, F_OK) != 0 && strchr("0123456789T", *operand));
    if (strcmp(operand, "-") == 0 || !is_text)
        return file_read(operand, LIMIT_BUFFER_BYTES, a, bytes, n, e);
    *n = strlen(operand);
    *bytes = arena_strdup(a, operand);
    return *bytes ? STATUS_OK : error_no_memory(e);
}

static int run_with(struct check_worker *w, struct store *store, struct progress_clock *clock,
                    const struct verify_args *a)
{
    struct error e = {0};
    char *report, *bytes;
    size_t n_report, n;
    struct store_bytes input;
    struct record_verification v;
    enum status s = read_operand(a->base.items[0], w->arena, &report, &n_report, &e);
    if (!s && a->input)
        s = file_read(a->input, LIMIT_BODY_BYTES, w->arena, &bytes, &n, &e);
    if (s)
        return exit_with_error(&e);
    if (proof_is_paper(report, n_report)) {
        progress_clock_end(clock);
        return run_paper(store, &(const struct proof_request){.bytes = report, .n = n_report}, w->arena, a);
    }
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

static int run_in_store(struct store *store, struct arena *arena, const struct arguments *base)
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

/* With a public key and nothing else: no store is looked at. */
static int run_by_key(struct arena *arena, const struct verify_args *a)
{
    struct error e = {0};
    struct ed25519_public key;
    char *bytes, *pem;
    size_t n, n_pem;
    enum status s = file_read(a->key, LIMIT_BODY_BYTES, arena, &pem, &n_pem, &e);
    if (!s)
        s = ed25519_read_pem(pem, n_pem, &key, &e);
    if (!s)
        s = read_operand(a->base.items[0], arena, &bytes, &n, &e);
    if (!s && !proof_is_paper(bytes, n)) {
        error_zh(&e, "JSON 报告没有签名，要在存储中重算核验：不要写 --key。");
        s = error_fail(&e, STATUS_INVALID_INPUT, "bad-usage",
                       "A report in JSON is not signed and is recomputed in a store: leave out --key.");
    }
    if (s)
        return exit_with_error(&e);
    return run_paper(NULL, &(const struct proof_request){.bytes = bytes, .n = n, .key = &key}, arena, a);
}

static int run(struct arguments *base)
{
    static const struct command within = {.mode = STORE_READ, .in_store = run_in_store};
    const struct verify_args *a = (const struct verify_args *)base;
    if (!a->key)
        return command_in_store(&within, base);
    struct arena *arena = arena_new(LIMIT_BUFFER_BYTES);
    int code = arena ? run_by_key(arena, a) : exit_without_memory();
    arena_free(arena);
    return code;
}

static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--input", OPTION_TEXT, offsetof(struct verify_args, input), "FILE",
           "报告所依据的地块文件；不写时用存档中的",
           "the parcels that the report is of; otherwise those of the record"),
    OPTION("--key", OPTION_TEXT, offsetof(struct verify_args, key), "FILE",
           "出具单位的公钥（hongxian records key 导出）：只凭它核验签名，不用存储",
           "the public key of whoever gave it out (hongxian records key): by it alone, without a store"),
    OPTION_FORMAT, OPTION_END};

const struct command command_verify = {
    .name = "verify",
    .zh = "核验：JSON 报告按所载版本重算；PDF、XLSX、二维码文字、编号按签名和档案核对",
    .en = "verify: a report in JSON is recomputed; a PDF, an XLSX, a code's text or a number is checked by "
          "signature and record",
    .operands = "FILE|NUMBER|TEXT|-",
    .operand_zh = "报告（JSON、PDF、XLSX），报告编号，或二维码的文字；“-”为标准输入",
    .operand_en = "a report (JSON, PDF, XLSX), its number, or the text of its code; \"-\" is standard input",
    .least = 1,
    .most = 1,
    .options = options,
    .size = sizeof(struct verify_args),
    .run = run};

#include "base/china_time.h"
#include "cli/args.h"
#include "cli/definitions.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "features/parcel.h"
#include "record/print.h"
#include "record/record.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct records_args {
    struct arguments base;
    const char *expect, *verdict, *reason, *officer;
    struct store_record_search search;
    bool input;
    long limit, after, id;
};

static const struct records_args *records(const struct arguments *a)
{
    return (const struct records_args *)a;
}

/* ---- printing ---- */

static void print_row(const struct store_record *r)
{
    char when[CHINA_TIME_SIZE];
    china_time_told(r->kept_at, when);
    if (strcmp(r->kind, "check") == 0)
        printf("%" PRId64 "\t%s\t检查 check\t%s\t%s\t%s\t%s\t%.16s\n", r->id, when, r->verdict, r->officer,
               *r->project_name ? r->project_name : "-", *r->input_name ? r->input_name : "-", r->sha256);
    else
        printf("%" PRId64 "\t%s\t改判 override %" PRId64 "\t%s\t%s\t%s\t-\t%.16s\n", r->id, when,
               r->refers_to, r->verdict, r->officer, r->reason, r->sha256);
}

static bool list_row(const struct store_record *r, void *user)
{
    struct json_writer *w = listing_json(user);
    if (w)
        record_write_row(w, r);
    else
        print_row(r);
    return true;
}

static int run_list(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct line_table lines;
    struct store_record_search search = records(a)->search;
    struct listing l;
    if (definitions_in_force(store, arena, &lines, &e))
        return exit_with_store_error(&e);
    if (record_search_check(&search, &lines, &e))
        return exit_with_error(&e);
    listing_begin(&l, a, "records");
    enum status s =
        store_records_found(store, &search, records(a)->after, records(a)->limit, list_row, &l, &e);
    return listing_end(&l, s, &e);
}

static bool show_override(const struct store_record *r, void *user)
{
    (void)user;
    char when[CHINA_TIME_SIZE];
    printf("改判 override %" PRId64 "  %s  %s  %s\n  理由 reason %s\n", r->id,
           china_time_told(r->kept_at, when), r->verdict, r->officer, r->reason);
    return true;
}

static void show_row(const struct store_record *r)
{
    char when[CHINA_TIME_SIZE];
    const struct {
        const char *title, *value;
    } lines[] = {{"类别 kind", r->kind},
                 {"时间 kept at", china_time_told(r->kept_at, when)},
                 {"经办人 officer", r->officer},
                 {"登录人 logged in", r->person},
                 {"项目名称 project", r->project_name},
                 {"项目类型 class", r->project_class},
                 {"结论 verdict", r->verdict},
                 {"理由 reason", r->reason},
                 {"面积口径 area basis", r->area_basis},
                 {"引擎 engine", r->engine},
                 {"图层版本 layers", r->layers},
                 {"规则表 rules", r->rules_sha256},
                 {"文件名 file", r->input_name},
                 {"原始文件 input", r->input_sha256},
                 {"报告 report", r->result_sha256},
                 {"前一封印 previous", r->previous_sha256},
                 {"封印 seal", r->sha256}};
    printf("第 %" PRId64 " 号记录 record %" PRId64 "\n", r->id, r->id);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (*lines[i].value)
            printf("%s  %s\n", lines[i].title, lines[i].value);
    if (r->refers_to)
        printf("所改判的检查 overrides record %" PRId64 "\n", r->refers_to);
}

static int run_show(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_record r;
    struct buffer b;
    struct json_writer w;
    if (args_json(a)) {
        buffer_init(&b, 0);
        jw_init(&w, &b, true);
        if (!record_write_whole(&w, store, records(a)->id, arena, &e))
            return print_json(&b);
        buffer_release(&b);
        return exit_with_error(&e);
    }
    if (store_record_read(store, records(a)->id, arena, &r, &e))
        return exit_with_error(&e);
    show_row(&r);
    return store_record_overrides(store, records(a)->id, show_override, NULL, &e) ? exit_with_store_error(&e)
                                                                                  : EXIT_OK;
}

/* The kept bytes as they are, so that sha256sum of them is what the row says. */
static int run_export(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_record r;
    struct store_bytes bytes;
    if (store_record_read(store, records(a)->id, arena, &r, &e))
        return exit_with_error(&e);
    if (store_record_content(store, records(a)->input ? r.input_sha256 : r.result_sha256, arena, &bytes, &e))
        return exit_with_error(&e);
    fwrite(bytes.data, 1, bytes.size, stdout);
    return EXIT_OK;
}

/* As a document again, signed as on the first day. */
static int run_print(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct check_worker w;
    struct buffer b;
    const struct report_form *form;
    (void)arena;
    if (report_form_find(a->format, &form, &e) || check_worker_init(&w, &e))
        return exit_with_error(&e);
    w.reader = &child_reader_self;
    buffer_init(&b, 0);
    enum status s = record_print(&w, store, records(a)->id, form,
                                 args_english(a) ? REPORT_LANG_EN : REPORT_LANG_ZH, &b, &e);
    if (!s)
        fwrite(b.data, 1, b.size, stdout);
    buffer_release(&b);
    check_worker_release(&w);
    return s ? exit_with_error(&e) : EXIT_OK;
}

static void print_chain(const struct record_chain *c)
{
    if (!c->sound)
        printf("档案链断裂 the chain is broken\n%s\n%s\n此前 %" PRId64 " 条完好 sound rows before it\n",
               c->zh, c->en, c->n_rows);
    else if (c->n_rows == 0)
        printf("档案为空 the record is empty\n");
    else
        printf("档案链完好 the chain is sound\n%" PRId64 " 条记录 rows\n链头封印 head %s\n", c->n_rows,
               c->head);
}

static int run_verify(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    struct record_chain chain;
    struct buffer b;
    struct json_writer w;
    if (record_chain_verify(store, records(a)->expect, &chain, &e))
        return e.status == STATUS_INVALID_INPUT ? exit_with_error(&e) : exit_with_store_error(&e);
    int code = EXIT_OK;
    if (args_json(a)) {
        buffer_init(&b, 0);
        jw_init(&w, &b, true);
        record_write_chain(&w, &chain);
        code = print_json(&b);
    } else {
        print_chain(&chain);
    }
    return chain.sound || code ? code : EXIT_DIFFERS;
}

/* With which everybody can verify the paper of this store. */
static int run_key(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct ed25519_public key;
    char pem[ED25519_PEM_SIZE];
    (void)arena, (void)a;
    if (record_public_key(store, &key, &e))
        return exit_with_store_error(&e);
    ed25519_public_pem(&key, pem);
    fputs(pem, stdout);
    return EXIT_OK;
}

static int run_override(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_record r;
    if (record_override(store, records(a)->id, records(a)->verdict, records(a)->reason, records(a)->officer,
                        arena, &r, &e))
        return exit_with_error(&e);
    print_row(&r);
    return EXIT_OK;
}

/* ---- arguments ---- */

static enum status take_id(struct arguments *a, struct error *e)
{
    return args_number("ID", a->items[0], 1, 1000000000, &((struct records_args *)a)->id, e);
}

#define AT(member) offsetof(struct records_args, member)
/* clang-format off */
static const struct cli_option options_of_list[] = {
    OPTION("--limit", OPTION_NUMBER, AT(limit), "N", "最多几条", "at most so many", .least = 1,
     .most = 1000000000),
    OPTION("--after", OPTION_NUMBER, AT(after), "ID", "该编号之后的", "those after this number",
     .most = 1000000000),
    OPTION("--project", OPTION_TEXT, AT(search.project), "TEXT", "项目名称中有此文字",
     "with this text in the project's name"),
    OPTION("--layer", OPTION_TEXT, AT(search.layer), "ID", "压占此控制线的", "that press on this line"),
    OPTION("--class", OPTION_TEXT, AT(search.project_class), "CLASS", "此项目类型的", "of this project class"),
    OPTION("--document", OPTION_TEXT, AT(search.document), "TEXT", "主张所依据的文件中有此文字",
     "with this text in the document of a claim"),
    OPTION_STORE, OPTION_FORMAT, OPTION_END};
static const struct cli_option options_of_show[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};
static const struct cli_option options_of_export[] = {
    OPTION("--input", OPTION_FLAG, AT(input), NULL, "写出地块文件，而不是报告", "the parcels, not the report"),
    OPTION_STORE, OPTION_END};
static const struct cli_option options_of_print[] = {
    OPTION("--format", OPTION_TEXT, offsetof(struct arguments, format), "FORM",
           "pdf、xlsx、html、csv、text、geojson 或 json", "pdf, xlsx, html, csv, text, geojson or json",
           .fallback = "pdf"),
    OPTION_LANG, OPTION_STORE, OPTION_END};
static const struct cli_option options_of_verify[] = {
    OPTION("--expect", OPTION_TEXT, AT(expect), "SEAL", "链中必须有这个封印", "this seal must be in the chain"),
    OPTION_STORE, OPTION_FORMAT, OPTION_END};
static const struct cli_option options_of_key[] = {OPTION_STORE, OPTION_END};
static const struct cli_option options_of_override[] = {
    OPTION("--verdict", OPTION_TEXT, AT(verdict), "VERDICT", "改判为哪个结论", "the officer's verdict",
     .is_required = true),
    OPTION("--reason", OPTION_TEXT, AT(reason), "TEXT", "理由", "why", .is_required = true),
    OPTION("--officer", OPTION_TEXT, AT(officer), "NAME", "经办人", "who decides", .is_required = true),
    OPTION_STORE, OPTION_END};

#define RECORD(word, opened, function, rows, text_zh, text_en)                                               \
    {.group = "records", .name = word, .zh = text_zh, .en = text_en, .operands = "ID",                       \
     .operand_zh = "记录的编号", .operand_en = "the record's number", .least = 1, .most = 1,                 \
     .options = rows, .size = sizeof(struct records_args), .check = take_id, .mode = opened, \
     .in_store = function}

static const struct command subcommands[] = {
    {.group = "records", .name = "list", .zh = "列出记录", .en = "the records, one a line",
     .options = options_of_list, .size = sizeof(struct records_args), .mode = STORE_READ,
     .in_store = run_list},
    RECORD("show", STORE_READ, run_show, options_of_show, "查看一条记录", "one record with its overrides"),
    RECORD("export", STORE_READ, run_export, options_of_export, "写出存档的报告", "the kept report, byte by byte"),
    RECORD("print", STORE_READ, run_print, options_of_print, "把存档的检查重新排印成 PDF 等，连同改判",
           "the kept check as a PDF or another form again, with its overrides"),
    {.group = "records", .name = "verify", .zh = "校验整条记录链", .en = "verify the whole chain",
     .options = options_of_verify, .size = sizeof(struct records_args), .mode = STORE_READ,
     .in_store = run_verify},
    {.group = "records", .name = "key", .zh = "写出核验纸质报告用的公钥（PEM）",
     .en = "the public key by which its paper is verified (PEM)", .options = options_of_key,
     .size = sizeof(struct records_args), .mode = STORE_READ, .in_store = run_key},
    RECORD("override", STORE_WRITE, run_override, options_of_override, "记录经办人的改判",
           "add an officer's override"),
    {.name = NULL}};
/* clang-format on */

const struct command command_records = {
    .name = "records",
    .zh = "存档的检查：列出、查看、导出、校验整条链、记录改判",
    .en = "kept checks: list, show, export, verify the chain, add an officer's override",
    .subcommands = subcommands};

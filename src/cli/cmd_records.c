#include "cli/args.h"
#include "cli/commands.h"
#include "cli/definitions.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "cli/store_path.h"
#include "record/record.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RECORDS_ARENA_BYTES = 256 << 20 };

struct records_args {
    const char *store, *limit_text, *after_text, *format, *expect, *verdict, *reason, *officer;
    struct store_record_search search;
    bool input;
    long limit, after, id;
    struct arg_rest rest;
    bool json;
};

struct subcommand {
    const char *name;
    enum store_mode mode;
    bool takes_id;
    int (*run)(struct store *store, struct arena *arena, const struct records_args *a);
};

/* ---- printing ---- */

struct listing {
    struct json_writer *json; /* NULL: text */
};

static void print_row(const struct store_record *r)
{
    if (strcmp(r->kind, "check") == 0)
        printf("%" PRId64 "\t%s\t检查 check\t%s\t%s\t%s\t%s\t%.16s\n", r->id, r->kept_at, r->verdict,
               r->officer, *r->project_name ? r->project_name : "-", *r->input_name ? r->input_name : "-",
               r->sha256);
    else
        printf("%" PRId64 "\t%s\t改判 override %" PRId64 "\t%s\t%s\t%s\t-\t%.16s\n", r->id, r->kept_at,
               r->refers_to, r->verdict, r->officer, r->reason, r->sha256);
}

static bool list_row(const struct store_record *r, void *user)
{
    const struct listing *l = user;
    if (l->json)
        record_write_row(l->json, r);
    else
        print_row(r);
    return true;
}

static int run_list(struct store *store, struct arena *arena, const struct records_args *a)
{
    struct error e = {0};
    struct buffer b;
    struct json_writer w;
    struct line_table lines;
    struct store_record_search search = a->search;
    struct listing l = {a->json ? &w : NULL};
    if (definitions_in_force(store, arena, &lines, &e))
        return exit_with_store_error(&e);
    if (record_search_check(&search, &lines, &e))
        return exit_with_error(&e);
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    jw_array_begin(&w);
    enum status s = store_records_found(store, &search, a->after, a->limit, list_row, &l, &e);
    jw_array_end(&w);
    if (!s && a->json)
        return print_json(&b);
    buffer_release(&b);
    return s ? exit_with_store_error(&e) : EXIT_OK;
}

static bool show_override(const struct store_record *r, void *user)
{
    (void)user;
    printf("改判 override %" PRId64 "  %s  %s  %s\n  理由 reason %s\n", r->id, r->kept_at, r->verdict,
           r->officer, r->reason);
    return true;
}

static void show_row(const struct store_record *r)
{
    const struct {
        const char *title, *value;
    } lines[] = {{"类别 kind", r->kind},
                 {"时间 kept at", r->kept_at},
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

static int run_show(struct store *store, struct arena *arena, const struct records_args *a)
{
    struct error e = {0};
    struct store_record r;
    struct buffer b;
    struct json_writer w;
    if (a->json) {
        buffer_init(&b, 0);
        jw_init(&w, &b, true);
        if (!record_write_whole(&w, store, a->id, arena, &e))
            return print_json(&b);
        buffer_release(&b);
        return exit_with_error(&e);
    }
    if (store_record_read(store, a->id, arena, &r, &e))
        return exit_with_error(&e);
    show_row(&r);
    return store_record_overrides(store, a->id, show_override, NULL, &e) ? exit_with_store_error(&e)
                                                                         : EXIT_OK;
}

/* The kept bytes as they are, so that sha256sum of them is what the row says. */
static int run_export(struct store *store, struct arena *arena, const struct records_args *a)
{
    struct error e = {0};
    struct store_record r;
    struct store_bytes bytes;
    if (store_record_read(store, a->id, arena, &r, &e))
        return exit_with_error(&e);
    if (store_record_content(store, a->input ? r.input_sha256 : r.result_sha256, arena, &bytes, &e))
        return exit_with_error(&e);
    fwrite(bytes.data, 1, bytes.size, stdout);
    return EXIT_OK;
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

static int run_verify(struct store *store, struct arena *arena, const struct records_args *a)
{
    (void)arena;
    struct error e = {0};
    struct record_chain chain;
    struct buffer b;
    struct json_writer w;
    if (record_chain_verify(store, a->expect, &chain, &e))
        return e.status == STATUS_INVALID_INPUT ? exit_with_error(&e) : exit_with_store_error(&e);
    int code = EXIT_OK;
    if (a->json) {
        buffer_init(&b, 0);
        jw_init(&w, &b, true);
        record_write_chain(&w, &chain);
        code = print_json(&b);
    } else {
        print_chain(&chain);
    }
    return chain.sound || code ? code : EXIT_DIFFERS;
}

static int run_override(struct store *store, struct arena *arena, const struct records_args *a)
{
    struct error e = {0};
    struct store_record r;
    if (record_override(store, a->id, a->verdict, a->reason, a->officer, arena, &r, &e))
        return exit_with_error(&e);
    print_row(&r);
    return EXIT_OK;
}

/* ---- arguments ---- */

static const struct subcommand subcommands[] = {{"list", STORE_READ, false, run_list},
                                                {"show", STORE_READ, true, run_show},
                                                {"export", STORE_READ, true, run_export},
                                                {"verify", STORE_READ, false, run_verify},
                                                {"override", STORE_WRITE, true, run_override}};

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; name && i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    return NULL;
}

static enum status parse(int argc, char **argv, struct records_args *a, const struct subcommand **sub,
                         struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"--limit", &a->limit_text, NULL},
                                         {"--after", &a->after_text, NULL},
                                         {"--format", &a->format, NULL},
                                         {"--expect", &a->expect, NULL},
                                         {"--verdict", &a->verdict, NULL},
                                         {"--reason", &a->reason, NULL},
                                         {"--officer", &a->officer, NULL},
                                         {"--input", NULL, &a->input},
                                         {"--project", &a->search.project, NULL},
                                         {"--layer", &a->search.layer, NULL},
                                         {"--class", &a->search.project_class, NULL},
                                         {"--document", &a->search.document, NULL},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = args_number("--limit", a->limit_text, 1, 1000000000, &a->limit, e);
    if (!s)
        s = args_number("--after", a->after_text, 0, 1000000000, &a->after, e);
    if (s)
        return s;
    a->json = a->format && strcmp(a->format, "json") == 0;
    *sub = find(a->rest.n ? a->rest.items[0] : NULL);
    if (*sub && a->rest.n == ((*sub)->takes_id ? 2 : 1) &&
        (!a->format || a->json || strcmp(a->format, "text") == 0))
        return (*sub)->takes_id ? args_number("ID", a->rest.items[1], 1, 1000000000, &a->id, e) : STATUS_OK;
    error_zh(e, "应为 list、show 编号、export 编号、verify 或 override 编号；--format 为 text 或 json。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "list, show ID, export ID, verify or override ID is needed; --format is text or json.");
}

int cmd_records(int argc, char **argv)
{
    struct error e = {0};
    struct records_args a = {.rest.max = 2};
    const struct subcommand *sub;
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (parse(argc, argv, &a, &sub, &e))
        return command_misused("records", &e);
    if (store_path_find(a.store, path, &e) || store_open(path, sub->mode, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new(RECORDS_ARENA_BYTES);
    int code = arena ? sub->run(store, arena, &a) : EXIT_INTERNAL;
    arena_free(arena);
    store_close(store);
    return code;
}

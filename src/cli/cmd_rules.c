#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "check/check.h"
#include "cli/command.h"
#include "cli/definitions.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "lines/rules_check.h"
#include "store/rule_editions.h"

#include <stdio.h>
#include <string.h>

enum { RULES_ARENA_BYTES = 256 << 20 };
#define RULES_FILE_BYTES ((size_t)16 << 20)

struct rules_args {
    struct arguments base;
    const char *source;
};

/* ---- check and load: the file is looked at in full before anything is written ---- */

struct rules_file {
    char *csv;
    size_t n, n_rules;
    char sha256[SHA256_HEX_SIZE];
};

/* Against the definitions in force; without a store, against those that this program brings. */
static int read_file(struct store *store, const char *path, struct arena *arena, struct rules_file *f)
{
    struct error e = {0};
    struct rules_checked checked;
    struct line_table lines;
    uint8_t digest[SHA256_BYTES];
    if (file_read(path, RULES_FILE_BYTES, arena, &f->csv, &f->n, &e) ||
        definitions_in_force(store, arena, &lines, &e) ||
        rules_check(&(struct rules_text){f->csv, f->n}, &lines, arena, print_rules_fault, NULL, &checked, &e))
        return exit_with_error(&e);
    f->n_rules = checked.n_rules;
    sha256_of_bytes(f->csv, f->n, digest);
    sha256_to_hex(digest, f->sha256);
    if (checked.n_faults == 0)
        return EXIT_OK;
    fprintf(stderr, "规则表有 %zu 处问题，没有载入。\nThe rule table has %zu faults and was not loaded.\n",
            checked.n_faults, checked.n_faults);
    return EXIT_INPUT;
}

static int run_check(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct rules_file f;
    int code = read_file(store, a->items[0], arena, &f);
    if (code == EXIT_OK)
        printf("%s\t%zu 条规则 rules\n", f.sha256, f.n_rules);
    return code;
}

static int run_load(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct rules_file f;
    int code = read_file(store, a->items[0], arena, &f);
    if (code != EXIT_OK)
        return code;
    const char *source = ((const struct rules_args *)a)->source;
    if (store_rules_load(store, f.csv, f.n, source ? source : text_file_name(a->items[0]), &e))
        return exit_with_store_error(&e);
    printf("%s\t%zu 条规则，现行 rules, in force\n", f.sha256, f.n_rules);
    return EXIT_OK;
}

/* ---- show, export, history ---- */

/* The edition that was named, or the one in force. */
static enum status find_edition(struct store *store, struct arena *arena, const struct arguments *a,
                                struct store_rule_edition *out, struct error *e)
{
    const char *csv, *sha256 = a->n ? a->items[0] : NULL;
    enum status s = sha256 ? STATUS_OK : store_rules(store, arena, &csv, &sha256, e);
    return s ? s : store_rule_edition_read(store, sha256, arena, out, e);
}

static void print_rule(const struct rule *r, const struct line_table *lines)
{
    uint64_t all = 0;
    int n = 0;
    for (int l = 0; l < lines->n; l++)
        all |= UINT64_C(1) << l;
    printf("%s\t%s", r->id, r->lines == all ? "*" : "");
    for (int l = 0; l < lines->n && r->lines != all; l++)
        if (r->lines & UINT64_C(1) << l)
            printf("%s%s", n++ ? "、" : "", line_at(lines, l)->title_zh);
    printf("\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", r->sub_zone, r->project_class, verdict_zh(r->verdict),
           r->severity, r->title_zh, r->basis, r->confidence);
}

static void write_rule(struct json_writer *w, const struct rule *r, const struct line_table *lines)
{
    jw_object_begin(w);
    jw_kv_string(w, "rule_id", r->id);
    jw_key(w, "layers"); /* the ids of each, also where the table says "*" */
    jw_array_begin(w);
    for (int l = 0; l < lines->n; l++)
        if (r->lines & UINT64_C(1) << l)
            jw_string(w, line_at(lines, l)->id);
    jw_array_end(w);
    jw_kv_string(w, "sub_zone", r->sub_zone);
    jw_kv_string(w, "relation", rule_relation_name(r->relation));
    jw_kv_string(w, "project_class", r->project_class);
    jw_kv_string(w, "verdict", verdict_name(r->verdict));
    jw_kv_integer(w, "severity", r->severity);
    jw_kv_string(w, "title_zh", r->title_zh);
    jw_kv_string(w, "title_en", r->title_en);
    jw_kv_string(w, "legal_basis", r->basis);
    jw_kv_string(w, "conf", r->confidence);
    jw_kv_string(w, "unit", *r->unit ? r->unit : NULL);
    jw_object_end(w);
}

static int show_json(const struct store_rule_edition *edition, const struct rule_table *table,
                     const struct line_table *lines)
{
    struct buffer text;
    struct json_writer w;
    buffer_init(&text, 0);
    jw_init(&w, &text, true);
    jw_object_begin(&w);
    jw_kv_string(&w, "sha256", edition->sha256);
    jw_kv_string(&w, "source", edition->source);
    jw_kv_string(&w, "loaded_at", edition->loaded_at);
    jw_kv_bool(&w, "current", edition->current);
    jw_key(&w, "rules");
    jw_array_begin(&w);
    for (size_t i = 0; i < table->n_rules; i++)
        write_rule(&w, &table->rules[i], lines);
    jw_array_end(&w);
    jw_object_end(&w);
    return print_json(&text);
}

static int run_show(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_rule_edition edition;
    struct rule_table table;
    struct line_table lines;
    if (find_edition(store, arena, a, &edition, &e))
        return e.status == STATUS_NOT_FOUND ? exit_with_error(&e) : exit_with_store_error(&e);
    if (definitions_in_force(store, arena, &lines, &e) ||
        rules_parse(edition.csv, strlen(edition.csv), &lines, arena, &table, &e))
        return exit_with_store_error(&e);
    if (args_json(a))
        return show_json(&edition, &table, &lines);
    printf("# %s\t%s\t载入 loaded %s%s\n", edition.sha256, edition.source, edition.loaded_at,
           edition.current ? "\t现行 in force" : "");
    for (size_t i = 0; i < table.n_rules; i++)
        print_rule(&table.rules[i], &lines);
    return EXIT_OK;
}

static int run_export(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_rule_edition edition;
    if (find_edition(store, arena, a, &edition, &e))
        return e.status == STATUS_NOT_FOUND ? exit_with_error(&e) : exit_with_store_error(&e);
    fwrite(edition.csv, 1, strlen(edition.csv), stdout);
    return EXIT_OK;
}

static bool print_switch(const struct store_rule_edition *edition, void *user)
{
    struct json_writer *w = listing_json(user);
    if (!w) {
        printf("%s\t%s\t%s%s\n", edition->in_force_at, edition->sha256, edition->source,
               edition->current ? "\t现行 in force" : "");
        return true;
    }
    jw_object_begin(w);
    jw_kv_string(w, "in_force_at", edition->in_force_at);
    jw_kv_string(w, "sha256", edition->sha256);
    jw_kv_string(w, "source", edition->source);
    jw_kv_bool(w, "current", edition->current);
    jw_object_end(w);
    return true;
}

static int run_history(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    struct listing l;
    listing_begin(&l, a, "history");
    return listing_end(&l, store_rule_switches(store, print_switch, &l, &e), &e);
}

/* Needs no store, and takes one that is named. */
static int check_anywhere(struct arguments *a)
{
    if (a->store)
        return command_in_store(&(struct command){.mode = STORE_READ, .in_store = run_check}, a);
    struct arena *arena = arena_new(RULES_ARENA_BYTES);
    int code = arena ? run_check(NULL, arena, a) : exit_without_memory();
    arena_free(arena);
    return code;
}

/* ---- what is said of it ---- */

static const struct cli_option options[] = {OPTION_STORE, OPTION_END};
static const struct cli_option options_as_json[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};
static const struct cli_option options_of_load[] = {
    OPTION("--source", OPTION_TEXT, offsetof(struct rules_args, source), "TEXT", "来源；不写时为文件名",
           "where it is from; otherwise the file's name"),
    OPTION_STORE, OPTION_END};

/* clang-format off */
#define RULES(word, text_zh, text_en) .group = "rules", .name = word, .zh = text_zh, .en = text_en
#define EDITION                                                                                              \
    .operands = "SHA256", .operand_zh = "哪一版；不写时为现行的", \
    .operand_en = "which edition; otherwise that in force", \
    .most = 1, .mode = STORE_READ
#define RULES_FILE                                                                                           \
    .operands = "FILE", .operand_zh = "规则表（CSV）", .operand_en = "a rule table (CSV)", .least = 1, .most = 1

static const struct command subcommands[] = {
    {RULES("show", "查看规则", "the rules"), EDITION, .options = options_as_json,
     .in_store = run_show},
    {RULES("check", "校验规则表，不载入", "look at a rule table without loading it"), RULES_FILE,
     .options = options, .run = check_anywhere},
    {RULES("load", "校验并载入规则表", "check a rule table and put it in force"), RULES_FILE,
     .options = options_of_load, .size = sizeof(struct rules_args), .mode = STORE_WRITE,
     .in_store = run_load},
    {RULES("history", "历次切换", "which edition was in force from when"), .options = options_as_json,
     .mode = STORE_READ, .in_store = run_history},
    {RULES("export", "写出规则表", "the table as it was loaded"), EDITION, .options = options,
     .in_store = run_export},
    {.name = NULL}};
/* clang-format on */

const struct command command_rules = {.name = "rules",
                                      .zh = "查看、校验、载入规则表（历次版本都保留）",
                                      .en = "show, check or load the rule table; every edition is kept",
                                      .subcommands = subcommands};

#include "base/file.h"
#include "base/sha256.h"
#include "check/check.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/definitions.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "lines/rules_check.h"
#include "store/rule_editions.h"

#include <stdio.h>
#include <string.h>

enum { RULES_ARENA_BYTES = 256 << 20 };
#define RULES_FILE_BYTES ((size_t)16 << 20)

struct rules_args {
    const char *store, *source;
    struct arg_rest rest;
    const char *item; /* FILE or SHA256 */
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

static int run_check(struct store *store, struct arena *arena, const struct rules_args *a)
{
    struct rules_file f;
    int code = read_file(store, a->item, arena, &f);
    if (code == EXIT_OK)
        printf("%s\t%zu 条规则 rules\n", f.sha256, f.n_rules);
    return code;
}

static int run_load(struct store *store, struct arena *arena, const struct rules_args *a)
{
    struct error e = {0};
    struct rules_file f;
    int code = read_file(store, a->item, arena, &f);
    if (code != EXIT_OK)
        return code;
    const char *slash = strrchr(a->item, '/');
    if (store_rules_load(store, f.csv, f.n, a->source ? a->source : slash ? slash + 1 : a->item, &e))
        return exit_with_store_error(&e);
    printf("%s\t%zu 条规则，现行 rules, in force\n", f.sha256, f.n_rules);
    return EXIT_OK;
}

/* ---- show, export, history ---- */

/* The edition that was named, or the one in force. */
static enum status find_edition(struct store *store, struct arena *arena, const struct rules_args *a,
                                struct store_rule_edition *out, struct error *e)
{
    const char *csv, *sha256 = a->item;
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

static int run_show(struct store *store, struct arena *arena, const struct rules_args *a)
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
    printf("# %s\t%s\t载入 loaded %s%s\n", edition.sha256, edition.source, edition.loaded_at,
           edition.current ? "\t现行 in force" : "");
    for (size_t i = 0; i < table.n_rules; i++)
        print_rule(&table.rules[i], &lines);
    return EXIT_OK;
}

static int run_export(struct store *store, struct arena *arena, const struct rules_args *a)
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
    (void)user;
    printf("%s\t%s\t%s%s\n", edition->in_force_at, edition->sha256, edition->source,
           edition->current ? "\t现行 in force" : "");
    return true;
}

static int run_history(struct store *store, struct arena *arena, const struct rules_args *a)
{
    (void)arena, (void)a;
    struct error e = {0};
    return store_rule_switches(store, print_switch, NULL, &e) ? exit_with_store_error(&e) : EXIT_OK;
}

/* ---- arguments ---- */

static const struct subcommand {
    const char *name;
    enum store_mode mode;
    int min_items, max_items;
    int (*run)(struct store *store, struct arena *arena, const struct rules_args *a);
} subcommands[] = {{"show", STORE_READ, 0, 1, run_show},
                   {"check", STORE_READ, 1, 1, run_check}, /* needs no store, and takes one that is named */
                   {"load", STORE_WRITE, 1, 1, run_load},
                   {"history", STORE_READ, 0, 0, run_history},
                   {"export", STORE_READ, 0, 1, run_export}};

static enum status parse(int argc, char **argv, struct rules_args *a, const struct subcommand **sub,
                         struct error *e)
{
    const struct arg_option options[] = {
        {"--store", &a->store, NULL}, {"--source", &a->source, NULL}, {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (s)
        return s;
    int n_items = a->rest.n - 1;
    a->item = n_items > 0 ? a->rest.items[1] : NULL;
    for (size_t i = 0; n_items >= 0 && i < sizeof subcommands / sizeof *subcommands; i++) {
        *sub = &subcommands[i];
        if (strcmp((*sub)->name, a->rest.items[0]) == 0 && n_items >= (*sub)->min_items &&
            n_items <= (*sub)->max_items)
            return STATUS_OK;
    }
    error_zh(e, "应为 show [SHA256]、check 文件、load 文件、history 或 export [SHA256]。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "show [SHA256], check FILE, load FILE, history or export [SHA256] is needed.");
}

static int run_in_store(const struct subcommand *sub, struct arena *arena, const struct rules_args *a)
{
    struct error e = {0};
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (sub->run == run_check && !a->store)
        return run_check(NULL, arena, a);
    if (store_path_find(a->store, path, &e) || store_open(path, sub->mode, &store, &e))
        return exit_with_store_error(&e);
    int code = sub->run(store, arena, a);
    store_close(store);
    return code;
}

int cmd_rules(int argc, char **argv)
{
    struct error e = {0};
    struct rules_args a = {.rest.max = 2};
    const struct subcommand *sub;
    if (parse(argc, argv, &a, &sub, &e))
        return command_misused("rules", &e);
    struct arena *arena = arena_new(RULES_ARENA_BYTES);
    if (!arena)
        return EXIT_INTERNAL;
    int code = run_in_store(sub, arena, &a);
    arena_free(arena);
    return code;
}

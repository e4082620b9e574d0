/* hongxian layer: the definitions of layers of a store. */
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/definitions.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "lines/matrix.h"
#include "lines/rules_check.h"
#include "store/definitions.h"

#include <stdio.h>
#include <string.h>

#define DEFINITION_FILE_BYTES ((size_t)4 << 20)

/* ---- shared with `rules` ---- */

void print_rules_fault(int row, const char *zh, const char *en, void *user)
{
    (void)row, (void)user;
    fprintf(stderr, "%s\n  %s\n", zh, en);
}

static enum status shipped_texts(struct arena *a, struct definition_text **out, size_t *n, struct error *e)
{
    struct store_definition d;
    size_t count = 0;
    while (shipped_definition(count, &d))
        count++;
    struct definition_text *texts = arena_array(a, count + 1, sizeof *texts);
    if (!texts)
        return error_no_memory(e);
    for (size_t i = 0; shipped_definition(i, &d); i++)
        texts[i] = (struct definition_text){d.source, d.json, d.size};
    *out = texts;
    *n = count;
    return STATUS_OK;
}

enum status definition_texts(struct store *store, struct arena *a, struct definition_text **out, size_t *n,
                             struct error *e)
{
    struct store_definition *rows;
    if (!store)
        return shipped_texts(a, out, n, e);
    enum status s = store_definitions(store, a, &rows, n, e);
    struct definition_text *texts = s ? NULL : arena_array(a, *n + 1, sizeof *texts);
    if (!s && !texts)
        s = error_no_memory(e);
    for (size_t i = 0; !s && i < *n; i++)
        texts[i] = (struct definition_text){rows[i].layer, rows[i].json, rows[i].size};
    *out = texts;
    return s;
}

enum status definitions_in_force(struct store *store, struct arena *a, struct line_table *out,
                                 struct error *e)
{
    struct definition_text *texts;
    size_t n;
    enum status s = definition_texts(store, a, &texts, &n, e);
    return s ? s : definitions_read(texts, n, a, out, e);
}

/* ---- add and check: everything is looked at before anything is written ---- */

struct additions {
    struct store_definition *rows; /* of the files */
    size_t n;
    struct line_table lines; /* as they would be with them */
};

static enum status read_definition_file(const char *path, struct arena *a, struct store_definition *out,
                                        struct error *e)
{
    char *json;
    size_t n;
    struct layer_definition read;
    enum status s = file_read(path, DEFINITION_FILE_BYTES, a, &json, &n, e);
    const struct definition_text text = {text_file_name(path), json, n};
    if (!s)
        s = definition_read(&text, a, &read, e);
    if (!s)
        *out =
            (struct store_definition){.layer = read.ties.layer, .json = json, .size = n, .source = text.name};
    return s;
}

/* A control layer that became a space would be examined no more, without a word. */
static enum status check_kind(const struct layer_definition *now, const struct layer_definition *new,
                              struct error *e)
{
    if (now->ties.kind == new->ties.kind)
        return STATUS_OK;
    error_zh(e, "图层“%s”现行定义的 kind 与新定义不同；kind 不能改，请为新图层另取代号。", now->ties.layer);
    return error_fail(
        e, STATUS_INVALID_INPUT, "layer-kind",
        "The layer \"%s\" is of another kind by its definition in force; a kind does not change, "
        "take another id for a new layer.",
        now->ties.layer);
}

/* Whether one of the additions takes the place of a definition in force. */
static enum status is_replaced(const struct definition_text *text, struct arena *a,
                               const struct additions *add, bool *out, struct error *e)
{
    struct layer_definition now, new;
    enum status s = definition_read(text, a, &now, e);
    *out = false;
    for (size_t k = 0; !s && k < add->n && !*out; k++) {
        const struct store_definition *row = &add->rows[k];
        if (strcmp(row->layer, now.ties.layer) != 0)
            continue;
        *out = true;
        s = definition_read(&(struct definition_text){row->source, row->json, row->size}, a, &new, e);
        if (!s)
            s = check_kind(&now, &new, e);
    }
    return s;
}

/* The definitions in force, those of the same layers replaced. */
static enum status with_additions(struct store *store, struct arena *a, struct additions *add,
                                  struct error *e)
{
    struct definition_text *now;
    size_t n_now, n = 0;
    enum status s = definition_texts(store, a, &now, &n_now, e);
    struct definition_text *all = s ? NULL : arena_array(a, n_now + add->n + 1, sizeof *all);
    if (s || !all)
        return s ? s : error_no_memory(e);
    for (size_t i = 0; i < add->n; i++)
        all[n++] = (struct definition_text){add->rows[i].source, add->rows[i].json, add->rows[i].size};
    for (size_t i = 0; !s && i < n_now; i++) {
        bool replaced;
        s = is_replaced(&now[i], a, add, &replaced, e);
        if (!s && !replaced)
            all[n++] = now[i];
    }
    if (!s)
        s = definitions_read(all, n, a, &add->lines, e);
    struct layer_matrix matrix;
    return s ? s : layer_matrix_make(&add->lines, a, &matrix, e);
}

static enum status read_files(struct store *store, struct arena *arena, const struct arguments *a,
                              struct additions *out, struct error *e)
{
    size_t n = (size_t)a->n;
    out->rows = arena_array(arena, n + 1, sizeof *out->rows);
    enum status s = out->rows ? STATUS_OK : error_no_memory(e);
    for (out->n = 0; !s && out->n < n; out->n++)
        s = read_definition_file(a->items[out->n], arena, &out->rows[out->n], e);
    return s ? s : with_additions(store, arena, out, e);
}

/* The rules of the definitions beside the table in force. */
static enum status check_rules(struct store *store, struct arena *arena, const struct line_table *lines,
                               size_t *n_faults, struct error *e)
{
    const char *csv = NULL, *sha256;
    struct rules_checked checked = {0, 0};
    enum status s = store_rules(store, arena, &csv, &sha256, e);
    if (!s)
        s = rules_check(&(struct rules_text){csv, strlen(csv)}, lines, arena, print_rules_fault, NULL,
                        &checked, e);
    *n_faults = checked.n_faults;
    return s;
}

static int read_and_check(struct store *store, struct arena *arena, const struct arguments *a,
                          struct additions *out)
{
    struct error e = {0};
    size_t n_faults;
    if (read_files(store, arena, a, out, &e))
        return exit_with_error(&e);
    if (check_rules(store, arena, &out->lines, &n_faults, &e))
        return exit_with_store_error(&e);
    if (n_faults == 0)
        return EXIT_OK;
    fprintf(stderr,
            "定义与规则表有 %zu 处问题，没有载入。\nThe definitions and the rule table have %zu faults; "
            "nothing was loaded.\n",
            n_faults, n_faults);
    return EXIT_INPUT;
}

static int run_check(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct additions add;
    int code = read_and_check(store, arena, a, &add);
    for (size_t i = 0; code == EXIT_OK && i < add.n; i++)
        printf("%s\t可以载入 can be loaded\n", add.rows[i].layer);
    return code;
}

static int run_add(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct additions add;
    int code = read_and_check(store, arena, a, &add);
    if (code != EXIT_OK)
        return code;
    if (store_definitions_load(store, add.rows, add.n, &e))
        return exit_with_store_error(&e);
    for (size_t i = 0; i < add.n; i++) {
        const struct store_definition *d = &add.rows[i];
        const struct control_line *line = line_of_id(&add.lines, d->layer);
        if (line)
            printf("%s\t%s\t%s\t现行 in force\n", line->id, line->title_zh, line->definition);
        else
            printf("%s\t现行 in force\n", d->layer);
    }
    return EXIT_OK;
}

/* ---- list, show, history ---- */

static bool is_loaded(struct store *store, struct arena *arena, const char *layer)
{
    struct store_version v;
    return store_current_version(store, layer, arena, &v, NULL) == STATUS_OK;
}

static void write_line(struct json_writer *w, const struct control_line *line, bool loaded)
{
    jw_object_begin(w);
    jw_kv_string(w, "layer", line->id);
    jw_kv_string(w, "standard", line->standard);
    jw_kv_string(w, "title_zh", line->title_zh);
    jw_kv_string(w, "title_en", line->title_en);
    jw_kv_string(w, "relation", line_relation_name(line->relation));
    jw_kv_bool(w, "loaded", loaded);
    jw_kv_bool(w, "must", line->must);
    jw_object_end(w);
}

static void print_line(const struct control_line *line, bool loaded, bool english)
{
    const char *data = loaded       ? (english ? "loaded" : "已载入")
                       : line->must ? (english ? "not loaded: must be examined" : "没有数据（必须审查）")
                                    : (english ? "not loaded: not examined" : "没有数据（未审查）");
    printf("%s\t%s\t%s\t%s\t%s\n", line->id, line->standard, english ? line->title_en : line->title_zh,
           line_relation_name(line->relation), data);
}

static int run_list(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct line_table lines;
    struct listing list;
    if (definitions_in_force(store, arena, &lines, &e))
        return exit_with_store_error(&e);
    listing_begin(&list, a, "layers");
    for (int l = 0; l < lines.n; l++) {
        const struct control_line *line = line_at(&lines, l);
        bool loaded = is_loaded(store, arena, line->id);
        if (listing_json(&list))
            write_line(&list.w, line, loaded);
        else
            print_line(line, loaded, args_english(a));
    }
    return listing_end(&list, STATUS_OK, &e);
}

static int run_show(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_definition *rows;
    size_t n;
    if (store_definitions(store, arena, &rows, &n, &e))
        return exit_with_store_error(&e);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].layer, a->items[0]) == 0) {
            fwrite(rows[i].json, 1, rows[i].size, stdout);
            return EXIT_OK;
        }
    error_zh(&e, "没有图层“%.60s”的定义；hongxian layer list 列出全部。", a->items[0]);
    (void)error_fail(&e, STATUS_NOT_FOUND, "layer-unknown",
                     "No layer \"%.60s\" is defined; hongxian layer list shows all.", a->items[0]);
    return exit_with_error(&e);
}

static bool print_switch(const struct store_definition *d, void *user)
{
    struct json_writer *w = listing_json(user);
    if (!w) {
        printf("%s\t%s\t%s\t%s%s\n", d->in_force_at, d->layer, d->sha256, d->source,
               d->current ? "\t现行 in force" : "");
        return true;
    }
    jw_object_begin(w);
    jw_kv_string(w, "in_force_at", d->in_force_at);
    jw_kv_string(w, "layer", d->layer);
    jw_kv_string(w, "sha256", d->sha256);
    jw_kv_string(w, "source", d->source);
    jw_kv_bool(w, "current", d->current);
    jw_object_end(w);
    return true;
}

static int run_history(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    struct listing l;
    listing_begin(&l, a, "history");
    return listing_end(&l, store_definition_switches(store, print_switch, &l, &e), &e);
}

/* ---- what is said of it ---- */

static const struct cli_option options[] = {OPTION_STORE, OPTION_END};
static const struct cli_option options_of_list[] = {OPTION_STORE, OPTION_FORMAT, OPTION_LANG, OPTION_END};
static const struct cli_option options_of_history[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};

/* clang-format off */
#define LAYER(word, text_zh, text_en) .group = "layer", .name = word, .zh = text_zh, .en = text_en
#define FILES                                                                                                \
    .operands = "FILE.json ...", .operand_zh = "图层定义", .operand_en = "definitions of layers", .least = 1,  \
    .most = ARG_ITEMS_MAX, .options = options

static const struct command subcommands[] = {
    {LAYER("list", "列出控制线和其他图层的定义，是否有数据", "the lines that are defined, and whether there are data"),
     .options = options_of_list, .mode = STORE_READ, .in_store = run_list},
    {LAYER("show", "查看一个定义", "one definition"), .operands = "ID", .operand_zh = "图层代号",
     .operand_en = "the layer's id", .least = 1, .most = 1, .options = options, .mode = STORE_READ,
     .in_store = run_show},
    {LAYER("check", "校验定义，不载入", "look at definitions without loading them"), FILES, .mode = STORE_READ,
     .in_store = run_check},
    {LAYER("add", "校验并载入定义", "check definitions and put them in force"), FILES, .mode = STORE_WRITE,
     .in_store = run_add},
    {LAYER("history", "历次切换", "which edition was in force from when"), .options = options_of_history,
     .mode = STORE_READ,
     .in_store = run_history},
    {.name = NULL}};
/* clang-format on */

const struct command command_layer = {
    .name = "layer",
    .zh = "图层定义：列出、查看、校验、载入（历次版本都保留）",
    .en = "definitions of layers: list, show, check or load them; every edition is kept",
    .subcommands = subcommands};

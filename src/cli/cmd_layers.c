/* layers: what the store holds, and what is done with its versions: report, diff, promote, rollback,
 * discard. */
#include "cli/exit_codes.h"
#include "cli/layers_parts.h"
#include "cli/print_json.h"

#include <stdio.h>
#include <string.h>

static void print_layer(const struct store_version *v, bool english)
{
    const char *title = english && *v->title_en ? v->title_en : v->title_zh;
    printf("%s\tv%d\t%s\t%lld %s\t%.4f %s%s%s%s%s\n", v->layer, v->version_no, title,
           (long long)v->n_features, english ? "features" : "个图斑", v->area_m2 / 10000,
           english ? "ha" : "公顷", *v->effective_from ? "\t" : "", v->effective_from,
           v->synthetic ? (english ? "\t[sample data]" : "\t【示例数据】") : "",
           v->reference_only ? (english ? "\t[reference only]" : "\t【仅供参考】") : "");
}

static const char *status_word(const char *status, bool english)
{
    if (english)
        return status;
    return strcmp(status, "current") == 0 ? "现行" : strcmp(status, "draft") == 0 ? "草稿" : "停用";
}

static void print_version(const struct store_version *v, bool english)
{
    printf("%s@%d\t%s\t%s..%s\t%s\t%s\t%s\t%.12s\t%lld\n", v->layer, v->version_no,
           status_word(v->status, english), v->effective_from, v->effective_to, v->document_no,
           v->imported_at, v->imported_by, v->source_sha256, (long long)v->n_features);
}

static void write_version(struct json_writer *w, const struct store_version *v)
{
    jw_object_begin(w);
    jw_kv_string(w, "layer", v->layer);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "status", v->status);
    jw_kv_string(w, "title_zh", v->title_zh);
    jw_kv_string(w, "title_en", v->title_en);
    jw_kv_integer(w, "features", v->n_features);
    jw_kv_decimal(w, "area_m2", v->area_m2, 2);
    jw_kv_string(w, "effective_from", v->effective_from);
    jw_kv_string(w, "effective_to", v->effective_to);
    jw_kv_string(w, "document", v->document_no);
    jw_kv_string(w, "imported_at", v->imported_at);
    jw_kv_string(w, "imported_by", v->imported_by);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_bool(w, "synthetic", v->synthetic);
    jw_kv_bool(w, "reference_only", v->reference_only);
    jw_object_end(w);
}

static enum status read_versions(struct store *store, struct arena *arena, const struct layers_args *a,
                                 struct store_version **out, size_t *n, struct error *e)
{
    const char *name = a->base.n ? a->base.items[0] : NULL;
    return a->as_of         ? store_versions_as_of(store, a->as_of, arena, out, n, e)
           : a->all || name ? store_versions(store, name, arena, out, n, e)
                            : store_current_versions(store, arena, out, n, e);
}

static int print_list(struct store *store, struct arena *arena, const struct arguments *base)
{
    struct error e = {0};
    const struct layers_args *a = (const struct layers_args *)base;
    struct store_version *versions;
    struct listing l;
    size_t n = 0;
    bool all = a->all || base->n, english = args_english(base);
    enum status st = read_versions(store, arena, a, &versions, &n, &e);
    listing_begin(&l, base, "layers");
    for (size_t i = 0; !st && i < n; i++)
        if (listing_json(&l))
            write_version(&l.w, &versions[i]);
        else
            (all ? print_version : print_layer)(&versions[i], english);
    if (!st && n == 0 && !listing_json(&l))
        fprintf(stderr, "%s", english ? "No layer is loaded.\n" : "尚未载入图层。\n");
    return listing_end(&l, st, &e);
}

/* ---- what is said of it ---- */

#define AT(member) offsetof(struct layers_args, member)
/* clang-format off */
#define OPTION_BY                                                                                            \
    OPTION("--by", OPTION_TEXT, AT(who), "WHO", "由谁；不写时为 $USER", "who does it; otherwise $USER"), \
    OPTION("--reason", OPTION_TEXT, AT(reason), "WHY", "理由", "why")

static const struct cli_option options_of_list[] = {
    OPTION("--all", OPTION_FLAG, AT(all), NULL, "历次版本和草稿", "all versions, with drafts and those of before"),
    OPTION("--as-of", OPTION_TEXT, AT(as_of), "DATE", "那一天有效的版本",
     "the versions that were in force on that day"),
    OPTION_STORE, OPTION_FORMAT, OPTION_LANG, OPTION_END};
static const struct cli_option options_of_reports[] = {OPTION_STORE, OPTION_FORMAT_OF("text|json|html"),
                                                       OPTION_LANG, OPTION_END};
static const struct cli_option options_of_switch[] = {OPTION_BY, OPTION_STORE, OPTION_LANG, OPTION_END};
static const struct cli_option options_of_discard[] = {OPTION_STORE, OPTION_LANG, OPTION_END};

#define LAYERS(word, opened, function, rows, text_zh, text_en)                                               \
    .group = "layers", .name = word, .zh = text_zh, .en = text_en, .options = rows, \
    .size = sizeof(struct layers_args), .mode = opened, .in_store = function
#define VERSION                                                                                              \
    .operands = "LAYER[@VERSION]", .operand_zh = "图层，或图层@版本号", .operand_en = "a layer, or layer@number", \
    .least = 1, .most = 1

static const struct command subcommands[] = {
    {LAYERS("list", STORE_READ, print_list, options_of_list, "列出图层的现行版本；给出图层时为其历次版本",
            "the current versions; of a layer that is named all of them"),
     .operands = "LAYER", .operand_zh = "哪个图层", .operand_en = "which layer", .most = 1},
    {LAYERS("report", STORE_READ, layers_report, options_of_reports, "一个版本的导入报告",
            "the report of a version's import"), VERSION},
    {LAYERS("diff", STORE_READ, layers_diff, options_of_reports, "两个版本的差异", "how two versions differ"),
     .operands = "LAYER@VERSION LAYER@VERSION", .operand_zh = "两个版本，先旧后新",
     .operand_en = "two versions, the earlier first", .least = 2, .most = 2},
    {LAYERS("promote", STORE_WRITE, layers_promote, options_of_switch, "切换到一个版本", "switch to a version"),
     VERSION},
    {LAYERS("rollback", STORE_WRITE, layers_rollback, options_of_switch, "退回以前的版本",
            "go back to an earlier version"), VERSION},
    {LAYERS("discard", STORE_WRITE, layers_discard, options_of_discard, "删除草稿", "delete a draft"), VERSION},
    {.name = NULL}};
/* clang-format on */

const struct command command_layers = {
    .name = "layers",
    .zh = "列出已载入的图层；查看、比较、切换、退回版本",
    .en = "list the layers that are loaded; report, compare, switch and take back versions",
    .subcommands = subcommands,
    .usual = "list"};

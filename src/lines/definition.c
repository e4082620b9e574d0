#include "lines/definition_parts.h"

#include "base/sha256.h"
#include "base/text.h"
#include "lines/rules_csv.h"
#include "lines/sentences.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is drawn ---- */

static unsigned colour(struct reading *d, const json_t *in, const char *path, const char *key,
                       unsigned otherwise)
{
    const char *value = member_text(d, in, path, key);
    unsigned out = 0;
    int used = 0;
    if (!*value)
        return otherwise;
    if (strlen(value) != 7 || sscanf(value, "#%6x%n", &out, &used) != 1 || used != 7)
        definition_fail(d, member_path(d, path, key), "颜色应写作 #rrggbb，否则画不出来。",
                        "a colour is written #rrggbb; this one cannot be drawn.");
    return out;
}

/* The member "screen" of `in`; not given: drawn as on paper. */
static struct line_screen read_screen(struct reading *d, const json_t *in, const char *in_path)
{
    static const char *const known[] = {"fill",      "alpha", "pattern", "ink",
                                        "ink_alpha", "edge",  "width",   NULL};
    static const char *const patterns[] = {"diagonal", "dots", "vertical", "rings", NULL};
    static const double share[] = {0, 1}, width[] = {0.1, 10};
    const json_t *screen = member_object(d, in, in_path, "screen");
    const char *where = member_path(d, in_path, "screen");
    struct line_screen out = {.given = screen != NULL, .pattern = ""};
    if (!screen)
        return out;
    member_only(d, screen, where, known);
    member_needed(d, screen, where, "fill");
    member_needed(d, screen, where, "edge");
    out.fill = colour(d, screen, where, "fill", 0);
    out.edge = colour(d, screen, where, "edge", 0);
    out.ink = colour(d, screen, where, "ink", out.edge);
    out.alpha = member_number(d, screen, where, "alpha", share, 0.5);
    out.ink_alpha = member_number(d, screen, where, "ink_alpha", share, 1);
    out.width = member_number(d, screen, where, "width", width, 1);
    out.pattern = member_text(d, screen, where, "pattern");
    const char *const *p = patterns;
    while (*p && strcmp(*p, out.pattern) != 0)
        p++;
    if (*out.pattern && !*p)
        definition_fail(d, member_path(d, where, "pattern"),
                        "应为 diagonal、dots、vertical 或 rings，否则画不出来。",
                        "it is diagonal, dots, vertical or rings; this one cannot be drawn.");
    return out;
}

/* ---- zones ---- */

static void read_zone(struct reading *d, const json_t *in, struct line_zone *out)
{
    static const char *const known[] = {"name",  "en",     "has",       "has_not",  "codes",
                                        "group", "class",  "column_zh", "absolute", "note",
                                        "conf",  "screen", "fill",      NULL};
    static const char where[] = "control.zones";
    member_only(d, in, where, known);
    *out = (struct line_zone){.zh = member_needed(d, in, where, "name"),
                              .en = member_text(d, in, where, "en"),
                              .has = member_text(d, in, where, "has"),
                              .not = member_texts(d, in, where, "has_not"),
                              .codes = member_texts(d, in, where, "codes"),
                              .group = member_text(d, in, where, "group"),
                              .absolute = member_truth(d, in, where, "absolute"),
                              .has_fill = json_object_get(in, "fill") != NULL,
                              .screen = read_screen(d, in, where)};
    if (out->has_fill) {
        member_needed(d, in, where, "fill"); /* "" is no colour */
        out->fill = colour(d, in, where, "fill", 0);
    }
    out->column = member_text(d, in, where, "column_zh");
    if (!*out->column)
        out->column = arena_printf(d->arena, "其中：%s", out->zh);
    if (!out->column) {
        out->column = "";
        definition_no_memory(d);
    }
}

static void read_zones(struct reading *d, const json_t *control, struct control_line *line)
{
    const json_t *list = json_object_get(control, "zones"), *one;
    size_t n = json_array_size(list), i;
    struct line_zone *zones = arena_array(d->arena, n + 1, sizeof *zones);
    if (!zones) {
        definition_no_memory(d);
        return;
    }
    if (list && !json_is_array(list))
        definition_fail(d, "control.zones", "应为列表。", "a list is needed.");
    if (n > ZONES_MAX)
        definition_fail(d, "control.zones", "分区超过 200 个。", "there are more than 200.");
    json_array_foreach(list, i, one)
    {
        read_zone(d, one, &zones[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(zones[k].zh, zones[i].zh) == 0)
                definition_fail(d, "control.zones", "有两个分区同名。", "two zones have the same name.");
    }
    line->zones = zones;
    line->n_zones = (int)n;
}

/* ---- symbol ---- */

static void read_symbol(struct reading *d, const json_t *control, struct line_symbol *out)
{
    static const char *const known[] = {"fill",  "edge",   "overlap", "alpha",  "width",
                                        "hatch", "dashed", "chart",   "screen", NULL};
    static const double share[] = {0, 1}, width[] = {0.1, 10}, hatch[] = {1, 50};
    static const char where[] = "control.symbol";
    const json_t *in = member_object(d, control, "control", "symbol");
    if (!in) {
        definition_fail(d, where, "缺少；至少要有 fill 和 edge。",
                        "it is missing; fill and edge are needed.");
        return;
    }
    member_only(d, in, where, known);
    member_needed(d, in, where, "fill");
    member_needed(d, in, where, "edge");
    *out = (struct line_symbol){.fill = colour(d, in, where, "fill", 0),
                                .edge = colour(d, in, where, "edge", 0)};
    out->overlap = colour(d, in, where, "overlap", 0xd7191c);
    out->alpha = member_number(d, in, where, "alpha", share, 0.5);
    out->width = member_number(d, in, where, "width", width, 0.8);
    out->hatch = member_number(d, in, where, "hatch", hatch, 5);
    out->dashed = member_truth(d, in, where, "dashed");
    (void)colour(d, in, where, "chart", 0);
    out->chart = member_text_or(d, in, where, "chart", "#c0392b");
    out->screen = read_screen(d, in, where);
}

/* ---- texts: what is not given follows from the title ---- */

static const char *around(struct reading *d, const char *before, const char *title, const char *after)
{
    const char *text = arena_printf(d->arena, "%s%s%s", before, title, after);
    if (!text)
        definition_no_memory(d);
    return text ? text : "";
}

static void read_texts(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const known[] = {
        "held_zh",   "held_then_zh",      "held_en",     "held_then_en", "clear_zh",
        "column_zh", "outside_column_zh", "sum_head_zh", "row_head_zh",  NULL};
    static const char where[] = "control.texts";
    const json_t *in = member_object(d, control, "control", "texts");
    const char *title = line->title_zh, *name = line->name_en;
    bool contains = line->relation == LINE_CONTAINS;
    if (in)
        member_only(d, in, where, known);
    line->texts = (struct line_texts){
        .held = member_text_or(d, in, where, "held_zh",
                               around(d, contains ? "" : "压占", title, contains ? "内" : "")),
        .held_then = member_text_or(d, in, where, "held_then_zh", "请按所列条款核对。"),
        .held_en = member_text_or(d, in, where, "held_en", around(d, "lies in the ", name, " with ")),
        .held_then_en = member_text_or(d, in, where, "held_then_en", "; see the clauses that are listed."),
        .clear = member_text_or(d, in, where, "clear_zh", title),
        .column = member_text_or(d, in, where, "column_zh",
                                 around(d, contains ? "" : "涉及", title, contains ? "内面积" : "面积")),
        .outside_column = member_text(d, in, where, "outside_column_zh"),
        .sum_head =
            member_text_or(d, in, where, "sum_head_zh", around(d, "", line->short_zh, contains ? "内" : "")),
        .row_head = member_text_or(d, in, where, "row_head_zh", line->short_zh)};
    if (!sentences_prepare(line, d->arena))
        definition_no_memory(d);
}

/* ---- rules ---- */

static void read_rules(struct reading *d, const json_t *control, struct control_line *line)
{
    const json_t *list = json_object_get(control, "rules"), *one, *value;
    size_t n = json_array_size(list), i;
    struct line_rule_text *rules = arena_array(d->arena, n + 1, sizeof *rules);
    const char *key;
    if (list && !json_is_array(list))
        definition_fail(d, "control.rules", "应为列表。", "a list is needed.");
    if (!rules) {
        definition_no_memory(d);
        return;
    }
    json_array_foreach(list, i, one)
    {
        char where[64];
        snprintf(where, sizeof where, "control.rules[%zu]", i);
        for (int k = 0; k < RULES_N_COLUMNS; k++)
            rules[i].cell[k] = "";
        rules[i].cell[COLUMN_LAYER] = line->codes[0] ? line->codes[0] : line->standard;
        json_object_foreach((json_t *)one, key, value)
        {
            int column = strcmp(key, "layer") == 0 ? -1 : rules_column_of(key);
            if (column < 0 && strcmp(key, "verdict_zh") != 0)
                definition_fail(d, member_path(d, where, key), "规则没有这一列。",
                                "rules have no such column.");
            char digits[24];
            if (column == COLUMN_SEVERITY && json_is_integer(value)) {
                snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
                rules[i].cell[column] = arena_strdup(d->arena, digits);
            } else if (column >= 0) {
                rules[i].cell[column] = member_text(d, one, where, key);
            }
            if (column >= 0 && !rules[i].cell[column])
                definition_no_memory(d);
        }
    }
    line->rules = rules;
    line->n_rules = n;
}

/* ---- the control layer ---- */

static void read_relation(struct reading *d, const json_t *control, struct control_line *line)
{
    static const enum line_relation all[] = {LINE_EXCLUDES, LINE_CONTAINS, LINE_CLASSIFIES};
    const char *name = member_needed(d, control, "control", "relation");
    for (int i = 0; i < 3; i++)
        if (strcmp(name, line_relation_name(all[i])) == 0) {
            line->relation = all[i];
            return;
        }
    definition_fail(
        d, "control.relation", "应为 exclude（压占为问题）、contain（看在内在外）或 classify（按类分面积）。",
        "it is exclude (pressing on it matters), contain (inside or outside) or classify (area by class).");
}

static void read_outside(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const known[] = {"zone", "en", "column_zh", NULL};
    const json_t *in = member_object(d, control, "control", "outside");
    bool contains = line->relation == LINE_CONTAINS;
    line->outside = line->outside_en = "";
    if (!in && !contains)
        return;
    if (!contains) {
        definition_fail(d, "control.outside", "只有 relation 为 contain 的图层才有界外。",
                        "only a layer that contains has an outside.");
        return;
    }
    if (in)
        member_only(d, in, "control.outside", known);
    line->outside = member_text_or(d, in, "control.outside", "zone", around(d, "", line->title_zh, "外"));
    line->outside_en =
        member_text_or(d, in, "control.outside", "en", around(d, "outside the ", line->name_en, ""));
    line->texts.outside_column =
        member_text_or(d, in, "control.outside", "column_zh", around(d, "", line->title_zh, "外面积"));
}

/* What published texts say of it, or of its space. */
static const struct line_quote *read_quotes(struct reading *d, const json_t *in, const char *in_path,
                                            size_t *n)
{
    static const char *const known[] = {"zh", "en", "where", NULL};
    const json_t *list = json_object_get(in, "quotes"), *one;
    const char *where = member_path(d, in_path, "quotes");
    struct line_quote *quotes = arena_array(d->arena, json_array_size(list) + 1, sizeof *quotes);
    size_t i;
    *n = 0;
    if (!quotes) {
        definition_no_memory(d);
        return NULL;
    }
    if (list && !json_is_array(list))
        definition_fail(d, where, "应为列表。", "a list is needed.");
    json_array_foreach(list, i, one)
    {
        member_only(d, one, where, known);
        quotes[i] = (struct line_quote){member_needed(d, one, where, "zh"), member_text(d, one, where, "en"),
                                        member_needed(d, one, where, "where")};
    }
    *n = json_array_size(list);
    return quotes;
}

static void read_references(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const within_known[] = {"layer", "zone", NULL};
    static const char *const space_known[] = {"layer", "standard", "screen", "quotes", NULL};
    const json_t *within = member_object(d, control, "control", "within"),
                 *space = member_object(d, control, "control", "space");
    line->within = -1;
    line->within_id = line->within_zone = line->space = line->space_standard = "";
    if (within) {
        member_only(d, within, "control.within", within_known);
        line->within_id = member_needed(d, within, "control.within", "layer");
        line->within_zone = member_needed(d, within, "control.within", "zone");
    }
    if (space) {
        member_only(d, space, "control.space", space_known);
        line->space = member_needed(d, space, "control.space", "layer");
        line->space_standard = member_needed(d, space, "control.space", "standard");
        line->space_screen = read_screen(d, space, "control.space");
        line->space_quotes = read_quotes(d, space, "control.space", &line->n_space_quotes);
    }
    line->quotes = read_quotes(d, control, "control", &line->n_quotes);
    line->apart_ids = member_texts(d, control, "control", "apart_from");
}

static void read_office(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const office_known[] = {"zh", "en", "conf", NULL};
    static const char *const link_known[] = {"title_zh", "title_en", "url", "conf", NULL};
    const json_t *office = member_object(d, control, "control", "office"),
                 *list = json_object_get(control, "links"), *one;
    size_t n = json_array_size(list), i;
    struct line_link *links = arena_array(d->arena, n + 1, sizeof *links);
    if (!links) {
        definition_no_memory(d);
        return;
    }
    if (office)
        member_only(d, office, "control.office", office_known);
    line->office_zh = member_text(d, office, "control.office", "zh");
    line->office_en = member_text(d, office, "control.office", "en");
    json_array_foreach(list, i, one)
    {
        member_only(d, one, "control.links", link_known);
        links[i] = (struct line_link){member_needed(d, one, "control.links", "title_zh"),
                                      member_text(d, one, "control.links", "url"),
                                      member_text(d, one, "control.links", "conf")};
    }
    line->links = links;
    line->n_links = n;
}

static void read_share(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const known[] = {"value", "source", NULL};
    static const double range[] = {0, 1};
    const json_t *in = member_object(d, control, "control", "planned_share");
    line->planned_share = NAN;
    if (in) {
        member_only(d, in, "control.planned_share", known);
        line->planned_share = member_number(d, in, "control.planned_share", "value", range, NAN);
    }
}

/* A line that contains has a column for itself, for each zone and for the outside. */
static int columns_of(const struct control_line *line)
{
    return line->relation == LINE_CONTAINS ? 2 + line->n_zones : 1;
}

static void read_control(struct reading *d, const json_t *control, struct control_line *line)
{
    static const char *const known[] = {"relation",   "must",       "prefix", "name_en",       "short_zh",
                                        "short_en",   "rule_codes", "zones",  "zones_closed",  "outside",
                                        "apart_from", "within",     "space",  "planned_share", "office",
                                        "links",      "texts",      "symbol", "rules",         "note",
                                        "quotes",     NULL};
    member_only(d, control, "control", known);
    read_relation(d, control, line);
    line->must = member_truth(d, control, "control", "must");
    line->prefix = member_text_or(d, control, "control", "prefix", line->id);
    member_is_word(d, "control.prefix", line->prefix);
    if (strcmp(line->prefix, "area") == 0) /* area_m2 is the parcel's own column in an audit */
        definition_fail(d, "control.prefix", "不能是 area：area_m2 是地块自己的列；请另取一个。",
                        "it cannot be area: area_m2 is the parcel's own column; take another.");
    line->name_en = member_text_or(d, control, "control", "name_en", line->title_en);
    line->short_zh = member_text_or(d, control, "control", "short_zh", line->title_zh);
    line->short_en = member_text_or(d, control, "control", "short_en", line->name_en);
    line->codes = member_texts(d, control, "control", "rule_codes");
    if (!line->codes[0]) {
        const char **codes = arena_array(d->arena, 2, sizeof *codes);
        if (codes) {
            codes[0] = line->standard;
            line->codes = codes;
        } else {
            definition_no_memory(d);
        }
    }
    read_zones(d, control, line);
    line->zones_closed = member_truth(d, control, "control", "zones_closed");
    read_texts(d, control, line);
    read_outside(d, control, line);
    read_references(d, control, line);
    read_office(d, control, line);
    read_share(d, control, line);
    read_symbol(d, control, &line->symbol);
    read_rules(d, control, line);
    line->n_columns = columns_of(line);
}

/* Aliases that were read, those that were not, and the title: by these a source's layer is known. */
static void read_names(struct reading *d, const json_t *root, struct control_line *line)
{
    const char *const *lists[] = {member_texts(d, root, "", "aliases"),
                                  member_texts(d, root, "", "aliases_unverified")};
    size_t n = 2, at = 0;
    for (int k = 0; k < 2; k++)
        for (const char *const *one = lists[k]; *one; one++)
            n++;
    const char **names = arena_array(d->arena, n, sizeof *names);
    if (!names) {
        definition_no_memory(d);
        return;
    }
    names[at++] = line->title_zh;
    for (int k = 0; k < 2; k++)
        for (const char *const *one = lists[k]; *one; one++)
            if (strcmp(*one, line->title_zh) != 0)
                names[at++] = *one;
    line->names = names;
}

static const char *const kinds[] = {
    [LAYER_IS_LINE] = "line", [LAYER_IS_ZONE] = "zone", [LAYER_IS_ADMIN] = "admin", NULL};

/* One of `kinds`; the last when it is none, which is refused. */
static enum layer_kind read_kind(struct reading *d, const json_t *root)
{
    const char *kind = member_needed(d, root, "", "kind");
    for (int k = 0; kinds[k]; k++)
        if (strcmp(kind, kinds[k]) == 0)
            return (enum layer_kind)k;
    definition_fail(d, "kind", "应为 line（控制线）、zone（空间）或 admin（行政区）。",
                    "it is line (a control layer), zone (a space) or admin (an administrative layer).");
    return LAYER_IS_ADMIN;
}

static void read_ties(struct reading *d, const json_t *root, const struct control_line *line, bool is_line,
                      struct layer_ties *out)
{
    static const char *const none[] = {NULL};
    *out = (struct layer_ties){.layer = line->id,
                               .title_zh = line->title_zh,
                               .title_en = line->title_en,
                               .kind = read_kind(d, root),
                               .zoned = is_line && line->relation == LINE_CONTAINS && line->n_zones > 0,
                               .order = line->order,
                               .apart = is_line ? line->apart_ids : none,
                               .space = is_line ? line->space : ""};
    if (is_line != (out->kind == LAYER_IS_LINE))
        definition_fail(d, "control", "kind 为 line 的图层要有 control，别的不能有。",
                        "a layer of kind line has it, and no other.");
    definition_ties(d, root, out);
}

/* What level of administrative units the layer is; of no other kind, and not of every administrative one. */
static void read_unit(struct reading *d, const json_t *root, const struct control_line *line,
                      struct unit_level *unit)
{
    static const char *const known[] = {"parent", "digits", NULL};
    static const double digits[] = {2, 19};
    const json_t *in = member_object(d, root, "", "unit");
    *unit = (struct unit_level){.id = NULL};
    if (!in)
        return;
    if (strcmp(member_text(d, root, "", "kind"), "admin") != 0)
        definition_fail(d, "unit", "只有 kind 为 admin 的图层才是一级行政区。",
                        "only a layer of kind admin is a level of administrative units.");
    member_only(d, in, "unit", known);
    unit->id = line->id;
    unit->parent = member_text(d, in, "unit", "parent");
    unit->digits = (int)member_number(d, in, "unit", "digits", digits, 0);
    if (!unit->digits)
        definition_fail(d, "unit.digits", "缺少，请写上代码的位数。",
                        "it is missing; say how many digits a unit's code has.");
}

static void read_root(struct reading *d, const json_t *root, struct layer_definition *out)
{
    static const char *const known[] = {"layer",         "standard",       "title_zh", "title_en",
                                        "kind",          "order",          "aliases",  "aliases_unverified",
                                        "shared_pinyin", "marks",          "fields",   "official",
                                        "attributes",    "control",        "note",     "sources",
                                        "standard_conf", "nests_in",       "tiles",    "share_of",
                                        "$schema",       "official_areas", "unit",     NULL};
    static const double range[] = {0, 100000};
    struct control_line *line = &out->line;
    member_only(d, root, "", known);
    line->id = member_needed(d, root, "", "layer");
    member_is_word(d, "layer", line->id);
    line->standard = member_needed(d, root, "", "standard");
    line->title_zh = member_needed(d, root, "", "title_zh");
    line->title_en = member_needed(d, root, "", "title_en");
    line->order = (int)member_number(d, root, "", "order", range, 1000);
    const json_t *control = member_object(d, root, "", "control");
    out->is_line = control != NULL;
    read_names(d, root, line);
    read_unit(d, root, line, &out->unit);
    if (control)
        read_control(d, control, line);
    read_ties(d, root, line, out->is_line, &out->ties);
}

enum status definition_read(const struct definition_text *text, struct arena *a, struct layer_definition *out,
                            struct error *e)
{
    struct reading d = {.text = text, .arena = a, .error = e};
    struct layer_definition read = {.line.number = -1};
    json_error_t why;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    json_t *root = json_loadb(text->json, text->size, JSON_REJECT_DUPLICATES, &why);
    if (!root || !json_is_object(root)) {
        error_zh(e, "图层定义“%.120s”不是完整的 JSON 对象：第 %d 行，%.200s；请改正。", text->name,
                 root ? 1 : why.line, root ? "{" : why.text);
        json_decref(root);
        return error_fail(e, STATUS_INVALID_INPUT, "layer-definition",
                          "The layer definition \"%.120s\" is not a whole JSON object: line %d, %.200s.",
                          text->name, root ? 1 : why.line, root ? "{" : why.text);
    }
    read_root(&d, root, &read);
    json_decref(root);
    sha256_of_bytes(text->json, text->size, digest);
    sha256_to_hex(digest, hex);
    read.line.definition = arena_strdup(a, hex);
    if (!read.line.definition)
        definition_no_memory(&d);
    if (!d.status)
        *out = read;
    return d.status;
}

enum status definitions_read(const struct definition_text *texts, size_t n, struct arena *a,
                             struct line_table *out, struct error *e)
{
    struct control_line *lines = arena_array(a, n + 1, sizeof *lines);
    struct layer_ties *ties = arena_array(a, n + 1, sizeof *ties);
    struct unit_level *levels = arena_array(a, n + 1, sizeof *levels);
    size_t n_lines = 0, n_levels = 0;
    if (!lines || !ties || !levels)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        struct layer_definition one;
        enum status s = definition_read(&texts[i], a, &one, e);
        if (s)
            return s;
        ties[i] = one.ties;
        if (one.is_line)
            lines[n_lines++] = one.line;
        if (one.unit.id)
            levels[n_levels++] = one.unit;
    }
    enum status s = unit_levels_sort(levels, n_levels, e);
    if (!s)
        s = line_table_make(lines, n_lines, a, out, e);
    if (s)
        return s;
    out->ties = ties;
    out->n_ties = n;
    out->levels = levels;
    out->n_levels = n_levels;
    return s;
}

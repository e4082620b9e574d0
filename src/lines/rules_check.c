#include "lines/rules_check.h"

#include "base/text.h"
#include "lines/line_table.h"
#include "lines/rules_csv.h"

#include <stdio.h>
#include <string.h>

struct checking {
    const struct line_table *lines;
    struct class_table classes;
    struct arena *arena;
    rules_fault_fn *fn;
    void *user;
    size_t n_faults;
    int position[RULES_N_COLUMNS];
    int verdict_zh; /* its column, or -1 */
    int n_columns;
    struct rule *rules;
    struct rule_place *places; /* of the rules */
    size_t n_rules;
    bool no_memory; /* latched */
};

/* Where the rule under way stands. */
struct place {
    int row; /* 0: not in the table */
    struct rule_place words;
};

static void fault(struct checking *c, int row, const struct error *e)
{
    c->n_faults++;
    c->fn(row, e->zh, e->en, c->user);
}

static void fault_text(struct checking *c, const struct place *place, const char *zh, const char *en,
                       const char *value)
{
    struct error e;
    error_zh(&e, "%.160s：%s%.160s。", place->words.zh, zh, value);
    error_en(&e, STATUS_INVALID_INPUT, "rule-row", "%.160s: %s%.160s.", place->words.en, en, value);
    fault(c, place->row, &e);
}

static struct place place_of_row(struct checking *c, int row)
{
    struct place p = {row, {"规则表", "The rule table"}};
    if (row > 0) {
        p.words.zh = arena_printf(c->arena, "规则表第 %d 行", row);
        p.words.en = arena_printf(c->arena, "Row %d of the rule table", row);
    }
    c->no_memory = c->no_memory || !p.words.zh || !p.words.en;
    if (!p.words.zh || !p.words.en)
        p.words = (struct rule_place){"", ""};
    return p;
}

static struct place place_in_definition(struct checking *c, const struct control_line *line, size_t i)
{
    struct place p = {0,
                      {arena_printf(c->arena, "图层定义“%s”的第 %zu 条规则", line->id, i + 1),
                       arena_printf(c->arena, "Rule %zu of the layer definition \"%s\"", i + 1, line->id)}};
    c->no_memory = c->no_memory || !p.words.zh || !p.words.en;
    if (!p.words.zh || !p.words.en)
        p.words = (struct rule_place){"", ""};
    return p;
}

/* ---- the text as a whole ---- */

/* A NUL, too, is no text. */
static bool is_utf8(const char *text, size_t n)
{
    return strlen(text) == n && text_is_utf8(text);
}

/* ---- one row ---- */

static void need_text(struct checking *c, const struct place *at, const char *column, const char *value)
{
    if (!*value)
        fault_text(c, at, "缺少 ", "nothing is given in the column ", column);
}

static void check_texts(struct checking *c, const struct place *at, const struct rule *r)
{
    need_text(c, at, "rule_id", r->id);
    need_text(c, at, "sub_zone", r->sub_zone);
    need_text(c, at, "project_class", r->project_class);
    need_text(c, at, "title_zh", r->title_zh);
    need_text(c, at, "legal_basis", r->basis);
    need_text(c, at, "conf", r->confidence);
    need_text(c, at, "source", r->source);
    if (*r->project_class && strcmp(r->project_class, "*") != 0 && !class_find(&c->classes, r->project_class))
        fault_text(c, at, "没有项目类型 ", "there is no project class ", r->project_class);
}

/* ---- sub-zones ---- */

enum { ASKED_MAX = 3 + ZONES_MAX };

/* The sub-zones that the judge asks for by name of one line: "*", its own, that of the line in which it lies,
 * and the outside. */
static int asked_for(const struct control_line *line, const char *names[ASKED_MAX])
{
    int n = 0;
    names[n++] = "*";
    for (int z = 0; z < line->n_zones; z++)
        names[n++] = line->zones[z].zh;
    if (*line->within_id)
        names[n++] = line->within_zone;
    if (*line->outside)
        names[n++] = line->outside;
    return n;
}

static bool is_asked_for(const struct control_line *line, const struct rule *r)
{
    const char *names[ASKED_MAX];
    int n = asked_for(line, names);
    if (r->relation == RELATION_INSIDE && !line->zones_closed)
        return true; /* its zones are as its data name them */
    for (int i = 0; i < n; i++)
        if (strcmp(r->sub_zone, names[i]) == 0)
            return true;
    return false;
}

/* "a、b或c" */
static void listed(const char *const *names, int n, const char *comma, const char * or, char text[200])
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < n && at < 200; i++)
        at += (size_t)snprintf(text + at, 200 - at, "%s%s", i == 0 ? "" : i < n - 1 ? comma : or, names[i]);
    text[text_cut(text, 199)] = '\0';
}

/* A sub-zone that nobody asks for would never be used. */
static void check_sub_zone(struct checking *c, const struct place *at, const struct rule *r)
{
    const char *names[ASKED_MAX];
    char list[200], zh[320], en[320];
    const struct control_line *one = NULL;
    for (int l = 0; l < c->lines->n; l++)
        if (r->lines & UINT64_C(1) << l) {
            one = line_at(c->lines, l);
            if (is_asked_for(one, r))
                return;
        }
    if (!*r->sub_zone || !one)
        return;
    int n = asked_for(one, names);
    listed(names, n, "、", "或", list);
    snprintf(zh, sizeof zh, "不会用到的 sub_zone，应为 %s：", list);
    listed(names, n, ", ", " or ", list);
    snprintf(en, sizeof en, "a sub_zone that is never asked for; use %s: ", list);
    fault_text(c, at, zh, en, r->sub_zone);
}

static void check_confidence(struct checking *c, const struct place *at, const struct rule *r)
{
    if (*r->confidence && !strstr(r->confidence, "read") && !strstr(r->confidence, "memory") &&
        !strstr(r->confidence, "design"))
        fault_text(c, at, "conf 应为 read、memory 或 design，写的是 ", "conf is read, memory or design, not ",
                   r->confidence);
}

static void check_verdict_words(struct checking *c, const struct place *at, const struct rules_row *cells,
                                const struct rule *r)
{
    if (c->verdict_zh < 0 || c->verdict_zh >= cells->n)
        return;
    const char *words = cells->cell[c->verdict_zh], *right = verdict_zh(r->verdict);
    if (strcmp(words, right) != 0)
        fault_text(c, at, "verdict_zh 与 verdict 不一致，应为 ",
                   "verdict_zh contradicts verdict; it should be ", right);
}

/* Rows that answer the same situation: the first would always be taken. Rows that are told beside the answer
 * are all told. */
static bool same_situation(const struct rule *a, const struct rule *b)
{
    return (a->lines & b->lines) && a->relation == b->relation && !a->beside && !b->beside &&
           strcmp(a->sub_zone, b->sub_zone) == 0 && strcmp(a->project_class, b->project_class) == 0 &&
           strcmp(a->unit, b->unit) == 0;
}

static void check_against_others(struct checking *c, const struct place *at, const struct rule *r)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        const struct rule *other = &c->rules[i];
        char zh[200], en[200];
        snprintf(zh, sizeof zh, "%.120s (%.40s)", c->places[i].zh, other->id);
        snprintf(en, sizeof en, "%.120s (%.40s)", c->places[i].en, other->id);
        bool id = *r->id && strcmp(r->id, other->id) == 0;
        if (!id && !same_situation(r, other))
            continue;
        struct error e;
        error_zh(&e, "%.160s：%s：%s。", at->words.zh,
                 id ? "rule_id 重复，已见于"
                    : "图层、分区、关系、项目类型都与另一行相同，永远用不到，另一行是",
                 zh);
        error_en(&e, STATUS_INVALID_INPUT, "rule-row", "%.160s: %s: %s.", at->words.en,
                 id ? "the rule_id is there already"
                    : "layer, sub-zone, relation and class are those of another row, so that it would never "
                      "be used",
                 en);
        fault(c, at->row, &e);
    }
}

static void check_rule(struct checking *c, const struct place *at, const struct rule *r)
{
    check_texts(c, at, r);
    check_sub_zone(c, at, r);
    check_confidence(c, at, r);
    check_against_others(c, at, r);
    c->rules[c->n_rules] = *r;
    c->places[c->n_rules++] = at->words;
}

static void check_row(struct checking *c, int row, const struct rules_row *cells)
{
    struct error e;
    struct rule r;
    struct line_rule_text text;
    struct place at = place_of_row(c, row);
    char counts[64];
    if (cells->n != c->n_columns) {
        snprintf(counts, sizeof counts, "%d / %d", cells->n, c->n_columns);
        fault_text(c, &at, "单元格数与表头不同（多半是逗号或引号有误）：",
                   "the number of cells is not that of the header (a stray comma or quote): ", counts);
        return;
    }
    rules_row_cells(cells, c->position, &text);
    if (rule_of_cells(&text, &at.words, c->lines, &r, &e)) {
        fault(c, row, &e);
        return;
    }
    check_verdict_words(c, &at, cells, &r);
    check_rule(c, &at, &r);
}

static void check_definitions(struct checking *c)
{
    for (int l = 0; l < c->lines->n; l++) {
        const struct control_line *line = line_at(c->lines, l);
        for (size_t i = 0; i < line->n_rules; i++) {
            struct place at = place_in_definition(c, line, i);
            struct rule r;
            struct error e;
            if (rule_of_cells(&line->rules[i], &at.words, c->lines, &r, &e))
                fault(c, 0, &e);
            else
                check_rule(c, &at, &r);
        }
    }
}

/* ---- the table ---- */

/* What must be there: `relation_name` as the table writes it; `project_class`: or "*". */
struct needed_row {
    enum relation relation;
    const char *relation_name, *sub_zone, *project_class;
};

static bool has_row(const struct checking *c, int line, const struct needed_row *n)
{
    for (size_t k = 0; k < c->n_rules; k++) {
        const struct rule *r = &c->rules[k];
        if ((r->lines & UINT64_C(1) << line) && r->relation == n->relation && !*r->unit && !r->beside &&
            strcmp(r->sub_zone, n->sub_zone) == 0 &&
            (strcmp(r->project_class, "*") == 0 || strcmp(r->project_class, n->project_class) == 0))
            return true;
    }
    return false;
}

static void need_row(struct checking *c, int line, const struct needed_row *n)
{
    char row[200];
    struct place whole = place_of_row(c, 0);
    if (has_row(c, line, n))
        return;
    snprintf(row, sizeof row, "%s,%s,%s,%s", line_at(c->lines, line)->codes[0], n->sub_zone, n->relation_name,
             n->project_class);
    fault_text(
        c, &whole,
        "缺少兜底规则，没有专门规则的项目将无从判定；请补上一行 "
        "layer,sub_zone,relation,project_class 为 ",
        "a fallback row is missing, and projects without a row of their own could not be judged; add a "
        "row whose layer,sub_zone,relation,project_class are ",
        row);
}

/* Without these rows a parcel could press on a line, or lie beside it, and no row would speak of it. */
static void check_fallbacks(struct checking *c)
{
    for (int l = 0; l < c->lines->n; l++) {
        const struct control_line *line = line_at(c->lines, l);
        bool contains = line->relation == LINE_CONTAINS;
        if (line->relation == LINE_CLASSIFIES)
            continue;
        struct needed_row n = {contains ? RELATION_INSIDE : RELATION_OVERLAP, contains ? "inside" : "overlap",
                               "*", contains ? "*" : "GENERAL"};
        if (line->n_zones == 0)
            need_row(c, l, &n);
        for (int z = 0; z < line->n_zones; z++) {
            n.sub_zone = line->zones[z].zh;
            n.project_class = contains || line->zones[z].absolute ? "*" : "GENERAL";
            need_row(c, l, &n);
        }
        if (contains)
            need_row(c, l, &(struct needed_row){RELATION_OUTSIDE, "outside", line->outside, "UNKNOWN"});
    }
}

/* A column that nobody reads is a misspelt one. */
static void check_columns(struct checking *c, const struct rules_row *header)
{
    struct place header_place = place_of_row(c, 1);
    for (int i = 0; i < header->n && i < RULES_MAX_COLUMNS; i++) {
        bool read = i == c->verdict_zh;
        for (int k = 0; k < RULES_N_COLUMNS; k++)
            read = read || c->position[k] == i;
        if (!read)
            fault_text(c, &header_place, "不认识的列，请更正列名或删去：",
                       "an unknown column; correct its name or remove it: ", header->cell[i]);
    }
}

static void check_rows(struct checking *c, struct rules_csv *csv)
{
    struct rules_row row;
    struct error e;
    struct place whole = place_of_row(c, 0);
    if (!rules_csv_next(csv, &row)) {
        fault_text(c, &whole, "表是空的", "the table is empty", "");
        return;
    }
    if (rules_header(&row, c->position, &e)) {
        fault(c, 1, &e);
        return;
    }
    c->n_columns = row.n;
    c->verdict_zh = -1;
    for (int i = 0; i < row.n && i < RULES_MAX_COLUMNS; i++)
        if (strcmp(row.cell[i], "verdict_zh") == 0)
            c->verdict_zh = i;
    check_columns(c, &row);
    while (rules_csv_next(csv, &row))
        check_row(c, csv->row, &row);
    if (csv->cells.unclosed) {
        struct place last = place_of_row(c, csv->row);
        fault_text(c, &last, "引号没有成对", "a quote is not closed", "");
    }
    if (c->n_rules == 0 && c->n_faults == 0)
        fault_text(c, &whole, "没有一条规则", "there is no rule in it", "");
}

enum status rules_check(const struct rules_text *text, const struct line_table *lines, struct arena *a,
                        rules_fault_fn *fn, void *user, struct rules_checked *out, struct error *e)
{
    const char *csv = text->csv;
    size_t n = text->size, most = rules_csv_most_rows(csv, n);
    for (int l = 0; l < lines->n; l++)
        most += line_at(lines, l)->n_rules;
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    char *copy = arena_strndup(a, csv, n);
    struct rules_csv rows = {.row = 0};
    struct checking c = {.lines = lines,
                         .arena = a,
                         .fn = fn,
                         .user = user,
                         .rules = arena_array(a, most, sizeof *c.rules),
                         .places = arena_array(a, most, sizeof *c.places)};
    if (!copy || !c.rules || !c.places)
        return error_no_memory(e);
    enum status s = class_table_read(a, &c.classes, e);
    if (s)
        return s;
    csv_reader_init(&rows.cells, copy, ',');
    if (!is_utf8(copy, n)) {
        struct place whole = place_of_row(&c, 0);
        fault_text(&c, &whole, "不是 UTF-8 文本；请以“CSV UTF-8”另存",
                   "the text is not UTF-8; save it as CSV UTF-8", "");
    } else {
        check_rows(&c, &rows);
    }
    out->n_rules = c.n_rules;
    check_definitions(&c);
    if (c.n_faults == 0) /* a row that could not be read may be the one that is needed */
        check_fallbacks(&c);
    out->n_faults = c.n_faults;
    return c.no_memory ? error_no_memory(e) : STATUS_OK;
}

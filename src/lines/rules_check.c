#include "lines/rules_check.h"

#include "base/text.h"
#include "lines/line_table.h"
#include "lines/rules_csv.h"
#include "store/project_classes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct checking {
    rules_fault_fn *fn;
    void *user;
    size_t n_faults;
    int position[RULES_N_COLUMNS];
    int verdict_zh; /* its column, or -1 */
    int n_columns;
    struct rule *rules;
    int *rows; /* of the rules */
    size_t n_rules;
};

static void fault(struct checking *c, int row, const struct error *e)
{
    c->n_faults++;
    c->fn(row, e->zh, e->en, c->user);
}

static void fault_text(struct checking *c, int row, const char *zh, const char *en, const char *value)
{
    struct error e;
    char place_zh[24] = "", place_en[24] = "";
    if (row > 0) {
        snprintf(place_zh, sizeof place_zh, "第 %d 行", row);
        snprintf(place_en, sizeof place_en, "row %d of ", row);
    }
    error_zh(&e, "规则表%s：%s%.160s。", place_zh, zh, value);
    error_en(&e, STATUS_INVALID_INPUT, "rule-row", "%sthe rule table: %s%.160s.", place_en, en, value);
    e.en[0] = (char)toupper((unsigned char)e.en[0]);
    fault(c, row, &e);
}

/* ---- the text as a whole ---- */

/* A NUL, too, is no text. */
static bool is_utf8(const char *text, size_t n)
{
    return strlen(text) == n && text_is_utf8(text);
}

/* ---- one row ---- */

static void need_text(struct checking *c, int row, const char *column, const char *value)
{
    if (!*value)
        fault_text(c, row, "缺少 ", "nothing is given in the column ", column);
}

static void check_texts(struct checking *c, int row, const struct rule *r)
{
    need_text(c, row, "rule_id", r->id);
    need_text(c, row, "sub_zone", r->sub_zone);
    need_text(c, row, "project_class", r->project_class);
    need_text(c, row, "title_zh", r->title_zh);
    need_text(c, row, "legal_basis", r->basis);
    need_text(c, row, "conf", r->confidence);
    need_text(c, row, "source", r->source);
    if (*r->project_class && strcmp(r->project_class, "*") != 0 && !project_class_known(r->project_class))
        fault_text(c, row, "没有项目类型 ", "there is no project class ", r->project_class);
}

/* ---- sub-zones ---- */

enum { ASKED_MAX = 1 + 8 * CONTROL_LINE_COUNT };

/* The sub-zones that the judge asks for by name: "*", and of each line its own, that of the line in which it
 * lies, and the outside. */
static int asked_for(const char *names[ASKED_MAX])
{
    int n = 0;
    names[n++] = "*";
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        const struct control_line *line = line_at(l);
        for (int z = 0; line->relation == LINE_EXCLUDES && z < line->n_zones && n < ASKED_MAX - 2; z++)
            names[n++] = line->zones[z].zh;
        if (line->within >= 0)
            names[n++] = line->within_zone;
        if (*line->outside)
            names[n++] = line->outside;
    }
    return n;
}

/* "a、b或c" */
static void listed(const char *const *names, int n, const char *comma, const char * or, char text[200])
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < n && at < 200; i++)
        at += (size_t)snprintf(text + at, 200 - at, "%s%s", i == 0 ? "" : i < n - 1 ? comma : or, names[i]);
}

/* A sub-zone that nobody asks for would never be used. Those inside a line are named by its data. */
static void check_sub_zone(struct checking *c, int row, const struct rule *r)
{
    const char *names[ASKED_MAX];
    char list[200], zh[320], en[320];
    int n = asked_for(names);
    bool ok = r->relation == RELATION_INSIDE || !*r->sub_zone;
    for (int i = 0; i < n && !ok; i++)
        ok = strcmp(r->sub_zone, names[i]) == 0;
    if (ok)
        return;
    listed(names, n, "、", "或", list);
    snprintf(zh, sizeof zh, "不会用到的 sub_zone，应为 %s：", list);
    listed(names, n, ", ", " or ", list);
    snprintf(en, sizeof en, "a sub_zone that is never asked for; use %s: ", list);
    fault_text(c, row, zh, en, r->sub_zone);
}

static void check_confidence(struct checking *c, int row, const struct rule *r)
{
    if (*r->confidence && !strstr(r->confidence, "read") && !strstr(r->confidence, "memory") &&
        !strstr(r->confidence, "design"))
        fault_text(c, row, "conf 应为 read、memory 或 design，写的是 ",
                   "conf is read, memory or design, not ", r->confidence);
}

static void check_verdict_words(struct checking *c, int row, const struct rules_row *cells,
                                const struct rule *r)
{
    if (c->verdict_zh < 0 || c->verdict_zh >= cells->n)
        return;
    const char *words = cells->cell[c->verdict_zh], *right = verdict_zh(r->verdict);
    if (strcmp(words, right) != 0)
        fault_text(c, row, "verdict_zh 与 verdict 不一致，应为 ",
                   "verdict_zh contradicts verdict; it should be ", right);
}

/* Rows that answer the same situation: the first would always be taken. */
static bool same_situation(const struct rule *a, const struct rule *b)
{
    return (a->lines & b->lines) && a->relation == b->relation && strcmp(a->sub_zone, b->sub_zone) == 0 &&
           strcmp(a->project_class, b->project_class) == 0;
}

static void check_against_others(struct checking *c, int row, const struct rule *r)
{
    char text[80];
    for (size_t i = 0; i < c->n_rules; i++) {
        const struct rule *other = &c->rules[i];
        snprintf(text, sizeof text, "%d (%.40s)", c->rows[i], other->id);
        if (*r->id && strcmp(r->id, other->id) == 0)
            fault_text(c, row, "rule_id 重复，已见于第 ", "the rule_id is also that of row ", text);
        else if (same_situation(r, other))
            fault_text(
                c, row, "图层、分区、关系、项目类型都与另一行相同，永远用不到：第 ",
                "layer, sub-zone, relation and class are those of another row, so that it would never be "
                "used: row ",
                text);
    }
}

static void check_row(struct checking *c, int row, const struct rules_row *cells)
{
    struct error e;
    struct rule r;
    char counts[64];
    if (cells->n != c->n_columns) {
        snprintf(counts, sizeof counts, "%d / %d", cells->n, c->n_columns);
        fault_text(c, row, "单元格数与表头不同（多半是逗号或引号有误）：",
                   "the number of cells is not that of the header (a stray comma or quote): ", counts);
        return;
    }
    if (rules_row_read(cells, row, c->position, &r, &e)) {
        fault(c, row, &e);
        return;
    }
    check_texts(c, row, &r);
    check_sub_zone(c, row, &r);
    check_confidence(c, row, &r);
    check_verdict_words(c, row, cells, &r);
    check_against_others(c, row, &r);
    c->rules[c->n_rules] = r;
    c->rows[c->n_rules++] = row;
}

/* ---- the table ---- */

static bool has_row(const struct checking *c, int line, enum relation relation, const char *sub_zone,
                    const char *project_class)
{
    for (size_t k = 0; k < c->n_rules; k++) {
        const struct rule *r = &c->rules[k];
        if ((r->lines & 1u << line) && r->relation == relation && strcmp(r->sub_zone, sub_zone) == 0 &&
            (strcmp(r->project_class, "*") == 0 || strcmp(r->project_class, project_class) == 0))
            return true;
    }
    return false;
}

/* `relation_name` as the table writes it; `project_class`: or "*". */
static void need_row(struct checking *c, int line, enum relation relation, const char *relation_name,
                     const char *sub_zone, const char *project_class)
{
    char row[160];
    if (has_row(c, line, relation, sub_zone, project_class))
        return;
    snprintf(row, sizeof row, "%s,%s,%s,%s", line_at(line)->codes[0], sub_zone, relation_name, project_class);
    fault_text(
        c, 0,
        "缺少兜底规则，没有专门规则的项目将无从判定；请补上一行 "
        "layer,sub_zone,relation,project_class 为 ",
        "a fallback row is missing, and projects without a row of their own could not be judged; add a "
        "row whose layer,sub_zone,relation,project_class are ",
        row);
}

/* Without these rows a parcel could press on a line, or lie beside it, and no row would speak of it. */
static void check_fallbacks(struct checking *c)
{
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        const struct control_line *line = line_at(l);
        bool contains = line->relation == LINE_CONTAINS;
        if (!contains && line->n_zones == 0)
            need_row(c, l, RELATION_OVERLAP, "overlap", "*", "GENERAL");
        for (int z = 0; z < line->n_zones; z++)
            need_row(c, l, contains ? RELATION_INSIDE : RELATION_OVERLAP, contains ? "inside" : "overlap",
                     line->zones[z].zh, contains || line->zones[z].absolute ? "*" : "GENERAL");
        if (contains)
            need_row(c, l, RELATION_OUTSIDE, "outside", line->outside, "UNKNOWN");
    }
}

/* A column that nobody reads is a misspelt one. */
static void check_columns(struct checking *c, const struct rules_row *header)
{
    for (int i = 0; i < header->n && i < RULES_MAX_COLUMNS; i++) {
        bool read = i == c->verdict_zh;
        for (int k = 0; k < RULES_N_COLUMNS; k++)
            read = read || c->position[k] == i;
        if (!read)
            fault_text(c, 1, "不认识的列，请更正列名或删去：",
                       "an unknown column; correct its name or remove it: ", header->cell[i]);
    }
}

static void check_rows(struct checking *c, struct rules_csv *csv)
{
    struct rules_row row;
    struct error e;
    if (!rules_csv_next(csv, &row)) {
        fault_text(c, 0, "表是空的", "the table is empty", "");
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
    if (csv->cells.unclosed)
        fault_text(c, csv->row, "引号没有成对", "a quote is not closed", "");
    if (c->n_rules == 0 && c->n_faults == 0)
        fault_text(c, 0, "没有一条规则", "there is no rule in it", "");
    if (c->n_faults == 0) /* a row that could not be read may be the one that is needed */
        check_fallbacks(c);
}

enum status rules_check(const char *csv, size_t n, struct arena *a, rules_fault_fn *fn, void *user,
                        size_t *n_faults, size_t *n_rules, struct error *e)
{
    size_t max_rows = rules_csv_most_rows(csv, n);
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    char *text = arena_strndup(a, csv, n);
    struct rules_csv rows = {.row = 0};
    struct checking c = {.fn = fn,
                         .user = user,
                         .rules = arena_array(a, max_rows, sizeof *c.rules),
                         .rows = arena_array(a, max_rows, sizeof *c.rows)};
    if (!text || !c.rules || !c.rows)
        return error_no_memory(e);
    csv_reader_init(&rows.cells, text, ',');
    if (!is_utf8(text, n))
        fault_text(&c, 0, "不是 UTF-8 文本；请以“CSV UTF-8”另存",
                   "the text is not UTF-8; save it as CSV UTF-8", "");
    else
        check_rows(&c, &rows);
    *n_faults = c.n_faults;
    *n_rules = c.n_rules;
    return STATUS_OK;
}

#include "check/rules_check.h"

#include "check/check.h"
#include "check/rules_csv.h"
#include "store/project_classes.h"

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
    error_zh(&e, "规则表第 %d 行：%s%.80s。", row, zh, value);
    error_en(&e, STATUS_INVALID_INPUT, "rule-row", "Row %d of the rule table: %s%.80s.", row, en, value);
    fault(c, row, &e);
}

/* ---- the text as a whole ---- */

/* Length of the UTF-8 sequence at p, 0 when it is none. p is followed by a NUL. */
static int utf8_length(const unsigned char *p)
{
    int n = *p < 0x80 ? 1 : *p < 0xC2 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

static bool is_utf8(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < n;) {
        int length = utf8_length(p + i);
        if (length == 0 || p[i] == 0)
            return false;
        i += (size_t)length;
    }
    return true;
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
    check_verdict_words(c, row, cells, &r);
    check_against_others(c, row, &r);
    c->rules[c->n_rules] = r;
    c->rows[c->n_rules++] = row;
}

/* ---- the table ---- */

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
    while (rules_csv_next(csv, &row))
        check_row(c, csv->row, &row);
    if (csv->unclosed)
        fault_text(c, csv->row, "引号没有成对", "a quote is not closed", "");
    if (c->n_rules == 0 && c->n_faults == 0)
        fault_text(c, 0, "没有一条规则", "there is no rule in it", "");
}

enum status rules_check(const char *csv, size_t n, struct arena *a, rules_fault_fn *fn, void *user,
                        size_t *n_faults, size_t *n_rules, struct error *e)
{
    size_t max_rows = 1;
    for (size_t i = 0; i < n; i++)
        max_rows += csv[i] == '\n';
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    struct rules_csv text = {.at = arena_strndup(a, csv, n)};
    struct checking c = {.fn = fn,
                         .user = user,
                         .rules = arena_array(a, max_rows, sizeof *c.rules),
                         .rows = arena_array(a, max_rows, sizeof *c.rows)};
    if (!text.at || !c.rules || !c.rows)
        return error_no_memory(e);
    if (!is_utf8(text.at, n))
        fault_text(&c, 0, "不是 UTF-8 文本；请以“CSV UTF-8”另存",
                   "the text is not UTF-8; save it as CSV UTF-8", "");
    else
        check_rows(&c, &text);
    *n_faults = c.n_faults;
    *n_rules = c.n_rules;
    return STATUS_OK;
}

#include "check/rules_check.h"

#include "base/text.h"
#include "check/check.h"
#include "check/rules_csv.h"
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

/* A sub-zone that nobody asks for would never be used. Those of the boundary are named by its data. */
static void check_sub_zone(struct checking *c, int row, const struct rule *r)
{
    static const char *const known[] = {"*", "自然保护地核心保护区", "核心保护区外", "城镇开发边界内",
                                        "边界外"};
    bool ok = r->relation == RELATION_INSIDE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ok = ok || strcmp(r->sub_zone, known[i]) == 0;
    if (!ok && *r->sub_zone)
        fault_text(
            c, row,
            "不会用到的 sub_zone，应为 *、自然保护地核心保护区、核心保护区外、城镇开发边界内或边界外：",
            "a sub_zone that is never asked for; use *, 自然保护地核心保护区, 核心保护区外, 城镇开发边界内 "
            "or "
            "边界外: ",
            r->sub_zone);
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
    check_verdict_words(c, row, cells, &r);
    check_against_others(c, row, &r);
    c->rules[c->n_rules] = r;
    c->rows[c->n_rules++] = row;
}

/* ---- the table ---- */

/* Without these rows a parcel could press on a line, or lie beside it, and no row would speak of it. */
static void check_fallbacks(struct checking *c)
{
    static const struct {
        enum control_line line;
        enum relation relation;
        const char *sub_zone, *project_class; /* or "*" */
        const char *row;
    } needed[] = {
        {LINE_ECOLOGICAL_RED_LINE, RELATION_OVERLAP, "自然保护地核心保护区", "*",
         "STBHHX,自然保护地核心保护区,overlap,*"},
        {LINE_ECOLOGICAL_RED_LINE, RELATION_OVERLAP, "核心保护区外", "GENERAL",
         "STBHHX,核心保护区外,overlap,GENERAL"},
        {LINE_PERMANENT_BASIC_FARMLAND, RELATION_OVERLAP, "*", "GENERAL", "YJJBNTBHTB,*,overlap,GENERAL"},
        {LINE_URBAN_DEVELOPMENT_BOUNDARY, RELATION_INSIDE, "城镇集中建设区", "*",
         "CZKFBJ,城镇集中建设区,inside,*"},
        {LINE_URBAN_DEVELOPMENT_BOUNDARY, RELATION_INSIDE, "城镇弹性发展区", "*",
         "CZKFBJ,城镇弹性发展区,inside,*"},
        {LINE_URBAN_DEVELOPMENT_BOUNDARY, RELATION_INSIDE, "特别用途区", "*", "CZKFBJ,特别用途区,inside,*"},
        {LINE_URBAN_DEVELOPMENT_BOUNDARY, RELATION_OUTSIDE, "边界外", "UNKNOWN",
         "CZKFBJ,边界外,outside,UNKNOWN"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool there = false;
        for (size_t k = 0; k < c->n_rules; k++) {
            const struct rule *r = &c->rules[k];
            there = there || ((r->lines & 1u << needed[i].line) && r->relation == needed[i].relation &&
                              strcmp(r->sub_zone, needed[i].sub_zone) == 0 &&
                              (strcmp(r->project_class, "*") == 0 ||
                               strcmp(r->project_class, needed[i].project_class) == 0));
        }
        if (!there)
            fault_text(c, 0,
                       "缺少兜底规则，没有专门规则的项目将无从判定；请补上一行 "
                       "layer,sub_zone,relation,project_class 为 ",
                       "a fallback row is missing, and projects without a row of their own could not be "
                       "judged; add a "
                       "row whose layer,sub_zone,relation,project_class are ",
                       needed[i].row);
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

#include "lines/rules_csv.h"

#include "base/sha256.h"
#include "lines/line_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows to rules ---- */

static const char *const columns[RULES_N_COLUMNS] = {
    "rule_id",  "layer",    "sub_zone",    "relation", "project_class", "verdict",  "severity", "title_zh",
    "title_en", "needs_zh", "legal_basis", "conf",     "source",        "needs_en", "unit",     "beside"};

int rules_column_of(const char *name)
{
    for (int k = 0; k < RULES_N_COLUMNS; k++)
        if (strcmp(columns[k], name) == 0)
            return k;
    return -1;
}

static enum status bad_rule(const struct rule_place *place, const char *what, const char *value,
                            struct error *e)
{
    error_zh(e, "%s的 %s“%s”不认识；请对照 schema/rules.csv 的写法改正。", place->zh, what, value);
    return error_fail(e, STATUS_INVALID_INPUT, "rule-row", "%s: unknown %s \"%s\".", place->en, what, value);
}

enum status rules_header(const struct rules_row *row, int position[RULES_N_COLUMNS], struct error *e)
{
    for (int k = 0; k < RULES_N_COLUMNS; k++) {
        position[k] = -1;
        for (int i = 0; i < row->n && i < RULES_MAX_COLUMNS; i++)
            if (strcmp(row->cell[i], columns[k]) == 0)
                position[k] = i;
        if (position[k] < 0 && k < RULES_N_REQUIRED) {
            error_zh(e, "规则表缺少列“%s”。", columns[k]);
            return error_fail(e, STATUS_INVALID_INPUT, "rule-column",
                              "The rule table lacks the column \"%s\".", columns[k]);
        }
    }
    return STATUS_OK;
}

static bool has_code(const struct control_line *line, const char *code, size_t n)
{
    for (int k = 0; line->codes[k]; k++)
        if (strlen(line->codes[k]) == n && strncmp(code, line->codes[k], n) == 0)
            return true;
    return strlen(line->id) == n && strncmp(code, line->id, n) == 0;
}

/* "A|B": false when a part is no layer's. Of layers that are not examined there is no bit. */
static bool lines_of(const struct line_table *t, const char *layer, uint64_t *bits)
{
    *bits = 0;
    if (strcmp(layer, "*") == 0) {
        for (int l = 0; l < t->n; l++)
            *bits |= UINT64_C(1) << l;
        return true;
    }
    for (const char *p = layer; *p;) {
        size_t n = strcspn(p, "|");
        bool known = false;
        for (int l = 0; l < t->n; l++)
            if (has_code(&t->lines[l], p, n)) {
                *bits |= UINT64_C(1) << l;
                known = true;
            }
        for (int l = 0; l < t->n_rest && !known; l++)
            known = has_code(&t->rest[l], p, n);
        if (!known)
            return false;
        p += n + (p[n] == '|');
    }
    return *layer != '\0';
}

static int index_of(const char *value, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return i;
    return -1;
}

/* "1501|150702": codes of units, their beginnings. */
static bool is_unit_list(const char *text)
{
    size_t digits = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '|' ? digits < 2 : *c < '0' || *c > '9')
            return false;
        digits = *c == '|' ? 0 : digits + 1;
    }
    return !*text || (digits >= 2 && digits <= 12);
}

static const char *const relations[RELATIONS_N] = {"overlap",         "touch_or_span",  "inside", "outside",
                                                   "overlap_partial", "layers_overlap", "no_data"};

const char *rule_relation_name(enum relation r)
{
    return r < RELATIONS_N ? relations[r] : "";
}

enum status rule_of_cells(const struct line_rule_text *text, const struct rule_place *place,
                          const struct line_table *lines, struct rule *r, struct error *e)
{
    static const char *const verdicts[] = {"unknown", "prohibited", "restricted", "notice", "allowed"};
    const char *const *cell = text->cell;
    int relation = index_of(cell[COLUMN_RELATION], relations, RELATIONS_N),
        verdict = index_of(cell[COLUMN_VERDICT], verdicts, 5);
    char *end;
    long severity = strtol(cell[COLUMN_SEVERITY], &end, 10);
    uint64_t bits;
    if (!lines_of(lines, cell[COLUMN_LAYER], &bits))
        return bad_rule(place, "layer", cell[COLUMN_LAYER], e);
    if (relation < 0)
        return bad_rule(place, "relation", cell[COLUMN_RELATION], e);
    if (verdict <= 0)
        return bad_rule(place, "verdict", cell[COLUMN_VERDICT], e);
    if (end == cell[COLUMN_SEVERITY] || *end || severity < 0 || severity > 4)
        return bad_rule(place, "severity", cell[COLUMN_SEVERITY], e);
    if (!is_unit_list(cell[COLUMN_UNIT]))
        return bad_rule(place, "unit", cell[COLUMN_UNIT], e);
    if (*cell[COLUMN_BESIDE] && strcmp(cell[COLUMN_BESIDE], "yes") != 0)
        return bad_rule(place, "beside", cell[COLUMN_BESIDE], e);
    *r = (struct rule){.id = cell[COLUMN_ID],
                       .lines = bits,
                       .sub_zone = cell[COLUMN_SUB_ZONE],
                       .relation = (enum relation)relation,
                       .project_class = cell[COLUMN_CLASS],
                       .verdict = (enum verdict)verdict,
                       .severity = (int)severity,
                       .title_zh = cell[COLUMN_TITLE_ZH],
                       .title_en = cell[COLUMN_TITLE_EN],
                       .needs_zh = cell[COLUMN_NEEDS],
                       .needs_en = cell[COLUMN_NEEDS_EN],
                       .basis = cell[COLUMN_BASIS],
                       .confidence = cell[COLUMN_CONF],
                       .source = cell[COLUMN_SOURCE],
                       .unit = cell[COLUMN_UNIT],
                       .beside = *cell[COLUMN_BESIDE] != '\0'};
    return STATUS_OK;
}

void rules_row_cells(const struct rules_row *row, const int position[RULES_N_COLUMNS],
                     struct line_rule_text *out)
{
    for (int k = 0; k < RULES_N_COLUMNS; k++)
        out->cell[k] = position[k] >= 0 && position[k] < row->n ? row->cell[position[k]] : "";
}

/* ---- the table ---- */

struct parsing_rules {
    const struct line_table *lines;
    struct rule_table *out;
};

static enum status add(struct parsing_rules *p, const struct line_rule_text *text,
                       const struct rule_place *place, struct error *e)
{
    struct rule *r = &p->out->rules[p->out->n_rules];
    enum status s = rule_of_cells(text, place, p->lines, r, e);
    if (!s) {
        p->out->n_rules++;
        p->out->has_units = p->out->has_units || *r->unit;
    }
    return s;
}

static enum status add_table(struct parsing_rules *p, struct rules_csv *c, struct error *e)
{
    struct rules_row row = {.n = 0};
    struct line_rule_text text;
    int position[RULES_N_COLUMNS];
    if (!rules_csv_next(c, &row)) {
        error_zh(e, "规则表是空的。");
        return error_fail(e, STATUS_INVALID_INPUT, "rules-empty", "The rule table is empty.");
    }
    enum status s = rules_header(&row, position, e);
    while (!s && rules_csv_next(c, &row)) {
        char zh[48], en[48];
        snprintf(zh, sizeof zh, "规则表第 %d 行", c->row);
        snprintf(en, sizeof en, "Row %d of the rule table", c->row);
        rules_row_cells(&row, position, &text);
        s = add(p, &text, &(struct rule_place){zh, en}, e);
    }
    return s;
}

static enum status add_defined(struct parsing_rules *p, const struct control_line *line, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < line->n_rules; i++) {
        char zh[120], en[120];
        snprintf(zh, sizeof zh, "图层定义“%s”的第 %zu 条规则", line->id, i + 1);
        snprintf(en, sizeof en, "Rule %zu of the layer definition \"%s\"", i + 1, line->id);
        s = add(p, &line->rules[i], &(struct rule_place){zh, en}, e);
    }
    return s;
}

bool rules_by_line(struct rule_table *t, struct arena *a)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_rules; i++)
        n += (size_t)__builtin_popcountll(t->rules[i].lines);
    t->by_line = arena_array(a, n + 1, sizeof *t->by_line);
    n = 0;
    for (int at = 0; t->by_line && at < LINES_MAX * RELATIONS_N; at++) {
        t->first[at] = (uint32_t)n;
        for (size_t i = 0; i < t->n_rules; i++)
            if (t->rules[i].lines & UINT64_C(1) << at / RELATIONS_N &&
                (int)t->rules[i].relation == at % RELATIONS_N)
                t->by_line[n++] = &t->rules[i];
        t->first[at + 1] = (uint32_t)n;
    }
    return t->by_line != NULL;
}

enum status rules_parse(const char *csv, size_t n, const struct line_table *lines, struct arena *a,
                        struct rule_table *out, struct error *e)
{
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    size_t most = rules_csv_most_rows(csv, n);
    for (int l = 0; l < lines->n; l++)
        most += lines->lines[l].n_rules;
    struct rule_table table = {.rules = arena_array(a, most, sizeof *table.rules)};
    struct parsing_rules p = {lines, &table};
    char *text = arena_strndup(a, csv, n);
    struct rules_csv c = {.row = 0};
    uint8_t digest[SHA256_BYTES];
    if (!table.rules || !text)
        return error_no_memory(e);
    csv_reader_init(&c.cells, text, ',');
    enum status s = add_table(&p, &c, e);
    for (int l = 0; !s && l < lines->n; l++)
        s = add_defined(&p, line_at(lines, l), e);
    if (!s && !rules_by_line(&table, a))
        s = error_no_memory(e);
    if (s)
        return s;
    sha256_of_bytes(csv, n, digest);
    sha256_to_hex(digest, table.version);
    *out = table;
    return STATUS_OK;
}

bool rules_knows_class(const struct rule_table *t, const char *project_class)
{
    for (size_t i = 0; i < t->n_rules; i++)
        if (strcmp(t->rules[i].project_class, project_class) == 0)
            return true;
    return false;
}

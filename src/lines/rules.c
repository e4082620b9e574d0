#include "lines/rules_csv.h"

#include "base/sha256.h"
#include "lines/line_table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows to rules ---- */

static const char *const columns[] = {"rule_id",     "layer",    "sub_zone", "relation", "project_class",
                                      "verdict",     "severity", "title_zh", "title_en", "needs_zh",
                                      "legal_basis", "conf",     "source",   "needs_en"};
static enum status bad_row(int row, const char *what, const char *value, struct error *e)
{
    error_zh(e, "规则表第 %d 行的 %s“%s”不认识；请对照 schema/rules.csv 的写法改正。", row, what, value);
    return error_fail(e, STATUS_INVALID_INPUT, "rule-row", "Row %d of the rule table: unknown %s \"%s\".",
                      row, what, value);
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

_Static_assert(CONTROL_LINE_COUNT <= 32, "a rule has a bit for each line");

static bool has_code(const struct control_line *line, const char *code, size_t n)
{
    for (int k = 0; line->codes[k]; k++)
        if (strlen(line->codes[k]) == n && strncmp(code, line->codes[k], n) == 0)
            return true;
    return false;
}

static unsigned lines_of(const char *layer)
{
    if (strcmp(layer, "*") == 0)
        return UINT_MAX >> (32 - CONTROL_LINE_COUNT);
    unsigned bits = 0;
    for (const char *p = layer; *p;) {
        size_t n = strcspn(p, "|");
        unsigned bit = 0;
        for (int l = 0; l < CONTROL_LINE_COUNT; l++)
            if (has_code(line_at(l), p, n))
                bit = 1u << l;
        if (!bit)
            return 0;
        bits |= bit;
        p += n + (p[n] == '|');
    }
    return bits;
}

static int index_of(const char *value, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return i;
    return -1;
}

static enum status rule_of_cells(const char *const cell[RULES_N_COLUMNS], int row, struct rule *r,
                                 struct error *e)
{
    static const char *const relations[] = {"overlap",         "touch_or_span",  "inside", "outside",
                                            "overlap_partial", "layers_overlap", "no_data"};
    static const char *const verdicts[] = {"unknown", "prohibited", "restricted", "notice", "allowed"};
    int relation = index_of(cell[COLUMN_RELATION], relations, 7),
        verdict = index_of(cell[COLUMN_VERDICT], verdicts, 5);
    char *end;
    long severity = strtol(cell[COLUMN_SEVERITY], &end, 10);
    unsigned bits = lines_of(cell[COLUMN_LAYER]);
    if (!bits)
        return bad_row(row, "layer", cell[COLUMN_LAYER], e);
    if (relation < 0)
        return bad_row(row, "relation", cell[COLUMN_RELATION], e);
    if (verdict <= 0)
        return bad_row(row, "verdict", cell[COLUMN_VERDICT], e);
    if (end == cell[COLUMN_SEVERITY] || *end || severity < 0 || severity > 4)
        return bad_row(row, "severity", cell[COLUMN_SEVERITY], e);
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
                       .source = cell[COLUMN_SOURCE]};
    return STATUS_OK;
}

enum status rules_row_read(const struct rules_row *row, int number, const int position[RULES_N_COLUMNS],
                           struct rule *r, struct error *e)
{
    const char *cell[RULES_N_COLUMNS];
    for (int k = 0; k < RULES_N_COLUMNS; k++)
        cell[k] = position[k] >= 0 && position[k] < row->n ? row->cell[position[k]] : "";
    return rule_of_cells(cell, number, r, e);
}

enum status rules_parse(const char *csv, size_t n, struct arena *a, struct rule_table *out, struct error *e)
{
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    struct rule *rules = arena_array(a, rules_csv_most_rows(csv, n), sizeof *rules);
    char *text = arena_strndup(a, csv, n);
    struct rules_csv c = {.row = 0};
    struct rules_row row = {.n = 0};
    int position[RULES_N_COLUMNS];
    size_t n_rules = 0;
    if (!rules || !text)
        return error_no_memory(e);
    csv_reader_init(&c.cells, text, ',');
    if (!rules_csv_next(&c, &row)) {
        error_zh(e, "规则表是空的。");
        return error_fail(e, STATUS_INVALID_INPUT, "rules-empty", "The rule table is empty.");
    }
    enum status s = rules_header(&row, position, e);
    while (!s && rules_csv_next(&c, &row))
        s = rules_row_read(&row, c.row, position, &rules[n_rules++], e);
    if (s)
        return s;
    uint8_t digest[SHA256_BYTES];
    sha256_of_bytes(csv, n, digest);
    *out = (struct rule_table){.rules = rules, .n_rules = n_rules};
    sha256_to_hex(digest, out->version);
    return STATUS_OK;
}

bool rules_knows_class(const struct rule_table *t, const char *project_class)
{
    for (size_t i = 0; i < t->n_rules; i++)
        if (strcmp(t->rules[i].project_class, project_class) == 0)
            return true;
    return false;
}

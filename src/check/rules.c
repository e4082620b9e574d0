#include "check/rules.h"

#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *id, *zh, *en;
    const char *codes[3]; /* as the rule table names the layer */
} lines[CONTROL_LINE_COUNT] = {
    {"ecological_red_line", "生态保护红线", "ecological red line", {"STBHHX", NULL}},
    {"permanent_basic_farmland", "永久基本农田", "permanent basic farmland", {"YJJBNTBHTB", "YJJBNT", NULL}},
    {"urban_development_boundary", "城镇开发边界", "urban development boundary", {"CZKFBJ", NULL}},
};

const char *control_line_id(enum control_line line)
{
    return lines[line].id;
}

const char *control_line_zh(enum control_line line)
{
    return lines[line].zh;
}

const char *control_line_en(enum control_line line)
{
    return lines[line].en;
}

/* ---- CSV: RFC 4180, UTF-8, one header row ---- */

enum { MAX_COLUMNS = 32 };

/* Cells are unquoted in place, in a copy of the text that ends with a NUL. */
struct csv {
    char *at;
    int row;
};

struct csv_row {
    const char *cell[MAX_COLUMNS];
    int n;
};

/* One cell; `delimiter` is what stood behind it (',', '\n' or NUL), and `at` moves past that. */
static const char *csv_cell(struct csv *c, char *delimiter)
{
    bool quoted = *c->at == '"';
    char *start = quoted ? c->at + 1 : c->at, *to = start, *from = start;
    for (; *from; from++) {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                from++;
                break;
            }
            from++;
        } else if (!quoted && (*from == ',' || *from == '\n')) {
            break;
        }
        *to++ = *from;
    }
    from += strcspn(from, ",\n");
    *delimiter = *from;
    c->at = *from ? from + 1 : from;
    if (!quoted && to > start && to[-1] == '\r')
        to--;
    *to = '\0';
    return start;
}

/* false at the end of the text. Cells beyond MAX_COLUMNS are skipped. */
static bool csv_next(struct csv *c, struct csv_row *row)
{
    c->at += strspn(c->at, "\r\n");
    if (!*c->at)
        return false;
    c->row++;
    row->n = 0;
    for (char delimiter = ','; delimiter == ',';) {
        const char *cell = csv_cell(c, &delimiter);
        if (row->n < MAX_COLUMNS)
            row->cell[row->n++] = cell;
    }
    return true;
}

/* ---- rows to rules ---- */

static const char *const columns[] = {"rule_id",     "layer",    "sub_zone", "relation", "project_class",
                                      "verdict",     "severity", "title_zh", "title_en", "needs_zh",
                                      "legal_basis", "conf",     "source"};
enum column {
    ID,
    LAYER,
    SUB_ZONE,
    RELATION,
    CLASS,
    VERDICT,
    SEVERITY,
    TITLE_ZH,
    TITLE_EN,
    NEEDS,
    BASIS,
    CONF,
    SOURCE
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static enum status bad_row(int row, const char *what, const char *value, struct error *e)
{
    error_zh(e, "规则表第 %d 行的 %s“%s”不认识；请对照 schema/rules.csv 的写法改正。", row, what, value);
    return error_fail(e, STATUS_INVALID_INPUT, "rule-row", "Row %d of the rule table: unknown %s \"%s\".",
                      row, what, value);
}

static enum status header_read(const struct csv_row *row, int position[N_COLUMNS], struct error *e)
{
    for (int k = 0; k < N_COLUMNS; k++) {
        position[k] = -1;
        for (int i = 0; i < row->n; i++)
            if (strcmp(row->cell[i], columns[k]) == 0)
                position[k] = i;
        if (position[k] < 0) {
            error_zh(e, "规则表缺少列“%s”。", columns[k]);
            return error_fail(e, STATUS_INVALID_INPUT, "rule-column",
                              "The rule table lacks the column \"%s\".", columns[k]);
        }
    }
    return STATUS_OK;
}

static unsigned lines_of(const char *layer)
{
    if (strcmp(layer, "*") == 0)
        return (1u << CONTROL_LINE_COUNT) - 1;
    unsigned bits = 0;
    for (const char *p = layer; *p;) {
        size_t n = strcspn(p, "|");
        unsigned bit = 0;
        for (int l = 0; l < CONTROL_LINE_COUNT; l++)
            for (int k = 0; k < 3 && lines[l].codes[k]; k++)
                if (strlen(lines[l].codes[k]) == n && strncmp(p, lines[l].codes[k], n) == 0)
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

static enum status rule_of_row(const char *const cell[N_COLUMNS], int row, struct rule *r, struct error *e)
{
    static const char *const relations[] = {"overlap",         "touch_or_span",  "inside", "outside",
                                            "overlap_partial", "layers_overlap", "no_data"};
    static const char *const verdicts[] = {"unknown", "prohibited", "restricted", "notice", "allowed"};
    int relation = index_of(cell[RELATION], relations, 7), verdict = index_of(cell[VERDICT], verdicts, 5);
    char *end;
    long severity = strtol(cell[SEVERITY], &end, 10);
    unsigned bits = lines_of(cell[LAYER]);
    if (!bits)
        return bad_row(row, "layer", cell[LAYER], e);
    if (relation < 0)
        return bad_row(row, "relation", cell[RELATION], e);
    if (verdict <= 0)
        return bad_row(row, "verdict", cell[VERDICT], e);
    if (end == cell[SEVERITY] || *end || severity < 0 || severity > 4)
        return bad_row(row, "severity", cell[SEVERITY], e);
    *r = (struct rule){.id = cell[ID],
                       .lines = bits,
                       .sub_zone = cell[SUB_ZONE],
                       .relation = (enum relation)relation,
                       .project_class = cell[CLASS],
                       .verdict = (enum verdict)verdict,
                       .severity = (int)severity,
                       .title_zh = cell[TITLE_ZH],
                       .title_en = cell[TITLE_EN],
                       .needs_zh = cell[NEEDS],
                       .basis = cell[BASIS],
                       .confidence = cell[CONF],
                       .source = cell[SOURCE]};
    return STATUS_OK;
}

enum status rules_parse(const char *csv, size_t n, struct arena *a, struct rule_table *out, struct error *e)
{
    if (n >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
        csv += 3, n -= 3;
    size_t max_rows = 1;
    for (size_t i = 0; i < n; i++)
        max_rows += csv[i] == '\n';
    struct rule *rules = arena_array(a, max_rows, sizeof *rules);
    struct csv c = {.at = arena_strndup(a, csv, n)};
    struct csv_row row = {.n = 0};
    int position[N_COLUMNS];
    size_t n_rules = 0;
    if (!rules || !c.at)
        return error_no_memory(e);
    if (!csv_next(&c, &row)) {
        error_zh(e, "规则表是空的。");
        return error_fail(e, STATUS_INVALID_INPUT, "rules-empty", "The rule table is empty.");
    }
    enum status s = header_read(&row, position, e);
    while (!s && csv_next(&c, &row)) {
        const char *cell[N_COLUMNS];
        for (int k = 0; k < N_COLUMNS; k++)
            cell[k] = position[k] < row.n ? row.cell[position[k]] : "";
        s = rule_of_row(cell, c.row, &rules[n_rules++], e);
    }
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

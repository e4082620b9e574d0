/* Totals by county, prefecture or region against the official ones, where somebody gives them: a CSV or JSON
 * file with a code, a layer and an area for each row. */
#include "audit/conflicts/parts.h"

#include "base/file.h"
#include "formats/csv.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OFFICIAL_LIMIT = 16 << 20 };

struct official {
    const char *code, *name, *layer;
    double area_m2;
    double half_digit_m2; /* half of the last digit that was given: nobody can be told off for rounding */
};

struct official_list {
    struct official *rows;
    size_t n;
};

/* ---- one row ---- */

static const struct {
    const char *field;
    double m2;
} units[] = {
    {"area_m2", 1}, {"area_ha", 1e4}, {"area_km2", 1e6}, {"area_mu", 2000.0 / 3}, {"area_wanmu", 2e7 / 3}};
enum { N_UNITS = sizeof units / sizeof *units };

static enum status bad_row(const char *path, size_t row, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "官方面积文件“%.200s”第 %zu 行：%s。", path, row, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "official-row", "Official totals \"%.200s\", row %zu: %s.",
                      path, row, en);
}

/* "12.30" is 12.3 give or take 0.005. */
static bool area_of(const char *text, double unit, struct official *out)
{
    char *end;
    double v = strtod(text, &end);
    const char *point = strchr(text, '.');
    if (end == text || *end || !isfinite(v) || v < 0 || strpbrk(text, "eExX"))
        return false;
    out->area_m2 = v * unit;
    out->half_digit_m2 = 0.5 * pow(10, point ? -(double)strlen(point + 1) : 0) * unit;
    return true;
}

static bool code_ok(const char *code)
{
    size_t n = strlen(code);
    return n >= 2 && n <= 12 && strspn(code, "0123456789") == n;
}

/* A layer by its id, its title or the name of its table in the standard. */
static const char *layer_of(const struct conflict_run *run, const char *name)
{
    const struct line_table *lines = snapshot_lines(run->snapshot);
    for (int l = 0; l < lines->n; l++) {
        const struct control_line *line = line_at(lines, l);
        if (strcasecmp(name, line->standard) == 0)
            name = line->id;
        else if (*line->space && strcasecmp(name, line->space_standard) == 0)
            name = line->space;
    }
    for (size_t i = 0; i < run->n_layers; i++) {
        const struct store_version *v = &run->layers[i].snapshot->version;
        if (strcmp(name, v->layer) == 0 || strcmp(name, v->title_zh) == 0)
            return v->layer;
    }
    return NULL;
}

static enum status unknown_layer(const struct conflict_run *run, const char *path, size_t row,
                                 struct error *e)
{
    char zh[160], en[160];
    const struct control_line *example = line_example(snapshot_lines(run->snapshot));
    const char *table = example ? example->standard : "-";
    snprintf(zh, sizeof zh, "layer 不是本次审查的图层（代号、标题或表名，如 %.60s）", table);
    snprintf(en, sizeof en, "layer is none of the audited layers (id, title or table such as %.60s)", table);
    return bad_row(path, row, zh, en, e);
}

static enum status take_row(const struct conflict_run *run, const char *path, size_t number, const char *code,
                            const char *name, const char *layer, const char *area, double unit,
                            struct official_list *l, struct error *e)
{
    struct official *o = &l->rows[l->n];
    o->code = code;
    o->name = name;
    o->layer = layer_of(run, layer);
    if (!code_ok(code))
        return bad_row(path, number, "code 应为 2 至 12 位数字的行政区代码",
                       "code must be an administrative code of 2 to 12 digits", e);
    if (!o->layer)
        return unknown_layer(run, path, number, e);
    if (!area_of(area, unit, o))
        return bad_row(path, number, "面积应为不小于零的十进制数",
                       "the area must be a decimal number of zero or more", e);
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->rows[i].code, code) == 0 && l->rows[i].layer == o->layer)
            return bad_row(path, number, "该代码和图层已出现过", "this code and layer were there before", e);
    l->n++;
    return STATUS_OK;
}

/* ---- files ---- */

static enum status bad_header(const char *path, struct error *e)
{
    error_zh(e,
             "官方面积文件“%.200s”应有 code、layer 和一列面积（area_m2、area_ha、area_km2、area_mu 或 "
             "area_wanmu），可有 name。",
             path);
    return error_fail(e, STATUS_INVALID_INPUT, "official-header",
                      "Official totals \"%.200s\" need code, layer and one area (area_m2, area_ha, area_km2, "
                      "area_mu or area_wanmu); name is optional.",
                      path);
}

static enum status read_csv(const struct conflict_run *run, const char *path, const char *text, size_t n,
                            struct official_list *l, struct error *e)
{
    struct csv_table c;
    enum status s = csv_table_read(text, n, path, run->arena, &c, e);
    if (s)
        return s;
    int code = csv_table_column(&c, "code"), layer = csv_table_column(&c, "layer"),
        name = csv_table_column(&c, "name");
    int area = -1, given = 0;
    double unit = 1;
    for (int i = 0; i < N_UNITS; i++)
        if (csv_table_column(&c, units[i].field) >= 0) {
            area = csv_table_column(&c, units[i].field);
            unit = units[i].m2;
            given++;
        }
    if (code < 0 || layer < 0 || given != 1)
        return bad_header(path, e);
    l->rows = arena_array(run->arena, c.n_rows + 1, sizeof *l->rows);
    if (!l->rows)
        return error_no_memory(e);
    for (size_t i = 0; !s && i < c.n_rows; i++)
        s = take_row(run, path, i + 2, csv_table_cell(&c, i, code), csv_table_cell(&c, i, name),
                     csv_table_cell(&c, i, layer), csv_table_cell(&c, i, area), unit, l, e);
    return s;
}

static const char *json_text(const struct conflict_run *run, const json_t *v)
{
    char number[64];
    if (json_is_string(v))
        return arena_strdup(run->arena, json_string_value(v));
    if (json_is_integer(v))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(number, sizeof number, "%.12g", json_real_value(v));
    else
        return "";
    return arena_strdup(run->arena, number);
}

static enum status json_row(const struct conflict_run *run, const char *path, size_t number,
                            const json_t *row, struct official_list *l, struct error *e)
{
    const char *texts[4] = {json_text(run, json_object_get(row, "code")),
                            json_text(run, json_object_get(row, "name")),
                            json_text(run, json_object_get(row, "layer")), NULL};
    double unit = 1;
    for (int i = 0; i < N_UNITS; i++)
        if (json_object_get(row, units[i].field)) {
            if (texts[3])
                return bad_header(path, e);
            texts[3] = json_text(run, json_object_get(row, units[i].field));
            unit = units[i].m2;
            if (!texts[3])
                return error_no_memory(e);
        }
    if (!texts[0] || !texts[1] || !texts[2])
        return error_no_memory(e);
    if (!texts[3])
        return bad_header(path, e);
    return take_row(run, path, number, texts[0], texts[1], texts[2], texts[3], unit, l, e);
}

static enum status read_json(const struct conflict_run *run, const char *path, const char *text, size_t n,
                             struct official_list *l, struct error *e)
{
    json_t *root = json_loadb(text, n, 0, NULL);
    if (!json_is_array(root)) {
        json_decref(root);
        return bad_header(path, e);
    }
    size_t rows = json_array_size(root);
    l->rows = arena_array(run->arena, rows + 1, sizeof *l->rows);
    enum status s = l->rows ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < rows; i++)
        s = json_row(run, path, i + 1, json_array_get(root, i), l, e);
    json_decref(root);
    return s;
}

static enum status read_official(const struct conflict_run *run, const char *path, struct official_list *l,
                                 struct error *e)
{
    char *text;
    size_t n;
    enum status s = file_read(path, OFFICIAL_LIMIT, run->arena, &text, &n, e);
    if (s)
        return s;
    size_t lead = strspn(text, " \t\r\n");
    return lead < n && (text[lead] == '[' || text[lead] == '{') ? read_json(run, path, text, n, l, e)
                                                                : read_csv(run, path, text, n, l, e);
}

/* ---- totals ---- */

/* 150102000000 is 150102, 150100 is 1501, 150000 is 15: what all codes within it begin with. */
static size_t prefix_of(const char *code)
{
    size_t n = strlen(code) < 6 ? strlen(code) : 6;
    while (n > 2 && code[n - 1] == '0' && code[n - 2] == '0')
        n -= 2;
    return n;
}

static double total_of(const struct conflict_layer *l, const char *code, int64_t *without)
{
    size_t n = prefix_of(code);
    double sum = 0;
    for (uint32_t i = 0; i < index_n_features(l->snapshot->index); i++) {
        if (l->county[i] && strncmp(l->county[i], code, n) == 0)
            sum += index_feature_at(l->snapshot->index, i).area_m2;
        else if (!l->county[i] || strlen(l->county[i]) < n || prefix_of(l->county[i]) < n)
            ++*without; /* no code, or the code of something larger */
    }
    return sum;
}

static enum status compare(struct conflict_run *run, const struct official *o, struct error *e)
{
    const struct conflict_layer *l = run->layers;
    while (l->snapshot->version.layer != o->layer)
        l++;
    int64_t without = 0;
    double computed = total_of(l, o->code, &without), difference = computed - o->area_m2;
    double tolerance = fmax(o->half_digit_m2, CONFLICT_TOTAL_SHARE * o->area_m2);
    if (fabs(difference) <= fmax(tolerance, CONFLICT_DECLARED_M2))
        return STATUS_OK;
    struct conflict_finding f = conflict_blank(CONFLICT_TOTAL, 2);
    f.layer_a = o->layer;
    f.code_a = f.county = o->code;
    f.prefecture_name = o->name;
    f.area_m2 = fabs(difference);
    f.declared_m2 = o->area_m2;
    f.computed_m2 = computed;
    f.note_zh = arena_printf(
        run->arena,
        "公布面积 %.4f 公顷，图斑合计 %.4f 公顷，相差 %+.4f 公顷；%lld 个图斑没有该级代码，未计入。",
        o->area_m2 / 1e4, computed / 1e4, difference / 1e4, (long long)without);
    f.note_en =
        arena_printf(run->arena,
                     "Official %.4f ha, features add up to %.4f ha: %+.4f ha; %lld features without a "
                     "code of this level are not in it.",
                     o->area_m2 / 1e4, computed / 1e4, difference / 1e4, (long long)without);
    return f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
}

enum status conflict_find_totals(struct conflict_run *run, struct error *e)
{
    struct official_list l = {.n = 0};
    if (!run->request->official)
        return STATUS_OK;
    enum status s = read_official(run, run->request->official, &l, e);
    for (size_t i = 0; !s && i < l.n; i++)
        s = compare(run, &l.rows[i], e);
    return s;
}

/* CSV with a header: a geometry a row (WKT), or a point a row. Columns are found by their names, Chinese or
 * English; the separator is the comma, semicolon or tab that the header has most of. */
#include "features/readers/csv.h"

#include "features/binding.h"
#include "features/readers/wkt.h"
#include "features/stream.h"
#include "formats/lines.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 64 };

enum column {
    COLUMN_WKT,
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_USE,
    COLUMN_AREA,
    COLUMN_RING,
    COLUMN_A,
    COLUMN_B,
    COLUMN_ZONE,
    COLUMN_SYSTEM,
    COLUMNS
};

/* Names without their units in brackets, in lower case. The first that is found is taken; what an id, a name,
 * a use and an area are called, binding.h says for every format. */
static const char *const column_names[COLUMNS][16] = {
    [COLUMN_WKT] = {"wkt", "geom", "geometry", "the_geom", "wkt_geom", "shape", "几何", "图形", "坐标串"},
    [COLUMN_RING] = {"圈号", "地块圈号", "环号", "qh", "ring", "ring_id", "ring_no", "part"},
    [COLUMN_A] = {"经度", "lon", "long", "longitude", "lng", "x", "x坐标", "横坐标", "东坐标", "easting",
                  "东", "坐标x"},
    [COLUMN_B] = {"纬度", "lat", "latitude", "y", "y坐标", "纵坐标", "北坐标", "northing", "北", "坐标y"},
    [COLUMN_ZONE] = {"带号", "投影带", "投影带号"},
    [COLUMN_SYSTEM] = {"坐标系", "坐标系统", "坐标系名称", "大地基准", "zbx", "crs", "srs", "datum", "epsg",
                       "srid"},
};

struct csv_rows {
    struct parsing *p;
    struct csv_reader text;
    int column[COLUMNS]; /* -1 when there is none */
    char *cells[CSV_COLUMNS_MAX];
    size_t n_cells, n_written;
    size_t n_columns; /* of the header */
    size_t lines_before;
    bool gap;
    char *id, *ring; /* of the row before; borrowed from the text */
    const char *zone, *system;
    const char *const *names; /* of the columns, for a stream */
    size_t n_names;
    struct coords coords;
    struct wkt_set wkt;
};

static char separator_of(const char *text)
{
    size_t n = strcspn(text, "\r\n"), counts[3] = {0};
    static const char separators[] = ",;\t";
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++)
            counts[k] += text[i] == separators[k];
    return counts[2] > counts[0] && counts[2] >= counts[1] ? '\t' : counts[1] > counts[0] ? ';' : ',';
}

/* False at the end of the text. n_written are the cells of the row; those beyond CSV_COLUMNS_MAX are not
 * held. */
static bool cut_row(struct csv_rows *r)
{
    if (!csv_next_row(&r->text, r->cells, CSV_COLUMNS_MAX, &r->n_cells))
        return false;
    r->n_written = r->n_cells;
    r->n_cells = r->n_cells < CSV_COLUMNS_MAX ? r->n_cells : CSV_COLUMNS_MAX;
    for (size_t i = 0; i < r->n_cells; i++)
        r->cells[i] = line_trim(r->cells[i]);
    return true;
}

static void plain_name(const char *cell, char *out)
{
    size_t n = 0;
    line_trim(memcpy(out, cell, strlen(cell) < NAME_MAX_BYTES ? strlen(cell) + 1 : 1));
    if (strlen(cell) >= NAME_MAX_BYTES)
        out[0] = '\0';
    crs_fold(out);
    for (char *s = out; *s && *s != '(' && *s != '['; s++)
        if (*s != ' ' && *s != '"')
            out[n++] = (char)tolower((unsigned char)*s);
    out[n] = '\0';
}

static void find_columns(struct csv_rows *r)
{
    static const enum bound_field bound[] = {[COLUMN_ID] = BOUND_ID,
                                             [COLUMN_NAME] = BOUND_NAME,
                                             [COLUMN_USE] = BOUND_USE,
                                             [COLUMN_AREA] = BOUND_AREA};
    char plain[CSV_COLUMNS_MAX][NAME_MAX_BYTES];
    const char *all[CSV_COLUMNS_MAX];
    for (size_t i = 0; i < r->n_cells; i++) {
        plain_name(r->cells[i], plain[i]);
        all[i] = plain[i];
    }
    for (int c = 0; c < COLUMNS; c++) {
        r->column[c] = column_names[c][0] ? -1 : binding_find(bound[c], all, NULL, r->n_cells);
        for (int k = 0; r->column[c] < 0 && k < 16 && column_names[c][k]; k++)
            for (size_t i = 0; i < r->n_cells; i++)
                if (strcmp(plain[i], column_names[c][k]) == 0)
                    r->column[c] = (int)i;
    }
}

static bool has_columns(const struct csv_rows *r)
{
    return r->column[COLUMN_WKT] >= 0 || (r->column[COLUMN_A] >= 0 && r->column[COLUMN_B] >= 0);
}

bool csv_recognised(const char *text)
{
    char line[16384];
    struct csv_rows r = {.n_cells = 0};
    size_t n = strcspn(text, "\r\n");
    if (n >= sizeof line)
        return false;
    memcpy(line, text, n);
    line[n] = '\0';
    csv_reader_init(&r.text, line, separator_of(line));
    if (!cut_row(&r))
        return false;
    find_columns(&r);
    return has_columns(&r);
}

static void give(const struct csv_rows *r, struct csv_record *out)
{
    memcpy(out->cells, r->cells, r->n_cells * sizeof *r->cells);
    out->n = r->n_cells;
}

bool csv_header_read(char *text, struct csv_record *names_out, struct csv_header *out)
{
    struct csv_rows r = {.n_cells = 0};
    csv_reader_init(&r.text, text, separator_of(text));
    if (!cut_row(&r))
        return false;
    find_columns(&r);
    give(&r, names_out);
    *out = (struct csv_header){.separator = r.text.separator,
                               .geometry = r.column[COLUMN_WKT],
                               .a = r.column[COLUMN_A],
                               .b = r.column[COLUMN_B],
                               .id = r.column[COLUMN_ID],
                               .name = r.column[COLUMN_NAME]};
    return has_columns(&r);
}

void csv_record_read(char separator, char *text, struct csv_record *out)
{
    struct csv_rows r = {.n_cells = 0};
    csv_reader_init(&r.text, text, separator);
    (void)cut_row(&r);
    give(&r, out);
}

static size_t row_line(const struct csv_rows *r)
{
    return r->lines_before + r->text.row_line;
}

static char *cell(const struct csv_rows *r, enum column c)
{
    static char nothing[1];
    int i = r->column[c];
    return i >= 0 && (size_t)i < r->n_cells ? r->cells[i] : nothing;
}

static enum status fail_row(struct csv_rows *r, const char *code, const char *zh, const char *en)
{
    error_zh(r->p->error, "第%zu行：%s", row_line(r), zh);
    return error_fail(r->p->error, STATUS_INVALID_INPUT, code, "Line %zu: %s", row_line(r), en);
}

static const char *keep(struct csv_rows *r, const char *text)
{
    const char *kept = arena_strdup(r->p->context->arena, text);
    r->p->no_memory = r->p->no_memory || !kept;
    return kept ? kept : "";
}

/* A column that names the zone or the system speaks for its rows as a heading would; what contradicts is
 * refused. */
static enum status row_system(struct csv_rows *r, struct coords *c)
{
    static const enum crs_key keys[] = {CRS_KEY_ZONE, CRS_KEY_DATUM};
    const char *cells[] = {cell(r, COLUMN_ZONE), cell(r, COLUMN_SYSTEM)};
    const char **before[] = {&r->zone, &r->system};
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < 2; i++) {
        if (*cells[i] == '\0' || (*before[i] && strcmp(*before[i], cells[i]) == 0))
            continue;
        *before[i] = cells[i];
        s = crs_words_of_key(keys[i], cells[i], &c->said, r->p->error);
    }
    return s == STATUS_OK ? s : parsing_fail_at_line(r->p, s, row_line(r));
}

static enum status wkt_row(struct csv_rows *r)
{
    char *at = cell(r, COLUMN_WKT);
    if (*at == '\0')
        return fail_row(r, FEATURE_NO_GEOMETRY);
    enum status s = row_system(r, &r->wkt.coords);
    if (s == STATUS_OK)
        s = wkt_read_one(r->p, &r->wkt, &at, row_line(r));
    if (s != STATUS_OK)
        return s;
    struct wkt_one *one = &r->wkt.ones[r->wkt.n - 1];
    one->id = keep(r, cell(r, COLUMN_ID));
    one->name = keep(r, cell(r, COLUMN_NAME));
    one->use = keep(r, cell(r, COLUMN_USE));
    if (!parsing_area_text(cell(r, COLUMN_AREA), &one->area))
        one->area = (struct declared_area){NAN, AREA_UNIT_UNSAID, NULL};
    return STATUS_OK;
}

/* One value: a number, degrees with their signs, or degrees, minutes and seconds with blanks between them. */
static bool whole_value(char *text, struct crs_value *out)
{
    struct crs_value parts[3];
    const char *at = text;
    size_t n = 0;
    crs_fold_signs(text);
    while (n < 3 && crs_value_read(&at, &parts[n])) {
        n++;
        at += strspn(at, " ");
    }
    *out = parts[0];
    return *at == '\0' && (n == 1 || (n > 1 && crs_value_sexagesimal(parts, n, out)));
}

/* "X(西安80)", "经度(GCJ-02)" */
static enum status header_system(struct csv_rows *r)
{
    struct coords *c = r->column[COLUMN_WKT] >= 0 ? &r->wkt.coords : &r->coords;
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < r->n_cells; i++) {
        bool said;
        s = coords_words(r->p, c, r->cells[i], CRS_TEXT_COLUMN, 1, &said);
    }
    return s;
}

static enum status point_row(struct csv_rows *r)
{
    struct crs_value a, b;
    struct coords *c = &r->coords;
    char *id = cell(r, COLUMN_ID), *ring = cell(r, COLUMN_RING);
    enum status s = row_system(r, &r->coords);
    if (s != STATUS_OK)
        return s;
    if (!whole_value(cell(r, COLUMN_A), &a) || !whole_value(cell(r, COLUMN_B), &b))
        return fail_row(r, "csv-coordinates", "坐标列不是数，也不是度分秒；请改正或删去该行。",
                        "the coordinate columns are neither numbers nor degrees; correct or remove the row.");
    if (*id == '\0' && c->n_plots && *r->id && !r->gap)
        return fail_row(
            r, CSV_ID_EMPTY,
            "地块编号是空的，而上一行有编号（多半是表格里合并的单元格，另存为CSV时编号只留在第一行）；"
            "请取消合并，把编号填满每一行后重新导出。",
            "the parcel id is empty where the row before has one, as merged cells of a spreadsheet are "
            "written; unmerge them, fill in the id on every row, and export again.");
    bool new_plot = c->n_plots == 0 || strcmp(id, r->id) != 0;
    if (new_plot)
        coords_begin_plot(c, keep(r, id), keep(r, cell(r, COLUMN_NAME)));
    if (new_plot || coords_came_back(c) || r->gap || strcmp(ring, r->ring) != 0)
        coords_begin_ring(c);
    r->gap = false;
    r->id = id;
    r->ring = ring;
    coords_written(c, &a, &b, row_line(r));
    c->last_in_a = r->column[COLUMN_A] > r->column[COLUMN_B];
    c->ends_in_line =
        r->text.open_end && r->n_written == 1 + (size_t)r->column[c->last_in_a ? COLUMN_A : COLUMN_B];
    c->last_unit = c->last_in_a ? a.unit : b.unit;
    return STATUS_OK;
}

/* For a stream, whose pieces hold the rows of one parcel: its fields are those of the first row, without
 * coordinates. */
static bool is_field(const struct csv_rows *r, size_t i)
{
    static const enum column coordinates[] = {COLUMN_WKT, COLUMN_A, COLUMN_B, COLUMN_RING};
    for (size_t k = 0; k < sizeof coordinates / sizeof *coordinates; k++)
        if (r->column[coordinates[k]] == (int)i)
            return false;
    return true;
}

static void keep_names(struct csv_rows *r)
{
    const char **names = arena_array(r->p->context->arena, r->n_cells, sizeof *names);
    r->p->no_memory = r->p->no_memory || !names;
    r->n_names = names ? r->n_cells : 0;
    for (size_t i = 0; i < r->n_names; i++)
        names[i] = keep(r, r->cells[i]);
    r->names = names;
}

static enum status keep_fields(struct csv_rows *r)
{
    const struct parcel_sink *sink = r->p->context->sink;
    struct parcel_fields *f = &r->p->fields;
    const char **names = arena_array(r->p->context->arena, r->n_names, sizeof *names);
    const char **values = arena_array(r->p->context->arena, r->n_names, sizeof *values);
    r->p->no_memory = r->p->no_memory || !names || !values;
    if (f->n)
        return STATUS_OK;
    if (!names || !values)
        return error_no_memory(r->p->error);
    for (size_t i = 0; i < r->n_names; i++)
        if (*r->names[i] && is_field(r, i)) {
            names[f->n] = r->names[i];
            values[f->n++] = i < r->n_cells && *r->cells[i] ? keep(r, r->cells[i]) : NULL;
        }
    f->names = names;
    f->values = values;
    return sink->record(sink->user, f, r->p->error);
}

static bool blank_row(const struct csv_rows *r)
{
    for (size_t i = 0; i < r->n_cells; i++)
        if (*r->cells[i])
            return false;
    return true;
}

/* A column of geometry whose name comes again; COLUMNS: none. */
static enum column column_twice(const struct csv_rows *r)
{
    static const enum column geometry[] = {COLUMN_WKT, COLUMN_A, COLUMN_B};
    char plain[NAME_MAX_BYTES], other[NAME_MAX_BYTES];
    for (size_t k = 0; k < sizeof geometry / sizeof *geometry; k++) {
        int column = r->column[geometry[k]];
        if (column < 0)
            continue;
        plain_name(r->cells[column], plain);
        for (size_t i = 0; i < r->n_cells; i++) {
            plain_name(r->cells[i], other);
            if ((int)i != column && strcmp(plain, other) == 0)
                return geometry[k];
        }
    }
    return COLUMNS;
}

/* The header's columns are what is read of each row. */
static enum status take_header(struct csv_rows *r)
{
    (void)cut_row(r);
    r->n_columns = r->n_cells;
    find_columns(r);
    enum column twice = column_twice(r);
    if (twice < COLUMNS) {
        const char *name = parsing_short(r->p, r->cells[r->column[twice]]);
        error_zh(r->p->error, "表头里“%s”列出现两次，一行里可能有两个界址点；请排成每行一个点后重新导出。",
                 name ? name : "");
        return error_fail(
            r->p->error, STATUS_INVALID_INPUT, CSV_COLUMNS,
            "The header has the column \"%s\" twice, so that a row may hold two points; put one "
            "point in a row and export again.",
            name ? name : "");
    }
    if (r->n_written <= CSV_COLUMNS_MAX)
        return STATUS_OK;
    error_zh(r->p->error, "表头有%zu列，超过%d列；请删去用不到的列后重新导出。", r->n_written,
             CSV_COLUMNS_MAX);
    return error_fail(r->p->error, STATUS_INVALID_INPUT, CSV_COLUMNS,
                      "The header has %zu columns, more than %d; remove those that are not needed and export "
                      "again.",
                      r->n_written, CSV_COLUMNS_MAX);
}

/* A cell without a column, unless it is empty: a comma in a text that has no quotes, which may have moved
 * what stands behind it. */
static enum status check_cells(struct csv_rows *r)
{
    size_t last = r->n_cells;
    while (last > r->n_columns && !*r->cells[last - 1])
        last--;
    if (last <= r->n_columns && r->n_written <= CSV_COLUMNS_MAX)
        return STATUS_OK;
    return fail_row(
        r, "csv-cells",
        "这一行的格数比表头的列数多，多半是文字里的逗号没有加引号；请给文字加上英文双引号，或补上表头。",
        "the row has more cells than the header has columns, perhaps for a comma in a text without "
        "quotes; put the text in double quotes, or name the columns.");
}

static enum status read_rows(struct csv_rows *r)
{
    enum status s = STATUS_OK;
    bool wkt = r->column[COLUMN_WKT] >= 0;
    while (s == STATUS_OK && cut_row(r)) {
        if (r->text.unclosed)
            return fail_row(r, CSV_QUOTE);
        if (blank_row(r))
            r->gap = coords_in_ring(&r->coords) > 0;
        else if (r->p->context->sink)
            s = keep_fields(r);
        if (s == STATUS_OK)
            s = check_cells(r);
        if (s == STATUS_OK && !blank_row(r))
            s = wkt ? wkt_row(r) : point_row(r);
    }
    if (s != STATUS_OK)
        return s;
    if (!wkt)
        return coords_add_parcels(r->p, &r->coords);
    if (r->wkt.n == 0) {
        r->text.row_line = r->text.line;
        return fail_row(r, "parcel-empty", "只有表头，没有数据行。", "there is a header and no row.");
    }
    return wkt_add_parcels(r->p, &r->wkt);
}

enum status parcel_csv_read(struct parsing *p, char *text, size_t n)
{
    (void)n;
    text += strspn(text, " \t\r\n");
    struct csv_rows *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(p->error);
    r->p = p;
    csv_reader_init(&r->text, text, separator_of(text));
    enum status s = take_header(r);
    r->lines_before = p->context->lines_before;
    if (p->context->sink)
        keep_names(r);
    if (s == STATUS_OK)
        s = header_system(r);
    if (s == STATUS_OK)
        s = read_rows(r);
    coords_release(&r->coords);
    wkt_set_release(&r->wkt);
    free(r);
    return s;
}

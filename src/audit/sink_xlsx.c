/* A finished GeoPackage of parcels as a workbook that is read in Excel: columns with Chinese names, the head
 * and the id frozen, a filter on every column, figures as numbers. Written row by row (constant_memory), so
 * that a million parcels take no more memory than one. A sheet ends at EXCEL_ROWS; then there is another of
 * the same kind. The same GeoPackage gives the same bytes. */
#include "audit/row.h"
#include "audit/sink.h"
#include "formats/sqlite_uri.h"
#include "report/forms/xlsxwriter.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCEL_ROWS = 1048576, EXCEL_TEXT = 32767, COLUMNS_MAX = 16 + 3 * LINES_MAX };

enum look { TEXT, WHOLE, AREA, SHARE, YES, STATUS };

struct column {
    char title[96];
    enum look look;
    double width;
};

struct book {
    lxw_workbook *workbook;
    lxw_format *head, *number[SHARE + 1];
    sqlite3 *db;
    struct column columns[COLUMNS_MAX];
    int n;
    lxw_error failed; /* the first */
};

static void note(struct book *b, lxw_error e)
{
    if (!b->failed)
        b->failed = e;
}

static void add(struct book *b, enum look look, double width, const char *title, const char *more)
{
    struct column *c = &b->columns[b->n++];
    *c = (struct column){.look = look, .width = width};
    snprintf(c->title, sizeof c->title, "%s%s", title, more);
}

/* ---- cells ---- */

static const char *status_zh(const char *name)
{
    for (int s = LAYER_CLEAR; s >= 0; s--)
        if (strcmp(name, layer_status_name((enum layer_status)s)) == 0)
            return layer_status_zh((enum layer_status)s);
    return name;
}

/* Excel takes no more of a text; what is cut off is marked. */
static void write_text(struct book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                       const char *text)
{
    char cut[EXCEL_TEXT + 1];
    size_t n = strlen(text);
    if (n > EXCEL_TEXT) { /* bytes are at least as many as characters */
        n = EXCEL_TEXT - 3;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
        memcpy(cut, text, n);
        memcpy(cut + n, "…", sizeof "…");
        text = cut;
    }
    note(b, worksheet_write_string(sheet, row, column, text, NULL));
}

static void write_cell(struct book *b, lxw_worksheet *sheet, lxw_row_t row, int i, sqlite3_stmt *q)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    if (!text) /* not given, not measured: an empty cell, never a 0 */
        return;
    switch (b->columns[i].look) {
    case TEXT:
        write_text(b, sheet, row, (lxw_col_t)i, text);
        return;
    case STATUS:
        write_text(b, sheet, row, (lxw_col_t)i, status_zh(text));
        return;
    case YES:
        write_text(b, sheet, row, (lxw_col_t)i, sqlite3_column_int(q, i) ? "是" : "否");
        return;
    case WHOLE:
    case AREA:
    case SHARE:
        note(b, worksheet_write_number(sheet, row, (lxw_col_t)i, sqlite3_column_double(q, i),
                                       b->number[b->columns[i].look]));
        return;
    }
}

/* ---- sheets ---- */

static lxw_worksheet *begin_sheet(struct book *b, const char *name, int number)
{
    char title[32];
    snprintf(title, sizeof title, number > 1 ? "%s%d" : "%s", name, number);
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, title);
    if (!sheet) {
        note(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    for (int i = 0; i < b->n; i++) {
        note(b, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, b->columns[i].width, NULL));
        note(b, worksheet_write_string(sheet, 0, (lxw_col_t)i, b->columns[i].title, b->head));
    }
    worksheet_freeze_panes(sheet, 1, 2);
    return sheet;
}

/* The filter is over what is there: known when the sheet ends. */
static void end_sheet(struct book *b, lxw_worksheet *sheet, lxw_row_t rows)
{
    if (sheet)
        note(b, worksheet_autofilter(sheet, 0, 0, rows, (lxw_col_t)(b->n - 1)));
}

static enum status fail_book(const struct book *b, const char *to, struct error *e)
{
    const char *why = b->failed ? lxw_strerror(b->failed) : sqlite3_errmsg(b->db);
    error_zh(e, "不能写出“%.200s”：%s。", to, why);
    return error_fail(e, STATUS_IO, "audit-convert", "\"%.200s\" could not be written: %s.", to, why);
}

static bool write_sheets(struct book *b, const char *name, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int number = 1, rc = sqlite3_prepare_v2(b->db, sql, -1, &q, NULL);
    lxw_row_t row = 0;
    lxw_worksheet *sheet = begin_sheet(b, name, number);
    while (rc == SQLITE_OK && sheet && !b->failed && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (row == EXCEL_ROWS - 1) {
            end_sheet(b, sheet, row);
            sheet = begin_sheet(b, name, ++number);
            row = 0;
        }
        row++;
        for (int i = 0; sheet && i < b->n; i++)
            write_cell(b, sheet, row, i, q);
        rc = SQLITE_OK;
    }
    end_sheet(b, sheet, row);
    sqlite3_finalize(q);
    return rc == SQLITE_DONE && !b->failed;
}

static bool write_parcels(struct book *b, const struct line_table *lines)
{
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_append_str(&sql, "SELECT fid, parcel_id, name, verdict_zh, reason_zh, prefecture, county, "
                            "project_class, claims, measured, area_m2, ");
    row_line_columns(&sql, lines, &(struct line_columns){", ", ", ", ", "});
    buffer_append_str(&sql, "rules, source_fid, properties FROM parcels ORDER BY fid");
    b->n = 0;
    add(b, WHOLE, 8, "序号", "");
    add(b, TEXT, 20, "地块编号", "");
    add(b, TEXT, 24, "名称", "");
    add(b, TEXT, 10, "结论", "");
    add(b, TEXT, 40, "说明", "");
    add(b, TEXT, 10, "盟市代码", "");
    add(b, TEXT, 10, "旗县代码", "");
    add(b, TEXT, 18, "项目类型", "");
    add(b, TEXT, 16, "主张", "");
    add(b, YES, 10, "已测算", "");
    add(b, AREA, 16, "地块面积（平方米）", "");
    for (int l = 0; l < lines->n; l++) {
        const char *name = line_at(lines, l)->title_zh;
        add(b, STATUS, 14, name, "状态");
        add(b, AREA, 16, name, "面积（平方米）");
        add(b, SHARE, 10, name, "占地块比例");
    }
    add(b, TEXT, 24, "适用规则", "");
    add(b, WHOLE, 12, "原文件序号", "");
    add(b, TEXT, 40, "原文件字段", "");
    bool ok = buffer_status(&sql, NULL) == STATUS_OK && write_sheets(b, "地块", sql.data);
    buffer_release(&sql);
    return ok;
}

/* The line by its name: the words of a table that stands there for the length of the writing. */
static bool write_findings(struct book *b, const struct line_table *lines)
{
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_append_str(&sql, "SELECT parcel_fid, parcel_id, CASE line");
    for (int l = 0; l < lines->n; l++) {
        char *when = sqlite3_mprintf(" WHEN %Q THEN %Q", line_at(lines, l)->id, line_at(lines, l)->title_zh);
        buffer_append_str(&sql, when ? when : "(");
        sqlite3_free(when);
    }
    buffer_append_str(&sql, " ELSE line END, feature_code, feature_name, zone, area_m2, width_m, sliver FROM "
                            "findings ORDER BY fid");
    b->n = 0;
    add(b, WHOLE, 10, "地块序号", "");
    add(b, TEXT, 20, "地块编号", "");
    add(b, TEXT, 20, "管控线", "");
    add(b, TEXT, 22, "图斑编号", "");
    add(b, TEXT, 22, "图斑名称", "");
    add(b, TEXT, 16, "分区", "");
    add(b, AREA, 16, "面积（平方米）", "");
    add(b, AREA, 14, "宽度（米）", "");
    add(b, YES, 8, "碎屑", "");
    bool ok = buffer_status(&sql, NULL) == STATUS_OK && write_sheets(b, "压占图斑", sql.data);
    buffer_release(&sql);
    return ok;
}

/* ---- the book ---- */

static void make_formats(struct book *b)
{
    static const char *const numbers[] = {[WHOLE] = "0", [AREA] = "#,##0.00", [SHARE] = "0.00%"};
    b->head = workbook_add_format(b->workbook);
    format_set_bold(b->head);
    format_set_text_wrap(b->head);
    format_set_bg_color(b->head, 0xE8ECF0);
    format_set_border(b->head, LXW_BORDER_THIN);
    for (int i = WHOLE; i <= SHARE; i++) {
        b->number[i] = workbook_add_format(b->workbook);
        format_set_num_format(b->number[i], numbers[i]);
    }
}

/* Temporary files lie beside the output: of a job that is the one folder that it sees. */
static lxw_workbook *new_workbook(const char *to, char folder[SINK_PATH_SIZE])
{
    const char *slash = strrchr(to, '/');
    snprintf(folder, SINK_PATH_SIZE, "%.*s", slash ? (int)(slash - to) : 1, slash ? to : ".");
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder};
    lxw_workbook *workbook = workbook_new_opt(to, &options);
    static const lxw_doc_properties properties = {.created = 1}; /* the same bytes on every day */
    if (workbook)
        workbook_set_properties(workbook, (lxw_doc_properties *)(uintptr_t)&properties);
    return workbook;
}

static enum status write_book(struct book *b, const struct line_table *lines, const char *to, struct error *e)
{
    char folder[SINK_PATH_SIZE];
    b->workbook = new_workbook(to, folder);
    if (!b->workbook)
        return error_no_memory(e);
    make_formats(b);
    bool ok = write_parcels(b, lines) && write_findings(b, lines);
    note(b, workbook_close(b->workbook));
    return ok && !b->failed ? STATUS_OK : fail_book(b, to, e);
}

enum status sink_xlsx_write(const char *gpkg, const struct line_table *lines, const char *to, struct error *e)
{
    struct book b = {.n = 0};
    enum status s = xlsxwriter_load(e);
    if (s)
        return s;
    char *uri = sqlite_immutable_uri(gpkg);
    bool ok = uri && sqlite3_open_v2(uri, &b.db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                                     NULL) == SQLITE_OK;
    free(uri);
    s = ok ? write_book(&b, lines, to, e) : fail_book(&b, to, e);
    sqlite3_close(b.db);
    return s;
}

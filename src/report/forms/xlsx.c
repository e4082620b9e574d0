/* XLSX by libxlsxwriter. It writes to a path, so it is given one in memory: nothing touches the disk but its
 * own temporary files. */
#include "report/render.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

struct formats {
    lxw_format *title, *heading, *text, *warn, *centre, *m2, *m2_bold, *bold, *metres, *whole, *label;
};

struct book {
    lxw_workbook *workbook;
    struct formats f;
    lxw_worksheet *sheet;
    lxw_row_t row;
    lxw_error failed; /* the first */
};

static void note(struct book *b, lxw_error e)
{
    if (!b->failed)
        b->failed = e;
}

static lxw_format *format(struct book *b, bool border, bool bold, int align, const char *number)
{
    lxw_format *f = workbook_add_format(b->workbook);
    format_set_font_name(f, "宋体");
    format_set_font_size(f, 10.5);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    if (align)
        format_set_align(f, (uint8_t)align);
    if (border)
        format_set_border(f, LXW_BORDER_THIN);
    if (bold)
        format_set_bold(f);
    if (number)
        format_set_num_format(f, number);
    else
        format_set_text_wrap(f);
    return f;
}

static void formats_make(struct book *b)
{
    struct formats *f = &b->f;
    f->title = format(b, false, true, LXW_ALIGN_CENTER, NULL);
    format_set_font_size(f->title, 16);
    f->heading = format(b, true, true, LXW_ALIGN_CENTER, NULL);
    format_set_bg_color(f->heading, 0xE8EDF3);
    f->text = format(b, true, false, 0, NULL);
    f->warn = format(b, true, false, 0, NULL);
    format_set_font_color(f->warn, 0xB3122D);
    f->label = format(b, true, true, 0, NULL);
    format_set_bg_color(f->label, 0xF4F6F8);
    f->centre = format(b, true, false, LXW_ALIGN_CENTER, NULL);
    f->bold = format(b, true, true, LXW_ALIGN_CENTER, NULL);
    f->m2 = format(b, true, false, LXW_ALIGN_RIGHT, "#,##0.00");
    f->m2_bold = format(b, true, true, LXW_ALIGN_RIGHT, "#,##0.00");
    f->metres = format(b, true, false, LXW_ALIGN_RIGHT, "0.000");
    f->whole = format(b, true, false, LXW_ALIGN_CENTER, "0");
}

static void text_at(struct book *b, int column, const char *text, lxw_format *f)
{
    note(b, worksheet_write_string(b->sheet, b->row, (lxw_col_t)column, text, f));
}

static void number_at(struct book *b, int column, double v, lxw_format *f)
{
    note(b, worksheet_write_number(b->sheet, b->row, (lxw_col_t)column, v, f));
}

/* A figure that is not known stays words: a spreadsheet that adds up the column leaves it out, and says so
 * by its gap. */
static void figure_at(struct book *b, int column, const struct figure *figure, lxw_format *f)
{
    if (figure->state == FIGURE_KNOWN)
        number_at(b, column, (double)figure->cents / 100, f);
    else
        text_at(b, column, figure_words(figure->state), b->f.warn);
}

struct column {
    const char *title;
    double width; /* characters */
};

static void sheet_begin(struct book *b, const char *name, const struct column *columns, int n, bool landscape)
{
    b->sheet = workbook_add_worksheet(b->workbook, name);
    b->row = 0;
    if (!b->sheet) {
        note(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    for (int i = 0; i < n; i++)
        worksheet_set_column(b->sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL);
    if (landscape)
        worksheet_set_landscape(b->sheet);
    worksheet_set_paper(b->sheet, 9); /* A4 */
    worksheet_fit_to_pages(b->sheet, 1, 0);
    worksheet_set_footer(b->sheet, "&C第 &P 页 / 共 &N 页");
}

/* The titles of a table, frozen, and repeated on every printed page. */
static void header(struct book *b, const struct column *columns, int n)
{
    for (int i = 0; i < n; i++)
        text_at(b, i, columns[i].title, b->f.heading);
    worksheet_set_row(b->sheet, b->row, 32, NULL);
    worksheet_freeze_panes(b->sheet, b->row + 1, 0);
    worksheet_repeat_rows(b->sheet, b->row, b->row);
    b->row++;
}

/* One text over several columns, with a height for its lines (a merged cell does not grow by itself). */
static void wide(struct book *b, int columns, double characters, const char *text, lxw_format *f)
{
    double lines = 1 + (double)(strlen(text) / 3) * 2 / characters;
    note(b, worksheet_merge_range(b->sheet, b->row, 0, b->row, (lxw_col_t)(columns - 1), text, f));
    worksheet_set_row(b->sheet, b->row++, 17 * (double)(int)lines, NULL);
}

static void conclusion_sheet(struct book *b, const struct report_table *t)
{
    static const struct column columns[] = {{"", 22}, {"", 78}};
    sheet_begin(b, "结论", columns, 2, false);
    if (b->failed)
        return;
    wide(b, 2, 60, t->title, b->f.title);
    wide(b, 2, 100, "一、项目基本信息", b->f.label);
    for (size_t i = 0; i < t->n_basics; i++, b->row++) {
        text_at(b, 0, t->basics[i].label, b->f.label);
        text_at(b, 1, t->basics[i].value, b->f.text);
    }
    wide(b, 2, 100, "二、审查结论", b->f.label);
    for (size_t i = 0; i < t->sentences.n; i++)
        wide(b, 2, 100, t->sentences.items[i].text, t->sentences.items[i].warning ? b->f.warn : b->f.text);
    text_at(b, 0, "综合结论", b->f.label);
    text_at(b, 1, t->verdict, t->worst == VERDICT_ALLOWED ? b->f.bold : b->f.warn);
    b->row++;
    wide(b, 2, 100, t->verdict_sentence, b->f.text);
    if (t->synthetic)
        wide(b, 2, 100, "示例数据：本报告所用图层含示例数据，结果仅作演示。", b->f.warn);
    wide(b, 2, 100, RENDER_DISCLAIMER_ZH "。", b->f.text);
}

static void table_row(struct book *b, const struct table_row *r, size_t number, lxw_format *text,
                      lxw_format *m2)
{
    if (number)
        number_at(b, 0, (double)number, b->f.whole);
    else
        text_at(b, 0, "", text);
    text_at(b, 1, r->id, text);
    text_at(b, 2, r->name, text);
    for (int k = 0; k < COLUMN_COUNT; k++)
        figure_at(b, 3 + k, &r->figures[k], m2);
    text_at(b, 3 + COLUMN_COUNT, verdict_zh(r->verdict), text);
    text_at(b, 4 + COLUMN_COUNT, r->remark, b->f.text);
    b->row++;
}

static void lines_sheet(struct book *b, const struct report_table *t)
{
    struct column columns[5 + COLUMN_COUNT] = {{"序号", 6}, {"地块编号", 16}, {"地块名称", 20}};
    for (int k = 0; k < COLUMN_COUNT; k++)
        columns[3 + k] = (struct column){report_column_title(k), 15};
    columns[3 + COLUMN_COUNT] = (struct column){"结论", 10};
    columns[4 + COLUMN_COUNT] = (struct column){"备注（面积单位：平方米）", 30};
    sheet_begin(b, "占用三线情况表", columns, 5 + COLUMN_COUNT, true);
    if (b->failed)
        return;
    header(b, columns, 5 + COLUMN_COUNT);
    for (size_t i = 0; i < t->n_rows; i++)
        table_row(b, &t->rows[i], i + 1, b->f.text, b->f.m2);
    table_row(b, &t->total, 0, b->f.bold, b->f.m2_bold);
}

static void details_sheet(struct book *b, const struct report_table *t)
{
    static const struct column columns[] = {{"序号", 6},
                                            {"地块编号", 16},
                                            {"管控线", 14},
                                            {"图斑标识码BSM", 22},
                                            {"图斑名称/编号", 26},
                                            {"行政区", 16},
                                            {"占用（界内）面积(平方米)", 16},
                                            {"占地块比例(%)", 12},
                                            {"依据", 60}};
    sheet_begin(b, "占用明细", columns, 9, true);
    if (b->failed)
        return;
    header(b, columns, 9);
    for (size_t i = 0; i < t->n_details; i++, b->row++) {
        const struct detail_row *d = &t->details[i];
        const char *const texts[] = {d->parcel_id, line_at(d->line)->title_zh, d->code, d->name, d->district};
        number_at(b, 0, (double)(i + 1), b->f.whole);
        for (int k = 0; k < 5; k++)
            text_at(b, 1 + k, texts[k], b->f.text);
        figure_at(b, 6, &d->area, b->f.m2);
        text_at(b, 7, d->share_percent, b->f.centre);
        if (*d->share_percent)
            number_at(b, 7, strtod(d->share_percent, NULL), b->f.m2);
        text_at(b, 8, d->basis, b->f.text);
    }
    if (t->n_details == 0)
        text_at(b, 1, "无", b->f.text);
}

/* Whole millimetres, as the other forms print: what is copied out of the sheet is what was signed. */
static void metres_at(struct book *b, int column, double v)
{
    int64_t mm;
    if (decimal_units(v, 3, &mm))
        number_at(b, column, (double)mm / 1000, b->f.metres);
}

static void border_sheet(struct book *b, const struct report_table *t)
{
    static const struct column columns[] = {{"地块编号", 18}, {"界址点号", 10}, {"圈号", 8},
                                            {"X(米)", 16},    {"Y(米)", 18},    {"边长(米)", 14}};
    sheet_begin(b, "界址点", columns, 6, false);
    if (b->failed)
        return;
    header(b, columns, 6);
    for (size_t i = 0; i < t->n_border && b->row < LXW_ROW_MAX - 2; i++, b->row++) {
        const struct border_row *p = &t->border[i];
        char number[24];
        snprintf(number, sizeof number, "J%u", p->number);
        text_at(b, 0, p->parcel_id, b->f.text);
        text_at(b, 1, number, b->f.centre);
        number_at(b, 2, p->ring, b->f.whole);
        metres_at(b, 3, p->x_m);
        metres_at(b, 4, p->y_m);
        metres_at(b, 5, p->side_m);
    }
    wide(b, 6, 80, t->border_note, b->f.text);
}

static void row_of_texts(struct book *b, const char *const *texts, int n, lxw_format *f)
{
    for (int i = 0; i < n; i++)
        text_at(b, i, texts[i], f);
    b->row++;
}

static void notes_sheet(struct book *b, const struct report_table *t)
{
    static const struct column columns[] = {{"", 14}, {"", 10}, {"", 30}, {"", 40},
                                            {"", 40}, {"", 30}, {"", 66}};
    static const char *const rules[] = {"规则编号", "判定", "情形", "要求", "依据", "条文核对情况", "地块"};
    static const char *const sources[] = {"图层",     "版本",     "标识",   "生效日期",
                                          "批准文号", "来源文件", "SHA-256"};
    sheet_begin(b, "说明", columns, 7, true);
    if (b->failed)
        return;
    for (size_t i = 0; i < t->notes.n; i++)
        wide(b, 7, 220, t->notes.items[i].text, t->notes.items[i].warning ? b->f.warn : b->f.text);
    row_of_texts(b, sources, 7, b->f.heading);
    for (size_t i = 0; i < t->n_sources; i++) {
        const struct source_row *s = &t->sources[i];
        row_of_texts(b,
                     (const char *const[]){s->title, s->version, s->label, s->effective, s->document, s->file,
                                           s->sha256},
                     7, b->f.text);
    }
    row_of_texts(b, rules, 7, b->f.heading);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule *r = t->rules[i].rule;
        row_of_texts(b,
                     (const char *const[]){r->id, verdict_zh(r->verdict), t->rules[i].title, r->needs_zh,
                                           r->basis, t->rules[i].certainty, t->rules[i].parcels},
                     7, b->f.text);
    }
    for (size_t i = 0; i < t->warnings.n; i++)
        wide(b, 7, 220, t->warnings.items[i].text, b->f.text);
}

static enum status fail(lxw_error code, struct error *e)
{
    if (code == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return error_no_memory(e);
    error_zh(e, "XLSX 生成失败：%s", lxw_strerror(code));
    return error_fail(e, STATUS_INTERNAL, "xlsx-failed", "The XLSX could not be made: %s",
                      lxw_strerror(code));
}

static enum status read_back(int fd, struct buffer *out, struct error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size == 0)
        return fail(LXW_ERROR_CREATING_XLSX_FILE, e);
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return error_no_memory(e);
    buffer_append(out, bytes, (size_t)st.st_size);
    munmap(bytes, (size_t)st.st_size);
    return buffer_status(out, e);
}

/* "2026-01-31" as the file's date, and otherwise one fixed day: the same report gives the same bytes. */
static time_t date_of(const char *date)
{
    struct tm day = {0};
    const char *end = strptime(date, "%Y-%m-%d", &day);
    return end && !*end ? timegm(&day) : 946684800;
}

/* libxlsxwriter takes the dates of the document from gmtime(), whose answer all threads share: books are
 * closed one after another. Frees it in any case. */
static lxw_error close_book(lxw_workbook *workbook)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&one_at_a_time);
    lxw_error closed = workbook_close(workbook);
    pthread_mutex_unlock(&one_at_a_time);
    return closed;
}

static enum status write_book(const char *path, const struct report_table *t, struct error *e)
{
    struct book b = {.workbook = workbook_new(path)};
    if (!b.workbook)
        return error_no_memory(e);
    lxw_doc_properties properties = {.created = date_of(t->date)};
    /* the library copies them, and takes them as non-const */
    properties.title = (char *)(uintptr_t)t->title;
    properties.comments = (char *)(uintptr_t)t->engine;
    workbook_set_properties(b.workbook, &properties);
    formats_make(&b);
    conclusion_sheet(&b, t);
    lines_sheet(&b, t);
    details_sheet(&b, t);
    border_sheet(&b, t);
    notes_sheet(&b, t);
    lxw_error closed = close_book(b.workbook);
    if (b.failed || closed)
        return fail(b.failed ? b.failed : closed, e);
    return STATUS_OK;
}

enum status render_xlsx(const struct report_table *t, struct buffer *out, struct error *e)
{
    char path[40];
    int fd = memfd_create("report.xlsx", MFD_CLOEXEC);
    if (fd < 0)
        return error_errno(e, "准备 XLSX", "preparing the XLSX", "memfd");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum status s = write_book(path, t, e);
    if (!s)
        s = read_back(fd, out, e);
    close(fd);
    return s;
}

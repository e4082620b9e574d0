/* XLSX by libxlsxwriter: a sheet for each part of the report, figures as numbers. The library writes to a
 * path, so it is given one in memory: nothing touches the disk but its own temporary files. */
#include "report/forms.h"
#include "report/forms/xlsxwriter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHEETS_MAX = 16, DECIMALS_MAX = 3, FROZEN_ROWS_MAX = 4, END_RECORD = 22 /* bytes of a ZIP's end */ };
#define NARROW_CHARACTERS 110.0 /* of a sheet on an upright page */
#define WIDE_CHARACTERS 200.0
#define LABEL_CHARACTERS 20.0

struct formats {
    lxw_format *title, *subtitle, *heading, *text, *alarm, *label, *head;
    lxw_format *words[3][2];                 /* by alignment, and bold */
    lxw_format *number[DECIMALS_MAX + 1][2]; /* by decimals, and bold */
};

struct sheet {
    const char *name;
    lxw_worksheet *sheet;
    lxw_row_t row; /* the next free one */
    int n_columns, label_columns;
    double widths[BLOCK_COLUMNS_MAX]; /* characters */
};

struct book {
    lxw_workbook *workbook;
    struct formats f;
    const struct report_blocks *blocks;
    struct sheet sheets[SHEETS_MAX];
    size_t n_sheets;
    struct sheet *at; /* of the part under way */
    lxw_error failed; /* the first */
};

static void note(struct book *b, lxw_error e)
{
    if (!b->failed)
        b->failed = e;
}

/* ---- formats ---- */

static lxw_format *format(struct book *b, bool border, bool bold, uint8_t align, const char *number)
{
    lxw_format *f = workbook_add_format(b->workbook);
    format_set_font_name(f, "宋体");
    format_set_font_size(f, 10.5);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    if (align)
        format_set_align(f, align);
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
    static const uint8_t align[] = {LXW_ALIGN_NONE, LXW_ALIGN_CENTER, LXW_ALIGN_RIGHT};
    static const char *const numbers[] = {"0", "#,##0.0", "#,##0.00", "0.000"};
    struct formats *f = &b->f;
    f->title = format(b, false, true, LXW_ALIGN_CENTER, NULL);
    format_set_font_size(f->title, 16);
    f->subtitle = format(b, false, false, LXW_ALIGN_CENTER, NULL);
    f->heading = format(b, true, true, 0, NULL);
    format_set_bg_color(f->heading, 0xF4F6F8);
    f->label = f->heading;
    f->head = format(b, true, true, LXW_ALIGN_CENTER, NULL);
    format_set_bg_color(f->head, 0xE8EDF3);
    f->text = format(b, true, false, 0, NULL);
    f->alarm = format(b, true, false, 0, NULL);
    format_set_font_color(f->alarm, 0xB3122D);
    for (int bold = 0; bold < 2; bold++) {
        for (int i = 0; i < 3; i++)
            f->words[i][bold] = format(b, true, bold, align[i], NULL);
        for (int i = 0; i <= DECIMALS_MAX; i++)
            f->number[i][bold] = format(b, true, bold, i ? LXW_ALIGN_RIGHT : LXW_ALIGN_CENTER, numbers[i]);
    }
}

/* ---- sheets ---- */

/* The table with the most columns among those of the parts with this name; NULL when they have none. */
static const struct block_table *widest_table(const struct book *b, const char *name)
{
    const struct block_table *widest = NULL;
    bool within = false;
    for (size_t i = 0; i < b->blocks->n; i++) {
        const struct block *k = &b->blocks->items[i];
        if (k->kind == BLOCK_PART)
            within = strcmp(k->text, name) == 0;
        if (within && k->kind == BLOCK_TABLE && (!widest || k->table->n_columns > widest->n_columns))
            widest = k->table;
    }
    return widest;
}

static void columns_make(const struct book *b, struct sheet *s, bool wide)
{
    static const struct block_column two[] = {{"", 20, BLOCK_LEFT, 0}, {"", 80, BLOCK_LEFT, 0}};
    const struct block_table *t = widest_table(b, s->name);
    const struct block_column *columns = t ? t->columns : two;
    double sum = 0, labels = 0;
    s->n_columns = t ? t->n_columns : 2;
    for (int i = 0; i < s->n_columns; i++)
        sum += columns[i].width;
    for (int i = 0; i < s->n_columns; i++) {
        s->widths[i] = columns[i].width / sum * (wide ? WIDE_CHARACTERS : NARROW_CHARACTERS);
        worksheet_set_column(s->sheet, (lxw_col_t)i, (lxw_col_t)i, s->widths[i], NULL);
    }
    for (s->label_columns = 0; labels < LABEL_CHARACTERS && s->label_columns + 1 < s->n_columns;)
        labels += s->widths[s->label_columns++];
}

/* Text of a printed page's head or foot, in which "&" begins a code. */
static void escaped(const char *text, char *to, size_t size)
{
    size_t n = 0;
    for (; *text && n + 3 < size; text++) {
        if (*text == '&')
            to[n++] = '&';
        to[n++] = *text;
    }
    to[n] = '\0';
}

/* What is too long for the library's limit of 255 characters is left away: it stands on the sheet, too. */
static void page_setup(const struct book *b, lxw_worksheet *sheet, bool wide)
{
    char text[800], line[900];
    if (wide)
        worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
    escaped(b->blocks->page_head, text, sizeof text);
    snprintf(line, sizeof line, "&L&8 %s", text);
    (void)worksheet_set_header(sheet, line);
    escaped(b->blocks->page_foot, text, sizeof text);
    snprintf(line, sizeof line, "&L&7 %s&R&9 第 &P 页 / 共 &N 页", text);
    (void)worksheet_set_footer(sheet, line);
}

/* The sheet of that name, which goes on where it was left. */
static void part(struct book *b, const struct block *k)
{
    for (size_t i = 0; i < b->n_sheets; i++)
        if (strcmp(b->sheets[i].name, k->text) == 0) {
            b->at = &b->sheets[i];
            return;
        }
    struct sheet s = {.name = k->text, .sheet = workbook_add_worksheet(b->workbook, k->text)};
    if (!s.sheet || b->n_sheets == SHEETS_MAX) {
        note(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    columns_make(b, &s, k->wide);
    page_setup(b, s.sheet, k->wide);
    b->sheets[b->n_sheets] = s;
    b->at = &b->sheets[b->n_sheets++];
}

/* ---- cells ---- */

static void text_at(struct book *b, int column, const char *text, lxw_format *f)
{
    note(b, worksheet_write_string(b->at->sheet, b->at->row, (lxw_col_t)column, text, f));
}

/* One text over the columns from..to. Returns the lines that it takes: a merged cell does not grow by
 * itself. */
static int span(struct book *b, int from, int to, const char *text, lxw_format *f)
{
    double characters = 0;
    for (int i = from; i <= to; i++)
        characters += b->at->widths[i];
    if (from == to)
        text_at(b, from, text, f);
    else
        note(b, worksheet_merge_range(b->at->sheet, b->at->row, (lxw_col_t)from, b->at->row, (lxw_col_t)to,
                                      text, f));
    return 1 + (int)((double)(strlen(text) / 3) * 2 / characters);
}

static void row_end(struct book *b, int lines, double line_height)
{
    worksheet_set_row(b->at->sheet, b->at->row++, line_height * lines, NULL);
}

static void line(struct book *b, const char *text, lxw_format *f)
{
    row_end(b, span(b, 0, b->at->n_columns - 1, text, f), 17);
}

static void label_and_value(struct book *b, const char *label, const char *value, lxw_format *f)
{
    int labels = b->at->label_columns;
    int lines = span(b, 0, labels - 1, label, b->f.label);
    int more = span(b, labels, b->at->n_columns - 1, value, f);
    row_end(b, more > lines ? more : lines, 17);
}

/* ---- blocks ---- */

static void title(struct book *b, const struct block *k)
{
    row_end(b, span(b, 0, b->at->n_columns - 1, k->text, b->f.title), 28);
    line(b, k->note, b->f.subtitle);
}

static void list(struct book *b, const struct block *k)
{
    for (size_t i = 0; i < k->n; i++)
        line(b, k->lines[i].text, k->lines[i].alarm ? b->f.alarm : b->f.text);
}

static void facts(struct book *b, const struct block *k)
{
    for (size_t i = 0; i < k->n; i++)
        label_and_value(b, k->facts[i].label, k->facts[i].value, b->f.text);
}

static void result(struct book *b, const struct block *k)
{
    label_and_value(b, k->label, k->text, k->alarm ? b->f.alarm : b->f.words[BLOCK_LEFT][1]);
    line(b, k->note, b->f.text);
}

/* The titles of a table, frozen and repeated on every printed page where they stand near the top. */
static void table_head(struct book *b, const struct block_table *t)
{
    for (int i = 0; i < t->n_columns; i++)
        text_at(b, i, t->columns[i].title, b->f.head);
    if (b->at->row < FROZEN_ROWS_MAX) {
        worksheet_freeze_panes(b->at->sheet, b->at->row + 1, 0);
        worksheet_repeat_rows(b->at->sheet, b->at->row, b->at->row);
    }
    row_end(b, 1, 32);
}

/* Words where figures stand are in red: a spreadsheet that adds up the column leaves them out, and says so by
 * its gap. */
static void cell(struct book *b, const struct block_column *column, const struct block_cell *c, int at,
                 bool bold)
{
    static const double unit[] = {1, 10, 100, 1000};
    int decimals = column->decimals > DECIMALS_MAX ? DECIMALS_MAX : column->decimals;
    if (!c->text)
        note(b, worksheet_write_number(b->at->sheet, b->at->row, (lxw_col_t)at,
                                       (double)c->units / unit[decimals], b->f.number[decimals][bold]));
    else
        text_at(b, at, c->text,
                column->align == BLOCK_RIGHT && *c->text ? b->f.alarm : b->f.words[column->align][bold]);
}

static void table(struct book *b, const struct block_table *t)
{
    table_head(b, t);
    size_t room = LXW_ROW_MAX - 2 - b->at->row, n = t->n_rows < room ? t->n_rows : room;
    for (size_t i = 0; i < n; i++, b->at->row++) {
        const struct block_cell *row = block_row(t, i);
        for (int k = 0; k < t->n_columns; k++)
            cell(b, &t->columns[k], &row[k], k, t->last_is_total && i + 1 == t->n_rows);
    }
    if (n == t->n_rows)
        return;
    char more[120];
    snprintf(more, sizeof more, "共%zu行，此处列出前%zu行；全部见 CSV。", t->n_rows, n);
    line(b, more, b->f.alarm);
}

static void seal(struct book *b, const struct block *k)
{
    label_and_value(b, k->label, k->text, b->f.text);
    line(b, k->note, b->f.text);
}

static void picture(struct book *b, const struct block *k)
{
    label_and_value(b, "图见 PDF 或 HTML 报告", k->text, b->f.text);
}

static void put(struct book *b, const struct block *k)
{
    switch (k->kind) {
    case BLOCK_PART:
        part(b, k);
        return;
    case BLOCK_TITLE:
        title(b, k);
        return;
    case BLOCK_NOTICE:
        line(b, k->text, b->f.alarm);
        return;
    case BLOCK_HEADING:
    case BLOCK_SUBHEADING:
        line(b, k->text, b->f.heading);
        return;
    case BLOCK_PARAGRAPH:
        line(b, k->text, b->f.text);
        return;
    case BLOCK_LIST:
        list(b, k);
        return;
    case BLOCK_FACTS:
        facts(b, k);
        return;
    case BLOCK_RESULT:
        result(b, k);
        return;
    case BLOCK_TABLE:
        table(b, k->table);
        return;
    case BLOCK_SEAL:
        seal(b, k);
        return;
    case BLOCK_PICTURE:
        picture(b, k);
        return;
    }
}

/* ---- the file ---- */

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

static enum status write_book(const char *path, const struct report_blocks *blocks, struct error *e)
{
    struct book b = {.workbook = workbook_new(path), .blocks = blocks};
    if (!b.workbook)
        return error_no_memory(e);
    lxw_doc_properties properties = {.created = date_of(blocks->date)};
    /* the library copies them, and takes them as non-const */
    properties.title = (char *)(uintptr_t)blocks->title;
    properties.comments = (char *)(uintptr_t)blocks->program;
    workbook_set_properties(b.workbook, &properties);
    formats_make(&b);
    for (size_t i = 0; i < blocks->n && !b.failed; i++)
        put(&b, &blocks->items[i]);
    lxw_error closed = close_book(b.workbook);
    if (b.failed || closed)
        return fail(b.failed ? b.failed : closed, e);
    return STATUS_OK;
}

/* The seal is the archive's comment, which programs pass over: the last record of an archive ends with the
 * comment's length. */
static enum status seal_archive(const struct form_input *in, struct buffer *out, size_t from, struct error *e)
{
    const char *text = proof_file_text(in->proof, in->arena);
    size_t n = text ? strlen(text) : 0, size = out->size - from;
    if (!text)
        return error_no_memory(e);
    if (size < END_RECORD || memcmp(out->data + out->size - END_RECORD, "PK\5\6", 4) != 0)
        return fail(LXW_ERROR_CREATING_XLSX_FILE, e);
    out->data[out->size - 2] = (char)(n & 255);
    out->data[out->size - 1] = (char)(n >> 8);
    buffer_append(out, text, n);
    return proof_file_sign(out, from, in->proof, e);
}

enum status form_xlsx(const struct form_input *in, struct buffer *out, struct error *e)
{
    size_t from = out->size;
    char path[40];
    enum status s = xlsxwriter_load(e);
    if (s)
        return s;
    int fd = memfd_create("report.xlsx", MFD_CLOEXEC);
    if (fd < 0)
        return error_errno(e, "准备 XLSX", "Preparing the XLSX", "memfd");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    s = write_book(path, in->blocks, e);
    if (!s)
        s = read_back(fd, out, e);
    if (!s && in->proof && in->proof->key)
        s = seal_archive(in, out, from, e);
    close(fd);
    return s;
}

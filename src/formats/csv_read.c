#include "formats/csv.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void csv_reader_init(struct csv_reader *r, char *text, char separator)
{
    *r = (struct csv_reader){.at = text, .separator = separator, .line = 1, .row_line = 1};
}

/* Past the separator or the line end at s; false when the row ends here. */
static bool pass_separator(struct csv_reader *r, char *s)
{
    bool more = *s == r->separator && *s;
    r->open_end = !*s;
    if (*s == '\r' && s[1] == '\n')
        s++;
    r->line += *s == '\n' || *s == '\r';
    r->at = *s ? s + 1 : s;
    return more;
}

static char *cut_cell(struct csv_reader *r, bool *more)
{
    char *cell = r->at, *s = cell + strspn(cell, " "), *to = cell;
    bool quoted = *s == '"';
    s = quoted ? s + 1 : cell;
    for (; *s; s++) {
        if (quoted && *s == '"' && s[1] == '"')
            *to++ = *s++;
        else if (quoted && *s == '"')
            quoted = false;
        else if (!quoted && (*s == r->separator || *s == '\r' || *s == '\n'))
            break;
        else
            *to++ = *s;
        r->line += *s == '\n';
    }
    r->unclosed = r->unclosed || quoted;
    *more = pass_separator(r, s); /* before the cell's end is marked, which may be here */
    *to = '\0';
    return cell;
}

bool csv_next_row(struct csv_reader *r, char **cells, size_t room, size_t *n)
{
    *n = 0;
    r->row_line = r->line;
    for (bool more = *r->at != '\0'; more; ++*n) {
        char *cell = cut_cell(r, &more);
        if (*n < room)
            cells[*n] = cell;
    }
    return *n > 0;
}

/* ---- records that are not cut ---- */

/* Behind a line end at s[i]. */
static size_t behind_line_end(const char *s, size_t n, size_t i)
{
    return i >= n ? n : s[i] == '\r' && i + 1 < n && s[i + 1] == '\n' ? i + 2 : i + 1;
}

/* A quote that is never closed would swallow what follows. It is known by what stands behind the quote that
 * closes it, lines later: neither a separator nor a line end. */
size_t csv_record_end(const char *s, size_t n, char separator, bool *open_quote)
{
    bool quoted = false, begins = true;
    size_t first_line = n, i = 0;
    *open_quote = false;
    for (; i < n; i++) {
        bool line_end = s[i] == '\n' || s[i] == '\r';
        if (line_end && !quoted)
            return behind_line_end(s, n, i);
        if (line_end && first_line == n)
            first_line = behind_line_end(s, n, i);
        if (s[i] == '"' && quoted && i + 1 < n && s[i + 1] == '"') {
            i++;
        } else if (s[i] == '"' && quoted) {
            quoted = false;
            if (first_line < n && i + 1 < n && s[i + 1] != separator && !strchr(" \r\n", s[i + 1]))
                break;
        } else if (s[i] == '"' && begins) {
            quoted = true;
        }
        begins = !quoted && (s[i] == separator || (begins && s[i] == ' '));
    }
    *open_quote = quoted || i < n;
    return *open_quote ? first_line : n;
}

/* ---- tables ---- */

enum { TABLE_COLUMNS_MAX = 1024 };

struct table_reading {
    struct csv_reader reader;
    const char *name;
    char **cells; /* malloc'd, grows */
    size_t n, capacity, width;
};

static enum status fail_width(const struct table_reading *t, size_t got, size_t want, struct error *e)
{
    size_t line = t->reader.row_line;
    error_zh(e, "“%s”第 %zu 行有 %zu 列，应为 %zu 列；请检查逗号与引号。", t->name, line, got, want);
    return error_fail(e, STATUS_INVALID_INPUT, "csv-columns",
                      "Line %zu of \"%s\" has %zu columns instead of %zu; check its commas and quotes.", line,
                      t->name, got, want);
}

static enum status fail_text(const char *name, size_t line, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "“%s”第 %zu 行：%s", name, line, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "csv-text", "Line %zu of \"%s\": %s", line, name, en);
}

/* The width is that of the first row. */
static enum status read_rows(struct table_reading *t, struct error *e)
{
    size_t n;
    for (;;) {
        size_t need = t->n + (t->width ? t->width : TABLE_COLUMNS_MAX);
        if (!ARRAY_RESERVE(t->cells, t->capacity, need))
            return error_no_memory(e);
        if (!csv_next_row(&t->reader, t->cells + t->n, need - t->n, &n))
            return STATUS_OK;
        if (t->reader.unclosed)
            return fail_text(t->name, t->reader.row_line, "引号没有结束；请补上。",
                             "a quote is not closed; close it.", e);
        if (n == 1 && !*t->cells[t->n])
            continue;
        t->width = t->width ? t->width : n;
        if (n != t->width || n > TABLE_COLUMNS_MAX)
            return fail_width(t, n, n == t->width ? TABLE_COLUMNS_MAX : t->width, e);
        t->n += n;
    }
}

static enum status copy_text(const char *text, size_t n, struct table_reading *t, struct arena *a,
                             struct error *e)
{
    size_t mark = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    const char *nul = memchr(text, '\0', n);
    char *copy = nul ? NULL : arena_strndup(a, text + mark, n - mark);
    if (nul) {
        size_t line = 1;
        for (const char *s = text; s < nul; s++)
            line += *s == '\n';
        return fail_text(t->name, line, "有空字节（NUL）；文件可能损坏，请重新导出。",
                         "it holds a NUL byte; the file may be damaged, export it again.", e);
    }
    if (!copy)
        return error_no_memory(e);
    csv_reader_init(&t->reader, copy, ',');
    return STATUS_OK;
}

enum status csv_table_read(const char *text, size_t n, const char *name, struct arena *a,
                           struct csv_table *out, struct error *e)
{
    struct table_reading t = {.name = name};
    enum status st = copy_text(text, n, &t, a, e);
    if (st == STATUS_OK)
        st = read_rows(&t, e);
    const char **cells = st == STATUS_OK ? arena_array(a, t.n + 1, sizeof *cells) : NULL;
    if (st == STATUS_OK && !cells)
        st = error_no_memory(e);
    if (st == STATUS_OK && t.n == 0)
        st = fail_width(&t, 0, 1, e);
    if (st == STATUS_OK) {
        memcpy(cells, t.cells, t.n * sizeof *cells);
        *out = (struct csv_table){
            .header = cells, .cells = cells + t.width, .n_columns = t.width, .n_rows = t.n / t.width - 1};
    }
    free(t.cells);
    return st;
}

int csv_table_column(const struct csv_table *c, const char *name)
{
    for (size_t i = 0; i < c->n_columns; i++)
        if (strcmp(c->header[i], name) == 0)
            return (int)i;
    return -1;
}

const char *csv_table_cell(const struct csv_table *c, size_t row, int column)
{
    return column < 0 ? "" : c->cells[row * c->n_columns + (size_t)column];
}

#include "ingest/csv.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const char *p, *end;
    char *to; /* cells are unquoted into one block that is as large as the text */
    size_t line;
    const char **cells; /* malloc'd, grows */
    size_t n, capacity;
};

/* Reads one cell to its end; returns the separator that ended it: ',' or '\n' (or the end of the text). */
static char read_cell(struct reader *r, const char **cell)
{
    char *start = r->to;
    bool quoted = r->p < r->end && *r->p == '"';
    if (quoted)
        r->p++;
    while (r->p < r->end) {
        char c = *r->p++;
        if (quoted && c == '"') {
            if (r->p < r->end && *r->p == '"')
                *r->to++ = *r->p++;
            else
                quoted = false;
            continue;
        }
        if (!quoted && (c == ',' || c == '\n')) {
            r->line += c == '\n';
            *r->to++ = '\0';
            *cell = start;
            return c;
        }
        r->line += c == '\n';
        if (c != '\r')
            *r->to++ = c;
    }
    *r->to++ = '\0';
    *cell = start;
    return '\n';
}

static bool push(struct reader *r, const char *cell)
{
    if (r->n == r->capacity) {
        size_t capacity = r->capacity ? r->capacity * 2 : 256;
        const char **cells = realloc(r->cells, capacity * sizeof *cells);
        if (!cells)
            return false;
        r->cells = cells;
        r->capacity = capacity;
    }
    r->cells[r->n++] = cell;
    return true;
}

static enum status fail_width(const char *name, size_t line, size_t got, size_t want, struct error *e)
{
    error_zh(e, "“%s”第 %zu 行有 %zu 列，应为 %zu 列；请检查逗号与引号。", name, line, got, want);
    return error_fail(e, STATUS_INVALID_INPUT, "csv-columns",
                      "Line %zu of \"%s\" has %zu columns instead of %zu; check its commas and quotes.", line,
                      name, got, want);
}

/* Reads a row of `width` cells (0: as many as there are, told in *width). Blank lines are passed over. */
static enum status read_row(struct reader *r, const char *name, size_t *width, struct error *e)
{
    size_t first = r->n, line = r->line;
    const char *cell = NULL;
    char end;
    do {
        end = read_cell(r, &cell);
        if (!push(r, cell))
            return error_no_memory(e);
    } while (end == ',');
    size_t got = r->n - first;
    if (got == 1 && !r->cells[first][0]) {
        r->n = first;
        return STATUS_OK;
    }
    if (!*width)
        *width = got;
    return got == *width ? STATUS_OK : fail_width(name, line, got, *width, e);
}

static enum status read_rows(struct reader *r, const char *name, size_t *width, struct error *e)
{
    enum status st = STATUS_OK;
    while (st == STATUS_OK && r->p < r->end)
        st = read_row(r, name, width, e);
    return st;
}

enum status csv_parse(const char *text, size_t n, const char *name, struct arena *a, struct csv *out,
                      struct error *e)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (n >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        n -= 3;
    }
    struct reader r = {.p = text, .end = text + n, .to = arena_alloc(a, n + 2), .line = 1};
    size_t width = 0;
    enum status st = r.to ? read_rows(&r, name, &width, e) : error_no_memory(e);
    const char **cells = st == STATUS_OK ? arena_array(a, r.n + 1, sizeof *cells) : NULL;
    if (st == STATUS_OK && !cells)
        st = error_no_memory(e);
    if (st == STATUS_OK && r.n == 0)
        st = fail_width(name, 1, 0, 1, e);
    if (st == STATUS_OK) {
        memcpy(cells, r.cells, r.n * sizeof *cells);
        *out = (struct csv){
            .header = cells, .cells = cells + width, .n_columns = width, .n_rows = r.n / width - 1};
    }
    free(r.cells);
    return st;
}

int csv_column(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->n_columns; i++)
        if (strcmp(c->header[i], name) == 0)
            return (int)i;
    return -1;
}

const char *csv_cell(const struct csv *c, size_t row, int column)
{
    return column < 0 ? "" : c->cells[row * c->n_columns + (size_t)column];
}

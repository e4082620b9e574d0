#include "tile/cover.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_SHARES = 24 };

void cover_init(struct cover *c)
{
    memset(c, 0, sizeof *c);
}

void cover_release(struct cover *c)
{
    free(c->shares);
    free(c->other);
    free(c->row_start);
    cover_init(c);
}

void cover_begin(struct cover *c, const struct cover_grid *grid)
{
    c->grid = *grid;
    c->n = 0;
    c->out_of_memory = false;
}

/* Neighbouring edges mostly lie in one cell: they are one share. */
static void add_share(struct cover *c, int32_t row, int32_t column, double here, double east)
{
    struct cover_share *last = c->n ? &c->shares[c->n - 1] : NULL;
    if (last && last->row == row && last->column == column) {
        last->here += here;
        last->east += east;
    } else if (ARRAY_RESERVE(c->shares, c->capacity, c->n + 1)) {
        c->shares[c->n++] = (struct cover_share){(uint16_t)row, (uint16_t)column, here, east};
    } else {
        c->out_of_memory = true;
    }
}

/* A piece of an edge within one row, from (x0, ..) to (x1, ..), which goes down by dy. In cells; the piece
 * lies within one column, or beyond the west side. */
static void add_piece(struct cover *c, int32_t row, double x0, double x1, double dy)
{
    double middle = (x0 + x1) / 2;
    if (middle >= c->grid.columns || dy == 0)
        return;
    if (middle <= 0) {
        add_share(c, row, 0, dy, dy);
        return;
    }
    int32_t column = (int32_t)middle;
    add_share(c, row, column, dy * (column + 1 - middle), dy);
}

/* The edge's part within one row. */
static void add_row_edge(struct cover *c, int32_t row, double x0, double y0, double x1, double y1)
{
    double west = x0 < x1 ? x0 : x1, east = x0 < x1 ? x1 : x0;
    double first = floor(west < 0 ? 0 : west) + 1,
           last = ceil(east > c->grid.columns ? c->grid.columns : east);
    if (east <= first || east <= 0 || west >= c->grid.columns) {
        add_piece(c, row, x0, x1, y1 - y0);
        return;
    }
    double slope = (y1 - y0) / (x1 - x0), from = x0;
    int32_t n = (int32_t)(last - first); /* columns' borders from `first` on */
    if (west < 0) {                      /* one more border, the grid's own */
        first = 0;
        n++;
    }
    for (int32_t k = 0; k < n; k++) {
        double border = x0 < x1 ? first + k : first + (n - 1 - k);
        if (border <= west || border >= east)
            continue;
        add_piece(c, row, from, border, (border - from) * slope);
        from = border;
    }
    add_piece(c, row, from, x1, (x1 - from) * slope);
}

static void add_edge(struct cover *c, double x0, double y0, double x1, double y1)
{
    double rows = c->grid.rows, north = y0 < y1 ? y0 : y1, south = y0 < y1 ? y1 : y0;
    if (north >= rows || south <= 0 || north == south)
        return;
    double slope = (x1 - x0) / (y1 - y0);
    north = north < 0 ? 0 : north;
    south = south > rows ? rows : south;
    int32_t first = (int32_t)north, end = (int32_t)ceil(south);
    double y = north, x = north == y0 ? x0 : north == y1 ? x1 : x0 + (north - y0) * slope;
    for (int32_t row = first; row < end; row++) {
        double to_y = row + 1 < south ? row + 1 : south;
        double to_x = to_y == y0 ? x0 : to_y == y1 ? x1 : x0 + (to_y - y0) * slope;
        if (y0 < y1)
            add_row_edge(c, row, x, y, to_x, to_y);
        else
            add_row_edge(c, row, to_x, to_y, x, y);
        y = to_y;
        x = to_x;
    }
}

void cover_add(struct cover *c, const struct unit_rings *s, size_t ring)
{
    const struct cover_grid *g = &c->grid;
    double per_unit = 1.0 / g->cell, x0 = 0, y0 = 0;
    for (uint32_t i = s->start[ring]; i < s->start[ring + 1]; i++) {
        double x = (s->x[i] - g->x) * per_unit, y = (s->y[i] - g->y) * per_unit;
        if (i > s->start[ring])
            add_edge(c, x0, y0, x, y);
        x0 = x;
        y0 = y;
    }
}

void cover_add_area(struct cover *c, double x, double y, double area)
{
    const struct cover_grid *g = &c->grid;
    double column = floor((x - g->x) / g->cell), row = floor((y - g->y) / g->cell);
    if (column >= 0 && column < g->columns && row >= 0 && row < g->rows)
        add_share(c, (int32_t)row, (int32_t)column, area / ((double)g->cell * g->cell), 0);
}

double cover_total(const struct cover *c)
{
    double cells = 0;
    for (size_t i = 0; i < c->n; i++)
        cells += c->shares[i].here + c->shares[i].east * (c->grid.columns - 1 - c->shares[i].column);
    return cells * c->grid.cell * c->grid.cell;
}

/* ---- reading ---- */

static bool is_before(const struct cover_share *a, const struct cover_share *b)
{
    return a->row != b->row ? a->row < b->row : a->column < b->column;
}

static void sort_few(struct cover *c)
{
    for (size_t i = 1; i < c->n; i++) {
        struct cover_share s = c->shares[i];
        size_t k = i;
        for (; k > 0 && is_before(&s, &c->shares[k - 1]); k--)
            c->shares[k] = c->shares[k - 1];
        c->shares[k] = s;
    }
}

/* By counting; equal ones stay in their order, so that sums are the same every time. */
static void sort_by(const struct cover_share *from, struct cover_share *to, size_t n, bool by_row)
{
    uint32_t at[COVER_SIDE_MAX + 1] = {0};
    for (size_t i = 0; i < n; i++)
        at[(by_row ? from[i].row : from[i].column) + 1]++;
    for (int i = 0; i < COVER_SIDE_MAX; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < n; i++)
        to[at[by_row ? from[i].row : from[i].column]++] = from[i];
}

void cover_settle(struct cover *c)
{
    size_t rows = (size_t)c->grid.rows;
    if (!ARRAY_RESERVE(c->row_start, c->cap_rows, rows + 1) || !ARRAY_RESERVE(c->other, c->cap_other, c->n))
        c->out_of_memory = true;
    if (c->out_of_memory)
        return;
    if (c->n <= FEW_SHARES) {
        sort_few(c);
    } else {
        sort_by(c->shares, c->other, c->n, false);
        sort_by(c->other, c->shares, c->n, true);
    }
    size_t row = 0;
    for (size_t i = 0; i < c->n; i++)
        for (; row <= c->shares[i].row; row++)
            c->row_start[row] = i;
    for (; row <= rows; row++)
        c->row_start[row] = c->n;
}

bool cover_row_touched(const struct cover *c, int32_t row, int32_t *first, int32_t *end)
{
    if (c->out_of_memory || c->row_start[row] == c->row_start[row + 1])
        return false;
    double sum = 0;
    for (size_t i = c->row_start[row]; i < c->row_start[row + 1]; i++)
        sum += c->shares[i].east;
    *first = c->shares[c->row_start[row]].column;
    /* what is still open at the last share goes on to the grid's east side */
    *end = fabs(sum) > 1e-6 ? c->grid.columns : c->shares[c->row_start[row + 1] - 1].column + 1;
    return true;
}

void cover_row(const struct cover *c, int32_t row, double *values)
{
    int32_t column, end;
    if (!cover_row_touched(c, row, &column, &end))
        return;
    double open = 0;
    size_t i = c->row_start[row];
    for (; column < end; column++) {
        double here = open;
        for (; i < c->row_start[row + 1] && c->shares[i].column == column; i++) {
            here += c->shares[i].here;
            open += c->shares[i].east;
        }
        values[column] = here;
    }
}

#include "geo/edge_grid.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_PER_EDGE_MAX = 12, CELL_ROWS_MAX = 4096, CELLS_IN_LINE_MAX = 1 << 16 };
#define HOPELESS_PAIRS 3e7
#define HOPELESS_PAIRS_OF_EDGE 256.0
#define CROWDED_PAIRS 32 /* of edges in one cell, for each edge: more, and other cells are tried */

void edge_grid_release(struct edge_grid *g)
{
    free(g->edges);
    free(g->cell_start);
    free(g->cell_edges);
    free(g->column_start);
    free(g->hits);
    *g = (struct edge_grid){0};
}

/* fmin and fmax are calls, for the sake of NaN; a shape has none. */
static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

static bool surely_apart(const struct edge *a, const struct edge *b)
{
    if (greater(a->x0, a->x1) < lesser(b->x0, b->x1) || greater(b->x0, b->x1) < lesser(a->x0, a->x1) ||
        greater(a->y0, a->y1) < lesser(b->y0, b->y1) || greater(b->y0, b->y1) < lesser(a->y0, a->y1))
        return true;
    int s = edge_side(a->x0, a->y0, a->x1, a->y1, b->x0, b->y0);
    if (s != SIDE_UNSURE && s == edge_side(a->x0, a->y0, a->x1, a->y1, b->x1, b->y1))
        return true;
    s = edge_side(b->x0, b->y0, b->x1, b->y1, a->x0, a->y0);
    return s != SIDE_UNSURE && s == edge_side(b->x0, b->y0, b->x1, b->y1, a->x1, a->y1);
}

/* a ends where b begins: all is well unless b goes back along a. */
static bool turns_cleanly(const struct edge *a, const struct edge *b)
{
    if (edge_side(a->x0, a->y0, a->x1, a->y1, b->x1, b->y1) != SIDE_UNSURE)
        return true;
    return (a->x1 - a->x0) * (b->x1 - b->x0) + (a->y1 - a->y0) * (b->y1 - b->y0) > 0;
}

bool edges_surely_fine(const struct edge *a, const struct edge *b, uint32_t last)
{
    if (a->ring != b->ring)
        return surely_apart(a, b);
    const struct edge *first = a->vertex < b->vertex ? a : b, *second = first == a ? b : a;
    if (second->vertex == first->vertex + 1)
        return turns_cleanly(first, second);
    if (first->vertex == 0 && second->vertex == last)
        return turns_cleanly(second, first);
    return surely_apart(a, b);
}

struct box {
    double west, south, east, north;
};

static bool take_edges(struct edge_grid *g, const double *x, const double *y, const uint32_t *start,
                       uint32_t n_rings, struct box *box)
{
    bool ok = ARRAY_RESERVE(g->edges, g->cap_edges, start[n_rings]);
    g->n_edges = 0;
    *box = (struct box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t r = 0; ok && r < n_rings; r++)
        for (uint32_t i = start[r]; i + 1 < start[r + 1]; i++) {
            g->edges[g->n_edges++] = (struct edge){
                .x0 = x[i], .y0 = y[i], .x1 = x[i + 1], .y1 = y[i + 1], .ring = r, .vertex = i - start[r]};
            box->west = lesser(box->west, x[i]);
            box->east = greater(box->east, x[i]);
            box->south = lesser(box->south, y[i]);
            box->north = greater(box->north, y[i]);
        }
    return ok;
}

static uint16_t cell_of(double v, double from, double per, uint32_t n)
{
    double c = (v - from) * per;
    return (uint16_t)(!(c > 0) ? 0 : c >= n ? n - 1 : (uint32_t)c);
}

static struct edge_cells cells_of(const struct edge_grid *g, const struct edge *e)
{
    bool east = e->x1 >= e->x0, north = e->y1 >= e->y0;
    return (struct edge_cells){cell_of(east ? e->x0 : e->x1, g->west, g->per_x, g->columns),
                               cell_of(east ? e->x1 : e->x0, g->west, g->per_x, g->columns),
                               cell_of(north ? e->y0 : e->y1, g->south, g->per_y, g->rows),
                               cell_of(north ? e->y1 : e->y0, g->south, g->per_y, g->rows)};
}

static void set_cells(struct edge_grid *g, const struct box *box, uint32_t columns, uint32_t rows)
{
    double width = fmax(box->east - box->west, 1e-12), height = fmax(box->north - box->south, 1e-12);
    g->columns = columns;
    g->rows = rows;
    g->west = box->west;
    g->south = box->south;
    g->per_x = g->columns / width;
    g->per_y = g->rows / height;
}

/* Cells as high as wide. */
static void shape_grid(struct edge_grid *g, const struct box *box, uint32_t cells)
{
    double width = fmax(box->east - box->west, 1e-12), height = fmax(box->north - box->south, 1e-12);
    double high = sqrt(cells * height / width);
    uint32_t rows = high < 1 ? 1 : high > CELL_ROWS_MAX ? CELL_ROWS_MAX : (uint32_t)high;
    uint32_t columns = cells / rows;
    set_cells(g, box, columns < 1 ? 1 : columns > CELL_ROWS_MAX ? CELL_ROWS_MAX : columns, rows);
}

static uint64_t count_entries(struct edge_grid *g)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < g->n_edges; i++) {
        struct edge_cells c = cells_of(g, &g->edges[i]);
        g->edges[i].cells = c;
        n += (uint64_t)(c.c1 - c.c0 + 1) * (uint64_t)(c.r1 - c.r0 + 1);
    }
    return n;
}

static void fill_grid(struct edge_grid *g)
{
    size_t n_cells = (size_t)g->rows * g->columns;
    memset(g->cell_start, 0, (n_cells + 1) * sizeof *g->cell_start);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < g->n_edges; i++) {
            struct edge_cells c = g->edges[i].cells;
            for (uint32_t r = c.r0; r <= c.r1; r++)
                for (uint32_t k = c.c0; k <= c.c1; k++) {
                    uint32_t *at = &g->cell_start[(size_t)r * g->columns + k];
                    if (pass == 0)
                        ++*at;
                    else
                        g->cell_edges[--*at] = i;
                }
        }
        for (size_t c = 1; pass == 0 && c <= n_cells; c++)
            g->cell_start[c] += g->cell_start[c - 1];
    }
}

static uint32_t *cell_at(struct edge_grid *g, uint32_t column, uint32_t row)
{
    return &g->cell_start[(size_t)row * g->columns + column];
}

static void count_columns(struct edge_grid *g)
{
    uint32_t n = 0, *to = g->column_start;
    for (uint32_t c = 0; c < g->columns; c++)
        for (uint32_t r = 0; r < g->rows; r++) {
            *to++ = n;
            n += cell_at(g, c, r)[1] - cell_at(g, c, r)[0];
        }
    *to = n;
}

static uint64_t entries_max(const struct edge_grid *g)
{
    return (uint64_t)CELLS_PER_EDGE_MAX * g->n_edges + 64;
}

/* Of the cells as they are. `entries` is what count_entries said of them. */
static bool fill_cells(struct edge_grid *g, uint64_t entries)
{
    size_t cells = (size_t)g->rows * g->columns + 1;
    bool ok = entries <= UINT32_MAX && ARRAY_RESERVE(g->cell_start, g->cap_cells, cells) &&
              ARRAY_RESERVE(g->column_start, g->cap_column_cells, cells) &&
              ARRAY_RESERVE(g->cell_edges, g->cap_entries, (size_t)entries + 1);
    if (!ok)
        return false;
    fill_grid(g);
    count_columns(g);
    return true;
}

/* How many pairs of edges share a cell. */
static double pairs_of(const struct edge_grid *g)
{
    double pairs = 0;
    size_t n_cells = (size_t)g->rows * g->columns;
    for (size_t c = 0; c < n_cells; c++) {
        double n = g->cell_start[c + 1] - g->cell_start[c];
        pairs += n * (n - 1) / 2;
    }
    return pairs;
}

/* One row or one column of many cells, where that parts the edges better than cells as high as wide. */
static bool try_lines(struct edge_grid *g, const struct box *box)
{
    double best = g->pairs = pairs_of(g);
    uint32_t n = g->n_edges < CELLS_IN_LINE_MAX ? g->n_edges : CELLS_IN_LINE_MAX;
    uint32_t columns = g->columns, rows = g->rows;
    bool ok = true;
    if (best <= (double)CROWDED_PAIRS * g->n_edges)
        return true;
    for (int upright = 0; ok && upright < 2; upright++) {
        set_cells(g, box, upright ? 1 : n, upright ? n : 1);
        uint64_t entries = count_entries(g);
        ok = entries > entries_max(g) || fill_cells(g, entries);
        if (ok && entries <= entries_max(g) && pairs_of(g) < best) {
            best = g->pairs = pairs_of(g);
            columns = g->columns;
            rows = g->rows;
        }
    }
    set_cells(g, box, columns, rows);
    return ok && fill_cells(g, count_entries(g));
}

/* About one edge to a cell; fewer cells where long edges would fill too many. */
static bool place_edges(struct edge_grid *g, const struct box *box)
{
    uint64_t entries;
    uint32_t cells = g->n_edges * 2 + 1;
    for (;; cells /= 4) {
        shape_grid(g, box, cells);
        entries = count_entries(g);
        if (entries <= entries_max(g) || cells <= 4)
            break;
    }
    return fill_cells(g, entries) && try_lines(g, box);
}

bool edge_grid_make(struct edge_grid *g, const double *x, const double *y, const uint32_t *start,
                    uint32_t n_rings)
{
    struct box box;
    g->looked_at = 0;
    return take_edges(g, x, y, start, n_rings, &box) &&
           ARRAY_RESERVE(g->hits, g->cap_hits, (size_t)g->n_edges + 1) && place_edges(g, &box);
}

bool edge_grid_is_hopeless(const struct edge_grid *g)
{
    return g->pairs > HOPELESS_PAIRS && g->pairs > HOPELESS_PAIRS_OF_EDGE * g->n_edges;
}

static bool is_across(const struct edge_grid *g)
{
    return g->ray == RAY_WEST || g->ray == RAY_EAST;
}

int edge_is_met(const struct edge_grid *g, const struct edge *e, double x, double y)
{
    bool turned = is_across(g) ? e->y1 < e->y0 : e->x1 < e->x0; /* northward, or eastward, is its left left */
    int s =
        turned ? edge_side(e->x1, e->y1, e->x0, e->y0, x, y) : edge_side(e->x0, e->y0, e->x1, e->y1, x, y);
    bool left = g->ray == RAY_EAST || g->ray == RAY_SOUTH;
    return s == SIDE_UNSURE ? SIDE_UNSURE : (s > 0) == left;
}

bool edge_is_crossed(const struct edge_grid *g, const struct edge *e, double x, double y)
{
    bool flat = e->y0 == e->y1, rises = !flat && (e->x1 > e->x0) == (e->y1 > e->y0);
    int met = edge_is_met(g, e, x, y);
    if (met != SIDE_UNSURE)
        return met;
    return g->ray == RAY_WEST || (g->ray == RAY_SOUTH && !rises) || (g->ray == RAY_NORTH && rises);
}

int edge_winding(const struct edge_grid *g, const struct edge *e)
{
    bool left = g->ray == RAY_WEST    ? e->y1 < e->y0
                : g->ray == RAY_EAST  ? e->y1 > e->y0
                : g->ray == RAY_SOUTH ? e->x1 > e->x0
                                      : e->x1 < e->x0;
    return left ? 1 : -1;
}

/* The way from a cell on which the fewest cells and entries lie. */
static enum edge_ray choose_ray(const struct edge_grid *g, uint32_t column, uint32_t row)
{
    const uint32_t *across = g->cell_start + (size_t)row * g->columns;
    const uint32_t *along = g->column_start + (size_t)column * g->rows;
    const uint32_t cost[] = {
        [RAY_WEST] = across[column + 1] - across[0] + column,
        [RAY_EAST] = across[g->columns] - across[column] + (g->columns - column),
        [RAY_SOUTH] = along[row + 1] - along[0] + row,
        [RAY_NORTH] = along[g->rows] - along[row] + (g->rows - row),
    };
    enum edge_ray best = RAY_WEST;
    for (enum edge_ray way = RAY_EAST; way <= RAY_NORTH; way++)
        best = cost[way] < cost[best] ? way : best;
    return best;
}

/* An edge is a hit once: in the cell of its box that is furthest along the ray. */
static bool is_last_cell(const struct edge_grid *g, const struct edge *e, uint32_t column, uint32_t row)
{
    switch (g->ray) {
    case RAY_WEST:
        return e->cells.c0 == column;
    case RAY_EAST:
        return e->cells.c1 == column;
    case RAY_SOUTH:
        return e->cells.r0 == row;
    case RAY_NORTH:
        return e->cells.r1 == row;
    }
    return false;
}

static bool spans(const struct edge_grid *g, const struct edge *e, double x, double y)
{
    return is_across(g) ? (e->y0 > y) != (e->y1 > y) : (e->x0 > x) != (e->x1 > x);
}

uint32_t edge_grid_ray(struct edge_grid *g, double x, double y)
{
    uint32_t row = cell_of(y, g->south, g->per_y, g->rows), n = 0;
    uint32_t column = cell_of(x, g->west, g->per_x, g->columns);
    g->ray = choose_ray(g, column, row);
    uint32_t c0 = g->ray == RAY_WEST ? 0 : column, c1 = g->ray == RAY_EAST ? g->columns - 1 : column;
    uint32_t r0 = g->ray == RAY_SOUTH ? 0 : row, r1 = g->ray == RAY_NORTH ? g->rows - 1 : row;
    for (uint32_t r = r0; r <= r1; r++)
        for (uint32_t c = c0; c <= c1; c++) {
            const uint32_t *cell = cell_at(g, c, r);
            g->looked_at += 1 + cell[1] - cell[0];
            for (uint32_t i = cell[0]; i < cell[1]; i++) {
                const struct edge *e = &g->edges[g->cell_edges[i]];
                if (spans(g, e, x, y) && is_last_cell(g, e, c, r))
                    g->hits[n++] = g->cell_edges[i];
            }
        }
    return n;
}

uint32_t edge_grid_near(struct edge_grid *g, double x, double y, double near)
{
    uint32_t r0 = cell_of(y - near, g->south, g->per_y, g->rows);
    uint32_t r1 = cell_of(y + near, g->south, g->per_y, g->rows);
    uint32_t c0 = cell_of(x - near, g->west, g->per_x, g->columns);
    uint32_t c1 = cell_of(x + near, g->west, g->per_x, g->columns);
    uint32_t n = 0;
    for (uint32_t r = r0; r <= r1; r++)
        for (uint32_t c = c0; c <= c1; c++) {
            size_t cell = (size_t)r * g->columns + c;
            for (uint32_t i = g->cell_start[cell]; i < g->cell_start[cell + 1]; i++) {
                const struct edge *e = &g->edges[g->cell_edges[i]];
                /* once, in the first of the looked-at cells that it is in */
                if ((e->cells.c0 > c0 ? e->cells.c0 : c0) == c && (e->cells.r0 > r0 ? e->cells.r0 : r0) == r)
                    g->hits[n++] = g->cell_edges[i];
            }
        }
    return n;
}

#include "geo/edge_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below this a sign of a determinant of differences may be rounding (Shewchuk's filter, ccwerrboundA). */
#define ROUNDING 3.3306690738754716e-16
enum { CELLS_PER_EDGE_MAX = 12, CELL_ROWS_MAX = 4096 };

void edge_grid_release(struct edge_grid *g)
{
    free(g->edges);
    free(g->cell_start);
    free(g->cell_edges);
    free(g->hits);
    *g = (struct edge_grid){0};
}

static bool grow(void **p, size_t *capacity, size_t n, size_t size)
{
    if (n <= *capacity)
        return true;
    void *more = realloc(*p, (n + n / 2) * size);
    if (!more)
        return false;
    *p = more;
    *capacity = n + n / 2;
    return true;
}

/* +1 when c is left of a-b, -1 right, SIDE_UNSURE when rounding could have decided. */
static int edge_side(double ax, double ay, double bx, double by, double cx, double cy)
{
    double l = (ax - cx) * (by - cy), r = (ay - cy) * (bx - cx);
    double det = l - r, bound = ROUNDING * (fabs(l) + fabs(r));
    return det > bound ? 1 : det < -bound ? -1 : SIDE_UNSURE;
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
    void *edges = g->edges;
    bool ok = grow(&edges, &g->cap_edges, start[n_rings], sizeof *g->edges);
    g->edges = edges;
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

static void shape_grid(struct edge_grid *g, const struct box *box, uint32_t cells)
{
    double width = fmax(box->east - box->west, 1e-12), height = fmax(box->north - box->south, 1e-12);
    double rows = sqrt(cells * height / width);
    g->rows = rows < 1 ? 1 : rows > CELL_ROWS_MAX ? CELL_ROWS_MAX : (uint32_t)rows;
    g->columns = cells / g->rows;
    g->columns = g->columns < 1 ? 1 : g->columns > CELL_ROWS_MAX ? CELL_ROWS_MAX : g->columns;
    g->west = box->west;
    g->south = box->south;
    g->per_x = g->columns / width;
    g->per_y = g->rows / height;
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

/* About one edge to a cell; fewer cells where long edges would fill too many. */
static bool place_edges(struct edge_grid *g, const struct box *box)
{
    uint64_t entries;
    uint32_t cells = g->n_edges * 2 + 1;
    for (;; cells /= 4) {
        shape_grid(g, box, cells);
        entries = count_entries(g);
        if (entries <= (uint64_t)CELLS_PER_EDGE_MAX * g->n_edges + 64 || cells <= 4)
            break;
    }
    void *start = g->cell_start, *list = g->cell_edges;
    bool ok = entries <= UINT32_MAX &&
              grow(&start, &g->cap_cells, (size_t)g->rows * g->columns + 1, sizeof(uint32_t)) &&
              grow(&list, &g->cap_entries, entries + 1, sizeof(uint32_t));
    g->cell_start = start;
    g->cell_edges = list;
    if (ok)
        fill_grid(g);
    return ok;
}

bool edge_grid_make(struct edge_grid *g, const double *x, const double *y, const uint32_t *start,
                    uint32_t n_rings)
{
    struct box box;
    void *hits = g->hits;
    bool ok = take_edges(g, x, y, start, n_rings, &box);
    ok = ok && grow(&hits, &g->cap_hits, (size_t)g->n_edges + 1, sizeof *g->hits);
    g->hits = hits;
    return ok && place_edges(g, &box);
}

int edge_is_west(const struct edge *e, double x, double y)
{
    int s = e->y1 > e->y0 ? edge_side(e->x0, e->y0, e->x1, e->y1, x, y)
                          : edge_side(e->x1, e->y1, e->x0, e->y0, x, y);
    return s == SIDE_UNSURE ? SIDE_UNSURE : s < 0;
}

uint32_t edge_grid_ray(struct edge_grid *g, double x, double y)
{
    uint32_t row = cell_of(y, g->south, g->per_y, g->rows), n = 0;
    uint32_t column = cell_of(x, g->west, g->per_x, g->columns);
    for (uint32_t c = 0; c <= column; c++) {
        size_t cell = (size_t)row * g->columns + c;
        for (uint32_t i = g->cell_start[cell]; i < g->cell_start[cell + 1]; i++) {
            const struct edge *e = &g->edges[g->cell_edges[i]];
            if ((e->y0 > y) != (e->y1 > y) && e->cells.c0 == c) /* once, in its westernmost cell */
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

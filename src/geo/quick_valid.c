#include "geo/quick_valid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below this a sign of a determinant of differences may be rounding (Shewchuk's filter, ccwerrboundA). */
#define ROUNDING 3.3306690738754716e-16
enum { CELLS_PER_EDGE_MAX = 12, CELL_ROWS_MAX = 4096 };

enum sign { SIGN_UNSURE = 2 };

/* Columns and rows of the grid, from and to. */
struct cells {
    uint16_t c0, c1, r0, r1;
};

struct edge {
    double x0, y0, x1, y1;
    uint32_t ring, vertex;
    struct cells cells; /* set by count_entries */
};

struct quick_valid {
    struct edge *edges;
    uint32_t *cell_start, *cell_edges; /* edges of a cell, by counting sort */
    uint32_t *parity_rings;            /* rings that a ray met */
    uint8_t *parity, *touches;         /* per ring */
    size_t cap_edges, cap_cells, cap_entries, cap_rings;
    uint32_t n_edges, columns, rows;
    struct geo_box box;
    double per_x, per_y; /* cells per degree */
};

enum status quick_valid_new(struct quick_valid **out, struct error *e)
{
    *out = calloc(1, sizeof **out);
    return *out ? STATUS_OK : error_no_memory(e);
}

void quick_valid_free(struct quick_valid *q)
{
    if (!q)
        return;
    free(q->edges);
    free(q->cell_start);
    free(q->cell_edges);
    free(q->parity_rings);
    free(q->parity);
    free(q->touches);
    free(q);
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

static bool reserve_rings(struct quick_valid *q, size_t n)
{
    if (n <= q->cap_rings)
        return true;
    size_t capacity = n + n / 2;
    uint32_t *met = realloc(q->parity_rings, capacity * sizeof *met);
    q->parity_rings = met ? met : q->parity_rings;
    uint8_t *parity = realloc(q->parity, capacity);
    q->parity = parity ? parity : q->parity;
    uint8_t *touches = realloc(q->touches, capacity);
    q->touches = touches ? touches : q->touches;
    if (!met || !parity || !touches)
        return false;
    q->cap_rings = capacity;
    return true;
}

/* +1 when c is left of a-b, -1 right, SIGN_UNSURE when rounding could have decided. */
static int side(double ax, double ay, double bx, double by, double cx, double cy)
{
    double l = (ax - cx) * (by - cy), r = (ay - cy) * (bx - cx);
    double det = l - r, bound = ROUNDING * (fabs(l) + fabs(r));
    return det > bound ? 1 : det < -bound ? -1 : SIGN_UNSURE;
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
    int s = side(a->x0, a->y0, a->x1, a->y1, b->x0, b->y0);
    if (s != SIGN_UNSURE && s == side(a->x0, a->y0, a->x1, a->y1, b->x1, b->y1))
        return true;
    s = side(b->x0, b->y0, b->x1, b->y1, a->x0, a->y0);
    return s != SIGN_UNSURE && s == side(b->x0, b->y0, b->x1, b->y1, a->x1, a->y1);
}

/* a ends where b begins: all is well unless b goes back along a. */
static bool turns_cleanly(const struct edge *a, const struct edge *b)
{
    if (side(a->x0, a->y0, a->x1, a->y1, b->x1, b->y1) != SIGN_UNSURE)
        return true;
    return (a->x1 - a->x0) * (b->x1 - b->x0) + (a->y1 - a->y0) * (b->y1 - b->y0) > 0;
}

static void compare(struct quick_valid *q, const struct geo_shape *s, const struct edge *a,
                    const struct edge *b)
{
    if (q->touches[a->ring] && q->touches[b->ring])
        return;
    bool fine;
    if (a->ring == b->ring) {
        uint32_t last = s->ring_start[a->ring + 1] - s->ring_start[a->ring] - 2;
        const struct edge *first = a->vertex < b->vertex ? a : b, *second = first == a ? b : a;
        bool neighbours = second->vertex == first->vertex + 1;
        bool around = first->vertex == 0 && second->vertex == last;
        fine = neighbours ? turns_cleanly(first, second)
               : around   ? turns_cleanly(second, first)
                          : surely_apart(a, b);
    } else {
        fine = surely_apart(a, b);
    }
    if (!fine)
        q->touches[a->ring] = q->touches[b->ring] = 1;
}

/* ---- the grid ---- */

static bool take_edges(struct quick_valid *q, const struct geo_shape *s)
{
    void *edges = q->edges;
    bool ok = grow(&edges, &q->cap_edges, s->n_vertices, sizeof *q->edges);
    q->edges = edges;
    q->n_edges = 0;
    for (uint32_t r = 0; ok && r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
            q->edges[q->n_edges++] = (struct edge){.x0 = s->lon_deg[i],
                                                   .y0 = s->lat_deg[i],
                                                   .x1 = s->lon_deg[i + 1],
                                                   .y1 = s->lat_deg[i + 1],
                                                   .ring = r,
                                                   .vertex = i - s->ring_start[r]};
    return ok;
}

static uint16_t cell_of(double v, double from, double per, uint32_t n)
{
    double c = (v - from) * per;
    return (uint16_t)(c <= 0 ? 0 : c >= n ? n - 1 : (uint32_t)c);
}

static struct cells cells_of(const struct quick_valid *q, const struct edge *e)
{
    bool east = e->x1 >= e->x0, north = e->y1 >= e->y0;
    return (struct cells){cell_of(east ? e->x0 : e->x1, q->box.west_deg, q->per_x, q->columns),
                          cell_of(east ? e->x1 : e->x0, q->box.west_deg, q->per_x, q->columns),
                          cell_of(north ? e->y0 : e->y1, q->box.south_deg, q->per_y, q->rows),
                          cell_of(north ? e->y1 : e->y0, q->box.south_deg, q->per_y, q->rows)};
}

static void shape_grid(struct quick_valid *q, const struct geo_shape *s, uint32_t cells)
{
    double width = fmax(s->box.east_deg - s->box.west_deg, 1e-12);
    double height = fmax(s->box.north_deg - s->box.south_deg, 1e-12);
    double rows = sqrt(cells * height / width);
    q->rows = rows < 1 ? 1 : rows > CELL_ROWS_MAX ? CELL_ROWS_MAX : (uint32_t)rows;
    q->columns = cells / q->rows;
    q->columns = q->columns < 1 ? 1 : q->columns > CELL_ROWS_MAX ? CELL_ROWS_MAX : q->columns;
    q->box = s->box;
    q->per_x = q->columns / width;
    q->per_y = q->rows / height;
}

static uint64_t count_entries(struct quick_valid *q)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < q->n_edges; i++) {
        struct cells c = cells_of(q, &q->edges[i]);
        q->edges[i].cells = c;
        n += (uint64_t)(c.c1 - c.c0 + 1) * (uint64_t)(c.r1 - c.r0 + 1);
    }
    return n;
}

static void fill_grid(struct quick_valid *q)
{
    size_t n_cells = (size_t)q->rows * q->columns;
    memset(q->cell_start, 0, (n_cells + 1) * sizeof *q->cell_start);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < q->n_edges; i++) {
            struct cells c = q->edges[i].cells;
            for (uint32_t r = c.r0; r <= c.r1; r++)
                for (uint32_t k = c.c0; k <= c.c1; k++) {
                    uint32_t *at = &q->cell_start[(size_t)r * q->columns + k];
                    if (pass == 0)
                        ++*at;
                    else
                        q->cell_edges[--*at] = i;
                }
        }
        for (size_t c = 1; pass == 0 && c <= n_cells; c++)
            q->cell_start[c] += q->cell_start[c - 1];
    }
}

/* About one edge to a cell; fewer cells where long edges would fill too many. */
static bool make_grid(struct quick_valid *q, const struct geo_shape *s)
{
    uint64_t entries;
    uint32_t cells = q->n_edges * 2 + 1;
    for (;; cells /= 4) {
        shape_grid(q, s, cells);
        entries = count_entries(q);
        if (entries <= (uint64_t)CELLS_PER_EDGE_MAX * q->n_edges + 64 || cells <= 4)
            break;
    }
    void *start = q->cell_start, *list = q->cell_edges;
    bool ok = entries <= UINT32_MAX &&
              grow(&start, &q->cap_cells, (size_t)q->rows * q->columns + 1, sizeof(uint32_t)) &&
              grow(&list, &q->cap_entries, entries + 1, sizeof(uint32_t));
    q->cell_start = start;
    q->cell_edges = list;
    if (ok)
        fill_grid(q);
    return ok;
}

static void find_touches(struct quick_valid *q, const struct geo_shape *s)
{
    memset(q->touches, 0, s->n_rings);
    size_t n_cells = (size_t)q->rows * q->columns;
    for (size_t c = 0; c < n_cells; c++)
        for (uint32_t i = q->cell_start[c]; i < q->cell_start[c + 1]; i++)
            for (uint32_t k = i + 1; k < q->cell_start[c + 1]; k++)
                compare(q, s, &q->edges[q->cell_edges[i]], &q->edges[q->cell_edges[k]]);
}

/* ---- nesting ---- */

/* Does the ray from (x, y) to the west meet this edge, which spans y? SIGN_UNSURE when (x, y) may lie on it. */
static int ray_meets(const struct edge *e, double x, double y)
{
    int s = e->y1 > e->y0 ? side(e->x0, e->y0, e->x1, e->y1, x, y) : side(e->x1, e->y1, e->x0, e->y0, x, y);
    return s == SIGN_UNSURE ? SIGN_UNSURE : s < 0;
}

/* Sets parity[r] = 1 for each ring that contains the first vertex of `ring` and lists the rings that were met. False when
 * rounding leaves doubt about a ring that does not touch. */
static bool find_containers(struct quick_valid *q, const struct geo_shape *s, uint32_t ring, uint32_t *n_met)
{
    double x = s->lon_deg[s->ring_start[ring]], y = s->lat_deg[s->ring_start[ring]];
    uint32_t row = cell_of(y, q->box.south_deg, q->per_y, q->rows);
    uint32_t column = cell_of(x, q->box.west_deg, q->per_x, q->columns);
    *n_met = 0;
    for (uint32_t c = 0; c <= column; c++) {
        size_t cell = (size_t)row * q->columns + c;
        for (uint32_t i = q->cell_start[cell]; i < q->cell_start[cell + 1]; i++) {
            const struct edge *e = &q->edges[q->cell_edges[i]];
            if ((e->y0 > y) == (e->y1 > y) || e->ring == ring)
                continue;
            if (e->cells.c0 != c) /* counted in its westernmost cell only */
                continue;
            int meets = ray_meets(e, x, y);
            if (meets == SIGN_UNSURE && !(q->touches[ring] && q->touches[e->ring]))
                return false;
            if (meets != 1)
                continue;
            if (q->parity[e->ring] == 0)
                q->parity_rings[(*n_met)++] = e->ring;
            q->parity[e->ring] = q->parity[e->ring] == 1 ? 2 : 1;
        }
    }
    return true;
}

static uint32_t polygon_of(const struct geo_shape *s, uint32_t ring)
{
    uint32_t low = 0, high = s->n_polygons;
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (s->polygon_start[mid] <= ring)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* A hole must lie in its shell and in no other hole of it. Pairs of rings that both touch something are GEOS's. */
static bool hole_is_placed(const struct quick_valid *q, const struct geo_shape *s, uint32_t ring,
                           uint32_t polygon, uint32_t n_met)
{
    uint32_t shell = s->polygon_start[polygon], end = s->polygon_start[polygon + 1];
    bool in_shell = false;
    for (uint32_t i = 0; i < n_met; i++) {
        uint32_t other = q->parity_rings[i];
        if (q->parity[other] != 1)
            continue;
        in_shell |= other == shell;
        if (other > shell && other < end && !(q->touches[ring] && q->touches[other]))
            return false;
    }
    return in_shell || (q->touches[ring] && q->touches[shell]);
}

/* A shell inside another shell must lie in one of its holes. */
static bool shell_is_placed(const struct quick_valid *q, const struct geo_shape *s, uint32_t n_met)
{
    for (uint32_t i = 0; i < n_met; i++) {
        uint32_t other = q->parity_rings[i], polygon = polygon_of(s, other);
        if (q->parity[other] != 1 || s->polygon_start[polygon] != other)
            continue;
        bool in_hole = false;
        for (uint32_t k = 0; k < n_met; k++)
            in_hole |= q->parity[q->parity_rings[k]] == 1 && q->parity_rings[k] > other &&
                       q->parity_rings[k] < s->polygon_start[polygon + 1];
        if (!in_hole)
            return false;
    }
    return true;
}

static bool nesting_is_right(struct quick_valid *q, const struct geo_shape *s, bool shells_too)
{
    memset(q->parity, 0, s->n_rings);
    bool right = true;
    for (uint32_t p = 0; right && p < s->n_polygons; p++)
        for (uint32_t r = s->polygon_start[p]; right && r < s->polygon_start[p + 1]; r++) {
            bool shell = r == s->polygon_start[p];
            if (shell && !shells_too)
                continue;
            uint32_t n_met;
            right = find_containers(q, s, r, &n_met);
            if (right)
                right = shell ? shell_is_placed(q, s, n_met) : hole_is_placed(q, s, r, p, n_met);
            for (uint32_t i = 0; i < n_met; i++)
                q->parity[q->parity_rings[i]] = 0;
        }
    return right;
}

/* ---- what GEOS still has to see ---- */

/* A hole without touches matters to GEOS only where another polygon may lie in it. */
static enum status check_touching(const struct quick_valid *q, struct geo_geos *g, const struct geo_shape *s,
                                  double place_deg[2], struct error *e)
{
    struct geo_shape_builder b;
    struct geo_shape reduced;
    geo_shape_builder_init(&b);
    for (uint32_t p = 0; p < s->n_polygons; p++)
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++) {
            bool shell = r == s->polygon_start[p];
            if (!shell && !q->touches[r] && s->n_polygons == 1)
                continue;
            if (shell)
                geo_shape_builder_polygon(&b);
            geo_shape_builder_ring(&b);
            for (uint32_t i = s->ring_start[r]; i < s->ring_start[r + 1]; i++)
                geo_shape_builder_point(&b, s->lon_deg[i], s->lat_deg[i]);
        }
    enum status st = geo_shape_builder_view(&b, &reduced, e);
    if (st == STATUS_OK)
        st = geo_valid_check_place(g, &reduced, place_deg, e);
    geo_shape_builder_release(&b);
    return st;
}

enum status quick_valid_check(struct quick_valid *q, struct geo_geos *g, const struct geo_shape *s,
                              double place_deg[2], struct error *e)
{
    if (!reserve_rings(q, s->n_rings) || !take_edges(q, s) || !make_grid(q, s))
        return error_no_memory(e);
    find_touches(q, s);
    bool touching = s->n_rings > 0 && memchr(q->touches, 1, s->n_rings) != NULL;
    if (touching) {
        enum status st = check_touching(q, g, s, place_deg, e);
        if (st != STATUS_OK)
            return st;
    }
    if (s->n_rings == 1 || nesting_is_right(q, s, !touching && s->n_polygons > 1))
        return STATUS_OK;
    return geo_valid_check_place(g, s, place_deg, e); /* GEOS finds the words, or knows better */
}

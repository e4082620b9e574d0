#include "tile/contour.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_SIZE = COVER_SIDE_MAX + 2 }; /* a column of nothing on each side */

/* A point of a ring. Inside is on the right of the way to the next, as seen on the map. */
struct vertex {
    struct mvt_point at;
    uint32_t next;
    bool taken;
};

/* A row of the cover, with what lies between its centres. Column c of the cover is number c + 1. */
struct row {
    double value[ROW_SIZE];
    uint32_t crossing[ROW_SIZE]; /* the vertex between numbers i and i + 1 */
    int32_t first, end;          /* numbers that are not surely 0 */
    uint16_t marks[ROW_SIZE];    /* ascending numbers: from one to the next the value is the same */
    int32_t n_marks;
};

struct contour_scratch {
    struct vertex *vertices;
    size_t n, capacity;
    struct row rows[2];
    uint32_t between[ROW_SIZE]; /* the vertex between number i of the upper and of the lower row */
    bool out_of_memory;
};

struct contour_scratch *contour_scratch_new(void)
{
    return calloc(1, sizeof(struct contour_scratch));
}

void contour_scratch_free(struct contour_scratch *s)
{
    if (!s)
        return;
    free(s->vertices);
    free(s);
}

/* One pass over a cover. */
struct pass {
    struct contour_scratch *s;
    const struct cover_grid *grid;
    double level;
    int32_t y; /* of the upper row's centres, units */
};

/* How far, in units, from the centre of a cell towards that of the next one the level lies: never at either
 * centre. */
static int32_t step_to_level(const struct pass *p, double a, double b)
{
    double t = (p->level - a) / (b - a) * p->grid->cell;
    int32_t step = (int32_t)(t + 0.5), most = p->grid->cell - 1;
    return step < 1 ? 1 : step > most ? most : step;
}

static uint32_t add_vertex(const struct pass *p, int32_t x, int32_t y)
{
    struct contour_scratch *s = p->s;
    if (!ARRAY_RESERVE(s->vertices, s->capacity, s->n + 1)) {
        s->out_of_memory = true;
        return 0;
    }
    s->vertices[s->n] = (struct vertex){.at = {x, y}};
    return (uint32_t)s->n++;
}

static int32_t centre(int32_t origin, int32_t cell, int32_t number)
{
    return origin + cell / 2 + (number - 1) * cell;
}

static void row_clear(struct row *r)
{
    if (r->end > r->first)
        memset(r->value + r->first, 0, (size_t)(r->end - r->first) * sizeof *r->value);
    r->first = r->end = 0;
    r->n_marks = 0;
}

static void mark(struct row *r, int32_t number)
{
    if (r->n_marks == 0 || r->marks[r->n_marks - 1] < number)
        r->marks[r->n_marks++] = (uint16_t)number;
}

/* Each share changes the value of its own column and of those behind it. */
static void mark_changes(const struct cover *cover, int32_t row, struct row *r)
{
    mark(r, r->first - 1);
    for (size_t i = cover->row_start[row]; i < cover->row_start[row + 1]; i++) {
        mark(r, cover->shares[i].column + 1);
        mark(r, cover->shares[i].column + 2);
    }
    mark(r, r->end);
}

/* Row `number` of the cover, counted from 1; 0 and one beyond the last are rows of nothing. */
static void row_read(const struct pass *p, const struct cover *cover, int32_t number, struct row *r)
{
    int32_t first, end;
    row_clear(r);
    if (number < 1 || number > p->grid->rows || !cover_row_touched(cover, number - 1, &first, &end))
        return;
    cover_row(cover, number - 1, r->value + 1);
    r->first = first + 1;
    r->end = end + 1;
    mark_changes(cover, number - 1, r);
    for (int32_t k = 1; k < r->n_marks; k++) {
        int32_t i = r->marks[k] - 1; /* a change is between a mark and what stands before it */
        double a = r->value[i], b = r->value[i + 1];
        if ((a >= p->level) != (b >= p->level))
            r->crossing[i] = add_vertex(p, centre(p->grid->x, p->grid->cell, i) + step_to_level(p, a, b),
                                        centre(p->grid->y, p->grid->cell, number));
    }
}

/* The four sides of a square of centres, clockwise, and the pieces of rings within it by which corners are
 * inside: north-west 1, north-east 2, south-east 4, south-west 8. From a side to a side. */
enum { NORTH, EAST, SOUTH, WEST };
enum { NO_PIECE = -1 };
static const int8_t pieces[16][4] = {
    [0] = {NO_PIECE, 0, NO_PIECE, 0},  [1] = {NORTH, WEST, NO_PIECE, 0},  [2] = {EAST, NORTH, NO_PIECE, 0},
    [3] = {EAST, WEST, NO_PIECE, 0},   [4] = {SOUTH, EAST, NO_PIECE, 0},  [5] = {NORTH, WEST, SOUTH, EAST},
    [6] = {SOUTH, NORTH, NO_PIECE, 0}, [7] = {SOUTH, WEST, NO_PIECE, 0},  [8] = {WEST, SOUTH, NO_PIECE, 0},
    [9] = {NORTH, SOUTH, NO_PIECE, 0}, [10] = {EAST, NORTH, WEST, SOUTH}, [11] = {EAST, SOUTH, NO_PIECE, 0},
    [12] = {WEST, EAST, NO_PIECE, 0},  [13] = {NORTH, EAST, NO_PIECE, 0}, [14] = {WEST, NORTH, NO_PIECE, 0},
    [15] = {NO_PIECE, 0, NO_PIECE, 0},
};
/* Two opposite corners inside and the middle, too: they are joined. */
static const int8_t joined[2][4] = {{NORTH, EAST, SOUTH, WEST}, {WEST, NORTH, EAST, SOUTH}};

/* The square whose north-west corner is number i of the upper row. */
static void link_square(const struct pass *p, const struct row *upper, const struct row *lower, int32_t i)
{
    double nw = upper->value[i], ne = upper->value[i + 1], sw = lower->value[i], se = lower->value[i + 1];
    unsigned corners = (nw >= p->level ? 1u : 0u) | (ne >= p->level ? 2u : 0u) | (se >= p->level ? 4u : 0u) |
                       (sw >= p->level ? 8u : 0u);
    if (corners == 0 || corners == 15)
        return;
    const int8_t *piece = pieces[corners];
    if ((corners == 5 || corners == 10) && (nw + ne + sw + se) / 4 >= p->level)
        piece = joined[corners == 10];
    const uint32_t side[4] = {upper->crossing[i], p->s->between[i + 1], lower->crossing[i], p->s->between[i]};
    for (int k = 0; k < 4 && piece[k] != NO_PIECE; k += 2)
        p->s->vertices[side[piece[k]]].next = side[piece[k + 1]];
}

/* The lesser of the two rows' next marks; without one the number itself ends the run. */
static int32_t next_mark(const struct row *upper, int32_t u, const struct row *lower, int32_t l)
{
    int32_t a = u < upper->n_marks ? upper->marks[u] : ROW_SIZE,
            b = l < lower->n_marks ? lower->marks[l] : ROW_SIZE;
    return a < b ? a : b;
}

static bool differs(const struct pass *p, const struct row *upper, const struct row *lower, int32_t i)
{
    return (upper->value[i] >= p->level) != (lower->value[i] >= p->level);
}

/* Numbers in which both rows stay as they are, up to the next mark of either. */
static void link_run(const struct pass *p, const struct row *upper, const struct row *lower, int32_t first,
                     int32_t end)
{
    if (!differs(p, upper, lower, first)) {
        link_square(p, upper, lower, first - 1);
        return;
    }
    for (int32_t i = first; i < end && !p->s->out_of_memory; i++) {
        double a = upper->value[i], b = lower->value[i];
        p->s->between[i] = add_vertex(p, centre(p->grid->x, p->grid->cell, i), p->y + step_to_level(p, a, b));
        if (!p->s->out_of_memory)
            link_square(p, upper, lower, i - 1);
    }
}

/* Links what lies between two rows of centres: squares are looked at from a mark of either row on, and where
 * the rows differ. */
static void link_rows(const struct pass *p, const struct row *upper, const struct row *lower)
{
    int32_t u = 0, l = 0;
    while ((u < upper->n_marks || l < lower->n_marks) && !p->s->out_of_memory) {
        int32_t at = next_mark(upper, u, lower, l);
        u += u < upper->n_marks && upper->marks[u] == at;
        l += l < lower->n_marks && lower->marks[l] == at;
        int32_t end = next_mark(upper, u, lower, l);
        if (at > 0)
            link_run(p, upper, lower, at, end);
    }
}

static void take_rings(struct contour_scratch *s, struct ring_set *out)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->vertices[i].taken)
            continue;
        for (uint32_t k = i; !s->vertices[k].taken; k = s->vertices[k].next) {
            s->vertices[k].taken = true;
            ring_set_point(out, s->vertices[k].at);
        }
        ring_set_end(out);
    }
}

bool contour_rings(const struct cover *cover, double level, struct contour_scratch *s, struct ring_set *out)
{
    struct pass p = {s, &cover->grid, level, 0};
    struct row *upper = &s->rows[0], *lower = &s->rows[1];
    ring_set_clear(out);
    s->n = 0;
    s->out_of_memory = cover->out_of_memory;
    row_clear(upper);
    for (int32_t number = 1; number <= cover->grid.rows + 1 && !s->out_of_memory; number++) {
        row_read(&p, cover, number, lower);
        p.y = centre(p.grid->y, p.grid->cell, number - 1);
        link_rows(&p, upper, lower);
        struct row *swap = upper;
        upper = lower;
        lower = swap;
    }
    row_clear(upper);
    row_clear(lower);
    if (!s->out_of_memory)
        take_rings(s, out);
    return !s->out_of_memory && !out->out_of_memory;
}

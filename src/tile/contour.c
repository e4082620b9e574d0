#include "tile/contour.h"

#include "base/array.h"

#include <stdlib.h>

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
    for (int32_t i = r->first; i < r->end; i++)
        r->value[i] = 0;
    r->first = r->end = 0;
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
    for (int32_t i = first; i < end + 1; i++) {
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

/* Links what lies between two rows of centres, of which the lower is `number`. */
static void link_rows(const struct pass *p, const struct row *upper, const struct row *lower, int32_t number)
{
    bool both = upper->end > 0 && lower->end > 0;
    const struct row *one = upper->end > 0 ? upper : lower;
    int32_t first = both && lower->first < upper->first ? lower->first : both ? upper->first : one->first;
    int32_t end = both && lower->end > upper->end ? lower->end : both ? upper->end : one->end;
    if (end == 0)
        return;
    for (int32_t i = first; i < end; i++) {
        double a = upper->value[i], b = lower->value[i];
        if ((a >= p->level) != (b >= p->level))
            p->s->between[i] =
                add_vertex(p, centre(p->grid->x, p->grid->cell, i),
                           centre(p->grid->y, p->grid->cell, number - 1) + step_to_level(p, a, b));
    }
    for (int32_t i = first - 1; i < end && !p->s->out_of_memory; i++)
        link_square(p, upper, lower, i);
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
    struct pass p = {s, &cover->grid, level};
    struct row *upper = &s->rows[0], *lower = &s->rows[1];
    ring_set_clear(out);
    s->n = 0;
    s->out_of_memory = cover->out_of_memory;
    row_clear(upper);
    for (int32_t number = 1; number <= cover->grid.rows + 1 && !s->out_of_memory; number++) {
        row_read(&p, cover, number, lower);
        link_rows(&p, upper, lower, number);
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

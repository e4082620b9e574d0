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

/* In a row of the cover the value from one number to that of the next span: in front of the first and from
 * the last one on it is 0. Column c of the cover is number c + 1. */
struct span {
    int32_t number;
    double value;
};

/* A row as a level cuts it. */
struct row {
    const struct span *spans;
    size_t n;
    uint32_t crossing[ROW_SIZE]; /* the vertex between numbers i and i + 1, where the level is passed */
};

struct contour_scratch {
    struct vertex *vertices;
    size_t n, capacity;
    struct cover_grid grid;
    struct span *spans; /* of all rows, one row after the other */
    size_t n_spans, cap_spans;
    size_t row_first[ROW_SIZE]; /* rows + 1 */
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
    free(s->spans);
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

static void add_span(struct contour_scratch *s, int32_t number, double value)
{
    if (ARRAY_RESERVE(s->spans, s->cap_spans, s->n_spans + 1))
        s->spans[s->n_spans++] = (struct span){number, value};
    else
        s->out_of_memory = true;
}

/* Each share changes the value of its own column and of those behind it. */
static void row_read(struct contour_scratch *s, const struct cover *cover, int32_t row)
{
    int32_t first, end, column = 0;
    double open = 0;
    if (!cover_row_touched(cover, row, &first, &end))
        return;
    add_span(s, first, 0);
    for (size_t i = cover->row_start[row]; i < cover->row_start[row + 1];) {
        double here = open;
        column = cover->shares[i].column;
        for (; i < cover->row_start[row + 1] && cover->shares[i].column == column; i++) {
            here += cover->shares[i].here;
            open += cover->shares[i].east;
        }
        add_span(s, column + 1, here);
        if (i == cover->row_start[row + 1] || cover->shares[i].column != column + 1)
            add_span(s, column + 2, column + 1 < end ? open : 0);
    }
    if (column + 2 < end + 1)
        add_span(s, end + 1, 0);
}

bool contour_begin(const struct cover *cover, struct contour_scratch *s)
{
    s->grid = cover->grid;
    s->n_spans = 0;
    s->out_of_memory = cover->out_of_memory;
    for (int32_t row = 0; row < cover->grid.rows && !s->out_of_memory; row++) {
        s->row_first[row] = s->n_spans;
        row_read(s, cover, row);
        s->row_first[row + 1] = s->n_spans;
    }
    return !s->out_of_memory;
}

/* Row `number` of the cover, counted from 1; 0 and one beyond the last are rows of nothing. */
static void row_cut(const struct pass *p, int32_t number, struct row *r)
{
    const struct contour_scratch *s = p->s;
    r->n = 0;
    if (number < 1 || number > p->grid->rows)
        return;
    r->spans = s->spans + s->row_first[number - 1];
    r->n = s->row_first[number] - s->row_first[number - 1];
    for (size_t k = 1; k < r->n; k++) {
        int32_t i = r->spans[k].number - 1;
        double a = r->spans[k - 1].value, b = r->spans[k].value;
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

/* Where two rows are looked at: the values of a number, and of the one before it. */
struct values {
    double upper, lower, upper_before, lower_before;
};

/* The square whose north-west corner is the number i of the upper row, before that of the values. */
static void link_square(const struct pass *p, const struct row *upper, const struct row *lower, int32_t i,
                        const struct values *v)
{
    double nw = v->upper_before, ne = v->upper, sw = v->lower_before, se = v->lower;
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

/* The number of the next span; behind the last there is none. */
static int32_t next_number(const struct row *r, size_t k)
{
    return k < r->n ? r->spans[k].number : ROW_SIZE;
}

/* Numbers in which both rows stay as they are, up to the next span of either. */
static void link_run(const struct pass *p, const struct row *upper, const struct row *lower, int32_t first,
                     int32_t end, struct values v)
{
    if ((v.upper >= p->level) == (v.lower >= p->level)) {
        link_square(p, upper, lower, first - 1, &v);
        return;
    }
    for (int32_t i = first; i < end && !p->s->out_of_memory; i++) {
        p->s->between[i] =
            add_vertex(p, centre(p->grid->x, p->grid->cell, i), p->y + step_to_level(p, v.upper, v.lower));
        if (!p->s->out_of_memory)
            link_square(p, upper, lower, i - 1, &v);
        v.upper_before = v.upper;
        v.lower_before = v.lower;
    }
}

/* Links what lies between two rows of centres: squares are looked at where a span of either row begins, and
 * where the rows differ. */
static void link_rows(const struct pass *p, const struct row *upper, const struct row *lower)
{
    size_t u = 0, l = 0;
    struct values v = {0, 0, 0, 0};
    while ((u < upper->n || l < lower->n) && !p->s->out_of_memory) {
        int32_t at_upper = next_number(upper, u), at_lower = next_number(lower, l);
        int32_t at = at_upper < at_lower ? at_upper : at_lower;
        v.upper_before = v.upper;
        v.lower_before = v.lower;
        if (at_upper == at)
            v.upper = upper->spans[u++].value;
        if (at_lower == at)
            v.lower = lower->spans[l++].value;
        at_upper = next_number(upper, u);
        at_lower = next_number(lower, l);
        if (at > 0)
            link_run(p, upper, lower, at, at_upper < at_lower ? at_upper : at_lower, v);
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

bool contour_rings(struct contour_scratch *s, double level, struct ring_set *out)
{
    struct pass p = {s, &s->grid, level, 0};
    struct row *upper = &s->rows[0], *lower = &s->rows[1];
    ring_set_clear(out);
    s->n = 0;
    upper->n = 0;
    for (int32_t number = 1; number <= s->grid.rows + 1 && !s->out_of_memory; number++) {
        row_cut(&p, number, lower);
        p.y = centre(p.grid->y, p.grid->cell, number - 1);
        link_rows(&p, upper, lower);
        struct row *swap = upper;
        upper = lower;
        lower = swap;
    }
    if (!s->out_of_memory)
        take_rings(s, out);
    return !s->out_of_memory && !out->out_of_memory;
}

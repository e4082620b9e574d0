/* How much of each cell of a grid rings cover: exact areas, however small or thin the rings are.
 *
 * Rings are added edge by edge; outer rings count, holes count against. What lies beyond the grid's west
 * side still counts for the cells east of it, as it must; what lies beyond the other sides does not.
 * Threads: one owner. */
#ifndef HX_TILE_COVER_H
#define HX_TILE_COVER_H

#include "tile/ring.h"

/* The most cells that a grid has in each direction. */
enum { COVER_SIDE_MAX = 1056 };

struct cover_grid {
    int32_t x, y;          /* tile units of its north-west corner */
    int32_t cell;          /* units */
    int32_t columns, rows; /* at most COVER_SIDE_MAX */
};

/* An edge's share in a cell: `here` of the cell itself, `east` of every cell east of it in its row. */
struct cover_share {
    uint16_t row, column;
    double here, east;
};

struct cover {
    struct cover_grid grid;
    struct cover_share *shares, *other; /* owned; `other` is room for sorting */
    size_t n, capacity, cap_other;
    size_t *row_start; /* owned; rows + 1, once settled */
    size_t cap_rows;
    bool out_of_memory;
};

void cover_init(struct cover *c);
void cover_release(struct cover *c);
void cover_begin(struct cover *c, const struct cover_grid *grid);
/* Adds ring `ring`. */
void cover_add(struct cover *c, const struct unit_rings *s, size_t ring);
/* Adds an area (square units) to the cell of a place (units); nothing when that is none of the grid's. */
void cover_add_area(struct cover *c, double x, double y, double area);
/* The covered area within the grid, square units. */
double cover_total(const struct cover *c);
/* Sorts the shares; to be called before rows are read. */
void cover_settle(struct cover *c);
/* The columns of a row that are touched, as first and end; false when none is. */
bool cover_row_touched(const struct cover *c, int32_t row, int32_t *first, int32_t *end);
/* Puts the covered parts (0 to 1 unless rings overlap) of the touched columns into values[column]. */
void cover_row(const struct cover *c, int32_t row, double *values);

#endif

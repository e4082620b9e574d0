#include "tile/dust.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Squares of cells that touch each other never stand in one feature, whose polygons must not share edges. */
enum { GROUPS = 4 };

struct dust_cell {
    uint32_t order; /* along a curve, on which neighbours follow each other */
    uint16_t row, column;
    double area; /* square units */
};

struct zone {
    const char *name;
    uint64_t n_features;
    struct cover cover;
};

struct dust {
    struct zone *zones;
    size_t n_zones, cap_zones, n_made; /* made: their covers keep memory from tile to tile */
    uint32_t *slots;                   /* open addressing: zone number + 1, or 0 */
    size_t n_slots, last;
    struct dust_cell *cells;
    size_t n_cells, cap_cells;
    uint16_t *sides; /* of the cells' squares */
    size_t cap_sides;
    struct cover_grid grid;
    bool one_zone, out_of_memory;
};

struct dust *dust_new(void)
{
    return calloc(1, sizeof(struct dust));
}

void dust_free(struct dust *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_made; i++)
        cover_release(&d->zones[i].cover);
    free(d->zones);
    free(d->slots);
    free(d->cells);
    free(d->sides);
    free(d);
}

void dust_begin(struct dust *d, int32_t cell_units, bool one_zone)
{
    int32_t side = MVT_EXTENT / cell_units;
    d->grid = (struct cover_grid){0, 0, cell_units, side, side};
    d->n_zones = d->last = 0;
    d->one_zone = one_zone;
    d->out_of_memory = false;
    if (d->slots)
        memset(d->slots, 0, d->n_slots * sizeof *d->slots);
}

/* ---- zones ---- */

static uint32_t *find_slot(struct dust *d, const char *zone)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (const char *s = zone; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    size_t i = h & (d->n_slots - 1);
    while (d->slots[i] && strcmp(d->zones[d->slots[i] - 1].name, zone) != 0)
        i = (i + 1) & (d->n_slots - 1);
    return &d->slots[i];
}

/* Keeps the table at most half full. */
static bool grow_slots(struct dust *d)
{
    if (d->n_zones + 1 <= d->n_slots / 2)
        return true;
    size_t n = d->n_slots ? d->n_slots * 2 : 64;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    free(d->slots);
    d->slots = slots;
    d->n_slots = n;
    for (size_t i = 0; i < d->n_zones; i++)
        *find_slot(d, d->zones[i].name) = (uint32_t)i + 1;
    return true;
}

static bool add_zone(struct dust *d, const char *name)
{
    if (!ARRAY_RESERVE(d->zones, d->cap_zones, d->n_zones + 1))
        return false;
    struct zone *z = &d->zones[d->n_zones++];
    if (d->n_zones > d->n_made) {
        d->n_made = d->n_zones;
        cover_init(&z->cover);
    }
    z->name = name;
    z->n_features = 0;
    cover_begin(&z->cover, &d->grid);
    return true;
}

struct cover *dust_zone(struct dust *d, const char *zone)
{
    if (d->one_zone)
        zone = "";
    if (d->n_zones && strcmp(d->zones[d->last].name, zone) == 0)
        return &d->zones[d->last].cover;
    uint32_t *slot = grow_slots(d) ? find_slot(d, zone) : NULL;
    if (slot && !*slot && add_zone(d, zone))
        *slot = (uint32_t)d->n_zones;
    if (!slot || !*slot) {
        d->out_of_memory = true;
        return NULL;
    }
    d->last = *slot - 1;
    return &d->zones[d->last].cover;
}

void dust_count(struct dust *d)
{
    if (d->n_zones)
        d->zones[d->last].n_features++;
}

/* ---- squares ---- */

/* The bits of row and column in turn. */
static uint32_t order_of(uint32_t row, uint32_t column)
{
    uint32_t order = 0;
    for (int bit = 0; bit < 12; bit++)
        order |= (column >> bit & 1) << (2 * bit) | (row >> bit & 1) << (2 * bit + 1);
    return order;
}

static int by_order(const void *a, const void *b)
{
    const struct dust_cell *x = a, *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void read_cells(struct dust *d, struct cover *c)
{
    double values[COVER_SIDE_MAX], unit = (double)d->grid.cell * d->grid.cell;
    d->n_cells = 0;
    cover_settle(c);
    for (int32_t row = 0; row < d->grid.rows && !c->out_of_memory; row++) {
        int32_t first, end;
        if (!cover_row_touched(c, row, &first, &end))
            continue;
        cover_row(c, row, values);
        for (int32_t k = first; k < end && !d->out_of_memory; k++) {
            if (fabs(values[k]) * unit < 1e-9)
                continue;
            if (ARRAY_RESERVE(d->cells, d->cap_cells, d->n_cells + 1))
                d->cells[d->n_cells++] = (struct dust_cell){order_of((uint32_t)row, (uint32_t)k),
                                                            (uint16_t)row, (uint16_t)k, values[k] * unit};
            else
                d->out_of_memory = true;
        }
    }
    d->out_of_memory |= c->out_of_memory;
    if (d->n_cells)
        qsort(d->cells, d->n_cells, sizeof *d->cells, by_order);
}

/* How many units each cell's square is wide. What a cell cannot show goes to the next, but not without end:
 * where features lie upon each other there is less ground than their sum. */
static void choose_sides(struct dust *d)
{
    double left = 0, most = (double)d->grid.cell * d->grid.cell;
    bool any = false;
    size_t largest = 0;
    for (size_t i = 0; i < d->n_cells; i++) {
        double area = left + d->cells[i].area;
        double side = area > 0 ? floor(sqrt(area)) : 0;
        side += area - side * side > side + 0.5 ? 1 : 0; /* of two squares the nearer in area */
        side = side > d->grid.cell ? d->grid.cell : side;
        d->sides[i] = (uint16_t)side;
        left = area - (double)d->sides[i] * d->sides[i];
        left = left > most ? most : left < -most ? -most : left;
        any |= d->sides[i] > 0;
        largest = d->cells[i].area > d->cells[largest].area ? i : largest;
    }
    if (d->n_cells && !any && d->cells[largest].area > 0)
        d->sides[largest] = 1; /* less than a unit in all: it is there nevertheless */
}

static void write_group(const struct dust *d, const struct zone *z, int group, struct mvt_writer *w)
{
    const char *const tags[MVT_TEXTS] = {NULL, NULL, z->name};
    mvt_feature_begin(w);
    for (size_t i = 0; i < d->n_cells; i++) {
        const struct dust_cell *c = &d->cells[i];
        if (d->sides[i] == 0 || (c->row & 1) * 2 + (c->column & 1) != group)
            continue;
        int32_t side = d->sides[i], inset = (d->grid.cell - side) / 2;
        int32_t x = c->column * d->grid.cell + inset, y = c->row * d->grid.cell + inset;
        const struct mvt_point square[4] = {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}};
        mvt_ring(w, square, 4);
    }
    mvt_feature_end(w, 0, tags, z->n_features ? z->n_features : 1);
}

bool dust_write(struct dust *d, struct mvt_writer *w)
{
    for (size_t i = 0; i < d->n_zones && !d->out_of_memory; i++) {
        read_cells(d, &d->zones[i].cover);
        if (!ARRAY_RESERVE(d->sides, d->cap_sides, d->n_cells + 1))
            d->out_of_memory = true;
        if (d->out_of_memory)
            break;
        choose_sides(d);
        for (int group = 0; group < GROUPS; group++)
            write_group(d, &d->zones[i], group, w);
    }
    return !d->out_of_memory;
}

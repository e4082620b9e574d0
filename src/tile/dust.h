/* What is too small to be drawn with a form of its own, kept as area.
 *
 * Areas are added up in the cells of a grid over the tile, each zone for itself, so that its colour stays. A
 * cell then shows a square of as many square units as it holds; what rounding leaves over goes on to the next
 * cell. So a plain of small plots keeps its density at every zoom. Threads: one owner. */
#ifndef HX_TILE_DUST_H
#define HX_TILE_DUST_H

#include "tile/cover.h"

struct dust;
struct dust *dust_new(void); /* owned; NULL when memory is out */
void dust_free(struct dust *d);

/* For the next tile, with cells of so many units; `one_zone`: no zone is told from another. */
void dust_begin(struct dust *d, int32_t cell_units, bool one_zone);
/* The cover of a zone, to which areas are added; NULL when memory is out. The text is borrowed. */
struct cover *dust_zone(struct dust *d, const char *zone);
/* Counts a feature of the zone that was asked for last: all of it is dust. */
void dust_count(struct dust *d);
/* The squares of all zones, as features without an id and with the number of features that they stand for.
 * false when memory is out. */
bool dust_write(struct dust *d, struct mvt_writer *w);

#endif

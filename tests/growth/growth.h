/* Growth cases: work of a size is done once inside growth_counted, and test_growth.py has callgrind count the
 * instructions of size n and of size 2n. No clock is read.
 *
 * A case is one function of the size, which makes what it needs, gives the work to growth_counted, and cleans
 * up; and one line in the table of growth.c. The size is one at which what grows with the square would
 * already be most of the work, and callgrind takes a second or two: some 1e8 instructions. */
#ifndef HX_TESTS_GROWTH_H
#define HX_TESTS_GROWTH_H

#include "base/status.h"

#include <stddef.h>

typedef void growth_work(void *what);
/* Calls work(what). Once in each call of a case; only what happens in here is counted. */
void growth_counted(growth_work *work, void *what);

/* Ends the program with the sentence when the status is not OK. */
void growth_must(enum status s, const struct error *e);
/* Ends the program when the work did not do what the case is about. */
#define growth_expect(condition) growth_expected((condition), #condition, __FILE__, __LINE__)
void growth_expected(int holds, const char *condition, const char *file, int line);

typedef void growth_case(size_t n);
/* cases_check.c: one parcel and the three lines */
growth_case many_features, many_shapes, many_drawn, many_near, many_overlapping, many_slivers, many_zones,
    many_in_two_lines, star_parcel, comb_parcel, star_over_many, comb_over_few, region_parcel,
    many_holes_near, ring_beside, far_layers;
/* cases_geo.c */
growth_case border_holes_meant, border_holes_nested, border_holes_valid, border_holes_touching, spikes_valid,
    rings_in_rings_valid;
/* cases_tile.c */
growth_case tile_of_bars, tile_of_specks, tile_of_holes, tile_of_few_parts, tile_of_points_and_a_line;

#endif

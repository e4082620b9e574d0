/* One map of a report: the lines around the plots, the plots with their numbers, the overlaps, a
 * graticule with coordinates, a scale bar, a north arrow and a legend. North is up; the picture is drawn as
 * equidistant about its own latitude, so that the scale bar holds across it.
 *
 * Not for: measuring. Threads: the typeset's. Lengths in points. */
#ifndef HX_REPORT_MAP_PICTURE_H
#define HX_REPORT_MAP_PICTURE_H

#include "report/report_maps.h"
#include "report/typeset.h"

struct map_picture { /* borrowed */
    const struct report *report;
    const struct report_maps *maps;
    const struct report_map *map; /* one of them */
};

double map_picture_height(const struct map_picture *picture, double width);
/* Into the rectangle at x, y of the typeset's context. */
void map_picture_draw(struct typeset *t, const struct map_picture *picture, double x, double y, double width);

#endif

/* One map of a report: the three lines around the plots, the plots with their numbers, the overlaps, a
 * graticule with coordinates, a scale bar, a north arrow and a legend. North is up; the picture is drawn as
 * equidistant about its own latitude, so that the scale bar holds across it.
 *
 * Not for: measuring. Threads: the typeset's. Lengths in points. */
#ifndef HX_RENDER_MAP_PICTURE_H
#define HX_RENDER_MAP_PICTURE_H

#include "check/scene.h"
#include "render/typeset.h"

double map_picture_height(double width);
/* Into the rectangle at x, y of the typeset's context. `map` is one of the scene's. */
void map_picture_draw(struct typeset *t, const struct report *r, const struct map_scene *scene,
                      const struct scene_map *map, double x, double y, double width);

#endif

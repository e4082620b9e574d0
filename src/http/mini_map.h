/* A small map as SVG inside a page: shapes, lines and points of an extent, with a grid of degrees. For
 * looking at; it needs no script and no tiles.
 *
 * Longitudes are drawn narrower by the cosine of the middle latitude. What is smaller than a dot is drawn
 * as a dot. A map stops at MINI_MAP_BYTES and counts what it did not draw, so that the page can say so.
 * Threads: one request's. */
#ifndef HX_HTTP_MINI_MAP_H
#define HX_HTTP_MINI_MAP_H

#include "base/buffer.h"
#include "geo/shape.h"

enum { MINI_MAP_BYTES = 512 * 1024 };

struct mini_map {
    struct buffer *out; /* borrowed */
    struct geo_box box; /* what is drawn, with a margin */
    double x_scale, y_scale;
    size_t limit;       /* of out->size */
    int64_t n_left_out; /* shapes and places that were not drawn */
    bool in_line;       /* between two positions of one line */
    double last_x, last_y;
    char line[48]; /* of a line: its first position, until there is a second */
};

/* `box` is not empty. `title` is read out to who cannot see it. */
void mini_map_begin(struct mini_map *m, struct buffer *out, const struct geo_box *box, const char *title);
/* `style`: "shape", or "ground" for what lies under it. */
void mini_map_shape(struct mini_map *m, const struct geo_shape *shape, const char *style);
void mini_map_box(struct mini_map *m, const struct geo_box *box);
/* `begins`: it does not go on from the one before. One alone is a point, several are a line. */
void mini_map_position(struct mini_map *m, double lon_deg, double lat_deg, bool begins);
void mini_map_end(struct mini_map *m);

#endif

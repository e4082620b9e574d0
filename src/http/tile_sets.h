/* The tile matrix sets of the server, by the names of OGC API - Tiles. */
#ifndef HX_HTTP_TILE_SETS_H
#define HX_HTTP_TILE_SETS_H

#include "formats/json.h"
#include "tile/matrix.h"

struct tile_set {
    enum tile_matrix matrix;
    const char *id;
    const char *title;
    const char *uri;    /* in OGC's register; NULL: it is not there */
    const char *scales; /* well-known scale set, or NULL */
    const char *crs;
    const char *axes[2];
};

size_t tile_set_count(void);
const struct tile_set *tile_set_at(size_t i);
/* STATUS_NOT_FOUND, with the list of those that there are. */
enum status tile_set_find(const char *id, const struct tile_set **out, struct error *e) HX_MUST_CHECK;
/* The size of a pixel of 256 to a tile, in units of the CRS, and by it the scale denominator as OGC counts
 * it. */
double tile_set_cell(const struct tile_set *s, unsigned z);
double tile_set_scale(const struct tile_set *s, unsigned z);
/* The definition: tileMatrixSet of OGC 17-083r4. */
void tile_set_write(struct json_writer *w, const struct tile_set *s);

#endif

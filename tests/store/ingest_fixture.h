/* Small source files that the ingest tests write for themselves, with GDAL. */
#ifndef HX_TESTS_INGEST_FIXTURE_H
#define HX_TESTS_INGEST_FIXTURE_H

#include "store_fixture.h"

#include "ingest/ingest.h"

struct made_feature {
    const char *code, *zone;
    double area_m2; /* MJ; negative: null */
    const char *wkt;
};

/* Writes features to one layer "STBHHX" with fields BSM, MC, GKFQ, XJXZQDM, MJ, BZ. epsg 0 writes no CRS. `wkt` NULL is
 * a feature without geometry. */
void make_source(const char *path, const char *driver, int epsg, const struct made_feature *f, size_t n);
/* "POLYGON ((...))" of a rectangle in the CRS's own units. */
void rectangle_wkt(char out[256], double x, double y, double width, double height);

struct ingest_request red_line_request(const char *path);

#endif

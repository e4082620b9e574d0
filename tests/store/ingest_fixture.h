/* Small source files that the ingest tests write for themselves, with GDAL. */
#ifndef HX_TESTS_INGEST_FIXTURE_H
#define HX_TESTS_INGEST_FIXTURE_H

#include "store_fixture.h"

#include "layers/ingest.h"

struct made_feature {
    const char *code, *zone;
    double area_m2; /* MJ; negative: null */
    const char *wkt;
    const char *name, *note; /* MC and BZ; NULL: "大青山" and "备注" */
};

/* Writes features to one layer "STBHHX" with fields BSM, MC, GKFQ, XJXZQDM, MJ, BZ. epsg 0 writes no CRS;
 * 44905737 is 4490 with 1985 heights (5737). `wkt` NULL is
 * a feature without geometry. */
void make_source(const char *path, const char *driver, int epsg, const struct made_feature *f, size_t n);
/* "POLYGON ((...))" of a rectangle in the CRS's own units. */
void rectangle_wkt(char out[256], double x, double y, double width, double height);

struct ingest_request red_line_request(const char *path);

struct bench {
    struct place *place;
    struct store *store;
    struct ingest_report report;
    struct error e;
    char file[96];
};
/* Opens the store of *state; `file` is the source's name in the same directory. */
struct bench bench_begin(void **state, const char *file);
void bench_end(struct bench *b);
void must_ingest(struct bench *b, const struct ingest_request *r);
/* Refused with this code, in both languages, and the store is as it was. */
void must_refuse(struct bench *b, const struct ingest_request *r, const char *code);
struct store_version current(struct bench *b);

#endif

/* What the three parts of a Shapefile say that they hold, and whether they agree. Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_SHP_LEDGER_H
#define HX_FEATURES_SANDBOX_SHP_LEDGER_H

#include "features/sandbox/child_parts.h"
#include "features/sandbox/dbf.h"

struct shp_parts {
    const char *shp, *shx, *dbf, *prj, *cpg; /* NULL where there is none */
    int64_t n_shp, n_shx;
    int shape_type;
    struct dbf table; /* when there is a .dbf */
};

/* Finds the parts, and compares their sizes and counts: STATUS_INVALID_INPUT with the numbers where they
 * differ. */
enum status shp_survey(struct child *c, const char *name, struct shp_parts *out,
                       struct error *e) HX_MUST_CHECK;

#endif

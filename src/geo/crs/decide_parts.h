/* What decide.c and decide_grid.c share. Internal to geo/crs. */
#ifndef HX_GEO_CRS_DECIDE_PARTS_H
#define HX_GEO_CRS_DECIDE_PARTS_H

#include "geo/crs/decide.h"
#include "geo/crs/value.h"

/* What a code is stated or given as: said by the format, by the text, or by the operator. */
struct crs_named {
    int epsg; /* 0: none */
    enum crs_by by;
    struct geo_crs crs; /* when epsg is not 0 */
};

/* Are both ends of a column of this kind, and so all between them? */
bool crs_both(double min, double max, enum crs_kind kind);
enum status crs_decide_grid(const struct crs_question *q, const struct crs_named *named,
                            struct crs_decision *out, struct error *e) HX_MUST_CHECK;
/* "the CRS is stated as EPSG:…, but the coordinates …" */
enum status crs_fail_conflict(const struct crs_named *named, const char *zh, const char *en,
                              struct error *e) HX_MUST_CHECK;
/* The question of a file that states nothing, or nothing that is known; with what its coordinates look
 * like. */
enum status crs_fail_missing(const struct crs_question *q, struct error *e) HX_MUST_CHECK;
void crs_note_grid(const struct crs_question *q, struct crs_decision *d);
/* How a code is known, for notes. */
const char *crs_by_zh(enum crs_by by);
const char *crs_by_en(enum crs_by by);

#endif

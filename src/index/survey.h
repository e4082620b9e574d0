/* What of a layer matters to one box: found by boxes and ends of runs alone, before any edge of the parcel is looked at.
 *
 * By the sum in overlap.h, a run of edges that lies wholly above the box contributes the parcel's area between the run's
 * two ends. An end west of the box counts nothing, one east of it the whole parcel: so most runs come down to a winding
 * number, and only ends over the box and runs of edges that come near it are left to be measured. Private to index/. */
#ifndef HX_INDEX_SURVEY_H
#define HX_INDEX_SURVEY_H

#include "index/candidates.h"
#include "index/overlap.h"

/* One thing to be measured: either n > 0 edges from lon[0], lat[0] on, that come near the box, or (n = 0) the parcel's
 * area west of the meridian lon[0], to be added `sign` times. Coordinates live in the index. */
struct survey_item {
    const double *lon, *lat;
    uint32_t n;
    int32_t sign;
};

struct survey_feature {
    uint32_t feature;
    int32_t winding; /* how often the feature's far edges hold the whole parcel */
    bool near;       /* some edge of the feature comes near the box */
    size_t end;      /* of its items; they begin at the end of the feature before */
};

struct survey {
    struct ring_hits hits;
    struct survey_feature *features; /* ascending */
    struct survey_item *items;
    size_t n_features, n_items, cap_features, cap_items;
    bool idle; /* no item, and every winding number is 0: nothing of the layer lies in the box */
};

void survey_release(struct survey *s);

enum survey_result { SURVEY_NO_MEMORY, SURVEY_DONE, SURVEY_TOO_MUCH };
struct survey_question {
    overlap_wanted_fn *wanted; /* features to look at; NULL: every one */
    void *user;
    size_t max_items;
};
/* Replaces the contents. SURVEY_TOO_MUCH: there are more items than the question allows; the contents are of no use. */
enum survey_result survey_box(struct survey *s, const struct layer_index *ix, const struct geo_box *box,
                              const struct survey_question *question) HX_MUST_CHECK;

#endif

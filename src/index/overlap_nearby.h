/* What of a layer matters to one box: found by boxes and ends of runs alone, before any edge of the parcel is
 * looked at.
 *
 * By the sum in overlap.h, a run of edges that lies wholly above the box contributes the parcel's area
 * between the run's two ends. An end west of the box counts nothing, one east of it the whole parcel: so most
 * runs come down to a winding number, and only ends over the box and runs of edges that come near it are
 * left to be measured. Private to index/. */
#ifndef HX_INDEX_OVERLAP_NEARBY_H
#define HX_INDEX_OVERLAP_NEARBY_H

#include "index/candidates.h"
#include "index/overlap.h"

/* n edges from lon[0], lat[0] on, that come near the box. Coordinates live in the index. */
struct overlap_nearby_run {
    const double *lon, *lat;
    uint32_t n;
};

/* The parcel's area west of the meridian *lon, to be added `sign` times: +1, -1, or 0 when the end lies
 * beside the box and is in the winding number or counts nothing. */
struct overlap_nearby_end {
    const double *lon;
    int32_t sign;
};

struct overlap_nearby_feature {
    uint32_t feature;
    int32_t winding;         /* how often the feature's far edges hold the whole parcel */
    size_t end_run, end_end; /* of its runs and ends, which begin where those of the feature before end */
};

/* What was found for one box. Features ascend. */
struct overlap_nearby_part {
    size_t first_feature, end_feature, first_run, first_end;
    bool far;  /* winding numbers say all: no run, and no end over the box */
    bool idle; /* far, and every winding number is 0: nothing of the layer lies in the box */
};

struct overlap_nearby {
    struct ring_hits hits;
    struct overlap_nearby_feature *features;
    struct overlap_nearby_run *runs;
    struct overlap_nearby_end *ends;
    size_t n_features, n_runs, n_ends, cap_features, cap_runs, cap_ends;
};

void overlap_nearby_release(struct overlap_nearby *s);

enum overlap_nearby_result { NEARBY_NO_MEMORY, NEARBY_DONE, NEARBY_TOO_MUCH };
struct overlap_nearby_question {
    overlap_wanted_fn *wanted; /* features to look at; NULL: every one */
    void *user;
    size_t max_runs;
};
/* Replaces the contents by what is near `box`. `near`: the rings whose boxes meet it, when they were found
 * before, or NULL.
 * NEARBY_TOO_MUCH: there are more runs than the question allows; the contents
 * are of no use. */
enum overlap_nearby_result overlap_nearby_box(struct overlap_nearby *s, const struct layer_index *ix,
                                              const struct geo_box *box, const struct ring_hits *near,
                                              const struct overlap_nearby_question *question,
                                              struct overlap_nearby_part *out) HX_MUST_CHECK;

/* The same in steps, between which memory has time to arrive, so that several boxes can take each step
 * together (overlap_batch.c): empty the nearby; ask for the tables of the rings that were found, then for the
 * tops of their edge trees; add what the rings (ascending) have near a box; tell the ends over the box
 * from those beside it. */
void overlap_nearby_begin(struct overlap_nearby *s);
void overlap_nearby_prefetch_tables(const struct layer_index *ix, const uint32_t *rings, size_t n);
void overlap_nearby_prefetch_trees(const struct layer_index *ix, const uint32_t *rings, size_t n);
enum overlap_nearby_result overlap_nearby_rings(struct overlap_nearby *s, const struct layer_index *ix,
                                                const uint32_t *rings, size_t n, const struct geo_box *box,
                                                const struct overlap_nearby_question *question,
                                                struct overlap_nearby_part *out) HX_MUST_CHECK;
void overlap_nearby_settle(struct overlap_nearby *s, const struct geo_box *box,
                           struct overlap_nearby_part *part);

#endif

/* What of a layer matters to one box: found by boxes and ends of runs alone, before any edge of the parcel is
 * looked at.
 *
 * By the sum in overlap.h, a run of edges that lies wholly above the box contributes the parcel's area
 * between the run's two ends. An end west of the box counts nothing, one east of it the whole parcel: so most
 * runs come down to a winding number, and only ends over the box and runs of edges that come near it are
 * left to be measured. Private to index/. */
#ifndef HX_INDEX_SURVEY_H
#define HX_INDEX_SURVEY_H

#include "index/candidates.h"
#include "index/overlap.h"

/* n edges from lon[0], lat[0] on, that come near the box. Coordinates live in the index. */
struct survey_run {
    const double *lon, *lat;
    uint32_t n;
};

/* The parcel's area west of the meridian *lon, to be added `sign` times: +1, -1, or 0 when the end lies
 * beside the box and is in the winding number or counts nothing. */
struct survey_end {
    const double *lon;
    int32_t sign;
};

struct survey_feature {
    uint32_t feature;
    int32_t winding;         /* how often the feature's far edges hold the whole parcel */
    size_t end_run, end_end; /* of its runs and ends, which begin where those of the feature before end */
};

/* What was found for one box. Features ascend. */
struct survey_part {
    size_t first_feature, end_feature, first_run, first_end;
    bool far;  /* winding numbers say all: no run, and no end over the box */
    bool idle; /* far, and every winding number is 0: nothing of the layer lies in the box */
};

struct survey {
    struct ring_hits hits;
    struct survey_feature *features;
    struct survey_run *runs;
    struct survey_end *ends;
    size_t n_features, n_runs, n_ends, cap_features, cap_runs, cap_ends;
};

void survey_release(struct survey *s);

enum survey_result { SURVEY_NO_MEMORY, SURVEY_DONE, SURVEY_TOO_MUCH };
struct survey_question {
    overlap_wanted_fn *wanted; /* features to look at; NULL: every one */
    void *user;
    size_t max_runs;
};
/* Replaces the contents by what is near `box`. `near`: the rings whose boxes meet it, when they were found
 * before, or NULL.
 * SURVEY_TOO_MUCH: there are more runs than the question allows; the contents
 * are of no use. */
enum survey_result survey_box(struct survey *s, const struct layer_index *ix, const struct geo_box *box,
                              const struct ring_hits *near, const struct survey_question *question,
                              struct survey_part *out) HX_MUST_CHECK;

/* The same in steps, between which memory has time to arrive, so that several boxes can take each step
 * together (overlap_batch.c): empty the survey; ask for the tables of the rings that were found, then for the
 * tops of their edge trees; add what the rings (ascending) have near a box; tell the ends over the box
 * from those beside it. */
void survey_begin(struct survey *s);
void survey_prefetch_tables(const struct layer_index *ix, const uint32_t *rings, size_t n);
void survey_prefetch_trees(const struct layer_index *ix, const uint32_t *rings, size_t n);
enum survey_result survey_rings(struct survey *s, const struct layer_index *ix, const uint32_t *rings,
                                size_t n, const struct geo_box *box, const struct survey_question *question,
                                struct survey_part *out) HX_MUST_CHECK;
void survey_settle(struct survey *s, const struct geo_box *box, struct survey_part *part);

#endif

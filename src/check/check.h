/* The whole chain from bytes to findings: parse, find candidates, measure, judge. The one place that knows
 * every stage; the CLI, the HTTP server, the batch audit and the public C library all go through it.
 *
 *     bytes -> feature_parcels -> overlap_measure (measure.c) -> judge_findings (lines/judge.h) ->
 *     summary.c -> struct report
 *
 * Invariants of a report:
 *   - VERDICT_UNKNOWN and LAYER_UNMEASURED are 0: a zeroed or half-built report never reads as clear;
 *   - a layer says LAYER_CLEAR only when it is loaded, its coverage contains the parcel, and it was measured;
 *   - inside + outside of a line that contains = the parcel, to 0.01 m2; no share exceeds 1;
 *   - what is measured was read from index files that were still as verified after the last of it was read;
 *     a layer whose file changed meanwhile is LAYER_UNMEASURED;
 *   - areas are m2 on the CGCS2000 ellipsoid, edges straight in the CRS in which they were delivered.
 * Threads: a check belongs to one worker; the snapshot is shared and const. */
#ifndef HX_CHECK_CHECK_H
#define HX_CHECK_CHECK_H

#include "check/snapshot.h"
#include "features/parcel.h"
#include "index/overlap_batch.h"
#include "lines/finding.h"

/* "AREA,WIDTH" in m2 and metres, at most 10 and 1: what is larger is no sliver by any office's rule. NULL or
 * "": the default. */
enum status sliver_policy_of_text(const char *text, struct sliver_policy *out, struct error *e) HX_MUST_CHECK;

/* A unit in which the parcel lies. */
struct parcel_unit {
    const char *layer;       /* of a level of units: snapshot_units */
    const char *code, *name; /* borrowed from the snapshot */
    double area_m2;          /* of the parcel in it */
};

/* What would be answered of the parcel if a draft were in force instead of its layer's version: a notice
 * beside the answer. */
struct draft_outcome {
    const struct snapshot_draft *draft;
    const struct layer_finding *now; /* of the same layer, in the report */
    struct layer_finding then;       /* judged */
    enum verdict verdict;            /* of the whole parcel */
    bool measured;                   /* an area could be had; otherwise then.reason_zh and _en say why not */
    bool changes;                    /* status, area (as printed) or verdict, of the layer or the parcel */
};

/* Another zone by which the numbers of a parcel that lies outside would lie in a unit. */
struct zone_elsewhere {
    struct geo_crs crs;
    const char *place_zh; /* the units of each level; arena */
};

struct parcel_report {
    const struct parcel *parcel;
    struct sliver_policy slivers;
    double area_m2;   /* ellipsoid: the default basis; geo_shape_area_m2, as an import says of the shape */
    double kernel_m2; /* the same by the kernel's arithmetic, against which overlaps are held */
    enum verdict verdict;
    const char *summary_zh, *summary_en;
    struct layer_finding *layers; /* one for each line of the snapshot's table, in its order; arena */
    int n_layers;
    struct parcel_unit
        *units; /* level by level, the largest first; none of a batch without unit rules; arena */
    size_t n_units;
    const struct zone_elsewhere *elsewhere; /* only of one that lies in no unit; arena */
    size_t n_elsewhere;
    struct feature_note *warnings;
    size_t n_warnings, warnings_capacity;
    struct draft_outcome *drafts; /* in the order of snapshot_drafts; none of a batch; arena */
    size_t n_drafts;
};

/* Does it lie in none of the largest units that are loaded? False when they cannot be asked. The units of the
 * parcel are there. */
bool parcel_is_outside(const struct snapshot *snapshot, const struct parcel_report *r);

/* One sentence on a draft, in the arena; NULL: no memory. `cents_now`: today's area of the layer as the
 * document prints it, hundredths of m2; NULL: the finding's own. */
const char *draft_text(struct arena *a, const struct parcel_report *r, const struct draft_outcome *o,
                       const int64_t *cents_now, bool english);

/* Two areas beside the default basis, for comparison: the same vertices joined by geodesics, and by
 * 国土调查办发〔2008〕32号.
 * Nothing in a check depends on them, so they are made when a document asks. */
double parcel_report_geodesic_area_m2(const struct parcel_report *r);
double parcel_report_standard_area_m2(const struct parcel_report *r);

struct ed25519_key;
struct report_override { /* an officer's verdict beside the machine's */
    int64_t id;
    const char *kept_at, *officer, *verdict, *reason;
};

/* A check that was kept (record/): which row of the record it is. */
struct report_record {
    int64_t id;
    const char *sha256; /* the row's seal */
    const char *officer, *project_name, *kept_at;
    const char *project_code, *builder, *district; /* as they stand in the kept report */
    /* What its paper proves itself with (report/proof.h). */
    const char *result_sha256; /* of the kept report, which is `json`; NULL: it is not at hand */
    const char *json;
    size_t json_size;
    const struct ed25519_key *key;           /* NULL: nothing can be signed */
    const struct report_override *overrides; /* as of the printing; of a check just kept none */
    size_t n_overrides;
};

struct report {
    struct parcel_set parcels;
    struct parcel_report *results; /* parcels.n_parcels; arena */
    enum verdict verdict;          /* the most severe */
    const struct snapshot *snapshot;
    const char *project_class; /* the project's nature; "UNKNOWN" when not given */
    struct claim_set claims;
    struct sliver_policy slivers;
    size_t n_changed; /* index files that had changed (snapshot_look): their layers are unmeasured in it */
    bool synthetic;   /* some layer that was used is 示例数据 */
    int epsg;         /* the CRS that was named for a file that states none; 0: none was */
    const struct report_record *record; /* NULL unless the check was kept; borrowed */
};

/* The lines that a report's findings are of, in their order. */
static inline const struct line_table *report_lines(const struct report *r)
{
    return snapshot_lines(r->snapshot);
}

struct check_options {
    int epsg;                         /* the CRS of a parcel file that does not state one; 0: none given */
    const char *project_class;        /* NULL or a class of the rule table */
    const struct claim_words *claims; /* what the project claims of single lines */
    size_t n_claims;
    const struct sliver_policy *slivers; /* NULL: the default */
    bool figures_only;                   /* for a batch: no sentences ("") */
    bool kernel_areas; /* parcels' areas are the kernel's, as in reports before 2026-11-30: to verify those */
};

/* What one thread needs to check. Owned by whoever made it. */
struct check_worker {
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct arena *arena;             /* the report lives here until the next arena_reset */
    struct overlap_scratch *scratch; /* holds the parcel */
    struct overlap_scratch
        *other; /* holds what is measured besides: clips of features, overlaps of two lines */
    struct overlap_batch *batch; /* many parcels at once; scratch holds one of them */
    struct index_clip_scratch *clip;
    struct sliver_policy slivers; /* of the check under way */
    /* Borrowed; the program that reads Shapefiles and the like. Set after init; NULL: they are refused. */
    const struct child_reader *reader;
};
enum status check_worker_init(struct check_worker *w, struct error *e) HX_MUST_CHECK;
void check_worker_release(struct check_worker *w);
/* Between two requests: the arena is empty, and what only a large parcel needs is given back. */
void check_worker_shrink(struct check_worker *w);

/* Bytes of a parcel file -> report. The report borrows from `snapshot` and the worker's arena. */
enum status check_bytes(struct check_worker *w, const struct snapshot *snapshot,
                        const struct check_options *opt, const void *bytes, size_t n, struct report *out,
                        struct error *e) HX_MUST_CHECK;

/* The same for parcels that are already parsed. */
enum status check_parcels(struct check_worker *w, const struct snapshot *snapshot,
                          const struct check_options *opt, const struct parcel_set *parcels,
                          struct report *out, struct error *e) HX_MUST_CHECK;

/* Features of one zone alone; `zone` == line->n_zones: of none. */
struct zone_filter {
    const struct control_line *line;
    int zone;
};
/* The overlap of one parcel with one layer as geometry, for drawing: built by GEOS from locally clipped
 * pieces. `only` NULL: with all its features. STATUS_CORRUPT when the layer's file has changed. */
enum status check_overlap_shape(struct check_worker *w, const struct layer_snapshot *layer,
                                const struct geo_shape *parcel, const struct zone_filter *only,
                                struct geo_shape *out, struct error *e) HX_MUST_CHECK;
/* The same to be measured, for overlap_prepare: where there are many features and none overlaps another,
 * their parts stand side by side. */
enum status check_overlap_pieces(struct check_worker *w, const struct layer_snapshot *layer,
                                 const struct geo_shape *parcel, const struct zone_filter *only,
                                 struct geo_shape *out, struct error *e) HX_MUST_CHECK;

/* Part of a parcel that lies in a zone of a line and in a unit of the smallest level that is loaded there. */
struct zone_in_unit {
    const struct control_line *line;
    int zone;         /* line->n_zones: in none, or a line without zones */
    const char *code; /* of the unit; "" for what lies in none */
    const char *name;
    double area_m2;
};
struct zones_in_units {
    struct zone_in_unit *items;
    size_t n;
};
/* The smallest units that are loaded where the parcel lies, among those whose codes have at most `digits`;
 * NULL: none are, or they cannot be asked. */
const struct unit_layer *parcel_smallest_units(const struct snapshot *snapshot, const struct parcel_report *p,
                                               int digits);
/* All of them of one finding, in the arena; none when nothing is met, or no units are loaded. Areas of a zone
 * that is wholly in one unit cost nothing; otherwise the shapes are built. */
enum status check_zones_in_units(struct check_worker *w, const struct snapshot *snapshot,
                                 const struct parcel_report *p, const struct layer_finding *f,
                                 struct zones_in_units *out, struct error *e) HX_MUST_CHECK;

/* The unit whose polygon holds the point (longitude, latitude), as a feature of the layer: by the layer's id,
 * or in the layer itself. With "" for its code and name when none does, and when the layer is not there. */
enum status check_unit_at(struct check_worker *w, const struct snapshot *snapshot, const char *layer,
                          const double place_deg[2], struct index_feature *out,
                          struct error *e) HX_MUST_CHECK;
enum status check_unit_in(struct check_worker *w, const struct layer_snapshot *layer,
                          const double place_deg[2], struct index_feature *out,
                          struct error *e) HX_MUST_CHECK;

#endif

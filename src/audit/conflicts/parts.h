/* What the files of conflicts/ share. Private to audit/. */
#ifndef HX_AUDIT_CONFLICTS_PARTS_H
#define HX_AUDIT_CONFLICTS_PARTS_H

#include "audit/conflicts/conflicts.h"

#include "store/store.h"

#define CONFLICT_ARENA_BYTES ((size_t)2 << 30)

struct conflict_layer {
    const struct layer_snapshot *snapshot; /* with an index */
    const struct control_line *line;       /* NULL: a space, or another layer that is no control layer */
    bool outlined; /* a line that contains: some features are it as a whole, others are its zones */
    double mean_vertices;
    const uint32_t *n_vertices; /* of each feature, by number in the index */
    const char **county;        /* by number in the index; "" unknown */
    double *declared_m2;        /* NAN not given */
};

/* A line that its zones tile. */
static inline bool conflict_contains(const struct conflict_layer *l)
{
    return l->line && l->line->relation == LINE_CONTAINS && l->line->n_zones > 0;
}

/* Two features with a common area, before anything is made of it. The parcel is the smaller one. */
struct conflict_pair {
    uint32_t layer_a, feature_a, layer_b, feature_b;
    double area_m2;
};

struct conflict_run {
    const struct snapshot *snapshot;
    const struct audit_request *request;
    const struct audit_watch *watch;
    int threads;
    int64_t done, total; /* items of work: finished passes, and all that are known of so far */
    double began;
    struct arena *arena; /* of the report; used by the calling thread only */
    struct conflict_layer *layers;
    size_t n_layers;
    struct layer_matrix matrix;
    struct conflict_tie *ties; /* malloc'd; the report's in the end */
    size_t n_ties, cap_ties;
    const struct layer_index *prefectures; /* NULL: not loaded */
    const struct layer_index *region;  /* the outline; the prefectures where there is none; NULL: neither */
    struct conflict_finding *findings; /* malloc'd; the report's in the end */
    size_t n, capacity;
};

/* One thread's tools and what it found. */
struct conflict_worker {
    struct conflict_run *run;
    struct check_worker check;
    struct arena *kept; /* what outlives the item: it becomes the report's */
    struct conflict_pair *pairs;
    size_t n_pairs, cap_pairs;
    struct error error;
};

struct conflict_run conflict_run_of(const struct snapshot *snapshot, const struct audit_request *r,
                                    const struct audit_watch *watch, struct arena *arena);
double conflict_run_seconds(const struct conflict_run *run); /* since it began */
/* Fills run->matrix and run->layers. STATUS_NOT_FOUND when there is none. */
enum status conflict_layers_load(struct conflict_run *run, struct store *store,
                                 struct error *e) HX_MUST_CHECK;
/* Calls `fn` for items 0 .. n-1 on all threads, in chunks; stops at the first failure. `user` is shared.
 * The caller's thread tells the progress meanwhile. */
typedef enum status conflict_item_fn(struct conflict_worker *w, size_t item, void *user, struct error *e);
/* Hands the workers to `end`, one after another, before they are released. May be NULL. */
typedef enum status conflict_end_fn(struct conflict_worker *w, void *user, struct error *e);
enum status conflict_parallel(struct conflict_run *run, size_t n, size_t chunk, conflict_item_fn *fn,
                              conflict_end_fn *end, void *user, struct error *e) HX_MUST_CHECK;

struct geo_box conflict_feature_box(const struct layer_index *ix, uint32_t feature); /* exact */
enum status conflict_add(struct conflict_run *run, const struct conflict_finding *f,
                         struct error *e) HX_MUST_CHECK;
/* Kind, layers, codes and the place to about 100 m: what another run over mended data gives again. Where a
 * feature has no code the place alone tells. */
void conflict_make_id(struct conflict_finding *f);
/* A finding of which nothing is known: no text, no figure, no place. */
struct conflict_finding conflict_blank(enum conflict_kind kind, int severity);
/* A finding about one feature, with codes, county and place filled in. */
struct conflict_finding conflict_about(const struct conflict_run *run, uint32_t layer, uint32_t feature,
                                       enum conflict_kind kind);
void conflict_place_name(const struct conflict_run *run, struct check_worker *w, struct conflict_finding *f);

/* ---- geometry.c ---- */

/* Borders that should match are delivered with rounded coordinates (8 decimals are about a millimetre):
 * what is left between them is a hair, not a gap. 2 * area / perimeter of each part. */
#define CONFLICT_HAIR_M 0.01
/* Below this two covers of a place agree. */
#define CONFLICT_GAP_M2 1.0

/* Where a finding is, made by a worker; the geometry lives in worker.kept. */
struct conflict_place {
    double area_m2, width_m, lon_deg, lat_deg;
    const void *blob;
    size_t blob_size;
};
struct conflict_box {
    double lon[5], lat[5];
    struct geo_shape shape; /* of the two */
};
void conflict_box_shape(const struct geo_box *b, struct conflict_box *out);
struct geo_box conflict_box_grown(const struct geo_box *b, double metres);
/* All wanted features of a layer within the cell, for which check.scratch is prepared, as GEOS geometry;
 * NULL when there is nothing. */
enum status conflict_cut(struct conflict_worker *w, const struct layer_index *ix, overlap_wanted_fn *wanted,
                         void *user, const struct geo_shape *cell, GEOSGeometry **out,
                         struct error *e) HX_MUST_CHECK;
/* Takes `rest` and gives what is left of it without `less`, which is taken, too, and may be NULL. */
GEOSGeometry *conflict_without(GEOSContextHandle_t h, GEOSGeometry *rest, GEOSGeometry *less);
/* Area, width, place and geometry of the finding; the place stays where the other has none. */
void conflict_put_place(struct conflict_finding *f, const struct conflict_place *p);
/* The parts that are wider than a hair; area_m2 0 when there are none. */
enum status conflict_place_of(struct conflict_worker *w, const struct geo_shape *shape,
                              struct conflict_place *out, struct error *e) HX_MUST_CHECK;

/* ---- ties.c ---- */

/* By number in run->layers; -1: it is not there. */
int conflict_layer_number(const struct conflict_run *run, const char *layer);
/* Rows for all of the matrix but its shares, each examined or with the reason why not. */
enum status conflict_ties_make(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* A row for two layers; none when they were not asked for (--layer). */
enum status conflict_tie_pair(struct conflict_run *run, const struct matrix_tie *m,
                              struct error *e) HX_MUST_CHECK;
/* The examined row of two layers, or of a tiling and what it covers, by its texts; -1: there is none. */
int conflict_tie_of(const struct conflict_run *run, enum tie tie, const char *layer_a, const char *layer_b);
/* The examined row of the tiling of the region to which a layer belongs; -1: there is none. */
int conflict_tie_of_region(const struct conflict_run *run, const char *layer);
/* The layers of a tiling with `between`: their ids, or their titles. NULL: no memory. */
const char *conflict_tiling_text(struct arena *a, const struct matrix_tiling *t, bool titles,
                                 const char *between);
enum status conflict_tie_add(struct conflict_run *run, const struct conflict_tie *tie,
                             struct error *e) HX_MUST_CHECK;
/* Counts the findings of each row. */
void conflict_ties_count(struct conflict_run *run);
/* Adds to a row's note what its figures leave out: features that were refused at import, and places of which
 * a layer does not say whether it has data there. `a` and `b` may be NULL. */
enum status conflict_tie_incomplete(struct conflict_run *run, const struct layer_snapshot *a,
                                    const struct layer_snapshot *b, struct conflict_tie *tie,
                                    struct error *e) HX_MUST_CHECK;
/* shares.c: a row for each share, as a whole and for each unit. */
enum status conflict_find_shares(struct conflict_run *run, struct store *store,
                                 struct error *e) HX_MUST_CHECK;
/* pairs.c */
enum status conflict_find_pairs(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* feature.c: county code, declared area, outside the region. */
enum status conflict_find_attributes(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* import.c: features that were refused or repaired. */
enum status conflict_find_imports(struct conflict_run *run, struct store *store,
                                  struct error *e) HX_MUST_CHECK;
/* holders.c: outside the county of the code; outside the layer in which a layer nests. */
enum status conflict_find_holders(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* totals.c: against request->official. */
enum status conflict_find_totals(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* zones.c */
enum status conflict_find_zones(struct conflict_run *run, struct error *e) HX_MUST_CHECK;
/* Sets l->outlined. */
enum status conflict_outline_find(struct conflict_layer *l, struct error *e) HX_MUST_CHECK;
bool conflict_is_outline(const struct conflict_layer *l, uint32_t feature);
/* Whether a feature counts in the layer's area: where a boundary is drawn as a whole its zones lie on it. */
static inline bool conflict_counts(const struct conflict_layer *l, uint32_t feature)
{
    return !l->outlined || conflict_is_outline(l, feature);
}
/* gap.c */
enum status conflict_find_gaps(struct conflict_run *run, struct error *e) HX_MUST_CHECK;

/* compare.c: marks what is new and what is still there against an earlier output (.gpkg or .csv or
 * .geojsonl of this audit), and adds what is fixed. */
enum status conflict_compare(struct conflict_report *r, const char *old_path, struct error *e) HX_MUST_CHECK;
/* out.c: by the ending, which is one of those (request.c). */
enum status conflict_write(const struct conflict_report *r, const struct snapshot *s, const char *path,
                           struct error *e) HX_MUST_CHECK;

#endif

/* What the lines_*.c files share. Private to audit/. */
#ifndef HX_AUDIT_CONFLICTS_PARTS_H
#define HX_AUDIT_CONFLICTS_PARTS_H

#include "audit/conflicts/conflicts.h"

#include "store/store.h"

#define LINES_ARENA_BYTES ((size_t)2 << 30)

struct lines_layer {
    const struct layer_snapshot *snapshot; /* with an index */
    const struct control_line *line;       /* NULL: a space */
    bool outlined; /* a line that contains: some features are it as a whole, others are its zones */
    double mean_vertices;
    const uint32_t *n_vertices; /* of each feature, by number in the index */
    const char **county;        /* by number in the index; "" unknown */
    double *declared_m2;        /* NAN not given */
};

/* A line that its zones tile. */
static inline bool lines_contains(const struct lines_layer *l)
{
    return l->line && l->line->relation == LINE_CONTAINS;
}

/* Two features with a common area, before anything is made of it. The parcel is the smaller one. */
struct lines_pair {
    uint32_t layer_a, feature_a, layer_b, feature_b;
    double area_m2;
};

struct lines_run {
    const struct snapshot *snapshot;
    const struct audit_request *request;
    const struct audit_watch *watch;
    int threads;
    int64_t done, total; /* items of work: finished passes, and all that are known of so far */
    double began;
    struct arena *arena; /* of the report; used by the calling thread only */
    struct lines_layer layers[LINES_LAYERS_MAX];
    size_t n_layers;
    const struct layer_index *prefectures; /* NULL: not loaded */
    const struct layer_index *region; /* the outline; the prefectures where there is none; NULL: neither */
    struct lines_finding *findings;   /* malloc'd; the report's in the end */
    size_t n, capacity;
};

/* One thread's tools and what it found. */
struct lines_worker {
    struct lines_run *run;
    struct check_worker check;
    struct arena *kept; /* what outlives the item: it becomes the report's */
    struct lines_pair *pairs;
    size_t n_pairs, cap_pairs;
    struct error error;
};

struct lines_run lines_run_of(const struct snapshot *snapshot, const struct audit_request *r,
                              const struct audit_watch *watch, struct arena *arena);
double lines_run_seconds(const struct lines_run *run); /* since it began */
/* Fills run->layers. STATUS_NOT_FOUND when there is none. */
enum status lines_layers_load(struct lines_run *run, struct store *store, struct error *e) HX_MUST_CHECK;
/* Calls `fn` for items 0 .. n-1 on all threads, in chunks; stops at the first failure. `user` is shared.
 * The caller's thread tells the progress meanwhile. */
typedef enum status lines_item_fn(struct lines_worker *w, size_t item, void *user, struct error *e);
/* Hands the workers to `end`, one after another, before they are released. May be NULL. */
typedef enum status lines_end_fn(struct lines_worker *w, void *user, struct error *e);
enum status lines_parallel(struct lines_run *run, size_t n, size_t chunk, lines_item_fn *fn,
                           lines_end_fn *end, void *user, struct error *e) HX_MUST_CHECK;

struct geo_box lines_feature_box(const struct layer_index *ix, uint32_t feature); /* exact */
enum status lines_add(struct lines_run *run, const struct lines_finding *f, struct error *e) HX_MUST_CHECK;
/* Kind, layers, codes and the place to about 100 m: what another run over mended data gives again. Where a
 * feature has no code the place alone tells. */
void lines_make_id(struct lines_finding *f);
/* A finding of which nothing is known: no text, no figure, no place. */
struct lines_finding lines_blank(enum lines_kind kind, int severity);
/* A finding about one feature, with codes, county and place filled in. */
struct lines_finding lines_about(const struct lines_run *run, uint32_t layer, uint32_t feature,
                                 enum lines_kind kind);
void lines_place_name(const struct lines_run *run, struct check_worker *w, struct lines_finding *f);

/* ---- lines_geometry.c ---- */

/* Borders that should match are delivered with rounded coordinates (8 decimals are about a millimetre):
 * what is left between them is a hair, not a gap. 2 * area / perimeter of each part. */
#define LINES_HAIR_M 0.01
/* Below this two covers of a place agree. */
#define LINES_GAP_M2 1.0

/* Where a finding is, made by a worker; the geometry lives in worker.kept. */
struct lines_place {
    double area_m2, width_m, lon_deg, lat_deg;
    const void *blob;
    size_t blob_size;
};
struct lines_box {
    double lon[5], lat[5];
    struct geo_shape shape; /* of the two */
};
void lines_box_shape(const struct geo_box *b, struct lines_box *out);
struct geo_box lines_box_grown(const struct geo_box *b, double metres);
/* All wanted features of a layer within the cell, for which check.scratch is prepared, as GEOS geometry;
 * NULL when there is nothing. */
enum status lines_cut(struct lines_worker *w, const struct layer_index *ix, overlap_wanted_fn *wanted,
                      void *user, const struct geo_shape *cell, GEOSGeometry **out,
                      struct error *e) HX_MUST_CHECK;
/* Takes `rest` and gives what is left of it without `less`, which is taken, too, and may be NULL. */
GEOSGeometry *lines_without(GEOSContextHandle_t h, GEOSGeometry *rest, GEOSGeometry *less);
/* Area, width, place and geometry of the finding; the place stays where the other has none. */
void lines_put_place(struct lines_finding *f, const struct lines_place *p);
/* The parts that are wider than a hair; area_m2 0 when there are none. */
enum status lines_place_of(struct lines_worker *w, const struct geo_shape *shape, struct lines_place *out,
                           struct error *e) HX_MUST_CHECK;

/* lines_pairs.c */
enum status lines_find_pairs(struct lines_run *run, struct error *e) HX_MUST_CHECK;
/* lines_feature.c: county code, declared area, outside the region. */
enum status lines_find_attributes(struct lines_run *run, struct error *e) HX_MUST_CHECK;
/* lines_import.c: features that were refused or repaired. */
enum status lines_find_imports(struct lines_run *run, struct store *store, struct error *e) HX_MUST_CHECK;
/* lines_holders.c: outside the county of the code; when asked for, outside the line's own space. */
enum status lines_find_holders(struct lines_run *run, struct error *e) HX_MUST_CHECK;
/* lines_totals.c: against request->official. */
enum status lines_find_totals(struct lines_run *run, struct error *e) HX_MUST_CHECK;
/* lines_zones.c */
enum status lines_find_zones(struct lines_run *run, struct error *e) HX_MUST_CHECK;
/* Sets l->outlined. */
enum status lines_outline_find(struct lines_layer *l, struct error *e) HX_MUST_CHECK;
bool lines_is_outline(const struct lines_layer *l, uint32_t feature);
/* lines_gap.c */
enum status lines_find_gaps(struct lines_run *run, struct error *e) HX_MUST_CHECK;

/* lines_compare.c: marks what is new and what is still there against an earlier output (.gpkg or .csv or
 * .geojsonl of this audit), and adds what is fixed. */
enum status lines_compare(struct lines_report *r, const char *old_path, struct error *e) HX_MUST_CHECK;
/* lines_out.c: by the ending, which is one of those (request.c). */
enum status lines_write(const struct lines_report *r, const struct snapshot *s, const char *path,
                        struct error *e) HX_MUST_CHECK;

#endif

/* The SpatiaLite file that is the truth: layers, immutable layer versions, features, administrative units,
 * places, plan tables, the rule table. It opens in QGIS and ogrinfo as it is.
 *
 * What lives where: schema/NNN-*.sql (numbered migrations, embedded at build time). Geometry columns are
 * MULTIPOLYGON (POINT for places) in EPSG:4490 with spatial indexes. A layer's current version is one row in
 * `layer`; versions and their features are never updated, so an import is one transaction and a switch is one
 * UPDATE. Derived index files lie beside the store: store_index_path.
 *
 * Not for: measuring (index/), reading foreign files (ingest/). Threads: one handle belongs to one thread;
 * readers open read-only. The journal is a WAL, so that a long import never makes a check wait. A writer that
 * closes folds it back; when it is also the last handle to close (close readers first), the store at rest
 * is a single file. */
#ifndef HX_STORE_STORE_H
#define HX_STORE_STORE_H

#include "base/arena.h"
#include "base/status.h"
#include "geo/shape.h"

#include <stdint.h>

struct store;

enum store_mode { STORE_READ, STORE_WRITE };

/* Creates a new store at `path` by all migrations. STATUS_CONFLICT when a file is already there. */
enum status store_create(const char *path, struct error *e) HX_MUST_CHECK;
/* STATUS_CORRUPT when it is not ours, STATUS_UNSUPPORTED when its schema is newer than this program;
 * STORE_WRITE applies pending migrations. */
enum status store_open(const char *path, enum store_mode mode, struct store **out,
                       struct error *e) HX_MUST_CHECK;
void store_close(struct store *s); /* NULL-safe */

/* ---- layers and versions ---- */

struct store_version {
    int64_t id;
    const char *layer;    /* the layer's id, as its definition has it */
    int version_no;       /* 1, 2, ... within the layer */
    const char *status;   /* "draft" | "current" | "retired" */
    const char *title_zh; /* of the layer */
    const char *title_en;
    const char *kind; /* "line" | "zone" | "admin" */
    bool synthetic;   /* 示例数据 */
    bool reference_only;
    const char *label;          /* "示例数据" or "" */
    const char *source_name;    /* file name */
    const char *source_sha256;  /* hex */
    const char *source_crs;     /* as decided, e.g. "EPSG:4490" */
    const char *document_no;    /* approval document, or "" */
    const char *effective_from; /* "2024-01-01" or "" */
    const char *imported_at;    /* UTC */
    int64_t n_features;
    int64_t n_vertices;
    double area_m2;
    bool has_coverage;
    int64_t n_repaired;
    int64_t n_refused; /* above 0 the version is known to be incomplete: a "clear" from it needs a warning */
    const char *effective_to;
    const char *imported_by;
    const char *import_key; /* hex SHA-256 over all that decided the import; "" when not given */
    const char *uid;        /* random, ties derived files to this version of this store */
};

/* All layers with their current versions, in the order of the legend. Strings in the arena. */
enum status store_current_versions(struct store *s, struct arena *a, struct store_version **out, size_t *n,
                                   struct error *e) HX_MUST_CHECK;
/* One layer's current version. STATUS_NOT_FOUND when the layer is unknown or has none. */
enum status store_current_version(struct store *s, const char *layer, struct arena *a,
                                  struct store_version *out, struct error *e) HX_MUST_CHECK;
/* A version by its number, current or retired. STATUS_NOT_FOUND when the layer has no such version. */
enum status store_version_named(struct store *s, const char *layer, int version_no, struct arena *a,
                                struct store_version *out, struct error *e) HX_MUST_CHECK;
/* The import report of a version, as JSON text in the arena. */
enum status store_version_report(struct store *s, int64_t version_id, struct arena *a, const char **json,
                                 struct error *e) HX_MUST_CHECK;
/* A number that changes whenever any current version, the rule table in force or the plan changes (cheap: one
 * row). */
enum status store_generation(struct store *s, int64_t *out, struct error *e) HX_MUST_CHECK;
/* Which store it is, by what stands in it: random, given once when it was made, the same in a copy and in
 * what is restored from one. */
enum { STORE_UID_SIZE = 48 };
enum status store_uid(struct store *s, char uid[STORE_UID_SIZE], struct error *e) HX_MUST_CHECK;

struct store_feature {
    int64_t id;              /* unique within the store */
    const char *code;        /* BSM, or the source's own id; "" when none */
    const char *name;        /* for people; "" when none */
    const char *zone;        /* sub-zone name (GHFQMC, GKFQ), or "" */
    const char *county;      /* 行政区代码, or "" */
    double declared_area_m2; /* MJ; NAN when not given */
    const char *properties;  /* JSON object with the source's other fields */
    const void *wkb;         /* MultiPolygon */
    size_t wkb_size;
};

/* Features of a version in id order, one callback each (borrowed for the call; false stops). */
typedef bool store_feature_fn(const struct store_feature *f, void *user);
struct store_feature_query {
    int64_t version_id;
    const struct geo_box *box;  /* NULL: everywhere. West above east: over the antimeridian */
    const struct geo_box *also; /* with `box` alone: features must meet this one, too. NULL: none */
    int64_t after_id;           /* 0: from the start (keyset paging) */
    int64_t limit;              /* 0: all */
    bool attributes_only;       /* without a box: wkb is NULL, which is most of the cost */
};
enum status store_features(struct store *s, const struct store_feature_query *q, store_feature_fn *fn,
                           void *user, struct error *e) HX_MUST_CHECK;
/* How many features the query gives. */
enum status store_features_count(struct store *s, const struct store_feature_query *q, int64_t *out,
                                 struct error *e) HX_MUST_CHECK;
/* The `after_id` of the page that ends where this one begins; 0: it begins at the start. */
enum status store_features_before(struct store *s, const struct store_feature_query *q, int64_t *out,
                                  struct error *e) HX_MUST_CHECK;
/* The stated coverage of a version as WKB in the arena; size 0 when it states none. */
enum status store_coverage(struct store *s, int64_t version_id, struct arena *a, const void **wkb, size_t *n,
                           struct error *e) HX_MUST_CHECK;

/* ---- importing: one transaction from begin to commit ---- */

struct store_import;
struct store_version_spec {
    const char *layer, *title_zh, *title_en, *kind, *label;
    bool synthetic, reference_only;
    const char *source_name, *source_sha256, *source_crs, *document_no, *effective_from;
    const char *effective_to, *imported_by, *import_key; /* NULL reads as "" */
};
/* Takes the store's write lock until commit or abort. STATUS_CONFLICT when another program holds it. */
enum status store_import_begin(struct store *s, const struct store_version_spec *spec,
                               struct store_import **out, int64_t *version_id, struct error *e) HX_MUST_CHECK;
enum status store_import_feature(struct store_import *im, const struct store_feature *f, int64_t *feature_id,
                                 struct error *e) HX_MUST_CHECK;
enum status store_import_coverage(struct store_import *im, const void *wkb, size_t n,
                                  struct error *e) HX_MUST_CHECK;
/* The version under way (borrowed until commit or abort; counts are still 0): for store_index_key. */
const struct store_version *store_import_version(const struct store_import *im);
/* How many features were repaired and how many left out; 0 and 0 unless told before the commit. */
void store_import_counts(struct store_import *im, int64_t n_repaired, int64_t n_refused);
/* The commit leaves the version a draft, to be looked at and switched on later (store_versions.h). */
void store_import_keep_draft(struct store_import *im);
/* Makes the version current and retires its predecessor, atomically. `report` is JSON text (what was read,
 * repaired, refused). Frees the import when it succeeds; after a failure call store_import_abort. */
enum status store_import_commit(struct store_import *im, int64_t n_vertices, double area_m2,
                                const char *report, struct error *e) HX_MUST_CHECK;
void store_import_abort(struct store_import *im); /* NULL-safe; not after a commit that succeeded */

/* ---- the plan: layout, places and tables of 内政办发〔2021〕74号, as loaded from geodata/plan ---- */

struct store_plan_feature {
    int64_t id;
    const char *collection; /* "plan_layout" | "plan_places" | "counties" | "base_water" | "base_towns" */
    const char *name;
    const char *properties; /* JSON object */
    const char *geometry;   /* GeoJSON geometry */
};
typedef bool store_plan_feature_fn(const struct store_plan_feature *f, void *user);
/* How many there are, and where; without any the box is empty. */
enum status store_plan_extent(struct store *s, const char *collection, struct geo_box *box, int64_t *n,
                              struct error *e) HX_MUST_CHECK;
/* `box` and `limit` as in store_feature_query. */
enum status store_plan_features(struct store *s, const char *collection, const struct geo_box *box,
                                int64_t after_id, int64_t limit, store_plan_feature_fn *fn, void *user,
                                struct error *e) HX_MUST_CHECK;

/* Replacing administrative units, seats, plan features, plan tables and the base map: one transaction from
 * begin to commit. */
struct store_plan_load;
struct store_admin_unit {
    const char *code, *name, *name_en;
    const char *level;  /* "region" | "prefecture" | "county" */
    const char *parent; /* NULL for the region */
    const char *seat;   /* NULL: no seat known */
    const char *seat_source;
    double seat_lon_deg, seat_lat_deg;
};
/* `key` is a SHA-256 in hex over all files of the load. *current tells that the store holds just this: then
 * nothing was begun and *out is NULL. Otherwise all plan rows and units are emptied, to be added anew. */
enum status store_plan_begin(struct store *s, const char *key, struct store_plan_load **out, bool *current,
                             struct error *e) HX_MUST_CHECK;
enum status store_plan_add_unit(struct store_plan_load *l, const struct store_admin_unit *u,
                                struct error *e) HX_MUST_CHECK;
enum status store_plan_add_feature(struct store_plan_load *l, const char *collection, const char *name,
                                   const char *kind, const char *properties, const char *geojson,
                                   struct error *e) HX_MUST_CHECK;
/* One row; columns that the table does not have are STATUS_INVALID_INPUT. */
enum status store_plan_add_row(struct store_plan_load *l, const char *table, const char *const *columns,
                               const char *const *values, size_t n, struct error *e) HX_MUST_CHECK;
/* Frees the load when it succeeds; after a failure call store_plan_abort. */
enum status store_plan_commit(struct store_plan_load *l, struct error *e) HX_MUST_CHECK;
void store_plan_abort(struct store_plan_load *l); /* NULL-safe */

/* ---- derived files ---- */

/* "<store>.index/<version id>-<first 16 hex of source sha>.hxi"; suffix "coverage" for the coverage's own
 * index. */
char *store_index_path(const struct store *s, struct arena *a, const struct store_version *v, bool coverage);
/* The key that an index file of this version must carry: SHA-256 over the version's identity and the part. */
void store_index_key(const struct store_version *v, bool coverage, uint8_t key[32]);
/* Removes index files that nobody will ask for again: of versions that are not current, and what killed
 * imports left.
 * Files younger than an hour stay, for programs that still load the previous generation. Best effort. */
void store_index_sweep(struct store *s);
/* Makes the directory of store_index_path when it is not there. Who may read the store may enter it. */
enum status store_index_make_dir(const struct store *s, struct error *e) HX_MUST_CHECK;
/* A file in it that was just made is for whom the store is, whoever made it. Best effort. */
void store_index_share(const struct store *s, const char *path);

/* ---- the rule table: CSV text as loaded from schema/rules.csv or a later edition ---- */
enum status store_rules(struct store *s, struct arena *a, const char **csv, const char **sha256_hex,
                        struct error *e) HX_MUST_CHECK;
/* Puts another edition in force; the caller has parsed it (lines/rules.h). Earlier editions stay in the
 * store. */
enum status store_rules_load(struct store *s, const char *csv, size_t n, const char *source,
                             struct error *e) HX_MUST_CHECK;

#endif

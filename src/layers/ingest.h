/* A file that GDAL reads becomes checked features, a new layer version, and its index files; and the plan's
 * data (geodata/) becomes layers, places and tables.
 *
 * A feature that is missing could become a false "clear": a file with a refused feature is therefore refused
 * whole, unless the request allows it; then the version's row and report say how many are missing.
 * Not for: uploads inside the server's process (a sandboxed child runs this). Threads: as the store's
 * handle. */
#ifndef HX_LAYERS_INGEST_H
#define HX_LAYERS_INGEST_H

#include "base/buffer.h"
#include "layers/source.h"
#include "store/store.h"

struct ingest_request;
/* What the file was taken for, before the first feature is read; `settled` is the request with everything
 * decided. */
typedef void ingest_bound_fn(const struct source_info *source, const struct ingest_request *settled,
                             void *user);
/* n of n_declared features (-1: unknown) are done. */
typedef void ingest_progress_fn(int64_t n, int64_t n_declared, void *user);

struct ingest_request {
    const char *path;
    const char *source_layer; /* NULL: the only one */
    struct source_fields fields;
    int epsg;         /* for a source that states no CRS; 0: none given */
    const char *unit; /* code of the administrative unit that the data are of; NULL: not told */
    struct geo_datum_shift
        shift; /* for a source in Xi'an 1980 or Beijing 1954; not given: such a source is refused */

    const char *
        mapping_path; /* how the source is to be read (mapping.h); what the request itself says comes first */

    const char *layer; /* the store's id; NULL: by the source's names, when they leave
                          no doubt */
    /* NULL: of the current version when it is of the same sort, else of the definition. */
    const char *title_zh, *title_en;
    const char *kind;  /* "line" | "zone" | "admin" */
    const char *label; /* NULL: 示例数据 when synthetic */
    bool synthetic, reference_only;
    const char *document_no, *effective_from, *effective_to, *imported_by; /* NULL reads as "" */

    const char *coverage_path;  /* where the source claims to be complete; NULL: it claims nothing */
    const char *coverage_units; /* "150102,150103" or "region": the union of these boundaries; NULL: not so */
    bool allow_refused;
    bool one_thread;    /* no reading ahead; the result is the same */
    bool strict;        /* the first feature that is repaired or refused ends the import */
    bool draft;         /* the new version is not switched on */
    bool confirm_place; /* the operator insists that data lie where they lie, far from what their codes say */
    bool confirm_layer; /* the operator insists that a file that looks like another layer is this one */
    ingest_bound_fn *bound; /* may be NULL */
    void *bound_user;
    ingest_progress_fn *progress; /* may be NULL; called about every thousand features */
    void *progress_user;
    bool skip_unchanged; /* do nothing when the current version came from the very same request and files */
};

struct ingest_report {
    bool skipped;
    int64_t version_id;
    int version_no;
    char layer[64]; /* what it became */
    int64_t n_read, n_stored, n_dissolved, n_repaired, n_refused, n_curved, n_vertices;
    double area_m2, declared_area_m2;
    struct buffer json; /* the whole report, as the version keeps it */
};

void ingest_report_init(struct ingest_report *r);
void ingest_report_release(struct ingest_report *r);

/* The report is filled on STATUS_OK, and also when features were refused (code "ingest-refused"): it is the
 * list by which the source can be mended. In every other failure it holds no more than counts. */
enum status ingest_layer_file(struct store *s, const struct ingest_request *r, struct ingest_report *report,
                              struct error *e) HX_MUST_CHECK;

/* geodata/: every layer of manifest.json in order, then administrative units, places and plan tables. What
 * has not changed since the last time is skipped, and official data are never replaced by sample data.
 * `fn` (may be NULL) hears of each layer when it is done. */
typedef void ingest_layer_fn(const char *layer, const struct ingest_report *report, void *user);
struct ingest_geodata_result {
    int n_imported, n_skipped;
    int n_kept;       /* layers that hold official data, which sample or reference data do not replace */
    bool plan_loaded; /* false: unchanged */
};
enum status ingest_geodata(struct store *s, const char *geodata_dir, ingest_layer_fn *fn, void *user,
                           struct ingest_geodata_result *out, struct error *e) HX_MUST_CHECK;

#endif

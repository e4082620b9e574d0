/* Where an audit's parcels come from: rows of a file, in its order, one at a time. Private to audit/.
 *
 * A GeoPackage of polygons in EPSG:4490 or 4326 is read by plain SQLite statements: the geometry stays the bytes that it
 * was, and the workers parse it. TXT goes through parcel/, everything else through ingest/source.h. The three agree on
 * what a row is; only their speed differs.
 * Threads: a feed belongs to one thread at a time. */
#ifndef HX_AUDIT_FEED_H
#define HX_AUDIT_FEED_H

#include "audit/audit.h"
#include "audit/row.h"

struct feed;
struct feed_ops {
    enum status (*next)(struct feed *f, struct arena *a, struct audit_item *out, bool *more, struct error *e);
    /* Goes on after the row with this number and fid. */
    enum status (*skip)(struct feed *f, int64_t position, int64_t fid, struct error *e);
    void (*close)(struct feed *f);
};

struct feed {
    const struct feed_ops *ops;
    int srs;            /* of blobs, and of the output: 4490 or 4326 */
    int64_t total;      /* rows, -1 unknown */
    const char *reader; /* "gpkg", "txt" or the driver's name */
    int crs_guessed; /* EPSG code that the coordinates led to, for a file that states no CRS; 0: it was stated or given */
};

enum status feed_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;
void feed_close(struct feed *f); /* NULL-safe */

/* feed_gpkg.c: *out is NULL, with STATUS_OK, when the file is not one that it reads. */
enum status feed_gpkg_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;
enum status feed_source_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;
enum status feed_text_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;

/* feed_rows.c, CSV and WKT: *out is NULL, with STATUS_OK, when the file is neither. */
enum status feed_rows_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;

/* feed_sequence.c: *out is NULL, with STATUS_OK, when every line of the sequence is a feature, or the file is one
 * document after all, unless `sure` says that GDAL takes it for a sequence. */
enum status feed_sequence_open(const struct audit_request *r, bool sure, struct feed **out,
                               struct error *e) HX_MUST_CHECK;
bool feed_sequence_named(const char *path); /* does its name say that it is one? */

/* feed_txt.c: *out is NULL, with STATUS_OK, when the file must be read whole. */
enum status feed_txt_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;

/* A copy in the arena; false when memory is out. */
bool feed_shape_copy(const struct geo_shape *s, struct arena *a, struct geo_shape *out);
/* A copy of a fault that lives with the batch. */
const struct error *feed_fault(const struct error *e, struct arena *a);

#endif

/* Where an audit's parcels come from: the features of a file (features/stream.h), in its order, one at a
 * time, with the fields that an audit knows. Private to audit/. What a feature is as a parcel the workers
 * decide (features/parcels.h).
 * Threads: a feed belongs to one thread at a time; `crs` and `srs` are const once it is open. */
#ifndef HX_AUDIT_FEED_H
#define HX_AUDIT_FEED_H

#include "audit/audit.h"
#include "audit/row.h"
#include "features/file_notes.h"
#include "features/parcels.h"

struct feed {
    struct feature_stream *stream;
    struct feature_binding binding;
    struct feature_fields named;
    struct crs_decision decided; /* where the file has one CRS for all: !stream->info.has_own_crs */
    struct geo_crs crs;          /* of features that do not bring their own */
    int srs;                     /* of blobs, and of the output: 4490 or 4326 */
    int64_t total;               /* features, -1 unknown */
    int crs_guessed; /* EPSG code that the coordinates led to, for a file that states no CRS; 0: it was stated
                        or given */
    struct buffer json; /* scratch */
};

enum status feed_open(const struct audit_request *r, struct feed **out, struct error *e) HX_MUST_CHECK;
enum status feed_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                      struct error *e) HX_MUST_CHECK;
/* Goes on after the feature with this position and fid. */
enum status feed_skip(struct feed *f, int64_t position, int64_t fid, struct error *e) HX_MUST_CHECK;
/* What is to be told of the file, once feed_next has said that there is no more. */
enum status feed_notes(const struct feed *f, struct arena *a, struct feature_notes *out,
                       struct error *e) HX_MUST_CHECK;
void feed_close(struct feed *f); /* NULL-safe */

#endif

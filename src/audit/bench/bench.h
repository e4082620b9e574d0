/* The auditor's bench: what is asked again and again of a finished parcel audit of up to a million parcels.
 *
 * Beside the results of a job lie two files that its command has made of the finished GeoPackage, BASE.rows
 * (SQLite: a narrow table with indexes, for a table that scrolls, filters and sorts) and BASE.index (a flat
 * layer index, for tiles; the zone of a feature is its verdict). They are derived and never the truth: who
 * opens one parcel reads the GeoPackage. Both carry the same key, made of what the audit says of itself, so
 * that one is never shown with the other of another run.
 *
 * Columns have the names of the GeoPackage. Threads: an open bench belongs to one thread. */
#ifndef HX_AUDIT_BENCH_BENCH_H
#define HX_AUDIT_BENCH_BENCH_H

#include "base/sha256.h"
#include "check/snapshot.h"
#include "formats/json.h"
#include "index/layer_index.h"

#include <stdatomic.h>

enum { BENCH_PATH_SIZE = 4096, BENCH_LIMIT_MAX = 500, BENCH_LIMIT_DEFAULT = 100 };

/* ---- making ---- */

struct bench_order {
    const char *gpkg, *base;
    const struct snapshot *snapshot; /* names of lines and units */
    const atomic_bool *stop;
};
/* Replaces what is there. *stopped: *stop was set, and nothing is there. */
enum status bench_make(const struct bench_order *o, bool *stopped, struct error *e) HX_MUST_CHECK;

void bench_rows_path(const char *base, char path[BENCH_PATH_SIZE]);
void bench_index_path(const char *base, char path[BENCH_PATH_SIZE]);

/* ---- asking ---- */

struct bench;
/* STATUS_NOT_FOUND, "bench-missing": the job has none. */
enum status bench_open(const char *base, struct bench **out, struct error *e) HX_MUST_CHECK;
void bench_close(struct bench *b); /* NULL-safe */
const uint8_t *bench_key(const struct bench *b);

struct bench_question {
    const char *filter; /* CQL2 text; NULL: all */
    const char *sortby; /* "-area_m2,parcel_id"; NULL: the most severe verdict first, then as in the file */
    int64_t limit, offset;
    int64_t
        matched; /* as an earlier page of the same filter was told; -1: they are counted, and this is set */
};
/* Writes the members numberMatched, numberReturned and rows. Asks the thread's budget. */
enum status bench_rows(struct bench *b, struct bench_question *q, struct arena *a, struct json_writer *w,
                       struct error *e) HX_MUST_CHECK;
/* Writes how many rows and shapes there are, where they lie, the prefix of each line's columns, and the names
 * of the units that occur: n_rows, n_shapes, bbox, lines, units. */
enum status bench_about(struct bench *b, struct json_writer *w, struct error *e) HX_MUST_CHECK;

/* The shapes, for tiles; of the same audit as the rows. */
enum status bench_index_open(const char *base, uint8_t key[SHA256_BYTES], struct layer_index **out,
                             struct error *e) HX_MUST_CHECK;

/* One parcel as it was audited, from the GeoPackage: a Feature whose properties are those of the input, with
 * the members class and claims as judged. STATUS_NOT_FOUND: there is no such row. */
enum status bench_parcel(const char *gpkg, int64_t fid, struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif

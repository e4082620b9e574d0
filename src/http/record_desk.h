/* Where a server that was started with --allow-records keeps checks: its one connection that writes.
 *
 * Invariants: one keep at a time within the process (the store's own lock orders processes); a request never writes in
 * any other way. Threads: desk_keep from any thread, open and close from one. */
#ifndef HX_HTTP_RECORD_DESK_H
#define HX_HTTP_RECORD_DESK_H

#include "record/record.h"

struct record_desk;

/* Opens the store for writing, which upgrades its schema where that is older. `gdal_version` is borrowed. */
enum status record_desk_open(const char *store_path, const char *gdal_version, struct record_desk **out,
                             struct error *e) HX_MUST_CHECK;
void record_desk_close(struct record_desk *d); /* NULL-safe */

/* Keeps the report and hangs its row into it. */
enum status record_desk_keep(struct record_desk *d, const struct record_spec *spec, struct arena *a,
                             struct report *r, struct error *e) HX_MUST_CHECK;

#endif

/* Rows of a finished parcel audit (GeoPackage), read back in their order with every bit. Private to audit/.
 * Threads: one owner. */
#ifndef HX_AUDIT_EARLIER_H
#define HX_AUDIT_EARLIER_H

#include "audit/row.h"

struct earlier;
struct earlier_row {
    int64_t position, fid;
    const char *id;
    struct audit_row row;
};

/* STATUS_INVALID_INPUT when it has not the tables of an audit of these lines. `lines` NULL: no row will be
 * taken, and its columns may be of any lines; else they must be those of the run that wrote it (state.h says
 * so). `overlaps`: it has their geometries, too. */
enum status earlier_open(const char *path, const struct line_table *lines, bool overlaps,
                         struct earlier **out, struct error *e) HX_MUST_CHECK;
void earlier_close(struct earlier *s); /* NULL-safe */
enum status earlier_rewind(struct earlier *s, struct error *e) HX_MUST_CHECK;
/* Goes to the next row; *fid is the input's number of its parcel. */
enum status earlier_step(struct earlier *s, int64_t *fid, bool *more, struct error *e) HX_MUST_CHECK;
/* The row that was gone to, once, in the arena; its geometry only when asked for. */
enum status earlier_take(struct earlier *s, bool geometry, struct arena *a, struct earlier_row *out,
                         struct error *e) HX_MUST_CHECK;

#endif

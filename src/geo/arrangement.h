/* The meaning of rings in their own plane, where they have one, and how much is at stake where they do not:
 * see settle.h, whose inside this is. Private to geo/. Threads: an arrangement belongs to one thread. */
#ifndef HX_GEO_ARRANGEMENT_H
#define HX_GEO_ARRANGEMENT_H

#include "geo/rings.h"
#include "geo/valid.h"

/* A place where the readings differ. */
struct at_stake {
    double m2, within_ring_m2; /* of all such places; of those within a ring that winds otherwise than once
                                  around them */
    double largest_m2, x, y;   /* the largest of them, and a point in it */
};

struct meaning {
    struct ring_list rings; /* valid; outer rings, each before its holes; memory is reused */
    struct at_stake stake;
    bool ring_touches; /* some ring touches or crosses itself */
    bool known;        /* false: GEOS could not overlay the rings, or they cross too often to be a drawing */
};

struct arrangement; /* scratch, reused */
enum status arrangement_new(struct arrangement **out, struct error *e) HX_MUST_CHECK;
void arrangement_free(struct arrangement *a); /* NULL-safe */

/* `degrees`: the plane is longitude and latitude. No ring is flat. */
enum status arrangement_mean(struct arrangement *a, struct geo_geos *g, const struct ring_list *in,
                             bool degrees, struct meaning *out, struct error *e) HX_MUST_CHECK;

#endif

/* Is a shape a valid area? GEOS decides; this module turns its answer into a sentence with the place.
 *
 * Threads: a context belongs to one thread (GEOS handle, `_r` calls only). */
#ifndef HX_GEO_VALID_H
#define HX_GEO_VALID_H

#include "geo/geos_library.h"
#include "geo/shape.h"

struct geo_geos; /* a GEOS handle with its message handlers */
enum status geo_geos_new(struct geo_geos **out, struct error *e) HX_MUST_CHECK; /* owned */
void geo_geos_free(struct geo_geos *g);                                         /* NULL-safe */
GEOSContextHandle_t geo_geos_handle(const struct geo_geos *g);                  /* borrowed */

/* GEOS stops what it does in a thread whose budget is over (base/budget.h), and fails; its caller asks
 * budget_check before it calls that a fault of GEOS. Between two threads such a stop may, within
 * nanoseconds, hit the wrong one: the last failure was that, and is worth another try? */
bool geo_geos_was_interrupted(const struct geo_geos *g);
void geo_geos_forget_message(struct geo_geos *g);

/* How the sentence of a fault ends; what is accepted all the same does not say it. */
#define GEO_VALID_REMEDY_ZH "；请在该处改正后重新提交。"
#define GEO_VALID_REMEDY_EN "; mend it there and send it again."

/* STATUS_INVALID_INPUT with the kind of fault and its longitude and latitude when GEOS finds the shape
 * invalid; these are also written to `place_deg`. The one
 * output of this module that belongs to a failure: the caller knows the coordinate system that the officer
 * will look in. */
enum status geo_valid_check_place(struct geo_geos *g, const struct geo_shape *s, double place_deg[2],
                                  struct error *e) HX_MUST_CHECK;

/* The sentence of a fault that somebody else has found, by GEOS's word for it: STATUS_INVALID_INPUT. */
enum status geo_valid_fail(const char *reason, double lon_deg, double lat_deg, struct error *e);

/* GEOS geometry of a shape (owned by the caller: GEOSGeom_destroy_r), and back. Lines and points among the
 * parts of a collection are dropped on the way back: they enclose nothing. */
enum status geo_geos_from_shape(struct geo_geos *g, const struct geo_shape *s, GEOSGeometry **out,
                                struct error *e) HX_MUST_CHECK;
enum status geo_geos_to_shape(struct geo_geos *g, const GEOSGeometry *geom, struct arena *a,
                              struct geo_shape *out, struct error *e) HX_MUST_CHECK;

#endif

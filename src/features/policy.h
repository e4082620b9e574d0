/* The one acceptance policy: rings as a file delivers them -> a valid area, or a refusal with its reason and
 * place. Single checks, audits and imports ask this and nothing else, so that no two doors differ.
 *
 *   valid      taken as it is, to the last bit
 *   dissolved  not valid as drawn, but with one meaning only: rings that touch themselves, spikes without
 *   width, holes and parts
 *              that share edges. The area is what was drawn
 *   repaired   layers only (repair_m2 > 0): drawn ambiguously in a place so small that every reading agrees
 *              within repair_m2
 *   refused    everything else; nothing is dropped and nothing is guessed
 *
 * Purposes differ in two named ways: how finely projected edges are cut (a parcel is asked for its area, a
 * layer for its place), and whether anything may be repaired (an officer's parcel: never).
 * Threads: a policy belongs to one thread. */
#ifndef HX_FEATURES_POLICY_H
#define HX_FEATURES_POLICY_H

#include "geo/crs.h"
#include "geo/quick_valid.h"
#include "geo/settle.h"

enum acceptance { ACCEPTANCE_REFUSED = 0, ACCEPTANCE_VALID, ACCEPTANCE_DISSOLVED, ACCEPTANCE_REPAIRED };

struct policy_purpose {
    bool fine;        /* edges are cut so that the area is kept (geo/crs.h): parcels */
    double repair_m2; /* what a repair may change, by where readings differ; 0: nothing is repaired */
    size_t max_vertices;
};
extern const struct policy_purpose policy_parcel, policy_layer;

struct policy {
    struct policy_purpose purpose;
    struct geo_transformer *transformer; /* borrowed */
    struct geo_geos *geos;               /* borrowed */
    struct quick_valid *quick;           /* owned */
    struct geo_shape_builder builder;
    struct ring_list rings;              /* the caller fills this: what was delivered, holes told */
    struct ring_list dissolved;          /* scratch */
    struct settler *settler, *converted; /* owned; made when first needed: for the rings; for their shape */
};

struct policy_answer {
    enum acceptance state;
    enum dissolved dissolved;      /* when DISSOLVED */
    struct geo_shape shape;        /* arena; empty when refused */
    double area_m2;                /* ellipsoid, of `shape`; 0 when refused */
    double at_stake_m2;            /* where readings of the drawing differ (geo/settle.h); 0 when valid */
    const struct ring_list *rings; /* that the shape came of; valid until the policy is used again */
    size_t n_empty;                /* holes that enclose nothing and were left out */
    struct error fault;            /* why refused; what was at fault when repaired */
    double place_deg[2];           /* longitude and latitude of the fault; NAN where there is none */
};

/* After zeroing or release; on failure nothing needs a release. */
enum status policy_init(struct policy *p, const struct policy_purpose *purpose,
                        struct error *e) HX_MUST_CHECK;
void policy_release(struct policy *p); /* safe on zeroes */

/* Judges p->rings, whose coordinates are of `crs`. A refusal is an answer, and STATUS_OK: failures are
 * those of the machine. */
enum status policy_accept(struct policy *p, const struct geo_crs *crs, struct arena *a,
                          struct policy_answer *out, struct error *e) HX_MUST_CHECK;

/* Puts a polygon or multipolygon of ISO or extended WKB, in any coordinates, into p->rings. The error names
 * the byte, or the coordinate that is no number. */
enum status policy_take_wkb(struct policy *p, const void *wkb, size_t n, struct error *e) HX_MUST_CHECK;

/* The distance below which two points of this CRS are one: 1 mm. */
double policy_near(const struct geo_crs *crs);

#endif

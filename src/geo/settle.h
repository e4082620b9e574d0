/* What do rings mean that are not a valid area as they stand? The one answer for check, audit and import.
 *
 * Three readings of a drawing are sane: the union of its parts, each its outer ring less its holes; even-odd over all rings; the
 * sum of what each ring winds around, holes taken off. Where they agree everywhere the drawing has one meaning, however it is
 * drawn (a ring that touches itself, a spike, a hole on the border, parts with a common edge): it is *dissolved* into valid rings
 * that enclose the same points. Where they differ in some place, that place is *at stake*: no program knows whether a part drawn
 * again inside another is a hole. A feature of a line may be *repaired* when less than a limit in m2 is at stake; what is at
 * stake then counts as inside wherever the union or another reading has it within an outer ring, so that a repair never takes area
 * out of a red line. More than that is refused with the place and the area.
 *
 * Valid shapes pass untouched, bit for bit, and cost one geo/quick_valid.h. Of the others only rings that touch something are
 * overlaid; the rest is passed on as it is.
 * Not for: which ring is a hole of which (rings_nest). Threads: a settler belongs to one thread, with its GEOS handle. */
#ifndef HX_GEO_SETTLE_H
#define HX_GEO_SETTLE_H

#include "geo/crs.h"
#include "geo/rings.h"
#include "geo/valid.h"

/* Rounded coordinates of a common border leave slits and overlaps of this width, in metres, which mean nothing. */
#define SETTLE_NEAR_M 0.001
/* What may be at stake in a feature of a line that is repaired. */
#define SETTLE_REPAIR_M2 1.0

enum settled_how { SETTLED_REFUSED = 0, SETTLED_VALID, SETTLED_DISSOLVED, SETTLED_REPAIRED };

struct settle_terms {
    const struct geo_crs *crs; /* of the rings */
    bool fine;                 /* convert as geo_transformer_add_ring_fine: parcels */
    double repair_m2;          /* 0: nothing is repaired, dissolved only */
    size_t vertex_limit;       /* of the shape; 0: LIMIT_VERTICES_PER_LAYER */
};

struct settled {
    enum settled_how how;
    struct geo_shape shape; /* valid; in the arena */
    const struct ring_list
        *rings;         /* the same in the rings' own plane: the input, or the settler's until its next use */
    double at_stake_m2; /* where readings differ; NAN where that could not be found out */
    double place_deg[2];           /* of the first fault; NAN when valid */
    double stake_deg[2];           /* in the largest place where readings differ; NAN where there is none */
    const char *note_code;         /* a literal: what was done, in both languages; NULL when valid */
    const char *note_zh, *note_en; /* arena or literal; without the feature's name */
};

/* `g` and `t` are borrowed, and outlive it. */
struct settler;
enum status settler_new(struct geo_geos *g, struct geo_transformer *t, struct settler **out,
                        struct error *e) HX_MUST_CHECK; /* owned */
void settler_free(struct settler *s);                   /* NULL-safe */

/* STATUS_INVALID_INPUT with the fault, its place and what is at stake when the rings are refused; out->place_deg,
 * at_stake_m2 and stake_deg are then set, too, and nothing else of *out. */
enum status settle_shape(struct settler *s, const struct ring_list *rings, const struct settle_terms *terms,
                         struct arena *a, struct settled *out, struct error *e) HX_MUST_CHECK;

#endif

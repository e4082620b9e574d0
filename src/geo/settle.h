/* What do rings mean that are not a valid area as they stand? The one answer for check, audit and import
 * (features/policy.h asks).
 *
 * Three readings of a drawing are sane: the union of its parts, each its outer ring less its holes; even-odd
 * over all rings; the sum of what each ring winds around, holes taken off. Where they agree everywhere the
 * drawing has one meaning, however it is drawn (a ring that touches itself, a spike, a hole on the border,
 * parts with a common edge): it is *dissolved* into valid rings that enclose the same points. Where they
 * differ in some place, that place is *at stake*: no program knows whether a part drawn again inside another
 * is a hole. A feature of a line may be *repaired* when less than a limit in m2 is at stake; what is at stake
 * then counts as inside wherever any reading has it within an outer ring, so that a repair never takes area
 * out of a red line. More than that is refused.
 *
 * Only rings that touch something are overlaid; the rest is passed on as it is, to the last bit, and cost O(n
 * log n).
 * Not for: valid rings (geo/quick_valid.h says which are); which ring is a hole of which (rings_nest).
 * Threads: a settler belongs to one thread. */
#ifndef HX_GEO_SETTLE_H
#define HX_GEO_SETTLE_H

#include "geo/rings.h"
#include "geo/valid.h"

/* What may be at stake in a feature of a line that is repaired. */
#define SETTLE_REPAIR_M2 1.0

enum settled_how { SETTLED_REFUSED = 0, SETTLED_DISSOLVED, SETTLED_REPAIRED };
enum dissolved { DISSOLVED_NOTHING, DISSOLVED_TOUCHING_RING, DISSOLVED_PARTS };

struct settled {
    enum settled_how how;
    enum dissolved dissolved; /* unless refused: did a ring touch itself, or rings each other? */
    const struct ring_list
        *rings; /* unless refused; outer rings, each before its holes; the settler's until its next use */
    double at_stake_m2; /* where readings differ; NAN where GEOS could not find out */
    double place[2];    /* in the largest such place, in the rings' plane; NAN where there is none */
};

struct settler;
enum status settler_new(struct settler **out, struct error *e) HX_MUST_CHECK; /* owned */
void settler_free(struct settler *s);                                         /* NULL-safe */

/* `degrees`: the rings' plane is longitude and latitude, not metres. `repair_m2` 0: nothing is repaired. A
 * refusal is an answer, and STATUS_OK: failures are those of the machine. */
enum status settle_rings(struct settler *s, struct geo_geos *g, const struct ring_list *in, bool degrees,
                         double repair_m2, struct settled *out) HX_MUST_CHECK;

#endif

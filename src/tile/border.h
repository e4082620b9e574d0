/* Rings that were cut to a box one after the other (index_clip_feature), put right: there, pieces of a ring
 * may be joined by edges to and fro along the box's border, and holes run along it beside their outer ring.
 * Here what cancels goes, and what remains is linked anew, so that each piece is a ring of its own. */
#ifndef HX_TILE_BORDER_H
#define HX_TILE_BORDER_H

#include "tile/ring.h"

struct border_box {
    int32_t low_x, low_y, high_x, high_y; /* tile units */
};

struct border_scratch;
struct border_scratch *border_scratch_new(void); /* owned; NULL when memory is out */
void border_scratch_free(struct border_scratch *b);

/* Puts the linked rings of `in` into `out`, which is cleared. false when the border is too tangled after
 * rounding, or memory is out (out->out_of_memory): then `out` is nothing to be drawn. */
bool border_relink(const struct ring_set *in, const struct border_box *box, struct border_scratch *scratch,
                   struct ring_set *out);

#endif

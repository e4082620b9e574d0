/* Order along a Hilbert curve: neighbours in the order are neighbours on the ground. Rings are packed into
 * their tree in this order, and a batch that visits its parcels in it finds its part of the index in the
 * cache. */
#ifndef HX_INDEX_HILBERT_H
#define HX_INDEX_HILBERT_H

#include "geo/shape.h"

struct hilbert_key {
    uint32_t key;
    uint32_t item;
};

/* Distance along a curve of order 16 that fills `box`; points outside are moved to its border. */
uint32_t hilbert_key_of(const struct geo_box *box, double lon_deg, double lat_deg);
/* By key, then by item: the same everywhere. Items come in ascending order, as they are numbered. */
void hilbert_sort(struct hilbert_key *keys, size_t n);
/* The same in memory of the caller's: room for n <= UINT32_MAX more. */
void hilbert_sort_with(struct hilbert_key *keys, struct hilbert_key *other, size_t n);

#endif

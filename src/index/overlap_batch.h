/* Overlap areas of many parcels with a layer: overlap.h's answers, bit by bit, at a fraction of the time.
 *
 * One parcel waits for memory most of the time: for the ring tree, then for the tables of the rings it found,
 * for their edge trees, for the edges. Here parcels are visited along a Hilbert curve; neighbours descend the
 * ring tree together, and sixteen of those that found something go through the later steps side by side, so
 * that they wait together. Parcels that no ring comes near are done without a look at their vertices.
 * Threads: one batch for each. */
#ifndef HX_INDEX_OVERLAP_BATCH_H
#define HX_INDEX_OVERLAP_BATCH_H

#include "index/overlap.h"

struct overlap_batch;
enum status overlap_batch_new(struct overlap_batch **out, struct error *e) HX_MUST_CHECK; /* owned */
void overlap_batch_free(struct overlap_batch *b);                                         /* NULL-safe */

/* Makes n <= UINT32_MAX parcels the batch's, and orders them for their visit, once for any number of layers.
 * They are borrowed until the next set. */
enum status overlap_batch_set(struct overlap_batch *b, const struct geo_shape *parcels, size_t n,
                              struct error *e) HX_MUST_CHECK;

/* What overlap_measure says of parcels[parcel], borrowed for the call. false: stop. */
typedef bool overlap_batch_fn(size_t parcel, const struct overlap *found, size_t n, void *user);
/* Calls `fn` once, in no order to rely on, for each parcel of which n > 0. Replaces the scratch's parcel. */
enum status overlap_batch_measure(const struct overlap_batch *b, struct overlap_scratch *s,
                                  const struct layer_index *ix, overlap_batch_fn *fn, void *user,
                                  struct error *e) HX_MUST_CHECK;

#endif

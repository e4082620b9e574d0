/* The key with which a store signs the paper that it gives out (schema/160): one for each store, made with it
 * or by its upgrade. Threads: as store.h. */
#ifndef HX_STORE_PAPER_KEY_H
#define HX_STORE_PAPER_KEY_H

#include "base/ed25519.h"
#include "store/store.h"

/* Makes the key unless there is one; within the caller's transaction. */
enum status store_paper_key_seed(struct store *s, struct error *e) HX_MUST_CHECK;
/* *found is false for a store of before there were keys, read as it is. */
enum status store_paper_key_read(struct store *s, struct ed25519_key *out, bool *found,
                                 struct error *e) HX_MUST_CHECK;

#endif

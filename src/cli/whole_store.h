/* Whether a file is a whole store with a sound record: asked of a backup before it gets its name, of a
 * backup before it is restored, and by doctor. */
#ifndef HX_CLI_WHOLE_STORE_H
#define HX_CLI_WHOLE_STORE_H

#include "record/record.h"
#include "store/store_copy.h"

struct whole_store {
    struct store_facts facts;
    struct record_chain chain; /* of an empty record: sound */
};

/* A broken chain is STATUS_OK with chain.sound == false; whole_store_refuse makes a failure of it. */
enum status whole_store_examine(struct store *s, struct whole_store *out, struct error *e) HX_MUST_CHECK;
enum status whole_store_refuse(const char *path, const struct record_chain *c, struct error *e);
/* What it holds, in two lines. */
void whole_store_print(const struct whole_store *w);

#endif

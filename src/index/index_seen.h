/* That an index file was verified, kept beside it for the next process: PATH.seen. Private to index/. */
#ifndef HX_INDEX_INDEX_SEEN_H
#define HX_INDEX_INDEX_SEEN_H

#include "index/index_file.h"

/* Is the open file, by all that the kernel says of it, the one that somebody verified? */
bool index_seen_is(const char *path, const struct index_file *f);
/* After verifying it. A folder that cannot be written to is no failure: the next process verifies again. */
void index_seen_write(const char *path, const struct index_file *f);

#endif

/* A text that a stream reads from front to back, mapped, so that memory does not grow with it. Private to
 * features/. Threads: as the stream. */
#ifndef HX_FEATURES_READERS_MAPPED_H
#define HX_FEATURES_READERS_MAPPED_H

#include "base/status.h"

struct mapped {
    const char *bytes; /* NULL when n is 0 */
    size_t n;
    size_t forgotten;
    bool copy;     /* a decoded copy: nothing to read again */
    bool borrowed; /* somebody's bytes in memory */
};

enum status mapped_open(const char *path, struct mapped *out, struct error *e) HX_MUST_CHECK;
void mapped_close(struct mapped *m); /* safe on zeroes */

/* Pages before `upto` need not stay in memory; what is needed again is read again. */
void mapped_forget(struct mapped *m, size_t upto);
/* Begins again: a pass over the file has ended. */
void mapped_rewind(struct mapped *m);

/* UTF-16 cannot be cut by its bytes: puts UTF-8 in place of it, in memory. */
enum status mapped_decode(struct mapped *m, struct error *e) HX_MUST_CHECK;

/* A line, whatever ends it. */
struct mapped_line {
    size_t at, n; /* without its end */
    size_t next;
};
bool mapped_next_line(const struct mapped *m, size_t at, struct mapped_line *out);

#endif

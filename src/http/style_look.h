/* How layers look on a screen, by the definitions in force, and which lies over which: for styles and for
 * the pages that show them. Threads: pure. */
#ifndef HX_HTTP_STYLE_LOOK_H
#define HX_HTTP_STYLE_LOOK_H

#include "check/snapshot.h"

/* How the areas of a layer are drawn. */
struct look {
    unsigned fill, edge;
    double alpha, width;
    bool dashed;
    const struct control_line *line; /* its zones may have colours of their own; NULL: none */
    bool hidden;                     /* at first, on a map of all: what covers everything */
};

/* A layer without a definition is an outline. */
struct look look_of(const struct snapshot *s, const char *id);
/* The next layer that has an index, from the ground up: spaces, then layers without a definition, then
 * lines, the first of a report on top. *rank and *at are 0 at first. NULL: that was the last. */
const struct layer_snapshot *look_next(const struct snapshot *s, int *rank, size_t *at);

#endif

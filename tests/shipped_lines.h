/* What the shipped definitions make, for tests without a store. */
#ifndef HX_TESTS_SHIPPED_LINES_H
#define HX_TESTS_SHIPPED_LINES_H

#include "check/snapshot_parts.h"
#include "line_names.h"

/* Every shipped definition, all of them examined. Aborts when they cannot be read. */
struct line_table shipped_lines(struct arena *a);
/* A snapshot of no layers: the lines that must be examined, and the rules of schema/rules.csv. Release with
 * snapshot_unref. */
struct snapshot *shipped_snapshot(void);

#endif

/* The page of a lines audit. Private to audit/. */
#ifndef HX_AUDIT_CONFLICTS_PAGE_H
#define HX_AUDIT_CONFLICTS_PAGE_H

#include "audit/conflicts/conflicts.h"
#include "base/buffer.h"

void conflict_page(const struct conflict_report *r, const struct snapshot *s, struct buffer *b);
/* A section with a table of rows of the matrix; nothing when there are none. */
void conflict_ties_page(const struct conflict_tie *ties, size_t n, struct buffer *b);

#endif

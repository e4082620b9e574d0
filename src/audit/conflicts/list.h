/* What a lines audit found, as JSON for the page: schema LinesSummary in schema/openapi.yaml. Threads:
 * pure. */
#ifndef HX_AUDIT_CONFLICTS_LIST_H
#define HX_AUDIT_CONFLICTS_LIST_H

#include "audit/conflicts/conflicts.h"
#include "formats/json.h"

enum { CONFLICT_LISTED = 2000 }; /* for the page */

/* Members of an object that is open: how many of each kind, and how many are new. */
void conflict_counts_write(struct json_writer *w, const struct conflict_report *r);
/* An array of the rows of the matrix. */
void conflict_ties_write(struct json_writer *w, const struct conflict_tie *ties, size_t n);
/* A file with the counts, the rows of the matrix and the findings, at most so many and the worst first,
 * without shapes: the other formats have those. */
enum status conflict_list_write(const struct conflict_report *r, size_t most, const char *path,
                                struct error *e) HX_MUST_CHECK;

#endif

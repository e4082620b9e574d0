/* What a lines audit found, as JSON for the page: schema LinesSummary in schema/openapi.yaml. Threads:
 * pure. */
#ifndef HX_AUDIT_CONFLICTS_LIST_H
#define HX_AUDIT_CONFLICTS_LIST_H

#include "audit/conflicts/conflicts.h"
#include "formats/json.h"

/* Members of an object that is open: how many of each kind, and how many are new. */
void conflict_counts_write(struct json_writer *w, const struct conflict_report *r);
/* A file with the counts and the worst findings, without shapes: the other formats have all, with their
 * shapes. */
enum status conflict_list_write(const struct conflict_report *r, const char *path,
                                struct error *e) HX_MUST_CHECK;

#endif

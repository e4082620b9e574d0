/* The sums of a parcel audit as JSON, for a page that shows them. Private to audit/. */
#ifndef HX_AUDIT_JSON_PARCELS_H
#define HX_AUDIT_JSON_PARCELS_H

#include "audit/outcome.h"
#include "audit/state.h"

/* Writes request->summary_json; schema AuditSummary in schema/openapi.yaml. Areas in m2, places in
 * degrees. */
enum status json_parcels_write(const struct snapshot *s, const struct audit_request *r, const struct tally *t,
                               const struct run_identity *identity, const struct input_remarks *about,
                               struct error *e) HX_MUST_CHECK;

#endif

/* The sums of a parcel audit as JSON, for a page that shows them. Private to audit/. */
#ifndef HX_AUDIT_JSON_PARCELS_H
#define HX_AUDIT_JSON_PARCELS_H

#include "audit/state.h"

/* Writes request->summary_json; schema AuditSummary in schema/openapi.yaml. Areas in m2, places in degrees;
 * `crs_guessed` as in struct feed. */
enum status json_parcels_write(const struct snapshot *s, const struct audit_request *r, const struct tally *t,
                               const struct run_identity *identity, int crs_guessed,
                               struct error *e) HX_MUST_CHECK;

#endif

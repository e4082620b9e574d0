/* What a report was made with: the values that the JSON report and the record both write. Threads: pure. */
#ifndef HX_REPORT_IDENTITY_H
#define HX_REPORT_IDENTITY_H

#include "check/check.h"
#include "formats/json.h"

const char *report_engine_version(void); /* "0.3.0" */
/* {"name", "version", "libraries"} */
void report_engine_json(struct json_writer *w);

enum { REPORT_LAYERS_MAX = LINES_MAX + UNIT_LEVELS_MAX };
/* The layer versions that answered: those of the lines, and with `units` (from format 2 on) those that say in
 * which units a parcel lies. Returns how many. */
size_t report_layers_used(const struct report *r, bool units,
                          const struct store_version *out[REPORT_LAYERS_MAX]);
/* The same as an array. */
void report_layers_json(struct json_writer *w, const struct report *r, bool units);
/* The drafts under which the parcels were measured, as an array of the same form; how many there are, 0 also
 * for a report without such answers (a batch). */
size_t report_n_drafts(const struct report *r);
void report_drafts_json(struct json_writer *w, const struct report *r);

#endif

/* What a report was made with: the values that the JSON report and the record both write. Threads: pure. */
#ifndef HX_REPORT_IDENTITY_H
#define HX_REPORT_IDENTITY_H

#include "check/check.h"
#include "formats/json.h"

const char *report_engine_version(void); /* "0.1.0" */
/* {"name", "version", "libraries"} */
void report_engine_json(struct json_writer *w);
/* The array of layer versions that answered. */
void report_layers_json(struct json_writer *w, const struct report *r);

#endif

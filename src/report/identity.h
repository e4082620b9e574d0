/* The two values of the JSON report that say what it was made with, also for the record. Threads: pure. */
#ifndef HX_REPORT_IDENTITY_H
#define HX_REPORT_IDENTITY_H

#include "check/check.h"
#include "formats/json.h"

/* {"name", "version", "libraries"} */
void render_engine(struct json_writer *w);
/* The array of layer versions that answered. */
void render_layers_used(struct json_writer *w, const struct report *r);

#endif

/* A report in the format that was asked for, overlap shapes included where it draws them.
 *
 * The one place that joins check/ (which builds overlap geometry) and render/ (which is pure), for the server and the
 * command line alike. Threads: the worker's. */
#ifndef HX_HTTP_REPORT_BODY_H
#define HX_HTTP_REPORT_BODY_H

#include "check/check.h"
#include "render/render.h"

enum report_format { REPORT_JSON = 0, REPORT_GEOJSON, REPORT_TEXT };

/* "json", "geojson", "text"; NULL and "" are JSON. */
enum status report_format_parse(const char *name, enum report_format *out, struct error *e) HX_MUST_CHECK;
const char *report_content_type(enum report_format f);

enum status report_body(struct check_worker *w, const struct report *r, enum report_format f,
                        enum render_lang lang, struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif

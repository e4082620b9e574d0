/* A report in the format that was asked for, with the shapes and maps that it draws.
 *
 * The one place that joins check/ (which builds geometry) and render/ (which is pure), for the server and the
 * command line alike, and the one table of formats. Threads: the worker's. */
#ifndef HX_HTTP_REPORT_BODY_H
#define HX_HTTP_REPORT_BODY_H

#include "check/check.h"
#include "render/render.h"

enum report_format {
    REPORT_JSON = 0,
    REPORT_GEOJSON,
    REPORT_TEXT,
    REPORT_CSV,
    REPORT_XLSX,
    REPORT_HTML,
    REPORT_PDF,
};

/* "json", "geojson", ...; NULL and "" are JSON. */
enum status report_format_parse(const char *name, enum report_format *out, struct error *e) HX_MUST_CHECK;
const char *report_content_type(enum report_format f);
/* "hongxian-report.pdf" for a format that is a document to keep; NULL for one that programs and terminals read. */
const char *report_file_name(enum report_format f);
bool report_is_binary(enum report_format f);

/* What only the printed formats need. `project` may be NULL; its class title and date are filled in when they are
 * NULL: the title from the table of classes, the date as of now in China. */
struct report_request {
    enum report_format format;
    enum render_lang lang; /* of the text format */
    const struct report_project *project;
};

enum status report_body(struct check_worker *w, const struct report *r, const struct report_request *rq,
                        struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif

/* A report in the format that was asked for, with the shapes and maps that it draws.
 *
 * The one place that joins check/ (which builds geometry) and render/ (which is pure), for every door
 * (server, command line, C library), and the one table of formats. Threads: the worker's. */
#ifndef HX_REPORT_DOCUMENT_H
#define HX_REPORT_DOCUMENT_H

#include "check/check.h"
#include "report/render.h"

enum document_format {
    DOCUMENT_JSON = 0,
    DOCUMENT_GEOJSON,
    DOCUMENT_TEXT,
    DOCUMENT_CSV,
    DOCUMENT_XLSX,
    DOCUMENT_HTML,
    DOCUMENT_PDF,
};

/* "json", "geojson", ...; NULL and "" are JSON. */
enum status document_format_parse(const char *name, enum document_format *out, struct error *e) HX_MUST_CHECK;
const char *document_format_name(enum document_format f);
/* "zh" or "en"; NULL and "" are zh. */
enum status document_lang_parse(const char *text, enum render_lang *out, struct error *e) HX_MUST_CHECK;
const char *document_content_type(enum document_format f);
/* "hongxian-report.pdf" for a format that is a document to keep; NULL for one that programs and terminals
 * read. */
const char *document_file_name(enum document_format f);
bool document_is_binary(enum document_format f);

/* What only the printed formats need. `project` may be NULL; its class title and date are filled in when they
 * are NULL: the title from the table of classes, the date as of now in China. */
struct document_request {
    enum document_format format;
    enum render_lang lang; /* of the text format */
    const struct report_project *project;
};

enum status document_write(struct check_worker *w, const struct report *r, const struct document_request *rq,
                           struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif

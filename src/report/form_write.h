/* Writes a report in the form that was asked for: makes what the form needs and hands it to its writer.
 *
 * The one place that joins check/ (which builds geometry) and the forms (which are pure), for every door:
 * server, command line, C library. Threads: the worker's. */
#ifndef HX_REPORT_FORM_WRITE_H
#define HX_REPORT_FORM_WRITE_H

#include "check/check.h"
#include "report/forms.h"

struct form_request {
    const struct report_form *form; /* report_form_find */
    enum report_lang lang;          /* of the text */
    /* For json and the forms with blocks; may be NULL. Its class title and date are filled in when they are
     * NULL: the title from the table of classes, the date as of now in China. */
    const struct report_project *project;
};

/* What is written is left in `out`; what it is made of, in the worker's arena. */
enum status report_form_write(struct check_worker *w, const struct report *r, const struct form_request *rq,
                              struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif

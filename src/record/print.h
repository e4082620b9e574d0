/* A kept check as a document again, on any later day: recomputed from the versions that it names, and printed
 * when that gives what was kept, with the overrides of now beside it. Nothing is printed of a row that was
 * changed, or that cannot be recomputed: the kept report for programs is then still there.
 * Threads: the worker's. */
#ifndef HX_RECORD_PRINT_H
#define HX_RECORD_PRINT_H

#include "check/check.h"
#include "report/form_write.h"
#include "store/store_records.h"

/* Of an override's row, the check that it refers to. */
enum status record_print(struct check_worker *w, struct store *store, int64_t id,
                         const struct report_form *form, enum report_lang lang, struct buffer *out,
                         struct error *e) HX_MUST_CHECK;

#endif

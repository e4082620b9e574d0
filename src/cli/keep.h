/* check --keep: the report that was just made goes into the record of the store that it was made from. */
#ifndef HX_CLI_KEEP_H
#define HX_CLI_KEEP_H

#include "record/record.h"

struct keep_args {
    bool keep;
    const char *officer;
    const struct report_project *project; /* borrowed */
};

/* Are the arguments complete? Asked before the check, so that nobody waits for a refusal. */
enum status keep_args_check(const struct keep_args *a, struct error *e) HX_MUST_CHECK;

/* Keeps the report and hangs its row into it, so that what is printed names it. `path` is the file that
 * was read. */
enum status keep_report(const struct keep_args *a, const char *asked_store, const char *path,
                        struct store_bytes input, struct arena *arena, struct report *r,
                        struct error *e) HX_MUST_CHECK;

#endif

/* What `audit` says, and `check` as a job: to a person, the progress on a terminal, the sums on standard
 * output, a refusal on standard error; to a program (--progress json), one JSON object a line on standard
 * output and nothing else:
 *
 *     {"done": 12000, "total": 60000, "seconds": 3.1, "done_here": 12000, "pass": 1, "passes": 2}    some
 *                                                                                                    times a
 *                                                                                                    second
 *     {"outcome": {…}}  or  {"error": {"status": "invalid-input", "code": "…", "zh": "…", "en": "…"}}    at
 *                                                                                                        the
 *                                                                                                        end
 *
 * `total` is null when the file does not tell; each output of a parcel audit is a pass, and `done_here`
 * leaves out what the run that is resumed had done. The server's jobs listen to these lines
 * (jobs/watch.c). Threads: of one thread. */
#ifndef HX_CLI_AUDIT_SAY_H
#define HX_CLI_AUDIT_SAY_H

#include "audit/figures.h"

struct audit_say {
    bool json;
    bool terminal; /* is standard error one? */
};

/* "json" may also be asked for by arguments that are refused: the refusal is said as it was wished. */
void audit_say_init(struct audit_say *s, int argc, char **argv);

/* The value of --progress; NULL: not given. */
enum status audit_say_check_progress(const char *text, struct error *e) HX_MUST_CHECK;

audit_progress_fn audit_say_progress; /* user: struct audit_say */
void audit_say_progress_end(const struct audit_say *s);

void audit_say_parcels(const struct audit_say *s, const struct audit_request *r,
                       const struct audit_outcome *o);
void audit_say_lines(const struct audit_say *s, const struct audit_request *r,
                     const struct conflict_report *l);
void audit_say_figures(const struct audit_say *s, const struct figures *f);
/* Of a check, to a program alone: a person reads the report. */
struct report;
void audit_say_check(const struct audit_say *s, const struct report *r);

enum audit_refusal { REFUSED_USAGE, REFUSED_STORE, REFUSED_AUDIT };
/* Returns the exit code. */
int audit_say_refusal(const struct audit_say *s, enum audit_refusal kind, const struct error *e);

#endif

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
#include "cli/command.h"

struct audit_say {
    bool json;
    bool terminal; /* is standard error one? */
};

#define AUDIT_OPTION_PROGRESS(at)                                                                                    \
    OPTION("--progress", OPTION_CHOICE, at, "json",                                                                  \
           "标准输出只有 JSON，每行一个对象：进度 {\"done\",\"total\",\"seconds\",…}，最后是 " \
           "{\"outcome\":{…}} 或 {\"error\":{\"code\",\"zh\",\"en\",…}}",                                            \
           "standard output is one JSON object a line and nothing else: {\"done\",\"total\",\"seconds\",…} "       \
           "as it goes, and in the end {\"outcome\":{…}} or {\"error\":{\"code\",\"zh\",\"en\",…}}")

/* The value of --progress; NULL: not given. */
void audit_say_init(struct audit_say *s, const char *progress);
/* The refusal of arguments (command.h), as they wished it to be said. */
int audit_say_misused(const struct command *c, int argc, char **argv, const struct error *e);

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

enum audit_refusal { REFUSED_STORE, REFUSED_AUDIT };
/* Returns the exit code. */
int audit_say_refusal(const struct audit_say *s, enum audit_refusal kind, const struct error *e);

#endif

/* One line per event on standard error, for the operator: as text, or as one JSON object. Only http, jobs and
 * cli log; a library returns its error.
 *
 * Whatever a message, a path or a name holds, it stays one line and shows nothing but itself: control
 * characters, Unicode's own separators of lines and signs of direction, and bytes that are no text become
 * "?". Text whose stream is the journal's (JOURNAL_STREAM) has the priority that journald reads ("<6>") for
 * the time, which journald notes itself. Threads: any; log_setup before the others are started. */
#ifndef HX_BASE_LOG_H
#define HX_BASE_LOG_H

#include "base/status.h"

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum { LOG_LEVELS = LOG_ERROR + 1, LOG_ID_SIZE = 65 };

/* "text" or "json", and "error", "warn", "info" or "debug", beyond which nothing is written; NULL: text,
 * info. */
enum status log_setup(const char *format, const char *level, struct error *e) HX_MUST_CHECK;

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One that was answered. NULL: not known. */
struct log_request {
    const char *method, *path; /* decoded */
    unsigned status;
    double ms;
    bool is_cut; /* before its answer was sent whole */
    const char *person, *client;
};
void log_request(const struct log_request *r);

/* Every line of this thread has this id from now on; "": none. Cut at LOG_ID_SIZE. */
void log_set_id(const char *id);

/* How many lines of a level were written since the start. */
unsigned long long log_count(enum log_level level);
const char *log_level_name(enum log_level level); /* "info" */

/* Lines up to LOG_INFO are gathered from now on and written together, LOG_HELD_MS later at the latest; any
 * other line at once, behind what was gathered. For whoever writes a line for each request. Each call has its
 * log_release, which writes what is left. */
enum { LOG_HELD_MS = 100 };
void log_hold(void);
void log_release(void);

#endif

/* One line per event on standard error, for the operator. Only http, jobs and cli log; a library returns
 * its error. Threads: any. */
#ifndef HX_BASE_LOG_H
#define HX_BASE_LOG_H

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Lines of LOG_INFO are gathered from now on and written together, LOG_HELD_MS later at the latest; any other
 * line at once, behind what was gathered. For whoever writes a line for each request. Each call has its
 * log_release, which writes what is left. */
enum { LOG_HELD_MS = 100 };
void log_hold(void);
void log_release(void);

#endif

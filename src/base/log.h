/* One line per event on standard error, for the operator. Only http, jobs and cli log; a library returns
 * its error. */
#ifndef HX_BASE_LOG_H
#define HX_BASE_LOG_H

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

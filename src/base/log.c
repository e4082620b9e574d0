#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"INFO", "WARN", "ERROR"};
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char when[32];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    /* one call, so that lines of several threads do not mix */
    fprintf(stderr, "%s %s %s\n", when, names[level], text);
}

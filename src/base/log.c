#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_SIZE = 1100, TEXT_SIZE = 1024, HELD_SIZE = 32 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned holders;
static pthread_t writer; /* while there are holders */
static bool has_writer;
static char held[HELD_SIZE];
static size_t n_held;

static void write_held(void)
{
    fwrite(held, 1, n_held, stderr); /* one call, so that lines of several processes do not mix */
    n_held = 0;
}

/* Sleeps while nothing is held; then waits for more that can be written with it. */
static void *write_now_and_then(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (holders > 0) {
        if (n_held == 0) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOG_HELD_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        while (holders > 0 && pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &until) == 0)
            ;
        write_held();
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

void log_hold(void)
{
    pthread_mutex_lock(&lock);
    if (holders++ == 0)
        has_writer = pthread_create(&writer, NULL, write_now_and_then, NULL) == 0;
    pthread_mutex_unlock(&lock);
}

void log_release(void)
{
    pthread_mutex_lock(&lock);
    bool last = --holders == 0 && has_writer;
    pthread_t ended = writer;
    write_held();
    if (last)
        has_writer = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    if (last)
        pthread_join(ended, NULL);
}

static size_t put_time(char *out, size_t size)
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    return strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {" INFO ", " WARN ", " ERROR "};
    char line[LINE_SIZE];
    va_list ap;
    size_t n = put_time(line, sizeof line), name = strlen(names[level]);
    memcpy(line + n, names[level], name);
    n += name;
    va_start(ap, fmt);
    int text = vsnprintf(line + n, TEXT_SIZE, fmt, ap);
    va_end(ap);
    n += text < 0 ? 0 : text < TEXT_SIZE ? (size_t)text : TEXT_SIZE - 1;
    line[n++] = '\n';
    pthread_mutex_lock(&lock);
    if (n_held + n > sizeof held)
        write_held();
    memcpy(held + n_held, line, n);
    n_held += n;
    if (level != LOG_INFO || !has_writer)
        write_held();
    else if (n_held == n)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

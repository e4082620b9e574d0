#include "base/log.h"

#include "base/text.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A line has room for a message and a path of which every byte is escaped, and for what stands about them. */
enum { LINE_SIZE = 4096, TEXT_SIZE = 1024, HELD_SIZE = 32 * 1024 };

enum log_form { LOG_TEXT, LOG_JOURNAL, LOG_JSON };

static enum log_form form;                 /* const once threads run, like the next */
static enum log_level least = LOG_INFO;    /* that is written */
static _Thread_local char id[LOG_ID_SIZE]; /* of the request that this thread works on; "" */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned holders;
static pthread_t writer; /* while there are holders */
static bool has_writer;
static char held[HELD_SIZE];
static size_t n_held;
static unsigned long long n_written[LOG_LEVELS];

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

/* ---- a line ---- */

struct line {
    char text[LINE_SIZE];
    size_t n;
};

static void put(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *l, const char *fmt, ...)
{
    va_list ap;
    size_t room = sizeof l->text - l->n;
    va_start(ap, fmt);
    int n = vsnprintf(l->text + l->n, room, fmt, ap);
    va_end(ap);
    l->n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* Bytes of the character at s when it may stand in a line as it is, else 0: a control character ends a line
 * or moves a terminal's cursor, U+2028 and U+2029 end a line elsewhere, U+202A to U+202E and U+2066 to U+2069
 * let a text be read in another order. */
static size_t shown_char(const char *s)
{
    const unsigned char *c = (const unsigned char *)s;
    size_t n = text_char(s);
    bool control = *c < 0x20 || *c == 0x7F || (c[0] == 0xC2 && c[1] < 0xA0);
    bool turns =
        n == 3 && c[0] == 0xE2 &&
        ((c[1] == 0x80 && c[2] >= 0xA8 && c[2] <= 0xAE) || (c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9));
    return control || turns ? 0 : n;
}

/* What is longer is cut behind a character. */
static void put_shown(struct line *l, const char *text)
{
    for (size_t n; *text && l->n + 8 < sizeof l->text; text += n ? n : 1) {
        n = shown_char(text);
        if (form == LOG_JSON && (*text == '"' || *text == '\\'))
            l->text[l->n++] = '\\';
        if (n == 0)
            l->text[l->n++] = '?';
        memcpy(l->text + l->n, text, n);
        l->n += n;
    }
}

static void put_member(struct line *l, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    put(l, ",\"%s\":\"", key);
    put_shown(l, value);
    put(l, "\"");
}

static void put_time(struct line *l, bool with_ms)
{
    struct timespec now;
    struct tm tm;
    char text[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (with_ms)
        put(l, "%s.%03ldZ", text, now.tv_nsec / 1000000);
    else
        put(l, "%sZ", text);
}

const char *log_level_name(enum log_level level)
{
    static const char *const names[LOG_LEVELS] = {"debug", "info", "warn", "error"};
    return names[level];
}

static void line_begin(struct line *l, enum log_level level)
{
    static const char *const names[LOG_LEVELS] = {"DEBUG", "INFO", "WARN", "ERROR"};
    static const int priorities[LOG_LEVELS] = {7, 6, 4, 3}; /* of syslog */
    l->n = 0;
    if (form == LOG_JOURNAL) {
        put(l, "<%d>", priorities[level]);
    } else if (form == LOG_TEXT) {
        put_time(l, false);
        put(l, " ");
    } else {
        put(l, "{\"time\":\"");
        put_time(l, true);
        put(l, "\",\"level\":\"%s\"", log_level_name(level));
        put_member(l, "request_id", id);
        return;
    }
    put(l, "%s ", names[level]);
}

/* Ends it and has it written. */
static void line_end(struct line *l, enum log_level level)
{
    if (form == LOG_JSON) {
        put(l, "}");
    } else if (*id) {
        put(l, " [");
        put_shown(l, id);
        put(l, "]");
    }
    l->n = l->n < sizeof l->text - 1 ? l->n : sizeof l->text - 2;
    l->text[l->n++] = '\n';
    pthread_mutex_lock(&lock);
    n_written[level]++;
    if (n_held + l->n > sizeof held)
        write_held();
    memcpy(held + n_held, l->text, l->n);
    n_held += l->n;
    if (level > LOG_INFO || !has_writer)
        write_held();
    else if (n_held == l->n)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void log_line(enum log_level level, const char *fmt, ...)
{
    struct line l;
    char text[TEXT_SIZE];
    va_list ap;
    if (level < least)
        return;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        *text = '\0';
    else if (n >= TEXT_SIZE)
        text[text_cut(text, TEXT_SIZE - 2)] = '\0';
    line_begin(&l, level);
    if (form == LOG_JSON)
        put_member(&l, "message", text);
    else
        put_shown(&l, text);
    line_end(&l, level);
}

void log_request(const struct log_request *r)
{
    struct line l;
    if (LOG_INFO < least)
        return;
    line_begin(&l, LOG_INFO);
    if (form == LOG_JSON) {
        put_member(&l, "message", r->is_cut ? "request (cut short)" : "request");
        put_member(&l, "method", r->method);
        put_member(&l, "path", r->path);
        put(&l, ",\"status\":%u,\"ms\":%.1f", r->status, r->ms);
        put_member(&l, "person", r->person);
        put_member(&l, "client", r->client);
    } else {
        put_shown(&l, r->method);
        put(&l, " ");
        put_shown(&l, r->path);
        put(&l, " %u %.1f ms%s", r->status, r->ms, r->is_cut ? " (cut short)" : "");
    }
    line_end(&l, LOG_INFO);
}

void log_set_id(const char *text)
{
    snprintf(id, sizeof id, "%s", text);
}

unsigned long long log_count(enum log_level level)
{
    pthread_mutex_lock(&lock);
    unsigned long long n = n_written[level];
    pthread_mutex_unlock(&lock);
    return n;
}

/* ---- setup ---- */

/* JOURNAL_STREAM names the device and inode of a stream to the journal, which need not be this one any more:
 * somebody may have sent it into a file. */
static bool writes_to_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat st;
    return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == device && st.st_ino == inode;
}

static enum status fail_setup(const char *option, const char *value, const char *known, struct error *e)
{
    error_zh(e, "%s“%.80s”不对：可用 %s。", option, value, known);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-log", "The %s \"%.80s\" is wrong: it is one of %s.",
                      option, value, known);
}

enum status log_setup(const char *format, const char *level, struct error *e)
{
    int i = LOG_LEVELS - 1;
    if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        return fail_setup("--log-format", format, "text, json", e);
    while (level && i >= 0 && strcmp(level, log_level_name((enum log_level)i)) != 0)
        i--;
    if (i < 0)
        return fail_setup("--log-level", level, "error, warn, info, debug", e);
    form = format && *format == 'j' ? LOG_JSON : writes_to_journal() ? LOG_JOURNAL : LOG_TEXT;
    least = level ? (enum log_level)i : LOG_INFO;
    return STATUS_OK;
}

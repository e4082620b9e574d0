/* What can go wrong, and how a function says so.
 *
 * A fallible function returns `enum status` (the compiler insists that it is looked at) and takes a nullable
 * `struct error *` last. Outputs are written only on STATUS_OK. Whoever first sees a failure writes the whole
 * sentence, in Chinese and in English: which input, where (byte, line, ring, row), and what would be right.
 * Callers pass it on unchanged. A failure never looks like a number. HTTP and exit codes are mapped at the edges.
 *
 * Not for: logging (base/log.h). Threads: no shared state. */
#ifndef HX_BASE_STATUS_H
#define HX_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum status {
    STATUS_OK = 0,
    STATUS_INVALID_INPUT, /* the caller's data or arguments are wrong; the sentence says how to mend them */
    STATUS_UNSUPPORTED, /* understood, but not something that we do (Xi'an 80 without parameters, a line layer) */
    STATUS_TOO_LARGE, /* over a named limit (base/limits.h) */
    STATUS_NOT_FOUND, /* a file, layer, version or page that is not there */
    STATUS_CONFLICT,  /* the store is locked, or already has this */
    STATUS_CORRUPT,   /* stored data fails its own checks; it is never used */
    STATUS_IO,        /* the operating system refused: disk full, permission, short read */
    STATUS_NO_MEMORY,
    STATUS_INTERNAL, /* a library failed in a way that we do not know */
};

#define HX_MUST_CHECK __attribute__((warn_unused_result))
#define HX_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* A failure in words. On the caller's stack; nothing to free; untouched when no error occurred. */
struct error {
    enum status status;
    char code[48]; /* stable slug for programs, e.g. "txt-zone-conflict" */
    char zh[512];  /* a whole sentence, UTF-8 */
    char en[512];
};

/* Writes the Chinese sentence. Called just before error_fail. `e` may be NULL. */
void error_zh(struct error *e, const char *fmt, ...) HX_PRINTF(2, 3);

/* Writes status, code and the English sentence, and returns `s`, so that a failure is one `return`. */
enum status error_fail(struct error *e, enum status s, const char *code, const char *fmt, ...)
    HX_PRINTF(4, 5);

/* The usual two failures that need no more words. Both return their status. */
enum status error_no_memory(struct error *e);
enum status error_errno(struct error *e, const char *doing_zh, const char *doing_en, const char *path);

const char *status_name(enum status s);

#endif

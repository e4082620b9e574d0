/* What can go wrong, and how a function says so.
 *
 * A fallible function returns `enum status` (the compiler insists that it is looked at) and takes a nullable
 * `struct error *` last. Outputs are written only on STATUS_OK. Whoever first sees a failure writes the whole
 * sentence, in Chinese and in English: which input, where (byte, line, ring, row), and what would be right.
 * Callers pass it on unchanged. A failure never looks like a number. HTTP and exit codes are mapped at the
 * edges.
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
    STATUS_UNSUPPORTED,   /* understood, but not something that we do (Xi'an 80 without parameters, a line
                             layer) */
    STATUS_TOO_LARGE,     /* over a named limit (base/limits.h) */
    STATUS_NOT_FOUND,     /* a file, layer, version or page that is not there */
    STATUS_CONFLICT,      /* the store is locked, or already has this */
    STATUS_CORRUPT,       /* stored data fails its own checks; it is never used */
    STATUS_IO,            /* the operating system refused: disk full, permission, short read */
    STATUS_NO_MEMORY,
    STATUS_INTERNAL, /* a library failed in a way that we do not know */
    /* of a server that knows people (access/) */
    STATUS_NOT_LOGGED_IN, /* nobody is known who asks */
    STATUS_FORBIDDEN,     /* who asks may not */
    STATUS_TOO_OFTEN,     /* wait, and try again */
};

#define HX_MUST_CHECK __attribute__((warn_unused_result))
#define HX_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* Is it a fault of what was read, which the next record need not have? Else the machine failed. */
static inline bool status_is_fault(enum status s)
{
    return s != STATUS_OK && s != STATUS_NO_MEMORY && s != STATUS_IO;
}

/* A failure in words. On the caller's stack; nothing to free; untouched when no error occurred. */
struct error {
    enum status status;
    char code[48]; /* stable slug for programs, e.g. "zone-conflict" */
    char zh[512];  /* a whole sentence, UTF-8 */
    char en[512];
};

/* Writes the Chinese sentence. Called just before error_fail. `e` may be NULL. */
void error_zh(struct error *e, const char *fmt, ...) HX_PRINTF(2, 3);

/* Writes status, code and the English sentence. Callers use error_fail. */
void error_en(struct error *e, enum status s, const char *code, const char *fmt, ...) HX_PRINTF(4, 5);

/* error_fail(e, status, code, format, ...): writes them and yields the status, so that a failure is one
 * `return`. A macro, so that the compiler sees that the result is a failure and which one. */
#define error_fail(e, s, ...) (error_en((e), (s), __VA_ARGS__), (s))

/* The usual two failures that need no more words. */
static inline enum status error_no_memory(struct error *e)
{
    error_zh(e, "内存不足，未能完成操作；已保存的数据没有改变。");
    return error_fail(e, STATUS_NO_MEMORY, "no-memory", "Out of memory; nothing stored was changed.");
}
/* From errno: STATUS_NOT_FOUND, STATUS_NO_MEMORY or STATUS_IO. */
enum status error_errno(struct error *e, const char *doing_zh, const char *doing_en, const char *path)
    __attribute__((nonnull(2, 3, 4)));

const char *status_name(enum status s);

#endif

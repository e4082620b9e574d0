/* What the files of the public library share. Private to api/. */
#ifndef HX_API_API_PARTS_H
#define HX_API_API_PARTS_H

#include "hongxian.h"

#include "base/buffer.h"
#include "check/check.h"
#include "store/store.h"

#include <limits.h>

struct hx_store {
    struct store *store; /* read-only; used to look for new versions */
    struct snapshot *snapshot;
    char *path;   /* each call on the record opens its own handle, so that threads may share the store */
    char day[16]; /* "" unless opened as of a day */
};

struct hx_checker {
    struct hx_store *store;    /* borrowed */
    struct snapshot *snapshot; /* the report borrows from it */
    struct check_worker worker;
    struct child_reader reader;
    char program[PATH_MAX]; /* of the reader; "" until it was named or found */
    struct buffer input;    /* what was checked last */
    struct report report;
    struct report_record record; /* of the report once it is kept */
    bool has_report;
    struct hx_report public_report;
    struct hx_verification verification;
};

/* Hands a failure on; STATUS_OK is HX_OK. */
enum hx_result api_result(enum status s, const struct error *from, struct hx_error *e);

/* An argument that must be given is NULL: refused by its name, instead of a crash in the caller's program. */
enum hx_result api_missing(const char *argument, struct hx_error *e);
#define API_NEED(argument, e)                                                                                \
    do                                                                                                       \
        if (!(argument))                                                                                     \
            return api_missing(#argument, e);                                                                \
    while (0)

/* sized.c: the structs of the header that begin with their size. `type` names one in sentences; `known` is
 * the caller's struct as this library knows it: what an older program did not have is 0, as is everything
 * when `given` is NULL. Refused when the size is none or a member that is not known is set. What a call fills
 * is read so, too, before anything is done: whoever cannot be answered keeps nothing. */
enum { API_SIZED_MAX = 65536 }; /* above it a size was never set */
enum status api_sized_read(const char *type, const void *given, void *known, size_t known_size,
                           struct error *e) HX_MUST_CHECK;
/* `out` was read before: gets the members that it has room for, and keeps its size. */
void api_sized_give(void *out, const void *known, size_t known_size);
#define API_SIZED_READ(type, given, known, e) api_sized_read(#type, given, known, sizeof(struct type), e)

/* report_copy.c: fills public_report, which lives in the worker's arena. */
enum status api_report_copy(struct hx_checker *c, const struct report *r, struct error *e) HX_MUST_CHECK;

/* reader.c: reads through the program that was named, or is found on first use. */
void api_reader_init(struct hx_checker *c);
/* The program that is found on first use. */
extern const struct child_reader api_reader;

/* Forgets the last report and what lives with it. */
void api_forget(struct hx_checker *c);

/* records.c: a row of the record, as the caller's struct has room for it. */
void api_give_kept(struct hx_kept *out, int64_t id, const char *kept_at, const char *sha256);

/* Moves the buffer's bytes out, or releases it when `s` is a failure. */
enum status api_take_bytes(struct buffer *b, struct hx_bytes *out, enum status s,
                           struct error *e) HX_MUST_CHECK;

#endif

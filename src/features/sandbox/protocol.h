/* What the sandboxed child says to its parent, over a pipe: records of a type, a length and fields. Little
 * endian. Both ends are the same program on the same machine, but the parent believes no length: it may be
 * the file that speaks.
 *
 *   magic, HEADER, SCHEMA, then FEATURE, NOTE and SCHEMA (before a feature of other fields) in any order, END
 *   magic, HEADER, LAYER and SCHEMA of each, END after SANDBOX_LIST
 *   ERROR may come in place of anything after the magic, and nothing after it; so may FORBIDDEN.
 * Threads: a writer or reader belongs to one thread. */
#ifndef HX_FEATURES_SANDBOX_PROTOCOL_H
#define HX_FEATURES_SANDBOX_PROTOCOL_H

#include "base/buffer.h"

#include <stdint.h>

#define SANDBOX_COMMAND                                                                                      \
    "--read-in-sandbox" /* the hidden first argument; the others are enum sandbox_argument */
#define SANDBOX_MAGIC "HXS1"
#define SANDBOX_RECORD_BYTES ((size_t)1 << 30) /* one record, at most */

enum sandbox_argument {
    SANDBOX_ARG_COMMAND = 1,
    SANDBOX_ARG_MODE, /* SANDBOX_UPLOAD... */
    SANDBOX_ARG_PATH,
    SANDBOX_ARG_LAYER, /* "" : the only one */
    SANDBOX_ARG_POSITION,
    SANDBOX_ARG_FID, /* go on after the record with this position and fid; position 0: from the start */
    SANDBOX_ARG_MAX_FEATURES,
    SANDBOX_ARG_MAX_VERTICES, /* 0: no limit */
    SANDBOX_ARG_WANTED,       /* SANDBOX_ALL or SANDBOX_ATTRIBUTES */
    SANDBOX_ARG_REQUIRED,     /* SANDBOX_AS_PERMITTED, SANDBOX_WHOLE or SANDBOX_IN_A_JOB */
    SANDBOX_ARGS
};
#define SANDBOX_UPLOAD                                                                                       \
    "upload"                /* bytes of a stranger, in a folder of their own: limited in time and memory */
#define SANDBOX_FILE "file" /* a file of this machine, as large as it may be */
#define SANDBOX_LIST "list" /* such a file: its layers only */
#define SANDBOX_LIST_UPLOAD "list-upload"
#define SANDBOX_ALL "all"
#define SANDBOX_ATTRIBUTES "attributes"     /* where the format lets it, geometry is not read: FEATURE_BARE */
#define SANDBOX_AS_PERMITTED "as-permitted" /* the file is read with the measures that this kernel has */
#define SANDBOX_WHOLE "whole"               /* ... only with all of SANDBOX_REQUIRED */
#define SANDBOX_IN_A_JOB "in-a-job"         /* ... of which the namespaces are those of the job around it */

enum record_type {
    RECORD_HEADER = 'H', /* driver, layer, alias, crs, 4 x f64 box, u8 flags, i64 declared, encoding */
    RECORD_LAYER =
        'L', /* name, alias, u8 may be areas, i64 declared, geometry, crs, u8 has box, 4 x f64 box; a
                         * SCHEMA follows; after `list` only */
    RECORD_SCHEMA = 'S', /* u32 n, then of each: name, alias, u8 type */
    RECORD_FEATURE =
        'F', /* i64 position, i64 fid, u8 flags, where zh, where en, u32 n, n values (may be null), WKB,
                             then with FEATURE_FAULT: u32 status, code, zh, en; u32 n, n notes */
    RECORD_NOTE = 'N',  /* code, zh, en: of the file */
    RECORD_ERROR = 'E', /* u32 status, code, zh, en */
    RECORD_END = 'Z',   /* i64 records passed, those skipped included */
    RECORD_FORBIDDEN =
        'X', /* u32 number of the system call that ended the child; only ever after whole records */
};
enum { HEADER_BOX = 1, HEADER_HEIGHTS = 2, HEADER_DRAWING = 4, HEADER_MISDECLARED = 8 };
enum { FEATURE_CURVED = 1, FEATURE_FAULT = 2, FEATURE_BARE = 4 };

/* ---- writing (the child) ---- */

struct record_writer {
    int fd;
    struct buffer out;
    size_t at; /* where the record that is being written began */
};
void record_writer_init(struct record_writer *w, int fd);
void record_begin(struct record_writer *w, enum record_type type);
void record_u8(struct record_writer *w, unsigned v);
void record_u32(struct record_writer *w, uint32_t v);
void record_i64(struct record_writer *w, int64_t v);
void record_f64(struct record_writer *w, double v);
void record_bytes(struct record_writer *w, const void *bytes, size_t n);
void record_text(struct record_writer *w, const char *text); /* NULL is null */
/* Ends the record; what has gathered is written out when it is much. STATUS_IO: nobody reads any more. */
enum status record_end(struct record_writer *w, struct error *e) HX_MUST_CHECK;
enum status record_flush(struct record_writer *w, struct error *e) HX_MUST_CHECK;
/* RECORD_FORBIDDEN without a writer: a signal handler may call it. */
enum { RECORD_FORBIDDEN_BYTES = 9 };
void record_forbidden(unsigned char bytes[RECORD_FORBIDDEN_BYTES], uint32_t number);
/* What was gathered and not written is forgotten back to the last whole record. */
void record_drop(struct record_writer *w);

/* ---- reading (the parent) ---- */

struct record_reader {
    int fd;
    unsigned char *bytes; /* owned */
    size_t capacity, from, to;
    long long until_ms; /* of the monotonic clock; 0: it waits as long as it takes */
};
struct record {
    enum record_type type;
    const unsigned char *bytes; /* until the next record is read */
    size_t n, at;
    bool bad; /* something was read that is not there */
};
struct record_field {
    const char *bytes; /* NULL is null */
    size_t n;
};

enum record_got { RECORD_GOT, RECORD_NONE, RECORD_BROKEN, RECORD_LATE, RECORD_NO_MEMORY };
enum record_got record_magic(struct record_reader *r);
/* RECORD_NONE: the other end was closed, RECORD_BROKEN: within a record, or what came is none. */
enum record_got record_next(struct record_reader *r, struct record *out);
void record_reader_release(struct record_reader *r);
/* Fields in their order. What is not there is 0 or empty, and sets `bad`. */
unsigned record_take_u8(struct record *r);
uint32_t record_take_u32(struct record *r);
int64_t record_take_i64(struct record *r);
double record_take_f64(struct record *r);
struct record_field record_take_field(struct record *r);

#endif

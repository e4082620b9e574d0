/* What the reading child says to its parent: records of a type, a length and texts, each with its length. Little
 * endian; both ends are the same program on the same machine, but the parent believes no length. */
#ifndef HX_INGEST_FOREIGN_STREAM_H
#define HX_INGEST_FOREIGN_STREAM_H

#include "base/buffer.h"

#define FOREIGN_COMMAND "--read-foreign" /* the hidden first argument: FOREIGN_COMMAND FORMAT PATH */
#define FOREIGN_MAGIC "HXF1"
#define FOREIGN_OUTPUT_BYTES ((size_t)256 << 20)

enum foreign_record {
    FOREIGN_ERROR = 'E',   /* number: enum status; texts: code, Chinese, English */
    FOREIGN_CRS = 'C',     /* number: EPSG code or 0; texts: name */
    FOREIGN_WARNING = 'W', /* texts: code, Chinese, English */
    FOREIGN_FEATURE = 'F', /* texts: id, name, use, area, WKB */
    FOREIGN_END = 'Z',     /* number: how many features came; nothing after it */
};
enum { FOREIGN_TEXTS_MAX = 5 };

struct foreign_text {
    const void *bytes;
    size_t n;
};

/* Appends one record. */
void foreign_write(struct buffer *out, enum foreign_record type, uint32_t number,
                   const struct foreign_text *texts, size_t n_texts);

struct foreign_cursor {
    const unsigned char *bytes;
    size_t n, at;
};
struct foreign_message {
    enum foreign_record type;
    uint32_t number;
    struct foreign_text texts[FOREIGN_TEXTS_MAX]; /* borrowed from the stream */
    size_t n_texts;
};
/* False at the end, and when what follows is no whole record. */
bool foreign_next(struct foreign_cursor *c, struct foreign_message *out);

#endif

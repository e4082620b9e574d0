/* A .dbf table as the bytes that it is: digits as written, deletion flags, text whose encoding nobody has
 * guessed yet. Private to sandbox/, for files of GDAL's file systems. */
#ifndef HX_FEATURES_SANDBOX_DBF_H
#define HX_FEATURES_SANDBOX_DBF_H

#include "base/arena.h"
#include "features/gdal.h"

#include <stdbool.h>
#include <stdint.h>

struct dbf_field {
    const char *name; /* at most 10 bytes, NUL-terminated, as they are */
    char type;        /* 'C', 'N', 'F', 'D', 'L', ... */
    unsigned at, width, decimals;
};
struct dbf {
    VSILFILE *file;
    int64_t n_header;  /* records that the header counts */
    int64_t n_rows;    /* whole records behind the header */
    int64_t n_deleted; /* of these; counted by shp_survey */
    size_t header_bytes, row_bytes;
    bool cut; /* the last record is not whole */
    const struct dbf_field *fields;
    size_t n_fields;
    unsigned char *piece; /* many rows at once */
    int64_t piece_from, piece_n;
    int64_t piece_max;
};

/* False when it is no .dbf. What it allocates is in `a`. */
bool dbf_open(const char *name, struct arena *a, struct dbf *out);
/* Row `i` from 0, flag first; NULL when it cannot be read. Until the next call. */
const unsigned char *dbf_row(struct dbf *d, int64_t i);
/* A field of a row without blanks around it; *n is 0 when it is null. */
const char *dbf_cell(const struct dbf *d, const unsigned char *row, size_t field, size_t *n);

#endif

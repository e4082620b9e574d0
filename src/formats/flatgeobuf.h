/* Writes FlatGeobuf (version 3), by hand: a header with the columns, and features one after another, each in
 * bounded memory. There is no spatial index (index_node_size 0), so that features stand in the order in which
 * they are given and nothing has to be known of them beforehand but how many there are.
 *
 *   fgb_head
 *   for each feature: fgb_feature_begin, a geometry (or none), values in any order, fgb_feature_end
 *
 * Not for: reading (the child does, by GDAL); Z and M; what a column means. The buffer's failure latches.
 * Format: https://flatgeobuf.org. Threads: one owner. */
#ifndef HX_FORMATS_FLATGEOBUF_H
#define HX_FORMATS_FLATGEOBUF_H

#include "base/buffer.h"

/* By the numbers of the format. */
enum fgb_type { FGB_LONG = 7, FGB_DOUBLE = 10, FGB_TEXT = 11, FGB_JSON = 12 };
enum fgb_kind {
    FGB_ANY, /* of a file: its features are of several kinds */
    FGB_POINT,
    FGB_LINE,
    FGB_POLYGON,
    FGB_MULTIPOINT,
    FGB_MULTILINE,
    FGB_MULTIPOLYGON,
    FGB_COLLECTION
};

struct fgb_column {
    const char *name, *title;
    enum fgb_type type;
};

struct fgb_head {
    const char *name, *title, *description; /* any may be NULL */
    enum fgb_kind kind;
    const struct fgb_column *columns;
    size_t n_columns;
    uint64_t n_features; /* a reader takes 0 as "not told" */
    int epsg;            /* 0: not told. x is east, y is north in any of them */
};

/* Appends the file's first bytes and its header. */
void fgb_head(struct buffer *out, const struct fgb_head *head);

struct fgb_writer {
    struct buffer *out;       /* borrowed */
    struct buffer properties; /* of the feature under way */
    size_t start;             /* of the feature, in `out` */
    size_t slot;              /* in `out`: where the next geometry is to be noted down */
};
void fgb_init(struct fgb_writer *w, struct buffer *out);
void fgb_release(struct fgb_writer *w);

void fgb_feature_begin(struct fgb_writer *w);
/* A geometry without parts. Rings are closed; of a polygon the first is the outer one. Lines of a MULTILINE
 * are its rings. */
struct fgb_points {
    const double *x, *y;
    const uint32_t *start; /* n_rings + 1: ring r has start[r] .. start[r + 1] - 1; NULL: all are one */
    uint32_t n, n_rings;   /* without `start` there are n points, and n_rings is not read */
};
void fgb_geometry(struct fgb_writer *w, enum fgb_kind kind, const struct fgb_points *p);
/* One of n parts (MULTIPOLYGON, COLLECTION), which are geometries, too: fgb_part before each. */
struct fgb_parts {
    size_t next; /* slot */
};
struct fgb_parts fgb_parts(struct fgb_writer *w, enum fgb_kind kind, uint32_t n);
void fgb_part(struct fgb_writer *w, struct fgb_parts *parts);
/* Values by the column's number; NULL and what is no finite number are null. */
void fgb_integer(struct fgb_writer *w, uint16_t column, int64_t v);
void fgb_number(struct fgb_writer *w, uint16_t column, double v);
void fgb_text(struct fgb_writer *w, uint16_t column, const char *text); /* JSON, too */
void fgb_feature_end(struct fgb_writer *w);

#endif

/* One parcel on its way through an audit: what was read, and what the check found. Private to audit/.
 *
 * Everything lives in the arena of the batch, but for names of features, rules and classes, which the
 * snapshot owns. */
#ifndef HX_AUDIT_ROW_H
#define HX_AUDIT_ROW_H

#include "base/buffer.h"
#include "check/check.h"
#include "features/parcels.h"

enum { BATCH_PARCELS = 512, BATCH_BYTES = 1 << 20 };

struct audit_item {
    int64_t position;                               /* 1, 2, ... in the order of the input */
    int64_t fid;                                    /* the input's own number */
    const char *id, *name, *county, *project_class; /* "" when not given */
    const char *claims;                             /* as its field holds them, or "" */
    const char *properties;                         /* JSON object of the other fields */
    struct feature feature;                         /* as it was read: geometry, or why there is none */
    const struct audit_row *earlier; /* what an earlier audit says of it (since.h); NULL: nothing usable */
};

struct row_feature {
    struct feature_overlap overlap;
    const struct control_line *line;
};

/* One control line. */
struct row_line {
    enum layer_status status;
    double m2, share; /* NAN where not measured */
};

struct row_overlap {
    const struct control_line *line;
    double area_m2;
    const void *blob; /* GeoPackage geometry */
    size_t blob_size;
};

/* A sum of hashes of rows, whatever their order. What the input gives is not in it. */
struct row_seal {
    uint64_t half[2];
};

struct audit_row {
    enum verdict verdict;
    bool measured;
    double area_m2;          /* NAN unless measured */
    double lon_deg, lat_deg; /* a point inside; NAN without a shape */
    struct geo_box box;
    struct row_line *lines;            /* in the order of the snapshot's table */
    const char *rules;                 /* ids of the rules that apply, by commas */
    const char *reason_zh, *reason_en; /* "" when there is nothing to say */
    const char *prefecture;            /* code, "" outside every polygon or without the layer */
    const char *county;        /* the parcel's own code, else that of the polygon like the prefecture */
    const char *project_class; /* as judged: "UNKNOWN" when not given */
    const char *claims;        /* as judged (claims_text); as they were given where they were refused; "" */
    struct row_feature *features;
    size_t n_features;
    struct row_overlap *overlaps;
    size_t n_overlaps;
    const void *blob; /* GeoPackage geometry to write; size 0: none */
    size_t blob_size;
    struct row_seal seal;
    bool reused; /* taken over from an earlier audit */
};

enum { BATCH_TEXTS = 2 };
struct audit_batch {
    size_t n;
    size_t bytes; /* of geometry, about */
    bool last;
    struct arena *arena;
    const struct line_table *lines; /* of the rows: the snapshot's */
    struct audit_item items[BATCH_PARCELS];
    struct audit_row rows[BATCH_PARCELS];
    struct buffer
        text[BATCH_TEXTS]; /* for outputs that are text: made by the workers, written by the writer */
};

struct since;
/* What a worker keeps from parcel to parcel. */
struct row_maker {
    struct check_worker *worker;
    const struct snapshot *snapshot;
    const char *project_class; /* for every parcel, or NULL */
    const char *claims;        /* likewise, as text (lines/claims.h) */
    const struct since *since; /* NULL: everything is measured */
    bool overlaps;
    const struct geo_crs *crs; /* of features that do not bring their own */
    int srs;                   /* 4490 or 4326: of the blobs */
    struct feature_judge *judge;
    struct buffer text; /* of one row, for its seal */
};

/* The three columns of each line, PREFIX_status, PREFIX_m2 and PREFIX_share, each with what follows it. */
struct line_columns {
    const char *after_status, *after_m2, *after_share;
};
void row_line_columns(struct buffer *out, const struct line_table *lines, const struct line_columns *columns);

/* Every item of a batch, visited along a Hilbert curve so that neighbours find the index in the cache. */
enum status batch_make(struct row_maker *m, struct audit_batch *b, struct error *e) HX_MUST_CHECK;

/* seal.c: of one row, from figures, texts and findings. */
struct sealed_row {
    const struct audit_row *row;
    int n_lines;
    int64_t position, fid;
    const char *id;
};
enum status row_seal_of(const struct sealed_row *row, struct buffer *scratch, struct row_seal *out,
                        struct error *e) HX_MUST_CHECK;
void row_seal_add(struct row_seal *sum, const struct row_seal *one);

#endif

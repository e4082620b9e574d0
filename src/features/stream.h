/* Any file -> one stream of features: what the file holds, in its order, nothing left out.
 *
 * A stream gives each record of the file once: with a polygonal geometry in the file's own coordinates, or
 * with the reason why there is none (`fault`). Whether the geometry is a parcel or part of a line is not
 * decided here but by policy.h, the same for every door; what a field means is binding.h's. Check, audit and
 * import are the three consumers.
 *
 * Invariants: what the file declares, what is given out, what is given out with a fault and what is named in
 * a note as not an area (points, texts) add up; where they do not, feature_stream_open or the last
 * feature_stream_next fails with the numbers. A failure of the file (damaged, cut off, contradicting itself)
 * is a status; a fault of one record is in the feature.
 * No file of a user meets GDAL in this process: formats that need it are read by a sandboxed child
 * (sandbox/).
 * Threads: a stream belongs to one thread at a time. What a feature points to lives in the arena that was
 * given to next. */
#ifndef HX_FEATURES_STREAM_H
#define HX_FEATURES_STREAM_H

#include "base/arena.h"
#include "base/status.h"

#include "features/parcel.h"

#include <stdint.h>

/* How a value stands in JSON: as a string, as the number that it is, or as it stands (true, a list:
 * GeoJSON only). */
enum feature_type { FEATURE_TEXT = 0, FEATURE_INTEGER, FEATURE_REAL, FEATURE_JSON };

/* The fields of a record, in the file's order. Where records differ (KML, GeoJSON) a new one comes with the
 * record that needs it. The same pointer means the same fields, and lives as long as the stream, unless it is
 * `passing`. */
struct feature_schema {
    const char *const *names;   /* UTF-8; as the file has them, also where a format cut them */
    const char *const *aliases; /* UTF-8, "" where there is none */
    const enum feature_type *types;
    size_t n;
    bool passing; /* of a file with too many kinds of records to keep them all: lives as long as its feature,
                   * and nobody may know it again by its address */
};
/* Names and types; whatever they are called besides. */
bool feature_schema_same(const struct feature_schema *a, const struct feature_schema *b);

struct feature {
    int64_t position; /* 1, 2, ... in the file's order */
    int64_t fid;      /* the file's own number; `position` where it has none */
    const char *where_zh; /* how the file itself tells it from others: "第40行", "图层“宗地”，句柄2F"; "" */
    const char *where_en;
    const struct feature_schema *schema;
    const char *const *values; /* schema->n texts, UTF-8, digits as the file has them; NULL is null */
    const unsigned char *wkb; /* ISO WKB of POLYGON or MULTIPOLYGON, x east or longitude; NULL with a fault */
    size_t n_wkb;
    const struct geo_crs *crs; /* where one file has several (国土TXT); NULL: the file's */
    /* What a reader decides itself, where fields do not tell (several areas of one record, 国土TXT); NULL:
     * by binding.h. */
    const char *id, *name, *use, *area;
    const char *place_zh,
        *place_en;             /* which one it is, as sentences name it; NULL: its number, id and `where` */
    const struct error *fault; /* why there is no geometry; NULL */
    /* What the file itself declares of the plot and its geometry belies (国土TXT: the area). A reader cannot
     * see whether the policy accepts the geometry: whoever has had it accepted refuses it with this. NULL */
    const struct error *contradicts;
    const struct feature_note *notes;
    size_t n_notes;
    bool curved; /* arcs were replaced by chords */
};

/* What every reader says of a record that has no geometry: code, Chinese, English. */
#define FEATURE_NO_GEOMETRY                                                                                  \
    "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",                                          \
        "There is no geometry; add one or delete the record."

struct feature_stream_info {
    const char *driver;      /* "ESRI Shapefile", "GPKG", "GeoJSON", ... as GDAL names formats */
    const char *layer;       /* UTF-8 */
    const char *layer_alias; /* what an office calls it; "" */
    const char *crs_wkt; /* WKT of what the file states, or its words where they are no WKT; "" states none */
    double box[4];       /* west, south, east, north in the file's units, when has_box */
    bool has_box;        /* always when crs_wkt is "" */
    int64_t n_declared;  /* how many records the file says that it has, -1 when it does not say */
    int assumed_epsg;    /* of texts: the CRS that coordinates without words led to; 0: they said it */
    struct geo_crs first_crs;  /* of texts: that of the first record that can be read */
    bool has_own_crs;          /* each feature brings its CRS (texts) */
    bool heights;              /* Z or M, which are dropped */
    bool drawing;              /* DXF: closed lines are areas */
    const char *encoding;      /* "GB18030" or "UTF-8" where it had to be found out, else "" */
    bool encoding_misdeclared; /* the file names another one */
    const struct feature_schema
        *schema; /* of the first record; NULL when there is none or each has its own */
};

struct feature_request {
    const char *path; /* a file, or a .gdb folder; NULL: `bytes` */
    const void *bytes;
    size_t n_bytes;
    const char *layer;    /* NULL: the only one of areas; else it is asked which, with their names */
    int epsg;             /* the CRS of a file that states none; 0: none given */
    const char *id_field; /* NULL: by binding.h */
    const struct child_reader *reader; /* NULL: this very program */
    const char *program; /* set by feature_stream_open: what `reader` led to; NULL: this very program */
    unsigned wait_ms;    /* likewise. Bytes only: until the child is ended; 0: the usual time */
    size_t max_features, max_vertices; /* 0: no limit */
    bool attributes_only; /* geometry need not be read: features may have neither WKB nor a fault */
};

struct feature_stream;
struct feature_stream_ops {
    enum status (*next)(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                        struct error *e);
    /* Goes on after the record with this position and fid. Before the first next only. */
    enum status (*skip)(struct feature_stream *s, int64_t position, int64_t fid, struct error *e);
    void (*close)(struct feature_stream *s);
};
struct feature_stream { /* what every reader begins with */
    const struct feature_stream_ops *ops;
    struct feature_stream_info info;
    const struct feature_note *notes; /* on the file; complete when next has said that there is no more */
    size_t n_notes;
    bool any; /* a record was given out, or passed over */
};

/* A value in JSON: null, a string, or the number or list that stands in the file. */
struct json_writer;
void feature_value_write(struct json_writer *w, const struct feature *f, size_t i);

/* *more is false, and *out untouched, after the last record. STATUS_INVALID_INPUT "source-no-features"
 * when there was none. */
enum status feature_stream_next(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                                struct error *e) HX_MUST_CHECK;
enum status feature_stream_skip(struct feature_stream *s, int64_t position, int64_t fid,
                                struct error *e) HX_MUST_CHECK;
void feature_stream_close(struct feature_stream *s); /* NULL-safe */

/* By what the bytes are, whatever the file is called. */
enum status feature_stream_open(const struct feature_request *r, struct feature_stream **out,
                                struct error *e) HX_MUST_CHECK;

/* STATUS_INVALID_INPUT "source-remote" for addresses and GDAL's virtual paths: only local files are read. */
enum status feature_path_local(const char *path, struct error *e) HX_MUST_CHECK;
/* Is it a text, which has one layer and nothing to choose? By its first bytes; false also for what cannot
 * be opened. */
bool feature_path_is_text(const char *path);

/* The two kinds that the above chooses from: texts, which are read here (readers/; *out is NULL, with
 * STATUS_OK, when the file is no text that is known), and what the sandboxed child reads
 * (sandbox/sandbox_stream.c). */
enum status feature_stream_open_text(const struct feature_request *r, struct feature_stream **out,
                                     struct error *e) HX_MUST_CHECK;
enum status feature_stream_open_sandboxed(const struct feature_request *r, struct feature_stream **out,
                                          struct error *e) HX_MUST_CHECK;

#endif

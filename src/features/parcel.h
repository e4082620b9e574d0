/* Bytes that an officer has -> validated parcels in EPSG:4490, or a refusal with its reason.
 *
 * Understood here: GeoJSON (Feature, FeatureCollection, Polygon, MultiPolygon, GeometryCollection of those;
 * 4490 or 4326 longitude/latitude, or a CGCS2000 zone named in a `crs` member), 国土TXT (std-txt-format:
 * GB18030 or UTF-8, 3- and 6-degree zones with or without prefix, holes, several plots), WKT and EWKT, pasted
 * coordinate tables, and CSV with WKT or coordinates. Other formats are features/parcels.h's. Guesses
 * (encoding, closing, swapped axes) are reported in `warnings`; an ambiguity is refused with the question
 * that would resolve it.
 *
 * A parcel that comes out is valid by GEOS, closed, oriented (geo/shape.h) and has a positive area; nothing
 * else ever reaches a check. Threads: the context of geo transformer and GEOS belongs to the caller's
 * thread. */
#ifndef HX_FEATURES_PARCEL_H
#define HX_FEATURES_PARCEL_H

#include "base/sha256.h"
#include "geo/crs.h"
#include "geo/crs/decide.h"
#include "geo/shape.h"
#include "geo/valid.h"

enum parcel_format {
    PARCEL_FORMAT_UNKNOWN = 0,
    PARCEL_FORMAT_GEOJSON,
    PARCEL_FORMAT_TXT,
    PARCEL_FORMAT_WKT,
    PARCEL_FORMAT_TABLE, /* pasted coordinates */
    PARCEL_FORMAT_CSV,
    PARCEL_FORMAT_SHAPEFILE, /* in a ZIP; the first of those that a child reads */
    PARCEL_FORMAT_GEOPACKAGE,
    PARCEL_FORMAT_KML,
    PARCEL_FORMAT_KMZ,
    PARCEL_FORMAT_DXF,
    PARCEL_FORMAT_FLATGEOBUF,
    PARCEL_FORMAT_FILEGDB, /* zipped */
    PARCEL_FORMAT_MAPINFO,
    PARCEL_FORMAT_SPATIALITE,
    PARCEL_FORMATS /* how many there are */
};

/* The rings as delivered, in the parcel's `crs`: x east or longitude, y north or latitude, without closing
 * points. Outer rings are each followed by their holes. Where touching parts were dissolved (a warning
 * says so): what came of it. */
struct parcel_rings {
    const double *x, *y;    /* arena */
    const uint32_t *start;  /* n_rings + 1 */
    const int32_t *hole_of; /* the ring whose hole it is, -1 for an outer ring */
    uint32_t n_rings;
};

struct parcel {
    const char *id;   /* 地块编号; the GeoJSON id, or "1", "2", ... when there is none. Arena */
    const char *name; /* 地块名称; "" when not given. Arena */
    const char *use;  /* 地块用途; "" when not given. Arena */
    struct geo_shape shape;
    double area_m2;                /* of `shape`, by the policy; 0: nobody has measured it yet */
    bool curved;                   /* arcs were replaced by chords (geo/arc.h) */
    struct geo_crs crs;            /* as delivered */
    struct parcel_rings delivered; /* n_rings is 0 when the parcel did not come from parcel_parse */
    double declared_area_m2;       /* NAN when not declared */
    uint32_t declared_points;      /* 界址点数; 0 when not declared */
    uint32_t delivered_points;     /* vertices before densification, closing points included */
};

/* A remark on a file, a record or a parcel that the officer should see, in both languages. */
struct feature_note {
    const char *code;
    const char *zh, *en;
};

struct parcel_set {
    enum parcel_format format;
    struct parcel *parcels; /* arena */
    size_t n_parcels;
    struct feature_note *warnings; /* arena */
    size_t n_warnings;
    const char *crs_note, *crs_note_en; /* how the CRS was decided, one sentence */
    uint8_t sha256[SHA256_BYTES];       /* of the bytes as they came */
};

/* The program that reads formats which need a large library, in a sandbox (features/sandbox/). */
struct child_reader {
    const char *program; /* NULL: `find` knows, and without it: this very program */
    /* Writes a path of at most `size` bytes. */
    enum status (*find)(char *path, size_t size, struct error *e);
    unsigned wait_ms; /* until it is ended; 0: the usual time */
};
extern const struct child_reader child_reader_self; /* this very program */

/* For a stream of features (features/): what a reader of text found, before anybody judged it. Borrowed
 * until `take` returns. */
struct ring_list;
struct parcel_fields {                        /* of the record, where the format has them */
    const char *const *names, *const *values; /* a value may be NULL */
    const int *types; /* enum feature_type of features/stream.h; NULL: all are texts */
    size_t n;
};
struct parcel_raw {
    const struct parcel *parcel;   /* id, name, use and crs as far as the reader decides them; no shape */
    const struct ring_list *rings; /* geo/rings.h */
    const char *area; /* the declared area with its unit as it was written, "" when there is none */
    const struct error *contradicts; /* as feature.contradicts */
    const char *place_zh, *place_en; /* which parcel of the file it is, for sentences */
    const struct parcel_fields *fields;
    const struct parcel_set *set; /* with the remarks so far */
};
struct parcel_sink {
    /* The fields of a record, before its geometry is looked at: a record that cannot be read has them,
     * too. */
    enum status (*record)(void *user, const struct parcel_fields *fields, struct error *e);
    enum status (*take)(void *user, const struct parcel_raw *raw, struct error *e);
    void *user;
};

struct parcel_context { /* all borrowed; one thread */
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct arena *arena;
    const struct child_reader *reader; /* NULL: such files are refused */
    const struct parcel_sink
        *sink; /* NULL: parcels are accepted or the file is refused, and come in the set */
    int epsg;  /* the CRS of a file that does not state one; 0: none given */
    /* A text of which only the head and one parcel are given (国土TXT, CSV, WKT): what was left out before
     * the parcel, so that errors name the line and the parcel of the whole file. */
    size_t lines_before, plots_before;
    size_t columns_before; /* of its first line, in a text that was cut within lines (GeoJSON) */
    bool decimal_degrees; /* of such a text: other rows cannot be degrees.minutes-seconds, so that this one is
                             not */
    enum parcel_format format; /* of such a text, which is known by then; else it is recognised */
};

/* Recognises the format from the bytes themselves, parses and validates. Errors name line, plot, ring and
 * point. */
enum status parcel_parse(const struct parcel_context *c, const void *bytes, size_t n, struct parcel_set *out,
                         struct error *e) HX_MUST_CHECK;

/* "geojson", "txt", "wkt", "table", "csv", "shapefile", "geopackage", "kml", "kmz", "dxf", "flatgeobuf",
 * ... */
const char *parcel_format_name(enum parcel_format f);
/* What a stream of it calls it (feature_stream_info.driver), and back: UNKNOWN where none is called so. A
 * KMZ is called as the KML in it, a sequence of GeoJSON is GeoJSON. */
const char *parcel_format_driver(enum parcel_format f);
enum parcel_format parcel_format_of_driver(const char *driver);

#endif

/* Bytes that an officer has -> validated parcels in EPSG:4490, or a refusal with its reason.
 *
 * Understood: GeoJSON (Feature, FeatureCollection, Polygon, MultiPolygon, GeometryCollection of those; 4490 or 4326
 * longitude/latitude, or a CGCS2000 zone named in a `crs` member) and 国土TXT (std-txt-format: GB18030 or UTF-8, 3-
 * and 6-degree zones with or without prefix, holes, several plots). Guesses (encoding, closing, swapped axes) are
 * reported in `warnings`; an ambiguity is refused with the question that would resolve it.
 *
 * A parcel that comes out is valid by GEOS, closed, oriented (geo/shape.h) and has a positive area; nothing else
 * ever reaches a check. Threads: the context of geo transformer and GEOS belongs to the caller's thread. */
#ifndef HX_PARCEL_PARCEL_H
#define HX_PARCEL_PARCEL_H

#include "base/sha256.h"
#include "geo/crs.h"
#include "geo/shape.h"
#include "geo/valid.h"

enum parcel_format { PARCEL_FORMAT_UNKNOWN = 0, PARCEL_FORMAT_GEOJSON, PARCEL_FORMAT_TXT };

struct parcel {
    const char *id;   /* 地块编号; the GeoJSON id, or "1", "2", ... when there is none. Arena */
    const char *name; /* 地块名称; "" when not given. Arena */
    const char *use;  /* 地块用途; "" when not given. Arena */
    struct geo_shape shape;
    struct geo_crs crs;        /* as delivered */
    double declared_area_m2;   /* NAN when not declared */
    uint32_t declared_points;  /* 界址点数; 0 when not declared */
    uint32_t delivered_points; /* vertices before densification, closing points included */
};

/* A guess or an oddity that the officer should see, in both languages. */
struct parcel_warning {
    const char *code;
    const char *zh, *en;
};

struct parcel_set {
    enum parcel_format format;
    struct parcel *parcels; /* arena */
    size_t n_parcels;
    struct parcel_warning *warnings; /* arena */
    size_t n_warnings;
    const char *crs_note;         /* how the CRS was decided, one sentence, Chinese */
    uint8_t sha256[SHA256_BYTES]; /* of the bytes as they came */
};

struct parcel_context { /* all borrowed; one thread */
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct arena *arena;
};

/* Recognises the format from the bytes themselves, parses and validates. Errors name line, plot, ring and point. */
enum status parcel_parse(const struct parcel_context *c, const void *bytes, size_t n, struct parcel_set *out,
                         struct error *e) HX_MUST_CHECK;

const char *parcel_format_name(enum parcel_format f); /* "geojson", "txt" */

#endif

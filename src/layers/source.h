/* Polygons of a control layer from any file (features/stream.h), one feature at a time, as shapes in
 * EPSG:4490 with the fields bound to what they mean; each feature is valid, dissolved, repaired, or refused
 * with a reason (geo/settle.h).
 *
 * Not for: deciding whether a file with refused features may be used (ingest_layer.c, audit/). Invariants:
 * the CRS is known before the first feature; a shape that is handed out is valid. Threads: a source
 * belongs to one thread. */
#ifndef HX_LAYERS_SOURCE_H
#define HX_LAYERS_SOURCE_H

#include "features/stream.h"
#include "geo/crs.h"
#include "geo/shape.h"

/* Field names in the source. NULL: found by the official names; "": there is none. */
struct source_fields {
    const char *id, *name, *zone, *zone_code, *county, *area;
};

/* A sub-zone's name or code in the source, and the name that the rules use. */
struct source_zone {
    const char *value, *name;
};
struct source_zones {
    struct source_zone *list;
    size_t n;
};

struct units;

struct source_request {
    const char *path;
    const char *layer; /* NULL: the only one */
    struct source_fields fields;
    int epsg;                     /* for a file that states no CRS; 0: none given */
    struct geo_datum_shift shift; /* for a file in Xi'an 1980 or Beijing 1954 */
    const struct units *units;    /* where a file that states no CRS may lie; NULL: not known */
    const char *unit; /* the code of the unit that the data are of; NULL: by the features' own codes */
    struct store
        *store; /* by whose definitions of layers names are known; NULL: by those of schema/layers/ */

    /* What the layer shall become, for an import; other readers leave all of this empty. */
    bool survey; /* decide or check the target, and list the sub-zones */
    const char *
        target; /* one of our layers; NULL: by the source's names, and a doubt is refused with the question */
    bool confirmed;            /* the operator insists on the target, whatever the names say */
    struct source_zones zones; /* names or codes of sub-zones that the operator explains */
};

enum { SOURCE_ZONES_SHOWN = 40 };
struct source_zone_use {
    const char *value; /* as the source has it */
    const char *name;  /* as it is stored: "" when the value is a code that nobody explains */
    const char *by;    /* "name" | "code" | "mapping" | "unknown" (no rule has this name) */
    int64_t n;
};

struct source_info {
    const char *target;    /* of a survey: what the layer becomes */
    const char *target_by; /* "operator" | "name" | "alias" | "file" */
    struct source_zone_use zones[SOURCE_ZONES_SHOWN];
    int n_zones; /* counted beyond SOURCE_ZONES_SHOWN, too */
    const char *layer;
    const char *driver;
    struct geo_crs crs;
    const char *crs_stated; /* as the file names it, "" when it states none */
    /* "file" | "identified" (by its parameters) | "operator" | "coordinates" (the prefix of eastings) |
     * "unit" (the one zone in which the data lie in their administrative unit) */
    const char *crs_decided_by;
    const char *encoding;       /* "GB18030" or "UTF-8" where we had to find out, else "" */
    bool encoding_misdeclared;  /* the .cpg named another one */
    bool village;               /* of a survey: names, fields or values speak of a 村庄的边界 */
    bool drawing;               /* DXF: closed lines are areas */
    bool heights;               /* Z or M, which are dropped */
    struct source_fields bound; /* "" where there is none */
    int64_t n_declared;         /* how many features the file claims, -1 unknown */
};

/* As features/policy.h decides it: dissolved is what was drawn, without a change of area. */
enum source_state { SOURCE_VALID, SOURCE_DISSOLVED, SOURCE_REPAIRED, SOURCE_REFUSED };

/* All pointers are valid until the next source_next or source_close. */
struct source_feature {
    int64_t fid;      /* the file's own number */
    int64_t position; /* 1, 2, ... in reading order */
    const char *code, *name, *zone, *county;
    const char *zone_as_given; /* the source's own word where `zone` is another, NULL otherwise; among the
                                  properties */
    double declared_area_m2;   /* NAN when not given */
    const char *properties;    /* JSON object of the other fields */
    enum source_state state;
    struct error fault;     /* why not valid as it was drawn, or refused */
    double place_deg[2];    /* longitude and latitude of the fault; NAN where there is none */
    struct geo_shape shape; /* unless refused */
    double area_m2;         /* ellipsoid; unless refused */
    double at_stake_m2;     /* where readings of the drawing differ; 0 when dissolved or valid */
    bool curved;            /* arcs were replaced by chords (at most 0.05 degrees each) */
};

/* Features smaller than this are listed as slivers; they are kept, as they belong to the line. */
#define SOURCE_SLIVER_M2 1.0

struct source;
enum status source_open(const struct source_request *r, struct source **out, struct error *e) HX_MUST_CHECK;
void source_close(struct source *s); /* NULL-safe */
const struct source_info *source_info(const struct source *s);
/* What the reader remarks on the file; complete after the last feature. Borrowed. */
const struct feature_note *source_notes(const struct source *s, size_t *n);
/* *more is false, and `out` untouched, after the last feature. */
enum status source_next(struct source *s, struct source_feature *out, bool *more,
                        struct error *e) HX_MUST_CHECK;

/* The same with everything that *out points to in `arena`, which is not reset: valid as long as that is. */
enum status source_next_into(struct source *s, struct arena *arena, struct source_feature *out, bool *more,
                             struct error *e) HX_MUST_CHECK;

/* SHA-256 in hex of a source: of the file; of the parts of a Shapefile; of all files of a directory, by
 * name. */
enum status source_sha256(const char *path, char hex[65], struct error *e) HX_MUST_CHECK;

#endif

/* The one decision: which CRS the coordinates of a file are in, and which column is east. Everything that is
 * known goes in at once, so that no door can know less than another; what comes out is a CRS with how it was
 * decided, or the question.
 *
 * Order: what the file states by its format (stated.h), what its words say (words.h), what the operator gave
 * (--crs), the zone prefix of the eastings, the administrative unit. All that is there must agree; a
 * contradiction is refused with both sides. Nothing is decided in silence: each decision has a note, and
 * `assumed` tells what was taken for granted.
 * Degrees of a file that states nothing are decided only where the format has a rule (GeoJSON, KML, pasted
 * tables); elsewhere (a Shapefile without .prj) they are asked about in every door. Eastings without a prefix
 * are always asked about, unless `zone_by_unit` knows the one zone. Threads: pure but for the callback. */
#ifndef HX_GEO_CRS_DECIDE_H
#define HX_GEO_CRS_DECIDE_H

#include "geo/crs.h"
#include "geo/crs/words.h"

/* What happens to degrees of which nothing is said. */
enum crs_degrees {
    CRS_DEGREES_ASK = 0,  /* Shapefile, DXF, GeoPackage without a CRS: any datum is possible */
    CRS_DEGREES_ASSUME,   /* a pasted table, CSV, WKT: CGCS2000, with a warning */
    CRS_DEGREES_STANDARD, /* GeoJSON, KML: the format says longitude and latitude */
};

/* Which column is which. */
enum crs_axes {
    CRS_AXES_X_FIRST = 0, /* the format has x (east) first: the other way round is a question */
    CRS_AXES_EITHER,      /* by the sizes of the numbers: tables, CSV, WKT */
    CRS_AXES_NORTH_FIRST, /* column a is said to be the north (latitude, X of surveyors) */
    CRS_AXES_EAST_FIRST,
};

struct crs_question {
    int stated_epsg; /* 0: none */
    bool stated_by_match;
    const char *stated_name; /* as the file names it; NULL or "": no name */
    struct crs_said said;
    int given_epsg;               /* --crs; 0: none */
    struct geo_datum_shift shift; /* --datum-shift */
    enum crs_degrees degrees;
    enum crs_axes axes;
    /* The extent of both columns as written; n_points 0: no coordinates. */
    size_t n_points;
    double min_a, max_a, min_b, max_b;
    /* Could every pair be degrees.minutes-seconds (107.32354655)? For tables and CSV. */
    bool maybe_dd_mmss;
    /* Finds the EPSG code of the one zone without prefix in which the data lie in their unit, or asks
     * which. NULL: unknown. */
    enum status (*zone_by_unit)(void *self, int *epsg, struct error *e);
    void *self;
};

enum crs_by {
    CRS_BY_FILE,   /* the file states a code */
    CRS_BY_MATCH,  /* identified by its parameters */
    CRS_BY_WORDS,  /* a zone, a meridian or a code in its text */
    CRS_BY_GIVEN,  /* --crs */
    CRS_BY_PREFIX, /* the zone prefix of the eastings */
    CRS_BY_UNIT,   /* the one zone in which the data lie in their administrative unit */
    CRS_BY_FORMAT, /* degrees, by the format's standard or by default */
};

struct crs_decision {
    struct geo_crs crs;
    bool first_is_north; /* column a is y */
    enum crs_by by;
    bool datum_assumed; /* nothing says that it is CGCS2000: the caller warns with crs_assumed_zh/en */
    char note_zh[256], note_en[256]; /* one sentence, for the report */
};

/* STATUS_INVALID_INPUT: "crs-missing", "zone-missing" (the questions), "crs-conflict", "zone-conflict",
 * "coords-order", "coords-odd", "zone-mixed", "axes-swapped", "dd-mmss", "datum-unclear"; or the refusal
 * of geo_crs_from_epsg. */
enum status crs_decide(const struct crs_question *q, struct crs_decision *out, struct error *e) HX_MUST_CHECK;

/* For warnings[]: code "crs-assumed" (degrees) or "datum-assumed" (metres). */
const char *crs_assumed_code(const struct crs_decision *d);
const char *crs_assumed_zh(const struct crs_decision *d);
const char *crs_assumed_en(const struct crs_decision *d);

/* What --crs, ?crs= and hx_ options take: "EPSG:4525", "4525", "CGCS2000 3度带37带", "2000国家大地坐标系
 * 带号37". NULL or "" is 0: none given. Refuses what is not accepted; codes of older datums are let through
 * where `old_datums` (an import that may have their parameters). */
enum status crs_of_option(const char *text, bool old_datums, int *epsg, struct error *e) HX_MUST_CHECK;

#endif

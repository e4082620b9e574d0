/* Hongxian (红线): does a parcel press on a red line, by how many square metres, and which clause applies?
 *
 * The public C library: open a store, check parcels from coordinates or from the bytes of a parcel file, read the
 * result as plain structs. It is the same engine as the program `hongxian` and its HTTP server.
 *
 *     struct hx_store *store;
 *     struct hx_checker *checker;
 *     const struct hx_report *report;
 *     struct hx_error e;
 *     if (hx_store_open("hongxian.sqlite", &store, &e) || hx_checker_new(store, &checker, &e) ||
 *         hx_check_bytes(checker, text, n, NULL, &report, &e))
 *         fprintf(stderr, "%s\n", e.zh);
 *
 * Rules that hold everywhere:
 *   - Functions return HX_OK (0) or another hx_result; outputs are written only on HX_OK; the error (may be NULL) then
 *     holds a whole sentence in Chinese and in English, UTF-8.
 *   - Areas are m2 on the CGCS2000 ellipsoid. Coordinates are degrees in EPSG:4490, longitude first; edges are
 *     straight in longitude/latitude. What is not known is NAN or HX_STATUS_UNMEASURED, never 0 and never "clear".
 *   - A store may be shared by threads; a checker belongs to one thread at a time.
 * Link with `pkg-config --cflags --libs hongxian`, or find_package(hongxian) and hongxian::hongxian. */
#ifndef HONGXIAN_H
#define HONGXIAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HX_API __attribute__((visibility("default")))
#else
#define HX_API
#endif

enum hx_result {
    HX_OK = 0,
    HX_INVALID_INPUT, /* the parcel or an argument is wrong; the sentence says how to mend it */
    HX_UNSUPPORTED,   /* understood, but not something that is done (Xi'an 80, a newer store) */
    HX_TOO_LARGE,
    HX_NOT_FOUND,
    HX_CONFLICT, /* the store is locked by another program */
    HX_CORRUPT,
    HX_IO,
    HX_NO_MEMORY,
    HX_INTERNAL,
};

struct hx_error {
    enum hx_result result;
    char code[48]; /* stable slug, e.g. "txt-zone-conflict" */
    char zh[512];
    char en[512];
};

enum hx_verdict {
    HX_VERDICT_UNKNOWN = 0,
    HX_VERDICT_PROHIBITED,
    HX_VERDICT_RESTRICTED,
    HX_VERDICT_NOTICE,
    HX_VERDICT_ALLOWED
};

enum hx_status {
    HX_STATUS_UNMEASURED = 0, /* invalid or missing features: cannot be measured */
    HX_STATUS_NOT_COVERED,    /* no data under the whole parcel */
    HX_STATUS_OVERLAP,        /* 压占 */
    HX_STATUS_SLIVER,         /* only slivers, listed */
    HX_STATUS_CLEAR,          /* covered, measured, nothing */
};

enum hx_line {
    HX_LINE_ECOLOGICAL_RED_LINE,
    HX_LINE_PERMANENT_BASIC_FARMLAND,
    HX_LINE_URBAN_DEVELOPMENT_BOUNDARY
};
enum { HX_LINE_COUNT = 3 };

struct hx_feature_overlap {
    int64_t feature_id;
    const char *code; /* BSM */
    const char *name;
    const char *zone; /* sub-zone, or "" */
    double area_m2;
    double width_m; /* 2 * area / perimeter; NAN where it was not needed */
    bool sliver;
};

struct hx_zone_overlap {
    const char *zone; /* sub-zone of the boundary; "边界外" is outside it */
    double area_m2;
};

struct hx_rule {
    const char *id;
    enum hx_verdict verdict;
    int severity; /* 4 highest .. 0 */
    const char *title_zh, *title_en;
    const char *needs_zh;   /* what the applicant must bring */
    const char *basis;      /* the clause */
    const char *confidence; /* how sure its text is: "read", "memory", "design" */
    double area_m2;         /* NAN where no area belongs to it */
    bool class_assumed;     /* the project class was not given: the general rule was used */
};

struct hx_layer {
    const char *layer; /* "ecological_red_line", ... */
    int64_t version;   /* 0: not loaded */
    bool synthetic;    /* 示例数据 */
    enum hx_status status;
    double area_m2;                            /* union over features; NAN unless overlap, sliver or clear */
    double share;                              /* of the parcel, 0..1; NAN likewise */
    double sum_m2;                             /* per-feature areas added up */
    double uncovered_m2;                       /* part of the parcel without data */
    bool inside;                               /* the whole parcel lies in it */
    bool touches;                              /* borders meet without common area */
    const struct hx_feature_overlap *features; /* largest first */
    size_t n_features;
    const struct hx_zone_overlap *zones; /* urban development boundary only */
    size_t n_zones;
    const struct hx_rule *rules;
    size_t n_rules;
    const char *reason_zh, *reason_en; /* why unmeasured or not covered; "" otherwise */
};

struct hx_parcel {
    const char *id, *name;
    double area_m2;          /* ellipsoid: the basis of all shares */
    double geodesic_area_m2; /* vertices joined by geodesics */
    double standard_area_m2; /* 国土调查办发〔2008〕32号 */
    enum hx_verdict verdict;
    const char *summary_zh, *summary_en;
    struct hx_layer layers[HX_LINE_COUNT]; /* by hx_line */
};

struct hx_report {
    const struct hx_parcel *parcels;
    size_t n_parcels;
    enum hx_verdict verdict;   /* the most severe */
    bool synthetic;            /* some layer is 示例数据: not for decisions */
    const char *rules_version; /* SHA-256 of the rule table */
};

/* A closed ring: n longitudes and latitudes in degrees; whether the last repeats the first does not matter, nor does the
 * direction. */
struct hx_ring {
    const double *lon_deg, *lat_deg;
    size_t n;
};

HX_API const char *hx_version(void);

struct hx_store;
/* Opens a store read-only and loads its current layer versions. Owned: hx_store_close. */
HX_API enum hx_result hx_store_open(const char *path, struct hx_store **out, struct hx_error *e);
/* NULL-safe. Close all checkers of the store first. */
HX_API void hx_store_close(struct hx_store *store);
/* Picks up layer versions that were imported since. Reports already read stay as they are. Call it when no checker of
 * the store is running. */
HX_API enum hx_result hx_store_refresh(struct hx_store *store, struct hx_error *e);

struct hx_checker;
HX_API enum hx_result hx_checker_new(struct hx_store *store, struct hx_checker **out, struct hx_error *e);
HX_API void hx_checker_free(struct hx_checker *checker); /* NULL-safe */

/* The bytes of a parcel file (GeoJSON, 国土TXT). `project_class` is a class of the rule table ("GENERAL", ...) or NULL.
 * The report is borrowed from the checker until its next check or its end. */
HX_API enum hx_result hx_check_bytes(struct hx_checker *checker, const void *bytes, size_t n,
                                     const char *project_class, const struct hx_report **out,
                                     struct hx_error *e);

/* One parcel of n_rings rings: the first is its outer ring, the others are holes. */
HX_API enum hx_result hx_check_rings(struct hx_checker *checker, const struct hx_ring *rings, size_t n_rings,
                                     const char *project_class, const struct hx_report **out,
                                     struct hx_error *e);

/* "prohibited" / "禁止" and so on; "overlap" / "压占" and so on. */
HX_API const char *hx_verdict_name(enum hx_verdict v);
HX_API const char *hx_verdict_zh(enum hx_verdict v);
HX_API const char *hx_status_name(enum hx_status s);
HX_API const char *hx_status_zh(enum hx_status s);

#ifdef __cplusplus
}
#endif

#endif

/* Hongxian (红线): does a parcel press on a red line, by how many square metres, and which clause applies?
 *
 * The public C library: open a store, check parcels from coordinates or from the bytes of a parcel file, read
 * the result as plain structs, write it as a document, keep it in the record, verify it in later years. It is
 * the same engine as the program `hongxian` and its HTTP server, and gives the same bytes.
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
 *   - Functions return HX_OK (0) or another hx_result; outputs are written only on HX_OK; the error (may be
 *     NULL) then holds a whole sentence in Chinese and in English, UTF-8.
 *   - A pointer that must be given and is NULL is HX_INVALID_INPUT ("argument-missing").
 *   - Areas are m2 on the CGCS2000 ellipsoid. Coordinates are degrees in EPSG:4490, longitude first; edges
 *     are straight in longitude/latitude. What is not known is NAN or HX_STATUS_UNMEASURED, never 0 and never
 *     "clear".
 *   - A layer whose index file is changed by others while it is open is HX_STATUS_UNMEASURED in every check
 *     from then on, and "index-changed" to hx_areas, until hx_store_refresh. For a file that is cut off the
 *     library installs a handler of SIGBUS when a store is opened; a SIGBUS that is not of its own mappings
 *     goes to the handler that was there before. A program that installs one later should likewise hand on
 *     what is not its own.
 *   - A store may be shared by threads; a checker belongs to one thread at a time.
 *   - Texts and arrays that a function gives back are borrowed, for as long as its comment says; struct
 *     hx_bytes is owned.
 *
 * Versions: HX_ABI grows, and with it the number in the library's file name, whenever a program that was
 * compiled against an earlier header would read a struct or call a function wrongly: a member was put in,
 * taken out or changed, a function took other arguments, an enumerator another number. hx_abi() is the
 * library's own: a program that loads the library by hand compares the two. What grows without it:
 *   - Functions, and enumerators at an end.
 *   - A struct that begins with `size`: it may get members at its end. The program sets `size`, and
 *     everything else to zero, in what it passes and in what it has filled:
 *         struct hx_check_options options = {.size = sizeof options, .crs = "EPSG:4525"};
 *         struct hx_kept kept = {.size = sizeof kept};
 *     Members that a program's header did not have mean their defaults, and are never written. Members that
 *     the library does not know yet must be zero, and of a struct that it fills stay so: in members that come
 *     later 0 says "not known". Anything else, and a size of 0, is HX_INVALID_INPUT ("struct-size"), and
 *     nothing was kept or written.
 *   - A struct that the library hands out one at a time (hx_report, hx_verification, hx_record,
 *     hx_parcel_areas, hx_audit_progress): at its end. Never copy it by a size of your own making.
 * Everything else is fixed for an HX_ABI: what stands in arrays or in other structs (hx_parcel, hx_layer,
 * hx_claim, hx_ring, ...), and hx_error and hx_bytes, which every program declares without setting them.
 * Link with `pkg-config --cflags --libs hongxian`, or find_package(hongxian) and hongxian::hongxian. */
#ifndef HONGXIAN_H
#define HONGXIAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HX_VERSION_MAJOR 0
#define HX_VERSION_MINOR 3
#define HX_VERSION_PATCH 0
/* 0: three lines in an array of their own; 1: any number of layers, claims; 2: remarks of an audit, the code
 * of a project in the record; 3: size-first structs. */
#define HX_ABI 3

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

/* How a parcel stands to a control layer, by its definition. */
enum hx_relation {
    HX_RELATION_EXCLUDE = 0, /* pressing on it matters */
    HX_RELATION_CONTAIN,     /* inside or outside matters */
    HX_RELATION_CLASSIFY,    /* the area by class matters */
};

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
    const char
        *zone; /* sub-zone or class, as the data name it; of HX_RELATION_CONTAIN the last is the outside */
    double area_m2;
};

/* What a project claims of one layer: to be of a class for which the rules have terms of their own. */
struct hx_claim {
    const char *layer;         /* id, official table or title */
    const char *project_class; /* "NATIONAL_MAJOR" */
    int item;                  /* which of the class's activities or kinds, from 1; 0: not named */
    const char *document;      /* number of the document that shows it; NULL or "": none */
    const char *date;          /* of the document, "2026-03-01" */
    const char *by;            /* who issued it; NULL or "": not named */
};

struct hx_rule {
    const char *id;
    enum hx_verdict verdict;
    int severity; /* 4 highest .. 0 */
    const char *title_zh, *title_en;
    const char *needs_zh;         /* what the applicant must bring */
    const char *needs_en;         /* "" in editions of the rule table without it */
    const char *basis;            /* the clause */
    const char *confidence;       /* how sure its text is: "read", "memory", "design" */
    double area_m2;               /* NAN where no area belongs to it */
    bool class_assumed;           /* the project class was not given: the general rule was used */
    enum hx_verdict verdict_here; /* of this parcel: a claim without its document is at best restricted */
    bool paper_missing;           /* that document was not named */
};

struct hx_layer {
    const char *layer; /* the id of the control layer, as its definition has it */
    const char *title_zh, *title_en;
    enum hx_relation relation;
    bool must;               /* must be examined: without its data no verdict is complete */
    enum hx_verdict verdict; /* of this layer alone */
    bool claimed;            /* the project claims something of it, see `claim` */
    struct hx_claim claim;   /* as it was understood: id and code; texts are "" where nothing was named */
    int64_t version;         /* 0: not loaded */
    bool synthetic;          /* 示例数据 */
    enum hx_status status;
    double area_m2;                            /* union over features; NAN unless overlap, sliver or clear */
    double share;                              /* of the parcel, 0..1; NAN likewise */
    double sum_m2;                             /* per-feature areas added up */
    double uncovered_m2;                       /* part of the parcel without data */
    bool inside;                               /* the whole parcel lies in it */
    bool touches;                              /* borders meet without common area */
    const struct hx_feature_overlap *features; /* largest first */
    size_t n_features;
    const struct hx_zone_overlap *zones; /* none of a layer that excludes */
    size_t n_zones;
    const struct hx_rule *rules;
    size_t n_rules;
    const char *reason_zh, *reason_en; /* why unmeasured or not covered; "" otherwise */
};

/* Something beside the figures that whoever reads them must see: a place outside every unit with the zones
 * that would put it inside one, data that cover a part only, features that overlap, what a draft would
 * change. It changes no answer. */
struct hx_remark {
    const char *code; /* stable slug, e.g. "place-outside" */
    const char *zh, *en;
};

struct hx_parcel {
    const char *id, *name;
    double area_m2;          /* ellipsoid: the basis of all shares */
    double geodesic_area_m2; /* vertices joined by geodesics */
    double standard_area_m2; /* 国土调查办发〔2008〕32号 */
    enum hx_verdict verdict;
    const char *summary_zh, *summary_en;
    /* The layers that were examined, in the order of the report: those that must be, and those that the store
     * holds data of. The same for every parcel. */
    const struct hx_layer *layers;
    size_t n_layers;
    const struct hx_remark *remarks;
    size_t n_remarks;
};

struct hx_report {
    const struct hx_parcel *parcels;
    size_t n_parcels;
    enum hx_verdict verdict;         /* the most severe */
    bool synthetic;                  /* some layer is 示例数据: not for decisions */
    const char *rules_version;       /* SHA-256 of the rule table */
    const char *const *not_examined; /* ids of the layers that are defined and hold no data */
    size_t n_not_examined;
};
/* The layer with this id among a parcel's; NULL: it was not examined. */
HX_API const struct hx_layer *hx_layer_of(const struct hx_parcel *parcel, const char *layer);

/* A closed ring: n longitudes and latitudes in degrees; whether the last repeats the first does not matter,
 * nor does the direction. */
struct hx_ring {
    const double *lon_deg, *lat_deg;
    size_t n;
};

HX_API const char *hx_version(void); /* "0.3.0" */
HX_API int hx_abi(void);             /* HX_ABI of the library itself */

/* Bytes that the caller owns; a NUL stands behind them and is not counted. */
struct hx_bytes {
    char *data;
    size_t size;
};
HX_API void hx_bytes_free(struct hx_bytes *bytes); /* NULL-safe; empties it */

struct hx_store;
/* Opens a store read-only and loads its current layer versions. Owned: hx_store_close. */
HX_API enum hx_result hx_store_open(const char *path, struct hx_store **out, struct hx_error *e);
/* The same with the layer versions that were in force on a day, "2026-01-31". The rules are today's. */
HX_API enum hx_result hx_store_open_as_of(const char *path, const char *day, struct hx_store **out,
                                          struct hx_error *e);
/* NULL-safe. Close all checkers of the store first. */
HX_API void hx_store_close(struct hx_store *store);
/* Picks up layer versions that were imported since, and what changed on the disk. Reports already read stay
 * as they are. Call it when no checker of the store is running. */
HX_API enum hx_result hx_store_refresh(struct hx_store *store, struct hx_error *e);

struct hx_checker;
HX_API enum hx_result hx_checker_new(struct hx_store *store, struct hx_checker **out, struct hx_error *e);
HX_API void hx_checker_free(struct hx_checker *checker); /* NULL-safe */

/* Shapefile, GeoPackage, KML, KMZ, DXF and FlatGeobuf are never parsed inside the calling program: the
 * installed program `hongxian` is started, shuts itself into a sandbox and reads the file. This names that
 * program; it must be of the same version as the library. Without it (or with NULL) the program of the
 * library's own installation is used (lib/../bin/hongxian), then the first `hongxian` of PATH. All other
 * formats need no program. */
HX_API enum hx_result hx_checker_reader(struct hx_checker *checker, const char *program, struct hx_error *e);

/* What a check may be told; NULL members, and a NULL pointer to it, are the defaults. */
struct hx_check_options {
    size_t size;               /* sizeof (struct hx_check_options) */
    const char *project_class; /* of the rule table ("GENERAL", ...); without it the strictest general rule */
    const char *crs; /* "EPSG:4525": the CRS of a file that states none; refused where it says otherwise */
    const char *slivers;           /* the sliver policy, "area,width" in m2 and m; "1.0,0.10" */
    const struct hx_claim *claims; /* at most one of each layer; refused when no rule knows one */
    size_t n_claims;
};

/* The bytes of a parcel file, at most 32 MB: GeoJSON, 国土TXT (GB18030, UTF-8, UTF-16), WKT, EWKT, a table of
 * coordinates, CSV, a zipped Shapefile, GeoPackage, KML, KMZ, DXF, FlatGeobuf. The format is recognised from
 * the bytes.
 * The report is borrowed from the checker until its next check or its end. */
HX_API enum hx_result hx_check_bytes(struct hx_checker *checker, const void *bytes, size_t n,
                                     const struct hx_check_options *options, const struct hx_report **out,
                                     struct hx_error *e);

/* One parcel of n_rings rings: the first is its outer ring, the others are holes. It is checked, and kept, as
 * the GeoJSON that says the same. */
HX_API enum hx_result hx_check_rings(struct hx_checker *checker, const struct hx_ring *rings, size_t n_rings,
                                     const struct hx_check_options *options, const struct hx_report **out,
                                     struct hx_error *e);

/* ---- areas only, of many parcels: for programs that judge by themselves ---- */

struct hx_polygon {
    const struct hx_ring *rings; /* the outer ring, then holes */
    size_t n_rings;
};

struct hx_feature_area {
    int64_t feature_id;
    const char *code, *zone; /* BSM; sub-zone, or "" */
    double area_m2;
};

/* What one layer takes of one parcel. Nothing is judged, no sliver is set aside, and features that overlap
 * each other are not united: the areas may add up to more than the parcel. */
struct hx_parcel_areas {
    size_t parcel;  /* place among the given */
    double area_m2; /* the parcel's own */
    /* Part of it about which the layer says nothing: only where this is 0 does "no features" mean clear. */
    double uncovered_m2;
    const struct hx_feature_area *features; /* in the layer's order */
    size_t n_features;
};
/* Borrowed for the call. false: stop. Must not use the checker. */
typedef bool hx_areas_fn(const struct hx_parcel_areas *areas, void *user);

/* Calls `fn` once for each parcel, in the order given. A parcel that is invalid ends the work with a sentence
 * that begins with its number (from 1); the parcels of its block of 50,000, and those behind, have not been
 * spoken of. A layer that is not there, or cannot be read, is an error. The checker's last report is given
 * up. */
HX_API enum hx_result hx_areas(struct hx_checker *checker, const char *layer,
                               const struct hx_polygon *parcels, size_t n, hx_areas_fn *fn, void *user,
                               struct hx_error *e);

/* ---- the report as a document: always of the checker's last check ---- */

enum hx_format {
    HX_FORMAT_JSON = 0, /* schema/report.schema.json */
    HX_FORMAT_GEOJSON,
    HX_FORMAT_TEXT,
    HX_FORMAT_CSV,
    HX_FORMAT_XLSX,
    HX_FORMAT_HTML,
    HX_FORMAT_PDF, /* needs a Chinese font on the machine */
};

/* Any text may be NULL, and the pointer to it. What only the applicant knows is for csv, xlsx, html and
 * pdf. */
struct hx_document_options {
    size_t size;      /* sizeof (struct hx_document_options) */
    const char *lang; /* of the text: "zh" (default) or "en" */
    const char *project_name, *project_code, *builder, *district;
    const char *source_file; /* name of the parcel file */
    const char *date;        /* "2026-01-31"; today in China */
};

/* HX_INVALID_INPUT when nothing was checked yet. On HX_OK the caller owns *out. */
HX_API enum hx_result hx_report_write(struct hx_checker *checker, enum hx_format format,
                                      const struct hx_document_options *options, struct hx_bytes *out,
                                      struct hx_error *e);
HX_API const char *hx_format_name(enum hx_format f); /* "json", ... */

/* The parcels of the checker's last check as 国土TXT, CRLF: points as delivered, in whole millimetres. `zone`
 * is 25-45 (3 degrees) or 13-23 (6 degrees) for all of them, 0 that of the first; GB18030 unless `utf8`. On
 * HX_OK the caller owns *out. */
HX_API enum hx_result hx_parcels_txt(struct hx_checker *checker, int zone, bool utf8, struct hx_bytes *out,
                                     struct hx_error *e);

/* ---- the record: kept checks and overrides, append-only, in one hash chain ---- */

struct hx_keep_options {
    size_t size;                             /* sizeof (struct hx_keep_options) */
    const char *officer;                     /* required */
    const char *project_name, *project_code; /* NULL: none; searches of the record find both */
    const char *input_name;                  /* file name without folders; NULL: none */
};

struct hx_kept {
    size_t size; /* sizeof (struct hx_kept) */
    int64_t id;
    char kept_at[31]; /* UTC */
    char sha256[65];  /* the row's seal: note it elsewhere, as the anchor of hx_records_verify */
};

/* Keeps the checker's last check, input and report byte for byte; the store is opened for writing meanwhile.
 * Documents written afterwards name the row. A check is kept once: a second call is HX_CONFLICT. */
HX_API enum hx_result hx_report_keep(struct hx_checker *checker, const struct hx_keep_options *options,
                                     struct hx_kept *out, struct hx_error *e);

/* An officer's verdict ("restricted", ...) with its reason, beside that of the kept check `id`, which
 * stays. */
HX_API enum hx_result hx_record_override(struct hx_store *store, int64_t id, const char *verdict,
                                         const char *reason, const char *officer, struct hx_kept *out,
                                         struct hx_error *e);

struct hx_record { /* texts are never NULL; those of the other kind are "" */
    int64_t id;
    const char *kind;    /* "check" | "override" */
    const char *kept_at; /* UTC */
    const char *officer, *verdict;
    const char *project_name, *project_class, *area_basis;
    const char *engine, *layers; /* JSON */
    const char *rules_sha256, *input_name, *input_sha256, *result_sha256;
    int64_t refers_to; /* of an override: the check */
    const char *reason;
    const char *previous_sha256, *sha256;
};

/* Rows in the order of their ids, from behind `after`, at most `limit` (0: all), one call each until one says
 * false.
 * The row is borrowed for the call. */
typedef bool hx_record_fn(const struct hx_record *record, void *user);
HX_API enum hx_result hx_records(struct hx_store *store, int64_t after, int64_t limit, hx_record_fn *fn,
                                 void *user, struct hx_error *e);
/* Row `id`, its overrides and its report as JSON, as GET /records/{id} answers; HX_NOT_FOUND when there is
 * none. */
HX_API enum hx_result hx_record_json(struct hx_store *store, int64_t id, struct hx_bytes *out,
                                     struct hx_error *e);
/* The kept bytes as they are. */
HX_API enum hx_result hx_record_report(struct hx_store *store, int64_t id, struct hx_bytes *out,
                                       struct hx_error *e);
HX_API enum hx_result hx_record_input(struct hx_store *store, int64_t id, struct hx_bytes *out,
                                      struct hx_error *e);

struct hx_chain {
    size_t size; /* sizeof (struct hx_chain) */
    bool sound;
    int64_t n_rows;    /* that were looked at; of a broken chain: the sound ones */
    int64_t head_id;   /* 0 when the record is empty */
    char head[65];     /* seal of the last sound row */
    int64_t broken_id; /* the first row that is wrong or missing; 0: none, or only the anchor was not found */
    char zh[512], en[512]; /* what is wrong; "" when sound */
};

/* Walks the whole chain, contents included. `anchor` is a seal from an earlier day that must be found in it,
 * or NULL.
 * A broken chain is HX_OK with sound == false. */
HX_API enum hx_result hx_records_verify(struct hx_store *store, const char *anchor, struct hx_chain *out,
                                        struct hx_error *e);

enum hx_finding {
    HX_CANNOT_RECOMPUTE = 0, /* something is missing, and named */
    HX_DIFFERS,
    HX_IDENTICAL,
};

struct hx_difference {
    const char *path;             /* "parcels[0].layers[1].area_m2" */
    const char *reported, *found; /* JSON text */
    const char *against;          /* "recomputed", "record", "input" */
};
struct hx_sentence {
    const char *zh, *en;
};
struct hx_verification {
    enum hx_finding finding;
    const struct hx_difference *differences;
    size_t n_listed, n_differences; /* at most 1000 are listed, all are counted */
    const struct hx_sentence *missing, *notes;
    size_t n_missing, n_notes;
    int64_t record_id;   /* the row that it was compared with; 0: none */
    const char *verdict; /* as recomputed; "" when it could not be */
};

/* Recomputes a report (JSON) from the versions, rules and input that it names. `input` may be NULL: then the
 * store must have kept it. Ends the checker's last check; the verification is borrowed until its next
 * check or verification. */
HX_API enum hx_result hx_verify_report(struct hx_checker *checker, const void *report, size_t n,
                                       const void *input, size_t n_input, const struct hx_verification **out,
                                       struct hx_error *e);

/* ---- audits: many parcels from file to file; the lines among themselves; the figures of the plan ----
 *
 * The files are those that the command `hongxian audit` writes, byte for byte. Each call starts and joins
 * threads of its own and returns when it is done; a store may serve several at once. */

struct hx_audit_progress {
    int64_t done;  /* parcels, or items of work */
    int64_t total; /* -1 when it is not known; of a lines audit it may grow */
    double seconds;
};
/* Some times a second, on the caller's thread. false stops the audit cleanly. */
typedef bool hx_audit_progress_fn(const struct hx_audit_progress *progress, void *user);

struct hx_audit_options { /* all zero but the size: the defaults */
    size_t size;          /* sizeof (struct hx_audit_options) */
    hx_audit_progress_fn *progress;
    void *user;
    /* Parcels only: refused with another audit, as those of lines are with parcels. */
    const char *layer;         /* of the input, where it has several */
    const char *project_class; /* of every parcel */
    const char *claims;        /* of every parcel: "LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]];..." */
    const char *claim_field;   /* a column that holds the same of each parcel */
    const char *class_field, *id_field;
    const char *summary_html; /* a page with map, charts and the worst cases, written besides */
    const char *since;        /* an earlier output (.gpkg): what nothing has changed for is taken over */
    int epsg;                 /* for an input that states no CRS; 0: none */
    bool overlaps;            /* GeoPackage: the common areas as geometry, too */
    bool resume;              /* go on with an audit that was stopped or killed */
    bool overwrite;
    /* Lines only. */
    bool within_spaces;   /* also: does each line lie within its own space? and other nests to be asked for */
    const char *compare;  /* an earlier output: findings become new, still there, or fixed */
    const char *official; /* official totals, CSV or JSON */
    const char *only_layer; /* the id of one layer; NULL: the lines and their spaces */
    /* Of all. */
    int threads;  /* 0: one for each processor; at most 64 */
    int reserved; /* 0 */
};

enum { HX_AUDIT_NOTES_MAX = 8 };

/* A remark on the input as a whole: what was assumed, and what it holds that is no area. */
struct hx_audit_note {
    char code[48]; /* stable slug */
    char zh[512], en[512];
};

struct hx_audit_outcome {
    size_t size;                                /* sizeof (struct hx_audit_outcome) */
    int64_t n_parcels, n_unmeasured;            /* of parcels; each unmeasured one is a row with its reason */
    int64_t n_findings;                         /* parcel x feature; or places where the lines do not fit */
    int64_t by_verdict[5];                      /* by hx_verdict */
    int64_t n_reused;                           /* rows that were taken over from `since` */
    int64_t resumed_after;                      /* rows that were there already */
    int64_t n_slivers, n_new, n_still, n_fixed; /* of lines */
    int64_t n_not_examined; /* of lines: relations of layers of which nothing can be said; see `relations` */
    bool stopped;           /* by `progress`: parcels can be resumed, of the others nothing was written */
    bool finished_before;   /* `resume` found every output of the same run whole */
    double seconds;
    /* Of parcels. None when `resume` found every output whole. */
    struct hx_audit_note notes[HX_AUDIT_NOTES_MAX];
    size_t n_notes, n_notes_left_out;  /* in `notes`; besides, for which there was no room */
    char since_zh[128], since_en[128]; /* why nothing of `since` could be taken over; "" */
};

/* Every parcel of a file (whatever GDAL reads, 国土TXT) against the lines. By the ending of `output`: .gpkg,
 * .csv, .geojsonl, .fgb, .xlsx. HX_INVALID_INPUT when the output is there already, unless `resume` or
 * `overwrite`. `options` may be NULL. */
HX_API enum hx_result hx_audit_parcels(struct hx_store *store, const char *input, const char *output,
                                       const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                       struct hx_error *e);
/* Where layers do not lie to each other as their definitions say, as .gpkg, .csv, .geojsonl, .fgb, .xlsx,
 * .html or .json. What was not examined, and shares, are in the table `relations`; of .csv, .geojsonl and
 * .fgb in OUTPUT.relations.csv. */
HX_API enum hx_result hx_audit_lines(struct hx_store *store, const char *output,
                                     const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                     struct hx_error *e);
/* Areas of lines and spaces by region and prefecture, with shares of official areas, as .json, .csv or
 * .html. */
HX_API enum hx_result hx_audit_figures(struct hx_store *store, const char *output,
                                       const struct hx_audit_options *options, struct hx_audit_outcome *out,
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

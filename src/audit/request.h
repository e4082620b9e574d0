/* What an audit is asked. One struct for the command, the server's jobs and the C library, made from named
 * options by one function, which has every sentence about a wrong option, and written back as arguments of
 * the command by another.
 *
 * A new option is a member and a line of the table in request.c, which the command and POST /jobs go by;
 * the library, whose options are members of a public struct, needs a member and a line in api/audits.c,
 * too. Texts are borrowed. Threads: pure. */
#ifndef HX_AUDIT_REQUEST_H
#define HX_AUDIT_REQUEST_H

#include "base/arena.h"
#include "base/status.h"

struct child_reader;

enum audit_kind { AUDIT_PARCELS, AUDIT_LINES, AUDIT_FIGURES };
enum {
    AUDIT_KIND_COUNT = AUDIT_FIGURES + 1,
    AUDIT_MAX_THREADS = 64,
    AUDIT_OUTPUTS_MAX = 8,
    AUDIT_ARGUMENTS_MAX = 40, /* of a request as arguments */
};

struct audit_request {
    enum audit_kind kind;
    const char *outputs[AUDIT_OUTPUTS_MAX + 1]; /* ended by NULL; the ending of each is its format */
    const char *summary;                        /* of parcels: an HTML file; NULL: none */
    const char *summary_json;                   /* sums and the worst cases for programs; NULL: none */
    const char *layer; /* of the input; of lines and figures: only this one. NULL: the only one; all */
    int threads;       /* 1 .. AUDIT_MAX_THREADS */
    /* Of parcels. */
    const char *input;
    const char *project_class; /* for every parcel; NULL: not given */
    const char *class_field;   /* the field that holds each parcel's class; NULL: none */
    const char *claims;        /* for every parcel (lines/claims.h), by ";"; NULL: none */
    const char *claim_field;   /* the field that holds each parcel's claims; NULL: none */
    const char *id_field;      /* NULL: the official name (BSM), else the file's own number */
    const char *since; /* an earlier output (.gpkg): what stands is taken over; NULL: all is measured */
    const struct child_reader *reader; /* reads formats that need GDAL; NULL: this very program */
    int epsg;                          /* for an input that states no CRS; 0: none given */
    bool overlaps;                     /* GeoPackage: a table with the overlap geometries */
    bool resume;                       /* go on where OUT.part ends */
    bool overwrite;                    /* an existing output is replaced, an interrupted run is thrown away */
    /* Of lines. */
    const char *compare;  /* an earlier output of this audit; NULL: none */
    const char *official; /* a file of official totals, CSV or JSON (README.md); NULL: none */
    bool within_spaces;   /* also: does each line lie within its own space? */
};

/* "parcels", "lines", "figures". */
const char *audit_kind_name(enum audit_kind k);
/* STATUS_INVALID_INPUT when there is no such kind. */
enum status audit_kind_of(const char *name, enum audit_kind *out, struct error *e) HX_MUST_CHECK;

/* One option by its name, "class-field"; its value as text. A flag is "1" or "0". NULL or "": not given.
 * "output" may come several times; a "summary" that ends in .json is the one for programs. */
struct audit_option {
    const char *key, *value;
};

/* Puts the options into *r, which has its kind, and where it goes on from another request all of that one;
 * an output is added to those that are there. The number of threads is that of the processors unless it is
 * given. Refuses an option that there is not, or that is not one of this kind of audit, and a request that
 * is not whole. */
enum status audit_request_of(const struct audit_option *options, size_t n, struct audit_request *r,
                             struct error *e) HX_MUST_CHECK;
/* The refusal of an option that is not one of this kind of audit, for doors that have more options than
 * these. */
enum status audit_option_refuse(const char *key, enum audit_kind kind, struct error *e) HX_MUST_CHECK;

/* What each door calls an option: the command `argument` (and `alias`, an older name), POST /jobs `query`,
 * which is NULL where a job decides it itself or takes a file for it. The library has a member of
 * hx_audit_options for each (api/audits.c). */
struct audit_option_info {
    const char *key, *argument, *alias, *query;
    unsigned kinds;              /* 1 << AUDIT_PARCELS: it is an option of parcels */
    const char *value, *zh, *en; /* for help: its value's name (NULL of a flag), and what it is for */
    bool is_flag;
};
/* The i-th option; false after the last. */
bool audit_option_at(size_t i, struct audit_option_info *out);

/* The same request with its texts in the arena. */
enum status audit_request_copy(const struct audit_request *from, struct arena *a, struct audit_request *out,
                               struct error *e) HX_MUST_CHECK;
/* As arguments that follow "audit KIND"; the texts are in the arena. *n is how many. */
enum status audit_request_arguments(const struct audit_request *r, struct arena *a,
                                    const char *argv[AUDIT_ARGUMENTS_MAX], size_t *n,
                                    struct error *e) HX_MUST_CHECK;

#endif

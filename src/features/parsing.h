/* What the readers of the parcel module share: the set that grows, its warnings, and the checks that every
 * parcel passes before it is added. Internal to the module.
 *
 * `error` is never NULL here: parcel_parse copies it out when its caller wants it. Running out of memory for
 * a warning latches and fails the whole at the end, so that a guess is never lost in silence. */
#ifndef HX_FEATURES_PARSING_H
#define HX_FEATURES_PARSING_H

#include "features/parcel.h"
#include "features/policy.h"

enum { WARNINGS_PER_CODE = 20, WARNING_CODES = 40 };

struct warning_count {
    const char *code; /* a literal */
    size_t n;
};

struct parsing {
    const struct parcel_context *context;
    struct parcel_set set;
    size_t cap_parcels, cap_warnings;
    struct policy policy;        /* policy.rings: of the parcel that is being read */
    struct parcel_fields fields; /* of the record that is being read */
    bool structure_only;         /* parcels are not finished: for measuring the reading of text alone */
    struct warning_count counts[WARNING_CODES];
    bool no_memory;
    struct error *error;
};

/* Which parcel a sentence is about, in both languages: 地块“12”（第3个，第40行起）. Where no reader says it,
 * it is the feature's number and id, and is written only when there is something to say. */
struct parsing_place {
    const char *zh, *en; /* NULL: of the two below */
    size_t number;
    const char *id;
};
/* The same with its texts. */
struct parsing_place parsing_place_said(struct parsing *p, struct parsing_place place);

/* How a value of p->fields stands in JSON: as enum feature_type of features/stream.h. */
enum { FIELD_TEXT = 0, FIELD_INTEGER, FIELD_REAL, FIELD_JSON };

#define M2_PER_HECTARE 10000.0
#define M2_PER_MU (10000.0 / 15.0)
enum area_unit { AREA_UNIT_UNSAID = 0, AREA_UNIT_HECTARE, AREA_UNIT_M2, AREA_UNIT_MU };

/* A declared area, as it was written. value is NAN when there is none. */
struct declared_area {
    double value;
    enum area_unit unit;
    const struct error
        *contradicts; /* it cannot be this plot's: told where nothing else refuses the plot; NULL */
};

/* Arena text; NULL (and latched) when memory is out. */
const char *parsing_printf(struct parsing *p, const char *fmt, ...) HX_PRINTF(2, 3);
/* At most 40 bytes of a name that came from outside, cut between characters, for use in sentences. */
const char *parsing_short(struct parsing *p, const char *name);

/* False once a code has had its WARNINGS_PER_CODE: counted, and no text need be made. */
bool parsing_warn_wanted(struct parsing *p, const char *code);
/* Both texts are arena text from parsing_printf, or literals. The first WARNINGS_PER_CODE of a code are
 * kept. */
void parsing_warn(struct parsing *p, const char *code, const char *zh, const char *en);
/* Says of each code how many were left out. */
void parsing_warn_rest(struct parsing *p);
/* Ends a reading: what is odd about the parcels together, and the rest of the warnings. */
enum status parsing_end(struct parsing *p) HX_MUST_CHECK;

/* Puts the place before the sentence that is in p->error, and returns `s`. */
enum status parsing_fail_in(struct parsing *p, enum status s, struct parsing_place place);

/* The same for a line of the text: "第3行：". */
enum status parsing_fail_at_line(struct parsing *p, enum status s, size_t line) HX_MUST_CHECK;

/* Area text such as "0.7655公顷", "7655㎡", "11.48亩" or "0.7655". False when it is not a number. */
bool parsing_area_text(const char *text, struct declared_area *out);

/* Lets the policy judge p->policy.rings (in parcel->crs), settles the declared area, and adds the parcel; or,
 * for a stream, hands the rings to context->sink as they are. */
enum status parsing_add(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                        struct declared_area declared) HX_MUST_CHECK;

/* parsing_checks.c: what is odd about a parcel without being wrong. */
void parsing_check_rings(struct parsing *p, const struct parcel *parcel, struct parsing_place place);
void parsing_check_place(struct parsing *p, const struct parcel *parcel, struct parsing_place place);
void parsing_check_overlaps(struct parsing *p); /* of the set's parcels with each other */

/* The module's readers, for the table in parcel.c. `text` is UTF-8 and NUL-terminated. */
enum status parcel_geojson_read(struct parsing *p, char *text, size_t n) HX_MUST_CHECK;
enum status parcel_txt_read(struct parsing *p, char *text, size_t n) HX_MUST_CHECK;
enum status parcel_wkt_read(struct parsing *p, char *text, size_t n) HX_MUST_CHECK;
enum status parcel_table_read(struct parsing *p, char *text, size_t n) HX_MUST_CHECK;
enum status parcel_csv_read(struct parsing *p, char *text, size_t n) HX_MUST_CHECK;

/* Begins and ends a reading; parcel.c and features.c. */
enum status parsing_begin(struct parsing *p, const struct parcel_context *c, struct error *e) HX_MUST_CHECK;
void parsing_release(struct parsing *p);

#endif

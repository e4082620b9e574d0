/* Features of a stream as parcels: bound, accepted by the one policy, and remarked upon, in one function for
 * single checks and audits. A single check takes all or refuses the file; an audit takes each by itself.
 *
 * Threads: a judge belongs to one thread; the transformer and GEOS are its caller's. */
#ifndef HX_FEATURES_PARCELS_H
#define HX_FEATURES_PARCELS_H

#include "features/binding.h"
#include "features/parcel.h"
#include "features/stream.h"
#include "geo/crs/decide.h"
#include "geo/crs/stated.h"

/* The CRS of a stream's features, for those that do not bring their own: what the file states, what was
 * given, what the coordinates show. q->stated_name is in *stated. `zone_by_unit` may be NULL
 * (geo/crs/decide.h). */
enum status feature_stream_crs(const struct feature_stream *s, struct geo_transformer *t,
                               struct crs_question *q, struct crs_stated *stated, struct crs_decision *out,
                               struct error *e) HX_MUST_CHECK;

/* The question that the format of a stream leads to: GeoJSON and KML say what their degrees are. */
struct crs_question feature_stream_question(const struct feature_stream *s, int given_epsg);

/* Bytes or a file -> validated parcels, as parcel_parse gives them: every format, texts too. */
enum status feature_parcels(const struct parcel_context *c, const struct feature_request *r,
                            struct parcel_set *out, struct error *e) HX_MUST_CHECK;

struct feature_judge;
enum status feature_judge_new(struct geo_transformer *t, struct geo_geos *g, struct feature_judge **out,
                              struct error *e) HX_MUST_CHECK; /* owned */
void feature_judge_free(struct feature_judge *j);             /* NULL-safe */

struct feature_verdict {
    struct parcel parcel;      /* id, name and use also when refused */
    const struct error *fault; /* why it is no parcel; NULL */
    struct geo_box box;        /* of the coordinates as drawn, where they are degrees; else of the shape */
    bool as_drawn; /* vertices are those of the WKB: nothing was converted, dissolved or left out */
    const struct feature_note *warnings; /* of the stream and of the policy */
    size_t n_warnings;
};
/* Everything that *out points to is in `a`, or the feature's. `crs`: where the feature has none of its own. A
 * refusal is an answer; failures are those of the machine. */
enum status feature_judge_parcel(struct feature_judge *j, const struct feature *f, const struct geo_crs *crs,
                                 struct arena *a, struct feature_verdict *out, struct error *e) HX_MUST_CHECK;

/* Fields that somebody named. */
struct feature_fields {
    const char *id;                     /* NULL: by the usual names */
    const char *project_class, *claims; /* NULL: none */
};

/* Binding of one schema, found once: fields by their usual names, and those that were named. -1: there is
 * none. */
enum { BINDING_SYSTEM_MAX = 8 };
struct feature_binding {
    const struct feature_schema *schema;
    int field[BOUND_FIELDS];
    int system[BINDING_SYSTEM_MAX]; /* fields that state a datum or a code */
    int n_system;
    int class_field, claim_field;
};
/* STATUS_INVALID_INPUT "source-field-not-found" when a field that was named is not there. `named` NULL:
 * none was. */
enum status feature_bind(struct feature_binding *b, const struct feature_schema *schema,
                         const struct feature_fields *named, struct error *e) HX_MUST_CHECK;
/* STATUS_UNSUPPORTED when an attribute states another datum, a local system or a web map. */
enum status feature_check_system(const struct feature_binding *b, const struct feature *f,
                                 struct error *e) HX_MUST_CHECK;
/* A bound value, "" when there is none. Borrowed from the feature. */
const char *feature_value(const struct feature *f, int index);

#endif

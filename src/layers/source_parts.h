/* What the source_*.c files share. Not for other modules' use. */
#ifndef HX_LAYERS_SOURCE_PARTS_H
#define HX_LAYERS_SOURCE_PARTS_H

#include "base/buffer.h"
#include "features/parcels.h"
#include "features/policy.h"
#include "layers/layer_table.h"
#include "layers/source.h"

struct source {
    struct feature_request file; /* of the one layer that is read; texts in `keep` */
    struct feature_stream *stream;
    bool alone; /* the one layer of its file, whose name is then its own, too */
    const struct feature_schema
        *schema;               /* every field that the records have: of the layer, or of the first records */
    int binding[LAYER_FIELDS]; /* fields of `schema`, -1 none */
    const struct feature_schema *bound_schema; /* of records that `bound` is for */
    int bound[LAYER_FIELDS];
    struct feature_binding system; /* which fields state a datum */
    struct source_info info;
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct policy policy;
    struct arena *keep;    /* strings of info */
    struct arena *feature; /* reset for each feature */
    struct buffer json;    /* properties */
    struct layer_table table;
    struct source_zones mapped; /* the operator's words, borrowed from the request */
    struct source_zones codes;  /* schema/zone_codes.json */
};

enum { SOURCE_RECORDS_LOOKED_AT = 5000, SOURCE_ANY_ZONE = 4546 };

/* source.c: walks the records from the first one, by a stream of its own, until `fn` says false or `limit`
 * (0: none) is reached. What is wrong with the file is told by the reading that counts, not here. */
typedef bool source_walk_fn(struct source *s, const struct feature *f, void *user);
enum status source_walk(struct source *s, size_t limit, bool attributes_only, source_walk_fn *fn, void *user,
                        struct error *e) HX_MUST_CHECK;

/* source_schema.c: every field of the first SOURCE_RECORDS_LOOKED_AT records, in the arena. */
enum status source_schema_of(const struct feature_request *file, struct arena *keep,
                             const struct feature_schema **out, struct error *e) HX_MUST_CHECK;
/* source_crs.c: which CRS, and who says so. */
enum status source_decide_crs(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* source_place.c: the EPSG code of the one 3-degree zone in which eastings without a prefix lie in their
 * unit, or the question which zone it is. */
enum status source_zone_by_unit(struct source *s, const struct source_request *r, int *epsg,
                                struct error *e) HX_MUST_CHECK;
/* source_place.c: STATUS_INVALID_INPUT when most features lie elsewhere than in the unit that the operator
 * named. */
enum status source_check_unit(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* source_fields.c */
enum status source_bind_fields(struct source *s, const struct source_request *r,
                               struct error *e) HX_MUST_CHECK;
enum status source_read_fields(struct source *s, const struct feature *f, struct source_feature *out,
                               struct error *e) HX_MUST_CHECK;
/* The value of a bound field, "" when it has none. Borrowed from the feature. */
const char *source_bound_text(struct source *s, const struct feature *f, enum layer_field field);
/* source_zone.c: sub-zones by the operator's words, by name, by schema/zone_codes.json. `by` is as in
 * source_zone_use. */
enum status source_zone_table(struct source *s, struct error *e) HX_MUST_CHECK;
const char *source_zone_name(const struct source *s, const char *name, const char *code, const char **by);
/* source_zone.c: the sub-zones of a survey. Reads the attributes once. */
enum status source_list_zones(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* source_target.c: the layer to read: the request's, or where the file has several the one whose name leaves
 * no doubt; NULL when there is one only. In the arena, or the request's. */
enum status source_choose_layer(struct source *s, const struct source_request *r, const char **out,
                                struct error *e) HX_MUST_CHECK;
/* source_target.c: the refusal of what seems to be a village's boundary; `target`: a line that shares its
 * pinyin. */
enum status source_ask_village(const struct source *s, const struct source_request *r, const char *target,
                               struct error *e) HX_MUST_CHECK;
/* source_target.c: what it becomes, or the question. */
enum status source_decide_target(struct source *s, const struct source_request *r,
                                 struct error *e) HX_MUST_CHECK;
/* source_shape.c: sets state, fault, shape and areas. Fails only for reasons that are not the feature's. */
enum status source_read_shape(struct source *s, const struct feature *f, struct source_feature *out,
                              struct error *e) HX_MUST_CHECK;

#endif

/* What the source_*.c files share. Not for other modules' use. */
#ifndef HX_INGEST_SOURCE_PARTS_H
#define HX_INGEST_SOURCE_PARTS_H

#include "geo/valid.h"
#include "ingest/layer_table.h"
#include "ingest/source.h"
#include "parcel/policy.h"

#include "base/buffer.h"

#include <iconv.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

struct source_binding {
    int field[LAYER_FIELDS]; /* field numbers, -1 none */
};

struct source {
    struct gdal_guard guard;
    GDALDatasetH data;
    OGRLayerH layer;
    struct source_info info;
    struct source_binding binding;
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct policy policy; /* policy.rings: of one feature, as delivered */
    int32_t outer;        /* the newest outer ring of it */
    double *x, *y;        /* one ring */
    size_t capacity;
    struct arena *keep;    /* strings of info */
    struct arena *feature; /* reset for each feature */
    struct buffer json;    /* properties */
    iconv_t from_gbk;
    bool gbk_first; /* undecided text is GB18030 */
    int64_t position;
    struct layer_table table;
    struct source_zones mapped; /* the operator's words, borrowed from the request */
    struct source_zones codes;  /* schema/zone_codes.json */
};

/* source_crs.c: which CRS, and who says so. */
enum status source_decide_crs(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* source_place.c: the EPSG code of the one 3-degree zone in which eastings without a prefix lie in their unit, or the question
 * which zone it is. */
enum status source_zone_by_unit(struct source *s, const struct source_request *r, int *epsg,
                                struct error *e) HX_MUST_CHECK;
/* source_place.c: STATUS_INVALID_INPUT when most features lie elsewhere than in the unit that the operator named. */
enum status source_check_unit(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* The EPSG code of a CRS, by its authority or by its parameters; 0 when it cannot be identified. */
int source_srs_epsg(OGRSpatialReferenceH stated, bool *by_match);
/* source_fields.c: how to read the text of a Shapefile that does not say; reads all attributes once. */
void source_find_encoding(struct source *s);
enum status source_bind_fields(struct source *s, const struct source_request *r,
                               struct error *e) HX_MUST_CHECK;
enum status source_read_fields(struct source *s, OGRFeatureH f, struct source_feature *out,
                               struct error *e) HX_MUST_CHECK;
/* source_fields.c: a field's value, "" when it has none; NULL when memory is out. In the feature's arena. */
const char *source_field_text(struct source *s, OGRFeatureH f, int index);
/* The number of a field by its name or alias (UTF-8, any case), or -1. */
int source_field_index(struct source *s, OGRFeatureDefnH defn, const char *name);
/* source_zone.c: sub-zones by the operator's words, by name, by schema/zone_codes.json. `by` is as in source_zone_use. */
enum status source_zone_table(struct source *s, struct error *e) HX_MUST_CHECK;
const char *source_zone_name(const struct source *s, const char *name, const char *code, const char **by);
/* source_zone.c: the sub-zones of a survey. Reads the attributes once. */
enum status source_list_zones(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* source_target.c: names of one of the source's layers, in the arena `keep`. `s->data` is open. */
enum status source_names(struct source *s, OGRLayerH layer, const char *path, struct layer_names *out,
                         struct error *e) HX_MUST_CHECK;
/* source_target.c: the layer to read, when the request does not name it. */
enum status source_choose_layer(struct source *s, const struct source_request *r,
                                struct error *e) HX_MUST_CHECK;
/* source_target.c: the refusal of what seems to be a village's boundary. */
enum status source_ask_village(const struct source_request *r, struct error *e) HX_MUST_CHECK;
/* source_target.c: what it becomes, or the question. */
enum status source_decide_target(struct source *s, const struct source_request *r,
                                 struct error *e) HX_MUST_CHECK;
/* UTF-8 in `a`: as it is, or from GB18030, which is what old Shapefiles carry. NULL when memory is out. */
char *source_text(struct source *s, const char *raw, struct arena *a);
/* A layer's name as UTF-8: it is a file's name, not text of the file. GDAL takes names in an archive of Windows (GBK) for CP437, as the
 * format of archives has it; Chinese has no place there, so that this can be undone. */
char *source_layer_name(const char *raw, struct arena *a);
/* source_shape.c: sets state, fault, shape and areas. Fails only for reasons that are not the feature's. */
enum status source_read_shape(struct source *s, OGRFeatureH f, struct source_feature *out,
                              struct error *e) HX_MUST_CHECK;

#endif

/* What the source_*.c files share. Not for other modules' use. */
#ifndef HX_INGEST_SOURCE_PARTS_H
#define HX_INGEST_SOURCE_PARTS_H

#include "geo/valid.h"
#include "ingest/quick_valid.h"
#include "ingest/source.h"

#include "base/buffer.h"

#include <iconv.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

struct source_zone {
    const char *code, *name;
};

struct source_binding {
    int id, name, zone, county, area, zone_code; /* field numbers, -1 none */
};

struct source {
    struct gdal_guard guard;
    GDALDatasetH data;
    OGRLayerH layer;
    struct source_info info;
    struct source_binding binding;
    struct geo_transformer *transformer;
    struct geo_geos *geos;
    struct quick_valid *quick;
    struct geo_shape_builder builder;
    double *x, *y; /* one ring */
    size_t capacity;
    struct arena *keep;    /* strings of info */
    struct arena *feature; /* reset for each feature */
    struct buffer json;    /* properties */
    iconv_t from_gbk;
    bool gbk_first; /* undecided text is GB18030 */
    int64_t position;
    struct source_zone *zones;
    size_t n_zones;
};

/* source_crs.c: which CRS, and who says so. */
enum status source_decide_crs(struct source *s, const struct source_request *r,
                              struct error *e) HX_MUST_CHECK;
/* The EPSG code of a CRS, by its authority or by its parameters; 0 when it cannot be identified. */
int source_srs_epsg(OGRSpatialReferenceH stated, bool *by_match);
/* source_fields.c: how to read the text of a Shapefile that does not say; reads all attributes once. */
void source_find_encoding(struct source *s);
enum status source_bind_fields(struct source *s, const struct source_request *r,
                               struct error *e) HX_MUST_CHECK;
enum status source_read_fields(struct source *s, OGRFeatureH f, struct source_feature *out,
                               struct error *e) HX_MUST_CHECK;
/* source_zone.c: the name of a 规划分区代码 by schema/zone_codes.json, "" when it is not there. */
enum status source_zone_table(struct source *s, struct error *e) HX_MUST_CHECK;
const char *source_zone_name(const struct source *s, const char *code);
/* source_zone.c: does the source say that it is a village's boundary? */
bool source_is_village(struct source *s, const struct source_request *r);
/* UTF-8 in `a`: as it is, or from GB18030, which is what old Shapefiles carry. NULL when memory is out. */
char *source_text(struct source *s, const char *raw, struct arena *a);
/* source_shape.c: sets state, fault, shape and areas. Fails only for reasons that are not the feature's. */
enum status source_read_shape(struct source *s, OGRFeatureH f, struct source_feature *out,
                              struct error *e) HX_MUST_CHECK;

#endif

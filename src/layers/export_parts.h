/* What export.c and export_geojson.c share. Not for other modules' use. */
#ifndef HX_LAYERS_EXPORT_PARTS_H
#define HX_LAYERS_EXPORT_PARTS_H

#include "layers/gdal_guard.h"
#include "layers/layer_table.h"
#include "store/store.h"

/* What a feature's own columns are; their names are the layer's official ones (by its definition). */
enum { FIELD_CODE, FIELD_NAME, FIELD_ZONE, FIELD_COUNTY, FIELD_AREA, N_FIXED };

/* A field of the source that no column of our own holds. */
struct export_field {
    char *name;    /* owned */
    char *written; /* owned; another name where a column of our own has that */
    bool typed;    /* a value was met: null has no type */
    OGRFieldType type;
    int field;
};

struct export_job {
    struct store *store;
    const struct store_version *version;
    struct gdal_guard guard;
    GDALDatasetH data;
    OGRLayerH layer;
    struct layer_table table;
    bool narrow;
    bool has_zones;
    int fixed[N_FIXED];         /* -1: the layer has no such field, or another holds the same */
    struct export_field *extra; /* owned */
    size_t n_extra, capacity;
    int64_t n;
    enum status status;
    struct error *error;
};

/* The column's name, "" when the layer has none. */
const char *export_fixed_name(const struct export_job *j, int field);
/* The whole file, with the fields that were found; STATUS_IO leaves no file. */
enum status export_geojson(struct export_job *j, const char *path) HX_MUST_CHECK;

#endif

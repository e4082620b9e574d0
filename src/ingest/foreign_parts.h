/* What the files of the reading child share. Not for other modules' use. */
#ifndef HX_INGEST_FOREIGN_PARTS_H
#define HX_INGEST_FOREIGN_PARTS_H

#include "ingest/foreign_stream.h"
#include "ingest/gdal_guard.h"

#include <ogr_api.h>

struct foreign_reading {
    struct gdal_guard guard;
    GDALDatasetH data;
    bool raw_text;   /* texts come in an encoding that the file does not tell */
    bool gbk;        /* and it is GB18030 */
    bool drawing;    /* closed lines are areas, hatches are not */
    bool all_layers; /* layers are folders of one list of parcels, not different things */
    struct buffer out;
    size_t n_features, n_skipped, n_curved;
    size_t n_vertices;
};

/* foreign_layers.c: chooses the layers and writes their records. */
enum status foreign_read_layers(struct foreign_reading *r, struct error *e) HX_MUST_CHECK;

/* foreign_fields.c: decides r->gbk from all texts of a layer. */
void foreign_find_encoding(struct foreign_reading *r, OGRLayerH layer);
/* A text of the file as UTF-8, malloc'd; NULL when memory is out. */
char *foreign_text(const struct foreign_reading *r, const char *raw);
enum foreign_field { FOREIGN_ID, FOREIGN_NAME, FOREIGN_USE, FOREIGN_AREA, FOREIGN_FIELDS };
/* Field numbers by their usual names, -1 where there is none. */
void foreign_bind_fields(const struct foreign_reading *r, OGRFeatureDefnH defn, int index[FOREIGN_FIELDS]);

void foreign_warn(struct foreign_reading *r, const char *code, const char *zh, const char *en);

#endif

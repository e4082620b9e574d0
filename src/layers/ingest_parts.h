/* What ingest_layer.c, ingest_report.c and ingest_coverage.c share. Not for other modules' use. */
#ifndef HX_LAYERS_INGEST_PARTS_H
#define HX_LAYERS_INGEST_PARTS_H

#include "formats/json.h"
#include "geo/valid.h"
#include "layers/findings.h"
#include "layers/ingest.h"

/* Each list of a report names this many features; the counts go on. */
enum { REPORT_LIST_LIMIT = 1000 };

struct ingest_list {
    struct buffer text;
    struct json_writer json;
    int64_t n;
};

/* A coverage, read and united before the import begins. */
struct ingest_coverage {
    bool stated;
    char sha256[65];
    struct geo_shape shape; /* in the arena given to ingest_coverage_read */
    double area_m2;
    const char *by; /* "file" | "units"; for the report */
};

/* ingest_settle.c: everything that a request leaves open, decided before the source is opened (the mapping
 * file) and after (layer, titles). Strings in the arena. */
enum status ingest_settle_mapping(struct ingest_request *r, struct source_zones *zones, struct arena *a,
                                  struct error *e) HX_MUST_CHECK;
enum status ingest_settle_layer(struct store *s, const struct source_info *info, struct ingest_request *r,
                                struct arena *a, struct error *e) HX_MUST_CHECK;

/* "EPSG:4525", or "EPSG:2363 + Helmert dx,dy,dz,rx,ry,rz,s coordinate_frame": the CRS as decided, for the
 * version's row. */
void ingest_crs_text(const struct geo_crs *crs, char out[256]);

void ingest_list_init(struct ingest_list *l);
void ingest_list_release(struct ingest_list *l);
void ingest_list_add(struct ingest_list *l, const struct source_feature *f);

struct ingest_report_parts {
    const struct ingest_request *request;
    const struct source *source; /* NULL when nothing was read */
    const char *sha256;
    const struct ingest_coverage *coverage;
    const struct ingest_list *dissolved, *repaired, *refused;
    const struct findings *findings; /* NULL when nothing was read */
};
enum status ingest_report_write(struct ingest_report *r, const struct ingest_report_parts *p,
                                struct error *e) HX_MUST_CHECK;

/* Members of a JSON object: the fields that are bound; and the sub-zones as "zones", with how many features
 * each has where they are `counted`. */
void source_write_fields(struct json_writer *w, const struct source_fields *bound);
void source_write_zones(struct json_writer *w, const struct source_info *info, bool counted);

/* The union of units' boundaries: "150102,150103", or "region" for the whole of it. */
enum status ingest_coverage_units(const struct units *u, const char *codes, struct arena *a,
                                  struct ingest_coverage *out, struct error *e) HX_MUST_CHECK;
enum status ingest_coverage_read(const char *path, struct arena *a, struct ingest_coverage *out,
                                 struct error *e) HX_MUST_CHECK;

#endif

/* What a source states of its CRS and where its coordinates lie, put to the one decision (geo/crs/decide.h). */
#include "geo/crs/decide.h"
#include "geo/crs/stated.h"
#include "ingest/geojson_crs.h"
#include "ingest/source_parts.h"

#include <cpl_conv.h>
#include <string.h>

/* WKT says everything that GDAL knows of it; it is judged where a sandboxed child's WKT is judged, too. */
static enum status stated_of_srs(struct geo_transformer *t, OGRSpatialReferenceH srs, struct crs_stated *out,
                                 struct error *e)
{
    const char *const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", NULL};
    char *wkt = NULL;
    const char *name = OSRGetName(srs);
    bool told = OSRExportToWktEx(srs, &wkt, options) == OGRERR_NONE && wkt;
    enum status s = crs_of_stated(t, told ? wkt : name, out, e);
    CPLFree(wkt);
    return s;
}

int source_srs_epsg(OGRSpatialReferenceH srs, bool *by_match)
{
    struct geo_transformer *t = NULL;
    struct crs_stated stated = {.epsg = 0};
    if (geo_transformer_new(&t, NULL) == STATUS_OK && stated_of_srs(t, srs, &stated, NULL) != STATUS_OK)
        stated.epsg = 0;
    geo_transformer_free(t);
    *by_match = stated.by_match;
    return stated.epsg;
}

static bool is_geojson(const struct source *s)
{
    return strncmp(s->info.driver, "GeoJSON", 7) == 0;
}

/* RFC 7946 knows degrees only; a file that holds metres was written by a tool that says nothing. */
static bool is_silent_geojson(struct source *s)
{
    OGREnvelope box = {0};
    return OGR_L_GetExtent(s->layer, &box, TRUE) == OGRERR_NONE && box.MaxX > 1000 && box.MaxY > 1000;
}

/* A member's name is read by us: GDAL would take file names and addresses for names, too. */
static enum status find_stated(struct source *s, const struct source_request *r, struct crs_stated *out,
                               struct error *e)
{
    const char *member = NULL;
    enum status st = is_geojson(s) ? geojson_crs_member(r->path, s->keep, &member, e) : STATUS_OK;
    *out = (struct crs_stated){.epsg = 0};
    if (st != STATUS_OK)
        return st;
    if (member) /* null says that nothing is known, which is less than saying nothing */
        return crs_of_stated(s->transformer, member, out, e);
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(s->layer);
    bool silent = !srs || (is_geojson(s) && is_silent_geojson(s));
    return silent ? STATUS_OK : stated_of_srs(s->transformer, srs, out, e);
}

struct by_unit {
    struct source *source;
    const struct source_request *request;
};

static enum status zone_by_unit(void *self, int *epsg, struct error *e)
{
    const struct by_unit *b = self;
    return source_zone_by_unit(b->source, b->request, epsg, e);
}

static const char *decided_by(enum crs_by by)
{
    switch (by) {
    case CRS_BY_MATCH:
        return "identified";
    case CRS_BY_GIVEN:
        return "operator";
    case CRS_BY_PREFIX:
        return "coordinates";
    case CRS_BY_UNIT:
        return "unit";
    case CRS_BY_FILE:
    case CRS_BY_WORDS:
    case CRS_BY_FORMAT:
        break;
    }
    return "file";
}

/* The extent is asked for only where nothing names the CRS: some formats must be read whole for it. */
static void find_extent(struct source *s, struct crs_question *q)
{
    OGREnvelope box = {0};
    if (q->stated_epsg || q->given_epsg || OGR_L_GetExtent(s->layer, &box, TRUE) != OGRERR_NONE)
        return;
    q->n_points = 1;
    q->min_a = box.MinX;
    q->max_a = box.MaxX;
    q->min_b = box.MinY;
    q->max_b = box.MaxY;
}

enum status source_decide_crs(struct source *s, const struct source_request *r, struct error *e)
{
    struct crs_stated stated;
    struct crs_decision d;
    struct by_unit by = {s, r};
    enum status st = find_stated(s, r, &stated, e);
    if (st == STATUS_OK && !(s->info.crs_stated = source_text(s, stated.name, s->keep)))
        st = error_no_memory(e);
    if (st != STATUS_OK)
        return st;
    struct crs_question q = {.stated_epsg = stated.epsg,
                             .stated_by_match = stated.by_match,
                             .stated_name = s->info.crs_stated,
                             .given_epsg = r->epsg,
                             .shift = r->shift,
                             .zone_by_unit = r->survey || r->units || r->unit ? zone_by_unit : NULL,
                             .self = &by};
    find_extent(s, &q);
    st = crs_decide(&q, &d, e);
    if (st != STATUS_OK)
        return st;
    s->info.crs = d.crs;
    s->info.crs_decided_by = decided_by(d.by);
    return r->unit ? source_check_unit(s, r, e) : STATUS_OK;
}

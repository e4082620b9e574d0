/* Which CRS the coordinates are in: decided in the open, never assumed. */
#include "ingest/geojson_crs.h"
#include "ingest/source_parts.h"

#include <cpl_conv.h>
#include <stdlib.h>
#include <string.h>

enum { SURE_ENOUGH_PERCENT = 90 };

static enum status fail_missing(const struct source_request *r, struct error *e)
{
    error_zh(e, "“%s”没有写明坐标系，无法判断坐标的含义；请补上坐标系（如 .prj），或确认后用 EPSG 代码指定。",
             r->path);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-crs-missing",
        "\"%s\" states no CRS, so its coordinates have no meaning; add one (a .prj file), or give the "
        "EPSG code once it is certain.",
        r->path);
}

static enum status fail_unknown(const struct source_request *r, const char *stated, struct error *e)
{
    error_zh(e, "“%s”的坐标系“%s”不能识别为 CGCS2000 或 WGS 84 的某个 EPSG 代码；请核对后用 EPSG 代码指定。",
             r->path, stated);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-crs-unknown",
        "The CRS \"%s\" of \"%s\" cannot be identified with an EPSG code; check it, then give the code.",
        stated, r->path);
}

static enum status fail_conflict(const struct source_request *r, int stated, struct error *e)
{
    error_zh(e, "“%s”写明的坐标系是 EPSG:%d，与指定的 EPSG:%d 不一致；请核对，并去掉其中一个。", r->path,
             stated, r->epsg);
    return error_fail(e, STATUS_INVALID_INPUT, "source-crs-conflict",
                      "\"%s\" states EPSG:%d but EPSG:%d was given; check, and drop one of the two.", r->path,
                      stated, r->epsg);
}

static int authority_epsg(OGRSpatialReferenceH srs)
{
    const char *name = OSRGetAuthorityName(srs, NULL);
    const char *code = OSRGetAuthorityCode(srs, NULL);
    if (!name || !code)
        return 0;
    if (strcmp(name, "OGC") == 0 && strcmp(code, "CRS84") == 0)
        return 4326; /* the same, longitude first, as we read it anyway */
    return strcmp(name, "EPSG") == 0 ? atoi(code) : 0;
}

/* By its parameters, as PROJ's database knows them: ESRI's .prj names zones in its own way. */
static int matched_epsg(OGRSpatialReferenceH srs)
{
    int n = 0, epsg = 0;
    int *confidence = NULL;
    OGRSpatialReferenceH *matches = OSRFindMatches(srs, NULL, &n, &confidence);
    for (int i = 0; i < n && !epsg; i++)
        if (confidence[i] >= SURE_ENOUGH_PERCENT)
            epsg = authority_epsg(matches[i]);
    OSRFreeSRSArray(matches);
    CPLFree(confidence);
    return epsg;
}

/* Heights do not matter here: EPSG:4490 with the 1985 height datum is EPSG:4490. */
int source_srs_epsg(OGRSpatialReferenceH stated, bool *by_match)
{
    OGRSpatialReferenceH srs = OSRClone(stated);
    if (OSRIsCompound(srs))
        OSRStripVertical(srs);
    int epsg = authority_epsg(srs);
    if (!epsg) {
        OSRDemoteTo2D(srs, NULL);
        epsg = authority_epsg(srs);
    }
    *by_match = !epsg;
    if (!epsg && OSRAutoIdentifyEPSG(srs) == OGRERR_NONE)
        epsg = authority_epsg(srs);
    if (!epsg)
        epsg = matched_epsg(srs);
    OSRDestroySpatialReference(srs);
    return epsg;
}

/* "EPSG:4490", "urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84"; 0 for anything else. GDAL would take
 * file names and addresses for names, too. */
static int epsg_of_name(const char *name)
{
    const char *last = strrchr(name, ':');
    if (!last)
        return 0;
    if (strcmp(last + 1, "CRS84") == 0)
        return 4326;
    if (strncmp(name, "EPSG:", 5) != 0 && !strstr(name, ":crs:EPSG:"))
        return 0;
    return atoi(last + 1);
}

/* A CRS by name, or NULL. */
static OGRSpatialReferenceH srs_of_name(const char *name)
{
    int epsg = epsg_of_name(name);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    if (epsg && OSRImportFromEPSG(srs, epsg) == OGRERR_NONE)
        return srs;
    OSRDestroySpatialReference(srs);
    return NULL;
}

/* The CRS as the file states it: *srs (owned by the caller) is NULL when it states none that can be read. */
static enum status stated_crs(struct source *s, const struct source_request *r, OGRSpatialReferenceH *srs,
                              const char **name, struct error *e)
{
    const char *member = NULL;
    if (strncmp(s->info.driver, "GeoJSON", 7) == 0) {
        enum status st = geojson_crs_member(r->path, s->keep, &member, e);
        if (st != STATUS_OK)
            return st;
    }
    OGRSpatialReferenceH of_layer = OGR_L_GetSpatialRef(s->layer);
    *srs = member ? srs_of_name(member) : of_layer ? OSRClone(of_layer) : NULL;
    const char *text = *srs ? OSRGetName(*srs) : member;
    *name = source_text(s, text ? text : "", s->keep);
    if (*name)
        return STATUS_OK;
    if (*srs)
        OSRDestroySpatialReference(*srs);
    return error_no_memory(e);
}

/* Eastings of 25 to 46 million carry a 3-degree zone's number, of 13 to 24 million a 6-degree zone's: nothing else looks like
 * that. Eastings without a prefix, and degrees, could be of any zone or datum and stay the operator's to say. */
static int epsg_of_coordinates(OGRLayerH layer)
{
    OGREnvelope box;
    if (OGR_L_GetExtent(layer, &box, TRUE) != OGRERR_NONE || !(box.MinX > 0 && box.MaxX < 1e8))
        return 0;
    int zone = (int)(box.MinX / 1e6);
    bool northings = box.MinY > 2e6 && box.MaxY < 7e6;
    if (!northings || zone != (int)(box.MaxX / 1e6))
        return 0;
    return zone >= 25 && zone <= 45 ? 4513 + zone - 25 : zone >= 13 && zone <= 23 ? 4491 + zone - 13 : 0;
}

enum status source_decide_crs(struct source *s, const struct source_request *r, struct error *e)
{
    OGRSpatialReferenceH srs = NULL;
    bool by_match = false;
    enum status st = stated_crs(s, r, &srs, &s->info.crs_stated, e);
    if (st != STATUS_OK)
        return st;
    int epsg = srs ? source_srs_epsg(srs, &by_match) : 0;
    if (srs)
        OSRDestroySpatialReference(srs);
    if (epsg && r->epsg && epsg != r->epsg)
        return fail_conflict(r, epsg, e);
    bool guessed = !epsg && !r->epsg && !s->info.crs_stated[0] && (epsg = epsg_of_coordinates(s->layer)) != 0;
    if (!epsg && !r->epsg)
        return s->info.crs_stated[0] ? fail_unknown(r, s->info.crs_stated, e) : fail_missing(r, e);
    s->info.crs_decided_by = guessed ? "coordinates" : !epsg ? "operator" : by_match ? "identified" : "file";
    return geo_crs_from_epsg(epsg ? epsg : r->epsg, &s->info.crs, e);
}

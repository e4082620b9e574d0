/* Which CRS the coordinates are in: decided in the open, never assumed. */
#include "ingest/geojson_crs.h"
#include "ingest/source_parts.h"

#include <cpl_conv.h>
#include <stdlib.h>
#include <string.h>

enum { SURE_ENOUGH_PERCENT = 90 };

static enum status fail_missing(const struct source_request *r, const OGREnvelope *box, struct error *e)
{
    bool degrees = box->MinX >= 70 && box->MaxX <= 140 && box->MinY >= 0 && box->MaxY <= 60;
    bool swapped = box->MinX > 2e6 && box->MaxX < 7e6 && box->MinY > 0;
    error_zh(e, "“%s”没有写明坐标系，%s；请补上坐标系（如 .prj），或确认后用 --epsg 指定%s。", r->path,
             degrees   ? "坐标像经纬度，但看不出是哪个大地基准"
             : swapped ? "X 像北坐标、Y 像东坐标（两者可能颠倒）"
                       : "无法判断坐标的含义",
             degrees ? "（CGCS2000 为 4490）" : "");
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-crs-missing",
        "\"%s\" states no CRS, and %s; add one (a .prj file), or give the EPSG code with --epsg once it is "
        "certain%s.",
        r->path,
        degrees   ? "degrees may be of any datum"
        : swapped ? "X looks like a northing (the axes may be swapped)"
                  : "its coordinates have no meaning",
        degrees ? " (CGCS2000 is 4490)" : "");
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

/* RFC 7946 knows degrees only; a file that holds metres was written by a tool that says nothing. */
static bool is_silent_geojson(struct source *s)
{
    OGREnvelope box = {0};
    return OGR_L_GetExtent(s->layer, &box, TRUE) == OGRERR_NONE && box.MaxX > 1000 && box.MaxY > 1000;
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
    bool silent = strncmp(s->info.driver, "GeoJSON", 7) == 0 && !member && is_silent_geojson(s);
    OGRSpatialReferenceH of_layer = silent ? NULL : OGR_L_GetSpatialRef(s->layer);
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
 * that. */
static int epsg_of_prefix(const OGREnvelope *box)
{
    int zone = (int)(box->MinX / 1e6);
    if (zone != (int)(box->MaxX / 1e6))
        return 0;
    return zone >= 25 && zone <= 45 ? 4513 + zone - 25 : zone >= 13 && zone <= 23 ? 4491 + zone - 13 : 0;
}

static bool are_northings(const OGREnvelope *box)
{
    return box->MinY > 2e6 && box->MaxY < 7e6;
}

/* What the numbers themselves tell. Degrees could be of any datum and stay the operator's to say. */
static enum status guess(struct source *s, const struct source_request *r, int *epsg, struct error *e)
{
    OGREnvelope box = {0};
    bool known = OGR_L_GetExtent(s->layer, &box, TRUE) == OGRERR_NONE && box.MinX > 0 && box.MaxX < 1e8;
    s->info.crs_decided_by = "coordinates";
    *epsg = known && are_northings(&box) ? epsg_of_prefix(&box) : 0;
    if (*epsg)
        return STATUS_OK;
    if (!known || !are_northings(&box) || box.MaxX > 1e6)
        return fail_missing(r, &box, e);
    s->info.crs_decided_by = "unit";
    return source_zone_by_unit(s, r, epsg, e);
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
    s->info.crs_decided_by = !epsg ? "operator" : by_match ? "identified" : "file";
    if (!epsg)
        epsg = r->epsg;
    if (!epsg && s->info.crs_stated[0])
        return fail_unknown(r, s->info.crs_stated, e);
    if (!epsg)
        st = guess(s, r, &epsg, e);
    if (st == STATUS_OK)
        st = geo_crs_from_epsg_shifted(epsg, &r->shift, &s->info.crs, e);
    return st == STATUS_OK && r->unit ? source_check_unit(s, r, e) : st;
}

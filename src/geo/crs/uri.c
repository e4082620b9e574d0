#include "geo/crs/uri.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ZONE3_FIRST_EPSG = 4513, ZONE3_LAST_EPSG = 4554 }; /* with prefix, then without */
enum { N_GEOGRAPHIC = 3, N_ON_OFFER = N_GEOGRAPHIC + ZONE3_LAST_EPSG - ZONE3_FIRST_EPSG + 1 };

size_t crs_named_count(void)
{
    return N_ON_OFFER;
}

struct crs_named crs_named_at(size_t i)
{
    static const int geographic[N_GEOGRAPHIC] = {4490, 4490, 4326};
    struct crs_named c = {.north_first = i > 0};
    int epsg = i < N_GEOGRAPHIC ? geographic[i] : ZONE3_FIRST_EPSG + (int)i - N_GEOGRAPHIC;
    if (geo_crs_from_epsg(epsg, &c.crs, NULL) != STATUS_OK)
        c.crs = (struct geo_crs){.epsg = epsg}; /* cannot be: the table has them all */
    if (i == 0)
        snprintf(c.uri, sizeof c.uri, "%s", CRS_URI_CRS84);
    else
        snprintf(c.uri, sizeof c.uri, "http://www.opengis.net/def/crs/EPSG/0/%d", epsg);
    return c;
}

enum status crs_named_of_uri(const char *uri, const char *what, struct crs_named *out, struct error *e)
{
    for (size_t i = 0; i < N_ON_OFFER; i++) {
        struct crs_named c = crs_named_at(i);
        if (strcmp(c.uri, uri) == 0) {
            *out = c;
            return STATUS_OK;
        }
    }
    error_zh(e,
             "参数 %s 的坐标系“%.80s”不在提供之列；可用：%s，http://www.opengis.net/def/crs/EPSG/0/ 后接 "
             "4490、4326 或三度带 %d–%d，见图层的 crs。",
             what, uri, CRS_URI_CRS84, ZONE3_FIRST_EPSG, ZONE3_LAST_EPSG);
    return error_fail(
        e, STATUS_INVALID_INPUT, "unknown-crs",
        "The CRS \"%.80s\" of %s is not on offer; these are: %s, and http://www.opengis.net/def/crs/EPSG/0/ "
        "with 4490, 4326 or a 3-degree zone %d to %d, as the collection's \"crs\" lists them.",
        uri, what, CRS_URI_CRS84, ZONE3_FIRST_EPSG, ZONE3_LAST_EPSG);
}

enum status crs_named_from_lonlat(struct geo_transformer *t, const struct crs_named *c, double lon_deg,
                                  double lat_deg, double axes[2], struct error *e)
{
    double x, y;
    enum status s = geo_transformer_from_lonlat(t, &c->crs, lon_deg, lat_deg, &x, &y, e);
    if (s)
        return s;
    axes[0] = c->north_first ? y : x;
    axes[1] = c->north_first ? x : y;
    return STATUS_OK;
}

enum status crs_named_to_lonlat(struct geo_transformer *t, const struct crs_named *c, const double axes[2],
                                double *lon_deg, double *lat_deg, struct error *e)
{
    double x = axes[c->north_first], y = axes[!c->north_first];
    return geo_transformer_to_lonlat(t, &c->crs, x, y, lon_deg, lat_deg, e);
}

/* ---- boxes ---- */

static enum status fail_box(const struct crs_named *c, const double v[4], struct error *e)
{
    const char *zh = c->crs.kind == GEO_CRS_GAUSS_KRUGER ? "北,东,北,东（米）"
                     : c->north_first                    ? "南,西,北,东（度）"
                                                         : "西,南,东,北（度）";
    const char *en = c->crs.kind == GEO_CRS_GAUSS_KRUGER ? "northing,easting,northing,easting in metres"
                     : c->north_first                    ? "south,west,north,east in degrees"
                                                         : "west,south,east,north in degrees";
    error_zh(e, "bbox“%.10g,%.10g,%.10g,%.10g”不对：在%s中应为%s，先小后大，不出地球范围。", v[0], v[1], v[2],
             v[3], c->uri, zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-bbox",
        "The bbox \"%.10g,%.10g,%.10g,%.10g\" is wrong: in %s it is %s, the lower corner first, on the "
        "globe.",
        v[0], v[1], v[2], v[3], c->uri, en);
}

/* How often an edge is looked at; what lies between two looks is at most a quarter of a step's change. */
enum { EDGE_STEPS = 64 };

/* The image of a rectangle has its extremes on its edges. */
static enum status box_of_zone(struct geo_transformer *t, const struct crs_named *c, const double v[4],
                               struct geo_box *out, struct error *e)
{
    struct geo_box box = geo_box_empty();
    for (int edge = 0; edge < 4; edge++)
        for (int i = 0; i <= EDGE_STEPS; i++) {
            double along = (double)i / EDGE_STEPS, lon, lat;
            int axis = edge & 1; /* along which it runs; at the lower end of the other, or the upper */
            double p[2];
            p[axis] = v[axis] + along * (v[axis + 2] - v[axis]);
            p[!axis] = v[edge < 2 ? !axis : !axis + 2];
            if (crs_named_to_lonlat(t, c, p, &lon, &lat, NULL))
                return fail_box(c, v, e);
            geo_box_add(&box, lon, lat);
        }
    double beside = 1e-9 + (box.east_deg - box.west_deg) / EDGE_STEPS / EDGE_STEPS,
           above = 1e-9 + (box.north_deg - box.south_deg) / EDGE_STEPS / EDGE_STEPS;
    beside = fmax(beside, above);
    *out = (struct geo_box){.west_deg = fmax(box.west_deg - beside, -180),
                            .south_deg = fmax(box.south_deg - beside, -90),
                            .east_deg = fmin(box.east_deg + beside, 180),
                            .north_deg = fmin(box.north_deg + beside, 90)};
    return STATUS_OK;
}

enum status crs_named_box(struct geo_transformer *t, const struct crs_named *c, const double corners[4],
                          struct geo_box *out, struct error *e)
{
    const double *v = corners;
    if (c->crs.kind == GEO_CRS_GAUSS_KRUGER)
        return v[0] <= v[2] && v[1] <= v[3] ? box_of_zone(t, c, v, out, e) : fail_box(c, v, e);
    int x = c->north_first;
    struct geo_box box = {.west_deg = v[x], .south_deg = v[!x], .east_deg = v[x + 2], .north_deg = v[!x + 2]};
    if (!(fabs(box.west_deg) <= 180 && fabs(box.east_deg) <= 180 && box.south_deg >= -90 &&
          box.north_deg <= 90 && box.south_deg <= box.north_deg))
        return fail_box(c, v, e);
    *out = box;
    return STATUS_OK;
}

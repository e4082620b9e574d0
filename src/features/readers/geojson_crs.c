#include "features/readers/geojson.h"

#include "features/readers/coords.h"
#include "geo/crs/stated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a `crs` member names, for crs_of_stated: a name, or its code written into code[size]; "" when it is
 * absent or null. */
static const char *crs_name(const json_t *member, char *code, size_t size)
{
    const json_t *properties = json_object_get(member, "properties");
    const json_t *number =
        json_object_get(properties, "code"); /* {"type":"EPSG","properties":{"code":4525}} */
    const char *text =
        json_string_value(json_is_string(member) ? member : json_object_get(properties, "name"));
    if (!member || json_is_null(member))
        return "";
    if (!json_is_integer(number))
        return text ? text : "(no name)";
    snprintf(code, size, "EPSG:%lld", (long long)json_integer_value(number));
    return code;
}

/* The extent of all positions below `v`: arrays that begin with two numbers. */
static void widen(const json_t *v, int depth, struct crs_question *q)
{
    size_t n = json_array_size(v);
    if (n >= 2 && json_is_number(json_array_get(v, 0)) && json_is_number(json_array_get(v, 1))) {
        double x = json_number_value(json_array_get(v, 0)), y = json_number_value(json_array_get(v, 1));
        q->min_a = q->n_points ? fmin(q->min_a, x) : x;
        q->max_a = q->n_points ? fmax(q->max_a, x) : x;
        q->min_b = q->n_points ? fmin(q->min_b, y) : y;
        q->max_b = q->n_points ? fmax(q->max_b, y) : y;
        q->n_points++;
        return;
    }
    for (size_t i = 0; depth > 0 && i < n; i++)
        widen(json_array_get(v, i), depth - 1, q);
}

static void widen_geometry(const json_t *g, int depth, struct crs_question *q)
{
    const json_t *members = json_object_get(g, "geometries");
    widen(json_object_get(g, "coordinates"), 4, q);
    for (size_t i = 0; depth > 0 && i < json_array_size(members); i++)
        widen_geometry(json_array_get(members, i), depth - 1, q);
}

static void widen_root(const json_t *root, struct crs_question *q)
{
    const json_t *features = json_object_get(root, "features");
    widen_geometry(root, 16, q);
    widen_geometry(json_object_get(root, "geometry"), 16, q);
    for (size_t i = 0; i < json_array_size(features); i++)
        widen_geometry(json_object_get(json_array_get(features, i), "geometry"), 16, q);
}

enum status parcel_geojson_crs(struct parsing *p, const json_t *root, struct geo_crs *out, bool *said)
{
    struct crs_stated stated;
    struct crs_decision d;
    char code[32];
    const char *name = crs_name(json_object_get(root, "crs"), code, sizeof code);
    enum status s = crs_of_stated(p->context->transformer, name, &stated, p->error);
    if (s != STATUS_OK)
        return s;
    struct crs_question q = {.stated_epsg = stated.epsg,
                             .stated_by_match = stated.by_match,
                             .stated_name = stated.name,
                             .given_epsg = p->context->epsg,
                             .degrees = json_object_get(root, "crs") && !stated.epsg ? CRS_DEGREES_ASK
                                                                                     : CRS_DEGREES_STANDARD};
    *said = stated.epsg || p->context->epsg;
    if (!*said) { /* metres of a tool that says nothing; degrees are judged point by point */
        widen_root(root, &q);
        q.n_points = q.n_points && (fabs(q.min_a) > 180 || q.degrees == CRS_DEGREES_ASK) ? q.n_points : 0;
    }
    s = crs_decide(&q, &d, p->error);
    if (s != STATUS_OK)
        return s;
    coords_take_decision(p, &d);
    *said = *said || d.crs.kind == GEO_CRS_GAUSS_KRUGER;
    *out = d.crs;
    return STATUS_OK;
}

static enum status fail_swapped(double x, double y, struct error *e)
{
    error_zh(
        e,
        "坐标[%.10g, %.10g]像是纬度在前、经度在后；GeoJSON应为[经度, 纬度]。是否写反了？请对调后重新提交。",
        x, y);
    return error_fail(
        e, STATUS_INVALID_INPUT, "geojson-axis-order",
        "[%.10g, %.10g] looks like latitude first; GeoJSON is [longitude, latitude]. Are they swapped? Swap "
        "them and send it again.",
        x, y);
}

static enum status fail_projected(double x, double y, struct error *e)
{
    struct geo_crs crs;
    char guess[32] = "EPSG:4513…4554";
    if (geo_crs_from_zone(3, crs_zone_prefix(x), true, &crs, NULL) == STATUS_OK)
        snprintf(guess, sizeof guess, "EPSG:%d", crs.epsg);
    error_zh(e,
             "坐标[%.3f, %.3f]不是经纬度，像是以米为单位的投影坐标，但文件没有说明是哪一带；"
             "请转为经纬度，或在文件中加上crs成员写明带号（例如%s）。",
             x, y, guess);
    return error_fail(
        e, STATUS_INVALID_INPUT, "geojson-crs-missing",
        "[%.3f, %.3f] is not longitude and latitude but looks like projected metres, and the file does "
        "not say which zone; convert it, or add a crs member that names the zone (for example %s).",
        x, y, guess);
}

enum status parcel_geojson_check_point(const struct geo_crs *crs, bool said, double x, double y,
                                       struct error *e)
{
    if (crs->kind != GEO_CRS_GEOGRAPHIC || (fabs(x) <= 180 && fabs(y) <= 90))
        return STATUS_OK; /* a zone's own limits are geo/crs.h's business */
    if (fabs(x) <= 90 && fabs(y) <= 180)
        return fail_swapped(x, y, e);
    if (!said && fabs(x) > 180)
        return fail_projected(x, y, e);
    error_zh(e,
             "坐标[%.10g, %.10g]超出经纬度的范围；文件写明的坐标系是EPSG:%d，应为[经度, 纬度]，以度为单位。",
             x, y, crs->epsg);
    return error_fail(e, STATUS_INVALID_INPUT, "geojson-out-of-range",
                      "[%.10g, %.10g] is out of range for longitude and latitude in degrees (EPSG:%d).", x, y,
                      crs->epsg);
}

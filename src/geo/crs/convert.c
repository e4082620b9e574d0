#include "geo/crs/convert_parts.h"

#include "geo/area.h"
#include "geo/proj_library.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* EPSG:4491..4554 are all the CGCS2000 Gauss-Kruger zones, without a gap. */
enum { FIRST_ZONE_EPSG = 4491, ZONE_COUNT = 64 };

/* Halving ends at 2^24 pieces: the longest edge inside a zone's limits, 20 000 km, needs 2^23 at the
 * finest. */
enum { DENSIFY_DEPTH_MAX = 24 };

/* Probes at the quarters miss at most 3 % of the largest deviation of a smooth S, so cut a little sooner. */
#define PROBE_SHARE 0.9

/* Farther than this from the central meridian, or beyond the pole, it is not a coordinate of the zone. Where
 * the easting carries a prefix, half a million metres is where the digits of the next zone begin: 38563000 in
 * a file of zone 37 is a contradiction, not a point 1000 km away. Without a prefix a whole-region file may
 * use one zone for everything. */
#define EASTING_REACH_PREFIX_M 500000.0
#define EASTING_REACH_PLAIN_M 1500000.0
#define NORTHING_MAX_M 10002000.0

struct geo_transformer {
    PJ_CONTEXT *context;
    PJ *to_lonlat[ZONE_COUNT]; /* made on first use */
    PJ *shifted;               /* the latest CRS with a datum shift */
    struct geo_crs shifted_crs;
};

/* A point in both systems: each vertex is converted once and then only carried along. */
struct both {
    double x, y, lon, lat;
};

enum status geo_transformer_new(struct geo_transformer **out, struct error *e)
{
    enum status s = proj_load(e);
    if (s != STATUS_OK)
        return s;
    struct geo_transformer *t = calloc(1, sizeof *t);
    if (t)
        t->context = proj_context_create();
    if (!t || !t->context) {
        free(t);
        return error_no_memory(e);
    }
    proj_log_level(t->context, PJ_LOG_NONE);
    proj_context_set_enable_network(t->context, 0);
    *out = t;
    return STATUS_OK;
}

void geo_transformer_free(struct geo_transformer *t)
{
    if (!t)
        return;
    for (int i = 0; i < ZONE_COUNT; i++)
        proj_destroy(t->to_lonlat[i]);
    proj_destroy(t->shifted);
    proj_context_destroy(t->context);
    free(t);
}

PJ_CONTEXT *geo_transformer_context(struct geo_transformer *t)
{
    return t->context;
}

static PJ *open_zone(PJ_CONTEXT *context, int epsg)
{
    char code[16];
    snprintf(code, sizeof code, "EPSG:%d", epsg);
    PJ *raw = proj_create_crs_to_crs(context, code, "EPSG:4490", NULL);
    if (!raw)
        return NULL;
    /* EPSG gives northing and latitude first; our callers always give x first. */
    PJ *pj = proj_normalize_for_visualization(context, raw);
    proj_destroy(raw);
    return pj;
}

/* The old datum's own ellipsoid, the parameters, CGCS2000's ellipsoid (GRS 80's figures). Heights are left
 * alone. */
static PJ *open_shifted(PJ_CONTEXT *context, const struct geo_crs *crs)
{
    const struct geo_datum_shift *d = &crs->shift;
    const char *ellipsoid = geo_crs_is_beijing_1954(crs->epsg) ? "krass" : "IAU76";
    char text[640], grid[160] = "+proj=unitconvert +xy_in=deg +xy_out=rad";
    if (crs->kind == GEO_CRS_GAUSS_KRUGER)
        snprintf(grid, sizeof grid, "+inv +proj=tmerc +lat_0=0 +lon_0=%.1f +k=1 +x_0=%.1f +y_0=0 +ellps=%s",
                 crs->central_meridian_deg, 500000.0 + (crs->zone_prefix ? crs->zone * 1e6 : 0), ellipsoid);
    snprintf(text, sizeof text,
             "+proj=pipeline +step %s +step +proj=push +v_3 +step +proj=cart +ellps=%s +step +proj=helmert "
             "+x=%.17g +y=%.17g +z=%.17g +rx=%.17g +ry=%.17g +rz=%.17g +s=%.17g +convention=%s "
             "+step +inv +proj=cart +ellps=GRS80 +step +proj=pop +v_3 +step +proj=unitconvert +xy_in=rad "
             "+xy_out=deg",
             grid, ellipsoid, d->t_m[0], d->t_m[1], d->t_m[2], d->r_arcsec[0], d->r_arcsec[1], d->r_arcsec[2],
             d->scale_ppm, d->position_vector ? "position_vector" : "coordinate_frame");
    return proj_create(context, text);
}

static bool same_shift(const struct geo_datum_shift *a, const struct geo_datum_shift *b)
{
    for (int i = 0; i < 3; i++)
        if (a->t_m[i] != b->t_m[i] || a->r_arcsec[i] != b->r_arcsec[i])
            return false;
    return a->scale_ppm == b->scale_ppm && a->position_vector == b->position_vector;
}

static enum status shifted_pj(struct geo_transformer *t, const struct geo_crs *crs, PJ **out, struct error *e)
{
    if (!t->shifted || t->shifted_crs.epsg != crs->epsg || !same_shift(&t->shifted_crs.shift, &crs->shift)) {
        proj_destroy(t->shifted);
        t->shifted = open_shifted(t->context, crs);
        t->shifted_crs = *crs;
    }
    *out = t->shifted;
    if (t->shifted)
        return STATUS_OK;
    error_zh(e, "PROJ不能按给出的参数从EPSG:%d转换；请核对 --datum-shift。", crs->epsg);
    return error_fail(e, STATUS_INTERNAL, "proj-shift",
                      "PROJ cannot convert from EPSG:%d by the given parameters; check --datum-shift.",
                      crs->epsg);
}

static enum status zone_pj(struct geo_transformer *t, const struct geo_crs *crs, PJ **out, struct error *e)
{
    if (crs->shift.given)
        return shifted_pj(t, crs, out, e);
    int i = crs->epsg - FIRST_ZONE_EPSG;
    if (i < 0 || i >= ZONE_COUNT) {
        error_zh(e, "内部错误：EPSG:%d不是高斯-克吕格带。", crs->epsg);
        return error_fail(e, STATUS_INTERNAL, "crs-not-a-zone", "EPSG:%d is not a Gauss-Kruger zone.",
                          crs->epsg);
    }
    if (!t->to_lonlat[i])
        t->to_lonlat[i] = open_zone(t->context, crs->epsg);
    if (!t->to_lonlat[i]) {
        error_zh(e, "PROJ无法打开EPSG:%d；请检查proj.db是否已安装（软件包proj-data）。", crs->epsg);
        return error_fail(e, STATUS_INTERNAL, "proj-database",
                          "PROJ cannot open EPSG:%d; check that proj.db is installed (package proj-data).",
                          crs->epsg);
    }
    *out = t->to_lonlat[i];
    return STATUS_OK;
}

static enum status fail_point(const struct geo_crs *crs, double x, double y, struct error *e)
{
    error_zh(
        e, "坐标(东 %.4f, 北 %.4f)不在%s（EPSG:%d）范围内；请核对带号、东坐标是否带带号前缀、X与Y是否颠倒。",
        x, y, crs->name, crs->epsg);
    return error_fail(
        e, STATUS_INVALID_INPUT, "point-outside-crs",
        "The coordinates (east %.4f, north %.4f) are not in %s (EPSG:%d); check the zone, the zone prefix "
        "of the easting, and the order of the axes.",
        x, y, crs->name, crs->epsg);
}

static bool plausible(const struct geo_crs *crs, double x, double y)
{
    double false_easting_m = 500000.0 + (crs->zone_prefix ? crs->zone * 1e6 : 0);
    double reach_m = crs->zone_prefix ? EASTING_REACH_PREFIX_M : EASTING_REACH_PLAIN_M;
    return fabs(x - false_easting_m) <= reach_m && fabs(y) <= NORTHING_MAX_M;
}

/* 4326 is read as 4490. The two datums differ by the plate's motion since 2000 and their realisations:
 * decimetres in Inner Mongolia, below what a parcel is digitised with; PROJ's own answer would be a
 * ballpark (no change) too. */
static enum status geographic_point(const struct geo_crs *crs, struct both *p, struct error *e)
{
    if (!(fabs(p->x) <= 180 && fabs(p->y) <= 90)) {
        error_zh(e, "(%.10g, %.10g)不是经纬度（EPSG:%d）：经度在前、纬度在后，以度为单位。", p->x, p->y,
                 crs->epsg);
        return error_fail(e, STATUS_INVALID_INPUT, "point-outside-crs",
                          "(%.10g, %.10g) is not a longitude and latitude in degrees (EPSG:%d).", p->x, p->y,
                          crs->epsg);
    }
    p->lon = p->x;
    p->lat = p->y;
    return STATUS_OK;
}

static bool needs_pj(const struct geo_crs *crs)
{
    return crs->kind == GEO_CRS_GAUSS_KRUGER || crs->shift.given;
}

static enum status convert_point(PJ *pj, const struct geo_crs *crs, struct both *p, struct error *e)
{
    PJ_COORD c = proj_trans(pj, PJ_FWD, proj_coord(p->x, p->y, 0, HUGE_VAL));
    if (!isfinite(c.xy.x) || !isfinite(c.xy.y)) {
        proj_errno_reset(pj);
        return fail_point(crs, p->x, p->y, e);
    }
    p->lon = c.xy.x;
    p->lat = c.xy.y;
    return STATUS_OK;
}

static enum status grid_point(PJ *pj, const struct geo_crs *crs, struct both *p, struct error *e)
{
    if (crs->kind == GEO_CRS_GEOGRAPHIC) {
        enum status s = geographic_point(crs, p, e);
        if (s != STATUS_OK)
            return s;
    } else if (!plausible(crs, p->x, p->y)) {
        return fail_point(crs, p->x, p->y, e);
    }
    return convert_point(pj, crs, p, e);
}

enum status geo_transformer_point(struct geo_transformer *t, const struct geo_crs *crs, double x, double y,
                                  double *lon_deg, double *lat_deg, struct error *e)
{
    struct both p = {.x = x, .y = y};
    PJ *pj = NULL;
    enum status s = STATUS_OK;
    if (needs_pj(crs))
        s = zone_pj(t, crs, &pj, e);
    if (s == STATUS_OK)
        s = pj ? grid_point(pj, crs, &p, e) : geographic_point(crs, &p, e);
    if (s != STATUS_OK)
        return s;
    *lon_deg = p.lon;
    *lat_deg = p.lat;
    return STATUS_OK;
}

/* What the recursion needs and does not change. */
struct densify {
    PJ *pj;
    const struct geo_crs *crs;
    struct geo_shape_builder *builder;
    double tolerance_m;
    struct error *error;
};

static enum status midpoint(const struct densify *d, const struct both *p, const struct both *q,
                            struct both *m)
{
    m->x = 0.5 * (p->x + q->x);
    m->y = 0.5 * (p->y + q->y);
    return grid_point(d->pj, d->crs, m, d->error);
}

/* Metres from p to the straight lon/lat line through a and b. */
static double chord_distance_m(const struct both *a, const struct both *b, const struct both *p)
{
    double north_m, east_m;
    geo_metres_per_degree(p->lat, &north_m, &east_m);
    double dx = (b->lon - a->lon) * east_m;
    double dy = (b->lat - a->lat) * north_m;
    double px = (p->lon - a->lon) * east_m;
    double py = (p->lat - a->lat) * north_m;
    double length_m = hypot(dx, dy);
    return length_m > 0 ? fabs(dx * py - dy * px) / length_m : hypot(px, py);
}

/* Is the edge too short to leave its chord by the tolerance, whatever probes would say? A straight line of
 * longitudes and latitudes bends by s (2 - s^2) tan(lat) / R, where s is the sine of its azimuth; a straight
 * grid line by at most its distance X from the central meridian / R^2; the azimuth is the grid's to within X
 * tan(lat) / R. An arc of curvature k leaves its chord by k L^2 / 8. A quarter is added for what changes
 * along the edge; tests/geo compares with probes. */
static bool surely_straight(const struct densify *d, const struct both *a, const struct both *b)
{
    const double earth_m = 6.35e6, longest_m = 2000, highest_deg = 70, radian = 0.017453292519943295;
    const double steepest = 0.816496580927726; /* sine at which s (2 - s^2) is largest */
    double dx = b->x - a->x, dy = b->y - a->y, length2 = dx * dx + dy * dy;
    double lat = fmax(fabs(a->lat), fabs(b->lat));
    if (d->crs->shift.given || d->crs->kind != GEO_CRS_GAUSS_KRUGER || !(length2 <= longest_m * longest_m) ||
        !(lat <= highest_deg))
        return false;
    double central = 500000.0 + (d->crs->zone_prefix ? d->crs->zone * 1e6 : 0);
    double away = fmax(fabs(a->x - central), fabs(b->x - central)) / earth_m, slope = tan(lat * radian);
    double s = (length2 > 0 ? fabs(dx) / sqrt(length2) : 0) + 1.1 * away * slope;
    s = fmin(s, steepest);
    double bend = (s * (2 - s * s) * slope + away) / earth_m;
    return 1.25 * bend * length2 / 8 <= PROBE_SHARE * d->tolerance_m;
}

/* Adds what is needed of the edge a-b after a, b included; m is its midpoint. The quarter points that are
 * converted as probes are the midpoints of the halves, so nothing is converted twice. */
static enum status densify_edge(const struct densify *d, const struct both *a, const struct both *m,
                                const struct both *b, int depth)
{
    struct both q1, q3;
    if (d->builder->failed)
        return STATUS_OK; /* over its limit already: finish says so, and a hostile edge costs no more time */
    if (surely_straight(d, a, b)) {
        geo_shape_builder_point(d->builder, b->lon, b->lat);
        return STATUS_OK;
    }
    enum status s = midpoint(d, a, m, &q1);
    if (s == STATUS_OK)
        s = midpoint(d, m, b, &q3);
    if (s != STATUS_OK)
        return s;
    double off_m =
        fmax(chord_distance_m(a, b, m), fmax(chord_distance_m(a, b, &q1), chord_distance_m(a, b, &q3)));
    if (off_m <= PROBE_SHARE * d->tolerance_m) {
        geo_shape_builder_point(d->builder, b->lon, b->lat);
        return STATUS_OK;
    }
    if (depth == DENSIFY_DEPTH_MAX)
        return fail_point(d->crs, b->x, b->y, d->error);
    s = densify_edge(d, a, &q1, m, depth + 1);
    return s == STATUS_OK ? densify_edge(d, m, &q3, b, depth + 1) : s;
}

static enum status fail_vertex(size_t vertex, enum status s, struct error *e)
{
    if (!e)
        return s;
    struct error why = *e;
    error_zh(e, "第%zu个点：%s", vertex, why.zh);
    return error_fail(e, s, why.code, "Point %zu: %s", vertex, why.en);
}

static enum status add_geographic(const struct geo_crs *crs, const double *x, const double *y, size_t n,
                                  struct geo_shape_builder *b, struct error *e)
{
    for (size_t i = 0; i < n; i++) {
        struct both p = {.x = x[i], .y = y[i]};
        enum status s = geographic_point(crs, &p, e);
        if (s != STATUS_OK)
            return fail_vertex(i + 1, s, e);
        geo_shape_builder_point(b, p.lon, p.lat);
    }
    return STATUS_OK;
}

static enum status add_grid(const struct densify *d, const double *x, const double *y, size_t n)
{
    struct both first = {.x = x[0], .y = y[0]};
    enum status s = grid_point(d->pj, d->crs, &first, d->error);
    if (s != STATUS_OK)
        return fail_vertex(1, s, d->error);
    geo_shape_builder_point(d->builder, first.lon, first.lat);
    struct both from = first;
    bool closed = x[n - 1] == x[0] && y[n - 1] == y[0];
    size_t edges = closed ? n - 1 : n; /* an open ring has a closing edge, which is cut like any other */
    for (size_t i = 1; i <= edges; i++) {
        struct both to = first;
        struct both mid;
        if (i < edges) {
            to = (struct both){.x = x[i], .y = y[i]};
            s = grid_point(d->pj, d->crs, &to, d->error);
        }
        if (s == STATUS_OK && surely_straight(d, &from, &to)) {
            geo_shape_builder_point(d->builder, to.lon, to.lat);
            from = to;
            continue;
        }
        if (s == STATUS_OK)
            s = midpoint(d, &from, &to, &mid);
        if (s == STATUS_OK)
            s = densify_edge(d, &from, &mid, &to, 0);
        if (s != STATUS_OK)
            return fail_vertex(i < n ? i + 1 : 1, s, d->error);
        from = to;
    }
    return STATUS_OK;
}

static enum status add_ring(struct geo_transformer *t, const struct geo_crs *crs, const double *x,
                            const double *y, size_t n, double tolerance_m, struct geo_shape_builder *b,
                            struct error *e)
{
    if (n == 0)
        return STATUS_OK;
    if (!needs_pj(crs))
        return add_geographic(crs, x, y, n, b, e);
    struct densify d = {.crs = crs, .builder = b, .tolerance_m = tolerance_m, .error = e};
    enum status s = zone_pj(t, crs, &d.pj, e);
    return s == STATUS_OK ? add_grid(&d, x, y, n) : s;
}

enum status geo_transformer_add_ring(struct geo_transformer *t, const struct geo_crs *crs, const double *x,
                                     const double *y, size_t n, struct geo_shape_builder *b, struct error *e)
{
    return add_ring(t, crs, x, y, n, GEO_DENSIFY_TOLERANCE_M, b, e);
}

/* The area that lies between an edge and its pieces is at most tolerance times length; summed, at most what
 * is allowed for the ring. Values that are not finite fail at their point, later. */
static double fine_tolerance_m(const double *x, const double *y, size_t n)
{
    double length_m = 0, twice_m2 = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = i + 1 < n ? i + 1 : 0;
        length_m += hypot(x[j] - x[i], y[j] - y[i]);
        twice_m2 += (x[i] - x[0]) * (y[j] - y[0]) - (x[j] - x[0]) * (y[i] - y[0]);
    }
    double allowed_m2 = fmax(GEO_DENSIFY_AREA_M2, GEO_DENSIFY_AREA_SHARE * fabs(twice_m2) / 2);
    double tolerance_m = length_m > 0 ? allowed_m2 / length_m : GEO_DENSIFY_TOLERANCE_M;
    return fmin(GEO_DENSIFY_TOLERANCE_M, fmax(GEO_DENSIFY_FINEST_M, tolerance_m));
}

enum status geo_transformer_add_ring_fine(struct geo_transformer *t, const struct geo_crs *crs,
                                          const double *x, const double *y, size_t n,
                                          struct geo_shape_builder *b, struct error *e)
{
    return add_ring(t, crs, x, y, n, fine_tolerance_m(x, y, n), b, e);
}

enum status geo_transformer_from_lonlat(struct geo_transformer *t, const struct geo_crs *crs, double lon_deg,
                                        double lat_deg, double *x, double *y, struct error *e)
{
    struct both p = {.x = lon_deg, .y = lat_deg};
    PJ *pj = NULL;
    enum status s = geographic_point(crs, &p, e);
    if (s == STATUS_OK && needs_pj(crs))
        s = zone_pj(t, crs, &pj, e);
    if (s != STATUS_OK)
        return s;
    PJ_COORD c = proj_coord(lon_deg, lat_deg, 0, HUGE_VAL);
    if (pj)
        c = proj_trans(pj, PJ_INV, c);
    if (!isfinite(c.xy.x) || !isfinite(c.xy.y)) {
        proj_errno_reset(pj);
        error_zh(e, "经纬度(%.7f, %.7f)不能换算到%s。", lon_deg, lat_deg, crs->name);
        return error_fail(e, STATUS_INVALID_INPUT, "point-outside-crs",
                          "(%.7f, %.7f) cannot be converted to %s.", lon_deg, lat_deg, crs->name);
    }
    *x = c.xy.x;
    *y = c.xy.y;
    return STATUS_OK;
}

enum status geo_transformer_to_lonlat(struct geo_transformer *t, const struct geo_crs *crs, double x,
                                      double y, double *lon_deg, double *lat_deg, struct error *e)
{
    struct both p = {.x = x, .y = y};
    PJ *pj = NULL;
    enum status s = needs_pj(crs) ? zone_pj(t, crs, &pj, e) : STATUS_OK;
    if (s == STATUS_OK)
        s = pj ? convert_point(pj, crs, &p, e) : geographic_point(crs, &p, e);
    if (s != STATUS_OK)
        return s;
    *lon_deg = p.lon;
    *lat_deg = p.lat;
    return STATUS_OK;
}

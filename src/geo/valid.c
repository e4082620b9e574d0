#include "geo/valid.h"

#include "base/budget.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct geo_geos {
    GEOSContextHandle_t handle;
    char message[256]; /* GEOS's latest words, for the sentence of an internal error */
};

static void keep_message(const char *message, void *userdata)
{
    struct geo_geos *g = userdata;
    snprintf(g->message, sizeof g->message, "%s", message);
}

/* GEOS asks this where its own loops are long. The request that follows is one flag for all threads, which
 * the thread that raised it takes down at once; see geo_geos_was_interrupted. */
static void stop_when_over(void)
{
    if (budget_is_over())
        GEOS_interruptRequest();
}

static void register_stop(void)
{
    GEOS_interruptRegisterCallback(stop_when_over);
}

bool geo_geos_was_interrupted(const struct geo_geos *g)
{
    return strstr(g->message, "nterrupted") != NULL && !budget_is_over();
}

void geo_geos_forget_message(struct geo_geos *g)
{
    g->message[0] = '\0';
}

enum status geo_geos_new(struct geo_geos **out, struct error *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum status s = geos_load(e);
    if (s != STATUS_OK)
        return s;
    struct geo_geos *g = calloc(1, sizeof *g);
    pthread_once(&once, register_stop);
    if (g)
        g->handle = GEOS_init_r();
    if (!g || !g->handle) {
        free(g);
        return error_no_memory(e);
    }
    GEOSContext_setErrorMessageHandler_r(g->handle, keep_message, g);
    *out = g;
    return STATUS_OK;
}

void geo_geos_free(struct geo_geos *g)
{
    if (!g)
        return;
    GEOS_finish_r(g->handle);
    free(g);
}

GEOSContextHandle_t geo_geos_handle(const struct geo_geos *g)
{
    return g->handle;
}

static enum status fail_geos(struct geo_geos *g, const char *doing_zh, const char *doing_en, struct error *e)
{
    enum status over = budget_check(e);
    if (over)
        return over;
    const char *why = g->message[0] ? g->message : "no message";
    error_zh(e, "GEOS%s失败：%s。", doing_zh, why);
    return error_fail(e, STATUS_INTERNAL, "geos", "GEOS failed to %s: %s.", doing_en, why);
}

static GEOSGeometry *make_ring(GEOSContextHandle_t h, const struct geo_shape *s, uint32_t ring)
{
    uint32_t start = s->ring_start[ring];
    GEOSCoordSequence *seq = GEOSCoordSeq_copyFromArrays_r(h, s->lon_deg + start, s->lat_deg + start, NULL,
                                                           NULL, s->ring_start[ring + 1] - start);
    return seq ? GEOSGeom_createLinearRing_r(h, seq) : NULL;
}

static void destroy_all(GEOSContextHandle_t h, GEOSGeometry **parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(h, parts[i]);
    free(parts);
}

static GEOSGeometry *make_polygon(GEOSContextHandle_t h, const struct geo_shape *s, uint32_t polygon)
{
    uint32_t first = s->polygon_start[polygon];
    size_t n = s->polygon_start[polygon + 1] - first;
    GEOSGeometry **rings = calloc(n, sizeof *rings);
    size_t made = 0;
    while (rings && made < n && (rings[made] = make_ring(h, s, first + (uint32_t)made)))
        made++;
    if (!rings || made < n) {
        destroy_all(h, rings, made);
        return NULL;
    }
    /* createPolygon takes the rings, also when it fails; the array stays ours. */
    GEOSGeometry *g = GEOSGeom_createPolygon_r(h, rings[0], rings + 1, (unsigned)(n - 1));
    free(rings);
    return g;
}

static GEOSGeometry *make_geometry(GEOSContextHandle_t h, const struct geo_shape *s)
{
    if (s->n_polygons == 0)
        return GEOSGeom_createEmptyCollection_r(h, GEOS_MULTIPOLYGON);
    if (s->n_polygons == 1)
        return make_polygon(h, s, 0);
    GEOSGeometry **parts = calloc(s->n_polygons, sizeof *parts);
    uint32_t made = 0;
    while (parts && made < s->n_polygons && (parts[made] = make_polygon(h, s, made)))
        made++;
    if (!parts || made < s->n_polygons) {
        destroy_all(h, parts, made);
        return NULL;
    }
    GEOSGeometry *g = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, parts, made);
    free(parts);
    return g;
}

enum status geo_geos_from_shape(struct geo_geos *g, const struct geo_shape *s, GEOSGeometry **out,
                                struct error *e)
{
    g->message[0] = '\0';
    GEOSGeometry *geom = make_geometry(g->handle, s);
    if (!geom)
        return fail_geos(g, "建立图形", "build the geometry", e);
    *out = geom;
    return STATUS_OK;
}

static bool add_ring(GEOSContextHandle_t h, const GEOSGeometry *ring, struct geo_shape_builder *b)
{
    const GEOSCoordSequence *seq = ring ? GEOSGeom_getCoordSeq_r(h, ring) : NULL;
    unsigned n = 0;
    if (!seq || !GEOSCoordSeq_getSize_r(h, seq, &n))
        return false;
    geo_shape_builder_ring(b);
    for (unsigned i = 0; i < n; i++) {
        double lon, lat;
        if (!GEOSCoordSeq_getXY_r(h, seq, i, &lon, &lat))
            return false;
        geo_shape_builder_point(b, lon, lat);
    }
    return true;
}

static bool add_polygon(GEOSContextHandle_t h, const GEOSGeometry *polygon, struct geo_shape_builder *b)
{
    if (GEOSisEmpty_r(h, polygon) == 1)
        return true;
    geo_shape_builder_polygon(b);
    bool ok = add_ring(h, GEOSGetExteriorRing_r(h, polygon), b);
    int holes = GEOSGetNumInteriorRings_r(h, polygon);
    for (int i = 0; ok && i < holes; i++)
        ok = add_ring(h, GEOSGetInteriorRingN_r(h, polygon, i), b);
    return ok && holes >= 0;
}

/* Collections nest at most as GEOS's own results do (a collection of multipolygons). */
static bool add_geometry(GEOSContextHandle_t h, const GEOSGeometry *geom, struct geo_shape_builder *b,
                         int depth)
{
    int type = GEOSGeomTypeId_r(h, geom);
    if (type == GEOS_POLYGON)
        return add_polygon(h, geom, b);
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION)
        return type >= 0;
    if (depth > 8)
        return false;
    int n = GEOSGetNumGeometries_r(h, geom);
    bool ok = n >= 0;
    for (int i = 0; ok && i < n; i++)
        ok = add_geometry(h, GEOSGetGeometryN_r(h, geom, i), b, depth + 1);
    return ok;
}

enum status geo_geos_to_shape(struct geo_geos *g, const GEOSGeometry *geom, struct arena *a,
                              struct geo_shape *out, struct error *e)
{
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    g->message[0] = '\0';
    enum status s = add_geometry(g->handle, geom, &b, 0) ? geo_shape_builder_finish(&b, a, out, e)
                                                         : fail_geos(g, "读取图形", "read the geometry", e);
    geo_shape_builder_release(&b);
    return s;
}

/* GEOS's reasons, as an officer would say them. */
static const struct {
    const char *reason, *code, *zh, *en;
} faults[] = {
    {"Self-intersection", "self-intersection", "边界自相交，或两个部分的边界相交、重叠",
     "the boundary crosses itself, or the boundaries of two parts cross or overlap"},
    {"Ring Self-intersection", "ring-self-intersection", "同一个环自相交或自接触",
     "a ring crosses or touches itself"},
    {"Hole lies outside shell", "hole-outside", "内环（洞）在外环之外", "a hole lies outside its outer ring"},
    {"Holes are nested", "holes-nested", "内环（洞）套着另一个内环", "a hole lies inside another hole"},
    {"Nested shells", "shells-nested", "一个外环套在另一个外环之内", "an outer ring lies inside another one"},
    {"Interior is disconnected", "interior-disconnected", "内环把图形的内部切断了",
     "holes cut the inside of the figure into pieces"},
    {"Duplicate Rings", "duplicate-rings", "有两个相同的环", "two rings are the same"},
    {"Too few points in geometry component", "too-few-points", "有一个环的点数不足",
     "a ring has too few points"},
    {"Invalid Coordinate", "invalid-coordinate", "有无效的坐标", "a coordinate is not a number"},
};

enum status geo_valid_fail(const char *reason, double lon_deg, double lat_deg, struct error *e)
{
    const char *code = "invalid-geometry";
    const char *zh = "图形无效";
    const char *en = reason;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (strcmp(reason, faults[i].reason) == 0) {
            code = faults[i].code;
            zh = faults[i].zh;
            en = faults[i].en;
        }
    }
    error_zh(e, "图形不成立：%s，位置在经度%.7f、纬度%.7f" GEO_VALID_REMEDY_ZH, zh, lon_deg, lat_deg);
    return error_fail(e, STATUS_INVALID_INPUT, code,
                      "The figure is not valid: %s, at longitude %.7f, latitude %.7f" GEO_VALID_REMEDY_EN, en,
                      lon_deg, lat_deg);
}

static enum status report_detail(struct geo_geos *g, const GEOSGeometry *geom, double place_deg[2],
                                 struct error *e)
{
    char *reason = NULL;
    GEOSGeometry *where = NULL;
    enum status s = STATUS_OK;
    char answer = GEOSisValidDetail_r(g->handle, geom, 0, &reason, &where);
    if (answer == 0) {
        if (where) {
            GEOSGeomGetX_r(g->handle, where, &place_deg[0]);
            GEOSGeomGetY_r(g->handle, where, &place_deg[1]);
        }
        s = geo_valid_fail(reason ? reason : "unknown", place_deg[0], place_deg[1], e);
    } else if (answer != 1) {
        s = fail_geos(g, "检查图形", "check the geometry", e);
    }
    GEOSFree_r(g->handle, reason);
    GEOSGeom_destroy_r(g->handle, where);
    return s;
}

enum status geo_valid_check_place(struct geo_geos *g, const struct geo_shape *s, double place_deg[2],
                                  struct error *e)
{
    GEOSGeometry *geom = NULL;
    place_deg[0] = s->n_vertices ? s->lon_deg[0] : 0;
    place_deg[1] = s->n_vertices ? s->lat_deg[0] : 0;
    enum status st = geo_geos_from_shape(g, s, &geom, e);
    if (st != STATUS_OK)
        return st;
    st = report_detail(g, geom, place_deg, e);
    if (st == STATUS_INTERNAL && geo_geos_was_interrupted(g))
        st = report_detail(g, geom, place_deg, e);
    GEOSGeom_destroy_r(g->handle, geom);
    return st;
}

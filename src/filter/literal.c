/* Geometries of a filter: from the order of axes in which they are written to GEOS, in longitude and
 * latitude. */
#include "filter/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces of an edge of a zone; a straight edge of 500 m leaves its chord in degrees by less than a
 * centimetre. */
#define PIECE_M 500.0
enum { PIECES_MAX = 4096, VERTICES_MAX = 200000 };

struct making {
    struct filter *filter;
    const struct cql2_node *node;
    const struct crs_named *crs;
    struct geo_transformer *transformer;
    GEOSContextHandle_t geos;
    size_t n_vertices;
    struct error *error;
};

/* ---- positions ---- */

static enum status fail(const struct making *m, const char *zh, const char *en)
{
    return cql2_fail(m->node, "bad-filter", zh, en, m->error);
}

static enum status add_point(struct making *m, const double axes[2])
{
    struct error why = {0};
    double lon, lat;
    if (++m->n_vertices > VERTICES_MAX)
        return fail(m, "图形的边太长太多；请简化。",
                    "the geometry has too many or too long edges; make it simpler.");
    if (crs_named_to_lonlat(m->transformer, m->crs, axes, &lon, &lat, &why))
        return fail(m, why.zh, why.en);
    geo_shape_builder_point(&m->filter->scratch, lon, lat);
    return STATUS_OK;
}

static enum status add_edge(struct making *m, const double from[2], const double to[2])
{
    double length_m = m->crs->crs.kind == GEO_CRS_GAUSS_KRUGER ? hypot(to[0] - from[0], to[1] - from[1]) : 0;
    int pieces = length_m > PIECES_MAX * PIECE_M ? PIECES_MAX : (int)ceil(length_m / PIECE_M);
    enum status s = STATUS_OK;
    for (int i = 1; !s && i < pieces; i++) {
        double t = (double)i / pieces;
        s = add_point(m, (double[2]){from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])});
    }
    return s ? s : add_point(m, to);
}

/* The line's points, in the builder. */
static enum status convert_line(struct making *m, const double (*positions)[2], size_t n)
{
    geo_shape_builder_clear(&m->filter->scratch);
    geo_shape_builder_polygon(&m->filter->scratch);
    geo_shape_builder_ring(&m->filter->scratch);
    enum status s = add_point(m, positions[0]);
    for (size_t i = 1; !s && i < n; i++)
        s = add_edge(m, positions[i - 1], positions[i]);
    return !s && m->filter->scratch.failed ? error_no_memory(m->error) : s;
}

/* ---- GEOS ---- */

static enum status take(struct making *m, GEOSGeometry *g, GEOSGeometry **out)
{
    if (!g)
        return fail(m, "GEOS 不能由此建立图形。", "GEOS cannot make a geometry of this.");
    *out = g;
    return STATUS_OK;
}

static enum status make_line(struct making *m, const double (*positions)[2], size_t n, bool ring,
                             GEOSGeometry **out)
{
    enum status s = convert_line(m, positions, n);
    if (s)
        return s;
    const struct geo_shape_builder *b = &m->filter->scratch;
    GEOSCoordSequence *c =
        GEOSCoordSeq_copyFromArrays_r(m->geos, b->lon, b->lat, NULL, NULL, (unsigned)b->n_vertices);
    if (!c)
        return error_no_memory(m->error);
    return take(m,
                n == 1 ? GEOSGeom_createPoint_r(m->geos, c)
                : ring ? GEOSGeom_createLinearRing_r(m->geos, c)
                       : GEOSGeom_createLineString_r(m->geos, c),
                out);
}

static enum status make_geometry(struct making *m, const struct cql2_geometry *g, GEOSGeometry **out);

static void destroy_all(const struct making *m, GEOSGeometry **parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(m->geos, parts[i]);
    free(parts);
}

static int collection_of(enum cql2_shape type)
{
    return type == CQL2_MULTIPOINT     ? GEOS_MULTIPOINT
           : type == CQL2_MULTILINE    ? GEOS_MULTILINESTRING
           : type == CQL2_MULTIPOLYGON ? GEOS_MULTIPOLYGON
                                       : GEOS_GEOMETRYCOLLECTION;
}

static enum status make_parts(struct making *m, const struct cql2_geometry *g, GEOSGeometry **out)
{
    GEOSGeometry **parts = calloc(g->n_parts, sizeof *parts);
    size_t n = 0;
    enum status s = parts ? STATUS_OK : error_no_memory(m->error);
    for (; !s && n < g->n_parts; n += !s) {
        const struct cql2_geometry *part = g->parts[n];
        s = g->type == CQL2_POLYGON
                ? make_line(m, (const double(*)[2])part->positions, part->n_positions, true, &parts[n])
                : make_geometry(m, part, &parts[n]);
    }
    if (s) {
        destroy_all(m, parts, n);
        return s;
    }
    /* either takes the parts, also when it fails; the array stays ours */
    GEOSGeometry *made =
        g->type == CQL2_POLYGON
            ? GEOSGeom_createPolygon_r(m->geos, parts[0], parts + 1, (unsigned)(n - 1))
            : GEOSGeom_createCollection_r(m->geos, collection_of(g->type), parts, (unsigned)n);
    free(parts);
    return take(m, made, out);
}

/* ---- boxes ---- */

static enum status make_rectangle(struct making *m, const struct geo_box *b, GEOSGeometry **out)
{
    if (b->west_deg == b->east_deg && b->south_deg == b->north_deg)
        return take(m, GEOSGeom_createPointFromXY_r(m->geos, b->west_deg, b->south_deg), out);
    if (b->west_deg == b->east_deg || b->south_deg == b->north_deg) {
        const double x[2] = {b->west_deg, b->east_deg}, y[2] = {b->south_deg, b->north_deg};
        GEOSCoordSequence *c = GEOSCoordSeq_copyFromArrays_r(m->geos, x, y, NULL, NULL, 2);
        return take(m, c ? GEOSGeom_createLineString_r(m->geos, c) : NULL, out);
    }
    return take(m, GEOSGeom_createRectangle_r(m->geos, b->west_deg, b->south_deg, b->east_deg, b->north_deg),
                out);
}

/* Over the antimeridian it is two. */
static enum status make_degree_box(struct making *m, const double corners[4], GEOSGeometry **out)
{
    struct error why = {0};
    struct geo_box box;
    if (crs_named_box(m->transformer, m->crs, corners, &box, &why))
        return fail(m, why.zh, why.en);
    if (box.west_deg <= box.east_deg)
        return make_rectangle(m, &box, out);
    struct geo_box east = box, west = box;
    east.east_deg = 180;
    west.west_deg = -180;
    GEOSGeometry *both[2];
    enum status s = make_rectangle(m, &east, &both[0]);
    if (s)
        return s;
    s = make_rectangle(m, &west, &both[1]);
    if (s) {
        GEOSGeom_destroy_r(m->geos, both[0]);
        return s;
    }
    bool areas = GEOSGeomTypeId_r(m->geos, both[0]) == GEOS_POLYGON &&
                 GEOSGeomTypeId_r(m->geos, both[1]) == GEOS_POLYGON;
    return take(
        m, GEOSGeom_createCollection_r(m->geos, areas ? GEOS_MULTIPOLYGON : GEOS_GEOMETRYCOLLECTION, both, 2),
        out);
}

static enum status make_box(struct making *m, const struct cql2_geometry *g, GEOSGeometry **out)
{
    const double *low = g->positions[0], *high = g->positions[1];
    if (m->crs->crs.kind != GEO_CRS_GAUSS_KRUGER)
        return make_degree_box(m, (double[4]){low[0], low[1], high[0], high[1]}, out);
    if (!(low[0] <= high[0] && low[1] <= high[1]))
        return fail(m, "框的下角应小于上角。", "the lower corner of a box lies below the upper.");
    size_t sides = (low[0] < high[0]) + (low[1] < high[1]);
    if (sides < 2) /* a point, a line */
        return make_line(m, (const double(*)[2])g->positions, sides + 1, false, out);
    double ring[5][2] = {
        {low[0], low[1]}, {low[0], high[1]}, {high[0], high[1]}, {high[0], low[1]}, {low[0], low[1]}};
    GEOSGeometry *line = NULL;
    enum status s = make_line(m, (const double(*)[2])ring, 5, true, &line);
    return s ? s : take(m, GEOSGeom_createPolygon_r(m->geos, line, NULL, 0), out);
}

static enum status make_geometry(struct making *m, const struct cql2_geometry *g, GEOSGeometry **out)
{
    if (g->type == CQL2_BOX)
        return make_box(m, g, out);
    if (g->type == CQL2_POINT || g->type == CQL2_LINE)
        return make_line(m, (const double(*)[2])g->positions, g->n_positions, false, out);
    return make_parts(m, g, out);
}

/* ---- what is kept ---- */

static enum status check_valid(const struct making *m, const GEOSGeometry *g)
{
    char zh[200], en[200];
    char valid = GEOSisValid_r(m->geos, g);
    if (valid == 1)
        return STATUS_OK;
    char *reason = GEOSisValidReason_r(m->geos, g);
    snprintf(zh, sizeof zh, "图形无效：%.80s；请改正。", reason ? reason : "?");
    snprintf(en, sizeof en, "the geometry is not valid: %.80s; mend it.", reason ? reason : "?");
    GEOSFree_r(m->geos, reason);
    return fail(m, zh, en);
}

/* A collection of parts of one dimension is their union, which GEOS relates like any other; of several it
 * stays one, and only S_INTERSECTS and S_DISJOINT take it. */
static enum status dissolve(struct making *m, GEOSGeometry **g)
{
    if (GEOSGeomTypeId_r(m->geos, *g) != GEOS_GEOMETRYCOLLECTION)
        return STATUS_OK;
    GEOSGeometry *one = GEOSUnaryUnion_r(m->geos, *g);
    GEOSGeom_destroy_r(m->geos, *g);
    return take(m, one, g);
}

enum status filter_literal_make(struct filter *f, const struct cql2_node *n, const struct crs_named *crs,
                                struct geo_transformer *t, struct filter_term *out, struct error *e)
{
    struct making m = {
        .filter = f, .node = n, .crs = crs, .transformer = t, .geos = geo_geos_handle(f->geos), .error = e};
    GEOSGeometry *g = NULL;
    struct filter_literal *l = arena_alloc(f->arena, sizeof *l);
    enum status s = l ? make_geometry(&m, n->geometry, &g) : error_no_memory(e);
    if (s)
        return s;
    s = check_valid(&m, g);
    if (s) {
        GEOSGeom_destroy_r(m.geos, g);
        return s;
    }
    s = dissolve(&m, &g);
    if (s)
        return s;
    const GEOSPreparedGeometry *prepared = GEOSPrepare_r(m.geos, g);
    *l = (struct filter_literal){g, prepared, f->literals};
    f->literals = l;
    if (!prepared)
        return error_no_memory(e);
    out->geometry = g;
    out->prepared = prepared;
    struct geo_box *b = &out->box;
    bool known = GEOSGeom_getXMin_r(m.geos, g, &b->west_deg) &&
                 GEOSGeom_getYMin_r(m.geos, g, &b->south_deg) &&
                 GEOSGeom_getXMax_r(m.geos, g, &b->east_deg) && GEOSGeom_getYMax_r(m.geos, g, &b->north_deg);
    return known ? STATUS_OK : fail(&m, "图形是空的。", "the geometry is empty.");
}

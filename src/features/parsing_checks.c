/* What is odd about a parcel without being wrong: said, never mended. */
#include "features/parsing.h"

#include "geo/area.h"

#include <math.h>
#include <stdlib.h>

/* Edges shorter than this are slips of a digitiser or of rounding. */
#define TINY_EDGE_M 0.01
/* What two plots of one file may have in common before it is told: the report's own unit. */
#define PLOTS_OVERLAP_M2 0.01
/* Pairs of edges that are compared at most: half a second. */
#define EDGE_PAIRS_MAX ((size_t)50000000)

/* Inner Mongolia with a margin of one degree. */
static const struct geo_box region = {96.0, 36.5, 127.5, 54.5};

/* The parcel's latitude decides what a degree is worth. */
static void unit_lengths(const struct parcel *parcel, double *east_m, double *north_m)
{
    *east_m = *north_m = 1;
    if (parcel->crs.kind == GEO_CRS_GEOGRAPHIC)
        geo_metres_per_degree(parcel->shape.box.south_deg, north_m, east_m);
}

void parsing_check_rings(struct parsing *p, const struct parcel *parcel, struct parsing_place place)
{
    const struct parcel_rings *d = &parcel->delivered;
    size_t repeated = 0, tiny = 0;
    double east_m, north_m, first_x = 0, first_y = 0;
    unit_lengths(parcel, &east_m, &north_m);
    for (uint32_t r = 0; r < d->n_rings; r++) {
        for (uint32_t i = d->start[r], j = d->start[r + 1] - 1; i < d->start[r + 1]; j = i++) {
            double dx = (d->x[i] - d->x[j]) * east_m, dy = (d->y[i] - d->y[j]) * north_m;
            double d2 = dx * dx + dy * dy;
            if (d2 >= TINY_EDGE_M * TINY_EDGE_M)
                continue;
            if (repeated + tiny == 0)
                first_x = d->x[i], first_y = d->y[i];
            *(d2 == 0 ? &repeated : &tiny) += 1;
        }
    }
    if (repeated || tiny)
        place = parsing_place_said(p, place);
    if (repeated && parsing_warn_wanted(p, "points-repeated"))
        parsing_warn(p, "points-repeated",
                     parsing_printf(p, "%s：有%zu处相邻界址点完全重合，已按一个点计算。", place.zh, repeated),
                     parsing_printf(p, "%s: %zu times a point repeats the one before; it counts once.",
                                    place.en, repeated));
    if (tiny && parsing_warn_wanted(p, "edges-tiny"))
        parsing_warn(p, "edges-tiny",
                     parsing_printf(p, "%s：有%zu条边短于1厘米（第一处在Y(东)%.8g、X(北)%.8g附近），请核对。",
                                    place.zh, tiny, first_x, first_y),
                     parsing_printf(p,
                                    "%s: %zu edges are shorter than 1 cm (the first near %.8g, %.8g); check.",
                                    place.en, tiny, first_x, first_y));
}

static void warn_far_from_meridian(struct parsing *p, const struct parcel *parcel, struct parsing_place place)
{
    const struct geo_box *b = &parcel->shape.box;
    const struct geo_crs *crs = &parcel->crs;
    double away =
        fmax(fabs(b->west_deg - crs->central_meridian_deg), fabs(b->east_deg - crs->central_meridian_deg));
    if (crs->kind != GEO_CRS_GAUSS_KRUGER || away <= 0.5 * crs->zone_width_deg + GEO_BESIDE_ZONE_DEG)
        return;
    place = parsing_place_said(p, place);
    parsing_warn(
        p, "far-from-meridian",
        parsing_printf(p, "%s：离第%d带的中央经线（%g°）有%.2f度，超出该带的范围，请核对带号。", place.zh,
                       crs->zone, crs->central_meridian_deg, away),
        parsing_printf(p,
                       "%s: it is %.2f degrees from the central meridian (%g) of zone %d, beyond that zone; "
                       "check the zone.",
                       place.en, away, crs->central_meridian_deg, crs->zone));
}

static void warn_outside_region(struct parsing *p, const struct geo_box *b, struct parsing_place place)
{
    if (b->west_deg >= region.west_deg && b->east_deg <= region.east_deg &&
        b->south_deg >= region.south_deg && b->north_deg <= region.north_deg)
        return;
    place = parsing_place_said(p, place);
    parsing_warn(
        p, "outside-region",
        parsing_printf(p,
                       "%s：位于经度%.4f–%.4f、纬度%.4f–%.4f，不全在内蒙古自治区范围内，请核对坐标系和带号。",
                       place.zh, b->west_deg, b->east_deg, b->south_deg, b->north_deg),
        parsing_printf(p,
                       "%s: at longitude %.4f to %.4f, latitude %.4f to %.4f it is not wholly within Inner "
                       "Mongolia; check the coordinate system and the zone.",
                       place.en, b->west_deg, b->east_deg, b->south_deg, b->north_deg));
}

void parsing_check_place(struct parsing *p, const struct parcel *parcel, struct parsing_place place)
{
    warn_far_from_meridian(p, parcel, place);
    warn_outside_region(p, &parcel->shape.box, place);
}

/* Metres east and north of a common origin: exact enough to tell 0.01 m2 for plots of some kilometres. */
struct flat {
    double west_deg, south_deg, east_m, north_m;
};

/* The integral of min(a, b) over a strip of width w, where a and b are linear: a0..a1, b0..b1. */
static double lower_area(double w, double a0, double a1, double b0, double b1)
{
    double d0 = a0 - b0, d1 = a1 - b1;
    if (d0 <= 0 && d1 <= 0)
        return w * 0.5 * (a0 + a1);
    if (d0 >= 0 && d1 >= 0)
        return w * 0.5 * (b0 + b1);
    double t = d0 / (d0 - d1), cross = a0 + t * (a1 - a0);
    double left = d0 < 0 ? a0 : b0, right = d1 < 0 ? a1 : b1;
    return 0.5 * w * (t * (left + cross) + (1 - t) * (cross + right));
}

struct edge {
    double x0, y0, x1, y1; /* x0 < x1 */
    double sign;
};

static bool edge_of(const struct geo_shape *s, uint32_t i, const struct flat *f, struct edge *out)
{
    double x0 = (s->lon_deg[i] - f->west_deg) * f->east_m, x1 = (s->lon_deg[i + 1] - f->west_deg) * f->east_m;
    double y0 = (s->lat_deg[i] - f->south_deg) * f->north_m,
           y1 = (s->lat_deg[i + 1] - f->south_deg) * f->north_m;
    *out = x0 < x1 ? (struct edge){x0, y0, x1, y1, 1} : (struct edge){x1, y1, x0, y0, -1};
    return x0 != x1;
}

static double under_both(const struct edge *a, const struct edge *b)
{
    double from = fmax(a->x0, b->x0), to = fmin(a->x1, b->x1);
    if (from >= to)
        return 0;
    double ka = (a->y1 - a->y0) / (a->x1 - a->x0), kb = (b->y1 - b->y0) / (b->x1 - b->x0);
    return a->sign * b->sign *
           lower_area(to - from, a->y0 + ka * (from - a->x0), a->y0 + ka * (to - a->x0),
                      b->y0 + kb * (from - b->x0), b->y0 + kb * (to - b->x0));
}

/* The sum of signed trapezoids, as in the check itself: holes, parts and common borders need no special
 * case. */
static double common_area_m2(const struct geo_shape *a, const struct geo_shape *b)
{
    struct flat f = {.west_deg = fmin(a->box.west_deg, b->box.west_deg),
                     .south_deg = fmin(a->box.south_deg, b->box.south_deg)};
    geo_metres_per_degree(f.south_deg, &f.north_m, &f.east_m);
    double sum = 0;
    for (uint32_t ra = 0; ra < a->n_rings; ra++)
        for (uint32_t i = a->ring_start[ra]; i + 1 < a->ring_start[ra + 1]; i++) {
            struct edge ea, eb;
            if (!edge_of(a, i, &f, &ea))
                continue;
            for (uint32_t rb = 0; rb < b->n_rings; rb++)
                for (uint32_t k = b->ring_start[rb]; k + 1 < b->ring_start[rb + 1]; k++)
                    if (edge_of(b, k, &f, &eb))
                        sum += under_both(&ea, &eb);
        }
    return sum;
}

/* What is told is measured as everything else is: on the ellipsoid. The flat figure, which finds the pair,
 * stands in where GEOS fails. */
static double told_area_m2(struct parsing *p, const struct geo_shape *a, const struct geo_shape *b,
                           double flat_m2)
{
    struct geo_geos *g = p->context->geos;
    GEOSContextHandle_t h = g ? geo_geos_handle(g) : NULL;
    GEOSGeometry *x = NULL, *y = NULL, *both = NULL;
    struct geo_shape shape;
    bool ok = h && geo_geos_from_shape(g, a, &x, NULL) == STATUS_OK &&
              geo_geos_from_shape(g, b, &y, NULL) == STATUS_OK;
    both = ok ? GEOSIntersection_r(h, x, y) : NULL;
    ok =
        both && geo_geos_to_shape(g, both, p->context->arena, &shape, NULL) == STATUS_OK && shape.n_rings > 0;
    for (int i = 0; h && i < 3; i++) {
        GEOSGeometry *one = i == 0 ? x : i == 1 ? y : both;
        if (one)
            GEOSGeom_destroy_r(h, one);
    }
    return ok ? geo_shape_area_m2(&shape) : flat_m2;
}

static int by_west(const void *a, const void *b)
{
    const struct parcel *const *x = a, *const *y = b;
    double d = (*x)->shape.box.west_deg - (*y)->shape.box.west_deg;
    return d < 0 ? -1 : d > 0 ? 1 : *x < *y ? -1 : *x > *y;
}

static void compare(struct parsing *p, const struct parcel *a, const struct parcel *b)
{
    const struct parcel *first = a < b ? a : b, *second = a < b ? b : a;
    double m2 = common_area_m2(&first->shape, &second->shape);
    if (m2 < PLOTS_OVERLAP_M2 || !parsing_warn_wanted(p, "plots-overlap"))
        return;
    m2 = told_area_m2(p, &first->shape, &second->shape, m2);
    const char *one = parsing_short(p, first->id), *two = parsing_short(p, second->id);
    parsing_warn(
        p, "plots-overlap",
        parsing_printf(p, "地块“%s”与“%s”互相重叠%.2f平方米，合计面积会重复计算，请核对。", one, two, m2),
        parsing_printf(p, "Parcels \"%s\" and \"%s\" overlap by %.2f m2, which totals count twice; check.",
                       one, two, m2));
}

static void warn_not_compared(struct parsing *p)
{
    parsing_warn(p, "plots-not-compared", "地块很多或界址点很多，地块之间是否重叠没有全部核对。",
                 "There are so many plots or points that not all plots were compared with each other.");
}

void parsing_check_overlaps(struct parsing *p)
{
    size_t n = p->set.n_parcels, work = 0;
    const struct parcel **order = n > 1 ? arena_array(p->context->arena, n, sizeof *order) : NULL;
    p->no_memory = p->no_memory || (n > 1 && !order);
    if (!order)
        return;
    for (size_t i = 0; i < n; i++)
        order[i] = &p->set.parcels[i];
    qsort(order, n, sizeof *order, by_west);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && order[k]->shape.box.west_deg < order[i]->shape.box.east_deg; k++) {
            const struct geo_shape *a = &order[i]->shape, *b = &order[k]->shape;
            if (++work > EDGE_PAIRS_MAX) {
                warn_not_compared(p);
                return;
            }
            if (a->box.north_deg <= b->box.south_deg || b->box.north_deg <= a->box.south_deg)
                continue;
            work += (size_t)a->n_vertices * b->n_vertices;
            if (work <= EDGE_PAIRS_MAX)
                compare(p, order[i], order[k]);
        }
}

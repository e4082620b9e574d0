#include "index/shapes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* splitmix64: small, and the same everywhere */
uint64_t random_bits(struct random *r)
{
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

double random_unit(struct random *r)
{
    return (double)(random_bits(r) >> 11) * 0x1p-53;
}

uint32_t random_below(struct random *r, uint32_t n)
{
    return (uint32_t)(random_bits(r) % n);
}

static struct geo_shape finish(struct geo_shape_builder *b, struct arena *a)
{
    struct geo_shape s;
    struct error e = {0};
    if (geo_shape_builder_finish(b, a, &s, &e)) {
        fprintf(stderr, "test shape: %s\n", e.en);
        abort();
    }
    geo_shape_builder_release(b);
    return s;
}

static void star_ring(struct random *r, struct geo_shape_builder *b, double lon, double lat, double radius,
                      uint32_t n)
{
    geo_shape_builder_ring(b);
    for (uint32_t i = 0; i < n; i++) {
        double angle = (i + 0.8 * random_unit(r)) / n * 2 * M_PI;
        double d = radius * (0.55 + 0.45 * random_unit(r));
        geo_shape_builder_point(b, lon + d * cos(angle) * 1.3, lat + d * sin(angle));
    }
}

struct geo_shape shape_star(struct random *r, struct arena *a, double lon, double lat, double radius_deg,
                            uint32_t n, bool hole)
{
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    if (hole && n < 8)
        n = 8; /* fewer points could let the outer ring dip into the hole */
    star_ring(r, &b, lon, lat, radius_deg, n);
    if (hole)
        star_ring(r, &b, lon, lat, radius_deg * 0.25, n / 2);
    return finish(&b, a);
}

static void box_ring(struct geo_shape_builder *b, double west, double south, double east, double north)
{
    geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, west, south);
    geo_shape_builder_point(b, east, south);
    geo_shape_builder_point(b, east, north);
    geo_shape_builder_point(b, west, north);
}

struct geo_shape shape_box(struct arena *a, double west, double south, double east, double north)
{
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    box_ring(&b, west, south, east, north);
    return finish(&b, a);
}

struct geo_shape shape_cells(struct random *r, struct arena *a, struct geo_geos *g, double lon, double lat,
                             double cell, int k)
{
    GEOSContextHandle_t h = geo_geos_handle(g);
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    int n = 0;
    for (int j = 0; j < k; j++)
        for (int i = 0; i < k; i++)
            if (random_below(r, 100) < 55 || (n == 0 && i == k - 1 && j == k - 1)) {
                box_ring(&b, lon + i * cell, lat + j * cell, lon + (i + 1) * cell, lat + (j + 1) * cell);
                n++;
            }
    struct geo_shape cells = finish(&b, a), out;
    GEOSGeometry *raw = NULL;
    if (geo_geos_from_shape(g, &cells, &raw, NULL))
        abort();
    GEOSGeometry *whole = GEOSUnaryUnion_r(h, raw);
    if (!whole || geo_geos_to_shape(g, whole, a, &out, NULL))
        abort();
    GEOSGeom_destroy_r(h, raw);
    GEOSGeom_destroy_r(h, whole);
    return out;
}

struct geo_shape shape_of_points(struct arena *a, const double *lonlat, uint32_t n)
{
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    geo_shape_builder_ring(&b);
    for (uint32_t i = 0; i < n; i++)
        geo_shape_builder_point(&b, lonlat[2 * i], lonlat[2 * i + 1]);
    return finish(&b, a);
}

struct geo_shape shape_lattice(struct random *r, struct arena *a, double lon, double lat, double cell, int k)
{
    for (;;) {
        double p[6];
        for (int i = 0; i < 3; i++) {
            p[2 * i] = lon + random_below(r, (uint32_t)k + 1) * cell;
            p[2 * i + 1] = lat + random_below(r, (uint32_t)k + 1) * cell;
        }
        double twice = (p[2] - p[0]) * (p[5] - p[1]) - (p[4] - p[0]) * (p[3] - p[1]);
        if (fabs(twice) > cell * cell * 0.5)
            return shape_of_points(a, p, 3);
    }
}

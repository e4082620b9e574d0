#include "bench_pieces.h"

#include "formats/wkb.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CUTS = 40 };

/* The quick clip may fail and is then replaced: its complaints are expected. */
static void say_nothing(const char *format, ...)
{
    (void)format;
}

GEOSContextHandle_t bench_geos_new(void)
{
    GEOSContextHandle_t g = GEOS_init_r();
    GEOSContext_setNoticeHandler_r(g, say_nothing);
    GEOSContext_setErrorHandler_r(g, say_nothing);
    return g;
}

GEOSGeometry *bench_geos_of_shape(GEOSContextHandle_t g, const struct geo_shape *s)
{
    struct buffer wkb;
    buffer_init(&wkb, 0);
    wkb_write(s, &wkb);
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g);
    GEOSGeometry *made = GEOSWKBReader_read_r(g, reader, (const unsigned char *)wkb.data, wkb.size);
    GEOSWKBReader_destroy_r(g, reader);
    buffer_release(&wkb);
    if (!made) {
        fprintf(stderr, "bench: GEOS reads no geometry\n");
        exit(2);
    }
    return made;
}

static void piece_add(struct pieces *p, GEOSGeometry *geometry, int64_t feature)
{
    if ((p->n & (p->n - 1)) == 0) /* room for the next power of two */
        p->all = realloc(p->all, (p->n ? 2 * p->n : 1) * sizeof *p->all);
    p->all[p->n++] = (struct piece){geometry, feature};
}

struct rectangle {
    double x0, y0, x1, y1;
};

static struct rectangle bounds_of(GEOSContextHandle_t g, const GEOSGeometry *geometry)
{
    struct rectangle r;
    GEOSGeom_getXMin_r(g, geometry, &r.x0);
    GEOSGeom_getYMin_r(g, geometry, &r.y0);
    GEOSGeom_getXMax_r(g, geometry, &r.x1);
    GEOSGeom_getYMax_r(g, geometry, &r.y1);
    return r;
}

/* The quick clip drops vertices by the way; where that made something invalid, the slow and exact one is
 * taken. */
static GEOSGeometry *clip(GEOSContextHandle_t g, const GEOSGeometry *geometry, const struct rectangle *r)
{
    GEOSGeometry *quick = GEOSClipByRect_r(g, geometry, r->x0, r->y0, r->x1, r->y1);
    if (quick && GEOSisValid_r(g, quick) == 1)
        return quick;
    if (quick)
        GEOSGeom_destroy_r(g, quick);
    GEOSGeometry *frame = GEOSGeom_createRectangle_r(g, r->x0, r->y0, r->x1, r->y1);
    GEOSGeometry *exact = GEOSIntersection_r(g, geometry, frame);
    GEOSGeom_destroy_r(g, frame);
    return exact;
}

/* Consumes the geometry. Halved across its longer side until it is small, as ST_Subdivide does. */
static void cut(GEOSContextHandle_t g, struct pieces *p, GEOSGeometry *geometry, int64_t feature, int depth)
{
    int type = GEOSGeomTypeId_r(g, geometry);
    if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
        for (int i = 0, n = GEOSGetNumGeometries_r(g, geometry); i < n; i++)
            cut(g, p, GEOSGeom_clone_r(g, GEOSGetGeometryN_r(g, geometry, i)), feature, depth);
    } else if (type == GEOS_POLYGON && !GEOSisEmpty_r(g, geometry)) {
        if (depth == MAX_CUTS || GEOSGetNumCoordinates_r(g, geometry) <= PIECE_MAX_VERTICES) {
            piece_add(p, geometry, feature);
            return;
        }
        struct rectangle half[2];
        half[0] = half[1] = bounds_of(g, geometry);
        if (half[0].x1 - half[0].x0 > half[0].y1 - half[0].y0)
            half[0].x1 = half[1].x0 = (half[0].x0 + half[0].x1) / 2;
        else
            half[0].y1 = half[1].y0 = (half[0].y0 + half[0].y1) / 2;
        for (int i = 0; i < 2; i++) {
            GEOSGeometry *c = clip(g, geometry, &half[i]);
            if (c)
                cut(g, p, c, feature, depth + 1);
        }
    }
    GEOSGeom_destroy_r(g, geometry);
}

static void pieces_cut(GEOSContextHandle_t g, struct pieces *p, const char *data, const char *layer)
{
    struct bench_layer l = bench_layer_read(data, layer);
    for (size_t i = 0; i < l.n; i++)
        cut(g, p, bench_geos_of_shape(g, &l.shapes[i]), l.ids[i], 0);
    bench_layer_release(&l);
}

/* ---- the file: for each piece the feature's number, the size of its WKB, its WKB ---- */

struct record {
    int64_t feature;
    uint64_t size;
};

static void pieces_write(GEOSContextHandle_t g, const struct pieces *p, const char *file)
{
    char part[1300];
    snprintf(part, sizeof part, "%s.part", file);
    FILE *f = fopen(part, "wb");
    bool ok = f != NULL;
    GEOSWKBWriter *writer = GEOSWKBWriter_create_r(g);
    for (size_t i = 0; ok && i < p->n; i++) {
        size_t size;
        unsigned char *wkb = GEOSWKBWriter_write_r(g, writer, p->all[i].geometry, &size);
        struct record r = {p->all[i].feature, size};
        ok = wkb && fwrite(&r, sizeof r, 1, f) == 1 && fwrite(wkb, size, 1, f) == 1;
        GEOSFree_r(g, wkb);
    }
    GEOSWKBWriter_destroy_r(g, writer);
    if (!ok || fclose(f) || rename(part, file))
        fprintf(stderr, "bench: %s is not kept; the pieces will be cut again\n", file);
}

static bool pieces_load(GEOSContextHandle_t g, struct pieces *p, const char *file)
{
    FILE *f = fopen(file, "rb");
    if (!f)
        return false;
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g);
    struct record r;
    while (fread(&r, sizeof r, 1, f) == 1) {
        unsigned char *bytes = malloc(r.size);
        GEOSGeometry *geometry = NULL;
        if (bytes && fread(bytes, r.size, 1, f) == 1)
            geometry = GEOSWKBReader_read_r(g, reader, bytes, r.size);
        free(bytes);
        if (!geometry) {
            fprintf(stderr, "bench: damaged, remove it: %s\n", file);
            exit(2);
        }
        piece_add(p, geometry, r.feature);
    }
    GEOSWKBReader_destroy_r(g, reader);
    fclose(f);
    return true;
}

/* GEOS computes boxes when they are first asked for, which two threads must not do to one geometry at
 * once. */
static void boxes_settle(GEOSContextHandle_t g, const GEOSGeometry *polygon)
{
    double x;
    GEOSGeom_getXMin_r(g, polygon, &x);
    for (int i = 0, n = GEOSGetNumInteriorRings_r(g, polygon); i < n; i++)
        GEOSGeom_getXMin_r(g, GEOSGetInteriorRingN_r(g, polygon, i), &x);
}

static void nothing_found(void *item, void *user)
{
    (void)item;
    (void)user;
}

struct pieces bench_pieces_read(GEOSContextHandle_t g, const char *data, const char *layer, const char *file)
{
    struct pieces p = {.all = NULL};
    if (!pieces_load(g, &p, file)) {
        pieces_cut(g, &p, data, layer);
        pieces_write(g, &p, file);
    }
    p.tree = GEOSSTRtree_create_r(g, 10);
    for (size_t i = 0; i < p.n; i++) {
        boxes_settle(g, p.all[i].geometry);
        GEOSSTRtree_insert_r(g, p.tree, p.all[i].geometry, &p.all[i]);
    }
    GEOSGeometry *nowhere = GEOSGeom_createPointFromXY_r(g, 0, 0);
    GEOSSTRtree_query_r(g, p.tree, nowhere, nothing_found, NULL); /* the first query builds the tree */
    GEOSGeom_destroy_r(g, nowhere);
    return p;
}

void bench_pieces_release(GEOSContextHandle_t g, struct pieces *p)
{
    GEOSSTRtree_destroy_r(g, p->tree);
    for (size_t i = 0; i < p->n; i++)
        GEOSGeom_destroy_r(g, p->all[i].geometry);
    free(p->all);
}

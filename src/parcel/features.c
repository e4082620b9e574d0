#include "parcel/features.h"

#include "geo/crs/stated.h"
#include "geo/wkb.h"
#include "parcel/coords.h"
#include "parcel/parsing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum status read_rings(struct parsing *p, const struct parcel_feature *f)
{
    struct geo_shape_builder *b = &p->builder;
    enum status s = geo_wkb_read(f->wkb, f->n_wkb, b, p->error);
    if (s != STATUS_OK)
        return s;
    ring_list_clear(&p->rings);
    for (size_t polygon = 0; polygon < b->n_polygons; polygon++) {
        size_t end = polygon + 1 < b->n_polygons ? b->polygon_start[polygon + 1] : b->n_rings;
        int32_t outer = -1;
        for (size_t r = b->polygon_start[polygon]; r < end; r++) {
            size_t start = b->ring_start[r], stop = r + 1 < b->n_rings ? b->ring_start[r + 1] : b->n_vertices;
            if (stop <= start)
                continue;
            size_t index = p->rings.n_rings;
            ring_list_begin(&p->rings, outer);
            ring_list_points(&p->rings, b->lon + start, b->lat + start, stop - start);
            outer = outer < 0 ? (int32_t)index : outer;
        }
    }
    for (size_t i = 0; i < p->rings.n; i++)
        if (!isfinite(p->rings.x[i]) || !isfinite(p->rings.y[i])) {
            error_zh(p->error, "第%zu个坐标不是数（NaN或无穷大）；请改正图形。", i + 1);
            return error_fail(p->error, STATUS_INVALID_INPUT, "coordinate-not-finite",
                              "Coordinate %zu is not a number; correct the geometry.", i + 1);
        }
    return STATUS_OK;
}

static void widen(struct crs_question *q, const struct ring_list *l)
{
    for (size_t i = 0; i < l->n; i++, q->n_points++) {
        q->min_a = q->n_points ? fmin(q->min_a, l->x[i]) : l->x[i];
        q->max_a = q->n_points ? fmax(q->max_a, l->x[i]) : l->x[i];
        q->min_b = q->n_points ? fmin(q->min_b, l->y[i]) : l->y[i];
        q->max_b = q->n_points ? fmax(q->max_b, l->y[i]) : l->y[i];
    }
}

/* The extent is asked for only where nothing names the CRS: it means reading every geometry twice. */
static enum status find_extent(struct parsing *p, const struct parcel_features *f, struct crs_question *q)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < f->n; i++) {
        s = read_rings(p, &f->features[i]);
        if (s == STATUS_OK)
            widen(q, &p->rings);
    }
    return s;
}

static enum status decide_crs(struct parsing *p, const struct parcel_features *f, struct geo_crs *crs)
{
    struct crs_stated stated = {.epsg = f->epsg};
    struct crs_decision d;
    enum status s =
        f->epsg ? STATUS_OK : crs_of_stated(p->context->transformer, f->crs_stated, &stated, p->error);
    const char *name = parsing_short(p, stated.name);
    struct crs_question q = {.stated_epsg = stated.epsg,
                             .stated_by_match = stated.by_match,
                             .stated_name = name,
                             .given_epsg = p->context->epsg};
    if (s == STATUS_OK && !stated.epsg)
        s = find_extent(p, f, &q);
    if (s == STATUS_OK)
        s = crs_decide(&q, &d, p->error);
    if (s != STATUS_OK)
        return s;
    coords_take_decision(p, &d);
    *crs = d.crs;
    return STATUS_OK;
}

static enum status add_feature(struct parsing *p, const struct parcel_features *f, size_t i,
                               const struct geo_crs *crs)
{
    const struct parcel_feature *from = &f->features[i];
    struct parcel parcel = {.id = from->id, .name = from->name, .use = from->use, .crs = *crs};
    struct declared_area area = {NAN, AREA_UNIT_UNSAID};
    if (!*parcel.id)
        parcel.id = parsing_printf(p, "%zu", i + 1);
    if (!parcel.id)
        return error_no_memory(p->error);
    const char *shown = parsing_short(p, parcel.id);
    struct parsing_place place = {parsing_printf(p, "第%zu个要素（编号“%s”）", i + 1, shown ? shown : ""),
                                  parsing_printf(p, "Feature %zu (id \"%s\")", i + 1, shown ? shown : "")};
    enum status s = read_rings(p, from);
    if (s != STATUS_OK)
        return parsing_fail_in(p, s, place);
    parcel.delivered_points = (uint32_t)p->rings.n;
    if (*from->area && !parsing_area_text(from->area, &area))
        area = (struct declared_area){NAN, AREA_UNIT_UNSAID};
    return parsing_add(p, &parcel, place, area);
}

enum status parcel_from_features(const struct parcel_context *c, const struct parcel_features *f,
                                 const void *bytes, size_t n, struct parcel_set *out, struct error *e)
{
    struct error error;
    struct parsing p;
    struct geo_crs crs;
    parsing_begin(&p, c, &error);
    p.set.format = f->format;
    enum status s = decide_crs(&p, f, &crs);
    for (size_t i = 0; s == STATUS_OK && i < f->n_warnings; i++)
        parsing_warn(&p, f->warnings[i].code, f->warnings[i].zh, f->warnings[i].en);
    for (size_t i = 0; s == STATUS_OK && i < f->n; i++)
        s = add_feature(&p, f, i, &crs);
    if (s == STATUS_OK)
        s = parsing_end(&p);
    parsing_release(&p);
    if (s != STATUS_OK) {
        if (e)
            *e = error;
        return s;
    }
    sha256_of_bytes(bytes, n, p.set.sha256);
    *out = p.set;
    return STATUS_OK;
}

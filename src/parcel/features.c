#include "parcel/features.h"

#include "geo/crs/stated.h"
#include "parcel/coords.h"
#include "parcel/parsing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
static void find_extent(struct parsing *p, const struct parcel_features *f, struct crs_question *q)
{
    for (size_t i = 0; i < f->n; i++) /* one that cannot be read is judged when its turn comes */
        if (policy_take_wkb(&p->policy, f->features[i].wkb, f->features[i].n_wkb, p->error) == STATUS_OK)
            widen(q, &p->policy.rings);
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
        find_extent(p, f, &q);
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
    struct parsing_place place = {.number = i + 1, .id = parcel.id};
    enum status s = policy_take_wkb(&p->policy, from->wkb, from->n_wkb, p->error);
    if (s != STATUS_OK)
        return parsing_fail_in(p, s, place);
    parcel.delivered_points = (uint32_t)p->policy.rings.n;
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
    enum status s = parsing_begin(&p, c, &error);
    p.set.format = f->format;
    if (s == STATUS_OK)
        s = decide_crs(&p, f, &crs);
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

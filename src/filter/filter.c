#include "base/text.h"
#include "filter/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILTER_ARENA_BYTES = 16 << 20 };

enum status filter_new(const struct filter_queryable *queryables, size_t n, struct filter **out,
                       struct error *e)
{
    struct filter *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(e);
    *f = (struct filter){.queryables = queryables, .n_queryables = n, .arena = arena_new(FILTER_ARENA_BYTES)};
    geo_shape_builder_init(&f->scratch);
    enum status s = f->arena ? geo_geos_new(&f->geos, e) : error_no_memory(e);
    if (!s) {
        f->wkb = GEOSWKBReader_create_r(geo_geos_handle(f->geos));
        f->geojson = GEOSGeoJSONReader_create_r(geo_geos_handle(f->geos));
        if (!f->wkb || !f->geojson)
            s = error_no_memory(e);
    }
    if (s) {
        filter_free(f);
        return s;
    }
    *out = f;
    return STATUS_OK;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    GEOSContextHandle_t h = f->geos ? geo_geos_handle(f->geos) : NULL;
    for (struct filter_literal *l = f->literals; l; l = l->next) {
        GEOSPreparedGeom_destroy_r(h, l->prepared);
        GEOSGeom_destroy_r(h, l->geometry);
    }
    if (f->wkb)
        GEOSWKBReader_destroy_r(h, f->wkb);
    if (f->geojson)
        GEOSGeoJSONReader_destroy_r(h, f->geojson);
    geo_geos_free(f->geos);
    geo_shape_builder_release(&f->scratch);
    arena_free(f->arena);
    free(f);
}

/* ---- a tree into terms ---- */

struct making {
    struct filter *filter;
    const struct crs_named *crs;
    struct geo_transformer *transformer;
    struct error *error;
};

static enum status fail_property(const struct making *m, const struct cql2_node *n)
{
    char list[240] = "", zh[360], en[360];
    size_t at = 0;
    for (size_t i = 0; i < m->filter->n_queryables; i++) {
        const char *name = m->filter->queryables[i].name;
        if (at + strlen(name) + 8 >= sizeof list) {
            at += (size_t)snprintf(list + at, sizeof list - at, ", …");
            break;
        }
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", name);
    }
    int cut = (int)text_cut(n->text, 60);
    snprintf(zh, sizeof zh, "没有可查询的属性“%.*s”；可用：%s。", cut, n->text, list);
    snprintf(en, sizeof en, "there is no queryable \"%.*s\"; these are: %s.", cut, n->text, list);
    return cql2_fail(n, "unknown-property", zh, en, m->error);
}

static enum status make_property(const struct making *m, const struct cql2_node *n, struct filter_term *out)
{
    for (size_t i = 0; i < m->filter->n_queryables; i++)
        if (strcmp(m->filter->queryables[i].name, n->text) == 0) {
            out->queryable = i;
            out->type = m->filter->queryables[i].type;
            if (out->type == FILTER_GEOMETRY)
                m->filter->needs_geometry = true;
            return STATUS_OK;
        }
    return fail_property(m, n);
}

static enum status make(const struct making *m, const struct cql2_node *n, struct filter_term *out);

static enum status make_args(const struct making *m, const struct cql2_node *n, struct filter_term *out)
{
    out->args = arena_array(m->filter->arena, n->n_args ? n->n_args : 1, sizeof *out->args);
    if (!out->args)
        return error_no_memory(m->error);
    out->n_args = n->n_args;
    for (size_t i = 0; i < n->n_args; i++) {
        enum status s = make(m, n->args[i], &out->args[i]);
        if (s)
            return s;
    }
    return STATUS_OK;
}

static bool is_instant(enum filter_type t)
{
    return t == FILTER_DAY || t == FILTER_TIME;
}

static const char *type_zh(enum filter_type t)
{
    static const char *const names[] = {"文字", "数", "真假", "日期", "时刻", "图形"};
    return names[t];
}

static const char *type_en(enum filter_type t)
{
    static const char *const names[] = {"text", "number", "boolean", "day", "time", "geometry"};
    return names[t];
}

static enum status fail_types(const struct making *m, const struct cql2_node *n, enum filter_type a,
                              enum filter_type b)
{
    char zh[160], en[160];
    snprintf(zh, sizeof zh, "%s不能与%s比较；请写同一类型的值（日期写 DATE('2024-01-31')）。", type_zh(b),
             type_zh(a));
    snprintf(en, sizeof en,
             "a %s is not to be compared with a %s; write a value of the same type (a day as "
             "DATE('2024-01-31')).",
             type_en(b), type_en(a));
    return cql2_fail(n, "bad-filter", zh, en, m->error);
}

/* A day or a time may be written as a text where one is compared. */
static bool fit_instant(struct filter_term *t, enum filter_type as)
{
    double number;
    if (t->kind != CQL2_TEXT || !is_instant(as) ||
        !(as == FILTER_DAY ? cql2_day(t->text, &number) : cql2_time(t->text, &number)))
        return false;
    t->kind = as == FILTER_DAY ? CQL2_DAY : CQL2_TIME;
    t->type = as;
    t->number = number;
    return true;
}

/* All arguments are of the type of the first. */
static enum status check_scalars(const struct making *m, const struct cql2_node *n, struct filter_term *t)
{
    if (t->args[0].kind == CQL2_TEXT && t->n_args > 1)
        fit_instant(&t->args[0], t->args[1].type);
    enum filter_type first = t->args[0].type;
    if (t->kind == CQL2_LIKE && (first != FILTER_TEXT || t->args[1].kind != CQL2_TEXT))
        return cql2_fail(n, "bad-filter", "LIKE 只用于文字，样式为单引号括起的文字。",
                         "LIKE is of texts, by a pattern in single quotes.", m->error);
    for (size_t i = 0; i < t->n_args; i++) {
        struct filter_term *arg = &t->args[i];
        if (arg->type == FILTER_GEOMETRY || arg->kind == CQL2_INTERVAL)
            return cql2_fail(n->args[i], "bad-filter", "图形与区间不能这样比较；请用 S_… 或 T_… 谓词。",
                             "geometries and intervals are compared by S_... and T_... alone.", m->error);
        if (arg->type != first && !fit_instant(arg, first))
            return fail_types(m, n->args[i], first, arg->type);
    }
    if (t->kind == CQL2_BETWEEN && (first == FILTER_TEXT || first == FILTER_BOOLEAN))
        return cql2_fail(n, "bad-filter", "BETWEEN 只用于数、日期与时刻。",
                         "BETWEEN is of numbers, days and times.", m->error);
    return STATUS_OK;
}

static enum status check_spatial(const struct making *m, const struct cql2_node *n,
                                 const struct filter_term *t)
{
    for (size_t i = 0; i < t->n_args; i++)
        if (t->args[i].type != FILTER_GEOMETRY)
            return cql2_fail(
                n->args[i], "bad-filter",
                "应为图形：图形属性，或 POINT、POLYGON、BBOX 等（JSON 中为 GeoJSON）。",
                "a geometry is needed: a property that is one, or POINT, POLYGON, BBOX and so on "
                "(GeoJSON, of JSON).",
                m->error);
    for (size_t i = 0; i < t->n_args; i++)
        if (t->args[i].geometry && t->op != CQL2_S_INTERSECTS && t->op != CQL2_S_DISJOINT &&
            GEOSGeomTypeId_r(geo_geos_handle(m->filter->geos), t->args[i].geometry) ==
                GEOS_GEOMETRYCOLLECTION)
            return cql2_fail(
                n->args[i], "filter-unsupported",
                "点、线、面混合的图形集合只能用于 S_INTERSECTS 与 S_DISJOINT。",
                "a collection of points, lines and areas together is for S_INTERSECTS and S_DISJOINT alone.",
                m->error);
    return STATUS_OK;
}

static enum status check_interval(const struct making *m, const struct cql2_node *n, struct filter_term *t)
{
    struct filter_term *a = &t->args[0], *b = &t->args[1];
    if (a->kind == CQL2_OPEN)
        a->type = b->kind == CQL2_OPEN ? FILTER_DAY : b->type;
    if (b->kind == CQL2_OPEN)
        b->type = a->type;
    for (int i = 0; i < 2; i++)
        if (!is_instant(t->args[i].type) || a->type != b->type)
            return cql2_fail(n->args[i], "bad-filter", "区间的起止应同为日期，或同为时刻。",
                             "both ends of an interval are days, or both are times.", m->error);
    if (a->kind == b->kind && (a->kind == CQL2_DAY || a->kind == CQL2_TIME) && a->number > b->number)
        return cql2_fail(n, "bad-filter", "区间的起晚于止。", "the interval ends before it begins.",
                         m->error);
    t->type = a->type;
    return STATUS_OK;
}

static bool is_open(const struct filter_term *t)
{
    return t->kind == CQL2_INTERVAL && t->args[0].kind == CQL2_OPEN && t->args[1].kind == CQL2_OPEN;
}

static enum status check_temporal(const struct making *m, const struct cql2_node *n, struct filter_term *t)
{
    for (size_t i = 0; i < 2; i++)
        if (!is_instant(t->args[i].type))
            return cql2_fail(
                n->args[i], "bad-filter",
                "应为日期或时刻：DATE('2024-01-31')、TIMESTAMP('…Z')、INTERVAL('…','…') 或此类属性。",
                "a day or a time is needed: DATE('2024-01-31'), TIMESTAMP('...Z'), INTERVAL('...',"
                "'...'), or a property that is one.",
                m->error);
    if (t->args[0].type != t->args[1].type && !is_open(&t->args[0]) && !is_open(&t->args[1]))
        return fail_types(m, n->args[1], t->args[0].type, t->args[1].type);
    return STATUS_OK;
}

static enum status make_value(const struct making *m, const struct cql2_node *n, struct filter_term *out)
{
    out->number = n->number;
    if (n->text && !(out->text = arena_strdup(m->filter->arena, n->text)))
        return error_no_memory(m->error);
    switch (n->kind) {
    case CQL2_PROPERTY:
        return make_property(m, n, out);
    case CQL2_GEOMETRY:
        out->type = FILTER_GEOMETRY;
        return filter_literal_make(m->filter, n, m->crs, m->transformer, out, m->error);
    case CQL2_NUMBER:
        out->type = FILTER_NUMBER;
        return STATUS_OK;
    case CQL2_BOOLEAN:
        out->type = FILTER_BOOLEAN;
        return STATUS_OK;
    case CQL2_DAY:
    case CQL2_TIME:
        out->type = n->kind == CQL2_DAY ? FILTER_DAY : FILTER_TIME;
        return STATUS_OK;
    default:
        return STATUS_OK; /* a text; an open end, which its interval sees to */
    }
}

static enum status make(const struct making *m, const struct cql2_node *n, struct filter_term *out)
{
    out->kind = n->kind;
    out->op = n->op;
    enum status s = n->n_args ? make_args(m, n, out) : make_value(m, n, out);
    if (s)
        return s;
    switch (n->kind) {
    case CQL2_COMPARE:
    case CQL2_LIKE:
    case CQL2_BETWEEN:
    case CQL2_IN:
        return check_scalars(m, n, out);
    case CQL2_SPATIAL:
        return check_spatial(m, n, out);
    case CQL2_TEMPORAL:
        return check_temporal(m, n, out);
    case CQL2_INTERVAL:
        return check_interval(m, n, out);
    default:
        return STATUS_OK;
    }
}

/* ---- what the spatial index may leave out ---- */

static double extent(const struct geo_box *b)
{
    return (b->east_deg - b->west_deg) * (b->north_deg - b->south_deg);
}

/* All predicates of geometries but S_DISJOINT are false where the boxes are apart. */
static void narrow(struct filter *f, const struct filter_term *t)
{
    for (size_t i = 0; t->kind == CQL2_AND && i < t->n_args; i++)
        narrow(f, &t->args[i]);
    if (t->kind != CQL2_SPATIAL || t->op == CQL2_S_DISJOINT ||
        (t->args[0].kind == CQL2_PROPERTY) == (t->args[1].kind == CQL2_PROPERTY))
        return;
    const struct geo_box *box = &t->args[t->args[0].kind == CQL2_PROPERTY].box;
    if (!f->has_box || extent(box) < extent(&f->box))
        f->box = *box;
    f->has_box = true;
}

enum status filter_add(struct filter *f, const struct cql2_node *tree, const struct crs_named *crs,
                       struct geo_transformer *t, struct error *e)
{
    struct making m = {f, crs, t, e};
    struct filter_term *term = arena_alloc(f->arena, sizeof *term);
    if (!term || !ARENA_RESERVE(f->arena, f->terms, f->cap_terms, f->n_terms + 1))
        return error_no_memory(e);
    enum status s = make(&m, tree, term);
    if (s)
        return s;
    f->terms[f->n_terms++] = term;
    narrow(f, term);
    return STATUS_OK;
}

bool filter_box(const struct filter *f, struct geo_box *out)
{
    if (f->has_box)
        *out = f->box;
    return f->has_box;
}

bool filter_needs_geometry(const struct filter *f)
{
    return f->needs_geometry;
}

/* The area for which a source claims to be complete: all polygons of a file, united. */
#include "layers/ingest_parts.h"

#include "base/array.h"
#include "geo/area.h"

#include <stdlib.h>
#include <string.h>

struct parts {
    struct geo_geos *geos;
    GEOSGeometry **list;
    unsigned n;
    size_t capacity;
};

static enum status refuse_feature(const char *path, const struct source_feature *f, struct error *e)
{
    error_zh(e, "覆盖范围文件“%s”的第 %lld 个要素不能使用：%.300s", path, (long long)f->position,
             f->fault.zh);
    return error_fail(e, STATUS_INVALID_INPUT, "coverage-refused",
                      "Feature %lld of the coverage file \"%s\" cannot be used: %.300s",
                      (long long)f->position, path, f->fault.en);
}

static enum status add_part(struct parts *p, const struct geo_shape *shape, struct error *e)
{
    if (!ARRAY_RESERVE(p->list, p->capacity, p->n + 1u))
        return error_no_memory(e);
    enum status st = geo_geos_from_shape(p->geos, shape, &p->list[p->n], e);
    if (st == STATUS_OK)
        p->n++;
    return st;
}

static enum status read_parts(struct source *s, const char *path, struct parts *p, struct error *e)
{
    for (;;) {
        struct source_feature f;
        bool more = false;
        enum status st = source_next(s, &f, &more, e);
        if (st != STATUS_OK || !more)
            return st;
        st = f.state == SOURCE_REFUSED ? refuse_feature(path, &f, e) : add_part(p, &f.shape, e);
        if (st != STATUS_OK)
            return st;
    }
}

static void free_parts(struct parts *p)
{
    for (unsigned i = 0; i < p->n; i++)
        GEOSGeom_destroy_r(geo_geos_handle(p->geos), p->list[i]);
    free(p->list);
    geo_geos_free(p->geos);
}

static enum status refuse_empty(const char *path, struct error *e)
{
    error_zh(e, "覆盖范围文件“%s”没有围出任何面积；请提供面数据，或不写覆盖范围。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "coverage-empty",
                      "The coverage file \"%s\" encloses no area; give polygons, or state no coverage.",
                      path);
}

/* The parts are handed to GEOS: afterwards p->n is 0. */
static enum status unite(struct parts *p, const char *path, struct arena *a, struct geo_shape *out,
                         struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(p->geos);
    if (p->n == 0)
        return refuse_empty(path, e);
    GEOSGeometry *all = GEOSGeom_createCollection_r(h, GEOS_GEOMETRYCOLLECTION, p->list, p->n);
    if (all)
        p->n = 0;
    GEOSGeometry *united = all ? GEOSUnaryUnion_r(h, all) : NULL;
    GEOSGeom_destroy_r(h, all);
    if (!united) {
        error_zh(e, "覆盖范围文件“%s”的面无法合并；请检查几何。", path);
        return error_fail(e, STATUS_INTERNAL, "coverage-union",
                          "The polygons of the coverage file \"%s\" cannot be united; check their geometry.",
                          path);
    }
    enum status st = geo_geos_to_shape(p->geos, united, a, out, e);
    GEOSGeom_destroy_r(h, united);
    return st == STATUS_OK && out->n_rings == 0 ? refuse_empty(path, e) : st;
}

enum status ingest_coverage_read(const char *path, struct arena *a, struct ingest_coverage *out,
                                 struct error *e)
{
    *out = (struct ingest_coverage){.stated = path != NULL, .by = "file"};
    if (!path)
        return STATUS_OK;
    struct source *s = NULL;
    struct parts p = {0};
    enum status st = source_sha256(path, out->sha256, e);
    if (st == STATUS_OK)
        st = source_open(&(struct source_request){.path = path}, &s, e);
    if (st == STATUS_OK)
        st = geo_geos_new(&p.geos, e);
    if (st == STATUS_OK)
        st = read_parts(s, path, &p, e);
    if (st == STATUS_OK)
        st = unite(&p, path, a, &out->shape, e);
    if (st == STATUS_OK)
        out->area_m2 = geo_shape_area_m2(&out->shape);
    if (p.geos)
        free_parts(&p);
    source_close(s);
    return st;
}

/* ---- by administrative units ---- */

static enum status fail_unit(const char *code, size_t n, bool known, struct error *e)
{
    error_zh(e,
             known ? "行政区 %.*s 没有界线，不能作为覆盖范围；请先导入其界线，或给出覆盖范围文件。"
                   : "没有行政区 %.*s；请核对代码。",
             (int)n, code);
    return error_fail(
        e, STATUS_NOT_FOUND, "coverage-unit",
        known ? "Unit %.*s has no boundary, so it cannot be a coverage; import boundaries first, or give a "
                "coverage file."
              : "There is no unit %.*s; check the code.",
        (int)n, code);
}

static const struct unit *find_unit(const struct units *u, const char *code, size_t n)
{
    if (n != 6 || strncmp(code, "region", n) != 0)
        return units_find(u, code, n);
    for (size_t i = 0; i < u->n; i++)
        if (strcmp(u->list[i].level, "region") == 0)
            return &u->list[i];
    return NULL;
}

enum status ingest_coverage_units(const struct units *u, const char *codes, struct arena *a,
                                  struct ingest_coverage *out, struct error *e)
{
    struct parts p = {0};
    *out = (struct ingest_coverage){.stated = true, .by = "units"};
    enum status st = geo_geos_new(&p.geos, e);
    for (const char *code = codes; st == STATUS_OK && *code;) {
        size_t n = strcspn(code, ",");
        const struct unit *unit = find_unit(u, code, n);
        st =
            unit && unit->shape.n_rings ? add_part(&p, &unit->shape, e) : fail_unit(code, n, unit != NULL, e);
        code += n + (code[n] == ',');
    }
    if (st == STATUS_OK)
        st = unite(&p, codes, a, &out->shape, e);
    if (st == STATUS_OK)
        out->area_m2 = geo_shape_area_m2(&out->shape);
    if (p.geos)
        free_parts(&p);
    return st;
}

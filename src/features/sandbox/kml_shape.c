#include "features/sandbox/kml_shape.h"

#include "features/stream.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void kml_shape_init(struct kml_shape *s)
{
    *s = (struct kml_shape){.n_rings = 0};
    buffer_init(&s->points, 0);
    buffer_init(&s->polygons, 0);
    buffer_init(&s->wkb, 0);
}

void kml_shape_clear(struct kml_shape *s)
{
    buffer_clear(&s->points);
    buffer_clear(&s->polygons);
    buffer_clear(&s->wkb);
    s->n_rings = 0;
    s->n_polygons = 0;
    s->fault = (struct error){0};
}

void kml_shape_fault(struct kml_shape *s, const char *code, const char *zh, const char *en)
{
    if (s->fault.code[0])
        return;
    error_zh(&s->fault, "%s", zh);
    error_en(&s->fault, STATUS_INVALID_INPUT, code, "%s", en);
}

/* ---- coordinates ---- */

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* A decimal number and nothing else that strtod would take. */
static bool take_number(const char **at, double *v)
{
    size_t n = strspn(*at, "0123456789+-.eE");
    char *end;
    if (n == 0)
        return false;
    *v = strtod(*at, &end);
    bool ok = end == *at + n && isfinite(*v);
    *at = end;
    return ok;
}

/* "lon,lat" or "lon,lat,height". Blanks separate points, so that there are none within one. */
static bool take_tuple(const char **at, double p[2])
{
    double height;
    if (!take_number(at, &p[0]) || *(*at)++ != ',' || !take_number(at, &p[1]))
        return false;
    if (**at == ',') {
        (*at)++;
        if (!is_blank(**at) && **at && !take_number(at, &height))
            return false;
    }
    return is_blank(**at) || !**at;
}

static void fail_tuple(struct kml_shape *s, const char *tuple, unsigned long line)
{
    if (s->fault.code[0])
        return;
    int n = (int)strcspn(tuple, " \t\r\n");
    n = n > 60 ? 60 : n;
    error_zh(&s->fault,
             "第%lu行的坐标“%.*s”读不懂：每个点应写成“经度,纬度”或“经度,纬度,高程”，点与点之间用空格隔开。",
             line, n, tuple);
    error_en(&s->fault, STATUS_INVALID_INPUT, "kml-coordinates",
             "The coordinates \"%.*s\" at line %lu cannot be read: a point is \"longitude,latitude\" or "
             "\"longitude,latitude,height\", and points are separated by blanks.",
             n, tuple, line);
}

void kml_shape_ring(struct kml_shape *s, bool outer, const char *text, unsigned long line)
{
    if (!ARRAY_RESERVE(s->rings, s->cap_rings, s->n_rings + 1)) {
        s->no_memory = true;
        return;
    }
    struct kml_ring *ring = &s->rings[s->n_rings++];
    *ring = (struct kml_ring){outer, s->points.size / 16, 0};
    for (const char *at = text; *at;) {
        if (is_blank(*at)) {
            line += *at++ == '\n';
            continue;
        }
        double p[2];
        const char *tuple = at;
        if (!take_tuple(&at, p)) {
            fail_tuple(s, tuple, line);
            return;
        }
        buffer_append(&s->points, p, sizeof p);
        ring->n++;
    }
}

/* ---- WKB ---- */

static void put_u32(struct buffer *b, uint32_t v)
{
    const unsigned char bytes[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                                    (unsigned char)(v >> 24)};
    buffer_append(b, bytes, 4);
}

static void put_head(struct buffer *b, uint32_t type, uint32_t n)
{
    buffer_append_char(b, 1);
    put_u32(b, type);
    put_u32(b, n);
}

static void put_ring(struct kml_shape *s, const struct kml_ring *r)
{
    put_u32(&s->polygons, (uint32_t)r->n);
    if (r->n)
        buffer_append(&s->polygons, s->points.data + r->at * 16, r->n * 16);
}

/* Several outer rings in one Polygon are against the format; each is an area all the same, unless holes
 * make it a riddle. */
static void put_polygons(struct kml_shape *s, size_t outers, size_t holes)
{
    if (outers == 1) {
        put_head(&s->polygons, 3, (uint32_t)(1 + holes));
        for (int role = 1; role >= 0; role--)
            for (size_t i = 0; i < s->n_rings; i++)
                if (s->rings[i].outer == (role == 1))
                    put_ring(s, &s->rings[i]);
        s->n_polygons++;
        return;
    }
    for (size_t i = 0; i < s->n_rings; i++) {
        put_head(&s->polygons, 3, 1);
        put_ring(s, &s->rings[i]);
        s->n_polygons++;
    }
}

void kml_shape_polygon(struct kml_shape *s, unsigned long line)
{
    size_t outers = 0, points = 0;
    for (size_t i = 0; i < s->n_rings; i++) {
        outers += s->rings[i].outer;
        points += s->rings[i].n;
    }
    size_t holes = s->n_rings - outers;
    if (points == 0 && !s->fault.code[0]) {
        kml_shape_fault(s, FEATURE_NO_GEOMETRY);
    } else if (holes > 0 && outers != 1 && !s->fault.code[0]) {
        error_zh(&s->fault,
                 "第%lu行的多边形有%zu个外环、%zu个内环，看不出内环属于哪个外环；请分成几个多边形。", line,
                 outers, holes);
        error_en(&s->fault, STATUS_INVALID_INPUT, "kml-rings",
                 "The polygon at line %lu has %zu outer and %zu inner rings: which holes belong to which? "
                 "Make several polygons of "
                 "it.",
                 line, outers, holes);
    } else if (!s->fault.code[0]) {
        put_polygons(s, outers, holes);
    }
    buffer_clear(&s->points);
    s->n_rings = 0;
}

void kml_shape_finish(struct kml_shape *s)
{
    if (s->n_polygons > 1)
        put_head(&s->wkb, 6, s->n_polygons);
    if (s->n_polygons && s->polygons.data)
        buffer_append(&s->wkb, s->polygons.data, s->polygons.size);
    s->no_memory |= s->points.failed || s->polygons.failed || s->wkb.failed;
}

#include "formats/wkt_arcs.h"

#include "base/number.h"
#include "formats/wkt.h"
#include "geo/arc.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

struct arcs_reading {
    const char *at;
    struct ring_list *out;
    size_t max_points;
    enum wkt_arcs_result result; /* the first fault */
    bool open;
};

enum kind { KIND_NONE, KIND_EMPTY, KIND_LINE, KIND_ARCS, KIND_COMPOUND, KIND_POLYGON, KIND_MANY, KIND_OTHER };

bool wkt_has_arcs(const char *s)
{
    return strcasestr(s, "CURVE") || strcasestr(s, "CIRCULAR") || strcasestr(s, "SURFACE");
}

static bool fail(struct arcs_reading *r, enum wkt_arcs_result why)
{
    if (r->result == WKT_ARCS_READ)
        r->result = why;
    return false;
}

static void pass_blanks(struct arcs_reading *r)
{
    while (wkt_is_blank(*r->at))
        r->at++;
}

static bool pass(struct arcs_reading *r, char c)
{
    pass_blanks(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static bool is_tag(const char *s, size_t n)
{
    return n == 0 || (n == 1 && strchr("ZMzm", *s)) || (n == 2 && strncasecmp(s, "ZM", 2) == 0);
}

/* The word that stands here, with its Z or M; KIND_NONE when there is none. */
static enum kind read_word(struct arcs_reading *r)
{
    static const struct {
        const char *word;
        enum kind kind;
    } words[] = {{"EMPTY", KIND_EMPTY},
                 {"LINESTRING", KIND_LINE},
                 {"CIRCULARSTRING", KIND_ARCS},
                 {"COMPOUNDCURVE", KIND_COMPOUND},
                 {"CURVEPOLYGON", KIND_POLYGON},
                 {"POLYGON", KIND_POLYGON},
                 {"MULTISURFACE", KIND_MANY},
                 {"MULTIPOLYGON", KIND_MANY},
                 {"GEOMETRYCOLLECTION", KIND_MANY}};
    pass_blanks(r);
    const char *s = r->at;
    size_t n = 0;
    while (isalpha((unsigned char)s[n]))
        n++;
    r->at += n;
    enum kind kind = n ? KIND_OTHER : KIND_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t known = strlen(words[i].word);
        if (n >= known && strncasecmp(s, words[i].word, known) == 0 && is_tag(s + known, n - known))
            kind = words[i].kind;
    }
    pass_blanks(r);
    for (n = 0; isalpha((unsigned char)r->at[n]);)
        n++;
    if (kind != KIND_NONE && n && is_tag(r->at, n))
        r->at += n;
    return kind;
}

/* Two to four numbers, of which two are taken. */
static bool read_point(struct arcs_reading *r, double p[2])
{
    int n = 0;
    for (double v; n < 5; n++) {
        pass_blanks(r);
        if (!number_read(&r->at, &v))
            break;
        if (n < 2)
            p[n] = v;
    }
    return (n >= 2 && n <= 4) || fail(r, WKT_ARCS_SYNTAX);
}

static bool add_point(struct arcs_reading *r, double x, double y)
{
    if (r->out->n >= r->max_points)
        return fail(r, WKT_ARCS_TOO_LONG);
    ring_list_point(r->out, x, y);
    return !r->out->failed;
}

static bool is_degrees(const double p[3][2])
{
    for (int i = 0; i < 3; i++)
        if (fabs(p[i][0]) > 360 || fabs(p[i][1]) > 360)
            return false;
    return true;
}

static bool add_arc(struct arcs_reading *r, const double p[3][2])
{
    struct arc a;
    bool ok = true;
    if (arc_through(p, is_degrees(p), &a)) {
        if (a.steps > r->max_points)
            return fail(r, WKT_ARCS_TOO_LONG);
        for (size_t i = 1; ok && i < a.steps; i++) {
            double x, y;
            arc_point(&a, i, &x, &y);
            ok = add_point(r, x, y);
        }
    } else {
        ok = add_point(r, p[1][0], p[1][1]);
    }
    return ok && add_point(r, p[2][0], p[2][1]);
}

/* The first point of a segment: of a ring, or where the segment before ended. */
static bool begin_segment(struct arcs_reading *r, size_t ring_start, const double p[2])
{
    const struct ring_list *l = r->out;
    if (l->n == ring_start)
        return add_point(r, p[0], p[1]);
    return (l->x[l->n - 1] == p[0] && l->y[l->n - 1] == p[1]) || fail(r, WKT_ARCS_APART);
}

/* "(x y, ...)": points joined by lines, or by twos into arcs. */
static bool read_segment(struct arcs_reading *r, size_t ring_start, bool arcs)
{
    double p[3][2];
    size_t n = 0;
    if (!pass(r, '('))
        return fail(r, WKT_ARCS_SYNTAX);
    do {
        int k = !arcs || n == 0 ? 0 : n % 2 ? 1 : 2; /* of an arc: the end of the one before is its first */
        if (!read_point(r, p[k]))
            return false;
        bool ok = true;
        if (n == 0)
            ok = begin_segment(r, ring_start, p[0]);
        else if (!arcs)
            ok = add_point(r, p[0][0], p[0][1]);
        else if (k == 2)
            ok = add_arc(r, (const double(*)[2])p);
        if (!ok)
            return false;
        if (k == 2)
            memcpy(p[0], p[2], sizeof p[0]);
        n++;
    } while (pass(r, ','));
    bool whole = pass(r, ')') && n >= 2 && (!arcs || n % 2 == 1);
    return whole || fail(r, WKT_ARCS_SYNTAX);
}

static bool read_curve(struct arcs_reading *r, size_t ring_start, bool in_compound)
{
    enum kind kind = read_word(r);
    if (kind == KIND_NONE || kind == KIND_LINE || kind == KIND_ARCS)
        return read_segment(r, ring_start, kind == KIND_ARCS);
    if (kind != KIND_COMPOUND || in_compound || !pass(r, '('))
        return fail(r, WKT_ARCS_SYNTAX);
    do {
        if (!read_curve(r, ring_start, true))
            return false;
    } while (pass(r, ','));
    return pass(r, ')') || fail(r, WKT_ARCS_SYNTAX);
}

static bool read_rings(struct arcs_reading *r)
{
    int32_t outer = (int32_t)r->out->n_rings;
    bool first = true;
    do {
        size_t start = r->out->n, ring = r->out->n_rings;
        ring_list_begin(r->out, first ? -1 : outer);
        if (r->out->failed || !read_curve(r, start, false))
            return false;
        r->open |= !ring_list_closed(r->out, ring);
        first = false;
    } while (pass(r, ','));
    return pass(r, ')') || fail(r, WKT_ARCS_SYNTAX);
}

/* Whoever calls has held the depth of parentheses to what can be descended (wkt_end). */
static bool read_areas(struct arcs_reading *r, bool within)
{
    enum kind kind = read_word(r);
    if (kind == KIND_EMPTY)
        return true;
    if (kind == KIND_NONE && within)
        kind = KIND_POLYGON;
    if (kind != KIND_POLYGON && kind != KIND_MANY)
        return fail(r, kind == KIND_NONE ? WKT_ARCS_SYNTAX : WKT_ARCS_NOT_AREA);
    if (!pass(r, '(')) {
        bool empty = read_word(r) == KIND_EMPTY;
        return empty || fail(r, WKT_ARCS_SYNTAX);
    }
    if (kind == KIND_POLYGON)
        return read_rings(r);
    do {
        if (!read_areas(r, true))
            return false;
    } while (pass(r, ','));
    return pass(r, ')') || fail(r, WKT_ARCS_SYNTAX);
}

enum wkt_arcs_result wkt_arcs_read(const char *s, size_t max_points, struct ring_list *out, bool *open)
{
    struct arcs_reading r = {.at = s, .out = out, .max_points = max_points};
    size_t before = out->n_rings;
    if (read_areas(&r, false)) {
        pass_blanks(&r);
        if (*r.at)
            r.result = WKT_ARCS_SYNTAX;
        else if (out->n_rings == before)
            r.result = WKT_ARCS_NOT_AREA;
    }
    *open = r.open;
    return r.result;
}

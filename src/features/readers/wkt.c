#include "features/readers/wkt.h"

#include "base/array.h"
#include "base/limits.h"
#include "features/stream.h"
#include "formats/wkt.h"
#include "formats/wkt_arcs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void wkt_set_release(struct wkt_set *w)
{
    coords_release(&w->coords);
    free(w->ones);
    *w = (struct wkt_set){.n = 0};
}

static enum status fail(struct parsing *p, size_t line, const char *code, const char *zh, const char *en)
{
    error_zh(p->error, "第%zu行：%s", line, zh);
    return error_fail(p->error, STATUS_INVALID_INPUT, code, "Line %zu: %s", line, en);
}

/* "SRID=4490;" */
static enum status read_srid(struct parsing *p, struct wkt_set *w, char **at, size_t line)
{
    if (strncasecmp(*at, "SRID", 4) != 0)
        return STATUS_OK;
    char *s = *at + 4;
    s += strspn(s, " =");
    size_t digits = strspn(s, "0123456789");
    int epsg = digits > 0 && digits < 7 ? atoi(s) : -1;
    s += digits;
    s += strspn(s, " ");
    if (epsg < 0 || *s != ';')
        return fail(p, line, "wkt-srid", "SRID应写作“SRID=4490;POLYGON(...)”；请改正。",
                    "an SRID is written \"SRID=4490;POLYGON(...)\"; correct it.");
    *at = s + 1 + strspn(s + 1, " \t\r\n");
    if (epsg == 0)
        return STATUS_OK; /* PostGIS: not known */
    if (w->srid_said && w->coords.said.epsg != epsg)
        return fail(p, line, "wkt-srid-mixed", "与前面图形的SRID不同；请把不同坐标系的图形分开提交。",
                    "the SRID differs from the one before; send geometries of different systems apart.");
    w->srid_said = true;
    w->coords.said.epsg = epsg;
    return STATUS_OK;
}

static GEOSGeometry *parse(GEOSContextHandle_t h, const char *text, bool *closed)
{
    GEOSWKTReader *reader = GEOSWKTReader_create_r(h);
    GEOSGeometry *g = reader ? GEOSWKTReader_read_r(h, reader, text) : NULL;
    *closed = false;
    if (reader && !g) { /* perhaps only a ring is open */
        GEOSWKTReader_setFixStructure_r(h, reader, 1);
        g = GEOSWKTReader_read_r(h, reader, text);
        *closed = g != NULL;
    }
    GEOSWKTReader_destroy_r(h, reader);
    return g;
}

static bool push(struct wkt_set *w, size_t ring, size_t line, bool curved)
{
    if (!ARRAY_RESERVE(w->ones, w->cap, w->n + 1))
        return false;
    w->ones[w->n++] = (struct wkt_one){ring, line, "", "", "", {NAN, AREA_UNIT_UNSAID, NULL}, curved};
    coords_lines(&w->coords, w->coords.rings.start[ring], line);
    return !w->coords.rings.failed;
}

static enum status fail_syntax(struct parsing *p, size_t line)
{
    return fail(p, line, "wkt-syntax",
                "WKT有语法错误（括号、逗号或数不对，或含NaN、M值）；应形如POLYGON((111.1 40.1, 111.2 "
                "40.1, 111.2 "
                "40.2, 111.1 40.1))。",
                "the WKT has an error (parentheses, commas or numbers; or NaN or M values); it "
                "should look like "
                "POLYGON((111.1 40.1, 111.2 40.1, 111.2 40.2, 111.1 40.1)).");
}

static enum status fail_not_area(struct parsing *p, size_t line)
{
    return fail(
        p, line, "wkt-not-area",
        "图形是空的，或含有点、线，不是面；只接受POLYGON、MULTIPOLYGON、CURVEPOLYGON、MULTISURFACE。",
        "the geometry is empty, or holds points or lines; only POLYGON, MULTIPOLYGON, CURVEPOLYGON and "
        "MULTISURFACE are checked.");
}

static enum status read_straight(struct parsing *p, struct ring_list *rings, const char *text, size_t line,
                                 bool *open)
{
    GEOSContextHandle_t h = geo_geos_handle(p->context->geos);
    GEOSGeometry *g = parse(h, text, open);
    if (!g)
        return fail_syntax(p, line);
    size_t before = rings->n_rings;
    bool areas = rings_from_geos(h, g, rings) && rings->n_rings > before;
    GEOSGeom_destroy_r(h, g);
    return areas ? STATUS_OK : fail_not_area(p, line);
}

/* Chords of all geometries that are held at once: 192 MB. */
#define CHORDS_MAX (4 * LIMIT_VERTICES_PER_PARCEL)

static enum status read_arcs(struct parsing *p, struct ring_list *rings, const char *text, size_t line,
                             bool *open)
{
    switch (wkt_arcs_read(text, CHORDS_MAX, rings, open)) {
    case WKT_ARCS_READ:
        return STATUS_OK;
    case WKT_ARCS_APART:
        return fail(p, line, "wkt-curve-apart",
                    "COMPOUNDCURVE的一段没有从前一段的终点开始；请把各段首尾相接后重新导出。",
                    "a segment of the COMPOUNDCURVE does not begin where the one before it ends; join them "
                    "and export again.");
    case WKT_ARCS_NOT_AREA:
        return fail_not_area(p, line);
    case WKT_ARCS_TOO_LONG:
        return fail(p, line, "wkt-arcs-too-long",
                    "圆弧按不超过0.1米的弦展开后点数过多；请核对坐标，或把图形分成几个文件提交。",
                    "its arcs have too many points once they are chords of at most 0.1 m; check the "
                    "coordinates, or send the geometries in several files.");
    default:
        return rings->failed ? error_no_memory(p->error) : fail_syntax(p, line);
    }
}

enum status wkt_read_one(struct parsing *p, struct wkt_set *w, char **at, size_t line)
{
    enum status s = read_srid(p, w, at, line);
    char *end = s == STATUS_OK ? wkt_end(*at) : NULL;
    if (s != STATUS_OK)
        return s;
    if (!end && wkt_says_empty(*at))
        return fail(p, line, FEATURE_NO_GEOMETRY);
    if (!end)
        return fail_syntax(p, line);
    char held = *end;
    bool open;
    struct ring_list *rings = &w->coords.rings;
    size_t ring = rings->n_rings;
    *end = '\0';
    bool curved = wkt_has_arcs(*at);
    s = curved ? read_arcs(p, rings, *at, line, &open) : read_straight(p, rings, *at, line, &open);
    *end = held;
    *at = end;
    if (s)
        return s;
    if (open)
        parsing_warn(p, "ring-closed", parsing_printf(p, "第%zu行：有环首尾不闭合，已自动闭合。", line),
                     parsing_printf(p, "Line %zu: a ring was open and has been closed.", line));
    return push(w, ring, line, curved) ? STATUS_OK : error_no_memory(p->error);
}

static enum status add_one(struct parsing *p, const struct wkt_set *w, size_t i,
                           const struct coords_meaning *m)
{
    const struct wkt_one *one = &w->ones[i];
    const struct ring_list *rings = &w->coords.rings;
    size_t end = i + 1 < w->n ? w->ones[i + 1].ring : rings->n_rings;
    size_t number = p->context->plots_before + i + 1;
    struct parcel parcel = {
        .id = one->id, .name = one->name, .use = one->use, .curved = one->curved, .crs = m->crs};
    ring_list_clear(&p->policy.rings);
    for (size_t r = one->ring; r < end; r++)
        ring_list_copy(&p->policy.rings, rings, r, m->first_is_north,
                       rings->hole_of[r] < 0 ? -1 : rings->hole_of[r] - (int32_t)one->ring);
    parcel.delivered_points = (uint32_t)p->policy.rings.n;
    if (!*parcel.id)
        parcel.id = parsing_printf(p, "%zu", number);
    if (!parcel.id)
        return error_no_memory(p->error);
    struct parsing_place place = {.zh = parsing_printf(p, "第%zu个图形（第%zu行）", number, one->line),
                                  .en = parsing_printf(p, "Geometry %zu (line %zu)", number, one->line)};
    return parsing_add(p, &parcel, place, one->area);
}

enum status wkt_add_parcels(struct parsing *p, struct wkt_set *w)
{
    struct coords_meaning m;
    w->coords.usual_a = 'E';
    enum status s = coords_decide(p, &w->coords, &m);
    for (size_t i = 0; s == STATUS_OK && i < w->n; i++)
        s = add_one(p, w, i, &m);
    return s;
}

static size_t count_lines(const char *from, const char *to)
{
    size_t n = 0;
    for (; from < to; from++)
        n += *from == '\n';
    return n;
}

enum status parcel_wkt_read(struct parsing *p, char *text, size_t n)
{
    struct wkt_set w = {.n = 0};
    enum status s = STATUS_OK;
    size_t line = 1 + p->context->lines_before;
    char *counted = text, *at = text, *end = text + n;
    while (s == STATUS_OK && at < end) {
        at += strspn(at, " \t\r\n;,");
        line += count_lines(counted, at);
        counted = at;
        if (*at)
            s = wkt_read_one(p, &w, &at, line);
        else
            break;
    }
    if (s == STATUS_OK)
        s = wkt_add_parcels(p, &w);
    wkt_set_release(&w);
    return s;
}

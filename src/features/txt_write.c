#include "features/txt_write.h"

#include "base/array.h"
#include "base/limits.h"
#include "geo/area.h"

#include <errno.h>
#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A ring in the zone that is written, in whole millimetres, so that what is the same point in the file is
 * the same here. */
struct written_ring {
    long long *north_mm, *east_mm;
    size_t n;
};

struct writer {
    const struct parcel_context *context;
    struct geo_crs crs; /* with prefix */
    struct buffer *out;
    struct written_ring ring; /* malloc'd, reused */
    struct geo_shape_builder builder;
    size_t cap;
    struct error *error;
};

static enum status zone_of(const struct parcel *p, int asked, struct geo_crs *out, struct error *e)
{
    int zone = asked ? asked : p->crs.kind == GEO_CRS_GAUSS_KRUGER ? p->crs.zone : 0;
    if (!zone)
        zone = geo_crs_zone3_of_lon(0.5 * (p->shape.box.west_deg + p->shape.box.east_deg));
    return geo_crs_from_zone(geo_crs_zone_width_deg(zone), zone, true, out, e);
}

/* A point as delivered, in the zone that is written. */
static enum status point(struct writer *w, const struct parcel *p, bool same_zone, double x, double y,
                         double *east, double *north)
{
    if (same_zone) {
        *east = x + (p->crs.zone_prefix ? 0 : w->crs.zone * 1e6);
        *north = y;
        return STATUS_OK;
    }
    double lon, lat;
    enum status s = geo_transformer_point(w->context->transformer, &p->crs, x, y, &lon, &lat, w->error);
    return s ? s
             : geo_transformer_from_lonlat(w->context->transformer, &w->crs, lon, lat, east, north, w->error);
}

/* Two arrays of one capacity. */
static bool reserve(struct writer *w, size_t n)
{
    size_t cap = w->cap;
    return ARRAY_RESERVE(w->ring.north_mm, cap, n) && ARRAY_RESERVE(w->ring.east_mm, w->cap, n);
}

/* Fills w->ring without a closing point, and without points that fall on the one before. */
static enum status take_ring(struct writer *w, const struct parcel *p, const double *x, const double *y,
                             size_t n)
{
    bool same_zone = p->crs.kind == GEO_CRS_GAUSS_KRUGER && p->crs.zone == w->crs.zone;
    struct written_ring *r = &w->ring;
    if (!reserve(w, n))
        return error_no_memory(w->error);
    r->n = 0;
    for (size_t i = 0; i < n; i++) {
        double east, north;
        enum status s = point(w, p, same_zone, x[i], y[i], &east, &north);
        if (s != STATUS_OK)
            return s;
        r->north_mm[r->n] = llround(north * 1000);
        r->east_mm[r->n] = llround(east * 1000);
        if (r->n == 0 || r->north_mm[r->n] != r->north_mm[r->n - 1] ||
            r->east_mm[r->n] != r->east_mm[r->n - 1])
            r->n++;
    }
    while (r->n > 1 && r->north_mm[0] == r->north_mm[r->n - 1] && r->east_mm[0] == r->east_mm[r->n - 1])
        r->n--;
    if (r->n >= 3)
        return STATUS_OK;
    error_zh(w->error, "地块“%.60s”有一个环取到毫米后不足3个不同的点，不能写成TXT。", p->id);
    return error_fail(
        w->error, STATUS_INVALID_INPUT, "txt-write-ring",
        "A ring of parcel \"%.60s\" has fewer than 3 distinct points when rounded to millimetres.", p->id);
}

static void write_row(struct writer *w, size_t number, size_t ring, size_t i)
{
    long long north = w->ring.north_mm[i], east = w->ring.east_mm[i];
    buffer_printf(w->out, "J%zu,%zu,%lld.%03lld,%lld.%03lld\r\n", number, ring, north / 1000, north % 1000,
                  east / 1000, east % 1000);
}

/* The area that a reader of the file will find. */
static enum status ring_area(struct writer *w, double *area_m2)
{
    struct written_ring *r = &w->ring;
    struct geo_shape shape;
    double *x = malloc(2 * r->n * sizeof *x);
    if (!x)
        return error_no_memory(w->error);
    for (size_t i = 0; i < r->n; i++) {
        x[i] = (double)r->east_mm[i] / 1000;
        x[r->n + i] = (double)r->north_mm[i] / 1000;
    }
    geo_shape_builder_clear(&w->builder);
    geo_shape_builder_polygon(&w->builder);
    geo_shape_builder_ring(&w->builder);
    enum status s = geo_transformer_add_ring_fine(w->context->transformer, &w->crs, x, x + r->n, r->n,
                                                  &w->builder, w->error);
    if (s == STATUS_OK)
        s = geo_shape_builder_view(&w->builder, &shape, w->error);
    if (s == STATUS_OK)
        *area_m2 = geo_shape_area_m2(&shape);
    free(x);
    return s;
}

/* Holes count off: by the parcel's word, or by the direction that rings of a shape have. */
static bool is_hole(const struct parcel *given, const struct parcel_rings *rings, uint32_t r)
{
    const struct geo_shape *s = &given->shape;
    if (rings->hole_of)
        return rings->hole_of[r] >= 0;
    for (uint32_t p = 0; p < s->n_polygons; p++)
        if (s->polygon_start[p] == r)
            return false;
    return true;
}

/* Separators within a text would shift the columns. */
static void write_text(struct buffer *out, const char *s)
{
    for (; *s; s++) {
        if (*s == ',')
            buffer_append_str(out, "，");
        else
            buffer_append_char(out, (unsigned char)*s < 0x20 ? ' ' : *s);
    }
}

/* The rings as delivered; of a parcel that came another way, those of its shape (which are closed). */
static struct parcel_rings rings_of(const struct parcel *p, struct parcel *as_shape)
{
    if (p->delivered.n_rings)
        return p->delivered;
    *as_shape = *p;
    as_shape->crs = (struct geo_crs){.epsg = 4490, .kind = GEO_CRS_GEOGRAPHIC};
    return (struct parcel_rings){p->shape.lon_deg, p->shape.lat_deg, p->shape.ring_start, NULL,
                                 p->shape.n_rings};
}

/* Written half a zone beyond its neighbour, an easting runs into the digits of another zone: 15 degrees off,
 * 37.6 million would be read back in zone 37. */
static enum status check_zone(const struct writer *w, const struct parcel *p)
{
    double lon = 0.5 * (p->shape.box.west_deg + p->shape.box.east_deg),
           off = lon - w->crs.central_meridian_deg;
    if (fabs(off) <= w->crs.zone_width_deg)
        return STATUS_OK;
    int own = geo_crs_zone3_of_lon(lon);
    error_zh(w->error,
             "地块“%.60s”在经度%.4f°（三度带第%d带），离第%d带的中央经线%"
             "g°太远，不能写进同一个TXT；请把不同带的地块分开转换，"
             "或用 --zone 另选带号。",
             p->id, lon, own, w->crs.zone, w->crs.central_meridian_deg);
    return error_fail(
        w->error, STATUS_INVALID_INPUT, "txt-write-far",
        "Parcel \"%.60s\" lies at longitude %.4f (3-degree zone %d), too far from the meridian %g of zone "
        "%d to be written in one TXT; convert parcels of different zones apart, or choose with --zone.",
        p->id, lon, own, w->crs.central_meridian_deg, w->crs.zone);
}

static enum status write_parcel(struct writer *w, const struct parcel *given)
{
    struct parcel as_shape;
    const struct parcel *p = given;
    struct parcel_rings rings = rings_of(given, &as_shape);
    if (rings.x == given->shape.lon_deg)
        p = &as_shape;
    struct buffer *file = w->out, rows;
    size_t points = 0, number = 1;
    double area_m2 = 0, ring_m2 = 0;
    enum status s = STATUS_OK;
    buffer_init(&rows, 0);
    w->out = &rows;
    for (uint32_t r = 0; s == STATUS_OK && r < rings.n_rings; r++) {
        size_t start = rings.start[r];
        s = take_ring(w, p, rings.x + start, rings.y + start, rings.start[r + 1] - start);
        for (size_t i = 0; s == STATUS_OK && i < w->ring.n; i++)
            write_row(w, number + i, r + 1, i);
        if (s == STATUS_OK)
            write_row(w, number, r + 1, 0);
        if (s == STATUS_OK)
            s = ring_area(w, &ring_m2);
        area_m2 += is_hole(given, &rings, r) ? -ring_m2 : ring_m2;
        number += w->ring.n;
        points += w->ring.n + 1;
    }
    w->out = file;
    buffer_printf(file, "%zu,%.4f,", points, area_m2 / 10000);
    write_text(file, given->id);
    buffer_append_char(file, ',');
    write_text(file, given->name);
    buffer_append_str(file, ",面,,");
    write_text(file, given->use);
    buffer_append_str(file, ",,@\r\n");
    if (s == STATUS_OK)
        s = buffer_status(&rows, w->error);
    buffer_append(file, rows.data, rows.size);
    buffer_release(&rows);
    return s;
}

static void write_header(struct writer *w, const struct parcel_txt_options *o)
{
    buffer_append_str(w->out, "[属性描述]\r\n格式版本号=1.01版本\r\n数据产生单位=");
    write_text(w->out, o->unit ? o->unit : "");
    buffer_append_str(w->out, "\r\n数据产生日期=");
    write_text(w->out, o->date ? o->date : "");
    buffer_printf(w->out,
                  "\r\n坐标系=2000国家大地坐标系\r\n几度分带=%d\r\n投影类型=高斯克吕格\r\n计量单位="
                  "米\r\n带号=%d\r\n精度=0.001\r\n"
                  "转换参数=,,,,,,\r\n[地块坐标]\r\n",
                  w->crs.zone_width_deg, w->crs.zone);
}

static enum status to_gb18030(const struct buffer *text, struct buffer *out, struct error *e)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    size_t left = text->size, room = text->size * 2 + 16, all = room;
    char *bytes = malloc(room), *to = bytes, *from = text->data;
    bool ok = cd != (iconv_t)-1 && bytes && iconv(cd, &from, &left, &to, &room) != (size_t)-1;
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    if (ok)
        buffer_append(out, bytes, all - room);
    free(bytes);
    if (ok)
        return buffer_status(out, e);
    error_zh(e, "名称里有不能写成GB18030的字节（不是UTF-8文字），或本机缺少转换模块；请改名，或选择UTF-8。");
    return error_fail(
        e, STATUS_UNSUPPORTED, "txt-write-encoding",
        "A name has bytes that cannot be written as GB18030 (it is not UTF-8), or iconv lacks the module; "
        "rename it, or choose UTF-8.");
}

enum status parcel_txt_write(const struct parcel_context *c, const struct parcel *parcels, size_t n,
                             const struct parcel_txt_options *options, struct buffer *out, struct error *e)
{
    struct error error;
    struct buffer text;
    struct writer w = {.context = c, .out = &text, .error = e ? e : &error};
    if (n == 0) {
        error_zh(e, "没有地块可写。");
        return error_fail(e, STATUS_INVALID_INPUT, "no-parcels", "There is no parcel to write.");
    }
    buffer_init(&text, 0);
    geo_shape_builder_init(&w.builder);
    w.builder.vertex_limit = LIMIT_VERTICES_PER_PARCEL;
    enum status s = zone_of(&parcels[0], options->zone, &w.crs, w.error);
    if (s == STATUS_OK)
        write_header(&w, options);
    for (size_t i = 0; s == STATUS_OK && i < n; i++)
        if ((s = check_zone(&w, &parcels[i])) == STATUS_OK)
            s = write_parcel(&w, &parcels[i]);
    if (s == STATUS_OK)
        s = buffer_status(&text, w.error);
    if (s == STATUS_OK && options->utf8) {
        buffer_append(out, text.data, text.size);
        s = buffer_status(out, w.error);
    } else if (s == STATUS_OK) {
        s = to_gb18030(&text, out, w.error);
    }
    buffer_release(&text);
    geo_shape_builder_release(&w.builder);
    free(w.ring.north_mm);
    free(w.ring.east_mm);
    return s;
}

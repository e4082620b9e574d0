#include "report/map_picture.h"

#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABELS_MAX = 60 }; /* more numbers than this hide the map; the tables have them all */
#define MARGIN_LEFT 30.0
#define MARGIN_RIGHT 6.0
#define MARGIN_TOP 13.0
#define MARGIN_BOTTOM 15.0
#define LEGEND_ROW 14.0
enum { LEGEND_PER_ROW = 3, LEGEND_ZONES_MAX = 18 };

#define PLOT_COLOUR 0x0b4ea2

struct picture {
    struct typeset *t;
    cairo_t *cr;
    const struct report *r;
    const struct report_maps *maps;
    const struct report_map *map;
    double x, y, width, height; /* of the frame */
    double per_lon, per_lat;    /* points per degree */
    double metres;              /* per point */
};

static double px(const struct picture *p, double lon)
{
    return p->x + (lon - p->map->box.west_deg) * p->per_lon;
}

static double py(const struct picture *p, double lat)
{
    return p->y + (p->map->box.north_deg - lat) * p->per_lat;
}

/* The zone of a patch that is drawn in a colour of its own; NULL: it is not. */
static const struct line_zone *zone_with_colour(const struct map_patch *patch)
{
    int z = line_zone_of(patch->line, patch->zone);
    return z < patch->line->n_zones && patch->line->zones[z].has_fill ? &patch->line->zones[z] : NULL;
}

/* The zones with colours of their own that a map shows, in the order in which they are first met. */
struct zones_shown {
    const struct line_zone *zones[LEGEND_ZONES_MAX];
    int n, left_out;
};

/* How many different zones there may be is bounded by ZONES_MAX of each line: `seen` is a bit for each. */
static struct zones_shown zones_shown(const struct report_map *map)
{
    struct zones_shown out = {.n = 0};
    uint64_t seen[LINES_MAX][(ZONES_MAX + 63) / 64] = {{0}};
    for (size_t i = 0; i < map->n_patches; i++) {
        const struct map_patch *patch = &map->patches[i];
        const struct line_zone *zone = zone_with_colour(patch);
        ptrdiff_t z = zone ? zone - patch->line->zones : 0;
        uint64_t *word = &seen[patch->line->number][z / 64], bit = UINT64_C(1) << z % 64;
        if (!zone || (*word & bit))
            continue;
        *word |= bit;
        if (out.n < LEGEND_ZONES_MAX)
            out.zones[out.n++] = zone;
        else
            out.left_out++;
    }
    return out;
}

/* The lines, their zones with colours, the plots, and what is pressed on. */
static int legend_rows(const struct line_table *lines, const struct report_map *map)
{
    int n = lines->n + 1 + zones_shown(map).n;
    for (int l = 0; l < lines->n; l++)
        n += line_at(lines, l)->relation == LINE_EXCLUDES;
    return (n + LEGEND_PER_ROW - 1) / LEGEND_PER_ROW;
}

/* Below the legend's rows there is a note. */
double map_picture_height(const struct map_picture *picture, double width)
{
    double map = (width - MARGIN_LEFT - MARGIN_RIGHT) / MAP_ASPECT;
    return MARGIN_TOP + map + MARGIN_BOTTOM +
           (legend_rows(report_lines(picture->report), picture->map) * LEGEND_ROW + 18);
}

/* ---- shapes ---- */

static void ring_path(const struct picture *p, const double *lon, const double *lat, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (i ? cairo_line_to : cairo_move_to)(p->cr, px(p, lon[i]), py(p, lat[i]));
    cairo_close_path(p->cr);
}

static void shape_path(const struct picture *p, const struct geo_shape *s)
{
    for (uint32_t r = 0; r < s->n_rings; r++) {
        uint32_t first = s->ring_start[r];
        ring_path(p, s->lon_deg + first, s->lat_deg + first, s->ring_start[r + 1] - first - 1);
    }
}

static void line_stroke(cairo_t *cr, const struct line_symbol *symbol)
{
    static const double dashes[] = {6, 2.5};
    cairo_set_dash(cr, dashes, symbol->dashed ? 2 : 0, 0);
    cairo_set_line_width(cr, symbol->width);
    typeset_colour(cr, symbol->edge, 1);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* The last line of the table lies lowest: what excludes is drawn over what contains. */
static void draw_patches(const struct picture *p)
{
    cairo_set_fill_rule(p->cr, CAIRO_FILL_RULE_EVEN_ODD);
    const struct line_table *lines = report_lines(p->r);
    for (int l = lines->n - 1; l >= 0; l--) {
        const struct line_symbol *symbol = &line_at(lines, l)->symbol;
        for (size_t i = 0; i < p->map->n_patches; i++) {
            const struct map_patch *patch = &p->map->patches[i];
            if (patch->line->number != l)
                continue;
            cairo_new_path(p->cr);
            for (size_t r = 0; r < patch->n_rings; r++)
                ring_path(p, patch->rings[r].lon_deg, patch->rings[r].lat_deg, patch->rings[r].n);
            const struct line_zone *zone = zone_with_colour(patch);
            typeset_colour(p->cr, zone ? zone->fill : symbol->fill, symbol->alpha);
            cairo_fill_preserve(p->cr);
            line_stroke(p->cr, symbol);
        }
    }
}

static bool shown(const struct picture *p, size_t parcel)
{
    return p->map->parcel == SIZE_MAX || p->map->parcel == parcel ||
           geo_box_overlaps(&p->map->box, &p->r->parcels.parcels[parcel].shape.box);
}

static void hatch(cairo_t *cr, double spacing)
{
    double x0, y0, x1, y1;
    cairo_clip_extents(cr, &x0, &y0, &x1, &y1);
    for (double d = x0 - (y1 - y0); d < x1; d += spacing) {
        cairo_move_to(cr, d, y1);
        cairo_line_to(cr, d + (y1 - y0), y0);
    }
    cairo_set_line_width(cr, 0.6);
    cairo_stroke(cr);
}

static void draw_overlap(cairo_t *cr, const struct line_symbol *symbol)
{
    cairo_save(cr);
    cairo_clip_preserve(cr);
    typeset_colour(cr, symbol->overlap, 0.45);
    cairo_fill(cr);
    typeset_colour(cr, symbol->overlap, 1);
    hatch(cr, symbol->hatch);
    cairo_restore(cr);
}

static void draw_plots(const struct picture *p)
{
    for (size_t i = 0; i < p->maps->n_overlaps; i++) {
        const struct map_overlap *o = &p->maps->overlaps[i];
        if (!shown(p, o->parcel))
            continue;
        cairo_new_path(p->cr);
        shape_path(p, &o->shape);
        draw_overlap(p->cr, &o->line->symbol);
    }
    for (size_t i = 0; i < p->r->parcels.n_parcels; i++) {
        if (!shown(p, i))
            continue;
        cairo_new_path(p->cr);
        shape_path(p, &p->r->parcels.parcels[i].shape);
        cairo_set_line_width(p->cr, 1.6);
        typeset_colour(p->cr, PLOT_COLOUR, 1);
        cairo_stroke(p->cr);
    }
}

/* A plot that is smaller than its number carries it beside, so that the number does not hide it. */
static void draw_numbers(const struct picture *p)
{
    const struct type_style style = {.size = 8, .bold = true, .colour = PLOT_COLOUR, .max_lines = 1};
    size_t drawn = 0;
    for (size_t i = 0; i < p->r->parcels.n_parcels && drawn < LABELS_MAX; i++) {
        if (!shown(p, i))
            continue;
        const struct geo_box *b = &p->r->parcels.parcels[i].shape.box;
        char text[24];
        snprintf(text, sizeof text, "%zu", i + 1);
        double x = px(p, (b->west_deg + b->east_deg) / 2), y = py(p, (b->south_deg + b->north_deg) / 2);
        if (px(p, b->east_deg) - px(p, b->west_deg) < 24 || py(p, b->south_deg) - py(p, b->north_deg) < 14)
            y = py(p, b->north_deg) - 8;
        if (x < p->x + 4 || x > p->x + p->width - 4 || y < p->y + 4 || y > p->y + p->height - 4)
            continue;
        typeset_label(p->t, text, &style, x, y);
        drawn++;
    }
}

/* ---- graticule ---- */

/* 1, 2 or 5 times a power of ten, at least v. */
static double round_up_125(double v)
{
    double base = pow(10, floor(log10(v)));
    double m = v / base;
    return base * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
}

/* Seconds, minutes or degrees that give about `count` lines. */
static double graticule_step_deg(double span_deg, double count)
{
    static const double steps_s[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,    2,    5,    10,    15,
                                     30,   60,   120,  300, 600, 900, 1800, 3600, 7200, 18000, 36000};
    for (size_t i = 0; i < sizeof steps_s / sizeof *steps_s; i++)
        if (span_deg * 3600 / steps_s[i] <= count)
            return steps_s[i] / 3600;
    return 15;
}

static void dms_text(double deg, double step_deg, char *text, size_t size)
{
    int decimals = step_deg * 3600 < 0.1 ? 2 : step_deg * 3600 < 1 ? 1 : 0;
    double unit = pow(10, decimals);
    double s = nearbyint(deg * 3600 * unit) / unit;
    int d = (int)(s / 3600), m = (int)((s - d * 3600.0) / 60);
    if (step_deg * 60 >= 1)
        snprintf(text, size, "%d°%02d′", d, m);
    else
        snprintf(text, size, "%d°%02d′%0*.*f″", d, m, decimals ? 3 + decimals : 2, decimals,
                 s - d * 3600.0 - m * 60.0);
}

static void draw_meridian(const struct picture *p, double lon, double step)
{
    const struct type_style style = {.size = 6.5, .align = TYPE_CENTRE, .colour = 0x333333};
    char text[40];
    dms_text(lon, step, text, sizeof text);
    cairo_move_to(p->cr, px(p, lon), p->y);
    cairo_line_to(p->cr, px(p, lon), p->y + p->height);
    cairo_stroke(p->cr);
    typeset_draw(p->t, text, &style, px(p, lon), p->y + p->height + 3);
}

static void draw_parallel(const struct picture *p, double lat, double step)
{
    const struct type_style style = {.size = 6.5, .align = TYPE_CENTRE, .colour = 0x333333};
    char text[40];
    dms_text(lat, step, text, sizeof text);
    cairo_move_to(p->cr, p->x, py(p, lat));
    cairo_line_to(p->cr, p->x + p->width, py(p, lat));
    cairo_stroke(p->cr);
    cairo_save(p->cr);
    cairo_translate(p->cr, p->x - 13, py(p, lat));
    cairo_rotate(p->cr, -M_PI / 2);
    typeset_draw(p->t, text, &style, 0, 0);
    cairo_restore(p->cr);
}

static void draw_graticule(const struct picture *p)
{
    const struct geo_box *b = &p->map->box;
    double step = graticule_step_deg(b->east_deg - b->west_deg, 6);
    for (double i = ceil(b->west_deg / step); i * step < b->east_deg; i++) {
        cairo_set_line_width(p->cr, 0.35);
        typeset_colour(p->cr, 0x777777, 0.6);
        draw_meridian(p, i * step, step);
    }
    step = graticule_step_deg(b->north_deg - b->south_deg, 5);
    for (double i = ceil(b->south_deg / step); i * step < b->north_deg; i++) {
        cairo_set_line_width(p->cr, 0.35);
        typeset_colour(p->cr, 0x777777, 0.6);
        draw_parallel(p, i * step, step);
    }
}

/* ---- scale bar, north arrow, legend ---- */

static void draw_scale(const struct picture *p)
{
    double length_m = round_up_125(p->width * p->metres / 12);
    double length = length_m / p->metres, x = p->x + 10, y = p->y + p->height - 14;
    const struct type_style style = {.size = 7, .align = TYPE_CENTRE, .colour = 0x000000};
    char text[40];
    typeset_colour(p->cr, 0xffffff, 0.85);
    cairo_rectangle(p->cr, x - 6, y - 14, length + 34, 24);
    cairo_fill(p->cr);
    for (int i = 0; i < 2; i++) {
        cairo_rectangle(p->cr, x + i * length / 2, y, length / 2, 4);
        typeset_colour(p->cr, i ? 0xffffff : 0x000000, 1);
        cairo_fill_preserve(p->cr);
        typeset_colour(p->cr, 0x000000, 1);
        cairo_set_line_width(p->cr, 0.6);
        cairo_stroke(p->cr);
    }
    typeset_draw(p->t, "0", &style, x, y - 12);
    snprintf(text, sizeof text, length_m >= 1000 ? "%g 千米" : "%g 米",
             length_m >= 1000 ? length_m / 1000 : length_m);
    typeset_draw(p->t, text, &style, x + length, y - 12);
}

static void draw_north(const struct picture *p)
{
    double x = p->x + p->width - 20, y = p->y + 12;
    const struct type_style style = {.size = 9, .bold = true, .align = TYPE_CENTRE, .colour = 0x000000};
    typeset_colour(p->cr, 0xffffff, 0.85);
    cairo_rectangle(p->cr, x - 13, y - 8, 26, 44);
    cairo_fill(p->cr);
    typeset_draw(p->t, "北", &style, x, y - 7);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(p->cr, x, y + 7);
        cairo_line_to(p->cr, x + side * 6, y + 31);
        cairo_line_to(p->cr, x, y + 25);
        cairo_close_path(p->cr);
        typeset_colour(p->cr, side < 0 ? 0x000000 : 0xffffff, 1);
        cairo_fill_preserve(p->cr);
        typeset_colour(p->cr, 0x000000, 1);
        cairo_set_line_width(p->cr, 0.6);
        cairo_stroke(p->cr);
    }
}

/* What an entry of the legend shows. */
enum legend_kind { LEGEND_LINE, LEGEND_ZONE, LEGEND_PLOT, LEGEND_OVERLAP };

static void legend_item(const struct picture *p, double x, double y, enum legend_kind kind,
                        const struct line_symbol *symbol)
{
    cairo_new_path(p->cr);
    cairo_rectangle(p->cr, x, y + 1.5, 18, 9);
    switch (kind) {
    case LEGEND_ZONE: /* `symbol` has its colour */
    case LEGEND_LINE:
        typeset_colour(p->cr, symbol->fill, symbol->alpha);
        cairo_fill_preserve(p->cr);
        line_stroke(p->cr, symbol);
        return;
    case LEGEND_PLOT:
        typeset_colour(p->cr, PLOT_COLOUR, 1);
        cairo_set_line_width(p->cr, 1.6);
        cairo_stroke(p->cr);
        return;
    case LEGEND_OVERLAP:
        draw_overlap(p->cr, symbol);
        return;
    }
}

static void legend_place(const struct picture *p, int *n, enum legend_kind kind,
                         const struct line_symbol *symbol, const char *label)
{
    /* Of the width: the second column has the longest words. */
    static const double at[LEGEND_PER_ROW] = {0, 0.28, 0.65};
    const struct type_style style = {.size = 7.5, .colour = 0x000000};
    double x = p->x + 40 + at[*n % LEGEND_PER_ROW] * (p->width - 40);
    double y = p->y + p->height + MARGIN_BOTTOM + 2 + *n / LEGEND_PER_ROW * LEGEND_ROW;
    legend_item(p, x, y, kind, symbol);
    typeset_draw(p->t, label, &style, x + 22, y);
    ++*n;
}

/* The next entry: `n` counts them. */
static void legend_add(const struct picture *p, int *n, enum legend_kind kind,
                       const struct control_line *line)
{
    char label[96];
    snprintf(label, sizeof label, "%s%s",
             kind == LEGEND_PLOT   ? "项目地块"
             : kind == LEGEND_LINE ? line->title_zh
                                   : line->texts.held,
             kind == LEGEND_OVERLAP ? "部分" : "");
    legend_place(p, n, kind, line ? &line->symbol : NULL, label);
}

/* The zones of one line, behind it. */
static void legend_add_zones(const struct picture *p, int *n, const struct control_line *line,
                             const struct zones_shown *shown)
{
    for (int i = 0; i < shown->n; i++) {
        const struct line_zone *zone = shown->zones[i];
        struct line_symbol symbol = line->symbol;
        if (zone < line->zones || zone >= line->zones + line->n_zones)
            continue;
        symbol.fill = zone->fill;
        legend_place(p, n, LEGEND_ZONE, &symbol, zone->zh);
    }
}

static void draw_legend(const struct picture *p)
{
    const struct type_style bold = {.size = 7.5, .bold = true, .colour = 0x000000},
                            note = {.size = 6.5, .colour = 0x555555};
    double y = p->y + p->height + MARGIN_BOTTOM + 2;
    int n = 0;
    typeset_draw(p->t, "图例", &bold, p->x + 4, y);
    const struct line_table *lines = report_lines(p->r);
    const struct zones_shown zones = zones_shown(p->map);
    for (int l = 0; l < lines->n; l++) {
        legend_add(p, &n, LEGEND_LINE, line_at(lines, l));
        legend_add_zones(p, &n, line_at(lines, l), &zones);
    }
    legend_add(p, &n, LEGEND_PLOT, NULL);
    for (int l = 0; l < lines->n; l++)
        if (line_at(lines, l)->relation == LINE_EXCLUDES)
            legend_add(p, &n, LEGEND_OVERLAP, line_at(lines, l));
    double lat = (p->map->box.south_deg + p->map->box.north_deg) / 2;
    char text[280], more[80] = "";
    if (zones.left_out)
        snprintf(more, sizeof more, "另有 %d 类以各自颜色绘出，未列入图例。", zones.left_out);
    snprintf(text, sizeof text, "CGCS2000 经纬网，北向上，图面中心纬度 %.4f°；图上数字为地块序号。%s%s%s",
             lat, p->map->thinned ? "图面上小于一个点的图斑未绘。" : "",
             p->map->crowded ? "图斑过多，只绘出一部分。" : "", more);
    typeset_draw(p->t, text, &note, p->x + 4, y + (legend_rows(lines, p->map) * LEGEND_ROW + 1));
}

static struct picture picture_of(struct typeset *t, const struct map_picture *what, double x, double y,
                                 double width)
{
    const struct report_map *map = what->map;
    struct picture p = {.t = t, .cr = t->cr, .r = what->report, .maps = what->maps, .map = map};
    double north_m, east_m;
    p.x = x + MARGIN_LEFT;
    p.y = y + MARGIN_TOP;
    p.width = width - MARGIN_LEFT - MARGIN_RIGHT;
    p.height = p.width / MAP_ASPECT;
    p.per_lon = p.width / (map->box.east_deg - map->box.west_deg);
    p.per_lat = p.height / (map->box.north_deg - map->box.south_deg);
    geo_metres_per_degree((map->box.south_deg + map->box.north_deg) / 2, &north_m, &east_m);
    p.metres = east_m / p.per_lon;
    return p;
}

void map_picture_draw(struct typeset *t, const struct map_picture *picture, double x, double y, double width)
{
    struct picture p = picture_of(t, picture, x, y, width);
    cairo_save(p.cr);
    cairo_rectangle(p.cr, p.x, p.y, p.width, p.height);
    typeset_colour(p.cr, 0xfcfcfa, 1);
    cairo_fill_preserve(p.cr);
    cairo_clip(p.cr);
    cairo_set_line_join(p.cr, CAIRO_LINE_JOIN_ROUND);
    draw_patches(&p);
    draw_plots(&p);
    draw_numbers(&p);
    cairo_restore(p.cr);
    draw_graticule(&p);
    draw_scale(&p);
    draw_north(&p);
    cairo_rectangle(p.cr, p.x, p.y, p.width, p.height);
    typeset_colour(p.cr, 0x000000, 1);
    cairo_set_line_width(p.cr, 1);
    cairo_stroke(p.cr);
    draw_legend(&p);
}

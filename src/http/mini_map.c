#include "http/mini_map.h"

#include "formats/html.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH_PX = 640, HEIGHT_MIN_PX = 160, HEIGHT_MAX_PX = 480, GRID_LINES_MAX = 40 };

static const double SMALLEST_DEG = 0.0005; /* of a map: some 50 m */
static const double STEP_PX = 0.4;         /* positions nearer than this are one */

static double x_of(const struct mini_map *m, double lon_deg)
{
    return (lon_deg - m->box.west_deg) * m->x_scale;
}

static double y_of(const struct mini_map *m, double lat_deg)
{
    return (m->box.north_deg - lat_deg) * m->y_scale;
}

static void widen(struct geo_box *box, double to_width_deg, double to_height_deg)
{
    double x = (to_width_deg - (box->east_deg - box->west_deg)) / 2;
    double y = (to_height_deg - (box->north_deg - box->south_deg)) / 2;
    box->west_deg -= x > 0 ? x : 0;
    box->east_deg += x > 0 ? x : 0;
    box->south_deg -= y > 0 ? y : 0;
    box->north_deg += y > 0 ? y : 0;
}

/* 1, 2 or 5 of some power of ten, so that about five lines cross the map. */
static double grid_step(double span_deg)
{
    double power = pow(10, floor(log10(span_deg / 5)));
    double of = span_deg / 5 / power;
    return power * (of < 1.5 ? 1 : of < 3.5 ? 2 : of < 7.5 ? 5 : 10);
}

static void draw_grid(const struct mini_map *m, double height_px)
{
    double step = grid_step(fmax(m->box.east_deg - m->box.west_deg, m->box.north_deg - m->box.south_deg));
    int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    double first = ceil(m->box.west_deg / step), lowest = ceil(m->box.south_deg / step);
    for (int i = 0; i < GRID_LINES_MAX && (first + i) * step < m->box.east_deg; i++) {
        double lon = (first + i) * step, x = x_of(m, lon);
        buffer_printf(m->out,
                      "<path class=\"grid\" d=\"M%.1f 0V%.1f\"/><text x=\"%.1f\" y=\"%.1f\">%.*f°E</text>", x,
                      height_px, x + 2, height_px - 3, decimals, lon);
    }
    for (int i = 0; i < GRID_LINES_MAX && (lowest + i) * step < m->box.north_deg; i++) {
        double lat = (lowest + i) * step, y = y_of(m, lat);
        buffer_printf(m->out, "<path class=\"grid\" d=\"M0 %.1fH%d\"/><text x=\"2\" y=\"%.1f\">%.*f°N</text>",
                      y, (int)WIDTH_PX, y - 2, decimals, lat);
    }
}

void mini_map_begin(struct mini_map *m, struct buffer *out, const struct geo_box *box, const char *title)
{
    *m = (struct mini_map){.out = out, .box = *box, .limit = out->size + MINI_MAP_BYTES};
    double narrow = cos((box->south_deg + box->north_deg) / 2 * (3.14159265358979323846 / 180));
    narrow = narrow > 0.05 ? narrow : 0.05; /* at the poles */
    double width = fmax((box->east_deg - box->west_deg) * 1.1, SMALLEST_DEG / narrow);
    double height = fmax((box->north_deg - box->south_deg) * 1.1, SMALLEST_DEG);
    /* as wide as the page; no flatter and no taller than a page can show */
    height = fmax(height, width * narrow * HEIGHT_MIN_PX / WIDTH_PX);
    width = fmax(width, height / narrow * WIDTH_PX / HEIGHT_MAX_PX);
    widen(&m->box, width, height);
    m->x_scale = WIDTH_PX / width;
    m->y_scale = m->x_scale / narrow;
    double height_px = height * m->y_scale;
    buffer_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.1f\" width=\"%d\" "
                  "height=\"%.0f\" role=\"img\" "
                  "aria-label=\"",
                  (int)WIDTH_PX, height_px, (int)WIDTH_PX, height_px);
    html_text(out, title);
    buffer_append_str(out, "\">");
    draw_grid(m, height_px);
}

static bool is_full(struct mini_map *m)
{
    bool full = m->out->size >= m->limit;
    m->n_left_out += full;
    return full;
}

/* A ring, but for positions that would fall on the one before; one that falls together is a dot. */
static void draw_ring(struct mini_map *m, const struct geo_shape *s, uint32_t ring)
{
    double last_x = 0, last_y = 0;
    unsigned n = 0;
    for (uint32_t i = s->ring_start[ring]; i + 1 < s->ring_start[ring + 1]; i++) {
        double x = x_of(m, s->lon_deg[i]), y = y_of(m, s->lat_deg[i]);
        if (n && fabs(x - last_x) < STEP_PX && fabs(y - last_y) < STEP_PX)
            continue;
        buffer_printf(m->out, "%c%.1f %.1f", n++ ? 'L' : 'M', x, y);
        last_x = x;
        last_y = y;
    }
    buffer_append_str(m->out, n < 3 ? "h.8v.8z" : "z");
}

void mini_map_shape(struct mini_map *m, const struct geo_shape *shape, const char *style)
{
    if (is_full(m))
        return;
    buffer_printf(m->out, "<path class=\"%s\" fill-rule=\"evenodd\" d=\"", style);
    for (uint32_t r = 0; r < shape->n_rings; r++)
        draw_ring(m, shape, r);
    buffer_append_str(m->out, "\"/>");
}

void mini_map_box(struct mini_map *m, const struct geo_box *box)
{
    double x = x_of(m, box->west_deg), y = y_of(m, box->north_deg);
    buffer_printf(m->out, "<rect class=\"line\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x, y,
                  fmax(x_of(m, box->east_deg) - x, 1), fmax(y_of(m, box->south_deg) - y, 1));
}

static void end_line(struct mini_map *m)
{
    if (m->in_line)
        buffer_append_str(m->out, "\"/>");
    else if (*m->line)
        buffer_printf(m->out, "<circle class=\"point\" r=\"3\" %s/>", m->line);
    m->in_line = false;
    *m->line = '\0';
}

void mini_map_position(struct mini_map *m, double lon_deg, double lat_deg, bool begins)
{
    double x = x_of(m, lon_deg), y = y_of(m, lat_deg);
    if (begins) {
        end_line(m);
        if (is_full(m))
            return;
        snprintf(m->line, sizeof m->line, "cx=\"%.1f\" cy=\"%.1f\"", x, y);
        m->last_x = x;
        m->last_y = y;
        return;
    }
    if (!*m->line) /* its beginning was left out */
        return;
    if (!m->in_line)
        buffer_printf(m->out, "<path class=\"line\" d=\"M%.1f %.1f", m->last_x, m->last_y);
    m->in_line = true;
    buffer_printf(m->out, "L%.1f %.1f", x, y);
}

void mini_map_end(struct mini_map *m)
{
    end_line(m);
    buffer_append_str(m->out, "</svg>\n");
}

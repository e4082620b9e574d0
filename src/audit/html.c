#include "audit/html.h"

#include "base/decimal.h"

#include <math.h>
#include <string.h>

enum { MAP_WIDTH = 960, MAP_HEIGHT = 720 };
#define MAP_WEST_DEG 97.0
#define MAP_NORTH_DEG 53.6
#define MAP_EAST_DEG 126.3
#define MAP_STEP_DEG 0.03 /* finer wiggles of an outline are not seen at this size */

static const char style[] =
    "body{font:15px/1.6 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;color:#1b1b1b;margin:0 "
    "auto;max-width:1040px;"
    "padding:24px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:28px 0 8px;border-bottom:1px "
    "solid #ccc}"
    "table{border-collapse:collapse;width:100%;font-size:14px}th,td{border-bottom:1px solid #ddd;padding:4px "
    "8px;"
    "text-align:right;white-space:nowrap}th{background:#f4f4f2}th:first-child,td:first-child,td.t,th.t{text-"
    "align:left;"
    "white-space:normal}td.n{text-align:left}.wide th{white-space:normal}.wide "
    "td:first-child{white-space:nowrap}.sample{background:#fff3cd;border:1px solid #d9a400;padding:8px "
    "12px;margin:12px "
    "0;font-weight:"
    "bold}.small{color:#555;font-size:13px}svg{max-width:100%;height:auto}.wide{overflow-x:auto}"
    "@media print{body{padding:0}h2{break-after:avoid}tr{break-inside:avoid}}";

void html_number(struct buffer *b, double v, int decimals)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, decimals, text);
    if (!*text) {
        buffer_append_str(b, "未测算");
        return;
    }
    size_t whole = strcspn(text, "."), sign = *text == '-';
    for (size_t i = 0; text[i]; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            buffer_append_char(b, ',');
        buffer_append_char(b, text[i]);
    }
}

void html_begin(struct buffer *b, const char *title_zh, const char *title_en, bool synthetic)
{
    buffer_append_str(
        b, "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>");
    html_text(b, title_zh);
    buffer_printf(b, "</title><style>%s</style></head><body>\n<h1>", style);
    html_text(b, title_zh);
    buffer_append_str(b, "</h1><p class=\"small\">");
    html_text(b, title_en);
    buffer_append_str(b, "</p>\n");
    if (synthetic)
        buffer_append_str(
            b, "<p "
               "class=\"sample\">"
               "【示例数据】管控图层为随机生成的示例数据，与真实划定成果无关，结论不得用于审批。"
               "<br>Sample data: the layers are synthetic; nothing here may be used for a decision.</p>\n");
}

void html_end(struct buffer *b)
{
    buffer_printf(
        b,
        "<p class=\"small\">红线 hongxian %s · 面积为 CGCS2000 椭球面积 areas on the CGCS2000 ellipsoid · "
        "界线仅供参考 boundaries for reference only</p></body></html>\n",
        HX_VERSION);
}

void html_bars(struct buffer *b, const struct html_bar *bars, size_t n)
{
    double max = 0;
    for (size_t i = 0; i < n; i++)
        max = fmax(max, bars[i].value);
    buffer_printf(b, "<svg viewBox=\"0 0 960 %zu\" role=\"img\">", n * 30 + 6);
    for (size_t i = 0; i < n; i++) {
        double width = max > 0 ? bars[i].value / max * 460 : 0;
        size_t y = i * 30 + 4;
        buffer_printf(b, "<text x=\"196\" y=\"%zu\" font-size=\"14\" text-anchor=\"end\">", y + 16);
        html_text(b, bars[i].label);
        buffer_printf(
            b,
            "</text><rect x=\"204\" y=\"%zu\" width=\"%.1f\" height=\"22\" fill=\"%s\"/><text x=\"%.1f\" "
            "y=\"%zu\" font-size=\"13\">",
            y, width, bars[i].colour, 212 + width, y + 16);
        html_text(b, bars[i].shown);
        buffer_append_str(b, "</text>");
    }
    buffer_append_str(b, "</svg>\n");
}

/* ---- map: longitude and latitude, squeezed by the cosine of the middle latitude ---- */

void html_map_at(double lon_deg, double lat_deg, double *x, double *y)
{
    double scale = MAP_WIDTH / (MAP_EAST_DEG - MAP_WEST_DEG);
    *x = (lon_deg - MAP_WEST_DEG) * scale;
    *y = (MAP_NORTH_DEG - lat_deg) * scale / 0.707; /* cos 45 degrees */
    *y *= 0.91;                                     /* the region's north-east would not fit otherwise */
}

static void outline(struct buffer *b, const struct layer_index *ix, uint32_t ring)
{
    const double *lon, *lat;
    uint32_t n = index_ring(ix, ring, &lon, &lat);
    double at_lon = -1e9, at_lat = -1e9;
    bool open = false;
    for (uint32_t i = 0; i < n; i++) {
        if (i + 1 < n && fabs(lon[i] - at_lon) < MAP_STEP_DEG && fabs(lat[i] - at_lat) < MAP_STEP_DEG)
            continue;
        double x, y;
        html_map_at(at_lon = lon[i], at_lat = lat[i], &x, &y);
        buffer_printf(b, "%c%.1f %.1f", open ? 'L' : 'M', x, y);
        open = true;
    }
}

void html_map_begin(struct buffer *b, const struct snapshot *s)
{
    const struct layer_snapshot *l = snapshot_layer(s, "prefectures");
    buffer_printf(b,
                  "<svg viewBox=\"0 0 %d %d\" role=\"img\"><path fill=\"#f3f1ea\" stroke=\"#999\" "
                  "stroke-width=\"1\" d=\"",
                  MAP_WIDTH, MAP_HEIGHT);
    for (uint32_t r = 0; l && l->index && r < index_n_rings(l->index); r++)
        outline(b, l->index, r);
    buffer_append_str(b, "\"/>\n");
}

void html_map_end(struct buffer *b)
{
    buffer_append_str(b, "</svg>\n");
}

bool html_is_synthetic(const struct snapshot *s)
{
    for (size_t i = 0; i < snapshot_n_layers(s); i++) {
        const struct layer_snapshot *l = snapshot_layer_at(s, i);
        if (l->version.synthetic && strcmp(l->version.kind, "admin") != 0)
            return true;
    }
    return false;
}

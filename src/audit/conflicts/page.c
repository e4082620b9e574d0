#include "audit/conflicts/page.h"

#include "audit/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 300 };

static const char *colour_of(int severity)
{
    static const char *const colours[] = {"#27ae60", "#2980b9", "#e67e22", "#d35400", "#c0392b"};
    return colours[severity < 0 ? 0 : severity > 4 ? 4 : severity];
}

static void kinds_chart(const struct conflict_report *r, struct buffer *b)
{
    struct html_bar bars[CONFLICT_KIND_COUNT];
    char shown[CONFLICT_KIND_COUNT][32];
    size_t n = 0;
    for (int k = 0; k < CONFLICT_KIND_COUNT; k++) {
        snprintf(shown[k], sizeof shown[k], "%zu", r->by_kind[k]);
        if (r->by_kind[k])
            bars[n++] = (struct html_bar){conflict_kind_zh((enum conflict_kind)k), (double)r->by_kind[k],
                                          shown[k], "#8e5a3c"};
    }
    buffer_append_str(b, "<h2>问题类别 <span class=\"small\">Findings by kind</span></h2>\n");
    html_bars(b, bars, n);
}

static void map(const struct conflict_report *r, const struct snapshot *s, struct buffer *b)
{
    buffer_append_str(b, "<h2>分布图 <span class=\"small\">Map</span></h2>\n");
    html_map_begin(b, s);
    for (size_t i = r->n_findings; i-- > 0;) { /* the worst are drawn last, on top */
        const struct conflict_finding *f = &r->findings[i];
        double x, y;
        if (!isfinite(f->lon_deg) || !isfinite(f->lat_deg) || i >= 20000)
            continue;
        html_map_at(f->lon_deg, f->lat_deg, &x, &y);
        buffer_printf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" fill-opacity=\"0.8\"><title>",
                      x, y, colour_of(f->severity));
        html_text(b, conflict_kind_zh(f->kind));
        buffer_append_char(b, ' ');
        html_text(b, f->code_a);
        buffer_append_str(b, "</title></circle>");
    }
    html_map_end(b);
    buffer_append_str(b, "<p class=\"small\">严重程度 severity：");
    for (int severity = 4; severity >= 1; severity--)
        buffer_printf(b, "<span style=\"color:%s\">●</span> %d　", colour_of(severity), severity);
    buffer_append_str(b, "</p>\n");
}

/* The title by which officers know a layer; its id where a finding is of a layer that is loaded no more. */
static void layer_name(const struct snapshot *s, const char *layer, struct buffer *b)
{
    const struct layer_snapshot *l = *layer ? snapshot_layer(s, layer) : NULL;
    html_text(b, l ? l->version.title_zh : layer);
}

static void row(const struct snapshot *s, const struct conflict_finding *f, bool compared, struct buffer *b)
{
    buffer_printf(b, "<tr><td style=\"color:%s\">%d</td><td class=\"t\">%s%s</td><td class=\"t\">",
                  colour_of(f->severity), f->severity, conflict_kind_zh(f->kind),
                  f->sliver ? "（碎屑）" : "");
    layer_name(s, f->layer_a, b);
    buffer_append_str(b, "<br>");
    html_text(b, f->code_a);
    buffer_append_str(b, "</td><td class=\"t\">");
    layer_name(s, f->layer_b, b);
    buffer_append_str(b, "<br>");
    html_text(b, f->code_b);
    buffer_append_str(b, "</td><td>");
    if (isfinite(f->area_m2))
        html_number(b, f->area_m2, 2);
    buffer_append_str(b, "</td><td class=\"n\">");
    html_text(b, f->prefecture_name);
    buffer_append_str(b, "<br>");
    html_text(b, f->county);
    buffer_append_str(b, "</td><td>");
    if (isfinite(f->lon_deg))
        buffer_printf(b, "%.6f<br>%.6f", f->lon_deg, f->lat_deg);
    buffer_append_str(b, "</td><td class=\"t\">");
    html_text(b, f->note_zh);
    if (*f->basis) {
        buffer_append_str(b, "<br><span class=\"small\">");
        html_text(b, f->rule);
        buffer_append_str(b, "：");
        html_text(b, f->basis);
        buffer_append_str(b, "</span>");
    }
    if (compared)
        buffer_printf(b, "</td><td>%s", conflict_change_name(f->change));
    buffer_append_str(b, "</td></tr>\n");
}

static const char *tie_zh(enum tie t)
{
    static const char *const names[] = {
        [TIE_APART] = "不得重叠", [TIE_NEST] = "应在其内", [TIE_TILE] = "应拼接", [TIE_SHARE] = "占比"};
    return names[t];
}

static void tie_row(const struct conflict_tie *t, struct buffer *b)
{
    bool of_tiling = t->tie == TIE_TILE && strchr(t->layer_a, ',');
    buffer_printf(b, "<tr><td class=\"t\">%s</td><td class=\"t\">", of_tiling ? "应铺满" : tie_zh(t->tie));
    html_text(b, t->title_a);
    buffer_append_str(b, "</td><td class=\"t\">");
    html_text(b, t->title_b);
    buffer_append_str(b, "</td><td class=\"t\">");
    html_text(b, t->unit);
    buffer_append_char(b, ' ');
    html_text(b, t->unit_name);
    if (!t->examined)
        buffer_append_str(b, "</td><td class=\"t\"><b>未审查 not examined</b></td><td>—</td><td>—");
    else if (t->tie == TIE_SHARE)
        buffer_append_str(b, "</td><td>—</td><td>");
    else
        buffer_printf(b, "</td><td>%zu</td><td>", t->n_findings);
    if (t->examined)
        html_number(b, t->area_m2, 2);
    buffer_append_str(b, "</td><td>");
    if (isfinite(t->share))
        buffer_printf(b, "%.2f %%", 100 * t->share);
    else
        buffer_append_str(b, "—");
    buffer_append_str(b, "</td><td class=\"t\">");
    html_text(b, t->note_zh);
    buffer_append_str(b, "</td></tr>\n");
}

void conflict_ties_page(const struct conflict_tie *ties, size_t n, struct buffer *b)
{
    if (n == 0)
        return;
    buffer_append_str(b,
                      "<h2>图层关系 <span class=\"small\">How the layers lie to each other, by their "
                      "definitions</span></h2>\n"
                      "<div class=\"wide\"><table><tr><th class=\"t\">关系</th><th class=\"t\">图层 "
                      "A</th><th class=\"t\">图层 "
                      "B</th><th class=\"t\">行政区</th><th>问题</th><th>面积 m²</th><th>占 B 的比例</th><th "
                      "class=\"t\">说明</th></tr>\n");
    for (size_t i = 0; i < n; i++)
        tie_row(&ties[i], b);
    buffer_append_str(b, "</table></div>\n");
}

void conflict_page(const struct conflict_report *r, const struct snapshot *s, struct buffer *b)
{
    html_begin(b, "控制线图层一致性审查", "Audit of the lines: where they do not fit together", r->synthetic);
    buffer_printf(b,
                  "<p>共 %zu 处，其中碎屑 %zu 处。%zu findings, %zu of them slivers. "
                  "本程序只列出问题和条文，不裁定谁让谁。</p>\n",
                  r->n_findings, r->n_sliver, r->n_findings, r->n_sliver);
    if (r->compared)
        buffer_printf(b,
                      "<p>与上次相比：新增 %zu，仍在 %zu，已解决 %zu。Compared: %zu new, %zu still there, "
                      "%zu fixed.</p>\n",
                      r->n_new, r->n_still, r->n_fixed, r->n_new, r->n_still, r->n_fixed);
    if (r->n_not_examined)
        buffer_printf(
            b,
            "<p><b>有 %zu 项图层关系未审查，见“图层关系”；未审查不等于没有问题。</b> %zu relations of "
            "layers were not examined, which does not mean that they are in order.</p>\n",
            r->n_not_examined, r->n_not_examined);
    kinds_chart(r, b);
    conflict_ties_page(r->ties, r->n_ties, b);
    map(r, s, b);
    buffer_append_str(
        b,
        "<h2>清单（最严重在前） <span class=\"small\">Work list, worst first</span></h2>\n<div "
        "class=\"wide\">"
        "<table><tr><th>级</th><th class=\"t\">类别</th><th class=\"t\">图层 / 标识码 A</th><th "
        "class=\"t\">图层 / 标识码 B</th><th>面积 m²</th><th class=\"t\">盟市 / 代码</th><th>经纬度</th><th "
        "class=\"t\">说明</th>");
    buffer_append_str(b, r->compared ? "<th>变化 change</th></tr>\n" : "</tr>\n");
    for (size_t i = 0; i < r->n_findings && i < ROWS_SHOWN; i++)
        row(s, &r->findings[i], r->compared, b);
    buffer_append_str(b, "</table></div>\n");
    if (r->n_findings > ROWS_SHOWN)
        buffer_printf(b,
                      "<p class=\"small\">此处列出前 %d 条，其余见数据文件。The first %d; the rest is in the "
                      "data file.</p>\n",
                      ROWS_SHOWN, ROWS_SHOWN);
    html_end(b);
}

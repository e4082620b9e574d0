/* The figures of the plan as CSV, JSON and a page with charts and tables. Pure. */
#include "audit/figures.h"

#include "audit/html.h"
#include "audit/outcome.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/csv.h"
#include "formats/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One line of the table; a share that nothing can be shared by is NAN. */
static void csv_figure(struct csv_writer *w, const struct figures_layer *l, const char *unit,
                       const char *name, double area_m2, double share)
{
    csv_text(w, l->layer);
    csv_text(w, l->title_zh);
    csv_text(w, unit);
    csv_text(w, name);
    csv_number(w, area_m2, 2);
    csv_number(w, share, 6);
    csv_row_end(w);
}

static void csv_layer(struct csv_writer *w, const struct figures *f, size_t layer)
{
    const struct figures_layer *l = &f->layers[layer];
    csv_figure(w, l, "region", "", l->area_m2, f->region_m2 > 0 ? l->area_m2 / f->region_m2 : NAN);
    for (size_t k = 0; k < f->n_prefectures; k++)
        csv_figure(w, l, f->prefecture[k], f->prefecture_name[k], l->by_prefecture_m2[k],
                   l->by_prefecture_m2[k] / f->prefecture_m2[k]);
    for (size_t k = 0; k < f->n_counties; k++)
        if (f->counties[k].n[layer])
            csv_figure(w, l, *f->counties[k].code ? f->counties[k].code : "no-county", f->counties[k].name,
                       f->counties[k].area_m2[layer], NAN);
    for (size_t k = 0; k < l->n_zones; k++)
        csv_figure(w, l, "zone", l->zones[k].zone, l->zones[k].area_m2, l->zones[k].area_m2 / l->area_m2);
}

static void write_csv(const struct figures *f, struct buffer *b)
{
    struct csv_writer w = {.out = b};
    csv_mark(&w);
    buffer_append_str(b, "layer,title_zh,unit,name,area_m2,share\r\n");
    for (size_t i = 0; i < f->n_layers; i++)
        csv_layer(&w, f, i);
}

static void json_counties(struct json_writer *w, const struct figures *f, size_t layer)
{
    jw_key(w, "counties");
    jw_array_begin(w);
    for (size_t k = 0; k < f->n_counties; k++) {
        const struct figures_county *c = &f->counties[k];
        if (!c->n[layer])
            continue;
        jw_object_begin(w);
        jw_kv_string(w, "code", c->code);
        jw_kv_string(w, "name", c->name);
        jw_kv_integer(w, "features", c->n[layer]);
        jw_kv_fixed(w, "area_m2", c->area_m2[layer], 2);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void json_layer(struct json_writer *w, const struct figures *f, const struct figures_layer *l)
{
    jw_object_begin(w);
    jw_kv_string(w, "layer", l->layer);
    jw_kv_string(w, "title_zh", l->title_zh);
    jw_kv_integer(w, "features", l->n_features);
    jw_kv_fixed(w, "area_m2", l->area_m2, 2);
    jw_kv_fixed(w, "share_of_region", f->region_m2 > 0 ? l->area_m2 / f->region_m2 : NAN, 6);
    jw_key(w, "prefectures");
    jw_array_begin(w);
    for (size_t k = 0; k < f->n_prefectures; k++) {
        jw_object_begin(w);
        jw_kv_string(w, "code", f->prefecture[k]);
        jw_kv_string(w, "name", f->prefecture_name[k]);
        jw_kv_fixed(w, "area_m2", l->by_prefecture_m2[k], 2);
        jw_kv_fixed(w, "share", l->by_prefecture_m2[k] / f->prefecture_m2[k], 6);
        jw_object_end(w);
    }
    jw_array_end(w);
    json_counties(w, f, (size_t)(l - f->layers));
    jw_key(w, "zones");
    jw_array_begin(w);
    for (size_t k = 0; k < l->n_zones; k++) {
        jw_object_begin(w);
        jw_kv_string(w, "zone", l->zones[k].zone);
        jw_kv_fixed(w, "area_m2", l->zones[k].area_m2, 2);
        jw_kv_fixed(w, "share", l->zones[k].area_m2 / l->area_m2, 6);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void write_json(const struct figures *f, struct buffer *b)
{
    struct json_writer w;
    jw_init(&w, b, true);
    jw_object_begin(&w);
    jw_kv_bool(&w, "synthetic", f->synthetic);
    jw_kv_fixed(&w, "region_m2", f->region_m2, 2);
    figures_shares_write(&w, f, true);
    jw_key(&w, "layers");
    jw_array_begin(&w);
    for (size_t i = 0; i < f->n_layers; i++)
        json_layer(&w, f, &f->layers[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    buffer_append_char(b, '\n');
}

static void html_layer(const struct figures *f, const struct figures_layer *l, struct buffer *b)
{
    enum { MAX_BARS = 40 };
    struct html_bar bars[MAX_BARS];
    char shown[MAX_BARS][80];
    size_t n = 0;
    buffer_append_str(b, "<h2>");
    html_text(b, l->title_zh);
    buffer_printf(b, " <span class=\"small\">%lld 个图斑 features · %.2f km²", (long long)l->n_features,
                  l->area_m2 / 1e6);
    if (f->region_m2 > 0)
        buffer_printf(b, " · 占全区 of the region %.2f %%", 100 * l->area_m2 / f->region_m2);
    buffer_append_str(b, "</span></h2>\n");
    for (size_t k = 0; k < f->n_prefectures && n < MAX_BARS; k++, n++) {
        snprintf(shown[n], sizeof shown[n], "%.2f km² (%.2f %%)", l->by_prefecture_m2[k] / 1e6,
                 100 * l->by_prefecture_m2[k] / f->prefecture_m2[k]);
        bars[n] = (struct html_bar){f->prefecture_name[k], l->by_prefecture_m2[k], shown[n], "#5b7f95"};
    }
    html_bars(b, bars, n);
    if (l->n_zones == 0)
        return;
    buffer_append_str(b,
                      "<table><tr><th>分区 sub-zone</th><th>图斑</th><th>km²</th><th>占该线 share</th></tr>");
    for (size_t k = 0; k < l->n_zones; k++) {
        buffer_append_str(b, "<tr><td>");
        html_text(b, l->zones[k].zone);
        buffer_printf(b, "</td><td>%lld</td><td>%.2f</td><td>%.2f %%</td></tr>\n", (long long)l->zones[k].n,
                      l->zones[k].area_m2 / 1e6, 100 * l->zones[k].area_m2 / l->area_m2);
    }
    buffer_append_str(b, "</table>\n");
}

static void table_head(const struct figures *f, const char *first, struct buffer *b)
{
    buffer_printf(b, "<div class=\"wide\"><table><tr><th>%s</th>", first);
    for (size_t i = 0; i < f->n_layers; i++) {
        buffer_append_str(b, "<th>");
        html_text(b, f->layers[i].title_zh);
        buffer_append_str(b, " km²</th>");
    }
    buffer_append_str(b, "</tr>\n");
}

static void prefecture_table(const struct figures *f, struct buffer *b)
{
    buffer_append_str(b, "<h2>按盟市 <span class=\"small\">By prefecture</span></h2>\n");
    table_head(f, "盟市 prefecture", b);
    for (size_t k = 0; k < f->n_prefectures; k++) {
        buffer_append_str(b, "<tr><td>");
        html_text(b, f->prefecture[k]);
        buffer_append_char(b, ' ');
        html_text(b, f->prefecture_name[k]);
        buffer_append_str(b, "</td>");
        for (size_t i = 0; i < f->n_layers; i++)
            buffer_printf(b, "<td>%.4f</td>", f->layers[i].by_prefecture_m2[k] / 1e6);
        buffer_append_str(b, "</tr>\n");
    }
    buffer_append_str(b, "<tr><td><b>图斑合计 all features</b></td>");
    for (size_t i = 0; i < f->n_layers; i++)
        buffer_printf(b, "<td><b>%.4f</b></td>", f->layers[i].area_m2 / 1e6);
    buffer_append_str(b,
                      "</tr></table></div>\n<p "
                      "class=\"small\">盟市界线仅供参考，盟市之和与图斑合计之差为界线误差或界外部分。"
                      "Outlines are for reference: what the rows miss of the total lies outside them.</p>\n");
}

static void county_table(const struct figures *f, struct buffer *b)
{
    buffer_append_str(b, "<h2>按旗县 <span class=\"small\">By the county code that the features carry "
                         "按图斑登记的行政区代码</span></h2>\n");
    table_head(f, "旗县 county", b);
    for (size_t k = 0; k < f->n_counties; k++) {
        const struct figures_county *c = &f->counties[k];
        buffer_append_str(b, "<tr><td>");
        html_text(b, *c->code ? c->code : "未填 none");
        buffer_append_char(b, ' ');
        html_text(b, c->name);
        buffer_append_str(b, "</td>");
        for (size_t i = 0; i < f->n_layers; i++)
            if (c->n[i])
                buffer_printf(b, "<td>%.4f</td>", c->area_m2[i] / 1e6);
            else
                buffer_append_str(b, "<td>—</td>");
        buffer_append_str(b, "</tr>\n");
    }
    buffer_append_str(b, "</table></div>\n");
}

static void share_chart(struct buffer *b, const struct control_line *line, double share)
{
    char now[32], planned[32];
    snprintf(now, sizeof now, "%.2f %%", 100 * share);
    snprintf(planned, sizeof planned, "%.2f %%", 100 * line->planned_share);
    const struct html_bar bars[] = {{"本数据 this data", share, now, line->symbol.chart},
                                    {"规划 the plan", line->planned_share, planned, "#999"}};
    buffer_append_str(b, "<h2>");
    html_text(b, line->title_zh);
    buffer_append_str(b, "占全区比例 <span class=\"small\">The ");
    html_text(b, line->short_en);
    buffer_append_str(b, "'s share of the region</span></h2>\n");
    html_bars(b, bars, 2);
}

static void write_html(const struct figures *f, struct buffer *b)
{
    html_begin(b, "规划数据", "Figures of the plan", f->synthetic);
    for (int l = 0; l < f->lines->n; l++)
        if (isfinite(f->share[l]))
            share_chart(b, line_at(f->lines, l), f->share[l]);
    for (size_t i = 0; i < f->n_layers; i++)
        html_layer(f, &f->layers[i], b);
    if (f->n_prefectures)
        prefecture_table(f, b);
    county_table(f, b);
    html_end(b);
}

static enum status write_file(const struct figures *f, const char *path, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    if (text_ends_with(path, ".csv"))
        write_csv(f, &b);
    else if (text_ends_with(path, ".html"))
        write_html(f, &b);
    else
        write_json(f, &b);
    enum status s = buffer_status(&b, e);
    if (!s)
        s = file_write_atomic(path, b.data, b.size, e);
    buffer_release(&b);
    return s;
}

enum status figures_write(const struct figures *f, const char *const *outputs, struct error *e)
{
    enum status s = STATUS_OK;
    for (; !s && *outputs; outputs++)
        s = write_file(f, *outputs, e);
    return s;
}

/* The figures of the plan as CSV, JSON and a page with charts and tables. Pure. */
#include "audit/figures.h"

#include "audit/conflicts/list.h"
#include "audit/conflicts/page.h"
#include "audit/html.h"
#include "audit/outcome.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/csv.h"
#include "formats/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of what a share is: of its layer, or of the unit's official area. */
static const char *unit_kind(const char *unit)
{
    return strcmp(unit, "zone") == 0 ? "layer" : "official_area";
}

/* One line of the table; `note` says of which area the share is, or why there is none. */
static void csv_figure(struct csv_writer *w, const struct figures_layer *l, const char *unit,
                       const char *name, double area_m2, const struct share *share)
{
    csv_text(w, l->layer);
    csv_text(w, l->title_zh);
    csv_text(w, unit);
    csv_text(w, name);
    csv_number(w, area_m2, 2);
    csv_number(w, share->value, 6);
    csv_text(w, share->zh);
    csv_text(w, unit_kind(unit));
    csv_number(w, share->of_m2, 2);
    csv_row_end(w);
}

static struct share of_layer(const struct figures_layer *l, double zone_m2)
{
    return share_of(zone_m2, l->area_m2, "本层没有面积。", "The layer has no area.");
}

static void csv_layer(struct csv_writer *w, const struct figures *f, size_t layer)
{
    const struct figures_layer *l = &f->layers[layer];
    csv_figure(w, l, "region", "", l->area_m2, &l->share);
    for (size_t k = 0; k < f->n_prefectures; k++)
        csv_figure(w, l, f->prefecture[k], f->prefecture_name[k], l->by_prefecture_m2[k],
                   &l->by_prefecture[k]);
    for (size_t k = 0; k < f->n_counties; k++)
        if (f->counties[k].n[layer])
            csv_figure(w, l, *f->counties[k].code ? f->counties[k].code : "no-county", f->counties[k].name,
                       f->counties[k].area_m2[layer], &f->counties[k].share[layer]);
    for (size_t k = 0; k < l->n_zones; k++) {
        const struct share share = of_layer(l, l->zones[k].area_m2);
        csv_figure(w, l, "zone", l->zones[k].zone, l->zones[k].area_m2, &share);
    }
}

/* A layer that is a share of another: the last columns say of which. */
static void csv_tie(struct csv_writer *w, const struct conflict_tie *t)
{
    csv_text(w, t->layer_a);
    csv_text(w, t->title_a);
    csv_text(w, t->unit);
    csv_text(w, t->unit_name);
    csv_number(w, t->area_m2, 2);
    csv_number(w, t->share, 6);
    csv_text(w, t->note_zh);
    csv_text(w, t->layer_b);
    csv_number(w, t->of_m2, 2);
    csv_row_end(w);
}

static void write_csv(const struct figures *f, struct buffer *b)
{
    struct csv_writer w = {.out = b};
    csv_mark(&w);
    buffer_append_str(b, "layer,title_zh,unit,name,area_m2,share,note_zh,share_of,of_m2\r\n");
    for (size_t i = 0; i < f->n_layers; i++)
        csv_layer(&w, f, i);
    for (size_t i = 0; i < f->n_ties; i++)
        csv_tie(&w, &f->ties[i]);
}

/* The share, of which area, and where that is from or why it is left out. */
static void json_share(struct json_writer *w, const char *key, const struct share *s)
{
    jw_kv_fixed(w, key, s->value, 6);
    jw_kv_fixed(w, "official_m2", s->of_m2, 2);
    jw_kv_string(w, "share_note_zh", s->zh);
    jw_kv_string(w, "share_note_en", s->en);
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
        json_share(w, "share", &c->share[layer]);
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
    json_share(w, "share_of_region", &l->share);
    jw_key(w, "prefectures");
    jw_array_begin(w);
    for (size_t k = 0; k < f->n_prefectures; k++) {
        jw_object_begin(w);
        jw_kv_string(w, "code", f->prefecture[k]);
        jw_kv_string(w, "name", f->prefecture_name[k]);
        jw_kv_fixed(w, "area_m2", l->by_prefecture_m2[k], 2);
        json_share(w, "share", &l->by_prefecture[k]);
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
        jw_kv_fixed(w, "share", of_layer(l, l->zones[k].area_m2).value, 6);
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
    jw_kv_fixed(&w, "outline_m2", f->outline_m2, 2);
    jw_kv_fixed(&w, "official_m2", f->region.of_m2, 2);
    jw_kv_string(&w, "official_note_zh", f->region.zh);
    jw_kv_string(&w, "official_note_en", f->region.en);
    figures_shares_write(&w, f, true);
    jw_key(&w, "layers");
    jw_array_begin(&w);
    for (size_t i = 0; i < f->n_layers; i++)
        json_layer(&w, f, &f->layers[i]);
    jw_array_end(&w);
    jw_key(&w, "shares");
    conflict_ties_write(&w, f->ties, f->n_ties);
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
    if (isfinite(l->share.value))
        buffer_printf(b, " · 占全区官方面积 of the region's official area %.2f %%", 100 * l->share.value);
    buffer_append_str(b, "</span></h2>\n");
    for (size_t k = 0; k < f->n_prefectures && n < MAX_BARS; k++, n++) {
        int used = snprintf(shown[n], sizeof shown[n], "%.2f km²", l->by_prefecture_m2[k] / 1e6);
        if (isfinite(l->by_prefecture[k].value))
            snprintf(shown[n] + used, sizeof shown[n] - (size_t)used, " (%.2f %%)",
                     100 * l->by_prefecture[k].value);
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
                      l->zones[k].area_m2 / 1e6, 100 * of_layer(l, l->zones[k].area_m2).value);
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

/* Of which area the shares are; of which units none is known. */
static void official_note(const struct figures *f, struct buffer *b)
{
    size_t missing = 0;
    for (size_t k = 0; f->n_layers && k < f->n_prefectures; k++)
        missing += !(f->layers[0].by_prefecture[k].of_m2 > 0);
    buffer_append_str(b, "<p class=\"small\">");
    if (f->region.of_m2 > 0)
        buffer_printf(b, "全区官方面积 official area of the region %.0f km²：", f->region.of_m2 / 1e6);
    html_text(b, f->region.zh);
    if (isfinite(f->outline_m2))
        buffer_printf(
            b, " 图上界线 %.0f km² 仅供参考，不用作分母 the outline as drawn is never what a share is of。",
            f->outline_m2 / 1e6);
    if (missing)
        buffer_printf(
            b,
            " %zu 个盟市没有官方面积，不列比例 no official area of %zu prefectures is known, so that "
            "they have no share。",
            missing, missing);
    buffer_append_str(b, "</p>\n");
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
    official_note(f, b);
    for (int l = 0; l < f->lines->n; l++) {
        const struct share *share = figures_planned(f, line_at(f->lines, l));
        if (share && isfinite(share->value))
            share_chart(b, line_at(f->lines, l), share->value);
    }
    conflict_ties_page(f->ties, f->n_ties, b);
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

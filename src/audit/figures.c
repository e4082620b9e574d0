#include "audit/figures.h"

#include "audit/html.h"
#include "audit/lines_parts.h"
#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- measuring: one row of parts for each feature, added up in order afterwards ---- */

struct parts {
    uint32_t layer;
    size_t n_prefectures;
    double *part; /* feature by feature, n_prefectures each */
};

static enum status part_feature(struct lines_worker *w, size_t item, void *user, struct error *e)
{
    struct parts *p = user;
    struct geo_shape shape;
    const struct overlap *o;
    size_t n;
    enum status s = lines_feature_shape(w->run->layers[p->layer].snapshot->index, (uint32_t)item,
                                        w->check.arena, &shape, e);
    if (!s)
        s = overlap_prepare(w->check.scratch, &shape, e);
    if (!s)
        s = overlap_measure(w->check.scratch, w->run->prefectures, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        p->part[item * p->n_prefectures + o[i].feature] = o[i].area_m2;
    return s;
}

static enum status by_prefecture(struct lines_run *run, uint32_t layer, struct figures *f, struct error *e)
{
    struct figures_layer *l = &f->layers[layer];
    size_t n = (size_t)l->n_features;
    struct parts p = {layer, f->n_prefectures, calloc(n * f->n_prefectures + 1, sizeof *p.part)};
    l->by_prefecture_m2 = arena_array(f->arena, f->n_prefectures + 1, sizeof *l->by_prefecture_m2);
    enum status s = p.part && l->by_prefecture_m2 ? lines_parallel(run, n, 16, part_feature, NULL, &p, e)
                                                  : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        for (size_t k = 0; k < f->n_prefectures; k++)
            l->by_prefecture_m2[k] += p.part[i * f->n_prefectures + k];
    free(p.part);
    return s;
}

static void zone_add(struct figures_layer *l, const struct index_feature *f)
{
    size_t i = 0;
    while (i < l->n_zones && strcmp(l->zones[i].zone, f->zone) != 0)
        i++;
    if (i == FIGURES_MAX_ZONES || !*f->zone)
        return;
    if (i == l->n_zones)
        l->zones[l->n_zones++].zone = f->zone;
    l->zones[i].area_m2 += f->area_m2;
    l->zones[i].n++;
}

static void layer_total(const struct lines_layer *from, struct figures_layer *l)
{
    const struct layer_index *ix = from->snapshot->index;
    l->layer = from->snapshot->version.layer;
    l->title_zh = from->snapshot->version.title_zh;
    l->n_features = index_n_features(ix);
    for (uint32_t i = 0; i < index_n_features(ix); i++) {
        struct index_feature f = index_feature_at(ix, i);
        l->area_m2 += f.area_m2;
        zone_add(l, &f);
    }
}

static enum status prefectures_take(const struct layer_index *ix, struct figures *f, struct error *e)
{
    f->n_prefectures = ix ? index_n_features(ix) : 0;
    f->prefecture = arena_array(f->arena, f->n_prefectures + 1, sizeof *f->prefecture);
    f->prefecture_name = arena_array(f->arena, f->n_prefectures + 1, sizeof *f->prefecture_name);
    f->prefecture_m2 = arena_array(f->arena, f->n_prefectures + 1, sizeof *f->prefecture_m2);
    if (!f->prefecture || !f->prefecture_name || !f->prefecture_m2)
        return error_no_memory(e);
    for (uint32_t i = 0; i < f->n_prefectures; i++) {
        struct index_feature p = index_feature_at(ix, i);
        f->prefecture[i] = p.code;
        f->prefecture_name[i] = p.name;
        f->prefecture_m2[i] = p.area_m2;
    }
    return STATUS_OK;
}

static void region_share(const struct snapshot *s, struct figures *f)
{
    const struct layer_snapshot *region = snapshot_layer(s, "region");
    f->region_m2 = f->red_line_share = NAN;
    if (!region || !region->index)
        return;
    f->region_m2 = 0;
    for (uint32_t i = 0; i < index_n_features(region->index); i++)
        f->region_m2 += index_feature_at(region->index, i).area_m2;
    for (size_t i = 0; i < f->n_layers; i++)
        if (strcmp(f->layers[i].layer, control_line_id(LINE_ECOLOGICAL_RED_LINE)) == 0)
            f->red_line_share = f->layers[i].area_m2 / f->region_m2;
}

enum status audit_figures(struct store *store, const struct snapshot *snapshot, const struct lines_request *r,
                          const atomic_bool *stop, struct figures *out, struct error *e)
{
    struct figures f = {.arena = arena_new(LINES_ARENA_BYTES), .synthetic = html_is_synthetic(snapshot)};
    struct lines_run run = lines_run_of(snapshot, r, stop, f.arena);
    const struct layer_snapshot *p = snapshot_layer(snapshot, "prefectures");
    run.prefectures = p ? p->index : NULL;
    enum status s = f.arena ? lines_layers_load(&run, store, r, e) : error_no_memory(e);
    if (!s)
        s = prefectures_take(run.prefectures, &f, e);
    f.n_layers = s ? 0 : run.n_layers;
    for (uint32_t i = 0; i < f.n_layers; i++) {
        layer_total(&run.layers[i], &f.layers[i]);
        run.total += f.layers[i].n_features;
    }
    for (uint32_t i = 0; !s && run.prefectures && i < f.n_layers; i++)
        s = by_prefecture(&run, i, &f, e);
    if (s) {
        arena_free(f.arena);
        return s;
    }
    region_share(snapshot, &f);
    *out = f;
    return STATUS_OK;
}

void figures_release(struct figures *f)
{
    arena_free(f->arena);
    *f = (struct figures){.arena = NULL};
}

/* ---- output ---- */

static void write_csv(const struct figures *f, struct buffer *b)
{
    buffer_append_str(b, "\xEF\xBB\xBFlayer,title_zh,unit,name,area_m2,share\r\n");
    for (size_t i = 0; i < f->n_layers; i++) {
        const struct figures_layer *l = &f->layers[i];
        buffer_printf(b, "%s,%s,region,,%.2f,", l->layer, l->title_zh, l->area_m2);
        if (f->region_m2 > 0)
            buffer_printf(b, "%.6f", l->area_m2 / f->region_m2);
        buffer_append_str(b, "\r\n");
        for (size_t k = 0; k < f->n_prefectures; k++)
            buffer_printf(b, "%s,%s,%s,%s,%.2f,%.6f\r\n", l->layer, l->title_zh, f->prefecture[k],
                          f->prefecture_name[k], l->by_prefecture_m2[k],
                          l->by_prefecture_m2[k] / f->prefecture_m2[k]);
        for (size_t k = 0; k < l->n_zones; k++)
            buffer_printf(b, "%s,%s,zone,%s,%.2f,%.6f\r\n", l->layer, l->title_zh, l->zones[k].zone,
                          l->zones[k].area_m2, l->zones[k].area_m2 / l->area_m2);
    }
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
    jw_kv_fixed(&w, "red_line_share", f->red_line_share, 6);
    jw_kv_fixed(&w, "red_line_share_planned", FIGURES_PLANNED_RED_LINE_SHARE, 4);
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

static void write_html(const struct figures *f, struct buffer *b)
{
    html_begin(b, "规划数据", "Figures of the plan", f->synthetic);
    if (isfinite(f->red_line_share)) {
        char now[32], planned[32];
        snprintf(now, sizeof now, "%.2f %%", 100 * f->red_line_share);
        snprintf(planned, sizeof planned, "%.2f %%", 100 * FIGURES_PLANNED_RED_LINE_SHARE);
        const struct html_bar bars[] = {{"本数据 this data", f->red_line_share, now, "#c0392b"},
                                        {"规划 the plan", FIGURES_PLANNED_RED_LINE_SHARE, planned, "#999"}};
        buffer_append_str(b, "<h2>生态保护红线占全区比例 <span class=\"small\">The red line's share of the "
                             "region</span></h2>\n");
        html_bars(b, bars, 2);
    }
    for (size_t i = 0; i < f->n_layers; i++)
        html_layer(f, &f->layers[i], b);
    buffer_append_str(
        b,
        "<p class=\"small\">盟市面积按盟市界线（仅供参考）与图斑的交集测算；未载入旗县界线，不作旗县统计。By "
        "prefecture: "
        "what lies within the polygon; county polygons are not loaded, so there is no table by "
        "county.</p>\n");
    html_end(b);
}

static bool ends_with(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n > m && strcasecmp(path + n - m, end) == 0;
}

enum status figures_write(const struct figures *f, const char *path, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status st = STATUS_OK;
    if (ends_with(path, ".csv")) {
        write_csv(f, &b);
    } else if (ends_with(path, ".json")) {
        write_json(f, &b);
    } else if (ends_with(path, ".html")) {
        write_html(f, &b);
    } else {
        error_zh(e, "输出文件“%.200s”的扩展名不认识；可用 .csv、.json、.html。", path);
        st =
            error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                       "The output \"%.200s\" has an unknown ending; .csv, .json and .html are known.", path);
    }
    if (!st)
        st = buffer_status(&b, e);
    if (!st)
        st = file_write_atomic(path, b.data, b.size, e);
    buffer_release(&b);
    return st;
}

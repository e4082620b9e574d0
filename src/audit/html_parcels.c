/* The page of a parcel audit. Pure: sums in, text out. */
#include "audit/html.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum verdict worst_first[] = {VERDICT_PROHIBITED, VERDICT_UNKNOWN, VERDICT_RESTRICTED,
                                           VERDICT_NOTICE, VERDICT_ALLOWED};
enum { N_VERDICTS = sizeof worst_first / sizeof *worst_first, CASES_SHOWN = 30 };

static const char *colour_of(enum verdict v)
{
    switch (v) {
    case VERDICT_PROHIBITED:
        return "#c0392b";
    case VERDICT_UNKNOWN:
        return "#7f8c8d";
    case VERDICT_RESTRICTED:
        return "#e67e22";
    case VERDICT_NOTICE:
        return "#2980b9";
    case VERDICT_ALLOWED:
        return "#27ae60";
    }
    return "#000";
}

static void section(struct buffer *b, const char *zh, const char *en)
{
    buffer_printf(b, "<h2>%s <span class=\"small\">%s</span></h2>\n", zh, en);
}

static void verdict_chart(struct buffer *b, const struct tally *t)
{
    struct html_bar bars[N_VERDICTS];
    char labels[N_VERDICTS][64], shown[N_VERDICTS][64];
    for (int i = 0; i < N_VERDICTS; i++) {
        enum verdict v = worst_first[i];
        snprintf(labels[i], sizeof labels[i], "%s %s", verdict_zh(v), verdict_name(v));
        snprintf(shown[i], sizeof shown[i], "%lld (%.2f %%)", (long long)t->verdict[v],
                 t->n ? 100.0 * (double)t->verdict[v] / (double)t->n : 0.0);
        bars[i] = (struct html_bar){labels[i], (double)t->verdict[v], shown[i], colour_of(v)};
    }
    section(b, "结论", "Verdicts");
    html_bars(b, bars, N_VERDICTS);
}

/* A bar says nothing of parcels that nobody could measure. */
static void not_in_chart(struct buffer *b, const struct tally *t)
{
    for (int l = 0; l < t->lines->n; l++) {
        long long n = t->status[l][LAYER_UNMEASURED] + t->status[l][LAYER_NOT_COVERED];
        if (!n)
            continue;
        buffer_append_str(b, "<p class=\"small\">");
        html_text(b, line_at(t->lines, l)->title_zh);
        buffer_printf(b,
                      "：另有 %lld 个未测算或数据未覆盖，不在其中 %lld more were not measured or have no "
                      "data</p>\n",
                      n, n);
    }
}

static void line_chart(struct buffer *b, const struct tally *t)
{
    struct html_bar bars[LINES_MAX];
    char shown[LINES_MAX][96];
    for (int l = 0; l < t->lines->n; l++) {
        const struct control_line *line = line_at(t->lines, l);
        double m2 = 0;
        int64_t n = 0;
        for (size_t i = 0; i < t->n_groups; i++) {
            m2 += t->groups[i].lines[l].m2;
            n += t->groups[i].lines[l].n;
        }
        snprintf(shown[l], sizeof shown[l], "%.4f 公顷 ha，%lld 个地块 parcels", m2 / 1e4, (long long)n);
        bars[l] = (struct html_bar){line->texts.held, m2, shown[l], line->symbol.chart};
    }
    section(b, "压占面积", "Area on each line");
    html_bars(b, bars, (size_t)t->lines->n);
    not_in_chart(b, t);
}

/* Words of a definition: they come from outside. */
static void head_cell(struct buffer *b, const char *title, const char *unit)
{
    buffer_append_str(b, "<th>");
    html_text(b, title);
    buffer_printf(b, " %s</th>", unit);
}

static void legend(struct buffer *b)
{
    buffer_append_str(b, "<p class=\"small\">");
    for (int i = 0; i < N_VERDICTS; i++)
        buffer_printf(b, "<span style=\"color:%s\">●</span> %s %s　", colour_of(worst_first[i]),
                      verdict_zh(worst_first[i]), verdict_name(worst_first[i]));
    buffer_append_str(b, "</p>\n");
}

static void map(struct buffer *b, const struct snapshot *s, const struct tally *t)
{
    section(b, "分布图", "Map: parcels by 0.25° cell, coloured by the worst verdict");
    html_map_begin(b, s);
    for (int y = 0; y < TALLY_ROWS; y++)
        for (int x = 0; x < TALLY_COLUMNS; x++) {
            uint32_t n = 0;
            int worst = -1;
            for (int i = N_VERDICTS - 1; i >= 0; i--) {
                n += t->grid[y][x][worst_first[i]];
                if (t->grid[y][x][worst_first[i]])
                    worst = i;
            }
            if (worst < 0)
                continue;
            double px, py;
            html_map_at(TALLY_WEST_DEG + (x + 0.5) * TALLY_STEP_DEG,
                        TALLY_SOUTH_DEG + (y + 0.5) * TALLY_STEP_DEG, &px, &py);
            buffer_printf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.75\"/>",
                          px, py, fmin(8, 2.5 + log10(n)), colour_of(worst_first[worst]));
        }
    html_map_end(b);
    legend(b);
}

static void lines_table(struct buffer *b, const struct tally *t)
{
    section(b, "各控制线", "Control lines");
    buffer_append_str(
        b, "<table><tr><th>控制线 line</th><th>压占 overlap</th><th>碎屑 sliver</th><th>未压占 clear</th>"
           "<th>无数据 not covered</th><th>无法测算 unmeasured</th></tr>\n");
    for (int l = 0; l < t->lines->n; l++) {
        const struct control_line *line = line_at(t->lines, l);
        const int64_t *n = t->status[l];
        buffer_append_str(b, "<tr><td>");
        html_text(b, line->title_zh);
        buffer_append_char(b, ' ');
        html_text(b, line->name_en);
        buffer_printf(b, "</td><td>%lld</td><td>%lld</td><td>%lld</td><td>%lld</td><td>%lld</td></tr>\n",
                      (long long)n[LAYER_OVERLAP], (long long)n[LAYER_SLIVER], (long long)n[LAYER_CLEAR],
                      (long long)n[LAYER_NOT_COVERED], (long long)n[LAYER_UNMEASURED]);
    }
    buffer_append_str(b, "</table>\n");
}

/* ---- by prefecture, county or class: the groups added up over the other two keys ---- */

enum key { KEY_PREFECTURE, KEY_COUNTY, KEY_CLASS };

static const char *key_of(const struct tally_group *g, enum key k)
{
    return k == KEY_PREFECTURE ? g->prefecture : k == KEY_COUNTY ? g->county : g->project_class;
}

static void group_add(struct tally_group *to, const struct tally_group *from, int n_lines)
{
    to->n += from->n;
    to->unmeasured += from->unmeasured;
    to->area_m2 += from->area_m2;
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        to->verdict[v] += from->verdict[v];
    for (int l = 0; l < n_lines; l++) {
        to->lines[l].n += from->lines[l].n;
        to->lines[l].unmeasured += from->lines[l].unmeasured;
        to->lines[l].m2 += from->lines[l].m2;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct tally_group *x = a, *y = b;
    return strcmp(x->prefecture, y->prefecture);
}

/* Groups with the wanted key in `prefecture`, sorted and joined; their lines are in *lines. The caller frees
 * both. NULL when memory is out. */
static struct tally_group *joined(const struct tally *t, enum key k, struct tally_line **lines, size_t *n)
{
    size_t n_lines = (size_t)t->lines->n;
    struct tally_group *g = malloc((t->n_groups + 1) * sizeof *g);
    *lines = malloc((t->n_groups * n_lines + 1) * sizeof **lines);
    *n = 0;
    if (!g || !*lines) {
        free(g);
        free(*lines);
        return NULL;
    }
    for (size_t i = 0; i < t->n_groups; i++) {
        g[i] = t->groups[i];
        g[i].lines = *lines + i * n_lines;
        if (n_lines)
            memcpy(g[i].lines, t->groups[i].lines, n_lines * sizeof **lines);
        if (k != KEY_PREFECTURE)
            memcpy(g[i].prefecture, key_of(&t->groups[i], k), sizeof g[i].prefecture);
    }
    qsort(g, t->n_groups, sizeof *g, by_key);
    for (size_t i = 0; i < t->n_groups; i++)
        if (*n && strcmp(g[*n - 1].prefecture, g[i].prefecture) == 0)
            group_add(&g[*n - 1], &g[i], t->lines->n);
        else
            g[(*n)++] = g[i];
    return g;
}

static const char *unit_name(const struct snapshot *s, enum key k, const char *code)
{
    const struct layer_snapshot *l =
        k == KEY_CLASS ? NULL : snapshot_layer(s, k == KEY_PREFECTURE ? "prefectures" : "admin_counties");
    for (uint32_t i = 0; l && l->index && i < index_n_features(l->index); i++) {
        struct index_feature f = index_feature_at(l->index, i);
        if (strcmp(f.code, code) == 0)
            return f.name;
    }
    return "";
}

/* A sum that lacks parcels has a star; of parcels of which none was measured there is no sum. */
static void sum_cell(struct buffer *b, double m2, int64_t unmeasured, int64_t n)
{
    buffer_append_str(b, "<td>");
    html_number(b, unmeasured < n ? m2 / 1e4 : NAN, 4);
    buffer_append_str(b, unmeasured > 0 && unmeasured < n ? "*</td>" : "</td>");
}

static void group_row(struct buffer *b, const char *name, const struct tally_group *g, int n_lines)
{
    buffer_append_str(b, "<tr><td>");
    bool no_class = strcmp(g->prefecture, "UNKNOWN") == 0;
    html_text(b, no_class ? "未填 not given" : *g->prefecture ? g->prefecture : "未填 / 不在任何范围 none");
    buffer_append_char(b, ' ');
    html_text(b, name);
    buffer_printf(b, "</td><td>%lld</td>", (long long)g->n);
    for (int i = 0; i < N_VERDICTS; i++)
        buffer_printf(b, "<td>%lld</td>", (long long)g->verdict[worst_first[i]]);
    sum_cell(b, g->area_m2, g->unmeasured, g->n);
    for (int l = 0; l < n_lines; l++)
        sum_cell(b, g->lines[l].m2, g->lines[l].unmeasured, g->n);
    buffer_append_str(b, "</tr>\n");
}

static enum status groups_table(struct buffer *b, const struct snapshot *s, const struct tally *t, enum key k,
                                struct error *e)
{
    static const char *const heads[][2] = {
        {"按盟市", "By prefecture (the polygon that holds the middle of the parcel's box)"},
        {"按旗县", "By county: the code that the parcel carries, else the county polygon (where loaded) "
                   "地块自带的行政区代码；未填的按旗县界线（如已载入）"},
        {"按项目类型", "By project class"}};
    size_t n;
    struct tally_line *lines;
    struct tally_group *g = joined(t, k, &lines, &n);
    if (!g)
        return error_no_memory(e);
    section(b, heads[k][0], heads[k][1]);
    buffer_append_str(b, "<div class=\"wide\"><table><tr><th></th><th>地块 parcels</th>");
    for (int i = 0; i < N_VERDICTS; i++)
        buffer_printf(b, "<th>%s</th>", verdict_zh(worst_first[i]));
    buffer_append_str(b, "<th>面积 ha</th>");
    for (int l = 0; l < t->lines->n; l++)
        head_cell(b, line_at(t->lines, l)->texts.sum_head, "ha");
    buffer_append_str(b, "</tr>\n");
    for (size_t i = 0; i < n; i++)
        group_row(b, unit_name(s, k, g[i].prefecture), &g[i], t->lines->n);
    buffer_append_str(
        b, "</table></div>\n<p class=\"small\">* 不含未测算和数据未覆盖的地块 without parcels that were not "
           "measured or have no data</p>\n");
    free(lines);
    free(g);
    return STATUS_OK;
}

static void number_cell(struct buffer *b, double v, int decimals)
{
    buffer_append_str(b, "<td>");
    html_number(b, v, decimals);
    buffer_append_str(b, "</td>");
}

static void place_cell(struct buffer *b, double deg)
{
    if (isfinite(deg))
        buffer_printf(b, "<td>%.5f</td>", deg);
    else
        buffer_append_str(b, "<td>—</td>");
}

static void worst_table(struct buffer *b, const struct tally *t)
{
    section(b, "最严重的地块", "Worst cases first");
    buffer_append_str(
        b, "<div class=\"wide\"><table><tr><th>序号 row</th><th class=\"t\">地块 parcel</th><th>结论</th>"
           "<th>面积 m²</th>");
    for (int l = 0; l < t->lines->n; l++)
        head_cell(b, line_at(t->lines, l)->texts.row_head, "m²");
    buffer_append_str(b, "<th>经度</th><th>纬度</th></tr>\n");
    for (size_t i = 0; i < t->n_worst && i < CASES_SHOWN; i++) {
        const struct tally_case *c = &t->worst[i];
        buffer_printf(b, "<tr><td>%lld</td><td class=\"t\">", (long long)c->position);
        html_text(b, c->id);
        buffer_printf(b, "</td><td style=\"color:%s\">%s</td>", colour_of(c->verdict),
                      verdict_zh(c->verdict));
        number_cell(b, c->area_m2, 2);
        for (int l = 0; l < t->lines->n; l++)
            number_cell(b, c->line_m2[l], 2);
        place_cell(b, c->lon_deg);
        place_cell(b, c->lat_deg);
        buffer_append_str(b, "</tr>\n");
    }
    buffer_append_str(b, "</table></div>\n");
}

static void basis(struct buffer *b, const struct snapshot *s, const struct run_identity *id)
{
    section(b, "依据", "What this rests on");
    buffer_printf(
        b,
        "<p class=\"small\">输入 input SHA-256 %s<br>规则表 rules %s</p><table><tr><th>图层 layer</th>"
        "<th>版本</th><th class=\"t\">来源 SHA-256</th></tr>",
        id->input, id->rules);
    const struct line_table *lines = snapshot_lines(s);
    for (int l = 0; l < lines->n; l++) {
        const struct layer_snapshot *layer = snapshot_line(s, l);
        buffer_append_str(b, "<tr><td>");
        html_text(b, layer ? layer->version.title_zh : line_at(lines, l)->title_zh);
        if (layer)
            buffer_printf(b, "</td><td>v%d</td><td class=\"t\">%s</td></tr>", layer->version.version_no,
                          layer->version.source_sha256);
        else
            buffer_append_str(b, "</td><td>—</td><td class=\"t\">未载入 not loaded</td></tr>");
    }
    for (int l = 0; l < lines->n_rest; l++) { /* nobody should take them for examined */
        buffer_append_str(b, "<tr><td>");
        html_text(b, lines->rest[l].title_zh);
        buffer_append_str(b,
                          "</td><td>—</td><td class=\"t\">未载入，未审查 not loaded, not examined</td></tr>");
    }
    buffer_append_str(b, "</table>\n");
}

static void notes_list(struct buffer *b, const struct input_remarks *about)
{
    if (about->crs_guessed)
        buffer_printf(
            b,
            "<p><b>文件没有说明坐标系，按坐标判断为 EPSG:%d（CGCS2000），请核对；不对时请指明坐标系重做。The "
            "file states no CRS; its coordinates led to EPSG:%d (CGCS2000): check it.</b></p>\n",
            about->crs_guessed, about->crs_guessed);
    for (size_t i = 0; i < about->n_notes; i++) {
        buffer_append_str(b, i ? "<li>" : "<ul class=\"notes\"><li>");
        html_text(b, about->notes[i].zh);
        buffer_append_str(b, " ");
        html_text(b, about->notes[i].en);
        buffer_append_str(b, i + 1 < about->n_notes ? "</li>\n" : "</li></ul>\n");
    }
}

enum status html_parcels_write(const struct snapshot *s, const struct audit_request *r, const struct tally *t,
                               const struct run_identity *identity, const struct input_remarks *about,
                               struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    html_begin(&b, "地块批量审查", "Audit of parcels against the three control lines", html_is_synthetic(s));
    buffer_append_str(&b, "<p>");
    html_text(&b, text_file_name(r->input));
    buffer_printf(&b,
                  "：%lld 个地块，其中 %lld 个无法测算（结论为“无法判定”，不等于未占用）。%lld "
                  "parcels, %lld of them could not be measured: that is unknown, not clear.</p>\n",
                  (long long)t->n, (long long)t->unmeasured, (long long)t->n, (long long)t->unmeasured);
    notes_list(&b, about);
    verdict_chart(&b, t);
    line_chart(&b, t);
    worst_table(&b, t);
    map(&b, s, t);
    lines_table(&b, t);
    enum status st = STATUS_OK;
    for (int k = KEY_PREFECTURE; !st && k <= KEY_CLASS; k++)
        st = groups_table(&b, s, t, (enum key)k, e);
    basis(&b, s, identity);
    html_end(&b);
    if (!st)
        st = buffer_status(&b, e);
    if (!st)
        st = file_write_atomic(r->summary, b.data, b.size, e);
    buffer_release(&b);
    return st;
}

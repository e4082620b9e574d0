#include "report/report_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rule prohibited = {.id = "ERL-GEN",
                                       .lines = 1,
                                       .sub_zone = "*",
                                       .relation = RELATION_OVERLAP,
                                       .project_class = "GENERAL",
                                       .verdict = VERDICT_PROHIBITED,
                                       .severity = 4,
                                       .title_zh = "压占生态保护红线",
                                       .title_en = "Inside the red line",
                                       .needs_zh = "须避让",
                                       .needs_en = "Avoid it",
                                       .basis = "自然资发〔2022〕142号",
                                       .confidence = "read",
                                       .source = "-",
                                       .unit = ""};
static struct layer_snapshot layers[LINE_COUNT];

static void *taken(struct report_sample *s, size_t n, size_t size)
{
    void *p = arena_array(s->arena, n, size);
    if (!p)
        abort();
    return p;
}

static void make_layers(struct snapshot *snapshot)
{
    for (int l = 0; l < LINE_COUNT; l++) {
        const struct control_line *line = line_at(&snapshot->lines, l);
        layers[l].version = (struct store_version){.layer = line->id,
                                                   .version_no = 2,
                                                   .title_zh = line->title_zh,
                                                   .title_en = line->name_en,
                                                   .uid = "",
                                                   .label = "示例数据",
                                                   .source_name = "lines.gpkg",
                                                   .source_sha256 = "0011223344",
                                                   .document_no = "文〔2024〕1号",
                                                   .effective_from = "2024-01-01"};
        snapshot->line_layers[l] = &layers[l];
    }
}

/* About 85 m by 111 m. */
static struct geo_shape square_at(struct report_sample *s, double west, double south)
{
    double *lon = taken(s, 5, sizeof *lon), *lat = taken(s, 5, sizeof *lat);
    uint32_t *rings = taken(s, 2, sizeof *rings), *polygons = taken(s, 2, sizeof *polygons);
    const double dx[] = {0, 1, 1, 0, 0}, dy[] = {0, 0, 1, 1, 0};
    for (int i = 0; i < 5; i++) {
        lon[i] = west + dx[i] * 0.001;
        lat[i] = south + dy[i] * 0.001;
    }
    rings[1] = 5;
    polygons[1] = 1;
    return (struct geo_shape){lon, lat, rings, polygons, 5, 1, 1, {west, south, west + 0.001, south + 0.001}};
}

void report_sample_make(struct report_sample *s, size_t n)
{
    *s = (struct report_sample){.arena = arena_new((size_t)1 << 30)};
    s->snapshot = shipped_snapshot();
    make_layers(s->snapshot);
    s->parcels = taken(s, n, sizeof *s->parcels);
    s->results = taken(s, n, sizeof *s->results);
    for (size_t i = 0; i < n; i++) {
        s->parcels[i] = (struct parcel){
            .id = arena_printf(s->arena, "DK-%zu", i + 1),
            .name = "甲地块",
            .use = "",
            .shape = square_at(s, 111.7 + 0.002 * (double)(i % 50), 40.8 + 0.002 * (double)(i / 50)),
            .crs = {.epsg = 4490, .name = "CGCS2000"},
            .declared_area_m2 = NAN};
        s->results[i] = (struct parcel_report){.parcel = &s->parcels[i],
                                               .area_m2 = 9362.5,
                                               .verdict = VERDICT_ALLOWED,
                                               .summary_zh = "",
                                               .summary_en = "",
                                               .layers = taken(s, LINE_COUNT, sizeof(struct layer_finding)),
                                               .n_layers = LINE_COUNT};
        for (int l = 0; l < LINE_COUNT; l++)
            s->results[i].layers[l] = (struct layer_finding){.layer = &layers[l],
                                                             .line = line_at(&s->snapshot->lines, l),
                                                             .status = LAYER_CLEAR,
                                                             .reason_zh = "",
                                                             .reason_en = ""};
    }
    s->report = (struct report){.parcels = {.format = PARCEL_FORMAT_GEOJSON,
                                            .parcels = s->parcels,
                                            .n_parcels = n,
                                            .crs_note = "EPSG:4490"},
                                .results = s->results,
                                .verdict = VERDICT_ALLOWED,
                                .snapshot = s->snapshot,
                                .project_class = "GENERAL"};
}

void report_sample_free(struct report_sample *s)
{
    arena_free(s->arena);
    snapshot_unref(s->snapshot);
}

void report_sample_press(struct report_sample *s, size_t parcel, int line, double area_m2, size_t parts)
{
    struct parcel_report *r = &s->results[parcel];
    struct layer_finding *f = &r->layers[line];
    f->status = LAYER_OVERLAP;
    f->area_m2 = f->sum_m2 = area_m2;
    f->share = area_m2 / r->area_m2;
    f->inside = area_m2 >= r->area_m2;
    f->features = taken(s, parts, sizeof *f->features);
    f->n_features = parts;
    for (size_t i = 0; i < parts; i++)
        f->features[i] = (struct feature_overlap){.feature_id = (int64_t)i,
                                                  .code = arena_printf(s->arena, "15012190020000%04zu", i),
                                                  .name = "北山",
                                                  .zone = "",
                                                  .area_m2 = area_m2 / (double)parts,
                                                  .width_m = NAN};
    if (line == LINE_URBAN_DEVELOPMENT_BOUNDARY)
        return;
    f->rules = taken(s, 1, sizeof *f->rules);
    f->rules[0] = (struct rule_hit){.rule = &prohibited, .area_m2 = area_m2, .verdict = VERDICT_PROHIBITED};
    f->n_rules = 1;
    r->verdict = s->report.verdict = VERDICT_PROHIBITED;
}

void report_sample_zones(struct report_sample *s, size_t parcel, double concentrated_m2, double flexible_m2,
                         double special_m2)
{
    struct layer_finding *f = &s->results[parcel].layers[LINE_URBAN_DEVELOPMENT_BOUNDARY];
    f->zones = taken(s, 4, sizeof *f->zones);
    f->zones[0] = (struct zone_overlap){"城镇集中建设区", concentrated_m2};
    f->zones[1] = (struct zone_overlap){"城镇弹性发展区", flexible_m2};
    f->zones[2] = (struct zone_overlap){"特别用途区", special_m2};
    f->zones[3] = (struct zone_overlap){"边界外", s->results[parcel].area_m2 - f->area_m2};
    f->n_zones = 4;
}

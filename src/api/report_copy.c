/* From the inner report to the public one, field by field, so that the inside may change without breaking a
 * program that was compiled against include/hongxian.h. */
#include "api/api_parts.h"

_Static_assert((int)HX_VERDICT_ALLOWED == (int)VERDICT_ALLOWED && (int)HX_STATUS_CLEAR == (int)LAYER_CLEAR,
               "same order");
_Static_assert((int)HX_LINE_COUNT == (int)CONTROL_LINE_COUNT, "same lines");

static bool features_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_feature_overlap *p = arena_array(a, f->n_features + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_features; i++) {
        const struct feature_overlap *o = &f->features[i];
        p[i] = (struct hx_feature_overlap){o->feature_id, o->code,    o->name,  o->zone,
                                           o->area_m2,    o->width_m, o->sliver};
    }
    out->features = p;
    out->n_features = f->n_features;
    return p;
}

static bool zones_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_zone_overlap *p = arena_array(a, f->n_zones + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_zones; i++)
        p[i] = (struct hx_zone_overlap){f->zones[i].zone, f->zones[i].area_m2};
    out->zones = p;
    out->n_zones = f->n_zones;
    return p;
}

static bool rules_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    struct hx_rule *p = arena_array(a, f->n_rules + 1, sizeof *p);
    for (size_t i = 0; p && i < f->n_rules; i++) {
        const struct rule *r = f->rules[i].rule;
        p[i] = (struct hx_rule){.id = r->id,
                                .verdict = (enum hx_verdict)r->verdict,
                                .severity = r->severity,
                                .title_zh = r->title_zh,
                                .title_en = r->title_en,
                                .needs_zh = r->needs_zh,
                                .needs_en = r->needs_en,
                                .basis = r->basis,
                                .confidence = r->confidence,
                                .area_m2 = f->rules[i].area_m2,
                                .class_assumed = f->rules[i].class_assumed};
    }
    out->rules = p;
    out->n_rules = f->n_rules;
    return p;
}

static bool layer_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    *out = (struct hx_layer){.layer = line_at(f->line)->id,
                             .version = f->layer ? f->layer->version.version_no : 0,
                             .synthetic = f->layer && f->layer->version.synthetic,
                             .status = (enum hx_status)f->status,
                             .area_m2 = f->area_m2,
                             .share = f->share,
                             .sum_m2 = f->sum_m2,
                             .uncovered_m2 = f->uncovered_m2,
                             .inside = f->inside,
                             .touches = f->touches,
                             .reason_zh = f->reason_zh,
                             .reason_en = f->reason_en};
    return features_copy(a, f, out) && zones_copy(a, f, out) && rules_copy(a, f, out);
}

enum status api_report_copy(struct hx_checker *c, const struct report *r, struct error *e)
{
    struct arena *a = c->worker.arena;
    struct hx_parcel *p = arena_array(a, r->parcels.n_parcels, sizeof *p);
    bool ok = p;
    for (size_t i = 0; ok && i < r->parcels.n_parcels; i++) {
        const struct parcel_report *from = &r->results[i];
        p[i] = (struct hx_parcel){.id = from->parcel->id,
                                  .name = from->parcel->name,
                                  .area_m2 = from->area_m2,
                                  .geodesic_area_m2 = parcel_report_geodesic_area_m2(from),
                                  .standard_area_m2 = parcel_report_standard_area_m2(from),
                                  .verdict = (enum hx_verdict)from->verdict,
                                  .summary_zh = from->summary_zh,
                                  .summary_en = from->summary_en};
        for (int l = 0; ok && l < HX_LINE_COUNT; l++)
            ok = layer_copy(a, &from->layers[l], &p[i].layers[l]);
    }
    if (!ok)
        return error_no_memory(e);
    c->public_report = (struct hx_report){p, r->parcels.n_parcels, (enum hx_verdict)r->verdict, r->synthetic,
                                          snapshot_rules(r->snapshot)->version};
    return STATUS_OK;
}

const char *hx_verdict_name(enum hx_verdict v)
{
    return verdict_name((enum verdict)v);
}

const char *hx_verdict_zh(enum hx_verdict v)
{
    return verdict_zh((enum verdict)v);
}

const char *hx_status_name(enum hx_status s)
{
    return layer_status_name((enum layer_status)s);
}

const char *hx_status_zh(enum hx_status s)
{
    return layer_status_zh((enum layer_status)s);
}

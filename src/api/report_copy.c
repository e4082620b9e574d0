/* From the inner report to the public one, field by field, so that the inside may change without breaking a
 * program that was compiled against include/hongxian.h. */
#include "api/api_parts.h"

#include <string.h>

_Static_assert((int)HX_VERDICT_ALLOWED == (int)VERDICT_ALLOWED && (int)HX_STATUS_CLEAR == (int)LAYER_CLEAR,
               "same order");
_Static_assert((int)HX_RELATION_CLASSIFY == (int)LINE_CLASSIFIES, "same order");

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
                                .class_assumed = f->rules[i].class_assumed,
                                .verdict_here = (enum hx_verdict)f->rules[i].verdict,
                                .paper_missing = f->rules[i].paper_missing};
    }
    out->rules = p;
    out->n_rules = f->n_rules;
    return p;
}

static struct hx_claim claim_copy(const struct claim *c)
{
    const struct hx_claim none = {"", "", 0, "", "", ""};
    return c ? (struct hx_claim){c->line->id, c->project_class, c->item, c->document, c->date, c->by} : none;
}

static bool layer_copy(struct arena *a, const struct layer_finding *f, struct hx_layer *out)
{
    *out = (struct hx_layer){.layer = f->line->id,
                             .title_zh = f->line->title_zh,
                             .title_en = f->line->title_en,
                             .relation = (enum hx_relation)f->line->relation,
                             .must = f->line->must,
                             .verdict = (enum hx_verdict)f->verdict,
                             .claimed = f->claim != NULL,
                             .claim = claim_copy(f->claim),
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

static bool remarks_copy(struct arena *a, const struct parcel_report *from, struct hx_parcel *out)
{
    size_t n = from->n_warnings;
    struct hx_remark *p = arena_array(a, n + from->n_drafts + 1, sizeof *p);
    for (size_t i = 0; p && i < n; i++)
        p[i] = (struct hx_remark){from->warnings[i].code, from->warnings[i].zh, from->warnings[i].en};
    bool ok = p != NULL;
    for (size_t i = 0; ok && i < from->n_drafts; i++, n++) {
        const struct draft_outcome *o = &from->drafts[i];
        p[n] = (struct hx_remark){!o->measured ? "draft-unmeasured"
                                  : o->changes ? "draft-changes"
                                               : "draft-same",
                                  draft_text(a, from, o, NULL, false), draft_text(a, from, o, NULL, true)};
        ok = p[n].zh && p[n].en;
    }
    out->remarks = p;
    out->n_remarks = n;
    return ok;
}

static bool parcel_copy(struct arena *a, const struct parcel_report *from, struct hx_parcel *out)
{
    struct hx_layer *layers = arena_array(a, (size_t)from->n_layers + 1, sizeof *layers);
    bool ok = layers != NULL;
    for (int l = 0; ok && l < from->n_layers; l++)
        ok = layer_copy(a, &from->layers[l], &layers[l]);
    *out = (struct hx_parcel){.id = from->parcel->id,
                              .name = from->parcel->name,
                              .area_m2 = from->area_m2,
                              .geodesic_area_m2 = parcel_report_geodesic_area_m2(from),
                              .standard_area_m2 = parcel_report_standard_area_m2(from),
                              .verdict = (enum hx_verdict)from->verdict,
                              .summary_zh = from->summary_zh,
                              .summary_en = from->summary_en,
                              .layers = layers,
                              .n_layers = (size_t)from->n_layers};
    return ok && remarks_copy(a, from, out);
}

enum status api_report_copy(struct hx_checker *c, const struct report *r, struct error *e)
{
    struct arena *a = c->worker.arena;
    const struct line_table *lines = report_lines(r);
    struct hx_parcel *p = arena_array(a, r->parcels.n_parcels, sizeof *p);
    const char **rest = arena_array(a, (size_t)lines->n_rest + 1, sizeof *rest);
    bool ok = p && rest;
    for (int l = 0; ok && l < lines->n_rest; l++)
        rest[l] = lines->rest[l].id;
    for (size_t i = 0; ok && i < r->parcels.n_parcels; i++)
        ok = parcel_copy(a, &r->results[i], &p[i]);
    if (!ok)
        return error_no_memory(e);
    c->public_report = (struct hx_report){.parcels = p,
                                          .n_parcels = r->parcels.n_parcels,
                                          .verdict = (enum hx_verdict)r->verdict,
                                          .synthetic = r->synthetic,
                                          .rules_version = snapshot_rules(r->snapshot)->version,
                                          .not_examined = rest,
                                          .n_not_examined = (size_t)lines->n_rest};
    return STATUS_OK;
}

const struct hx_layer *hx_layer_of(const struct hx_parcel *parcel, const char *layer)
{
    for (size_t i = 0; parcel && layer && i < parcel->n_layers; i++)
        if (strcmp(parcel->layers[i].layer, layer) == 0)
            return &parcel->layers[i];
    return NULL;
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

/* The chain, stage by stage; read this file first. */
#include "check/check.h"

#include "features/parcels.h"

#include "base/budget.h"
#include "base/limits.h"
#include "check/checking.h"
#include "check/measure.h"
#include "check/outside.h"
#include "check/summary.h"
#include "geo/area.h"
#include "lines/judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum status check_worker_init(struct check_worker *w, struct error *e)
{
    *w = (struct check_worker){.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES),
                               .clip = index_clip_scratch_new(),
                               .slivers = SLIVER_POLICY_DEFAULT};
    enum status s = w->arena && w->clip ? STATUS_OK : error_no_memory(e);
    if (!s)
        s = geo_transformer_new(&w->transformer, e);
    if (!s)
        s = geo_geos_new(&w->geos, e);
    if (!s)
        s = overlap_scratch_new(&w->scratch, e);
    if (!s)
        s = overlap_scratch_new(&w->other, e);
    if (!s)
        s = overlap_batch_new(&w->batch, e);
    if (s)
        check_worker_release(w);
    return s;
}

void check_worker_shrink(struct check_worker *w)
{
    overlap_scratch_shrink(w->scratch);
    overlap_scratch_shrink(w->other);
    arena_reset(w->arena);
}

void check_worker_release(struct check_worker *w)
{
    overlap_scratch_free(w->scratch);
    overlap_scratch_free(w->other);
    overlap_batch_free(w->batch);
    index_clip_scratch_free(w->clip);
    geo_geos_free(w->geos);
    geo_transformer_free(w->transformer);
    arena_free(w->arena);
    *w = (struct check_worker){.arena = NULL};
}

static bool warning_add(struct parcel_report *r, struct arena *a, const char *code, const char *zh,
                        const char *en)
{
    if (!zh || !en || !ARENA_RESERVE(a, r->warnings, r->warnings_capacity, r->n_warnings + 1))
        return false;
    r->warnings[r->n_warnings++] = (struct feature_note){code, zh, en};
    return true;
}

/* What the officer must see beside the figures. */
static enum status warn(struct check_worker *w, struct parcel_report *r, struct error *e)
{
    bool ok = true;
    for (int l = 0; l < r->n_layers; l++) {
        const struct layer_finding *f = &r->layers[l];
        const char *zh = f->line->title_zh, *en = f->line->name_en;
        if (f->status == LAYER_OVERLAP && !measure_is_covered(f->uncovered_m2, r->area_m2))
            ok =
                ok && warning_add(
                          r, w->arena, "partly-covered",
                          arena_printf(w->arena, "%s只覆盖地块的一部分，未覆盖%.2f平方米，实际占用可能更多。",
                                       zh, f->uncovered_m2),
                          arena_printf(w->arena, "%s covers only part of the parcel; %.2f m2 have no data.",
                                       en, f->uncovered_m2));
        if (f->area_is_bound)
            ok = ok &&
                 warning_add(
                     r, w->arena, "area-is-bound",
                     arena_printf(w->arena, "%s的图斑互相重叠而并集未能求出，所列面积为合计，是上限。", zh),
                     arena_printf(w->arena,
                                  "Features of the %s overlap each other and their union could not be "
                                  "built; the area given is their sum, an upper bound.",
                                  en));
        if (f->status != LAYER_UNMEASURED && f->sum_m2 > f->area_m2 + fmax(0.01, 1e-9 * r->area_m2))
            ok = ok &&
                 warning_add(
                     r, w->arena, "features-overlap",
                     arena_printf(w->arena,
                                  "%s的图斑互相重叠：逐图斑面积合计%.2f平方米，占用面积按并集计%.2f平方米。",
                                  zh, f->sum_m2, f->area_m2),
                     arena_printf(w->arena,
                                  "Features of the %s overlap each other: %.2f m2 feature by feature, "
                                  "%.2f m2 as a union.",
                                  en, f->sum_m2, f->area_m2));
    }
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status warn_outside(const struct checking *c, struct parcel_report *r, struct error *e)
{
    const char *zh, *en;
    enum status s = outside_hint(c->w, c->snapshot, r, &zh, &en, e);
    return s || !zh || warning_add(r, c->w->arena, "place-outside", zh, en) ? s : error_no_memory(e);
}

static enum status summarise(struct arena *a, struct parcel_report *r, struct error *e)
{
    const struct summary_figures figures = summary_figures_of(r, a);
    if (!figures.held || !figures.outside)
        return error_no_memory(e);
    r->summary_zh = summary_text(a, r, &figures, false);
    r->summary_en = summary_text(a, r, &figures, true);
    return r->summary_zh && r->summary_en ? STATUS_OK : error_no_memory(e);
}

/* Every door says the same area of the same shape, to the bit: the one that the policy measured. What lies in
 * a line is held against the kernel's own sum, of which an overlap that holds the parcel is the twin. */
static enum status own_area(const struct checking *c, struct parcel_report *r, struct error *e)
{
    const struct parcel *p = r->parcel;
    enum status s = overlap_parcel_area(c->w->scratch, &r->kernel_m2, e);
    if (!s)
        r->area_m2 = c->kernel_areas  ? r->kernel_m2
                     : p->area_m2 > 0 ? p->area_m2
                                      : geo_shape_area_m2(&p->shape);
    return s;
}

/* One parcel: candidates and overlaps of each line, what lines share, rules and verdict. */
static enum status check_one(const struct checking *c, const struct parcel *parcel, struct parcel_report *r,
                             struct error *e)
{
    struct check_worker *w = c->w;
    int n = snapshot_lines(c->snapshot)->n;
    *r = (struct parcel_report){.parcel = parcel,
                                .slivers = w->slivers,
                                .summary_zh = "",
                                .summary_en = "",
                                .layers = arena_array(w->arena, (size_t)n + 1, sizeof *r->layers),
                                .n_layers = n};
    if (!r->layers)
        return error_no_memory(e);
    overlap_prepare(w->scratch, &parcel->shape);
    const struct layer_set *measured = snapshot_measured(c->snapshot);
    enum status s = measured ? overlap_look(w->scratch, measured, e) : STATUS_OK;
    if (!s)
        s = own_area(c, r, e);
    struct measuring m;
    measuring_begin(&m, w, r);
    for (int l = 0; !s && l < n; l++)
        s = measure_line(&m, c->snapshot, l, &r->layers[l], e);
    if (!s && (!c->figures_only || snapshot_rules(c->snapshot)->has_units))
        s = measure_units(w, c->snapshot, r, e);
    if (!s)
        s = checking_judge(c, r, e);
    if (!s && !c->figures_only)
        s = summarise(w->arena, r, e);
    if (!s)
        s = warn(w, r, e);
    if (!s && !c->figures_only)
        s = warn_outside(c, r, e);
    return s || c->figures_only ? s : checking_drafts(c, r, e);
}

double parcel_report_geodesic_area_m2(const struct parcel_report *r)
{
    return geo_shape_geodesic_area_m2(&r->parcel->shape);
}

double parcel_report_standard_area_m2(const struct parcel_report *r)
{
    return geo_shape_standard_area_m2(&r->parcel->shape);
}

static enum status class_of(const struct snapshot *snapshot, const struct check_options *opt,
                            const char **out, struct error *e)
{
    *out = opt && opt->project_class && *opt->project_class ? opt->project_class : "UNKNOWN";
    if (strcmp(*out, "UNKNOWN") == 0 || strcmp(*out, "GENERAL") == 0 ||
        (strcmp(*out, "*") != 0 && rules_knows_class(snapshot_rules(snapshot), *out)))
        return STATUS_OK;
    error_zh(e, "规则表中没有项目类型“%s”；请从列表中选择，或留空。", *out);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-project-class",
                      "The rule table has no project class \"%s\"; choose one of the list, or none.", *out);
}

static enum status claims_of(struct check_worker *w, const struct snapshot *snapshot,
                             const struct check_options *opt, struct claim_set *out, struct error *e)
{
    struct claim_terms terms = snapshot_claim_terms(snapshot);
    *out = (struct claim_set){.n = 0};
    return opt && opt->n_claims ? claims_make(opt->claims, opt->n_claims, &terms, w->arena, out, e)
                                : STATUS_OK;
}

enum status sliver_policy_of_text(const char *text, struct sliver_policy *out, struct error *e)
{
    struct sliver_policy p = SLIVER_POLICY_DEFAULT;
    char tail;
    bool given = text && *text;
    if (!given || (sscanf(text, "%lf,%lf%c", &p.area_m2, &p.width_m, &tail) == 2 && p.area_m2 >= 0 &&
                   p.area_m2 <= 10 && p.width_m >= 0 && p.width_m <= 1)) {
        *out = p;
        return STATUS_OK;
    }
    error_zh(e, "碎屑标准“%.40s”不对：应为“面积,宽度”，如 1.0,0.10（平方米不超过10，米不超过1）。", text);
    return error_fail(
        e, STATUS_INVALID_INPUT, "sliver-policy",
        "The sliver policy \"%.40s\" is wrong: \"area,width\" such as 1.0,0.10 is needed (at most 10 m2 "
        "and 1 m).",
        text);
}

static bool uses_synthetic(const struct snapshot *snapshot)
{
    for (int l = 0; l < snapshot_lines(snapshot)->n; l++) {
        const struct layer_snapshot *layer = snapshot_line(snapshot, l);
        if (layer && layer->version.synthetic)
            return true;
    }
    return false;
}

/* All parcels, by what of the layers can be measured now. */
static enum status check_all(const struct checking *c, struct report *r, struct error *e)
{
    const struct parcel_set *parcels = &r->parcels;
    r->verdict = VERDICT_ALLOWED;
    r->results = arena_array(c->w->arena, parcels->n_parcels, sizeof *r->results);
    if (!r->results)
        return error_no_memory(e);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < parcels->n_parcels; i++) {
        s = check_one(c, &parcels->parcels[i], &r->results[i], e);
        if (!s)
            s = budget_check(e); /* whatever was passed over in between: no part of a report is one */
        if (!s)
            r->verdict = verdict_worse(r->verdict, r->results[i].verdict);
    }
    return s;
}

/* Numbers stand only when every index is still the file that was verified after the last of them was read.
 * Where one is not, it counts as unmeasured from then on, and all is asked again: one time more for each that
 * changes, at most. A failure may be of changed bytes, too. */
static enum status check_trusted(const struct checking *c, struct report *r, struct error *e)
{
    enum status s;
    do {
        r->n_changed = snapshot_n_changed(c->snapshot);
        s = check_all(c, r, e);
    } while (snapshot_look(c->snapshot) != r->n_changed);
    return s;
}

enum status check_parcels(struct check_worker *w, const struct snapshot *snapshot,
                          const struct check_options *opt, const struct parcel_set *parcels,
                          struct report *out, struct error *e)
{
    struct report report = {.parcels = *parcels, .snapshot = snapshot, .epsg = opt ? opt->epsg : 0};
    struct checking c = {w, snapshot, &report, opt && opt->figures_only, opt && opt->kernel_areas};
    enum status s = class_of(snapshot, opt, &report.project_class, e);
    if (!s)
        s = claims_of(w, snapshot, opt, &report.claims, e);
    if (s)
        return s;
    if (parcels->n_parcels == 0) {
        error_zh(e, "没有可检查的地块。");
        return error_fail(e, STATUS_INVALID_INPUT, "no-parcels", "There is no parcel to check.");
    }
    w->slivers = opt && opt->slivers ? *opt->slivers : SLIVER_POLICY_DEFAULT;
    report.slivers = w->slivers;
    report.synthetic = uses_synthetic(snapshot);
    report.project_class = arena_strdup(w->arena, report.project_class);
    if (!report.project_class)
        return error_no_memory(e);
    s = check_trusted(&c, &report, e);
    if (!s)
        *out = report;
    return s;
}

enum status check_bytes(struct check_worker *w, const struct snapshot *snapshot,
                        const struct check_options *opt, const void *bytes, size_t n, struct report *out,
                        struct error *e)
{
    struct parcel_context c = {.transformer = w->transformer,
                               .geos = w->geos,
                               .arena = w->arena,
                               .reader = w->reader,
                               .epsg = opt ? opt->epsg : 0};
    struct parcel_set parcels;
    enum status s = feature_parcels(&c, &(struct feature_request){.bytes = bytes, .n_bytes = n}, &parcels, e);
    return s ? s : check_parcels(w, snapshot, opt, &parcels, out, e);
}

/* ---- places ---- */

enum status check_unit_at(struct check_worker *w, const struct snapshot *snapshot, const char *layer,
                          const double place_deg[2], struct index_feature *out, struct error *e)
{
    return check_unit_in(w, snapshot_layer(snapshot, layer), place_deg, out, e);
}

enum status check_unit_in(struct check_worker *w, const struct layer_snapshot *l, const double place_deg[2],
                          struct index_feature *out, struct error *e)
{
    int64_t feature = -1;
    bool there = l && layer_is_measurable(l);
    enum status s =
        there ? index_find_at(l->index, place_deg[0], place_deg[1], w->clip, &feature, e) : STATUS_OK;
    if (feature >= 0 && !index_is_trusted(l->index))
        feature = -1; /* no place rather than a wrong one */
    if (!s)
        *out = feature < 0 ? (struct index_feature){.code = "", .name = "", .zone = ""}
                           : index_feature_at(l->index, (uint32_t)feature);
    return s;
}

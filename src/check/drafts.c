/* Versions that are being adjusted: what would be answered if they were in force. */
#include "check/checking.h"

#include "base/decimal.h"
#include "check/measure.h"

#include <math.h>
#include <string.h>

static bool areas_differ(double a, double b)
{
    return isfinite(a) != isfinite(b) || (isfinite(a) && fabs(a - b) >= 0.005); /* as they are printed */
}

/* The finding under the draft in the place of today's, and the whole judged anew. */
static enum status judge_under(const struct checking *c, const struct parcel_report *now,
                               struct draft_outcome *o, struct error *e)
{
    size_t n = (size_t)now->n_layers;
    struct parcel_report then = *now;
    then.layers = arena_array(c->w->arena, n + 1, sizeof *then.layers);
    if (!then.layers)
        return error_no_memory(e);
    memcpy(then.layers, now->layers, n * sizeof *then.layers);
    then.layers[o->draft->line] = o->then;
    enum status s = checking_judge(c, &then, e);
    o->then = then.layers[o->draft->line];
    o->verdict = then.verdict;
    return s;
}

static enum status outcome_of(const struct checking *c, const struct parcel_report *now,
                              const struct snapshot_draft *draft, struct draft_outcome *o, struct error *e)
{
    *o = (struct draft_outcome){.draft = draft, .now = &now->layers[draft->line]};
    struct measuring m;
    overlap_prepare(c->w->scratch, &now->parcel->shape);
    measuring_begin(&m, c->w, now);
    enum status s = measure_layer(&m, o->now->line, &draft->layer, &o->then, e);
    if (!s)
        s = judge_under(c, now, o, e);
    o->measured = isfinite(o->then.area_m2);
    o->changes = o->then.status != o->now->status || o->then.verdict != o->now->verdict ||
                 o->verdict != now->verdict || areas_differ(o->then.area_m2, o->now->area_m2);
    return s;
}

enum status checking_drafts(const struct checking *c, struct parcel_report *r, struct error *e)
{
    size_t n;
    const struct snapshot_draft *drafts = snapshot_drafts(c->snapshot, &n);
    enum status s = STATUS_OK;
    if (n == 0)
        return STATUS_OK;
    r->drafts = arena_array(c->w->arena, n, sizeof *r->drafts);
    if (!r->drafts)
        return error_no_memory(e);
    for (r->n_drafts = 0; !s && r->n_drafts < n; r->n_drafts++)
        s = outcome_of(c, r, &drafts[r->n_drafts], &r->drafts[r->n_drafts], e);
    return s;
}

/* ---- the sentence ---- */

/* "压占12.00平方米，该层结论禁止" */
static const char *standing(struct arena *a, const struct layer_finding *f, const int64_t *cents,
                            bool english)
{
    char m2[DECIMAL_SIZE] = "";
    int64_t own;
    if (f->status == LAYER_OVERLAP || f->status == LAYER_SLIVER) {
        if (cents)
            decimal_units_text(*cents, 2, m2);
        else if (decimal_units(f->area_m2, 2, &own))
            decimal_units_text(own, 2, m2);
    }
    return english ? arena_printf(a, "%s%s%s%s, the layer's verdict %s", layer_finding_en(f), *m2 ? " " : "",
                                  m2, *m2 ? " m2" : "", verdict_name(f->verdict))
                   : arena_printf(a, "%s%s%s，该层结论%s", layer_finding_zh(f), m2, *m2 ? "平方米" : "",
                                  verdict_zh(f->verdict));
}

static const char *name_of(struct arena *a, const struct draft_outcome *o, bool english)
{
    const struct store_version *v = &o->draft->layer.version;
    bool document = *v->document_no != '\0';
    return english ? arena_printf(a, "Under the draft, version %d%s%s%s%s of the %s", v->version_no,
                                  document ? " (" : "", v->document_no, document ? ")" : "",
                                  v->synthetic ? ", sample data," : "", o->now->line->name_en)
                   : arena_printf(a, "%s草稿第%d版%s%s%s%s", o->now->line->title_zh, v->version_no,
                                  document ? "（" : "", v->document_no, document ? "）" : "",
                                  v->synthetic ? "（示例数据）" : "");
}

const char *draft_text(struct arena *a, const struct parcel_report *r, const struct draft_outcome *o,
                       const int64_t *cents_now, bool english)
{
    const char *name = name_of(a, o, english);
    const char *now = standing(a, o->now, cents_now, english),
               *then = standing(a, &o->then, o->changes ? NULL : cents_now, english);
    const char *reason = english ? o->then.reason_en : o->then.reason_zh;
    if (!name || !now || !then)
        return NULL;
    if (!o->measured)
        return english ? arena_printf(a, "%s the parcel cannot be measured: %s", name, reason)
                       : arena_printf(a, "%s不能测算：%s", name, reason);
    if (!o->changes)
        return english ? arena_printf(a, "%s nothing changes: %s.", name, then)
                       : arena_printf(a, "%s与现行相同：%s。", name, then);
    if (o->verdict == r->verdict)
        return english ? arena_printf(a, "%s: %s; now: %s; the parcel's verdict stays %s.", name, then, now,
                                      verdict_name(r->verdict))
                       : arena_printf(a, "%s：现为%s，按草稿为%s；地块结论不变（%s）。", name, now, then,
                                      verdict_zh(r->verdict));
    return english ? arena_printf(a, "%s: %s; now: %s; the parcel's verdict would change from %s to %s.",
                                  name, then, now, verdict_name(r->verdict), verdict_name(o->verdict))
                   : arena_printf(a, "%s：现为%s，按草稿为%s；地块结论将由%s变为%s。", name, now, then,
                                  verdict_zh(r->verdict), verdict_zh(o->verdict));
}

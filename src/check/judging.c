/* From findings to rules and verdicts: what the judge must know of the rest is measured here. */
#include "check/checking.h"

#include "check/measure.h"
#include "lines/judge.h"

#include <string.h>

static bool is_met(const struct layer_finding *f)
{
    return f->status == LAYER_OVERLAP;
}

/* How much of the parcel line a shares with those behind it, where both are met and a rule asks of it. */
static enum status common_with_later(struct check_worker *w, const struct geo_shape *parcel,
                                     struct parcel_report *r, int a, double *m2, struct error *e)
{
    struct geo_shape common; /* of the parcel and line a */
    bool built = false;
    enum status s = STATUS_OK;
    int n = r->n_layers;
    for (int b = a + 1; !s && b < n; b++) {
        if (!is_met(&r->layers[b]) || !common_is_asked(r->layers[a].line, r->layers[b].line))
            continue;
        if (!built)
            s = measure_common_begin(w, parcel, &r->layers[a], &common, e);
        built = true;
        if (!s)
            s = measure_common(w, &common, &r->layers[b], &m2[a * n + b], e);
        m2[b * n + a] = m2[a * n + b];
    }
    if (built)
        overlap_prepare(w->scratch, parcel);
    return s;
}

static enum status common_measure(struct check_worker *w, const struct geo_shape *parcel,
                                  struct parcel_report *r, struct common_areas *out, struct error *e)
{
    int n = r->n_layers, met = 0;
    double *m2 = arena_array(w->arena, (size_t)n * (size_t)n + 1, sizeof *m2);
    enum status s = m2 ? STATUS_OK : error_no_memory(e);
    for (int a = 0; a < n; a++)
        met += is_met(&r->layers[a]);
    for (int a = 0; !s && met > 1 && a < n; a++)
        if (is_met(&r->layers[a]))
            s = common_with_later(w, parcel, r, a, m2, e);
    *out = (struct common_areas){m2, n};
    return s;
}

/* Codes of the units in which the parcel lies, for rules that name one; NULL ends. Of the smallest that a
 * rule can name, a county's six digits: its prefecture beside it would read as a part of the parcel of which
 * a county's rule does not speak. */
static const char **unit_codes(const struct snapshot *snapshot, const struct parcel_report *r,
                               struct arena *a)
{
    enum { RULE_UNIT_DIGITS = 6 };
    const struct unit_layer *of = parcel_smallest_units(snapshot, r, RULE_UNIT_DIGITS);
    const char **codes = arena_array(a, r->n_units + 1, sizeof *codes);
    for (size_t i = 0, n = 0; codes && of && i < r->n_units; i++)
        if (strcmp(r->units[i].layer, of->level->id) == 0)
            codes[n++] = r->units[i].code;
    return codes;
}

enum status checking_judge(const struct checking *c, struct parcel_report *r, struct error *e)
{
    struct common_areas common;
    struct judge_case jc = {.rules = snapshot_rules(c->snapshot),
                            .project_class = c->report->project_class,
                            .claims = &c->report->claims,
                            .parcel_m2 = r->kernel_m2,
                            .slivers = c->w->slivers,
                            .common = &common};
    enum status s = common_measure(c->w, &r->parcel->shape, r, &common, e);
    if (s)
        return s;
    if (jc.rules->has_units && !(jc.units = unit_codes(c->snapshot, r, c->w->arena)))
        return error_no_memory(e);
    return judge_findings(&jc, c->w->arena, r->layers, r->n_layers, &r->verdict, e);
}

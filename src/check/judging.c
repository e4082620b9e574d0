/* From findings to rules and verdicts: what the judge must know of the rest is measured here. */
#include "check/checking.h"

#include "check/measure.h"
#include "lines/judge.h"

#include <string.h>

/* Where two lines are met at once, and a rule asks of it: how much of the parcel do they share? */
static enum status common_measure(struct check_worker *w, const struct geo_shape *parcel,
                                  struct parcel_report *r, struct common_areas *out, struct error *e)
{
    int n = r->n_layers;
    double *m2 = arena_array(w->arena, (size_t)n * (size_t)n + 1, sizeof *m2);
    if (!m2)
        return error_no_memory(e);
    for (int a = 0; a < n; a++)
        for (int b = a + 1; b < n; b++) {
            const struct layer_finding *x = &r->layers[a], *y = &r->layers[b];
            if (x->status != LAYER_OVERLAP || y->status != LAYER_OVERLAP ||
                !common_is_asked(x->line, y->line))
                continue;
            enum status s = measure_common(w, parcel, x, y, &m2[a * n + b], e);
            if (s)
                return s;
            m2[b * n + a] = m2[a * n + b];
        }
    *out = (struct common_areas){m2, n};
    return STATUS_OK;
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

/* 占用明细: one row per feature that a parcel meets, with the clause that it brings up. */
#include "report/report_parts.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

/* How well a rule that applied to the layer fits one of its features; below 0 not at all. */
static int fit_of(const struct rule *rule, const struct control_line *line, const struct feature_overlap *o)
{
    if (rule->relation != RELATION_OVERLAP && rule->relation != RELATION_INSIDE &&
        rule->relation != RELATION_TOUCH_OR_SPAN)
        return -1;
    if (line->relation == LINE_EXCLUDES && line_zone_of(line, rule->sub_zone) != line_zone_of(line, o->zone))
        return -1;
    if (rule->relation == RELATION_INSIDE && strcmp(rule->sub_zone, o->zone) != 0)
        return -1;
    return rule->severity + (strcmp(rule->sub_zone, o->zone) == 0 ? 10 : 0);
}

static const char *basis_of(struct report_making *m, const struct layer_finding *f,
                            const struct feature_overlap *o)
{
    const struct rule *best = NULL;
    int best_fit = -1;
    for (size_t i = 0; i < f->n_rules; i++) {
        int fit = fit_of(f->rules[i].rule, f->line, o);
        if (fit > best_fit) {
            best_fit = fit;
            best = f->rules[i].rule;
        }
    }
    if (!best)
        return o->sliver ? "碎屑，未计入压占判定" : "—";
    const char *text = arena_printf(m->arena, "[%s] %s（%s）", best->id, best->basis,
                                    report_certainty(best->confidence, REPORT_LANG_ZH));
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

/* The features of one parcel and line, rounded so that they add up to the row, unless they overlap each
 * other. */
static void feature_cents(struct report_making *m, size_t row, const struct layer_finding *f, int64_t *cents)
{
    const struct figure *own = &m->t->rows[row].figures[column_of_line(f->line)];
    double *raw = arena_array(m->arena, f->n_features + 1, sizeof *raw), sum = 0;
    if (!raw) {
        m->no_memory = true;
        return;
    }
    for (size_t i = 0; i < f->n_features; i++) {
        raw[i] = f->features[i].area_m2;
        sum += raw[i];
    }
    int64_t target = 0;
    bool adds_up =
        own->state == FIGURE_KNOWN && fabs(sum - f->area_m2) <= fmax(0.01, 1e-9 * m->r->results[row].area_m2);
    if (adds_up)
        target = own->cents;
    else
        (void)decimal_units(sum, 2, &target);
    figures_balance(target, raw, f->n_features, NULL, NULL, cents, m->arena, &m->no_memory);
}

static void add_features(struct report_making *m, size_t row, const struct layer_finding *f)
{
    const struct parcel_report *p = &m->r->results[row];
    int64_t *cents = arena_array(m->arena, f->n_features + 1, sizeof *cents);
    if (!cents) {
        m->no_memory = true;
        return;
    }
    feature_cents(m, row, f, cents);
    for (size_t i = 0; i < f->n_features && !m->no_memory; i++) {
        const struct feature_overlap *o = &f->features[i];
        struct detail_row *d = &m->t->details[m->t->n_details++];
        *d = (struct detail_row){
            .parcel = row,
            .parcel_id = m->t->rows[row].id,
            .line = f->line,
            .code = making_clean(m, o->code),
            .area = {FIGURE_KNOWN, cents[i]},
            .district = m->maps && m->maps->districts ? making_clean(m, m->maps->districts[row]) : "",
            .share_percent = p->area_m2 > 0 ? fmin(100, o->area_m2 / p->area_m2 * 100) : NAN,
            .basis = basis_of(m, f, o)};
        const char *name = *o->zone && *o->name
                               ? making_keep(m, arena_printf(m->arena, "%s（%s）", o->name, o->zone))
                           : *o->zone ? o->zone
                                      : o->name;
        d->name = making_clean(m, name);
    }
}

void table_make_details(struct report_making *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (int l = 0; l < m->r->results[i].n_layers; l++)
            n += m->r->results[i].layers[l].n_features;
    m->t->details = arena_array(m->arena, n + 1, sizeof *m->t->details);
    m->no_memory = m->no_memory || !m->t->details;
    for (size_t i = 0; i < m->t->n_rows && !m->no_memory; i++)
        for (int l = 0; l < m->r->results[i].n_layers && !m->no_memory; l++)
            if (m->r->results[i].layers[l].n_features)
                add_features(m, i, &m->r->results[i].layers[l]);
}

#include "check/summary.h"

#include "check/measure.h"
#include "lines/sentences.h"

#include <stdio.h>

struct summary_figures summary_figures_of(const struct parcel_report *r, struct arena *a)
{
    size_t n = (size_t)r->n_layers + 1;
    struct summary_figures f = {arena_array(a, n, sizeof *f.held), arena_array(a, n, sizeof *f.outside)};
    int64_t parcel = 0;
    (void)decimal_units(r->area_m2, 2,
                        &parcel); /* a figure that is no number stays 0, and no sentence uses it */
    for (int l = 0; f.held && f.outside && l < r->n_layers; l++) {
        (void)decimal_units(r->layers[l].area_m2, 2, &f.held[l]);
        f.outside[l] = parcel - f.held[l];
    }
    return f;
}

static const char *more(struct arena *a, const char *text, const char *sentence, bool english)
{
    return text && sentence ? arena_printf(a, "%s%s%s", text, *text && english ? " " : "", sentence) : NULL;
}

static enum line_fact fact_of_containing(const struct parcel_report *r, const struct layer_finding *f)
{
    if (!measure_is_covered(f->uncovered_m2, r->area_m2))
        return LINE_HOLDS_MEASURED;
    if (f->status == LAYER_CLEAR)
        return LINE_HOLDS_NONE;
    return f->inside ? LINE_HOLDS_ALL : LINE_HOLDS_PART;
}

static enum line_fact fact_of(const struct parcel_report *r, const struct layer_finding *f)
{
    bool contains = f->line->relation == LINE_CONTAINS;
    switch (f->status) {
    case LAYER_UNMEASURED:
        return LINE_IS_NOT_MEASURED;
    case LAYER_NOT_COVERED:
        return LINE_IS_NOT_COVERED;
    case LAYER_SLIVER:
        return LINE_HAS_SLIVERS;
    case LAYER_OVERLAP:
        return contains                               ? fact_of_containing(r, f)
               : f->line->relation == LINE_CLASSIFIES ? LINE_IS_CLASSED
                                                      : LINE_IS_PRESSED;
    case LAYER_CLEAR:
        return contains ? fact_of_containing(r, f) : LINE_IS_CLEAR;
    }
    return LINE_IS_NOT_MEASURED;
}

/* "水田1.2300公顷、旱地0.4500公顷": the classes, the largest first. */
static const char *classes_of(struct arena *a, const struct layer_finding *f, bool english)
{
    const char *text = "";
    for (size_t i = 0; text && i < f->n_zones; i++) {
        int z = line_zone_of(f->line, f->zones[i].zone);
        const char *own = z < f->line->n_zones ? f->line->zones[z].zh : f->zones[i].zone;
        const char *name = english ? line_zone_en(f->line, own) : own;
        int64_t cents = 0;
        (void)decimal_units(f->zones[i].area_m2, 2, &cents);
        struct decimal_area area = decimal_area_of(cents);
        text = english ? arena_printf(a, "%s%s%s %s ha", text, *text ? ", " : "", name, area.ha)
                       : arena_printf(a, "%s%s%s%s公顷", text, *text ? "、" : "", *name ? name : "未写类别",
                                      area.ha);
    }
    return text;
}

/* "a、b" of the sub-zones in which the parcel lies. */
static const char *zones_of(struct arena *a, const struct layer_finding *f, bool english)
{
    const char *text = "";
    for (size_t i = 0; text && i + 1 < f->n_zones; i++) { /* the last entry is the outside */
        const char *zone = english ? line_zone_en(f->line, f->zones[i].zone) : f->zones[i].zone;
        if (f->zones[i].area_m2 > 0 && *zone)
            text = arena_printf(a, "%s%s%s", text, !*text ? "" : english ? ", " : "、", zone);
    }
    return text;
}

static const char *line_text(struct arena *a, const struct parcel_report *r, const struct layer_finding *f,
                             const struct summary_figures *figures, bool english)
{
    char sliver[DECIMAL_SIZE];
    decimal_text(f->area_m2, 4, sliver);
    enum line_fact fact = fact_of(r, f);
    struct line_words w = {.line = f->line,
                           .area = decimal_area_of(figures->held[f->line->number]),
                           .outside = decimal_area_of(figures->outside[f->line->number]),
                           .outside_unknown = true, /* where the line has gaps, they may lie inside it */
                           .zones = fact == LINE_HOLDS_ALL    ? zones_of(a, f, english)
                                    : fact == LINE_IS_CLASSED ? classes_of(a, f, english)
                                                              : "",
                           .reason = english ? f->reason_en : f->reason_zh,
                           .sliver_m2 = sliver,
                           .slivers = r->slivers};
    if (!w.zones)
        return NULL;
    if (!w.reason)
        w.reason = "";
    const char *text = sentence_of_line(a, fact, &w, english);
    if ((fact == LINE_IS_PRESSED || fact == LINE_HAS_SLIVERS || fact == LINE_HOLDS_MEASURED ||
         fact == LINE_IS_CLASSED) &&
        !measure_is_covered(f->uncovered_m2, r->area_m2))
        text = more(a, text, sentence_of_line(a, LINE_IS_PARTLY_COVERED, &w, english), english);
    return text;
}

const char *summary_text(struct arena *a, const struct parcel_report *r,
                         const struct summary_figures *figures, bool english)
{
    const char *text = "";
    for (int l = 0; l < r->n_layers && text; l++)
        text = more(a, text, line_text(a, r, &r->layers[l], figures, english), english);
    return text;
}

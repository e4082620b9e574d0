#include "check/summary.h"

#include "check/measure.h"
#include "lines/sentences.h"

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

/* Sentences as they are being said, in the arena. */
struct saying {
    struct arena *arena;
    const char **texts;
    size_t n;
    bool english;
};

static bool say(struct saying *out, enum line_fact fact, const struct line_words *w)
{
    const char *text = sentence_of_line(out->arena, fact, w, out->english);
    out->texts[out->n++] = text;
    return text != NULL;
}

/* One sentence, or two. */
static bool say_line(struct saying *out, const struct parcel_report *r, const struct layer_finding *f,
                     const struct summary_figures *figures)
{
    enum line_fact fact = fact_of(r, f);
    struct line_words w = {.line = f->line,
                           .area_cents = figures->held[f->line->number],
                           .outside_cents = figures->outside[f->line->number],
                           .outside_unknown = true, /* where the line has gaps, they may lie inside it */
                           .zones = fact == LINE_HOLDS_ALL    ? zones_of(out->arena, f, out->english)
                                    : fact == LINE_IS_CLASSED ? classes_of(out->arena, f, out->english)
                                                              : "",
                           .reason = out->english ? f->reason_en : f->reason_zh,
                           .slivers = r->slivers};
    if (!w.zones)
        return false;
    if (!w.reason)
        w.reason = "";
    if (fact == LINE_HAS_SLIVERS)
        (void)decimal_units(f->area_m2, 4, &w.sliver_ten_thousandths);
    bool may_be_more = fact == LINE_IS_PRESSED || fact == LINE_HAS_SLIVERS || fact == LINE_HOLDS_MEASURED ||
                       fact == LINE_IS_CLASSED;
    return say(out, fact, &w) && (!may_be_more || measure_is_covered(f->uncovered_m2, r->area_m2) ||
                                  say(out, LINE_IS_PARTLY_COVERED, &w));
}

const char *summary_text(struct arena *a, const struct parcel_report *r,
                         const struct summary_figures *figures, bool english)
{
    struct saying out = {a, arena_array(a, 2 * (size_t)r->n_layers + 1, sizeof *out.texts), 0, english};
    bool ok = out.texts != NULL;
    for (int l = 0; l < r->n_layers && ok; l++)
        ok = say_line(&out, r, &r->layers[l], figures);
    return ok ? arena_join(a, out.texts, out.n, english ? " " : "") : NULL;
}

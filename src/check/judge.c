#include "check/judge.h"

#include "check/measure.h"

#include <math.h>
#include <string.h>

enum { MAX_HITS = 32 };

/* Rules are added layer by layer; MAX_HITS bounds one layer's list (a layer has few sub-zones and one
 * class). */
struct judge {
    const struct rule_table *rules;
    const char *project_class;
    const struct common_areas *common;
    const struct parcel_report *r;
    struct layer_finding *f;
    struct rule_hit hits[MAX_HITS];
    size_t n;
    bool unruled; /* something that is pressed on, or lies in or out, has no row that speaks of it */
};

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    static const int severity[] = {[VERDICT_PROHIBITED] = 4,
                                   [VERDICT_UNKNOWN] = 3,
                                   [VERDICT_RESTRICTED] = 2,
                                   [VERDICT_NOTICE] = 1,
                                   [VERDICT_ALLOWED] = 0};
    return severity[a] >= severity[b] ? a : b;
}

static const struct rule *rule_find(const struct judge *j, enum relation relation, const char *sub_zone,
                                    const char *project_class)
{
    for (size_t i = 0; i < j->rules->n_rules; i++) {
        const struct rule *r = &j->rules->rules[i];
        if ((r->lines & 1u << j->f->line) && r->relation == relation && strcmp(r->sub_zone, sub_zone) == 0 &&
            strcmp(r->project_class, project_class) == 0)
            return r;
    }
    return NULL;
}

static bool hit_add(struct judge *j, const struct rule *rule, double area_m2, enum class_note note)
{
    if (!rule || j->n == MAX_HITS)
        return false;
    j->hits[j->n++] = (struct rule_hit){rule, area_m2, note == CLASS_NOT_GIVEN, note};
    return true;
}

/* What to say of a rule that stands in for the class's own. */
static enum class_note stand_in(const struct judge *j)
{
    return strcmp(j->project_class, "UNKNOWN") == 0 ? CLASS_NOT_GIVEN : CLASS_HAS_NO_RULE;
}

/* The rule of the project's own class, or the one that holds for every class. */
static bool hit_class(struct judge *j, enum relation relation, const char *sub_zone, double area_m2)
{
    const struct rule *r = rule_find(j, relation, sub_zone, j->project_class);
    return hit_add(j, r ? r : rule_find(j, relation, sub_zone, "*"), area_m2, CLASS_MATCHED);
}

/* Pressing on a line: the class's own exception when it was named, and otherwise the general prohibition,
 * which says why it was used: no class was named, or the table has no exception for it. */
static bool hit_pressing(struct judge *j, const char *sub_zone, double area_m2)
{
    return hit_class(j, RELATION_OVERLAP, sub_zone, area_m2) ||
           hit_class(j, RELATION_TOUCH_OR_SPAN, "*", area_m2) ||
           hit_add(j, rule_find(j, RELATION_OVERLAP, sub_zone, "GENERAL"), area_m2, stand_in(j));
}

#define CORE_ZONE "自然保护地核心保护区"

/* "国家公园核心保护区", "核心区": whatever the data call it, the core is not taken for less. "核心保护区外"
 * and "非核心" are not it. */
static bool is_core(const char *zone)
{
    return strstr(zone, "核心") && !strstr(zone, "外") && !strstr(zone, "非核心");
}

static void judge_red_line(struct judge *j)
{
    const struct layer_finding *f = j->f;
    double core = 0, rest = 0;
    for (size_t i = 0; i < f->n_features; i++)
        *(is_core(f->features[i].zone) ? &core : &rest) += f->features[i].area_m2;
    if (core > 0 && !hit_class(j, RELATION_OVERLAP, CORE_ZONE, fmin(core, f->area_m2)))
        j->unruled = true;
    if (rest > 0 && !hit_pressing(j, "核心保护区外", fmin(rest, f->area_m2)))
        j->unruled = true;
}

static void judge_farmland(struct judge *j)
{
    j->unruled = !hit_pressing(j, "*", j->f->area_m2);
    if (j->common->farmland_boundary > MEASURE_FLOOR_M2)
        hit_class(j, RELATION_OVERLAP, "城镇开发边界内", j->common->farmland_boundary);
}

/* Outside the boundary every class has its own terms. A table without a general row falls back to the row for
 * a class that is not known, and the note says which of the two it was. */
static bool hit_outside(struct judge *j, double outside_m2)
{
    bool given = strcmp(j->project_class, "UNKNOWN") != 0;
    const struct rule *own = rule_find(j, RELATION_OUTSIDE, "边界外", j->project_class);
    if (given && hit_add(j, own, outside_m2, CLASS_MATCHED))
        return true;
    if (given && hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "*"), outside_m2, CLASS_HAS_NO_RULE))
        return true;
    return hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "UNKNOWN"), outside_m2, stand_in(j)) ||
           hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "*"), outside_m2, stand_in(j));
}

static void judge_boundary(struct judge *j)
{
    struct layer_finding *f = j->f;
    double floor_m2 = measure_floor_m2(j->r->area_m2), outside = j->r->area_m2 - f->area_m2;
    for (size_t i = 0; i + 1 < f->n_zones; i++) /* the last entry is the outside */
        if (f->zones[i].area_m2 > floor_m2 &&
            !hit_class(j, RELATION_INSIDE, f->zones[i].zone, f->zones[i].area_m2))
            j->unruled = true;
    if (outside > floor_m2) {
        if (!hit_outside(j, outside))
            j->unruled = true;
        if (f->area_m2 > floor_m2)
            hit_class(j, RELATION_OVERLAP_PARTIAL, "*", f->area_m2);
    }
}

/* Lines that overlap each other under the parcel are reported on each of the two, never resolved. */
static void judge_crossed_lines(struct judge *j)
{
    const struct common_areas *c = j->common;
    double areas[CONTROL_LINE_COUNT] = {fmax(c->red_line_farmland, c->red_line_boundary),
                                        fmax(c->red_line_farmland, c->farmland_boundary),
                                        fmax(c->red_line_boundary, c->farmland_boundary)};
    if (areas[j->f->line] > j->r->slivers.area_m2)
        hit_class(j, RELATION_LAYERS_OVERLAP, "*", areas[j->f->line]);
}

static bool answered(const struct judge *j)
{
    return j->f->status != LAYER_UNMEASURED && j->f->status != LAYER_NOT_COVERED &&
           measure_is_covered(j->f->uncovered_m2, j->r->area_m2);
}

static enum verdict judge_layer(struct judge *j)
{
    struct layer_finding *f = j->f;
    bool measured = f->status != LAYER_UNMEASURED && f->status != LAYER_NOT_COVERED;
    j->n = 0;
    j->unruled = false;
    if (measured && f->line == LINE_URBAN_DEVELOPMENT_BOUNDARY)
        judge_boundary(j);
    else if (f->status == LAYER_OVERLAP && f->line == LINE_ECOLOGICAL_RED_LINE)
        judge_red_line(j);
    else if (f->status == LAYER_OVERLAP)
        judge_farmland(j);
    else if (f->status == LAYER_CLEAR && f->touches)
        hit_class(j, RELATION_TOUCH_OR_SPAN, "*", NAN);
    if (f->status == LAYER_OVERLAP)
        judge_crossed_lines(j);
    if (!answered(j))
        hit_class(j, RELATION_NO_DATA, "*", f->uncovered_m2);
    enum verdict v = VERDICT_ALLOWED;
    for (size_t i = 0; i < j->n; i++)
        v = verdict_worse(v, j->hits[i].rule->verdict);
    if (!answered(j))
        v = verdict_worse(v, VERDICT_UNKNOWN);
    if (f->status == LAYER_SLIVER && f->line != LINE_URBAN_DEVELOPMENT_BOUNDARY)
        v = verdict_worse(v, VERDICT_NOTICE);
    /* What no rule of the table speaks of is not thereby allowed, whatever the rules say of the rest. */
    if (j->unruled || (f->status == LAYER_OVERLAP && j->n == 0))
        v = verdict_worse(v, VERDICT_UNKNOWN);
    return v;
}

enum status judge_parcel(const struct rule_table *rules, const char *project_class,
                         const struct common_areas *common, struct arena *a, struct parcel_report *r,
                         struct error *e)
{
    enum verdict v = VERDICT_ALLOWED;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        struct judge j = {rules, project_class, common, r, &r->layers[l], .n = 0};
        v = verdict_worse(v, judge_layer(&j));
        struct rule_hit *hits = arena_array(a, j.n + 1, sizeof *hits);
        if (!hits)
            return error_no_memory(e);
        memcpy(hits, j.hits, j.n * sizeof *hits);
        r->layers[l].rules = hits;
        r->layers[l].n_rules = j.n;
    }
    r->verdict = v;
    return STATUS_OK;
}

#include "lines/judge.h"

#include <math.h>
#include <string.h>

enum { MAX_HITS = 32 };

/* Rules are added layer by layer; MAX_HITS bounds one layer's list (a layer has few sub-zones and one
 * class). */
struct judge {
    const struct judge_case *c;
    const struct control_line *line;
    const struct layer_finding *f;
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
    for (size_t i = 0; i < j->c->rules->n_rules; i++) {
        const struct rule *r = &j->c->rules->rules[i];
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
    return strcmp(j->c->project_class, "UNKNOWN") == 0 ? CLASS_NOT_GIVEN : CLASS_HAS_NO_RULE;
}

/* The rule of the project's own class, or the one that holds for every class. */
static bool hit_class(struct judge *j, enum relation relation, const char *sub_zone, double area_m2)
{
    const struct rule *r = rule_find(j, relation, sub_zone, j->c->project_class);
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

/* The parcel's area in the features of a zone; of n_zones: in those of none. */
static double area_in_zone(const struct judge *j, int zone)
{
    double area = 0;
    for (size_t i = 0; i < j->f->n_features; i++)
        if (line_zone_of(j->line, j->f->features[i].zone) == zone)
            area += j->f->features[i].area_m2;
    return fmin(area, j->f->area_m2);
}

/* What a line that excludes is pressed on with, zone by zone; a line without zones is one, "*". No rule
 * speaks of what is in no zone. */
static void judge_pressed(struct judge *j)
{
    const struct layer_finding *f = j->f;
    const struct control_line *line = j->line;
    if (line->n_zones == 0)
        j->unruled = !hit_pressing(j, "*", f->area_m2);
    else if (area_in_zone(j, line->n_zones) > 0)
        j->unruled = true;
    for (int z = 0; z < line->n_zones; z++) {
        const struct line_zone *zone = &line->zones[z];
        double area = area_in_zone(j, z);
        if (area > 0 && !(zone->absolute ? hit_class(j, RELATION_OVERLAP, zone->zh, area)
                                         : hit_pressing(j, zone->zh, area)))
            j->unruled = true;
    }
    if (line->within >= 0 && j->c->common->m2[f->line][line->within] > MEASURE_FLOOR_M2)
        hit_class(j, RELATION_OVERLAP, line->within_zone, j->c->common->m2[f->line][line->within]);
}

/* Outside a line that contains every class has its own terms. A table without a general row falls back to the
 * row for a class that is not known, and the note says which of the two it was. */
static bool hit_outside(struct judge *j, double outside_m2)
{
    bool given = strcmp(j->c->project_class, "UNKNOWN") != 0;
    const struct rule *own = rule_find(j, RELATION_OUTSIDE, j->line->outside, j->c->project_class);
    if (given && hit_add(j, own, outside_m2, CLASS_MATCHED))
        return true;
    if (given &&
        hit_add(j, rule_find(j, RELATION_OUTSIDE, j->line->outside, "*"), outside_m2, CLASS_HAS_NO_RULE))
        return true;
    return hit_add(j, rule_find(j, RELATION_OUTSIDE, j->line->outside, "UNKNOWN"), outside_m2, stand_in(j)) ||
           hit_add(j, rule_find(j, RELATION_OUTSIDE, j->line->outside, "*"), outside_m2, stand_in(j));
}

static void judge_contained(struct judge *j)
{
    const struct layer_finding *f = j->f;
    double floor_m2 = measure_floor_m2(j->c->parcel_m2), outside = j->c->parcel_m2 - f->area_m2;
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
    double area = 0;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        if (l != j->f->line)
            area = fmax(area, j->c->common->m2[j->f->line][l]);
    if (area > j->c->slivers.area_m2)
        hit_class(j, RELATION_LAYERS_OVERLAP, "*", area);
}

static bool is_measured(const struct layer_finding *f)
{
    return f->status != LAYER_UNMEASURED && f->status != LAYER_NOT_COVERED;
}

static void judge_relation(struct judge *j)
{
    const struct layer_finding *f = j->f;
    switch (j->line->relation) {
    case LINE_CONTAINS:
        if (is_measured(f))
            judge_contained(j);
        return;
    case LINE_EXCLUDES:
        if (f->status == LAYER_OVERLAP)
            judge_pressed(j);
        else if (f->status == LAYER_CLEAR && f->touches)
            hit_class(j, RELATION_TOUCH_OR_SPAN, "*", NAN);
        return;
    }
}

static enum verdict judge_line(struct judge *j)
{
    const struct layer_finding *f = j->f;
    bool answered = is_measured(f) && measure_is_covered(f->uncovered_m2, j->c->parcel_m2);
    judge_relation(j);
    if (f->status == LAYER_OVERLAP)
        judge_crossed_lines(j);
    if (!answered)
        hit_class(j, RELATION_NO_DATA, "*", f->uncovered_m2);
    enum verdict v = VERDICT_ALLOWED;
    for (size_t i = 0; i < j->n; i++)
        v = verdict_worse(v, j->hits[i].rule->verdict);
    if (!answered)
        v = verdict_worse(v, VERDICT_UNKNOWN);
    if (f->status == LAYER_SLIVER && j->line->relation == LINE_EXCLUDES)
        v = verdict_worse(v, VERDICT_NOTICE);
    /* What no rule of the table speaks of is not thereby allowed, whatever the rules say of the rest. */
    if (j->unruled || (f->status == LAYER_OVERLAP && j->n == 0))
        v = verdict_worse(v, VERDICT_UNKNOWN);
    return v;
}

enum status judge_findings(const struct judge_case *c, struct arena *a,
                           struct layer_finding findings[CONTROL_LINE_COUNT], enum verdict *out,
                           struct error *e)
{
    enum verdict v = VERDICT_ALLOWED;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        struct layer_finding *f = &findings[l];
        struct judge j = {c, line_at(f->line), f, .n = 0};
        v = verdict_worse(v, judge_line(&j));
        struct rule_hit *hits = arena_array(a, j.n + 1, sizeof *hits);
        if (!hits)
            return error_no_memory(e);
        memcpy(hits, j.hits, j.n * sizeof *hits);
        f->rules = hits;
        f->n_rules = j.n;
    }
    *out = v;
    return STATUS_OK;
}

#include "lines/judge.h"

#include <math.h>
#include <string.h>

/* One line of the parcel. */
struct judge {
    const struct judge_case *c;
    const struct control_line *line;
    struct layer_finding *f;
    const char *project_class; /* on this line: the claim's, or the project's nature */
    struct arena *arena;
    struct rule_hit *hits; /* in the arena, as many as apply */
    size_t n, cap;
    bool no_memory;
    bool unruled; /* something that is pressed on, or lies in or out, has no row that speaks of it */
};

bool common_is_asked(const struct control_line *a, const struct control_line *b)
{
    return (a->apart & UINT64_C(1) << b->number) || a->within == b->number || b->within == a->number;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    static const int severity[] = {[VERDICT_PROHIBITED] = 4,
                                   [VERDICT_UNKNOWN] = 3,
                                   [VERDICT_RESTRICTED] = 2,
                                   [VERDICT_NOTICE] = 1,
                                   [VERDICT_ALLOWED] = 0};
    return severity[a] >= severity[b] ? a : b;
}

/* ---- which rows answer ---- */

/* What a row is looked for by. */
struct situation {
    enum relation relation;
    const char *sub_zone, *project_class;
};

/* Most words of the table differ in their first letter. */
static inline bool is(const char *word, const char *other)
{
    return *word == *other && strcmp(word, other) == 0;
}

static bool speaks_of(const struct rule *r, const struct situation *s)
{
    return !r->beside && is(r->project_class, s->project_class) && is(r->sub_zone, s->sub_zone);
}

static bool holds_in(const struct rule *r, const char *unit)
{
    for (const char *p = r->unit; *p;) {
        size_t n = strcspn(p, "|");
        if (strncmp(unit, p, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

/* The first row that speaks of the situation: in `unit`, or, with NULL, everywhere. */
static const struct rule *rule_find(const struct judge *j, const struct situation *s, const char *unit)
{
    size_t n;
    const struct rule **rules = rules_of(j->c->rules, j->line->number, s->relation, &n);
    for (size_t i = 0; i < n; i++) {
        const struct rule *r = rules[i];
        if (speaks_of(r, s) && (unit ? holds_in(r, unit) : !*r->unit))
            return r;
    }
    return NULL;
}

static bool hit_add(struct judge *j, const struct rule *rule, double area_m2, enum class_note note)
{
    if (!rule)
        return false;
    if (!ARENA_RESERVE(j->arena, j->hits, j->cap, j->n + 1)) {
        j->no_memory = true;
        return false;
    }
    struct rule_hit hit = {rule, area_m2, note == CLASS_NOT_GIVEN, note, rule->verdict, false};
    const struct claim *claim = j->f->claim;
    /* what is prohibited whatever is claimed lacks no paper */
    if (claim && !*claim->document && rule->verdict != VERDICT_PROHIBITED &&
        strcmp(rule->project_class, claim->project_class) == 0) {
        hit.paper_missing = true;
        hit.verdict = verdict_worse(hit.verdict, VERDICT_RESTRICTED);
    }
    j->hits[j->n++] = hit;
    return true;
}

/* The row that holds everywhere; in a unit with a row of its own that one, and of a parcel across several
 * units all that hold in some part of it. */
static bool hit_situation(struct judge *j, const struct situation *s, double area_m2, enum class_note note)
{
    bool elsewhere = !j->c->units || !j->c->units[0], any = false;
    const struct rule *last = NULL;
    for (const char *const *unit = j->c->units; unit && *unit; unit++) {
        const struct rule *own = rule_find(j, s, *unit);
        elsewhere = elsewhere || !own;
        if (own && own != last)
            any = hit_add(j, own, area_m2, note) || any;
        last = own ? own : last;
    }
    return (elsewhere && hit_add(j, rule_find(j, s, NULL), area_m2, note)) || any;
}

/* What to say of a rule that stands in for the class's own. */
static enum class_note stand_in(const struct judge *j)
{
    return strcmp(j->project_class, "UNKNOWN") == 0 ? CLASS_NOT_GIVEN : CLASS_HAS_NO_RULE;
}

/* A row of several zones is one row, of all their area. */
static bool hit_again(struct judge *j, const struct rule *rule, double area_m2)
{
    for (size_t i = 0; i < j->n; i++)
        if (j->hits[i].rule == rule) {
            j->hits[i].area_m2 += area_m2;
            return true;
        }
    return false;
}

/* Rows that are told beside the one that answers. `any`: also those of every zone. */
static void hit_beside(struct judge *j, enum relation relation, const char *sub_zone, bool any,
                       double area_m2)
{
    size_t n;
    const struct rule **rules = rules_of(j->c->rules, j->line->number, relation, &n);
    for (size_t i = 0; i < n; i++) {
        const struct rule *r = rules[i];
        if (!r->beside)
            continue;
        bool here = !*r->unit;
        for (const char *const *unit = j->c->units; unit && *unit && !here; unit++)
            here = holds_in(r, *unit);
        if (here && ((any && is(r->sub_zone, "*")) || is(r->sub_zone, sub_zone)) &&
            (is(r->project_class, "*") || is(r->project_class, j->project_class)) &&
            !hit_again(j, r, area_m2))
            hit_add(j, r, area_m2, CLASS_MATCHED);
    }
}

/* The rule of the project's own class, or the one that holds for every class. */
static bool hit_class(struct judge *j, enum relation relation, const char *sub_zone, double area_m2)
{
    struct situation own = {relation, sub_zone, j->project_class}, any = {relation, sub_zone, "*"};
    return hit_situation(j, &own, area_m2, CLASS_MATCHED) || hit_situation(j, &any, area_m2, CLASS_MATCHED);
}

/* Pressing on a line: the class's own exception when it was named, and otherwise the general prohibition,
 * which says why it was used: no class was named, or the table has no exception for it. */
static bool hit_pressing(struct judge *j, const char *sub_zone, double area_m2)
{
    struct situation general = {RELATION_OVERLAP, sub_zone, "GENERAL"};
    return hit_class(j, RELATION_OVERLAP, sub_zone, area_m2) ||
           hit_class(j, RELATION_TOUCH_OR_SPAN, "*", area_m2) ||
           hit_situation(j, &general, area_m2, stand_in(j));
}

/* ---- the relations ---- */

/* What a line that excludes is pressed on with, zone by zone; a line without zones is one, "*". No rule
 * speaks of what is in no zone. */
static void judge_pressed(struct judge *j)
{
    const struct layer_finding *f = j->f;
    const struct control_line *line = j->line;
    double zone_m2[ZONES_MAX + 1];
    layer_finding_zones_m2(f, zone_m2);
    if (line->n_zones == 0) {
        j->unruled = !hit_pressing(j, "*", f->area_m2);
        hit_beside(j, RELATION_OVERLAP, "*", true, f->area_m2);
    } else if (zone_m2[line->n_zones] > 0) {
        j->unruled = true;
    }
    for (int z = 0; z < line->n_zones; z++) {
        const struct line_zone *zone = &line->zones[z];
        double area = zone_m2[z];
        if (!(area > 0))
            continue;
        if (!(zone->absolute ? hit_class(j, RELATION_OVERLAP, zone->zh, area)
                             : hit_pressing(j, zone->zh, area)))
            j->unruled = true;
        hit_beside(j, RELATION_OVERLAP, zone->zh, true, area);
    }
    double within = line->within >= 0 ? common_area(j->c->common, line->number, line->within) : 0;
    if (within > MEASURE_FLOOR_M2) {
        hit_class(j, RELATION_OVERLAP, line->within_zone, within);
        hit_beside(j, RELATION_OVERLAP, line->within_zone, false, within);
    }
}

/* Outside a line that contains every class has its own terms. A table without a general row falls back to the
 * row for a class that is not known, and the note says which of the two it was. */
static bool hit_outside(struct judge *j, double outside_m2)
{
    bool given = strcmp(j->project_class, "UNKNOWN") != 0;
    struct situation own = {RELATION_OUTSIDE, j->line->outside, j->project_class}, any = own, unknown = own;
    any.project_class = "*";
    unknown.project_class = "UNKNOWN";
    if (given && (hit_situation(j, &own, outside_m2, CLASS_MATCHED) ||
                  hit_situation(j, &any, outside_m2, CLASS_HAS_NO_RULE)))
        return true;
    return hit_situation(j, &unknown, outside_m2, stand_in(j)) ||
           hit_situation(j, &any, outside_m2, stand_in(j));
}

static void judge_contained(struct judge *j)
{
    const struct layer_finding *f = j->f;
    double floor_m2 = measure_floor_m2(j->c->parcel_m2),
           outside = f->inside ? 0 : j->c->parcel_m2 - f->area_m2;
    bool plain = j->line->n_zones == 0;           /* not divided into zones: its row is "*" */
    for (size_t i = 0; i + 1 < f->n_zones; i++) { /* the last entry is the outside */
        const char *zone = plain ? "*" : line_zone_title(j->line, f->zones[i].zone);
        if (!(f->zones[i].area_m2 > floor_m2))
            continue;
        if (!hit_class(j, RELATION_INSIDE, zone, f->zones[i].area_m2))
            j->unruled = true;
        if (!plain)
            hit_beside(j, RELATION_INSIDE, zone, false, f->zones[i].area_m2);
    }
    if (f->area_m2 > floor_m2)
        hit_beside(j, RELATION_INSIDE, "*", true, f->area_m2);
    if (outside > floor_m2) {
        if (!hit_outside(j, outside))
            j->unruled = true;
        hit_beside(j, RELATION_OUTSIDE, j->line->outside, true, outside);
        if (f->area_m2 > floor_m2)
            hit_class(j, RELATION_OVERLAP_PARTIAL, "*", f->area_m2);
    }
}

/* A class of which the table speaks has a row "overlap"; the others are only told. */
static void judge_classified(struct judge *j)
{
    const struct layer_finding *f = j->f;
    double floor_m2 = measure_floor_m2(j->c->parcel_m2);
    for (size_t i = 0; i < f->n_zones; i++) {
        const char *zone = line_zone_title(j->line, f->zones[i].zone);
        if (!(f->zones[i].area_m2 > floor_m2))
            continue;
        hit_class(j, RELATION_OVERLAP, zone, f->zones[i].area_m2);
        hit_beside(j, RELATION_OVERLAP, zone, true, f->zones[i].area_m2);
    }
}

/* Lines that must be kept apart and overlap each other under the parcel are reported on each of the two,
 * never resolved. */
static void judge_crossed_lines(struct judge *j)
{
    double area = 0;
    for (int l = 0; l < j->c->common->n; l++)
        if (j->line->apart & UINT64_C(1) << l)
            area = fmax(area, common_area(j->c->common, j->line->number, l));
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
    case LINE_CLASSIFIES:
        if (f->status == LAYER_OVERLAP)
            judge_classified(j);
        return;
    case LINE_EXCLUDES:
        if (f->status == LAYER_OVERLAP)
            judge_pressed(j);
        else if (f->status == LAYER_CLEAR && f->touches)
            hit_class(j, RELATION_TOUCH_OR_SPAN, "*", NAN);
        return;
    }
}

/* Without an answer from a line that must be examined, or from data that cannot be measured, nothing is
 * known. That the data of another line merely do not reach is told, and never as allowed; but of what only
 * classifies no verdict hangs on it. */
static enum verdict verdict_unanswered(const struct judge *j)
{
    if (j->line->must || j->f->status == LAYER_UNMEASURED)
        return VERDICT_UNKNOWN;
    return j->line->relation == LINE_CLASSIFIES ? VERDICT_ALLOWED : VERDICT_NOTICE;
}

static enum verdict judge_line(struct judge *j)
{
    const struct layer_finding *f = j->f;
    bool answered = is_measured(f) && measure_is_covered(f->uncovered_m2, j->c->parcel_m2);
    if (answered && f->status == LAYER_CLEAR && !f->touches && j->line->relation != LINE_CONTAINS)
        return VERDICT_ALLOWED; /* most lines of most parcels: no rule speaks of it */
    judge_relation(j);
    if (f->status == LAYER_OVERLAP)
        judge_crossed_lines(j);
    if (!answered && verdict_unanswered(j) != VERDICT_ALLOWED)
        hit_class(j, RELATION_NO_DATA, "*", f->uncovered_m2);
    enum verdict v = VERDICT_ALLOWED;
    for (size_t i = 0; i < j->n; i++)
        v = verdict_worse(v, j->hits[i].verdict);
    if (!answered)
        v = verdict_worse(v, verdict_unanswered(j));
    if (f->status == LAYER_SLIVER && j->line->relation == LINE_EXCLUDES)
        v = verdict_worse(v, VERDICT_NOTICE);
    /* What no rule of the table speaks of is not thereby allowed, whatever the rules say of the rest. */
    if (j->unruled || (f->status == LAYER_OVERLAP && j->n == 0 && j->line->relation != LINE_CLASSIFIES))
        v = verdict_worse(v, VERDICT_UNKNOWN);
    return v;
}

enum status judge_findings(const struct judge_case *c, struct arena *a, struct layer_finding *findings,
                           int n_findings, enum verdict *out, struct error *e)
{
    enum verdict v = VERDICT_ALLOWED;
    for (int l = 0; l < n_findings; l++) {
        struct layer_finding *f = &findings[l];
        f->claim = claim_on(c->claims, f->line);
        struct judge j = {.c = c,
                          .line = f->line,
                          .f = f,
                          .project_class = f->claim ? f->claim->project_class : c->project_class,
                          .arena = a};
        f->verdict = judge_line(&j);
        if (j.no_memory)
            return error_no_memory(e);
        v = verdict_worse(v, f->verdict);
        f->rules = j.hits;
        f->n_rules = j.n;
    }
    *out = v;
    return STATUS_OK;
}

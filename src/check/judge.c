#include "check/judge.h"

#include "check/measure.h"

#include <math.h>
#include <string.h>

enum { MAX_HITS = 32 };

/* Rules are added layer by layer; MAX_HITS bounds one layer's list (a layer has few sub-zones and one class). */
struct judge {
    const struct rule_table *rules;
    const char *project_class;
    const struct common_areas *common;
    const struct parcel_report *r;
    struct layer_finding *f;
    struct rule_hit hits[MAX_HITS];
    size_t n;
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

/* Pressing on a line: the class's own exception when it was named, and otherwise the general prohibition, which says
 * why it was used: no class was named, or the table has no exception for it. */
static void hit_pressing(struct judge *j, const char *sub_zone, double area_m2)
{
    if (hit_class(j, RELATION_OVERLAP, sub_zone, area_m2) ||
        hit_class(j, RELATION_TOUCH_OR_SPAN, "*", area_m2))
        return;
    hit_add(j, rule_find(j, RELATION_OVERLAP, sub_zone, "GENERAL"), area_m2, stand_in(j));
}

#define CORE_ZONE "自然保护地核心保护区"

static void judge_red_line(struct judge *j)
{
    const struct layer_finding *f = j->f;
    double core = 0, rest = 0;
    for (size_t i = 0; i < f->n_features; i++) {
        bool is_core =
            strcmp(f->features[i].zone, CORE_ZONE) == 0 || strcmp(f->features[i].zone, "核心保护区") == 0;
        *(is_core ? &core : &rest) += f->features[i].area_m2;
    }
    if (core > 0)
        hit_class(j, RELATION_OVERLAP, CORE_ZONE, fmin(core, f->area_m2));
    if (rest > 0)
        hit_pressing(j, "核心保护区外", fmin(rest, f->area_m2));
}

static void judge_farmland(struct judge *j)
{
    hit_pressing(j, "*", j->f->area_m2);
    if (j->common->farmland_boundary > MEASURE_FLOOR_M2)
        hit_class(j, RELATION_OVERLAP, "城镇开发边界内", j->common->farmland_boundary);
}

/* Outside the boundary every class has its own terms. A table without a general row falls back to the row for a class
 * that is not known, and the note says which of the two it was. */
static void hit_outside(struct judge *j, double outside_m2)
{
    bool given = strcmp(j->project_class, "UNKNOWN") != 0;
    const struct rule *own = rule_find(j, RELATION_OUTSIDE, "边界外", j->project_class);
    if (given && hit_add(j, own, outside_m2, CLASS_MATCHED))
        return;
    if (given && hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "*"), outside_m2, CLASS_HAS_NO_RULE))
        return;
    if (!hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "UNKNOWN"), outside_m2, stand_in(j)))
        hit_add(j, rule_find(j, RELATION_OUTSIDE, "边界外", "*"), outside_m2, stand_in(j));
}

static void judge_boundary(struct judge *j)
{
    struct layer_finding *f = j->f;
    double floor_m2 = measure_floor_m2(j->r->area_m2), outside = j->r->area_m2 - f->area_m2;
    for (size_t i = 0; i + 1 < f->n_zones; i++) /* the last entry is the outside */
        if (f->zones[i].area_m2 > floor_m2)
            hit_class(j, RELATION_INSIDE, f->zones[i].zone, f->zones[i].area_m2);
    if (outside > floor_m2) {
        hit_outside(j, outside);
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
           measure_is_covered(j->f, j->r->area_m2);
}

static enum verdict judge_layer(struct judge *j)
{
    struct layer_finding *f = j->f;
    bool measured = f->status != LAYER_UNMEASURED && f->status != LAYER_NOT_COVERED;
    j->n = 0;
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
    /* A line that is pressed on without any rule of the table is not thereby allowed. */
    if (f->status == LAYER_OVERLAP && j->n == 0)
        v = verdict_worse(v, VERDICT_UNKNOWN);
    return v;
}

/* ---- sentences (std-report.json) ---- */

static double hectares(double m2)
{
    return m2 / 10000.0;
}

static double mu(double m2)
{
    return m2 * 3.0 / 2000.0;
}

static const char *line_sentence_zh(struct arena *a, const struct parcel_report *r,
                                    const struct layer_finding *f)
{
    const char *name = control_line_zh(f->line);
    double m2 = f->area_m2, outside = r->area_m2 - f->area_m2;
    bool boundary = f->line == LINE_URBAN_DEVELOPMENT_BOUNDARY;
    switch (f->status) {
    case LAYER_UNMEASURED:
        return arena_printf(a, "%s无法测算，不能作出判定：%s", name, f->reason_zh);
    case LAYER_NOT_COVERED:
        return arena_printf(a, "%s数据未覆盖项目用地，不能作出判定。", name);
    case LAYER_SLIVER:
        return arena_printf(
            a, "%s仅有碎屑重叠%.4f平方米（面积不超过%.1f平方米且宽度不超过%.2f米），已列出，请核对。", name,
            m2, r->slivers.area_m2, r->slivers.width_m);
    case LAYER_CLEAR:
        if (boundary)
            return arena_printf(a, "项目用地位于城镇开发边界外，面积%.4f公顷。", hectares(r->area_m2));
        return arena_printf(a, "项目用地不涉及%s%s。", f->line == LINE_PERMANENT_BASIC_FARMLAND ? "占用" : "",
                            name);
    case LAYER_OVERLAP:
        break;
    }
    if (boundary && f->inside)
        return arena_printf(a, "项目用地全部位于城镇开发边界内（%s）。",
                            f->n_zones > 1 ? f->zones[0].zone : "");
    if (boundary)
        return arena_printf(a, "项目用地部分位于城镇开发边界内，界内%.4f公顷，界外%.4f公顷。", hectares(m2),
                            hectares(outside));
    if (f->line == LINE_ECOLOGICAL_RED_LINE)
        return arena_printf(
            a,
            "项目用地压占生态保护红线%.4f公顷（%.2f平方米，%.2f亩），须避让；确属有限人为活动或国家重大"
            "项目的，须取得省级人民政府认定（论证）意见。",
            hectares(m2), m2, mu(m2));
    return arena_printf(
        a,
        "项目用地占用永久基本农田%.4f公顷（%.2f平方米，%.2f亩），一般建设项目不得占用；重点项目确难避让"
        "的须经国务院批准并落实补划。",
        hectares(m2), m2, mu(m2));
}

static const char *line_sentence_en(struct arena *a, const struct layer_finding *f)
{
    const char *name = control_line_en(f->line);
    switch (f->status) {
    case LAYER_UNMEASURED:
        return arena_printf(a, "%s: cannot be measured. %s", name, f->reason_en);
    case LAYER_NOT_COVERED:
        return arena_printf(a, "%s: no data here, no finding.", name);
    case LAYER_SLIVER:
        return arena_printf(a, "%s: slivers only, %.4f m2, listed.", name, f->area_m2);
    case LAYER_CLEAR:
        return arena_printf(a, "%s: not occupied.", name);
    case LAYER_OVERLAP:
        break;
    }
    return arena_printf(a, "%s: %.2f m2 (%.4f ha, %.2f mu), %.2f %% of the parcel.", name, f->area_m2,
                        hectares(f->area_m2), mu(f->area_m2), f->share * 100);
}

enum status judge_summarise(struct arena *a, struct parcel_report *r, struct error *e)
{
    const char *zh = "", *en = "";
    for (int l = 0; l < CONTROL_LINE_COUNT && zh && en; l++) {
        const char *more_zh = line_sentence_zh(a, r, &r->layers[l]),
                   *more_en = line_sentence_en(a, &r->layers[l]);
        zh = more_zh ? arena_printf(a, "%s%s", zh, more_zh) : NULL;
        en = more_en ? arena_printf(a, "%s%s%s", en, *en ? " " : "", more_en) : NULL;
    }
    if (!zh || !en)
        return error_no_memory(e);
    r->summary_zh = zh;
    r->summary_en = en;
    return STATUS_OK;
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

#include "check/sentences.h"

#include <string.h>

static const char *sentence_zh(struct arena *a, enum line_fact fact, const struct line_words *w)
{
    const char *name = control_line_zh(w->line);
    switch (fact) {
    case LINE_IS_PRESSED:
        if (w->line == LINE_ECOLOGICAL_RED_LINE)
            return arena_printf(
                a,
                "项目用地压占生态保护红线%s公顷（%s平方米，%s亩），须避让；确属有限人为活动或国家重大项目的，"
                "须取得省级人民政府认定（论证）意见。",
                w->area.ha, w->area.m2, w->area.mu);
        return arena_printf(a,
                            "项目用地占用永久基本农田%s公顷（%s平方米，%s亩），一般建设项目不得占用；重点项目"
                            "确难避让的须经国务院批准并落实补划。",
                            w->area.ha, w->area.m2, w->area.mu);
    case LINE_IS_CLEAR:
        return arena_printf(a, "项目用地不涉及%s%s。", w->line == LINE_PERMANENT_BASIC_FARMLAND ? "占用" : "",
                            name);
    case LINE_HAS_SLIVERS:
        return arena_printf(
            a, "项目用地与%s仅有碎屑重叠%s平方米（面积不超过%.1f平方米且宽度不超过%.2f米），已列出，请核对。",
            name, w->sliver_m2, w->slivers.area_m2, w->slivers.width_m);
    case LINE_IS_NOT_COVERED:
        return arena_printf(a, "%s数据未覆盖%s，不能作出判定。", name, w->some ? "部分地块" : "项目用地");
    case LINE_IS_NOT_MEASURED:
        return arena_printf(a, "%s未能测算，不能作出判定。%s", name, w->reason);
    case LINE_IS_PARTLY_COVERED:
        return arena_printf(a, "%s数据只覆盖用地的一部分，实际面积可能更多，不能作出完整判定。", name);
    case BOUNDARY_HOLDS_ALL:
        return arena_printf(a, "项目用地全部位于城镇开发边界内%s%s%s。", *w->zones ? "（" : "", w->zones,
                            *w->zones ? "）" : "");
    case BOUNDARY_HOLDS_NONE:
        return arena_printf(a, "项目用地位于城镇开发边界外，面积%s公顷。", w->outside.ha);
    case BOUNDARY_HOLDS_PART:
        return arena_printf(a, "项目用地部分位于城镇开发边界内，界内%s公顷，界外%s公顷。", w->area.ha,
                            w->outside.ha);
    case BOUNDARY_MEASURED:
        if (w->outside_unknown)
            return arena_printf(a, "已测算的用地位于城镇开发边界内%s公顷，其余无数据。", w->area.ha);
        return arena_printf(a, "已测算的用地位于城镇开发边界内%s公顷，边界外%s公顷。", w->area.ha,
                            w->outside.ha);
    }
    return NULL;
}

static const char *sentence_en(struct arena *a, enum line_fact fact, const struct line_words *w)
{
    const char *name = control_line_en(w->line);
    switch (fact) {
    case LINE_IS_PRESSED:
        if (w->line == LINE_ECOLOGICAL_RED_LINE)
            return arena_printf(
                a,
                "The site presses on the ecological red line with %s ha (%s m2, %s mu) and must "
                "avoid it; limited human activity and national major projects need the "
                "provincial government's finding.",
                w->area.ha, w->area.m2, w->area.mu);
        return arena_printf(
            a,
            "The site occupies %s ha (%s m2, %s mu) of permanent basic farmland, which ordinary construction "
            "may not; a key project that cannot avoid it needs the State Council's approval and replacement "
            "farmland.",
            w->area.ha, w->area.m2, w->area.mu);
    case LINE_IS_CLEAR:
        return arena_printf(a, "The site is clear of the %s.", name);
    case LINE_HAS_SLIVERS:
        return arena_printf(
            a,
            "The site overlaps the %s in slivers only, %s m2 (at most %.1f m2 and at most %.2f m wide); they "
            "are listed, to be looked at.",
            name, w->sliver_m2, w->slivers.area_m2, w->slivers.width_m);
    case LINE_IS_NOT_COVERED:
        return arena_printf(a, "The data of the %s does not cover %s: no finding.", name,
                            w->some ? "some of the parcels" : "the site");
    case LINE_IS_NOT_MEASURED:
        return arena_printf(a, "The %s could not be measured: no finding.%s%s", name, *w->reason ? " " : "",
                            w->reason);
    case LINE_IS_PARTLY_COVERED:
        return arena_printf(a,
                            "The data of the %s covers only part of the site; the area may be larger and the "
                            "finding is not complete.",
                            name);
    case BOUNDARY_HOLDS_ALL:
        return arena_printf(a, "The whole site lies inside the urban development boundary%s%s%s.",
                            *w->zones ? " (" : "", w->zones, *w->zones ? ")" : "");
    case BOUNDARY_HOLDS_NONE:
        return arena_printf(a, "The site lies outside the urban development boundary, %s ha.", w->outside.ha);
    case BOUNDARY_HOLDS_PART:
        return arena_printf(
            a, "The site lies partly inside the urban development boundary: %s ha inside, %s ha outside.",
            w->area.ha, w->outside.ha);
    case BOUNDARY_MEASURED:
        if (w->outside_unknown)
            return arena_printf(
                a,
                "Of what could be measured, %s ha lie inside the urban development boundary; of the rest "
                "there is no data.",
                w->area.ha);
        return arena_printf(
            a,
            "Of what could be measured, %s ha lie inside the urban development boundary and %s "
            "ha outside.",
            w->area.ha, w->outside.ha);
    }
    return NULL;
}

const char *sentence_of_line(struct arena *a, enum line_fact fact, const struct line_words *w, bool english)
{
    return english ? sentence_en(a, fact, w) : sentence_zh(a, fact, w);
}

const char *boundary_zone_en(const char *zone)
{
    static const struct {
        const char *zh, *en;
    } zones[] = {{"城镇集中建设区", "concentrated construction zone"},
                 {"城镇弹性发展区", "flexible development zone"},
                 {"特别用途区", "special-purpose zone"},
                 {"边界外", "outside the boundary"}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(zone, zones[i].zh) == 0)
            return zones[i].en;
    return zone;
}

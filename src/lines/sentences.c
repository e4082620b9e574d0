#include "lines/sentences.h"

static const char *sentence_zh(struct arena *a, enum line_fact fact, const struct line_words *w)
{
    const struct control_line *line = w->line;
    const char *name = line->title_zh;
    switch (fact) {
    case LINE_IS_PRESSED:
        return arena_printf(a, "项目用地%s%s公顷（%s平方米，%s亩），%s", line->texts.held, w->area.ha,
                            w->area.m2, w->area.mu, line->texts.held_then);
    case LINE_IS_CLEAR:
        return arena_printf(a, "项目用地不涉及%s。", line->texts.clear);
    case LINE_IS_CLASSED:
        return arena_printf(a, "项目用地涉及%s：%s。", name, w->zones);
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
    case LINE_HOLDS_ALL:
        return arena_printf(a, "项目用地全部位于%s内%s%s%s。", name, *w->zones ? "（" : "", w->zones,
                            *w->zones ? "）" : "");
    case LINE_HOLDS_NONE:
        return arena_printf(a, "项目用地位于%s外，面积%s公顷。", name, w->outside.ha);
    case LINE_HOLDS_PART:
        return arena_printf(a, "项目用地部分位于%s内，界内%s公顷，界外%s公顷。", name, w->area.ha,
                            w->outside.ha);
    case LINE_HOLDS_MEASURED:
        if (w->outside_unknown)
            return arena_printf(a, "已测算的用地位于%s内%s公顷，其余无数据。", name, w->area.ha);
        return arena_printf(a, "已测算的用地位于%s内%s公顷，边界外%s公顷。", name, w->area.ha, w->outside.ha);
    }
    return NULL;
}

static const char *sentence_en(struct arena *a, enum line_fact fact, const struct line_words *w)
{
    const struct control_line *line = w->line;
    const char *name = line->name_en;
    switch (fact) {
    case LINE_IS_PRESSED:
        return arena_printf(a, "The site %s%s ha (%s m2, %s mu)%s", line->texts.held_en, w->area.ha,
                            w->area.m2, w->area.mu, line->texts.held_then_en);
    case LINE_IS_CLEAR:
        return arena_printf(a, "The site is clear of the %s.", name);
    case LINE_IS_CLASSED:
        return arena_printf(a, "The site by %s: %s.", name, w->zones);
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
    case LINE_HOLDS_ALL:
        return arena_printf(a, "The whole site lies inside the %s%s%s%s.", name, *w->zones ? " (" : "",
                            w->zones, *w->zones ? ")" : "");
    case LINE_HOLDS_NONE:
        return arena_printf(a, "The site lies outside the %s, %s ha.", name, w->outside.ha);
    case LINE_HOLDS_PART:
        return arena_printf(a, "The site lies partly inside the %s: %s ha inside, %s ha outside.", name,
                            w->area.ha, w->outside.ha);
    case LINE_HOLDS_MEASURED:
        if (w->outside_unknown)
            return arena_printf(
                a, "Of what could be measured, %s ha lie inside the %s; of the rest there is no data.",
                w->area.ha, name);
        return arena_printf(a, "Of what could be measured, %s ha lie inside the %s and %s ha outside.",
                            w->area.ha, name, w->outside.ha);
    }
    return NULL;
}

const char *sentence_of_line(struct arena *a, enum line_fact fact, const struct line_words *w, bool english)
{
    return english ? sentence_en(a, fact, w) : sentence_zh(a, fact, w);
}

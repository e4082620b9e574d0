#include "lines/sentences.h"

/* The figures that the sentence of a fact has, as they are printed; "" are those that it has not. */
struct figure_texts {
    struct decimal_area area, outside;
    char sliver_m2[DECIMAL_SIZE];
};

static struct figure_texts figure_texts_of(enum line_fact fact, const struct line_words *w)
{
    struct figure_texts t = {.sliver_m2 = ""};
    bool inside_and_out = fact == LINE_HOLDS_PART || fact == LINE_HOLDS_MEASURED;
    if (fact == LINE_IS_PRESSED || inside_and_out)
        t.area = decimal_area_of(w->area_cents);
    if (fact == LINE_HOLDS_NONE || inside_and_out)
        t.outside = decimal_area_of(w->outside_cents);
    if (fact == LINE_HAS_SLIVERS)
        decimal_units_text(w->sliver_ten_thousandths, 4, t.sliver_m2);
    return t;
}

static const char *sentence_zh(struct arena *a, enum line_fact fact, const struct line_words *w,
                               const struct figure_texts *t)
{
    const struct control_line *line = w->line;
    const char *name = line->title_zh;
    switch (fact) {
    case LINE_IS_PRESSED:
        return arena_printf(a, "项目用地%s%s公顷（%s平方米，%s亩），%s", line->texts.held, t->area.ha,
                            t->area.m2, t->area.mu, line->texts.held_then);
    case LINE_IS_CLEAR:
        break; /* sentence_of_line */
    case LINE_IS_CLASSED:
        return arena_printf(a, "项目用地涉及%s：%s。", name, w->zones);
    case LINE_HAS_SLIVERS:
        return arena_printf(
            a, "项目用地与%s仅有碎屑重叠%s平方米（面积不超过%.1f平方米且宽度不超过%.2f米），已列出，请核对。",
            name, t->sliver_m2, w->slivers.area_m2, w->slivers.width_m);
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
        return arena_printf(a, "项目用地位于%s外，面积%s公顷。", name, t->outside.ha);
    case LINE_HOLDS_PART:
        return arena_printf(a, "项目用地部分位于%s内，界内%s公顷，界外%s公顷。", name, t->area.ha,
                            t->outside.ha);
    case LINE_HOLDS_MEASURED:
        if (w->outside_unknown)
            return arena_printf(a, "已测算的用地位于%s内%s公顷，其余无数据。", name, t->area.ha);
        return arena_printf(a, "已测算的用地位于%s内%s公顷，边界外%s公顷。", name, t->area.ha, t->outside.ha);
    }
    return NULL;
}

static const char *sentence_en(struct arena *a, enum line_fact fact, const struct line_words *w,
                               const struct figure_texts *t)
{
    const struct control_line *line = w->line;
    const char *name = line->name_en;
    switch (fact) {
    case LINE_IS_PRESSED:
        return arena_printf(a, "The site %s%s ha (%s m2, %s mu)%s", line->texts.held_en, t->area.ha,
                            t->area.m2, t->area.mu, line->texts.held_then_en);
    case LINE_IS_CLEAR:
        break;
    case LINE_IS_CLASSED:
        return arena_printf(a, "The site by %s: %s.", name, w->zones);
    case LINE_HAS_SLIVERS:
        return arena_printf(
            a,
            "The site overlaps the %s in slivers only, %s m2 (at most %.1f m2 and at most %.2f m wide); they "
            "are listed, to be looked at.",
            name, t->sliver_m2, w->slivers.area_m2, w->slivers.width_m);
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
        return arena_printf(a, "The site lies outside the %s, %s ha.", name, t->outside.ha);
    case LINE_HOLDS_PART:
        return arena_printf(a, "The site lies partly inside the %s: %s ha inside, %s ha outside.", name,
                            t->area.ha, t->outside.ha);
    case LINE_HOLDS_MEASURED:
        if (w->outside_unknown)
            return arena_printf(
                a, "Of what could be measured, %s ha lie inside the %s; of the rest there is no data.",
                t->area.ha, name);
        return arena_printf(a, "Of what could be measured, %s ha lie inside the %s and %s ha outside.",
                            t->area.ha, name, t->outside.ha);
    }
    return NULL;
}

const char *sentence_of_line(struct arena *a, enum line_fact fact, const struct line_words *w, bool english)
{
    if (fact == LINE_IS_CLEAR) /* of most lines under most parcels */
        return english ? w->line->texts.is_clear_en : w->line->texts.is_clear_zh;
    const struct figure_texts t = figure_texts_of(fact, w);
    return english ? sentence_en(a, fact, w, &t) : sentence_zh(a, fact, w, &t);
}

bool sentences_prepare(struct control_line *line, struct arena *a)
{
    line->texts.is_clear_zh = arena_printf(a, "项目用地不涉及%s。", line->texts.clear);
    line->texts.is_clear_en = arena_printf(a, "The site is clear of the %s.", line->name_en);
    return line->texts.is_clear_zh && line->texts.is_clear_en;
}

/* 审查结论: the sentences of the field's own reports, one per line, from the balanced figures. */
#include "report/report_parts.h"

#include "lines/sentences.h"

#include <stdio.h>
#include <string.h>

/* How the parcels stand to one line. The marks are arrays over the parcels. */
struct standing {
    const struct control_line *line;
    bool *overlap, *sliver, *clear, *not_covered, *unmeasured, *partly;
    size_t n_overlap, n_sliver, n_clear, n_not_covered, n_unmeasured, n_partly;
    int64_t overlap_cents, sliver_ten_thousandths;
    const char *reason; /* of the first parcel that could not be measured */
};

static bool standing_init(struct report_making *m, struct standing *s, const struct control_line *line)
{
    size_t n = m->t->n_rows + 1;
    *s = (struct standing){.line = line, .reason = ""};
    bool *marks = arena_array(m->arena, n * 6, sizeof *marks);
    if (!marks) {
        m->no_memory = true;
        return false;
    }
    s->overlap = marks;
    s->sliver = marks + n;
    s->clear = marks + 2 * n;
    s->not_covered = marks + 3 * n;
    s->unmeasured = marks + 4 * n;
    s->partly = marks + 5 * n;
    return true;
}

static void standing_count(struct report_making *m, struct standing *s)
{
    for (size_t i = 0; i < m->t->n_rows; i++) {
        const struct layer_finding *f = making_finding(m, i, s->line);
        int64_t units = 0;
        switch (f->status) {
        case LAYER_OVERLAP:
            s->n_overlap += s->overlap[i] = true;
            s->overlap_cents += m->t->rows[i].figures[column_of_line(s->line)].cents;
            break;
        case LAYER_SLIVER:
            s->n_sliver += s->sliver[i] = true;
            s->sliver_ten_thousandths += decimal_units(f->area_m2, 4, &units) ? units : 0;
            break;
        case LAYER_CLEAR:
            s->n_clear += s->clear[i] = true;
            break;
        case LAYER_NOT_COVERED:
            s->n_not_covered += s->not_covered[i] = true;
            break;
        case LAYER_UNMEASURED:
            s->n_unmeasured += s->unmeasured[i] = true;
            if (!*s->reason && f->reason_zh)
                s->reason = f->reason_zh;
            break;
        }
        double slack = 1e-9 * m->r->results[i].area_m2;
        if (f->status == LAYER_OVERLAP && f->uncovered_m2 > (slack > 0.01 ? slack : 0.01))
            s->n_partly += s->partly[i] = true;
    }
}

/* "（地块：…）" unless it is every parcel. */
static const char *which(struct report_making *m, const bool *marked, size_t n)
{
    if (n == m->t->n_rows)
        return "";
    const char *list = making_parcel_list(m, marked);
    const char *text = list ? arena_printf(m->arena, "（地块：%s）", list) : NULL;
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

/* The sentence, and behind it the parcels for which it holds. */
static void say(struct report_making *m, bool warning, enum line_fact fact, const struct line_words *w,
                const char *place)
{
    const char *text = sentence_of_line(m->arena, fact, w, false);
    making_say(m, &m->t->sentences, warning,
               text && *place ? arena_printf(m->arena, "%s%s", text, place) : text);
}

static struct line_words words_of(const struct report_making *m, const struct standing *s)
{
    return (struct line_words){.line = s->line,
                               .area_cents = s->overlap_cents,
                               .zones = "",
                               .reason = s->reason,
                               .sliver_ten_thousandths = s->sliver_ten_thousandths,
                               .slivers = m->r->slivers,
                               .some = s->n_not_covered < m->t->n_rows};
}

/* What could not be judged stands beside what could: a hit on one plot never hides a gap under another. */
static void say_gaps(struct report_making *m, const struct standing *s)
{
    const struct line_words w = words_of(m, s);
    if (s->n_not_covered)
        say(m, true, LINE_IS_NOT_COVERED, &w, which(m, s->not_covered, s->n_not_covered));
    if (s->n_unmeasured)
        say(m, true, LINE_IS_NOT_MEASURED, &w, which(m, s->unmeasured, s->n_unmeasured));
    if (s->n_partly)
        say(m, true, LINE_IS_PARTLY_COVERED, &w, which(m, s->partly, s->n_partly));
}

static void say_slivers(struct report_making *m, const struct standing *s)
{
    const struct line_words w = words_of(m, s);
    if (s->n_sliver)
        say(m, true, LINE_HAS_SLIVERS, &w, which(m, s->sliver, s->n_sliver));
}

static void say_excluding(struct report_making *m, const struct control_line *line)
{
    struct standing s;
    if (!standing_init(m, &s, line))
        return;
    standing_count(m, &s);
    const struct line_words w = words_of(m, &s);
    if (s.n_overlap)
        say(m, true, LINE_IS_PRESSED, &w, which(m, s.overlap, s.n_overlap));
    else if (s.n_clear)
        say(m, false, LINE_IS_CLEAR, &w, which(m, s.clear, s.n_clear));
    say_slivers(m, &s);
    say_gaps(m, &s);
}

/* ---- a line that contains: inside and outside, never "pressed on" ---- */

static const char *zones_inside(struct report_making *m, const struct control_line *line)
{
    const char *text = "";
    for (int z = 0; z < line->n_zones && text; z++) {
        int64_t cents = 0;
        for (size_t i = 0; i < m->t->n_rows; i++)
            cents += m->t->rows[i].figures[column_of_zone(line, z)].cents;
        if (cents > 0)
            text = arena_printf(m->arena, "%s%s%s", text, *text ? "、" : "", line->zones[z].zh);
    }
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

static void say_containing(struct report_making *m, const struct control_line *line)
{
    struct standing s;
    int64_t inside = 0, outside = 0;
    size_t known = 0, outside_known = 0;
    if (!standing_init(m, &s, line))
        return;
    standing_count(m, &s);
    for (size_t i = 0; i < m->t->n_rows; i++) {
        const struct figure *in = &m->t->rows[i].figures[column_of_line(line)];
        const struct figure *out = &m->t->rows[i].figures[column_of_outside(line)];
        known += in->state == FIGURE_KNOWN;
        outside_known += out->state == FIGURE_KNOWN;
        inside += in->cents;
        outside += out->cents;
    }
    struct line_words w = words_of(m, &s);
    w.area_cents = inside;
    w.outside_cents = outside;
    w.outside_unknown = outside_known == 0;
    w.zones = zones_inside(m, line);
    enum line_fact whole = outside == 0 ? LINE_HOLDS_ALL : inside == 0 ? LINE_HOLDS_NONE : LINE_HOLDS_PART;
    if (known == m->t->n_rows && s.n_partly == 0)
        say(m, outside > 0, whole, &w, "");
    else if (known)
        say(m, true, LINE_HOLDS_MEASURED, &w, "");
    say_gaps(m, &s);
}

/* ---- a line that classifies ---- */

/* "水田1.2300公顷、旱地0.4500公顷", of all parcels. */
static const char *classes_met(struct report_making *m, const struct control_line *line)
{
    const char *text = "";
    for (int z = 0; z <= line->n_zones && text; z++) {
        double m2 = 0;
        int64_t cents = 0;
        for (size_t i = 0; i < m->t->n_rows; i++) {
            const struct layer_finding *f = making_finding(m, i, line);
            for (size_t k = 0; k < f->n_zones; k++)
                m2 += line_zone_of(line, f->zones[k].zone) == z ? f->zones[k].area_m2 : 0;
        }
        if (!(m2 > 0) || !decimal_units(m2, 2, &cents))
            continue;
        text = arena_printf(m->arena, "%s%s%s%s公顷", text, *text ? "、" : "",
                            z < line->n_zones ? line->zones[z].zh : "其他", decimal_area_of(cents).ha);
    }
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

static void say_classifying(struct report_making *m, const struct control_line *line)
{
    struct standing s;
    if (!standing_init(m, &s, line))
        return;
    standing_count(m, &s);
    struct line_words w = words_of(m, &s);
    w.zones = classes_met(m, line);
    if (s.n_overlap)
        say(m, false, LINE_IS_CLASSED, &w, which(m, s.overlap, s.n_overlap));
    else if (s.n_clear)
        say(m, false, LINE_IS_CLEAR, &w, which(m, s.clear, s.n_clear));
    say_slivers(m, &s);
    say_gaps(m, &s);
}

static void say_line(struct report_making *m, const struct control_line *line)
{
    switch (line->relation) {
    case LINE_CONTAINS:
        say_containing(m, line);
        return;
    case LINE_CLASSIFIES:
        say_classifying(m, line);
        return;
    case LINE_EXCLUDES:
        say_excluding(m, line);
        return;
    }
}

static const char *verdict_sentence(const struct report_making *m)
{
    switch (m->r->verdict) {
    case VERDICT_PROHIBITED:
        return "项目用地触及禁止性规定，须避让或调整选址；拟按例外情形办理的，应注明项目类型并取得所列认定或"
               "批准文件后重新审查。";
    case VERDICT_UNKNOWN:
        return "部分管控线数据缺失、未覆盖或无法测算，不能作出完整结论；补齐数据后重新审查。";
    case VERDICT_RESTRICTED:
        return "项目用地须满足所列条款规定的条件，并办理相应手续。";
    case VERDICT_NOTICE:
        return "未发现禁止或限制情形，但有需要核对或补充的事项，见上列各条与适用条款。";
    case VERDICT_ALLOWED:
        return "在所载数据范围内，未发现禁止、限制情形。";
    }
    return "不能作出结论。";
}

void table_make_sentences(struct report_making *m)
{
    const struct line_table *lines = report_lines(m->r);
    for (int l = 0; l < lines->n; l++)
        say_line(m, line_at(lines, l));
    m->t->worst = m->r->verdict;
    m->t->verdict = verdict_zh(m->r->verdict);
    m->t->verdict_sentence = verdict_sentence(m);
}

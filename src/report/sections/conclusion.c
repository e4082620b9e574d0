/* 二、审查结论, with the clauses that apply. */
#include "lines/judge.h"
#include "report/sections/sections.h"
#include "report/words.h"

#include <stdlib.h>
#include <string.h>

/* "共30个地块：禁止3个、允许27个。综合结论以最严的为准。" */
static void count_verdicts(struct report_making *m)
{
    static const enum verdict worst_first[] = {VERDICT_PROHIBITED, VERDICT_UNKNOWN, VERDICT_RESTRICTED,
                                               VERDICT_NOTICE, VERDICT_ALLOWED};
    const char *list = "";
    for (size_t v = 0; v < sizeof worst_first / sizeof *worst_first; v++) {
        size_t n = 0;
        for (size_t i = 0; i < m->t->n_rows; i++)
            n += m->t->rows[i].verdict == worst_first[v];
        if (n)
            list = making_keep(m, arena_printf(m->arena, "%s%s%s%zu个", list, *list ? "、" : "",
                                               verdict_zh(worst_first[v]), n));
    }
    add_block(m, BLOCK_PARAGRAPH,
              arena_printf(m->arena, "共%zu个地块：%s。综合结论以最严的为准。", m->t->n_rows, list));
}

/* The file first: what all plots together come to. */
void section_conclusion(struct report_making *m)
{
    add_block(m, BLOCK_HEADING, "二、审查结论");
    struct block *b = add_block(m, BLOCK_RESULT, m->t->verdict);
    b->label = "综合结论";
    b->note = m->t->verdict_sentence;
    b->alarm = m->t->worst == VERDICT_PROHIBITED || m->t->worst == VERDICT_UNKNOWN;
    if (m->t->n_rows > 1)
        count_verdicts(m);
    add_list(m, &m->t->sentences, false);
    add_block(m, BLOCK_PARAGRAPH, REPORT_DISCLAIMER_ZH "。");
}

/* ---- 各地块结论 ---- */

static bool is_worse(const struct layer_finding *f, const struct layer_finding *than)
{
    if (f->verdict != than->verdict)
        return verdict_worse(f->verdict, than->verdict) == f->verdict;
    return f->area_m2 > than->area_m2;
}

/* The line that makes a plot's verdict, and how the plot stands to it: "—" where none does. */
static const char *worst_line(struct report_making *m, size_t parcel)
{
    const struct parcel_report *p = &m->r->results[parcel];
    const struct layer_finding *worst = NULL;
    for (int l = 0; l < p->n_layers; l++)
        if (p->layers[l].line->relation != LINE_CLASSIFIES && (!worst || is_worse(&p->layers[l], worst)))
            worst = &p->layers[l];
    if (!worst || worst->verdict == VERDICT_ALLOWED)
        return "—";
    return making_keep(m, arena_printf(m->arena, "%s：%s", worst->line->title_zh, layer_finding_zh(worst)));
}

/* Of each plot what it comes to and why, in the order of the file; one alone has the conclusion itself. */
void section_plots(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"序号", 8, BLOCK_CENTRE, 0},    {"地块编号", 18, BLOCK_LEFT, 0},
        {"地块名称", 24, BLOCK_LEFT, 0}, {"面积（平方米）", 16, BLOCK_RIGHT, 2},
        {"结论", 10, BLOCK_CENTRE, 0},   {"最严的管控图层", 34, BLOCK_LEFT, 0}};
    const struct report_table *t = m->t;
    if (t->n_rows < 2)
        return;
    add_block(m, BLOCK_SUBHEADING, "各地块结论");
    struct block_table *to = add_table(m, columns, 6, t->n_rows);
    for (size_t i = 0; to && i < t->n_rows; i++) {
        struct block_cell *row = table_row_at(to, i);
        row[0] = cell_number((int64_t)i + 1);
        row[1] = cell_words(t->rows[i].id);
        row[2] = cell_words(t->rows[i].name);
        row[3] = cell_figure(&t->rows[i].figures[COLUMN_PARCEL]);
        row[4] = cell_words(verdict_zh(t->rows[i].verdict));
        row[5] = cell_words(worst_line(m, i));
    }
}

/* ---- 适用条款 ---- */

static int severer_first(const void *a, const void *b)
{
    const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;
    if (x->severity != y->severity)
        return y->severity - x->severity;
    return strcmp(x->id, y->id);
}

/* Each rule that some parcel met, once, the severest first; their number. */
static size_t rules_met(struct report_making *m, const struct rule ***out)
{
    const struct rule **rules = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (int l = 0; l < m->r->results[i].n_layers; l++)
            for (size_t k = 0; k < m->r->results[i].layers[l].n_rules; k++) {
                const struct rule *rule = m->r->results[i].layers[l].rules[k].rule;
                size_t seen = 0;
                while (seen < n && rules[seen] != rule)
                    seen++;
                if (seen < n)
                    continue;
                if (!ARENA_RESERVE(m->arena, rules, cap, n + 1)) {
                    m->no_memory = true;
                    return 0;
                }
                rules[n++] = rule;
            }
    if (n)
        qsort(rules, n, sizeof *rules, severer_first);
    *out = rules;
    return n;
}

static bool rule_applies(const struct parcel_report *p, const struct rule *rule, enum class_note *note)
{
    bool found = false;
    for (int l = 0; l < p->n_layers; l++)
        for (size_t i = 0; i < p->layers[l].n_rules; i++)
            if (p->layers[l].rules[i].rule == rule) {
                found = true;
                if (p->layers[l].rules[i].class_note != CLASS_MATCHED)
                    *note = p->layers[l].rules[i].class_note;
            }
    return found;
}

/* What it is about, and why it is not a rule of the project's own class where it is none. */
static const char *rule_title(struct report_making *m, const struct rule *rule, enum class_note note)
{
    if (note == CLASS_MATCHED)
        return rule->title_zh;
    return making_keep(m, arena_printf(m->arena, "%s（%s）", rule->title_zh,
                                       note == CLASS_NOT_GIVEN
                                           ? "未填项目类型，按最严的一般规定判定"
                                           : "规则表对所填项目类型没有专门条款，按一般规定判定，请人工核对"));
}

static const char *stated(const char *text)
{
    return report_states(text) ? text : "—";
}

static void rule_row(struct report_making *m, const struct rule *rule, struct block_cell *row)
{
    bool *marked = arena_array(m->arena, m->t->n_rows + 1, sizeof *marked);
    enum class_note note = CLASS_MATCHED;
    if (!marked) {
        m->no_memory = true;
        return;
    }
    for (size_t i = 0; i < m->t->n_rows; i++)
        marked[i] = rule_applies(&m->r->results[i], rule, &note);
    *row++ = cell_words(rule->id);
    *row++ = cell_words(verdict_zh(rule->verdict));
    *row++ = cell_words(rule_title(m, rule, note));
    *row++ = cell_words(stated(rule->needs_zh));
    *row++ = cell_words(stated(rule->basis));
    *row++ = cell_words(report_certainty(rule->confidence, REPORT_LANG_ZH));
    *row = cell_words(making_parcel_list(m, marked));
}

void section_rules(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"规则编号", 12, BLOCK_LEFT, 0}, {"判定", 7, BLOCK_CENTRE, 0}, {"情形", 20, BLOCK_LEFT, 0},
        {"要求", 24, BLOCK_LEFT, 0},     {"依据", 22, BLOCK_LEFT, 0},  {"条文核对情况", 13, BLOCK_LEFT, 0},
        {"地块", 12, BLOCK_LEFT, 0}};
    const struct rule **rules;
    size_t n = rules_met(m, &rules);
    if (n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "适用条款");
    struct block_table *t = add_table(m, columns, 7, n);
    for (size_t i = 0; t && i < n; i++)
        rule_row(m, rules[i], table_row_at(t, i));
}

/* ---- 项目主张与待补材料 ---- */

/* What was found on the line of a claim, in the words of the worst parcel. */
static const char *found_on(struct report_making *m, const struct claim *c)
{
    enum verdict worst = VERDICT_ALLOWED;
    for (size_t i = 0; i < m->t->n_rows; i++)
        worst = verdict_worse(worst, making_finding(m, i, c->line)->verdict);
    return verdict_zh(worst);
}

static const char *document_of(struct report_making *m, const struct claim *c)
{
    if (!*c->document)
        return "未提供";
    return making_keep(m, arena_printf(m->arena, "%s（%s%s%s）", making_clean(m, c->document), c->date,
                                       *c->by ? "，" : "", making_clean(m, c->by)));
}

/* Each paper once, however many parcels and rules need it. */
static void say_papers(struct report_making *m, const struct claim *c, struct texts *papers)
{
    const struct rule *said = NULL;
    for (size_t i = 0; i < m->t->n_rows; i++) {
        const struct layer_finding *f = making_finding(m, i, c->line);
        for (size_t k = 0; k < f->n_rules; k++) {
            if (!f->rules[k].paper_missing || said == f->rules[k].rule)
                continue;
            if (!said)
                making_say(m, papers, true,
                           report_paper_missing(m->arena, f, f->rules[k].rule, REPORT_LANG_ZH));
            said = f->rules[k].rule;
        }
    }
}

void section_claims(struct report_making *m)
{
    static const struct block_column columns[] = {{"图层", 20, BLOCK_LEFT, 0},
                                                  {"主张的项目类型", 40, BLOCK_LEFT, 0},
                                                  {"文件", 30, BLOCK_LEFT, 0},
                                                  {"判定", 10, BLOCK_CENTRE, 0}};
    const struct claim_set *claims = &m->r->claims;
    struct texts papers = {.n = 0};
    if (claims->n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "项目主张");
    struct block_table *t = add_table(m, columns, 4, claims->n);
    for (size_t i = 0; t && i < claims->n; i++) {
        const struct claim *c = &claims->of[i];
        struct block_cell *row = table_row_at(t, i);
        row[0] = cell_words(c->line->title_zh);
        row[1] = cell_words(making_keep(m, report_claim_title(m->arena, c, REPORT_LANG_ZH)));
        row[2] = cell_words(document_of(m, c));
        row[3] = cell_words(found_on(m, c));
        say_papers(m, c, &papers);
    }
    if (papers.n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "待补材料");
    add_list(m, &papers, false);
}

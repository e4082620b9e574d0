/* What a report opens with, and 一、项目基本信息. */
#include "report/sections/sections.h"
#include "report/words.h"

#include <stdio.h>
#include <string.h>

#define REPORT_TITLE "占用三条控制线情况分析报告"
#define NOT_GIVEN "未填写"

/* Also what stands on every page. */
void section_opening(struct report_making *m)
{
    struct report_blocks *out = m->out;
    const char *name = making_clean(m, m->project->name), *date = out->date;
    out->title = making_keep(m, arena_printf(m->arena, "%s" REPORT_TITLE, name));
    out->page_head =
        making_keep(m, arena_printf(m->arena, "%s" REPORT_TITLE "%s%s", m->r->synthetic ? "【示例数据】" : "",
                                    *date ? "　" : "", date));
    char sha256[SHA256_HEX_SIZE];
    sha256_to_hex(m->r->parcels.sha256, sha256);
    out->page_foot = making_keep(m, arena_printf(m->arena, "原交文件 SHA-256 %s　%s", sha256, out->program));
    add_part(m, "结论", false);
    add_block(m, BLOCK_TITLE, out->title)->note =
        making_keep(m, arena_printf(m->arena, "%s%s%s", date, *date ? "　" : "", out->program));
    if (m->r->synthetic)
        add_block(
            m, BLOCK_NOTICE,
            "示例数据：本报告所用图层含示例数据（非真实管控线），结果仅作演示，不得作为审查或审批依据。");
}

/* ---- 一、项目基本信息 ---- */

enum { FACTS_MAX = 16 };

struct facts {
    struct report_making *m;
    struct block_fact *items;
    size_t n;
};

static void add_fact(struct facts *f, const char *label, const char *value)
{
    if (f->n < FACTS_MAX)
        f->items[f->n++] = (struct block_fact){label, making_keep(f->m, value)};
}

static const char *or_blank(struct report_making *m, const char *text)
{
    return text && *text ? making_clean(m, text) : NOT_GIVEN;
}

static const char *districts(struct report_making *m)
{
    enum { SHOWN = 5 };
    const char *seen[SHOWN], *text = "";
    size_t n = 0;
    if (m->project->district && *m->project->district)
        return making_clean(m, m->project->district);
    for (size_t i = 0; m->maps && m->maps->districts && i < m->t->n_rows && n < SHOWN; i++) {
        const char *d = making_clean(m, m->maps->districts[i]);
        if (!*d && parcel_is_outside(m->r->snapshot, &m->r->results[i]))
            d = report_outside_units(REPORT_LANG_ZH);
        bool known = !*d;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(seen[k], d) == 0;
        if (known)
            continue;
        text = making_keep(m, arena_printf(m->arena, "%s%s%s", text, n ? "、" : "", d));
        seen[n++] = d;
    }
    return *text ? arena_printf(m->arena, "%s（按所载行政区界线，仅供参考）", text) : NOT_GIVEN;
}

static const char *area_in_units(struct report_making *m)
{
    const struct figure *f = &m->t->total.figures[COLUMN_PARCEL];
    if (f->state != FIGURE_KNOWN)
        return figure_words(f->state);
    const struct decimal_area a = decimal_area_of(f->cents);
    return arena_printf(m->arena, "%s 平方米（%s 公顷，%s 亩）", a.m2, a.ha, a.mu);
}

/* NULL when memory is out, as of every text of the arena here. */
static const char *class_not_given(struct report_making *m)
{
    const struct line_table *table = report_lines(m->r);
    const char *lines = "";
    for (int l = 0; lines && l < table->n; l++)
        if (line_at(table, l)->relation == LINE_EXCLUDES)
            lines = arena_printf(m->arena, "%s%s%s", lines, *lines ? "、" : "", line_at(table, l)->title_zh);
    if (!lines)
        return NULL;
    return arena_printf(m->arena, "未填（%s压占%s的，按最严的一般规定判定）",
                        m->r->claims.n ? "有主张的图层按主张判定；其余" : "", lines);
}

static const char *project_class(struct report_making *m)
{
    const struct report_project *p = m->project;
    if (strcmp(m->r->project_class, "UNKNOWN") == 0)
        return class_not_given(m);
    if (p->class_zh && *p->class_zh)
        return arena_printf(m->arena, "%s（%s）", p->class_zh, m->r->project_class);
    return m->r->project_class;
}

static const char *source_file(struct report_making *m)
{
    const char *file = m->project->source_file;
    return arena_printf(m->arena, "%s（%s）", file && *file ? making_clean(m, file) : "未提供文件名",
                        parcel_format_name(m->r->parcels.format));
}

/* A check that was kept: paper and record must find each other in later years. */
static void add_record(struct facts *f, const struct report_record *record)
{
    add_fact(
        f, "存档",
        arena_printf(f->m->arena, "第%lld号记录，经办人%s，%s", (long long)record->id,
                     making_clean(f->m, record->officer),
                     making_keep(f->m, report_china_time(f->m->arena, record->kept_at, REPORT_LANG_ZH))));
    add_fact(f, "存档封印 SHA-256", record->sha256);
}

static void add_input_facts(struct facts *f)
{
    struct report_making *m = f->m;
    const struct parcel_set *set = &m->r->parcels;
    char sha256[SHA256_HEX_SIZE];
    sha256_to_hex(set->sha256, sha256);
    add_fact(f, "地块数", arena_printf(m->arena, "%zu", m->t->n_rows));
    add_fact(f, "坐标系、带号", set->crs_note && *set->crs_note ? set->crs_note : "见界址点成果表");
    add_fact(f, "数据来源文件", source_file(m));
    add_fact(f, "文件 SHA-256", arena_strdup(m->arena, sha256));
}

void section_project(struct report_making *m)
{
    const struct report_project *p = m->project;
    struct facts f = {.m = m, .items = arena_array(m->arena, FACTS_MAX, sizeof *f.items)};
    if (!f.items) {
        m->no_memory = true;
        return;
    }
    add_fact(&f, "项目名称", or_blank(m, p->name));
    add_fact(&f, "项目代码", or_blank(m, p->code));
    add_fact(&f, "项目类型", project_class(m));
    add_fact(&f, "建设单位/申报部门", or_blank(m, p->builder));
    add_fact(&f, "所在行政区", districts(m));
    add_fact(&f, "用地面积", area_in_units(m));
    add_input_facts(&f);
    if (m->r->record)
        add_record(&f, m->r->record);
    if (*m->out->date)
        add_fact(&f, "审查日期", m->out->date);
    add_block(m, BLOCK_HEADING, "一、项目基本信息");
    struct block *b = add_block(m, BLOCK_FACTS, "");
    b->facts = f.items;
    b->n = f.n;
}

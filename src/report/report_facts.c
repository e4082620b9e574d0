/* What surrounds the figures: the project, the clauses, the boundary points, the data's versions, the
 * notes. */
#include "report/report_table.h"

#include "report/render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_GIVEN "未填写"

static const char *kept(struct table_making *m, const char *text)
{
    m->no_memory = m->no_memory || !text;
    return text ? text : "";
}

static const char *or_blank(struct table_making *m, const char *text)
{
    return text && *text ? table_clean(m, text) : NOT_GIVEN;
}

const char *report_certainty(const char *confidence)
{
    bool memory = strstr(confidence, "memory") != NULL;
    if (strncmp(confidence, "read", 4) == 0)
        return memory ? "部分已读公布文本，其余未核实，引用前须核对原文" : "已读公布文本";
    if (memory)
        return "未核实，引用前须核对原文";
    return strncmp(confidence, "design", 6) == 0 ? "本系统设定" : "来源不明，引用前须核对原文";
}

/* ---- 一、项目基本信息 ---- */

static void add_basic(struct table_making *m, const char *label, const char *value)
{
    struct report_table *t = m->t;
    if (t->n_basics < sizeof t->basics / sizeof *t->basics)
        t->basics[t->n_basics++] = (struct labelled){label, value};
}

static const char *districts(struct table_making *m)
{
    enum { SHOWN = 5 };
    const char *seen[SHOWN], *text = "";
    size_t n = 0;
    if (m->project->district && *m->project->district)
        return table_clean(m, m->project->district);
    for (size_t i = 0; m->maps && m->maps->districts && i < m->t->n_rows && n < SHOWN; i++) {
        const char *d = table_clean(m, m->maps->districts[i]);
        bool known = !*d;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(seen[k], d) == 0;
        if (known)
            continue;
        text = kept(m, arena_printf(m->arena, "%s%s%s", text, n ? "、" : "", d));
        seen[n++] = d;
    }
    return *text ? kept(m, arena_printf(m->arena, "%s（按所载行政区界线，仅供参考）", text)) : NOT_GIVEN;
}

static const char *area_in_units(struct table_making *m)
{
    const struct figure *f = &m->t->total.figures[COLUMN_PARCEL];
    char m2[DECIMAL_SIZE], ha[DECIMAL_SIZE], mu[DECIMAL_SIZE];
    if (f->state != FIGURE_KNOWN)
        return figure_words(f->state);
    figure_m2(f, m2);
    figure_ha(f, ha);
    figure_mu(f, mu);
    return kept(m, arena_printf(m->arena, "%s 平方米（%s 公顷，%s 亩）", m2, ha, mu));
}

static const char *class_not_given(struct table_making *m)
{
    const char *lines = "";
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        if (line_at(l)->relation == LINE_EXCLUDES)
            lines =
                kept(m, arena_printf(m->arena, "%s%s%s", lines, *lines ? "、" : "", line_at(l)->title_zh));
    return kept(m, arena_printf(m->arena, "未填（压占%s的，按最严的一般规定判定）", lines));
}

static const char *project_class(struct table_making *m)
{
    const struct report_project *p = m->project;
    if (strcmp(m->r->project_class, "UNKNOWN") == 0)
        return class_not_given(m);
    if (p->class_zh && *p->class_zh)
        return kept(m, arena_printf(m->arena, "%s（%s）", p->class_zh, m->r->project_class));
    return m->r->project_class;
}

/* A check that was kept: paper and record must find each other in later years. */
static void add_record(struct table_making *m, const struct report_record *record)
{
    add_basic(m, "存档",
              kept(m, arena_printf(m->arena, "第%lld号记录，经办人%s，%s（世界时）", (long long)record->id,
                                   table_clean(m, record->officer), record->kept_at)));
    add_basic(m, "存档封印 SHA-256", record->sha256);
}

static void make_basics(struct table_making *m)
{
    const struct report_project *p = m->project;
    const struct parcel_set *set = &m->r->parcels;
    add_basic(m, "项目名称", or_blank(m, p->name));
    add_basic(m, "项目代码", or_blank(m, p->code));
    add_basic(m, "项目类型", project_class(m));
    add_basic(m, "建设单位/申报部门", or_blank(m, p->builder));
    add_basic(m, "所在行政区", districts(m));
    add_basic(m, "用地面积", area_in_units(m));
    add_basic(m, "地块数", kept(m, arena_printf(m->arena, "%zu", m->t->n_rows)));
    add_basic(m, "坐标系、带号", set->crs_note && *set->crs_note ? set->crs_note : "见界址点成果表");
    add_basic(m, "数据来源文件",
              kept(m, arena_printf(m->arena, "%s（%s）",
                                   p->source_file && *p->source_file ? table_clean(m, p->source_file)
                                                                     : "未提供文件名",
                                   parcel_format_name(set->format))));
    add_basic(m, "文件 SHA-256", m->t->sha256);
    if (m->r->record)
        add_record(m, m->r->record);
    if (p->date && *p->date)
        add_basic(m, "审查日期", table_clean(m, p->date));
    m->t->date = table_clean(m, p->date);
    m->t->title =
        p->name && *p->name
            ? kept(m, arena_printf(m->arena, "%s占用三条控制线情况分析报告", table_clean(m, p->name)))
            : "占用三条控制线情况分析报告";
}

/* ---- clauses ---- */

static int severer_first(const void *a, const void *b)
{
    const struct rule_row *x = a, *y = b;
    if (x->rule->severity != y->rule->severity)
        return y->rule->severity - x->rule->severity;
    return strcmp(x->rule->id, y->rule->id);
}

static bool rule_applies(const struct parcel_report *p, const struct rule *rule, enum class_note *note)
{
    bool found = false;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        for (size_t i = 0; i < p->layers[l].n_rules; i++)
            if (p->layers[l].rules[i].rule == rule) {
                found = true;
                if (p->layers[l].rules[i].class_note != CLASS_MATCHED)
                    *note = p->layers[l].rules[i].class_note;
            }
    return found;
}

static void add_rule(struct table_making *m, const struct rule *rule)
{
    enum { RULE_ROWS_MAX = 128 }; /* a table of rules has some dozens */
    struct report_table *t = m->t;
    for (size_t i = 0; i < t->n_rules; i++)
        if (t->rules[i].rule == rule)
            return;
    if (!t->rules)
        t->rules = arena_array(m->arena, RULE_ROWS_MAX, sizeof *t->rules);
    bool *marked = arena_array(m->arena, t->n_rows + 1, sizeof *marked);
    if (!t->rules || !marked || t->n_rules == RULE_ROWS_MAX) {
        m->no_memory = m->no_memory || !t->rules || !marked;
        return;
    }
    struct rule_row *row = &t->rules[t->n_rules++];
    *row = (struct rule_row){.rule = rule, .certainty = report_certainty(rule->confidence)};
    enum class_note note = CLASS_MATCHED;
    for (size_t i = 0; i < t->n_rows; i++)
        marked[i] = rule_applies(&m->r->results[i], rule, &note);
    row->title =
        note == CLASS_MATCHED
            ? rule->title_zh
            : kept(m, arena_printf(m->arena, "%s（%s）", rule->title_zh,
                                   note == CLASS_NOT_GIVEN
                                       ? "未填项目类型，按最严的一般规定判定"
                                       : "规则表对所填项目类型没有专门条款，按一般规定判定，请人工核对"));
    row->parcels = kept(m, table_parcel_list(m, marked));
}

static void make_rules(struct table_making *m)
{
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (int l = 0; l < CONTROL_LINE_COUNT; l++)
            for (size_t k = 0; k < m->r->results[i].layers[l].n_rules; k++)
                add_rule(m, m->r->results[i].layers[l].rules[k].rule);
    if (m->t->n_rules)
        qsort(m->t->rules, m->t->n_rules, sizeof *m->t->rules, severer_first);
}

/* ---- 界址点成果表 ---- */

static const char *zone_words(struct table_making *m, const struct geo_crs *crs)
{
    return kept(m, arena_printf(m->arena, "CGCS2000 %d度带第%d带（中央经线%g°，EPSG:%d）",
                                crs->zone_width_deg, crs->zone, crs->central_meridian_deg, crs->epsg));
}

static void border_note(struct table_making *m)
{
    const struct geo_crs *crs = &m->maps->borders[0].crs;
    bool same = true, from_shape = false, degrees = false;
    for (size_t i = 0; i < m->t->n_rows; i++) {
        same = same && m->maps->borders[i].crs.epsg == crs->epsg;
        from_shape = from_shape || m->maps->borders[i].from_shape;
        degrees = degrees || m->r->parcels.parcels[i].crs.kind == GEO_CRS_GEOGRAPHIC;
    }
    m->t->border_note = kept(
        m, arena_printf(m->arena,
                        "坐标系：%s%s。%sX为纵坐标（北），Y为横坐标（东%s），单位：米；边长为至下一点的平面"
                        "距离；按所交次序排列，各地块自J1起编号。%s",
                        zone_words(m, crs), same ? "" : "，其余地块按各自所在的带",
                        degrees ? "原交坐标为经纬度，已投影到所在3度带。" : "",
                        crs->zone_prefix ? "，含带号" : "",
                        from_shape ? "部分点由图形取得，长边上含加密点，以原交文件为准。" : ""));
}

static void make_border(struct table_making *m)
{
    struct report_table *t = m->t;
    size_t n = 0;
    t->border_note = "";
    if (!m->maps || !m->maps->borders)
        return;
    for (size_t i = 0; i < t->n_rows; i++)
        n += m->maps->borders[i].n_points;
    t->border = arena_array(m->arena, n + 1, sizeof *t->border);
    if (!t->border) {
        m->no_memory = true;
        return;
    }
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct map_border *b = &m->maps->borders[i];
        for (size_t r = 0; r < b->n_rings; r++)
            for (size_t k = b->rings[r].first; k < b->rings[r].first + b->rings[r].n; k++)
                t->border[t->n_border++] = (struct border_row){i,
                                                               t->rows[i].id,
                                                               (uint32_t)(k + 1),
                                                               (uint32_t)(r + 1),
                                                               b->points[k].x_m,
                                                               b->points[k].y_m,
                                                               b->points[k].side_m};
    }
    border_note(m);
}

/* ---- data versions ---- */

static void make_sources(struct table_making *m)
{
    struct report_table *t = m->t;
    for (int l = 0; l < CONTROL_LINE_COUNT && t->n_rows; l++) {
        const struct layer_finding *f = &m->r->results[0].layers[l];
        if (!f->layer)
            continue;
        const struct store_version *v = &f->layer->version;
        const char *none = "—";
        t->sources[t->n_sources++] = (struct source_row){
            .title = line_at(l)->title_zh,
            .version = kept(m, arena_printf(m->arena, "第%d版", v->version_no)),
            .label = v->label && *v->label ? table_clean(m, v->label) : none,
            .effective = v->effective_from && *v->effective_from ? table_clean(m, v->effective_from) : none,
            .document = v->document_no && *v->document_no ? table_clean(m, v->document_no) : none,
            .file = v->source_name && *v->source_name ? table_clean(m, v->source_name) : none,
            .sha256 = v->source_sha256 ? v->source_sha256 : none};
    }
}

/* ---- 七、审查说明 ---- */

static void make_notes(struct table_making *m)
{
    struct texts *to = &m->t->notes;
    if (m->t->synthetic)
        table_say(m, to, true,
                  "本报告所用图层含示例数据（非真实管控线），结果仅作演示，不得作为审查或审批依据。");
    table_say(m, to, false, RENDER_DISCLAIMER_ZH "。");
    table_say(m, to, false, "管控线以最终批复成果为准，所用数据版本与时间见下表。");
    table_say(
        m, to, false,
        "面积口径：CGCS2000椭球面积，边在所交坐标系中为直线；平方米保留2位，公顷4位，亩2位（1公顷=15亩）。");
    table_say(
        m, to, false,
        "进位规则：按数值的十进制写法四舍五入（逢五进一）；公顷、亩由所列平方米换算。合计为未进位面积之和"
        "进位所得，与各行之差按每行0.01平方米计入面积最大的各行；界内与界外面积之和等于地块面积。");
    table_say(m, to, false,
              kept(m, arena_printf(m->arena,
                                   "碎屑：重叠面积不超过%.1f平方米且宽度不超过%.2f米的列入明细，不计为压占；"
                                   "地块不作缓冲。",
                                   m->r->slivers.area_m2, m->r->slivers.width_m)));
    table_say(m, to, false, "“未测算”“数据未覆盖”表示没有得出面积，不等于零，也不表示未占用。");
    table_say(m, to, false,
              kept(m, arena_printf(m->arena, "规则表版本 SHA-256：%s。计算程序：%s。",
                                   m->r->snapshot ? snapshot_rules(m->r->snapshot)->version : "未提供",
                                   m->t->engine)));
    if (m->maps && m->maps->n_overlaps_failed)
        table_say(m, to, true,
                  kept(m, arena_printf(m->arena, "有%zu处重叠图形未能绘出，面积不受影响。",
                                       m->maps->n_overlaps_failed)));
}

static void make_warnings(struct table_making *m)
{
    const struct parcel_set *set = &m->r->parcels;
    for (size_t i = 0; i < set->n_warnings; i++)
        table_say(m, &m->t->warnings, false, set->warnings[i].zh);
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (size_t k = 0; k < m->r->results[i].n_warnings; k++)
            table_say(m, &m->t->warnings, false,
                      kept(m, arena_printf(m->arena, "地块%s：%s", m->t->rows[i].id,
                                           m->r->results[i].warnings[k].zh)));
}

void table_make_facts(struct table_making *m)
{
    make_basics(m);
    make_rules(m);
    make_border(m);
    make_sources(m);
    make_notes(m);
    make_warnings(m);
}

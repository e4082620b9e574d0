/* 七、审查说明: what the figures mean, the versions of the data, what was odd about the input. */
#include "report/sections/sections.h"
#include "report/words.h"

static const char *slivers(struct report_making *m)
{
    return arena_printf(m->arena,
                        "碎屑：重叠面积不超过%.1f平方米且宽度不超过%.2f米的列入明细，不计为压占；"
                        "地块不作缓冲。",
                        m->r->slivers.area_m2, m->r->slivers.width_m);
}

static const char *rules_version(struct report_making *m)
{
    return arena_printf(m->arena, "规则表版本 SHA-256：%s。计算程序：%s。",
                        m->r->snapshot ? snapshot_rules(m->r->snapshot)->version : "未提供", m->out->program);
}

void section_notes(struct report_making *m)
{
    struct texts notes = {.n = 0};
    making_say(m, &notes, false, "管控线以最终批复成果为准，所用数据版本与时间见下表。");
    making_say(
        m, &notes, false,
        "面积口径：CGCS2000椭球面积，边在所交坐标系中为直线；平方米保留2位，公顷4位，亩2位（1公顷=15亩）。");
    making_say(
        m, &notes, false,
        "进位规则：按数值的十进制写法四舍五入（逢五进一）；公顷、亩由所列平方米换算。合计为未进位面积之和"
        "进位所得，与各行之差按每行0.01平方米计入面积最大的各行；界内与界外面积之和等于地块面积。");
    making_say(m, &notes, false, slivers(m));
    making_say(m, &notes, false, "“未测算”“数据未覆盖”表示没有得出面积，不等于零，也不表示未占用。");
    making_say(m, &notes, false, rules_version(m));
    add_part(m, "说明", false);
    add_block(m, BLOCK_HEADING, "七、审查说明");
    add_list(m, &notes, true);
}

/* ---- 数据版本 ---- */

static struct block_cell outside_text(struct report_making *m, const char *text)
{
    return cell_words(text && *text ? making_clean(m, text) : "—");
}

static void source_row(struct report_making *m, const struct store_version *v, const char *title,
                       struct block_cell *row)
{
    *row++ = cell_words(title);
    *row++ = cell_words(making_keep(m, arena_printf(m->arena, "第%d版", v->version_no)));
    *row++ = outside_text(m, v->label);
    *row++ = outside_text(m, v->effective_from);
    *row++ = outside_text(m, v->document_no);
    *row++ = outside_text(m, v->source_name);
    *row = outside_text(m, v->source_sha256);
}

/* Of each parcel and draft what would change; those of which nothing would are counted. */
static void list_drafts(struct report_making *m)
{
    struct texts list = {.n = 0};
    size_t same = 0;
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (size_t k = 0; k < m->r->results[i].n_drafts; k++) {
            const struct draft_outcome *o = &m->r->results[i].drafts[k];
            const struct figure *now = &m->t->rows[i].figures[column_of_line(o->now->line)];
            bool told = o->changes || !o->measured;
            same += !told;
            if (told)
                making_say(
                    m, &list, false,
                    arena_printf(
                        m->arena, "地块%s：%s", m->t->rows[i].id,
                        making_keep(m, draft_text(m->arena, &m->r->results[i], o,
                                                  now->state == FIGURE_KNOWN ? &now->cents : NULL, false))));
        }
    if (same)
        making_say(m, &list, false,
                   arena_printf(m->arena, "%s%zu处（地块×草稿）与现行相同。", list.n ? "其余" : "", same));
    if (list.n)
        add_list(m, &list, true);
}

/* What is being adjusted may change the answer, and is no part of it. */
static void add_drafts(struct report_making *m)
{
    size_t n;
    const struct snapshot_draft *drafts = snapshot_drafts(m->r->snapshot, &n);
    const char *text = "";
    for (size_t i = 0; i < n; i++) {
        const struct store_version *v = &drafts[i].layer.version;
        bool document = *v->document_no != '\0';
        text = making_keep(m, arena_printf(m->arena, "%s%s%s第%d版%s%s%s", text, i ? "、" : "",
                                           making_clean(m, v->title_zh), v->version_no, document ? "（" : "",
                                           making_clean(m, v->document_no), document ? "）" : ""));
    }
    if (n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "正在调整的版本");
    add_block(m, BLOCK_PARAGRAPH,
              arena_printf(m->arena, "草稿，未用于本次审查，启用后结论可能改变：%s。", text));
    list_drafts(m);
}

/* Every parcel sees the same layers, so that the first one's findings name them all. */
void section_sources(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"图层", 16, BLOCK_LEFT, 0},       {"版本", 9, BLOCK_CENTRE, 0},    {"标识", 11, BLOCK_CENTRE, 0},
        {"生效日期", 13, BLOCK_CENTRE, 0}, {"批准文号", 18, BLOCK_LEFT, 0}, {"来源文件", 17, BLOCK_LEFT, 0},
        {"SHA-256", 30, BLOCK_LEFT, 0}};
    const struct layer_finding *layers = m->t->n_rows ? m->r->results[0].layers : NULL;
    size_t n = 0;
    int n_lines = layers ? m->r->results[0].n_layers : 0;
    for (int l = 0; l < n_lines; l++)
        n += layers[l].layer != NULL;
    if (n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "数据版本");
    struct block_table *t = add_table(m, columns, 7, n);
    for (int l = 0, at = 0; t && l < n_lines; l++)
        if (layers[l].layer)
            source_row(m, &layers[l].layer->version, layers[l].line->title_zh, table_row_at(t, (size_t)at++));
    add_drafts(m);
}

/* ---- 主管部门与依据文本 ---- */

static const char *texts_of(struct report_making *m, const struct control_line *line)
{
    const char *text = "";
    for (size_t i = 0; i < line->n_links; i++) {
        const struct line_link *link = &line->links[i];
        text = making_keep(m, arena_printf(m->arena, "%s%s%s（%s）%s%s", text, *text ? "；" : "",
                                           making_clean(m, link->title),
                                           report_certainty(link->confidence, REPORT_LANG_ZH),
                                           *link->url ? " " : "", making_clean(m, link->url)));
    }
    return *text ? text : "—";
}

void section_offices(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"图层", 20, BLOCK_LEFT, 0}, {"主管部门", 25, BLOCK_LEFT, 0}, {"依据文本", 70, BLOCK_LEFT, 0}};
    const struct line_table *lines = report_lines(m->r);
    size_t n = 0, at = 0;
    for (int l = 0; l < lines->n; l++)
        n += *line_at(lines, l)->office_zh || line_at(lines, l)->n_links;
    if (n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "主管部门与依据文本");
    struct block_table *t = add_table(m, columns, 3, n);
    for (int l = 0; t && l < lines->n; l++) {
        const struct control_line *line = line_at(lines, l);
        if (!*line->office_zh && !line->n_links)
            continue;
        struct block_cell *row = table_row_at(t, at++);
        row[0] = cell_words(line->title_zh);
        row[1] = cell_words(*line->office_zh ? making_clean(m, line->office_zh) : "—");
        row[2] = cell_words(texts_of(m, line));
    }
}

/* ---- 数据提醒 ---- */

void section_warnings(struct report_making *m)
{
    const struct parcel_set *set = &m->r->parcels;
    struct texts warnings = {.n = 0};
    for (size_t i = 0; i < set->n_warnings; i++)
        making_say(m, &warnings, false, set->warnings[i].zh);
    for (size_t i = 0; i < m->t->n_rows; i++)
        for (size_t k = 0; k < m->r->results[i].n_warnings; k++)
            making_say(
                m, &warnings, false,
                arena_printf(m->arena, "地块%s：%s", m->t->rows[i].id, m->r->results[i].warnings[k].zh));
    if (warnings.n == 0)
        return;
    add_block(m, BLOCK_SUBHEADING, "数据提醒");
    add_list(m, &warnings, true);
}

/* For the terminal: one paragraph per parcel, line by line, in Chinese or English. In English everything is
 * English but names, codes and the clauses, which are quoted as published. Its figures are those of the
 * table; it is no walk over the blocks, which go section by section over all parcels. */
#include "report/forms.h"

#include "check/summary.h"
#include "report/identity.h"

#include <math.h>

/* ---- the two languages: a text is chosen where it is written ---- */

struct text {
    struct buffer *out;
    enum report_lang lang;
    const struct report *r;
    const struct report_table *table;
    struct arena *arena;
    bool no_memory;     /* latched */
    size_t next_detail; /* the table's details stand in the order in which features are written */
};

static const char *say(const struct text *t, const char *zh, const char *en)
{
    return t->lang == REPORT_LANG_EN ? en : zh;
}

static const char *say_verdict(const struct text *t, enum verdict v)
{
    return say(t, verdict_zh(v), report_verdict_en(v));
}

/* "123.45 平方米（0.0123 公顷，0.19 亩）" */
static void put_area(const struct text *t, const struct figure *f)
{
    if (f->state != FIGURE_KNOWN) {
        buffer_append_str(t->out, say(t, figure_words(f->state), figure_words_en(f->state)));
        return;
    }
    const struct decimal_area a = decimal_area_of(f->cents);
    buffer_printf(t->out, "%s%s%s%s%s%s", a.m2, say(t, " 平方米（", " m2 ("), a.ha,
                  say(t, " 公顷，", " ha, "), a.mu, say(t, " 亩）", " mu)"));
}

static void put_m2(const struct text *t, const char *label, double area_m2)
{
    char m2[DECIMAL_SIZE];
    if (!isfinite(area_m2))
        return;
    decimal_text(area_m2, 2, m2);
    buffer_printf(t->out, "%s %s %s", label, m2, say(t, "平方米", "m2"));
}

static void put_share(const struct text *t, double share)
{
    char percent[DECIMAL_SIZE];
    if (!isfinite(share))
        return;
    decimal_text(share * 100, 2, percent);
    buffer_printf(t->out, "%s%s%%", say(t, "，占地块 ", ", share of the parcel "), percent);
}

static void put_warnings(const struct text *t, const struct feature_note *warnings, size_t n,
                         const char *indent)
{
    for (size_t i = 0; i < n; i++)
        buffer_printf(t->out, "%s%s %s\n", indent, say(t, "提醒", "Note"),
                      say(t, warnings[i].zh, warnings[i].en));
}

/* Of a layer that classifies its classes are told, and not each of what may be a thousand features. */
static void put_features(struct text *t, const struct layer_finding *f)
{
    if (f->line->relation == LINE_CLASSIFIES) {
        t->next_detail += f->n_features;
        if (f->n_features)
            buffer_printf(t->out, "      %s %zu\n", say(t, "图斑数", "Features"), f->n_features);
        return;
    }
    for (size_t i = 0; i < f->n_features; i++) {
        const struct feature_overlap *o = &f->features[i];
        buffer_printf(t->out, "      %s %s%s%s%s%s  ", say(t, "图斑", "Feature"), o->code,
                      *o->name ? " " : "", o->name, *o->zone ? " · " : "", o->zone);
        put_area(t, &t->table->details[t->next_detail++].area);
        buffer_append_str(t->out, o->sliver ? say(t, "，碎屑", ", sliver") : "");
        buffer_append_char(t->out, '\n');
    }
}

/* The table's own figure where the zone has a column to itself; otherwise the zone's own. */
static struct figure zone_figure(const struct text *t, size_t row, const struct layer_finding *f, size_t zone)
{
    const struct figure *figures = t->table->rows[row].figures;
    int column = report_zone_column(f, zone);
    struct figure own = {FIGURE_UNMEASURED, 0};
    if (column != COLUMN_PARCEL)
        return figures[column];
    if (decimal_units(f->zones[zone].area_m2, 2, &own.cents))
        own.state = FIGURE_KNOWN;
    return own;
}

static void put_zones(const struct text *t, size_t row, const struct layer_finding *f)
{
    for (size_t i = 0; i < f->n_zones; i++) {
        const char *zone = line_zone_title(f->line, f->zones[i].zone);
        struct figure figure = zone_figure(t, row, f, i);
        buffer_printf(t->out, "      %s  ", say(t, zone, line_zone_en(f->line, zone)));
        put_area(t, &figure);
        buffer_append_char(t->out, '\n');
    }
}

/* The clause is quoted as the table has it; `confidence` goes with it, so that an unread text never looks
 * official. */
static void put_rules(struct text *t, const struct layer_finding *f)
{
    for (size_t i = 0; i < f->n_rules; i++) {
        const struct rule *rule = f->rules[i].rule;
        buffer_printf(t->out, "      [%s] %s%s%s\n", rule->id, say_verdict(t, rule->verdict),
                      say(t, "：", ": "), say(t, rule->title_zh, rule->title_en));
        if (report_states(rule->needs_zh))
            buffer_printf(t->out, "        %s %s\n",
                          say(t, "要求", *rule->needs_en ? "Requires" : "Requires (in Chinese)"),
                          say(t, rule->needs_zh, *rule->needs_en ? rule->needs_en : rule->needs_zh));
        if (report_states(rule->basis))
            buffer_printf(t->out, "        %s %s%s%s%s\n", say(t, "依据", "Basis (as published)"),
                          rule->basis, say(t, "（", " ("), report_certainty(rule->confidence, t->lang),
                          say(t, "）", ")"));
        if (f->rules[i].paper_missing) {
            const char *paper = report_paper_missing(t->arena, f, rule, t->lang);
            t->no_memory = t->no_memory || !paper;
            buffer_printf(t->out, "        %s%s\n", say(t, "待补 ", "To bring: "), paper ? paper : "");
        }
        enum class_note note = f->rules[i].class_note;
        if (note != CLASS_MATCHED)
            buffer_printf(t->out, "        %s\n", say(t, class_note_zh(note), class_note_en(note)));
    }
}

static void put_claim(struct text *t, const struct claim *c)
{
    if (!c)
        return;
    const char *title = report_claim_title(t->arena, c, t->lang);
    t->no_memory = t->no_memory || !title;
    buffer_printf(t->out, "      %s%s%s%s", say(t, "主张：", "Claimed: "), title ? title : "",
                  say(t, "；文件：", "; document: "), *c->document ? c->document : say(t, "未提供", "none"));
    buffer_printf(t->out, "%s%s%s%s\n", *c->date ? " " : "", c->date, *c->by ? " " : "", c->by);
}

static void put_layer(struct text *t, size_t row, const struct layer_finding *f)
{
    buffer_printf(t->out, "  %s%s%s", report_layer_title(f, t->lang), say(t, "：", ": "),
                  say(t, layer_finding_zh(f), layer_finding_en(f)));
    if (f->status == LAYER_OVERLAP || f->status == LAYER_SLIVER) {
        buffer_append_str(t->out, "  ");
        put_area(t, &t->table->rows[row].figures[column_of_line(f->line)]);
        put_share(t, f->share);
    }
    if (f->layer && f->layer->version.synthetic)
        buffer_append_str(t->out, say(t, "  【示例数据】", "  [sample data]"));
    buffer_append_char(t->out, '\n');
    const char *reason = say(t, f->reason_zh, f->reason_en);
    if (reason && *reason)
        buffer_printf(t->out, "      %s\n", reason);
    put_claim(t, f->claim);
    put_features(t, f);
    put_zones(t, row, f);
    put_rules(t, f);
}

/* With the row's figures, which a column of several parcels may have moved by 0.01 m2. */
static void put_summary(struct text *t, size_t row)
{
    const struct figure *f = t->table->rows[row].figures;
    const struct parcel_report *p = &t->r->results[row];
    struct summary_figures figures = summary_figures_of(p, t->arena);
    if (!figures.held || !figures.outside) {
        t->no_memory = true;
        return;
    }
    for (int l = 0; l < p->n_layers; l++) {
        const struct control_line *line = p->layers[l].line;
        figures.held[l] = f[column_of_line(line)].cents;
        if (line->relation == LINE_CONTAINS)
            figures.outside[l] = f[column_of_outside(line)].cents;
    }
    const char *text = summary_text(t->arena, p, &figures, t->lang == REPORT_LANG_EN);
    t->no_memory = t->no_memory || !text;
    buffer_append_str(t->out, text ? text : "");
}

static void put_place(const struct text *t, const struct parcel_report *p)
{
    if (p->n_units == 0 && !parcel_is_outside(t->r->snapshot, p))
        return;
    buffer_printf(t->out, "  %s", say(t, "所在 ", "Lies in "));
    for (size_t i = 0; i < p->n_units; i++)
        buffer_printf(t->out, "%s%s", i ? say(t, "、", ", ") : "", p->units[i].name);
    buffer_printf(t->out, "%s\n", p->n_units ? "" : report_outside_units(t->lang));
}

/* What drafts would change of the parcel, by the figures of the table. */
static void put_parcel_drafts(struct text *t, size_t row)
{
    const struct parcel_report *p = &t->r->results[row];
    for (size_t i = 0; i < p->n_drafts; i++) {
        const struct figure *now = &t->table->rows[row].figures[column_of_line(p->drafts[i].now->line)];
        const char *text =
            draft_text(t->arena, p, &p->drafts[i], now->state == FIGURE_KNOWN ? &now->cents : NULL,
                       t->lang == REPORT_LANG_EN);
        t->no_memory = t->no_memory || !text;
        buffer_printf(t->out, "  %s %s\n", say(t, "草稿（不影响本次结论）", "Draft (no part of this answer)"),
                      text ? text : "");
    }
}

static void put_parcel(struct text *t, size_t row)
{
    const struct parcel_report *p = &t->r->results[row];
    const struct parcel *parcel = p->parcel;
    buffer_printf(t->out, "\n%s %s%s%s%s%s\n  ", say(t, "地块", "Parcel"), parcel->id,
                  *parcel->name ? " " : "", parcel->name, *parcel->use ? " · " : "", parcel->use);
    put_area(t, &t->table->rows[row].figures[COLUMN_PARCEL]);
    put_m2(t, say(t, "；按国土调查办发〔2008〕32号", "; by the 2008 standard"),
           parcel_report_standard_area_m2(p));
    put_m2(t, say(t, "；大地线面积", "; geodesic"), parcel_report_geodesic_area_m2(p));
    put_m2(t, say(t, "；申报", "; declared"), parcel->declared_area_m2);
    buffer_printf(t->out, "\n  %s %s%s", say(t, "结论", "Verdict"), say_verdict(t, p->verdict),
                  say(t, "。", ". "));
    put_summary(t, row);
    buffer_append_char(t->out, '\n');
    put_place(t, p);
    put_warnings(t, p->warnings, p->n_warnings, "  ");
    for (int i = 0; i < p->n_layers; i++)
        put_layer(t, row, &p->layers[i]);
    put_parcel_drafts(t, row);
}

/* What is defined and was not looked at is said, and what lies in no unit is, too. */
static void put_rest(struct text *t)
{
    const char *list = report_not_examined(t->arena, t->r, t->lang);
    t->no_memory = t->no_memory || !list;
    if (list && *list)
        buffer_printf(t->out, "%s%s\n", say(t, "未审查（没有载入数据）：", "Not examined (no data loaded): "),
                      list);
}

static void put_sources(const struct text *t, const struct report *r)
{
    for (int i = 0; r->parcels.n_parcels && i < r->results[0].n_layers; i++) {
        const struct layer_finding *f = &r->results[0].layers[i];
        if (!f->layer)
            continue;
        const struct store_version *v = &f->layer->version;
        buffer_printf(t->out, "%s %s v%d%s%s%s%s  sha256 %.16s\n", say(t, "数据", "Data"),
                      report_layer_title(f, t->lang), v->version_no, *v->effective_from ? "  " : "",
                      v->effective_from, *v->document_no ? "  " : "", v->document_no, v->source_sha256);
    }
}

static void put_drafts(const struct text *t)
{
    size_t n;
    const struct snapshot_draft *drafts = snapshot_drafts(t->r->snapshot, &n);
    for (size_t i = 0; i < n; i++) {
        const struct store_version *v = &drafts[i].layer.version;
        buffer_printf(t->out, "%s %s v%d%s%s\n",
                      say(t, "正在调整（草稿，未用于本次审查）", "Being adjusted (a draft, not used here):"),
                      say(t, v->title_zh, v->title_en), v->version_no, *v->document_no ? "  " : "",
                      v->document_no);
    }
}

static void put_record(const struct text *t, const struct report_record *record)
{
    if (!record)
        return;
    const char *at = report_china_time(t->arena, record->kept_at, t->lang);
    buffer_printf(t->out, "%s %lld %s %s %s\n%s %s\n", say(t, "存档", "Kept as record"),
                  (long long)record->id, say(t, "号", "by"), record->officer, at ? at : record->kept_at,
                  say(t, "封印", "Seal"), record->sha256);
}

enum status form_text(const struct form_input *in, struct buffer *out, struct error *e)
{
    const struct report *r = in->report;
    struct text t = {.out = out, .lang = in->lang, .r = r, .table = in->table, .arena = in->arena};
    const char *crs = say(&t, r->parcels.crs_note, r->parcels.crs_note_en);
    buffer_printf(out, "%s %s\n", say(&t, "综合结论", "Overall verdict"), say_verdict(&t, r->verdict));
    buffer_printf(out, "%s %s\n", say(&t, "项目类型", "Project class"), r->project_class);
    put_record(&t, r->record);
    if (crs && *crs)
        buffer_printf(out, "%s %s\n", say(&t, "坐标系", "CRS"), crs);
    if (r->synthetic)
        buffer_append_str(out, say(&t, "所用图层含示例数据，结果仅作演示。\n",
                                   "Some layers are sample data: the result is a demonstration only.\n"));
    put_warnings(&t, r->parcels.warnings, r->parcels.n_warnings, "");
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        put_parcel(&t, i);
    buffer_append_char(out, '\n');
    put_rest(&t);
    put_sources(&t, r);
    put_drafts(&t);
    buffer_printf(out, "%s\n%s hongxian %s\n", say(&t, REPORT_DISCLAIMER_ZH "。", REPORT_DISCLAIMER_EN "."),
                  say(&t, "计算程序", "Computed by"), report_engine_version());
    return t.no_memory ? error_no_memory(e) : buffer_status(out, e);
}

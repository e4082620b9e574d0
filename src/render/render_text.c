#include "render/render.h"

#include "render/decimal.h"
#include "render/report_table.h"

#include <math.h>
#include <string.h>

const char *render_verdict_en(enum verdict v)
{
    switch (v) {
    case VERDICT_UNKNOWN:
        return "Unknown";
    case VERDICT_PROHIBITED:
        return "Prohibited";
    case VERDICT_RESTRICTED:
        return "Restricted";
    case VERDICT_NOTICE:
        return "Notice";
    case VERDICT_ALLOWED:
        return "Allowed";
    }
    return "Unknown";
}

const char *render_layer_title(const struct layer_finding *f, enum render_lang lang)
{
    const char *own = NULL;
    if (f->layer)
        own = lang == RENDER_LANG_EN ? f->layer->version.title_en : f->layer->version.title_zh;
    if (own && *own)
        return own;
    return lang == RENDER_LANG_EN ? control_line_en(f->line) : control_line_zh(f->line);
}

/* ---- the two languages: a text is chosen where it is written ---- */

struct text {
    struct buffer *out;
    enum render_lang lang;
};

static const char *say(const struct text *t, const char *zh, const char *en)
{
    return t->lang == RENDER_LANG_EN ? en : zh;
}

static const char *say_verdict(const struct text *t, enum verdict v)
{
    return say(t, verdict_zh(v), render_verdict_en(v));
}

/* "123.45 平方米（0.0123 公顷，0.19 亩）" */
static void put_area(const struct text *t, double area_m2)
{
    char m2[DECIMAL_SIZE], ha[DECIMAL_SIZE], mu[DECIMAL_SIZE];
    if (!isfinite(area_m2)) {
        buffer_append_str(t->out, say(t, "面积未知", "area unknown"));
        return;
    }
    decimal_text(area_m2, 2, m2);
    decimal_text(decimal_ha(area_m2), 4, ha);
    decimal_text(decimal_mu(area_m2), 2, mu);
    buffer_append_str(t->out, m2);
    buffer_append_str(t->out, say(t, " 平方米（", " m2 ("));
    buffer_append_str(t->out, ha);
    buffer_append_str(t->out, say(t, " 公顷，", " ha, "));
    buffer_append_str(t->out, mu);
    buffer_append_str(t->out, say(t, " 亩）", " mu)"));
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

static void put_warnings(const struct text *t, const struct parcel_warning *warnings, size_t n,
                         const char *indent)
{
    for (size_t i = 0; i < n; i++)
        buffer_printf(t->out, "%s%s %s\n", indent, say(t, "提醒", "Note"),
                      say(t, warnings[i].zh, warnings[i].en));
}

static void put_features(const struct text *t, const struct layer_finding *f)
{
    for (size_t i = 0; i < f->n_features; i++) {
        const struct feature_overlap *o = &f->features[i];
        buffer_printf(t->out, "      %s %s%s%s%s%s  ", say(t, "图斑", "Feature"), o->code,
                      *o->name ? " " : "", o->name, *o->zone ? " · " : "", o->zone);
        put_area(t, o->area_m2);
        buffer_append_str(t->out, o->sliver ? say(t, "，碎屑", ", sliver") : "");
        buffer_append_char(t->out, '\n');
    }
}

static void put_zones(const struct text *t, const struct layer_finding *f)
{
    for (size_t i = 0; i < f->n_zones; i++) {
        buffer_printf(t->out, "      %s  ", f->zones[i].zone);
        put_area(t, f->zones[i].area_m2);
        buffer_append_char(t->out, '\n');
    }
}

/* The rule table writes "-" where there is nothing to say. */
static bool states(const char *text)
{
    return *text && strcmp(text, "-") != 0;
}

static const char *certainty_en(const char *confidence)
{
    bool memory = strstr(confidence, "memory") != NULL;
    if (strncmp(confidence, "read", 4) == 0)
        return memory ? "published text read in part; check the original before quoting"
                      : "published text read";
    if (strncmp(confidence, "design", 6) == 0)
        return "set by this program";
    return "not verified; check the original before quoting";
}

/* The clause is quoted as the table has it; `confidence` goes with it, so that an unread text never looks official. */
static void put_rules(const struct text *t, const struct layer_finding *f)
{
    for (size_t i = 0; i < f->n_rules; i++) {
        const struct rule *rule = f->rules[i].rule;
        buffer_printf(t->out, "      [%s] %s%s%s\n", rule->id, say_verdict(t, rule->verdict),
                      say(t, "：", ": "), say(t, rule->title_zh, rule->title_en));
        if (states(rule->needs_zh))
            buffer_printf(t->out, "        %s %s\n", say(t, "要求", "Requires"), rule->needs_zh);
        if (states(rule->basis))
            buffer_printf(t->out, "        %s %s%s%s%s\n", say(t, "依据", "Basis"), rule->basis,
                          say(t, "（", " ("),
                          say(t, report_certainty(rule->confidence), certainty_en(rule->confidence)),
                          say(t, "）", ")"));
        enum class_note note = f->rules[i].class_note;
        if (note != CLASS_MATCHED)
            buffer_printf(t->out, "        %s\n", say(t, class_note_zh(note), class_note_en(note)));
    }
}

static void put_layer(const struct text *t, const struct layer_finding *f)
{
    buffer_printf(t->out, "  %s%s%s", render_layer_title(f, t->lang), say(t, "：", ": "),
                  say(t, layer_finding_zh(f), layer_finding_en(f)));
    if (f->status == LAYER_OVERLAP || f->status == LAYER_SLIVER) {
        buffer_append_str(t->out, "  ");
        put_area(t, f->area_m2);
        put_share(t, f->share);
    }
    if (f->layer && f->layer->version.synthetic)
        buffer_append_str(t->out, say(t, "  【示例数据】", "  [sample data]"));
    buffer_append_char(t->out, '\n');
    const char *reason = say(t, f->reason_zh, f->reason_en);
    if (reason && *reason)
        buffer_printf(t->out, "      %s\n", reason);
    put_features(t, f);
    put_zones(t, f);
    put_rules(t, f);
}

static void put_parcel(const struct text *t, const struct parcel_report *p)
{
    const struct parcel *parcel = p->parcel;
    buffer_printf(t->out, "\n%s %s%s%s%s%s\n  ", say(t, "地块", "Parcel"), parcel->id,
                  *parcel->name ? " " : "", parcel->name, *parcel->use ? " · " : "", parcel->use);
    put_area(t, p->area_m2);
    put_m2(t, say(t, "；按国土调查办发〔2008〕32号", "; by the 2008 standard"), p->standard_area_m2);
    put_m2(t, say(t, "；大地线面积", "; geodesic"), p->geodesic_area_m2);
    put_m2(t, say(t, "；申报", "; declared"), parcel->declared_area_m2);
    buffer_printf(t->out, "\n  %s %s%s%s\n", say(t, "结论", "Verdict"), say_verdict(t, p->verdict),
                  say(t, "。", ". "), say(t, p->summary_zh, p->summary_en));
    put_warnings(t, p->warnings, p->n_warnings, "  ");
    for (int i = 0; i < CONTROL_LINE_COUNT; i++)
        put_layer(t, &p->layers[i]);
}

static void put_sources(const struct text *t, const struct report *r)
{
    for (int i = 0; i < CONTROL_LINE_COUNT && r->parcels.n_parcels; i++) {
        const struct layer_finding *f = &r->results[0].layers[i];
        if (!f->layer)
            continue;
        const struct store_version *v = &f->layer->version;
        buffer_printf(t->out, "%s %s v%d%s%s%s%s  sha256 %.16s\n", say(t, "数据", "Data"),
                      render_layer_title(f, t->lang), v->version_no, *v->effective_from ? "  " : "",
                      v->effective_from, *v->document_no ? "  " : "", v->document_no, v->source_sha256);
    }
}

enum status render_text(const struct report *r, enum render_lang lang, struct buffer *out, struct error *e)
{
    const struct text t = {.out = out, .lang = lang};
    buffer_printf(out, "%s %s\n", say(&t, "综合结论", "Overall verdict"), say_verdict(&t, r->verdict));
    buffer_printf(out, "%s %s\n", say(&t, "项目类型", "Project class"), r->project_class);
    if (r->parcels.crs_note && *r->parcels.crs_note)
        buffer_printf(out, "%s %s\n", say(&t, "坐标系", "CRS"), r->parcels.crs_note);
    if (r->synthetic)
        buffer_append_str(out, say(&t, "所用图层含示例数据，结果仅作演示。\n",
                                   "Some layers are sample data: the result is a demonstration only.\n"));
    put_warnings(&t, r->parcels.warnings, r->parcels.n_warnings, "");
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        put_parcel(&t, &r->results[i]);
    buffer_append_char(out, '\n');
    put_sources(&t, r);
    buffer_printf(out, "%s\n%s hongxian %s\n", say(&t, RENDER_DISCLAIMER_ZH "。", RENDER_DISCLAIMER_EN "."),
                  say(&t, "计算程序", "Computed by"), render_engine_version());
    return buffer_status(out, e);
}

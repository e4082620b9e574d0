#include "report/words.h"

#include "base/china_time.h"

#include <stdio.h>
#include <string.h>

enum status report_lang_parse(const char *text, enum report_lang *out, struct error *e)
{
    bool english = text && strcmp(text, "en") == 0;
    if (text && *text && !english && strcmp(text, "zh") != 0) {
        error_zh(e, "没有语言“%.20s”；可用 zh、en。", text);
        return error_fail(e, STATUS_INVALID_INPUT, "unknown-language",
                          "There is no language \"%.20s\"; zh and en are known.", text);
    }
    *out = english ? REPORT_LANG_EN : REPORT_LANG_ZH;
    return STATUS_OK;
}

const char *report_verdict_en(enum verdict v)
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

const char *report_layer_title(const struct layer_finding *f, enum report_lang lang)
{
    const char *own = NULL;
    if (f->layer)
        own = lang == REPORT_LANG_EN ? f->layer->version.title_en : f->layer->version.title_zh;
    if (own && *own)
        return own;
    return lang == REPORT_LANG_EN ? f->line->name_en : f->line->title_zh;
}

const char *report_outside_units(enum report_lang lang)
{
    return lang == REPORT_LANG_ZH ? "所载行政区之外" : "none of the units that are loaded";
}

const char *report_certainty(const char *confidence, enum report_lang lang)
{
    static const struct {
        const char *zh, *en;
    } read = {"已读公布文本", "published text read"},
      partly = {"部分已读公布文本，其余未核实，引用前须核对原文",
                "published text read in part; check the original before quoting"},
      memory = {"未核实，引用前须核对原文", "not verified; check the original before quoting"},
      design = {"本系统设定", "set by this program"},
      nowhere = {"来源不明，引用前须核对原文", "source not known; check the original before quoting"};
    bool remembered = strstr(confidence, "memory") != NULL;
    const char *en = nowhere.en, *zh = nowhere.zh;
    if (strncmp(confidence, "read", 4) == 0) {
        zh = remembered ? partly.zh : read.zh;
        en = remembered ? partly.en : read.en;
    } else if (remembered || strncmp(confidence, "design", 6) == 0) {
        zh = remembered ? memory.zh : design.zh;
        en = remembered ? memory.en : design.en;
    }
    return lang == REPORT_LANG_EN ? en : zh;
}

bool report_states(const char *text)
{
    return text && *text && strcmp(text, "-") != 0;
}

const char *report_paper_missing(struct arena *a, const struct layer_finding *f, const struct rule *rule,
                                 enum report_lang lang)
{
    const struct project_class *c = f->claim->title;
    bool english = lang == REPORT_LANG_EN;
    const char *paper = !c ? "" : english ? c->paper_en : c->paper_zh;
    if (!*paper)
        paper = english ? rule->needs_en : rule->needs_zh;
    if (!report_states(paper))
        paper = english ? "the document that shows it" : "证明该主张的文件";
    const char *class = c ? (english ? c->en : c->zh) : f->claim->project_class;
    return english ? arena_printf(a, "%s: claimed as %s, and the document is missing: %s", f->line->title_en,
                                  class, paper)
                   : arena_printf(a, "%s：主张为%s，尚缺文件：%s", f->line->title_zh, class, paper);
}

const char *report_claim_title(struct arena *a, const struct claim *c, enum report_lang lang)
{
    bool english = lang == REPORT_LANG_EN;
    const char *class = c->title ? (english ? c->title->en : c->title->zh) : c->project_class;
    if (!c->item)
        return arena_strdup(a, class);
    const struct class_item *item = &c->title->items[c->item - 1];
    const char *text = english && *item->en ? item->en : item->zh;
    return english ? arena_printf(a, "%s, item %d: %s", class, c->item, text)
                   : arena_printf(a, "%s，第%d项：%s", class, c->item, text);
}

const char *report_not_examined(struct arena *a, const struct report *r, enum report_lang lang)
{
    const struct line_table *lines = report_lines(r);
    bool english = lang == REPORT_LANG_EN;
    const char *list = "";
    for (int l = 0; list && l < lines->n_rest; l++)
        list = arena_printf(a, "%s%s%s", list,
                            !l        ? ""
                            : english ? ", "
                                      : "、",
                            english ? lines->rest[l].title_en : lines->rest[l].title_zh);
    return list;
}

const char *report_shapes_missing(struct arena *a, size_t n, enum report_lang lang)
{
    return lang == REPORT_LANG_EN
               ? arena_printf(a, "%zu shape(s) of overlaps could not be drawn; the areas are not affected.",
                              n)
               : arena_printf(a, "有%zu处重叠图形未能绘出，面积不受影响。", n);
}

const char *report_china_time(struct arena *a, const char *utc, enum report_lang lang)
{
    char text[CHINA_TIME_SIZE];
    if (strcmp(china_time(utc, text), utc) == 0)
        return arena_strdup(a, utc);
    return arena_printf(a, lang == REPORT_LANG_EN ? "%s (Beijing time)" : "%s（北京时间）", text);
}

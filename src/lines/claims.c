#include "lines/claims.h"

#include "base/text.h"
#include "lines/rules.h"

#include <stdlib.h>
#include <string.h>

/* ---- the text ---- */

static enum status bad_claim(const char *claim, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "主张“%.200s”%s", claim, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "claim", "The claim \"%.200s\" %s", claim, en);
}

static const char *trimmed(struct arena *a, const char *text, size_t n)
{
    while (n > 0 && (*text == ' ' || *text == '\t'))
        text++, n--;
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    return arena_strndup(a, text, n);
}

/* The part up to `stop` or the end; *at moves behind it. */
static const char *part(struct arena *a, const char **at, const char *stops)
{
    size_t n = strcspn(*at, stops);
    const char *text = trimmed(a, *at, n);
    *at += n;
    return text;
}

/* DOCUMENT@DATE[@BY] */
static enum status split_document(const char *whole, const char *at, struct arena *a, struct claim_words *out,
                                  struct error *e)
{
    out->document = part(a, &at, "@");
    if (*at != '@')
        return bad_claim(whole, "写了文号而没有日期；请写作 文号@日期，如 内政字〔2026〕12号@2026-03-01。",
                         "names a document without its date; write DOCUMENT@DATE, such as "
                         "内政字〔2026〕12号@2026-03-01.",
                         e);
    at++;
    out->date = part(a, &at, "@");
    out->by = *at == '@' ? trimmed(a, at + 1, strlen(at + 1)) : "";
    return out->document && out->date && out->by ? STATUS_OK : error_no_memory(e);
}

static enum status split_one(const char *text, struct arena *a, struct claim_words *out, struct error *e)
{
    const char *at = text;
    *out = (struct claim_words){.document = "", .date = "", .by = ""};
    out->layer = part(a, &at, "=");
    if (*at != '=')
        return bad_claim(
            text, "看不懂；请写作 图层=类型#序号:文号@日期，如 图层代号=NATIONAL_MAJOR#3:文号@2026-03-01。",
            "cannot be read; write LAYER=CLASS#ITEM:DOCUMENT@DATE, such as "
            "LAYER=NATIONAL_MAJOR#3:DOCUMENT@2026-03-01.",
            e);
    at++;
    out->project_class = part(a, &at, "#:");
    if (!out->layer || !out->project_class)
        return error_no_memory(e);
    if (*at == '#') {
        char *end;
        long item = strtol(at + 1, &end, 10);
        if (end == at + 1 || item < 1 || item > 999)
            return bad_claim(text, "的 # 之后应为项目序号（从1起的整数）。",
                             "needs the number of an item (from 1) behind its #.", e);
        out->item = (int)item;
        at = end;
    }
    if (*at == ':')
        return split_document(text, at + 1, a, out, e);
    return *at ? bad_claim(text, "在类型之后有看不懂的内容；文号前用英文冒号。",
                           "has something behind its class that cannot be read; a colon stands before the "
                           "document.",
                           e)
               : STATUS_OK;
}

/* The full-width semicolon of a Chinese keyboard separates, too. */
static size_t length_of_one(const char *text, size_t *separator)
{
    static const char wide[] = "；";
    const char *comma = strchr(text, ';'), *full = strstr(text, wide);
    const char *end = comma && (!full || comma < full) ? comma : full;
    *separator = !end ? 0 : end == comma ? 1 : sizeof wide - 1;
    return end ? (size_t)(end - text) : strlen(text);
}

enum status claims_split(const char *text, struct arena *a, struct claim_words *words, size_t room, size_t *n,
                         struct error *e)
{
    enum status s = STATUS_OK;
    while (!s && text && *text) {
        size_t separator, length = length_of_one(text, &separator);
        const char *one = trimmed(a, text, length);
        if (!one)
            return error_no_memory(e);
        if (*one && *n == room)
            return bad_claim(one, "之前已有太多主张。", "comes behind too many others.", e);
        if (*one)
            s = split_one(one, a, &words[(*n)++], e);
        text += length + separator;
    }
    return s;
}

/* ---- what it is held against ---- */

static bool speaks_of(const struct rule *rule, int line, const char *code)
{
    return (rule->lines & UINT64_C(1) << line) && strcmp(rule->project_class, code) == 0;
}

/* "*" is no class; who claims nothing is of the general one, or of none that is known. */
static bool is_claimable(const char *code)
{
    return strcmp(code, "*") != 0 && strcmp(code, "UNKNOWN") != 0 && strcmp(code, "GENERAL") != 0;
}

bool claim_is_ruled(const struct rule_table *t, int line, const char *code)
{
    if (line < 0 || !is_claimable(code))
        return false;
    for (size_t i = 0; i < t->n_rules; i++)
        if (speaks_of(&t->rules[i], line, code))
            return true;
    return false;
}

const char *claim_next_class(const struct rule_table *t, int line, size_t *at)
{
    while (line >= 0 && *at < t->n_rules) {
        size_t i = (*at)++;
        const char *code = t->rules[i].project_class;
        bool seen = !speaks_of(&t->rules[i], line, code) || !claim_is_ruled(t, line, code);
        for (size_t k = 0; k < i && !seen; k++)
            seen = speaks_of(&t->rules[k], line, code);
        if (!seen)
            return code;
    }
    return NULL;
}

/* "A, B, C": the classes that may be claimed on the line. */
static const char *ruled_classes(const struct rule_table *t, int line, struct arena *a)
{
    const char *list = "", *code;
    size_t at = 0;
    while (list && (code = claim_next_class(t, line, &at)))
        list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", code);
    return list ? list : "";
}

static enum status find_line(const struct claim_words *w, const struct claim_terms *terms, struct claim *c,
                             struct error *e)
{
    c->line = line_of_name(terms->lines, w->layer ? w->layer : "");
    if (!c->line) {
        error_zh(e, "主张所指的图层“%.100s”没有定义；请用 hongxian layer list 查看图层代号。", w->layer);
        return error_fail(
            e, STATUS_INVALID_INPUT, "claim-layer",
            "No layer \"%.100s\" is defined, of which something is claimed; hongxian layer list "
            "shows those that are.",
            w->layer);
    }
    if (c->line->number >= 0 && terms->is_loaded(c->line->id, terms->user))
        return STATUS_OK;
    error_zh(e, "对“%s”提出了主张，而数据库中没有这个图层的数据，无从判定；请先导入该图层，或去掉这项主张。",
             c->line->title_zh);
    return error_fail(e, STATUS_INVALID_INPUT, "claim-not-loaded",
                      "Something is claimed of the %s, and the store holds no data of it; import the layer, "
                      "or leave the claim out.",
                      c->line->name_en);
}

static enum status find_class(const struct claim_words *w, const struct claim_terms *terms, struct arena *a,
                              struct claim *c, struct error *e)
{
    const char *name = w->project_class ? w->project_class : "";
    c->title = class_find(terms->classes, name);
    c->project_class = c->title ? c->title->code : arena_strdup(a, name);
    if (!c->project_class)
        return error_no_memory(e);
    if (!claim_is_ruled(terms->rules, c->line->number, c->project_class)) {
        const char *list = ruled_classes(terms->rules, c->line->number, a);
        error_zh(e, "规则表对“%s”没有项目类型“%.60s”的条款，这项主张无从判定；可主张的有：%.200s。",
                 c->line->title_zh, name, *list ? list : "无");
        return error_fail(e, STATUS_INVALID_INPUT, "claim-class",
                          "On the %s no rule knows the class \"%.60s\"; those that may be claimed: %.200s.",
                          c->line->name_en, name, *list ? list : "none");
    }
    size_t items = c->title ? c->title->n_items : 0;
    c->item = w->item;
    if (w->item < 0 || (size_t)w->item > items) {
        error_zh(e, "项目类型“%s”没有第 %d 项%s；请核对序号。", c->project_class, w->item,
                 items ? "" : "（该类型不分项）");
        return error_fail(e, STATUS_INVALID_INPUT, "claim-item",
                          "The class %s has no item %d (it has %zu); see to the number.", c->project_class,
                          w->item, items);
    }
    return STATUS_OK;
}

static const char *copy(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : "";
}

static enum status take_document(const struct claim_words *w, struct arena *a, struct claim *c,
                                 struct error *e)
{
    const char *texts[] = {copy(a, w->document), copy(a, w->date), copy(a, w->by)};
    for (int i = 0; i < 3; i++) {
        if (!texts[i])
            return error_no_memory(e);
        if (strlen(texts[i]) > CLAIM_TEXT_MAX || !text_is_utf8(texts[i]))
            return bad_claim(c->line->title_zh, "的文号、日期或机关太长，或不是 UTF-8 文字。",
                             "has a document, date or office that is too long or no UTF-8.", e);
    }
    c->document = texts[0], c->date = texts[1], c->by = texts[2];
    if (!*c->document && (*c->date || *c->by))
        return bad_claim(c->line->title_zh, "有日期或机关而没有文号；请补上文号。",
                         "has a date or an office without a document; name the document.", e);
    if (*c->document && !text_is_day(c->date))
        return bad_claim(c->line->title_zh, "的文件日期应写作 2026-03-01 这样的实有日期。",
                         "needs the day of its document as in 2026-03-01.", e);
    return STATUS_OK;
}

enum status claims_make(const struct claim_words *words, size_t n, const struct claim_terms *terms,
                        struct arena *a, struct claim_set *out, struct error *e)
{
    struct claim *claims = arena_array(a, n + 1, sizeof *claims);
    if (!claims)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        enum status s = find_line(&words[i], terms, &claims[i], e);
        if (!s)
            s = find_class(&words[i], terms, a, &claims[i], e);
        if (!s)
            s = take_document(&words[i], a, &claims[i], e);
        if (s)
            return s;
        if (claim_on(&(struct claim_set){claims, i}, claims[i].line))
            return bad_claim(claims[i].line->title_zh, "有两项；一个图层只能主张一种类型。",
                             "is there twice; of one layer one class may be claimed.", e);
    }
    *out = (struct claim_set){claims, n};
    return STATUS_OK;
}

/* ---- asking and telling ---- */

const struct claim *claim_on(const struct claim_set *set, const struct control_line *line)
{
    for (size_t i = 0; set && i < set->n; i++)
        if (strcmp(set->of[i].line->id, line->id) == 0)
            return &set->of[i];
    return NULL;
}

const char *claim_words_text(const struct claim_words *w, struct arena *a)
{
    const char *text = arena_printf(a, "%s=%s", w->layer, w->project_class);
    if (text && w->item)
        text = arena_printf(a, "%s#%d", text, w->item);
    if (text && *w->document)
        text = arena_printf(a, "%s:%s@%s%s%s", text, w->document, w->date, *w->by ? "@" : "", w->by);
    return text;
}

const char *claim_text(const struct claim *claim, struct arena *a)
{
    return claim_words_text(&(struct claim_words){claim->line->id, claim->project_class, claim->item,
                                                  claim->document, claim->date, claim->by},
                            a);
}

const char *claims_text(const struct claim_set *set, struct arena *a)
{
    const char *text = "";
    for (size_t i = 0; set && text && i < set->n; i++) {
        const char *one = claim_text(&set->of[i], a);
        text = one ? arena_printf(a, "%s%s%s", text, i ? ";" : "", one) : NULL;
    }
    return text;
}

#include "http/html_plan.h"

#include "formats/html.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define UNITS_TITLE "规划对各盟市、旗县的表述 What the plan says of each unit"

static const char SOURCE[] =
    "《内蒙古自治区新型城镇化规划（2021—2035年）》（" PLAN_DOCUMENT "）原文，逐句照录，只去掉了换行。"
    "The plan's own words, sentence by sentence.";

static void unit_path(const char *code, char path[LINK_PATH_SIZE])
{
    snprintf(path, LINK_PATH_SIZE, "/plan/units/%s", code);
}

/* ---- the list ---- */

static bool list_unit(const struct plan_unit *u, void *user)
{
    struct html_page *p = user;
    char path[LINK_PATH_SIZE];
    bool prefecture = strcmp(u->level, "prefecture") == 0;
    unit_path(u->code, path);
    buffer_append_str(p->out, "<tr><td>");
    html_text(p->out, u->code);
    buffer_append_str(p->out, prefecture ? "</td><td><b>" : "</td><td>");
    html_link(p, path, u->name);
    buffer_printf(p->out, "%s</td><td>%" PRId64 "</td></tr>\n", prefecture ? "</b>" : "", u->n_sentences);
    return true;
}

enum status html_plan_units(struct request *rq, struct reply *reply, struct error *e)
{
    const struct html_step way[] = {{"红线 Hongxian", "/"}, {UNITS_TITLE, "/plan/units"}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    html_element(&p, "p", SOURCE);
    buffer_append_str(&b, "<table>\n<tr><th>代码 Code</th><th>名称 Name</th><th>句数 Sentences</th></tr>\n");
    enum status s = plan_units(rq->worker->store, NULL, list_unit, &p, e);
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    return reply_html(reply, &b, s, e);
}

/* ---- a unit ---- */

static void list_topics(struct html_page *p, const char *topics)
{
    json_t *list = json_loads(topics, 0, NULL);
    size_t n = json_array_size(list);
    if (n)
        buffer_append_str(p->out, "<ul>\n");
    for (size_t i = 0; i < n; i++)
        html_element(p, "li", json_string_value(json_array_get(list, i)));
    if (n)
        buffer_append_str(p->out, "</ul>\n");
    json_decref(list);
}

/* Where the sentence does not call the unit by its full name: by what it is on this page. */
static void tell_how(struct html_page *p, const struct plan_sentence *s)
{
    if (strcmp(s->how, "全称") == 0)
        return;
    buffer_append_str(p->out, "<p class=\"note\">");
    html_text(p->out, s->how);
    if (*s->words) {
        buffer_append_str(p->out, "：“");
        html_text(p->out, s->words);
        buffer_append_str(p->out, "”");
    }
    buffer_append_str(p->out, "</p>\n");
}

static bool tell_sentence(const struct plan_sentence *s, void *user)
{
    struct html_page *p = user;
    html_element(p, "h2", s->section);
    buffer_append_str(p->out, "<blockquote>");
    html_text(p->out, s->sentence);
    buffer_append_str(p->out, "</blockquote>\n");
    tell_how(p, s);
    list_topics(p, s->topics);
    return true;
}

static void tell_scope(struct html_page *p, const struct plan_unit *u)
{
    html_element(p, "p", SOURCE);
    html_element(
        p, "p",
        "列出点到本地名称（全称、简称、境内的镇与口岸）的全部句子；对全区的要求不在此列。境内地点属于哪个旗县"
        "，"
        "不是规划所说。Every sentence that names the unit or a place within it; what is said of the whole "
        "region is not here.");
    if (u->n_sentences == 0)
        html_element(p, "p", "规划没有点到本地名称。The plan does not name this unit.");
}

enum status html_plan_unit(struct request *rq, const struct plan_unit *unit, struct reply *reply,
                           struct error *e)
{
    char path[LINK_PATH_SIZE];
    unit_path(unit->code, path);
    const struct html_step way[] = {{"红线 Hongxian", "/"}, {UNITS_TITLE, "/plan/units"}, {unit->name, path}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_JSON);
    tell_scope(&p, unit);
    enum status s = plan_sentences(rq->worker->store, unit->code, tell_sentence, &p, e);
    html_page_end(&p);
    return reply_html(reply, &b, s, e);
}

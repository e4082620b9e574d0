/* GET /collections/{id}/queryables: what a filter may ask of its features, as a JSON Schema. */
#include "http/html_pages.h"
#include "http/queryables.h"
#include "http/route.h"

#include <stdio.h>
#include <string.h>

static void write_type(struct json_writer *w, enum filter_type type, const struct collection *c)
{
    static const char *const names[] = {"string", "number", "boolean", "string", "string"};
    if (type == FILTER_GEOMETRY) {
        jw_kv_string(w, "format",
                     c->layer                                    ? "geometry-polygon-or-multipolygon"
                     : strcmp(c->places->geometry, "point") == 0 ? "geometry-point"
                                                                 : "geometry-any");
        jw_kv_string(w, "x-ogc-role", "primary-geometry");
        return;
    }
    jw_kv_string(w, "type", names[type]);
    if (type == FILTER_DAY || type == FILTER_TIME)
        jw_kv_string(w, "format", type == FILTER_DAY ? "date" : "date-time");
}

/* What people call it; of a field that came with the data that is its name. */
static const char *title_of(const struct queryables *q, size_t i)
{
    static const struct {
        const char *name, *title;
    } titles[] = {
        {"geometry", "图形 geometry"},
        {"id", "要素编号 the feature's id"},
        {"code", "标识码 code of the source (BSM); \"\" when it gives none"},
        {"name", "名称 name; \"\" when the source gives none"},
        {"zone", "分区 sub-zone; \"\" when there is none"},
        {"county", "行政区代码 code of the administrative unit; \"\" when the source gives none"},
        {"declared_area_m2",
         "来源所载面积，平方米 area that the source states, in m2; null when it states none"},
    };
    for (size_t t = 0; !q->fields[i] && t < sizeof titles / sizeof *titles; t++)
        if (strcmp(q->items[i].name, titles[t].name) == 0)
            return titles[t].title;
    return q->fields[i] ? q->fields[i] : q->items[i].name;
}

/* What the list leaves open; NULL: it is whole. */
static const char *open_end_of(const struct collection *c, char says[400])
{
    if (!c->layer || c->layer->version.n_features <= QUERYABLES_SAMPLE)
        return NULL;
    long long n = c->layer->version.n_features;
    snprintf(says, 400,
             "来源字段取自前 %d 个要素（共 %lld "
             "个），并非全部：只有后面的要素才有的字段未列出，筛选时按未知属性拒绝。The "
             "source's fields are those of the first %d of %lld features: a field that only later ones have "
             "is not "
             "listed, and a filter refuses it as unknown.",
             (int)QUERYABLES_SAMPLE, n, (int)QUERYABLES_SAMPLE, n);
    return says;
}

static void write_schema(struct json_writer *w, const struct request *rq, const struct collection *c,
                         const struct queryables *q)
{
    struct links l;
    char id[LINK_BASE_SIZE + LINK_PATH_SIZE], says[400];
    links_of(rq, &l);
    snprintf(id, sizeof id, "%s/collections/%s/queryables", l.base, rq->params[0]);
    jw_object_begin(w);
    jw_kv_string(w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    jw_kv_string(w, "$id", id);
    jw_kv_string(w, "type", "object");
    jw_kv_string(w, "title", c->layer ? c->layer->version.title_zh : c->places->title_zh);
    if (open_end_of(c, says))
        jw_kv_string(w, "description", says);
    jw_key(w, "properties");
    jw_object_begin(w);
    for (size_t i = 0; i < q->n; i++) {
        jw_key(w, q->items[i].name);
        jw_object_begin(w);
        jw_kv_string(w, "title", title_of(q, i));
        write_type(w, q->items[i].type, c);
        jw_object_end(w);
    }
    jw_object_end(w);
    jw_kv_bool(w, "additionalProperties", false);
    jw_object_end(w);
}

/* The same as a table, for people. */
static enum status send_page(const struct request *rq, const struct collection *c, const struct queryables *q,
                             struct reply *reply, struct error *e)
{
    static const char *const types[] = {"文字 text", "数 number", "是否 boolean", "日期 day", "时刻 time"};
    char above[LINK_PATH_SIZE], self[LINK_PATH_SIZE];
    struct html_title t = html_title_of(c);
    struct buffer b;
    struct html_page p = {.out = &b};
    snprintf(above, sizeof above, "/collections/%s", rq->params[0]);
    snprintf(self, sizeof self, "/collections/%s/queryables", rq->params[0]);
    const struct html_step way[] = {{"红线 Hongxian", "/"},
                                    {"图层 Collections", "/collections"},
                                    {t.zh, above},
                                    {"可筛选的属性 Queryables", self}};
    buffer_init(&b, 0);
    links_of(rq, &p.links);
    html_page_begin(&p, way, 4, MEDIA_SCHEMA);
    html_element(&p, "p",
                 "筛选写作 /items?filter=属性='值'（CQL2）。A filter is written "
                 "/items?filter=property='value' (CQL2).");
    char rest[400];
    if (open_end_of(c, rest))
        html_element(&p, "p", rest);
    buffer_append_str(&b, "<table>\n");
    for (size_t i = 0; i < q->n; i++) {
        char says[320];
        snprintf(says, sizeof says, "%.250s（%s）", title_of(q, i),
                 q->items[i].type == FILTER_GEOMETRY ? "图形 geometry" : types[q->items[i].type]);
        html_row(&p, q->items[i].name, says);
    }
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

enum status handle_queryables(struct request *rq, struct reply *reply, struct error *e)
{
    struct collection c;
    struct queryables q;
    struct buffer b;
    struct json_writer w;
    enum form form;
    enum status s = form_asked(rq, MEDIA_SCHEMA, &form, e);
    if (!s)
        s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (!s)
        s = queryables_read(rq->worker->store, &c, c.layer ? c.layer->version.id : 0, rq->worker->check.arena,
                            &q, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return send_page(rq, &c, &q, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    write_schema(&w, rq, &c, &q);
    s = reply_buffer(reply, &b, "application/schema+json; charset=utf-8", e);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    return s;
}

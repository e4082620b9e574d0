/* GET /processes and /processes/{id}: what can be executed (OGC API - Processes), described. */
#include "http/html_pages.h"
#include "http/negotiate.h"
#include "http/processes.h"
#include "http/route.h"

enum { LIMIT_DEFAULT = 10, LIMIT_MAX = 10000 };

static enum status read_limit(const struct request *rq, size_t *n, struct error *e)
{
    int64_t limit;
    enum status s = request_query_integer(rq, "limit", LIMIT_DEFAULT, 1, INT32_MAX, &limit, e);
    limit = limit < LIMIT_MAX ? limit : LIMIT_MAX;
    *n = !s && (size_t)limit < process_count() ? (size_t)limit : process_count();
    return s;
}

enum status handle_processes(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum form form;
    size_t n;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (!s)
        s = read_limit(rq, &n, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_processes(rq, n, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "processes");
    jw_array_begin(&w);
    for (size_t i = 0; i < n; i++)
        process_write(&w, &l, process_at(i), false);
    jw_array_end(&w);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/processes");
    link_write_alternate(&w, &l, "/processes");
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-cache", e);
}

enum status handle_process(struct request *rq, struct reply *reply, struct error *e)
{
    const struct process *p;
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (!s)
        s = process_find(rq->params[0], &p, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_process(rq, p, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    process_write(&w, &l, p, true);
    return reply_json(reply, &b, STATUS_OK, "no-cache", e);
}

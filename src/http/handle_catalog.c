/* OGC API - Records: /collections/layer-catalog, its records, and one of them. */
#include "geo/crs/uri.h"
#include "http/catalog.h"
#include "http/route.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* As `type`, which reply_json does not say. */
static enum status reply_as(struct reply *reply, struct buffer *b, const char *type, struct error *e)
{
    enum status s = reply_buffer(reply, b, type, e);
    buffer_release(b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    return s;
}

/* Positions are in the default of the standard, which Part 2 of Features has told. */
static enum status reply_records(struct reply *reply, struct buffer *b, struct error *e)
{
    enum status s = reply_as(reply, b, MEDIA_GEOJSON "; charset=utf-8", e);
    if (!s)
        reply_header(reply, "Content-Crs", "<" CRS_URI_CRS84 ">");
    return s;
}

bool catalog_asked_plain(const struct request *rq)
{
    const char *accept = request_header(rq, MHD_HTTP_HEADER_ACCEPT);
    return accept_weight(accept, MEDIA_JSON, 0) > accept_weight(accept, MEDIA_CATALOG, 0);
}

enum status handle_catalog(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum form form;
    enum status s = form_asked(rq, MEDIA_CATALOG, &form, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_catalog(rq, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    catalog_write_collection(&w, &l);
    return reply_as(reply, &b,
                    catalog_asked_plain(rq) ? MEDIA_JSON "; charset=utf-8" : MEDIA_CATALOG "; charset=utf-8",
                    e);
}

static void write_page(const struct request *rq, const struct catalog_page *page, struct buffer *b)
{
    struct json_writer w;
    struct links l;
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    links_of(rq, &l);
    jw_init(&w, b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", "FeatureCollection");
    jw_kv_string(&w, "timeStamp", now);
    jw_kv_integer(&w, "numberMatched", (long long)page->n_matched);
    jw_kv_integer(&w, "numberReturned", (long long)page->n);
    jw_key(&w, "features");
    jw_array_begin(&w);
    for (size_t i = 0; i < page->n; i++)
        catalog_write(&w, &l, &page->rows[i]);
    jw_array_end(&w);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_GEOJSON, "本页 this page", page->self);
    if (page->next)
        link_write(&w, &l, "next", MEDIA_GEOJSON, "下一页 the next page", page->next);
    link_write_alternate(&w, &l, page->self);
    link_write(&w, &l, "collection", MEDIA_CATALOG, CATALOG_TITLE, CATALOG_PATH);
    jw_array_end(&w);
    jw_object_end(&w);
}

enum status handle_catalog_records(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct catalog_page page;
    enum form form;
    enum status s = form_asked(rq, MEDIA_GEOJSON, &form, e);
    if (!s)
        s = catalog_search(rq, &page, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_catalog_page(rq, &page, reply, e);
    buffer_init(&b, 0);
    write_page(rq, &page, &b);
    return reply_records(reply, &b, e);
}

enum status handle_catalog_record(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    struct catalog_record record;
    enum form form;
    enum status s = form_asked(rq, MEDIA_GEOJSON, &form, e);
    if (!s)
        s = catalog_find(rq, 0, &record, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_catalog_record(rq, &record, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    catalog_write(&w, &l, &record);
    return reply_records(reply, &b, e);
}

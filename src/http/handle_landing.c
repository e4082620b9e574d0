/* GET / and /conformance: what a client of OGC API asks first. / is the web page for a browser, and the
 * landing page in JSON for a program. */
#include "http/links.h"
#include "http/route.h"

#include <stdlib.h>
#include <string.h>

static const char TITLE[] = "红线 Hongxian";

/* ---- JSON or HTML ---- */

/* The q of a media type in an Accept header, 0 when it is not named there. */
static double weight_of(const char *accept, const char *type)
{
    size_t n = strlen(type);
    for (const char *at = accept; at && (at = strstr(at, type)); at += n) {
        if ((at > accept && !strchr(", ", at[-1])) || (at[n] && !strchr(",; ", at[n])))
            continue;
        size_t end = strcspn(at, ",");
        const char *q = strstr(at + n, "q=");
        return q && q < at + end ? strtod(q + 2, NULL) : 1;
    }
    return 0;
}

/* Browsers name text/html; who names neither, or both alike, is a program. */
static enum status choose_html(const struct request *rq, bool *html, struct error *e)
{
    const char *f = request_query(rq, "f"), *accept = request_header(rq, MHD_HTTP_HEADER_ACCEPT);
    *html =
        f ? strcmp(f, "html") == 0 : accept && weight_of(accept, MEDIA_HTML) > weight_of(accept, MEDIA_JSON);
    return f && !*html ? link_check_json(rq, e) : STATUS_OK;
}

/* ---- the documents ---- */

static enum status send_json(struct reply *reply, struct buffer *b, struct error *e)
{
    enum status s = reply_json(reply, b, STATUS_OK, "no-cache", e);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
    return s;
}

static enum status landing(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "title", TITLE);
    jw_kv_string(&w, "description",
                 "管控线图层与地块审查 Control layers, and checks of parcels against them");
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/?f=json");
    link_write(&w, &l, "alternate", MEDIA_HTML, "地图网页 the map", "/?f=html");
    link_write(&w, &l, "service-desc", MEDIA_OPENAPI, "接口定义 the API's definition", "/api");
    link_write(&w, &l, "service-doc", "application/yaml", "接口定义，便于阅读 the same, to be read",
               "/openapi.yaml");
    link_write(&w, &l, "conformance", MEDIA_JSON, "所实现的标准 conformance classes", "/conformance");
    link_write(&w, &l, "data", MEDIA_JSON, "图层 the collections", "/collections");
    jw_array_end(&w);
    jw_object_end(&w);
    return send_json(reply, &b, e);
}

enum status handle_landing(struct request *rq, struct reply *reply, struct error *e)
{
    bool html = false;
    enum status s = choose_html(rq, &html, e);
    if (s)
        return s;
    if (!html)
        return landing(rq, reply, e);
    s = handle_web_file(rq, reply, e);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
    return s;
}

/* Only what a test walks requirement by requirement (tests/http/test_ogc*.py). */
enum status handle_conformance(struct request *rq, struct reply *reply, struct error *e)
{
#define FEATURES "http://www.opengis.net/spec/ogcapi-features-"
#define CQL2 "http://www.opengis.net/spec/cql2/1.0/conf/"
    static const char *const classes[] = {
        FEATURES "1/1.0/conf/core",
        FEATURES "1/1.0/conf/oas30",
        FEATURES "1/1.0/conf/geojson",
        FEATURES "2/1.0/conf/crs",
        FEATURES "3/1.0/conf/queryables",
        FEATURES "3/1.0/conf/queryables-query-parameters",
        FEATURES "3/1.0/conf/filter",
        FEATURES "3/1.0/conf/features-filter",
        CQL2 "cql2-text",
        CQL2 "cql2-json",
        CQL2 "basic-cql2",
        CQL2 "advanced-comparison-operators",
        CQL2 "basic-spatial-functions",
        CQL2 "basic-spatial-functions-plus",
        CQL2 "spatial-functions",
        CQL2 "temporal-functions",
        CQL2 "property-property",
    };
    struct buffer b;
    struct json_writer w;
    enum status s = link_check_json(rq, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "conformsTo");
    jw_array_begin(&w);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        jw_string(&w, classes[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    return send_json(reply, &b, e);
}

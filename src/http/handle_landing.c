/* GET / and /conformance: what a client of OGC API asks first. / is the map for a browser, and the landing
 * page in JSON for a program; f=html is the landing page for people, which needs no JavaScript. */
#include "http/html_pages.h"
#include "http/route.h"
#include "http/web_files.h"

static const char TITLE[] = "红线 Hongxian";

/* ---- the documents ---- */

static enum status send_json(struct reply *reply, struct buffer *b, struct error *e)
{
    return reply_json(reply, b, STATUS_OK, "no-cache", e);
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
    link_write_alternate(&w, &l, "/");
    link_write(&w, &l, "service-desc", MEDIA_OPENAPI, "接口定义 the API's definition", "/api");
    link_write(&w, &l, "service-doc", "application/yaml", "接口定义，便于阅读 the same, to be read",
               "/openapi.yaml");
    link_write(&w, &l, "conformance", MEDIA_JSON, "所实现的标准 conformance classes", "/conformance");
    link_write(&w, &l, "http://www.opengis.net/def/rel/ogc/1.0/conformance", MEDIA_JSON,
               "所实现的标准 conformance classes", "/conformance");
    link_write(&w, &l, "http://www.opengis.net/def/rel/ogc/1.0/processes", MEDIA_JSON, "处理过程 processes",
               "/processes");
    link_write(&w, &l, "http://www.opengis.net/def/rel/ogc/1.0/job-list", MEDIA_JSON, "后台任务 jobs",
               "/jobs");
    link_write(&w, &l, "data", MEDIA_JSON, "图层 the collections", "/collections");
    link_write(&w, &l, "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", MEDIA_JSON,
               "切片方案 grids of tiles", "/tileMatrixSets");
    link_write(&w, &l, "http://www.opengis.net/def/rel/ogc/1.0/styles", MEDIA_JSON, "样式 styles", "/styles");
    jw_array_end(&w);
    jw_object_end(&w);
    return send_json(reply, &b, e);
}

bool landing_is_map(struct request *rq)
{
    enum form form;
    return !request_query(rq, "f") && web_files_has_page(rq->web) &&
           !form_asked(rq, MEDIA_JSON, &form, NULL) && form != FORM_JSON;
}

enum status handle_landing(struct request *rq, struct reply *reply, struct error *e)
{
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (s)
        return s;
    if (form == FORM_JSON)
        return landing(rq, reply, e);
    return landing_is_map(rq) ? handle_web_file(rq, reply, e) : html_landing(rq, reply, e);
}

/* Only what a test walks requirement by requirement (tests/http/test_ogc*.py, test_tiles.py,
 * test_processes.py). */
enum status handle_conformance(struct request *rq, struct reply *reply, struct error *e)
{
#define FEATURES "http://www.opengis.net/spec/ogcapi-features-"
#define TILES "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
#define RECORDS "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/"
#define PROCESSES "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
#define CQL2 "http://www.opengis.net/spec/cql2/1.0/conf/"
    static const char *const classes[] = {
        FEATURES "1/1.0/conf/core",
        FEATURES "1/1.0/conf/html",
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
        TILES "core",
        TILES "tileset",
        TILES "tilesets-list",
        TILES "geodata-tilesets",
        TILES "oas30",
        TILES "mvt",
        PROCESSES "core",
        PROCESSES "ogc-process-description",
        PROCESSES "json",
        PROCESSES "oas30",
        PROCESSES "job-list",
        PROCESSES "dismiss",
        RECORDS "record-core",
        RECORDS "record-collection",
        RECORDS "record-core-query-parameters",
        RECORDS "records-api",
        RECORDS "json",
        RECORDS "html",
        RECORDS "searchable-catalog",
    };
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_conformance(rq, classes, sizeof classes / sizeof *classes, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "conformsTo");
    jw_array_begin(&w);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        jw_string(&w, classes[i]);
    jw_array_end(&w);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/conformance");
    link_write_alternate(&w, &l, "/conformance");
    jw_array_end(&w);
    jw_object_end(&w);
    return send_json(reply, &b, e);
}

/* Pages for people: the start, the conformance classes, the interface. */
#include "http/html_pages.h"
#include "http/openapi.h"

#include "formats/html.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const struct html_step START = {"红线 Hongxian", "/"};

/* ---- / ---- */

static void list_entry(struct html_page *p, const char *path, const char *says, const char *more)
{
    buffer_append_str(p->out, "<li>");
    html_link(p, path, says);
    buffer_append_str(p->out, "<br>");
    html_text(p->out, more);
    buffer_append_str(p->out, "</li>\n");
}

enum status html_landing(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, &START, 1, MEDIA_JSON);
    html_element(&p, "p", "管控线图层与地块审查。Control layers, and checks of parcels against them.");
    buffer_append_str(&b, "<ul>\n<li>");
    html_plain_link(&p, "/", "地图与地块审查 The map, and checks");
    buffer_append_str(&b, "<br>需要 JavaScript。Needs JavaScript.</li>\n");
    list_entry(
        &p, "/collections", "图层 Collections",
        "已载入的图层、范围、版本和要素。The layers that are loaded, their extents, versions and features.");
    list_entry(&p, "/plan/units", "规划对各地的表述 What the plan says of each unit",
               "每个盟市和旗县一页，逐句照录，注明章节。A page for each unit, sentence by sentence.");
    list_entry(&p, "/processes", "处理过程 Processes",
               "给程序用的审查，可同步或作为后台任务。Checks and audits for programs, at once or as jobs.");
    list_entry(&p, "/styles", "样式 Styles",
               "给地图软件用的样式和颜色。The styles and colours for map programs.");
    list_entry(&p, "/tileMatrixSets", "切片方案 Grids of tiles",
               "矢量瓦片所用的两种切片方案。The two grids of the vector tiles.");
    list_entry(&p, "/api", "接口 Interface",
               "给程序用的全部地址和参数。Every address and parameter, for programs.");
    list_entry(&p, "/conformance", "所实现的标准 Conformance",
               "OGC API – Features 中经测试的部分。The parts of OGC API – Features that are tested against.");
    buffer_append_str(&b, "</ul>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- /conformance ---- */

enum status html_conformance(struct request *rq, const char *const *classes, size_t n, struct reply *reply,
                             struct error *e)
{
    const struct html_step way[] = {START, {"所实现的标准 Conformance", "/conformance"}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    html_element(&p, "p",
                 "按这些标准的抽象测试逐条测试过，未经认证。"
                 "Tested against the abstract tests of these, not certified.");
    buffer_append_str(&b, "<ul>\n");
    for (size_t i = 0; i < n; i++)
        html_element(&p, "li", classes[i]);
    buffer_append_str(&b, "</ul>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- /api, from the definition itself ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* A parameter may be a reference "#/components/parameters/limit". */
static const json_t *parameter_of(const json_t *root, const json_t *told)
{
    static const char where[] = "#/components/parameters/";
    const char *ref = text_of(told, "$ref");
    if (strncmp(ref, where, sizeof where - 1) != 0)
        return told;
    return json_object_get(json_object_get(json_object_get(root, "components"), "parameters"),
                           ref + sizeof where - 1);
}

static void write_operation(struct html_page *p, const json_t *root, const char *method, const char *path,
                            const json_t *operation)
{
    size_t i;
    const json_t *told;
    char title[256];
    snprintf(title, sizeof title, "%s %s",
             strcmp(method, "get") == 0    ? "GET"
             : strcmp(method, "post") == 0 ? "POST"
                                           : "DELETE",
             path);
    html_element(p, "h2", title);
    html_element(p, "p", text_of(operation, "summary"));
    const json_t *parameters = json_object_get(operation, "parameters");
    if (!json_array_size(parameters))
        return;
    buffer_append_str(p->out, "<table><caption class=\"note\">参数 Parameters</caption>\n");
    json_array_foreach((json_t *)(uintptr_t)parameters, i, told)
    {
        const json_t *parameter = parameter_of(root, told);
        html_row(p, text_of(parameter, "name"), text_of(parameter, "description"));
    }
    buffer_append_str(p->out, "</table>\n");
}

static enum status fail_definition(struct error *e)
{
    error_zh(e, "程序内的接口定义不可读。");
    return error_fail(e, STATUS_INTERNAL, "definition-unreadable",
                      "The definition of the interface inside the program cannot be read.");
}

enum status html_api(struct request *rq, struct reply *reply, struct error *e)
{
    static const char *const methods[] = {"get", "post", "delete"};
    const struct html_step way[] = {START, {"接口 Interface", "/api"}};
    struct buffer b;
    struct html_page p;
    const char *path;
    json_t *methods_of_path;
    json_t *root = json_loadb((const char *)openapi_json, openapi_json_size, 0, NULL);
    json_t *paths = json_object_get(root, "paths");
    if (!json_is_object(paths)) {
        json_decref(root);
        return fail_definition(e);
    }
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_OPENAPI);
    html_element(&p, "p", text_of(json_object_get(root, "info"), "description"));
    buffer_append_str(&b, "<p>");
    html_plain_link(&p, "/openapi.yaml", "完整定义 The whole definition: OpenAPI (YAML)");
    buffer_append_str(&b, "</p>\n");
    json_object_foreach(paths, path, methods_of_path)
    {
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
            if (json_object_get(methods_of_path, methods[m]))
                write_operation(&p, root, methods[m], path, json_object_get(methods_of_path, methods[m]));
    }
    html_page_end(&p);
    json_decref(root);
    return reply_html(reply, &b, STATUS_OK, e);
}

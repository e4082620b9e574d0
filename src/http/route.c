#include "http/route.h"

#include "audit/request.h"
#include "http/catalog.h"

#include <stdio.h>
#include <string.h>

#define CHECK_QUERY                                                                                          \
    "class claim* as_of format lang crs slivers officer project project_name project_code builder district " \
    "source_file"
#define JOBS_QUERY "limit type processID status datetime minDuration maxDuration f"
#define JOB_QUERY "kind name formats since compare body" /* beside the options of audits */

static const struct route routes[] = {
    {"GET", "/health", handle_health, NULL, false}, /* whoever watches may add what he likes */
    {"GET", "/metrics", handle_metrics, NULL, false},
    {"GET", "/live", handle_live, NULL, false},
    {"GET", "/ready", handle_ready, NULL, false},
    {"GET", "/classes", handle_classes, "", false},
    {"GET", "/layers", handle_layers, "", false},
    {"GET", "/plan/units", handle_plan_units, "f", false}, /* before {table}, which would take it */
    {"GET", "/plan/units/{code}", handle_plan_unit, "f", false},
    {"GET", "/plan/{table}", handle_plan_table, "", false},
    {"GET", "/search", handle_search, "q limit", false},
    {"GET", "/openapi.yaml", handle_openapi, "", false},
    {"GET", "/api", handle_api, "f", false},
    {"GET", "/", handle_landing, NULL, false}, /* the page's own parameters, too */
    {"GET", "/conformance", handle_conformance, "f", false},
    {"GET", "/collections", handle_collections, "f", false},
    {"GET", "/collections/layer-catalog", handle_catalog, "f", false}, /* its id is no layer's */
    {"GET", "/collections/layer-catalog/items", handle_catalog_records, CATALOG_QUERY, false},
    {"GET", "/collections/layer-catalog/items/{recordId}", handle_catalog_record, "f", false},
    {"GET", "/collections/{id}", handle_collection, "f", false},
    {"GET", "/collections/{id}/versions", handle_versions, "", false},
    {"GET", "/collections/{id}/queryables", handle_queryables, "f", false},
    {"GET", "/collections/{id}/items", handle_items, NULL, false}, /* looks at its parameters itself */
    {"GET", "/collections/{id}/items/{fid}", handle_item, "crs f", false},
    {"GET", "/collections/{id}/tiles", handle_tile_sets, "f", false},
    {"GET", "/collections/{id}/tiles/{tileMatrixSetId}", handle_tile_set, "f", false},
    {"GET", "/collections/{id}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", handle_tile_of_set,
     "f v", false},
    {"GET", "/tileMatrixSets", handle_tile_matrix_sets, "f", false},
    {"GET", "/tileMatrixSets/{tileMatrixSetId}", handle_tile_matrix_set, "f", false},
    {"GET", "/styles", handle_styles, "f", false},
    {"GET", "/styles/{styleId}", handle_style, "f", false},
    {"GET", "/tiles/{id}/{z}/{x}/{y}.mvt", handle_tile, "v", false},
    {"GET", "/check", handle_check_text, "parcel " CHECK_QUERY, false}, /* a GET keeps nothing */
    {"POST", "/check", handle_check, "keep " CHECK_QUERY, false},
    {"GET", "/checks/{digest}", handle_recall, "", false},
    {"GET", "/checks/{digest}/input", handle_recall_input, "", false},
    {"POST", "/convert", handle_convert, "to encoding zone crs", false},
    {"GET", "/projects", handle_projects, "limit after", false},
    {"POST", "/projects", handle_project_save,
     "name code builder district class claim* crs slivers source_file replaces", false},
    {"GET", "/projects/{id}", handle_project, "", false},
    {"GET", "/projects/{id}/input", handle_project_input, "", false},
    {"DELETE", "/projects/{id}", handle_project_retire, "", false},
    {"GET", "/records", handle_records, "limit after project layer class document", false},
    {"GET", "/records/verify", handle_records_chain, "expect", false}, /* before {id}, which would take it */
    {"GET", "/records/key", handle_records_key, "", false},
    {"GET", "/records/{id}", handle_record, "f lang", false},
    {"GET", "/records/{id}/report", handle_record_report, "", false},
    {"GET", "/records/{id}/input", handle_record_input, "", false},
    {"POST", "/records/{id}/overrides", handle_override, "", false},
    {"POST", "/verify", handle_verify, "", false},
    {"GET", "/processes", handle_processes, "limit f", false},
    {"GET", "/processes/{id}", handle_process, "f", false},
    {"POST", "/processes/{id}/execution", handle_execute, "", false},
    {"GET", "/jobs", handle_jobs, JOBS_QUERY, false},
    {"POST", "/jobs", handle_job_add, JOB_QUERY, true},
    {"GET", "/jobs/{id}", handle_job, "f", false},
    {"DELETE", "/jobs/{id}", handle_job_cancel, "", false},
    {"GET", "/jobs/{id}/result", handle_job_result, "format", false},
    {"GET", "/jobs/{id}/results", handle_job_results, "", false},
    {"GET", "/jobs/{id}/rows", handle_job_rows, "filter sortby limit offset", false},
    {"GET", "/jobs/{id}/rows/{fid}", handle_job_row, "", false},
    {"GET", "/jobs/{id}/tiles/{z}/{y}/{x}", handle_job_tile, "", false},
    {"POST", "/login", handle_login, "", false},
    {"POST", "/logout", handle_logout, "", false},
    {"GET", "/me", handle_me, "", false},
    {"GET", "/log", handle_log, "since limit after", false},
};

/* What no route claims may be a file of the web page. */
static const struct route web_file = {"GET", "", handle_web_file, NULL, false};

const struct route *route_at(size_t i)
{
    enum { N_ROUTES = sizeof routes / sizeof *routes };
    return i < N_ROUTES ? &routes[i] : i == N_ROUTES ? &web_file : NULL;
}

/* Takes the piece of `path` that a {…} stands for: up to the text that follows it in the pattern, or to the
 * next '/'.
 * Returns its length, or 0. */
static size_t match_param(const char *after_brace, const char *path)
{
    size_t piece = strcspn(path, "/");
    size_t suffix = strcspn(after_brace, "/");
    if (piece <= suffix || strncmp(path + piece - suffix, after_brace, suffix) != 0)
        return 0;
    return piece - suffix;
}

static bool match(const char *pattern, const char *path, char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE])
{
    int n_params = 0;
    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        pattern = strchr(pattern, '}') + 1;
        size_t n = match_param(pattern, path);
        if (n == 0 || n >= REQUEST_PARAM_SIZE || n_params == REQUEST_MAX_PARAMS)
            return false;
        memcpy(params[n_params], path, n);
        params[n_params++][n] = '\0';
        path += n;
    }
    return !*path;
}

static bool same_method(const struct route *r, const char *method)
{
    return strcmp(r->method, method) == 0 || (strcmp(r->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

const struct route *route_find(const char *method, const char *path,
                               char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE], char allowed[32])
{
    allowed[0] = '\0';
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!match(routes[i].pattern, path, params))
            continue;
        if (same_method(&routes[i], method))
            return &routes[i];
        size_t n = strlen(allowed);
        snprintf(allowed + n, 32 - n, "%s%s", n ? ", " : "",
                 strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method);
    }
    return !allowed[0] && same_method(&web_file, method) ? &web_file : NULL;
}

bool route_is_public(const struct route *r)
{
    static const char *const folders[] = {"/collections", "/tiles",  "/tileMatrixSets", "/styles",
                                          "/conformance", "/api",    "/openapi.yaml",   "/layers",
                                          "/classes",     "/health", "/processes",      "/live",
                                          "/ready",       "/plan"};
    if (strcmp(r->method, "GET") != 0)
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strncmp(r->pattern, folders[i], strlen(folders[i])) == 0)
            return true;
    return strcmp(r->pattern, "/") == 0;
}

bool route_is_for_everybody(const struct route *r)
{
    return route_is_public(r) || r->handler == handle_web_file;
}

bool route_is_without_trace(const struct route *r)
{
    return r->handler == handle_check || r->handler == handle_check_text || r->handler == handle_convert ||
           r->handler == handle_search || r->handler == handle_verify;
}

bool route_is_tagged(const struct route *r)
{
    static handler_fn *const tagged[] = {
        handle_landing,          handle_conformance,     handle_api,        handle_openapi,
        handle_collections,      handle_collection,      handle_items,      handle_item,
        handle_layers,           handle_classes,         handle_queryables, handle_plan_units,
        handle_plan_unit,        handle_plan_table,      handle_tile_sets,  handle_tile_set,
        handle_tile_matrix_sets, handle_tile_matrix_set, handle_styles,     handle_style,
        handle_processes,        handle_process,         handle_catalog,    handle_catalog_records,
        handle_catalog_record};
    for (size_t i = 0; i < sizeof tagged / sizeof *tagged; i++)
        if (r->handler == tagged[i])
            return true;
    return false;
}

bool route_is_kept(const struct route *r)
{
    static handler_fn *const too_many[] = {handle_items, handle_item, handle_catalog_records,
                                           handle_catalog_record};
    for (size_t i = 0; i < sizeof too_many / sizeof *too_many; i++)
        if (r->handler == too_many[i])
            return false;
    return route_is_tagged(r);
}

const char *route_query(const struct route *r, char text[ROUTE_QUERY_SIZE])
{
    struct audit_option_info o;
    size_t n = (size_t)snprintf(text, ROUTE_QUERY_SIZE, "%s", r->query);
    for (size_t i = 0; r->is_job && audit_option_at(i, &o) && n < ROUTE_QUERY_SIZE; i++)
        if (o.query)
            n += (size_t)snprintf(text + n, ROUTE_QUERY_SIZE - n, " %s", o.query);
    return text;
}

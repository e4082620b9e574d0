#include "http/admission.h"

#include "http/links.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { NAME_SIZE = REQUEST_HOST_SIZE };

/* ---- names ---- */

/* The name without its port, and an IPv6 address without its brackets. False: that is no host. */
static bool name_of(const char *host, char name[NAME_SIZE])
{
    bool v6 = *host == '[';
    const char *begin = host + v6, *end = begin + strcspn(begin, v6 ? "]" : ":");
    const char *port = end + v6;
    if (end == begin || end - begin >= NAME_SIZE || (v6 && *end != ']'))
        return false;
    if (*port && (*port != ':' || port[1 + strspn(port + 1, "0123456789")]))
        return false;
    snprintf(name, NAME_SIZE, "%.*s", (int)(end - begin), begin);
    return true;
}

static bool is_loopback_name(const char *name)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (strcasecmp(name, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, name, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* The address at this end of the connection, whichever the server listens on. */
static bool is_address_of(struct MHD_Connection *connection, const char *name)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr_storage here;
    socklen_t size = sizeof here;
    struct in_addr v4;
    struct in6_addr v6;
    if (!info || getsockname(info->connect_fd, (struct sockaddr *)&here, &size) != 0)
        return false;
    if (here.ss_family == AF_INET)
        return inet_pton(AF_INET, name, &v4) == 1 &&
               memcmp(&v4, &((struct sockaddr_in *)&here)->sin_addr, sizeof v4) == 0;
    if (here.ss_family != AF_INET6)
        return false;
    const struct in6_addr *own = &((struct sockaddr_in6 *)&here)->sin6_addr;
    if (inet_pton(AF_INET6, name, &v6) == 1)
        return memcmp(&v6, own, sizeof v6) == 0;
    return IN6_IS_ADDR_V4MAPPED(own) && inet_pton(AF_INET, name, &v4) == 1 &&
           memcmp(&v4, own->s6_addr + 12, sizeof v4) == 0;
}

/* "https://gis.example.cn:8443/hx" is "gis.example.cn:8443". */
static void host_of_url(const char *url, char host[NAME_SIZE])
{
    const char *at = strstr(url, "://");
    at = at ? at + 3 : url;
    snprintf(host, NAME_SIZE, "%.*s", (int)strcspn(at, "/"), at);
}

static bool is_public_name(const struct http_config *c, const char *name)
{
    char host[NAME_SIZE], ours[NAME_SIZE];
    for (size_t i = 0; i < c->n_public_names; i++)
        if (strcasecmp(c->public_names[i], name) == 0)
            return true;
    if (!c->public_url)
        return false;
    host_of_url(c->public_url, host);
    return name_of(host, ours) && strcasecmp(ours, name) == 0;
}

bool admission_knows_host(const struct http_config *c, struct MHD_Connection *connection, const char *host)
{
    char name[NAME_SIZE];
    return name_of(host, name) && (is_loopback_name(name) || (c->host && strcasecmp(c->host, name) == 0) ||
                                   is_public_name(c, name) || is_address_of(connection, name));
}

bool http_public_name_check(const char *name)
{
    char plain[NAME_SIZE];
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
               strlen(name) &&
           name_of(name, plain);
}

static enum status check_host(const struct http_config *c, const struct request *rq, const char *host,
                              unsigned *http_status, struct error *e)
{
    if (!host || admission_knows_host(c, rq->connection, host))
        return STATUS_OK;
    *http_status = MHD_HTTP_MISDIRECTED_REQUEST;
    error_zh(
        e, "本服务不叫“%.100s”；如果它确实以这个名称对外服务，请以 hongxian serve --public-name 名称 启动。",
        host);
    return error_fail(
        e, STATUS_INVALID_INPUT, "unknown-host",
        "This server is not called \"%.100s\"; if it is meant to be reached by that name, start "
        "it with hongxian serve --public-name NAME.",
        host);
}

/* ---- pages of other sites ---- */

/* Our own page was loaded from the very host that it now asks, or from where we are published. */
static bool is_own_origin(const struct http_config *c, const struct request *rq, const char *origin)
{
    const char *host = *rq->host ? rq->host : request_header(rq, MHD_HTTP_HEADER_HOST);
    const char *after = strstr(origin, "://");
    char published[NAME_SIZE];
    struct links links;
    if (!after)
        return false; /* "null", of a file or a frame without an origin */
    if (host && strcasecmp(after + 3, host) == 0)
        return true;
    for (size_t i = 0; i < c->n_public_names; i++)
        if (strcasecmp(c->public_names[i], after + 3) == 0)
            return true;
    links_of(rq, &links);
    host_of_url(links.base, published);
    return strcasecmp(after + 3, published) == 0;
}

static bool says(const struct request *rq, const char *header, const char *value)
{
    const char *said = request_header(rq, header);
    return said && strcasecmp(said, value) == 0;
}

static bool is_read(const struct route *route)
{
    return strcmp(route->method, MHD_HTTP_METHOD_GET) == 0;
}

static bool is_foreign(const struct http_config *c, const struct request *rq, const struct route *route)
{
    const char *origin = request_header(rq, MHD_HTTP_HEADER_ORIGIN);
    bool follows_link =
        is_read(route) && says(rq, "Sec-Fetch-Mode", "navigate") && says(rq, "Sec-Fetch-Dest", "document");
    bool elsewhere = says(rq, "Sec-Fetch-Site", "cross-site") || says(rq, "Sec-Fetch-Site", "same-site");
    return (origin && !is_own_origin(c, rq, origin)) || (elsewhere && !follows_link);
}

static enum status check_page(const struct http_config *c, const struct request *rq,
                              const struct route *route, unsigned *http_status, struct error *e)
{
    if (route_is_for_everybody(route) || !is_foreign(c, rq, route))
        return STATUS_OK;
    *http_status = MHD_HTTP_FORBIDDEN;
    error_zh(e, "别的网站的网页不能在这里核查、留存、更改或读取未公开的内容；请在本服务自己的页面上操作。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "foreign-page",
        "A page of another site may not check, keep, change, or read what is not published here; "
        "use this server's own page.");
}

/* ---- open to everybody ---- */

static enum status check_open(const struct http_config *c, const struct request *rq,
                              const struct route *route, unsigned *http_status, struct error *e)
{
    bool keeps = request_query(rq, "keep") || request_query(rq, "project");
    if (!c->public_read || route_is_for_everybody(route) || (route_is_without_trace(route) && !keeps))
        return STATUS_OK;
    *http_status = MHD_HTTP_FORBIDDEN;
    error_zh(
        e,
        "本服务以 --public-read 对外开放：可读公开的图层、核查地块，但不留存，也不能读取档案、项目和任务。");
    return error_fail(e, STATUS_INVALID_INPUT, "public-read-only",
                      "This server is open to everybody (--public-read): what is published can be read and "
                      "parcels checked, but nothing is kept, and records, projects and jobs are not read.");
}

enum status admission_check(const struct http_config *c, const struct request *rq, const struct route *route,
                            unsigned *http_status, struct error *e)
{
    enum status s = check_host(c, rq, request_header(rq, MHD_HTTP_HEADER_HOST), http_status, e);
    if (!s && *rq->host)
        s = check_host(c, rq, rq->host, http_status, e);
    if (!s && route)
        s = check_page(c, rq, route, http_status, e);
    return !s && route ? check_open(c, rq, route, http_status, e) : s;
}

/* ---- where it may listen ---- */

enum status admission_may_listen(const struct http_config *c, bool is_loopback, bool has_people,
                                 struct error *e)
{
    if (c->public_read && c->allow_records && !has_people) {
        error_zh(e, "--public-read 与 --allow-records 不能并用：对所有人开放的服务不留存任何内容。");
        return error_fail(
            e, STATUS_INVALID_INPUT, "public-read-keeps-nothing",
            "--public-read does not go with --allow-records: a server that is open to everybody "
            "keeps nothing.");
    }
    if (is_loopback)
        return STATUS_OK;
    if (!has_people && !c->public_read) {
        error_zh(e,
                 "“%.100s”是别的机器够得着的地址，而存储没有登记人员：请登记（hongxian users add），或加 "
                 "--public-read（人人可读公开图层、可核查，什么也不留存），或去掉 --host 只在本机监听。",
                 c->host);
        return error_fail(e, STATUS_INVALID_INPUT, "listen-needs-users",
                          "Other machines reach \"%.100s\", and the store has no people: register some "
                          "(hongxian users add), or add --public-read "
                          "(everybody reads what is published and checks, nothing is kept), or leave out "
                          "--host to listen on this machine alone.",
                          c->host);
    }
    if (c->behind_proxy || c->tls_cert)
        return STATUS_OK;
    error_zh(e,
             "“%.100s”是别的机器够得着的地址，而本服务没有加密：请加 --tls-cert 证书 --tls-key "
             "私钥，或放在加密的反向代理（如 nginx）后面并加 --behind-proxy，或去掉 --host 只在本机监听。",
             c->host);
    return error_fail(
        e, STATUS_INVALID_INPUT, "listen-needs-encryption",
        "Other machines reach \"%.100s\", and this server does not encrypt: add --tls-cert FILE "
        "--tls-key FILE, or put it behind a proxy that does (nginx, perhaps) and add "
        "--behind-proxy, or leave out --host to listen on this machine alone.",
        c->host);
}

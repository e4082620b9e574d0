#include "http/request.h"

#include "formats/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only this server's own files and data; blobs are what the map library makes its workers and images from. */
#define CONTENT_SECURITY_POLICY                                                                              \
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "                  \
    "worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; object-src 'none'; "               \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/* A page with a style of its own and nothing else: no script, nothing from anywhere. */
#define OWN_STYLE_POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; "            \
    "base-uri 'none'"

static void add_common_headers(struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Security-Policy", CONTENT_SECURITY_POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
}

enum status reply_response(struct reply *r, struct MHD_Response *response, const char *content_type,
                           struct error *e)
{
    if (!response)
        return error_no_memory(e);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    add_common_headers(response);
    r->response = response;
    r->status = MHD_HTTP_OK;
    return STATUS_OK;
}

enum status reply_static(struct reply *r, const void *bytes, size_t n, const char *content_type,
                         struct error *e)
{
    /* MHD takes a pointer to non-const, and does not write through it in this mode */
    void *unwritten = (void *)(uintptr_t)bytes;
    return reply_response(r, MHD_create_response_from_buffer(n, unwritten, MHD_RESPMEM_PERSISTENT),
                          content_type, e);
}

enum status reply_buffer(struct reply *r, struct buffer *b, const char *content_type, struct error *e)
{
    enum status s = buffer_status(b, e);
    if (s)
        return s;
    size_t n;
    char *bytes = buffer_detach(b, &n);
    if (!bytes)
        return reply_static(r, "", 0, content_type, e);
    struct MHD_Response *response = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(bytes);
    return reply_response(r, response, content_type, e);
}

void reply_next_link(struct json_writer *w, const char *href)
{
    jw_key(w, "links");
    jw_array_begin(w);
    if (href) {
        jw_object_begin(w);
        jw_kv_string(w, "rel", "next");
        jw_kv_string(w, "type", "application/json");
        jw_kv_string(w, "href", href);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void reply_header(struct reply *r, const char *name, const char *value)
{
    MHD_add_response_header(r->response, name, value);
}

void reply_own_style(struct reply *r)
{
    static const char policy[] = "Content-Security-Policy";
    const char *site = MHD_get_response_header(r->response, policy);
    if (site && MHD_del_response_header(r->response, policy, site) == MHD_YES)
        reply_header(r, policy, OWN_STYLE_POLICY);
}

enum status reply_json(struct reply *r, struct buffer *b, enum status s, const char *cache, struct error *e)
{
    if (!s)
        s = reply_buffer(r, b, "application/json; charset=utf-8", e);
    buffer_release(b);
    if (!s)
        reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, cache);
    return s;
}

/* If-None-Match is a list of tags, "*", or weak tags (W/): comparing by the quoted text suffices for GET. */
static bool client_has(const struct request *rq, const char *etag)
{
    const char *header = request_header(rq, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return header && (strcmp(header, "*") == 0 || strstr(header, etag));
}

void reply_etag(const struct request *rq, struct reply *r, const char *etag)
{
    if (client_has(rq, etag)) {
        struct MHD_Response *bare =
            MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
        if (bare) {
            const char *cache = MHD_get_response_header(r->response, MHD_HTTP_HEADER_CACHE_CONTROL);
            if (cache)
                MHD_add_response_header(bare, MHD_HTTP_HEADER_CACHE_CONTROL, cache);
            add_common_headers(bare);
            MHD_destroy_response(r->response);
            r->response = bare;
            r->status = MHD_HTTP_NOT_MODIFIED;
        }
    }
    reply_header(r, MHD_HTTP_HEADER_ETAG, etag);
}

unsigned reply_status_of(enum status s)
{
    switch (s) {
    case STATUS_OK:
        return MHD_HTTP_OK;
    case STATUS_INVALID_INPUT:
        return MHD_HTTP_BAD_REQUEST;
    case STATUS_UNSUPPORTED:
        return MHD_HTTP_UNPROCESSABLE_CONTENT;
    case STATUS_TOO_LARGE:
        return MHD_HTTP_CONTENT_TOO_LARGE;
    case STATUS_NOT_FOUND:
        return MHD_HTTP_NOT_FOUND;
    case STATUS_CONFLICT:
        return MHD_HTTP_CONFLICT;
    case STATUS_CORRUPT:
    case STATUS_IO:
    case STATUS_INTERNAL:
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    case STATUS_NO_MEMORY:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

bool reply_problem(struct reply *r, unsigned http_status, const struct error *e)
{
    struct buffer b;
    struct json_writer w;
    char type[96];
    snprintf(type, sizeof type, "urn:hongxian:problem:%s", e->code);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", type);
    jw_kv_string(&w, "title", MHD_get_reason_phrase_for(http_status));
    jw_kv_integer(&w, "status", http_status);
    jw_kv_string(&w, "detail", e->zh);
    jw_kv_string(&w, "detail_en", e->en);
    jw_kv_string(&w, "code", e->code);
    jw_object_end(&w);
    buffer_append_char(&b, '\n');
    enum status s = reply_buffer(r, &b, "application/problem+json; charset=utf-8", NULL);
    buffer_release(&b);
    if (s)
        return false;
    r->status = http_status;
    reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return true;
}

#include "http/request.h"

#include "formats/json.h"
#include "http/gzip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEM_TYPE_SIZE = 128 };

/* Only this server's own files and data; blobs are what the map library makes its workers and images from. */
#define CONTENT_SECURITY_POLICY                                                                              \
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "                  \
    "worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; object-src 'none'; "               \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/* A page with a style of its own and nothing else: no script, nothing from anywhere. */
#define OWN_STYLE_POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; "            \
    "base-uri 'none'"

static void add_common_headers(const struct reply *r, struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Security-Policy", CONTENT_SECURITY_POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy",
                            r->cors ? "cross-origin" : "same-origin");
    if (r->is_secure)
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (r->negotiated)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
    if (!r->cors)
        return;
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, r->cors);
    MHD_add_response_header(response, "Access-Control-Expose-Headers",
                            "Content-Crs, ETag, Link, OGC-NumberMatched, OGC-NumberReturned, X-Request-Id");
}

enum status reply_response(struct reply *r, struct MHD_Response *response, const char *content_type,
                           struct error *e)
{
    if (!response)
        return error_no_memory(e);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    add_common_headers(r, response);
    r->response = response;
    r->status = MHD_HTTP_OK;
    return STATUS_OK;
}

/* Bytes that are allocated, and become the response's. */
static enum status respond_owning(struct reply *r, char *bytes, size_t n, const char *content_type,
                                  struct error *e)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(bytes);
    r->bytes = response ? bytes : NULL;
    r->size = n;
    return reply_response(r, response, content_type, e);
}

static bool shrinks(const char *content_type)
{
    return strncmp(content_type, "text/", 5) == 0 || strstr(content_type, "json") ||
           strstr(content_type, "yaml") || strstr(content_type, "vector-tile");
}

/* *compressed tells that the answer is made. */
static enum status respond_compressed(struct reply *r, const void *bytes, size_t n, const char *content_type,
                                      bool *compressed, struct error *e)
{
    struct buffer b;
    *compressed = false;
    if (!r->gzip || n <= REPLY_PLAIN_BYTES || !shrinks(content_type))
        return STATUS_OK;
    buffer_init(&b, 0);
    enum status s = gzip_bytes(bytes, n, &b, e);
    if (!s && b.size < n) {
        char *packed = buffer_detach(&b, &n);
        s = respond_owning(r, packed, n, content_type, e);
        if (!s)
            reply_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
        *compressed = true;
    }
    buffer_release(&b);
    return s;
}

enum status reply_static(struct reply *r, const void *bytes, size_t n, const char *content_type,
                         struct error *e)
{
    bool compressed;
    enum status s = respond_compressed(r, bytes, n, content_type, &compressed, e);
    if (s || compressed)
        return s;
    /* MHD takes a pointer to non-const, and does not write through it in this mode */
    void *unwritten = (void *)(uintptr_t)bytes;
    return reply_response(r, MHD_create_response_from_buffer(n, unwritten, MHD_RESPMEM_PERSISTENT),
                          content_type, e);
}

enum status reply_buffer(struct reply *r, struct buffer *b, const char *content_type, struct error *e)
{
    bool compressed = false;
    enum status s = buffer_status(b, e);
    if (!s && b->size)
        s = respond_compressed(r, b->data, b->size, content_type, &compressed, e);
    if (s || compressed)
        return s;
    size_t n;
    char *bytes = buffer_detach(b, &n);
    return bytes ? respond_owning(r, bytes, n, content_type, e) : reply_static(r, "", 0, content_type, e);
}

enum status reply_stream(struct reply *r, const struct reply_stream *stream, const char *content_type,
                         struct error *e)
{
    struct MHD_Response *response =
        r->gzip ? gzip_response(stream)
                : MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, stream->piece, stream->read,
                                                    stream->user, stream->free_user);
    if (!response && !r->gzip)
        stream->free_user(stream->user);
    enum status s = reply_response(r, response, content_type, e);
    if (!s && r->gzip)
        reply_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return s;
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

/* If-None-Match is a list of tags, weak (W/) or not: comparing by the quoted text suffices for GET. */
static bool client_names(const struct request *rq, const char *etag)
{
    const char *header = request_header(rq, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return header && strstr(header, strchr(etag, '"'));
}

static bool respond_unchanged(struct reply *r, const char *cache)
{
    struct MHD_Response *bare =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (!bare)
        return false;
    if (cache)
        MHD_add_response_header(bare, MHD_HTTP_HEADER_CACHE_CONTROL, cache);
    add_common_headers(r, bare);
    if (r->response)
        MHD_destroy_response(r->response);
    r->response = bare;
    r->bytes = NULL;
    r->status = MHD_HTTP_NOT_MODIFIED;
    return true;
}

bool reply_unchanged(const struct request *rq, struct reply *r, const char *etag)
{
    if (!client_names(rq, etag) || !respond_unchanged(r, "no-cache"))
        return false;
    reply_header(r, MHD_HTTP_HEADER_ETAG, etag);
    return true;
}

void reply_etag(const struct request *rq, struct reply *r, const char *etag)
{
    const char *header = request_header(rq, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (client_names(rq, etag) || (header && strcmp(header, "*") == 0))
        (void)respond_unchanged(r, MHD_get_response_header(r->response, MHD_HTTP_HEADER_CACHE_CONTROL));
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
    case STATUS_NOT_LOGGED_IN:
        return MHD_HTTP_UNAUTHORIZED;
    case STATUS_FORBIDDEN:
        return MHD_HTTP_FORBIDDEN;
    case STATUS_TOO_OFTEN:
        return MHD_HTTP_TOO_MANY_REQUESTS;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

/* What the standard has a name for: exceptions of OGC API - Processes. All else has one of ours. */
static void type_of(const char *code, char type[PROBLEM_TYPE_SIZE])
{
#define PROCESSES "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
    static const char *const known[][2] = {{"no-such-process", PROCESSES "no-such-process"},
                                           {"job-not-found", PROCESSES "no-such-job"},
                                           {"result-not-ready", PROCESSES "result-not-ready"}};
    snprintf(type, PROBLEM_TYPE_SIZE, "urn:hongxian:problem:%s", code);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i][0], code) == 0)
            snprintf(type, PROBLEM_TYPE_SIZE, "%s", known[i][1]);
}

bool reply_problem(struct reply *r, unsigned http_status, const struct error *e)
{
    struct buffer b;
    struct json_writer w;
    char type[PROBLEM_TYPE_SIZE];
    type_of(e->code, type);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", type);
    jw_kv_string(&w, "title", MHD_get_reason_phrase_for(http_status));
    jw_kv_integer(&w, "status", http_status);
    jw_kv_string(&w, "detail", e->zh);
    jw_kv_string(&w, "detail_en", e->en);
    jw_kv_string(&w, "code", e->code);
    if (r->id)
        jw_kv_string(&w, "request_id", r->id);
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

void reply_done(struct reply *r)
{
    if (r->response)
        MHD_destroy_response(r->response);
    r->response = NULL;
}

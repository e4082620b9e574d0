#include "http/links.h"

#include <stdio.h>
#include <string.h>

static const char HOST_SIGNS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
static const char PATH_SIGNS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~%/";

static bool is_made_of(const char *text, const char *signs)
{
    return *text && text[strspn(text, signs)] == '\0' && strlen(text) < LINK_BASE_SIZE / 2;
}

/* Of "a, b", which several proxies make, the first is the one that the client spoke to. */
static const char *first_of(const char *list, char *out, size_t size)
{
    size_t n = list ? strcspn(list, ", ") : 0;
    snprintf(out, size, "%.*s", (int)(n < size ? n : 0), list ? list : "");
    return out;
}

/* Anybody can write it; only a proxy of ours is believed. */
static const char *forwarded(const struct request *rq, const char *name)
{
    return rq->behind_proxy ? request_header(rq, name) : NULL;
}

static bool is_scheme(const char *text)
{
    return strcmp(text, "http") == 0 || strcmp(text, "https") == 0;
}

bool link_base_check(const char *url)
{
    char scheme[8], host[LINK_BASE_SIZE / 2];
    const char *behind = strstr(url, "://");
    if (!behind || behind - url >= (long)sizeof scheme || strlen(url) >= LINK_BASE_SIZE)
        return false;
    snprintf(scheme, sizeof scheme, "%.*s", (int)(behind - url), url);
    size_t n = strcspn(behind + 3, "/");
    snprintf(host, sizeof host, "%.*s", n < sizeof host ? (int)n : 0, behind + 3);
    const char *path = behind + 3 + n;
    return is_scheme(scheme) && is_made_of(host, HOST_SIGNS) && (!*path || is_made_of(path, PATH_SIGNS)) &&
           url[strlen(url) - 1] != '/';
}

static const char *own_scheme(const struct request *rq)
{
    return strncmp(rq->own_url, "https:", 6) == 0 ? "https" : "http";
}

void links_of(const struct request *rq, struct links *out)
{
    char scheme[LINK_BASE_SIZE / 2], host[LINK_BASE_SIZE / 2], prefix[LINK_BASE_SIZE / 2];
    if (rq->public_url) {
        snprintf(out->base, sizeof out->base, "%s", rq->public_url);
        return;
    }
    first_of(forwarded(rq, "X-Forwarded-Proto"), scheme, sizeof scheme);
    first_of(forwarded(rq, "X-Forwarded-Host"), host, sizeof host);
    first_of(forwarded(rq, "X-Forwarded-Prefix"), prefix, sizeof prefix);
    if (!is_made_of(host, HOST_SIGNS))
        first_of(*rq->host ? rq->host : request_header(rq, MHD_HTTP_HEADER_HOST), host, sizeof host);
    if (!is_made_of(host, HOST_SIGNS)) { /* HTTP 1.0 */
        snprintf(out->base, sizeof out->base, "%.*s", (int)strlen(rq->own_url) - 1, rq->own_url);
        return;
    }
    size_t n = strlen(prefix);
    while (n > 0 && prefix[n - 1] == '/')
        prefix[--n] = '\0';
    snprintf(out->base, sizeof out->base, "%s://%.200s%.200s", is_scheme(scheme) ? scheme : own_scheme(rq),
             host, *prefix == '/' && is_made_of(prefix, PATH_SIGNS) ? prefix : "");
}

void link_write(struct json_writer *w, const struct links *l, const char *rel, const char *type,
                const char *title, const char *path)
{
    struct buffer href;
    buffer_init(&href, 0);
    buffer_append_str(&href, l->base);
    buffer_append_str(&href, path);
    jw_object_begin(w);
    jw_kv_string(w, "rel", rel);
    jw_kv_string(w, "type", type);
    if (title)
        jw_kv_string(w, "title", title);
    jw_kv_string(w, "href", href.data); /* NULL when memory is out: the writer's own buffer says so */
    jw_object_end(w);
    buffer_release(&href);
}

struct form_of_link {
    const char *name, *type, *title;
};

static void write_form(struct json_writer *w, const struct links *l, const char *rel, const char *path,
                       struct form_of_link form)
{
    struct buffer page;
    buffer_init(&page, 0);
    buffer_printf(&page, "%s%sf=%s", path, strchr(path, '?') ? "&" : "?", form.name);
    link_write(w, l, rel, form.type, form.title, page.data ? page.data : "");
    buffer_release(&page);
}

void link_write_alternate(struct json_writer *w, const struct links *l, const char *path)
{
    write_form(w, l, "alternate", path, (struct form_of_link){"html", MEDIA_HTML, "供人阅读 for people"});
}

void link_header_alternate(struct reply *reply, const struct request *rq, const char *path)
{
    struct links l;
    char value[LINK_BASE_SIZE + LINK_PATH_SIZE + 64];
    links_of(rq, &l);
    snprintf(value, sizeof value, "<%s%s?f=html>; rel=\"alternate\"; type=\"" MEDIA_HTML "\"", l.base, path);
    reply_header(reply, MHD_HTTP_HEADER_LINK, value);
}

void link_write_csv(struct json_writer *w, const struct links *l, const char *path)
{
    write_form(w, l, "alternate", path,
               (struct form_of_link){"csv", MEDIA_CSV, "表格（属性与外包框）a table: attributes and boxes"});
}

void link_write_fgb(struct json_writer *w, const struct links *l, const char *rel, const char *path)
{
    write_form(w, l, rel, path,
               (struct form_of_link){"fgb", MEDIA_FGB, "FlatGeobuf（图形与属性）shapes and attributes"});
}

void link_write_next(struct json_writer *w, const struct request *rq, const char *path)
{
    struct links l;
    links_of(rq, &l);
    jw_key(w, "links");
    jw_array_begin(w);
    if (path)
        link_write(w, &l, "next", MEDIA_JSON, NULL, path);
    jw_array_end(w);
}

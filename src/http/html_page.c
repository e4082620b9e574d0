#include "http/html_page.h"

#include "formats/html.h"

#include <string.h>

static const char STYLE[] =
    "body{margin:0;font:16px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#1b1f24;"
    "background:#fff}header,main,footer{max-width:64rem;margin:0 auto;padding:.5rem 1rem}"
    "header{border-bottom:2px solid #c0282d}footer{border-top:1px solid #d5d9de;color:#57606a;"
    "margin-top:2rem}h1{font-size:1.5rem;margin:.6rem 0}h2{font-size:1.15rem;margin:1.4rem 0 .4rem}"
    "a{color:#0b57a4}table{border-collapse:collapse;width:100%}th,td{border:1px solid #d5d9de;"
    "padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#f3f5f7;font-weight:600}.badge{background:#fff1c2;border:1px solid #c79a00;"
    "border-radius:3px;padding:0 .4rem;margin-left:.4rem}.note{color:#57606a}"
    "svg{max-width:100%;height:auto;border:1px solid #d5d9de;background:#fbfcfd}"
    "svg .ground{fill:#eceff2;stroke:#9aa4af;stroke-width:.6}"
    "svg .shape{fill:#c0282d;fill-opacity:.25;stroke:#c0282d;stroke-width:1}"
    "svg .line{fill:none;stroke:#c0282d;stroke-width:1.2}"
    "svg .point{fill:#c0282d}svg .grid{stroke:#c9d1d9;stroke-width:.5}svg text{font-size:10px;fill:#57606a}";

static void raw(struct html_page *p, const char *markup)
{
    buffer_append_str(p->out, markup);
}

static void text(struct html_page *p, const char *t)
{
    html_text(p->out, t);
}

/* The path with one more parameter. */
static void address(struct html_page *p, const char *path, const char *form)
{
    text(p, p->links.base);
    text(p, path);
    if (form) {
        raw(p, strchr(path, '?') ? "&amp;f=" : "?f=");
        raw(p, form);
    }
}

static void anchor(struct html_page *p, const char *path, const char *form, const char *says)
{
    raw(p, "<a href=\"");
    address(p, path, form);
    raw(p, "\">");
    text(p, says);
    raw(p, "</a>");
}

void html_page_init(struct html_page *p, const struct request *rq, struct buffer *out)
{
    buffer_init(out, 0);
    p->out = out;
    links_of(rq, &p->links);
}

void html_page_begin(struct html_page *p, const struct html_step *way, size_t n, const char *json)
{
    const struct html_step *self = &way[n - 1];
    raw(p, "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    text(p, self->title);
    raw(p, n > 1 ? " - 红线 Hongxian</title>\n" : "</title>\n");
    raw(p, "<link rel=\"alternate\" type=\"");
    text(p, json);
    raw(p, "\" href=\"");
    address(p, self->path, "json");
    raw(p, "\">\n<style>");
    raw(p, STYLE);
    raw(p, "</style>\n</head>\n<body>\n<header><nav aria-label=\"位置\">");
    for (size_t i = 0; i + 1 < n; i++) {
        anchor(p, way[i].path, "html", way[i].title);
        raw(p, " / ");
    }
    text(p, self->title);
    raw(p, "</nav></header>\n<main>\n<h1>");
    text(p, self->title);
    raw(p, "</h1>\n<p class=\"note\"><a rel=\"alternate\" href=\"");
    address(p, self->path, "json");
    raw(p, "\">JSON</a></p>\n");
}

void html_page_end(struct html_page *p)
{
    raw(p, "</main>\n<footer><p>");
    anchor(p, "/", NULL, "地图 The map");
    raw(p, " · ");
    anchor(p, "/", "html", "首页 Start");
    raw(p, " · 只说明与已载入数据的空间关系，不代替审批。"
           "Spatial relations with the data that is loaded; no approval.</p></footer>\n</body>\n</html>\n");
}

void html_element(struct html_page *p, const char *element, const char *t)
{
    buffer_printf(p->out, "<%s>", element);
    text(p, t);
    buffer_printf(p->out, "</%s>\n", element);
}

void html_badge(struct html_page *p, const char *t)
{
    if (!*t)
        return;
    raw(p, "<span class=\"badge\">");
    text(p, t);
    raw(p, "</span>");
}

void html_link(struct html_page *p, const char *path, const char *says)
{
    anchor(p, path, "html", says);
}

void html_plain_link(struct html_page *p, const char *path, const char *says)
{
    anchor(p, path, NULL, says);
}

void html_row(struct html_page *p, const char *what, const char *value)
{
    raw(p, "<tr><th scope=\"row\">");
    text(p, what);
    raw(p, "</th><td>");
    text(p, value);
    raw(p, "</td></tr>\n");
}

enum status reply_html(struct reply *r, struct buffer *b, enum status s, struct error *e)
{
    if (!s)
        s = reply_buffer(r, b, "text/html; charset=utf-8", e);
    buffer_release(b);
    if (s)
        return s;
    reply_own_style(r);
    reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    return STATUS_OK;
}

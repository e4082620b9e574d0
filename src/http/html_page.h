/* What every page for people has in common: one style, the way from the start to here, the same in JSON. No
 * script, nothing from elsewhere: it works without a network and without JavaScript, and reply_html sends it
 * under a policy that allows its own style alone.
 *
 * Every text goes through formats/html.h here; `raw` is for markup that we wrote ourselves. Chinese first.
 * Not for: the map (the page of web/). Threads: one request's. */
#ifndef HX_HTTP_HTML_PAGE_H
#define HX_HTTP_HTML_PAGE_H

#include "http/links.h"

/* A step on the way here: a title, and the path without f=html, which is added. */
struct html_step {
    const char *title, *path;
};

struct html_page {
    struct buffer *out; /* borrowed */
    struct links links;
};

/* A page into `out`, which is empty then and the caller's to release; links lead to where rq came from. */
void html_page_init(struct html_page *p, const struct request *rq, struct buffer *out);
/* `way` ends with the page itself. `json`: the media type of the same in JSON; its address is the path of the
 * last step with f=json. */
void html_page_begin(struct html_page *p, const struct html_step *way, size_t n, const char *json);
void html_page_end(struct html_page *p);

/* <p>, <h2> and the like around a text. */
void html_element(struct html_page *p, const char *element, const char *text);
/* A badge: 示例数据. Nothing for "". */
void html_badge(struct html_page *p, const char *text);
/* A link to a path of this service, f=html added; `text` is what it says. */
void html_link(struct html_page *p, const char *path, const char *text);
/* The same, to the path as it is. */
void html_plain_link(struct html_page *p, const char *path, const char *text);
/* A row of a table of two columns: what, and how it is. */
void html_row(struct html_page *p, const char *what, const char *value);

/* A page that is whole becomes the answer. The buffer is released in any case. */
enum status reply_html(struct reply *r, struct buffer *b, enum status s, struct error *e) HX_MUST_CHECK;

#endif

/* Pages for people: the catalogue of the layers, its records, and one of them. */
#include "http/catalog.h"
#include "http/html_page.h"

#include "formats/html.h"

#include <inttypes.h>
#include <stdio.h>

#define WAY                                                                                                  \
    {"红线 Hongxian", "/"}, {"图层 Collections", "/collections"},                                            \
    {                                                                                                        \
        CATALOG_TITLE, CATALOG_PATH                                                                          \
    }

enum status html_catalog(struct request *rq, struct reply *reply, struct error *e)
{
    const struct html_step way[] = {WAY};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_CATALOG);
    html_element(&p, "p", CATALOG_TITLE_EN);
    buffer_append_str(&b, "<p>");
    html_link(&p, CATALOG_PATH "/items", "记录 Its records");
    buffer_append_str(&b, "</p>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

static void write_row(struct html_page *p, const struct catalog_record *r)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, CATALOG_PATH "/items/%s", r->id);
    buffer_append_str(p->out, "<tr><td>");
    html_link(p, path, r->id);
    buffer_append_str(p->out, "</td><td>");
    html_text(p->out, r->version.title_zh);
    html_badge(p, r->version.label);
    buffer_append_str(p->out, "</td>");
    html_element(p, "td", r->version.effective_from);
    html_element(p, "td", r->version.effective_to);
    html_element(p, "td", r->version.status);
    buffer_append_str(p->out, "</tr>\n");
}

enum status html_catalog_page(struct request *rq, const struct catalog_page *page, struct reply *reply,
                              struct error *e)
{
    const struct html_step way[] = {WAY, {"记录 Records", page->self}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 4, MEDIA_GEOJSON);
    buffer_printf(&b, "<p class=\"note\">符合条件的共 %zu 条。%zu match.</p>\n", page->n_matched,
                  page->n_matched);
    buffer_append_str(&b, "<table>\n<tr><th>id</th><th>图层 Layer</th><th>起用 Since</th><th>止 Until</th>"
                          "<th>状态 Status</th></tr>\n");
    for (size_t i = 0; i < page->n; i++)
        write_row(&p, &page->rows[i]);
    buffer_append_str(&b, "</table>\n");
    if (page->next) {
        buffer_append_str(&b, "<p>");
        html_link(&p, page->next, "下一页 The next page");
        buffer_append_str(&b, "</p>\n");
    }
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

enum status html_catalog_record(struct request *rq, const struct catalog_record *r, struct reply *reply,
                                struct error *e)
{
    char path[LINK_PATH_SIZE], text[32];
    const struct store_version *v = &r->version;
    snprintf(path, sizeof path, CATALOG_PATH "/items/%s", r->id);
    const struct html_step way[] = {WAY, {"记录 Records", CATALOG_PATH "/items"}, {r->id, path}};
    struct buffer b;
    struct html_page p;
    struct mini_map m;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 5, MEDIA_GEOJSON);
    buffer_append_str(&b, "<p>");
    html_text(&b, v->title_zh);
    html_badge(&p, v->label);
    buffer_append_str(&b, "</p>\n<table>\n");
    html_row(&p, "Title", v->title_en);
    html_row(&p, "状态 Status", v->status);
    html_row(&p, "起用 In force since", v->effective_from);
    html_row(&p, "止 Until", v->effective_to);
    html_row(&p, "批文 Document", v->document_no);
    html_row(&p, "导入 Imported", v->imported_at);
    html_row(&p, "来源 SHA-256 Source", v->source_sha256);
    snprintf(text, sizeof text, "%" PRId64, v->n_features);
    html_row(&p, "要素数 Features", text);
    snprintf(text, sizeof text, "%" PRId64, v->n_refused);
    html_row(&p, "导入时未收的要素 Features refused at import", text);
    buffer_append_str(&b, "</table>\n<p>");
    snprintf(path, sizeof path, "/collections/%s/items?version=%d", v->layer, v->version_no);
    html_link(&p, path, "要素 Its features");
    buffer_append_str(&b, "</p>\n");
    if (r->has_box) {
        mini_map_begin(&m, &b, &r->box, v->title_zh);
        mini_map_box(&m, &r->box);
        mini_map_end(&m);
    }
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

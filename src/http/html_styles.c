/* Pages for people: styles, with the colours that they give. */
#include "formats/html.h"
#include "http/html_pages.h"
#include "http/html_tiles.h"
#include "http/style_look.h"

#include <stdio.h>

#define WHOLE_MAP "map"
#define ZH_EN_START "红线 Hongxian"
#define ZH_EN_STYLES "样式 Styles"
#define ZH_EN_MAP "全部图层 The whole map"

static void list_style(struct html_page *p, const char *id, const char *title, const char *label)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/styles/%s", id);
    buffer_append_str(p->out, "<li>");
    html_link(p, path, title);
    html_badge(p, label);
    buffer_append_str(p->out, "</li>\n");
}

static void list_all(struct html_page *p, const struct request *rq)
{
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++) {
        const struct layer_snapshot *layer = snapshot_layer_at(rq->snapshot, i);
        if (layer->index)
            list_style(p, layer->version.layer, layer->version.title_zh, layer->version.label);
    }
    for (size_t i = 0; i < collection_n_place_sets(); i++)
        list_style(p, collection_place_set(i)->id, collection_place_set(i)->title_zh,
                   collection_place_set(i)->label);
}

enum status html_of_styles(struct request *rq, struct reply *reply, struct error *e)
{
    static const struct html_step way[] = {{ZH_EN_START, "/"}, {ZH_EN_STYLES, "/styles"}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    html_element(&p, "p",
                 "地图软件（MapLibre、QGIS 等）用的样式，颜色取自图层定义。Styles for map programs, with the "
                 "colours of "
                 "the layers' definitions.");
    buffer_append_str(&b, "<ul>\n");
    list_style(&p, WHOLE_MAP, ZH_EN_MAP, "");
    list_all(&p, rq);
    buffer_append_str(&b, "</ul>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- one ---- */

/* A patch in a colour, as wide as two signs. */
static void colour_row(struct html_page *p, const char *says, unsigned fill, double alpha, unsigned edge)
{
    buffer_printf(p->out,
                  "<tr><td><span style=\"display:inline-block;width:2em;height:1em;vertical-align:middle;"
                  "background:rgba(%u,%u,%u,%.3g);border:1px solid #%06x\"></span></td><td>",
                  fill >> 16 & 255, fill >> 8 & 255, fill & 255, alpha, edge);
    html_text(p->out, says);
    buffer_append_str(p->out, "</td></tr>\n");
}

static void show_look(struct html_page *p, const struct look *k, const char *title)
{
    colour_row(p, title, k->fill, k->alpha, k->edge);
    for (int i = 0; k->line && i < k->line->n_zones; i++) {
        const struct line_zone *z = &k->line->zones[i];
        if (z->screen.given)
            colour_row(p, z->zh, z->screen.fill, z->screen.alpha, k->edge);
        else if (z->has_fill)
            colour_row(p, z->zh, z->fill, k->line->symbol.alpha, k->edge);
    }
}

static void show_looks(struct html_page *p, const struct request *rq, const struct tiled *what)
{
    const struct layer_snapshot *layer;
    int rank = 0;
    buffer_append_str(p->out, "<table>\n<tr><th>颜色 Colour</th><th>是 What</th></tr>\n");
    for (size_t at = 0; !what && (layer = look_next(rq->snapshot, &rank, &at));) {
        struct look look = look_of(rq->snapshot, layer->version.layer);
        colour_row(p, layer->version.title_zh, look.fill, look.alpha, look.edge);
    }
    if (what) {
        struct look look = look_of(rq->snapshot, what->id);
        show_look(p, &look, what->title_zh);
    }
    buffer_append_str(p->out, "</table>\n");
}

enum status html_of_style(struct request *rq, const char *id, const struct tiled *what, struct reply *reply,
                          struct error *e)
{
    char path[LINK_PATH_SIZE], url[LINK_BASE_SIZE + LINK_PATH_SIZE + 16];
    snprintf(path, sizeof path, "/styles/%s", id);
    const struct html_step way[] = {
        {ZH_EN_START, "/"}, {ZH_EN_STYLES, "/styles"}, {what ? what->title_zh : ZH_EN_MAP, path}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_STYLE);
    snprintf(url, sizeof url, "%s%s?f=mapbox", p.links.base, path);
    buffer_append_str(&b, "<table>\n");
    html_row(&p, "样式地址（MapLibre）Address of the style", url);
    buffer_append_str(&b, "</table>\n");
    buffer_append_str(&b, "<p>");
    html_badge(&p, what ? what->label : "");
    buffer_append_str(&b, "</p>\n");
    if (!what)
        html_element(
            &p, "p",
            "地图 / 画出全部图层，需要 JavaScript。The map at / draws all of it and needs JavaScript.");
    if (!what || what->layer)
        show_looks(&p, rq, what);
    enum status s = what ? html_map(&p, rq, what->id, e) : STATUS_OK;
    html_page_end(&p);
    return reply_html(reply, &b, s, e);
}

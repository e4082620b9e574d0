/* Pages for people: grids of tiles, and the tile sets of a collection. */
#include "http/html_tiles.h"

#include "formats/html.h"
#include "http/html_pages.h"

#include <stdio.h>

#define ZH_EN_START "红线 Hongxian"
#define ZH_EN_GRIDS "切片方案 Grids of tiles"
#define ZH_EN_TILES "瓦片集 Tile sets"

/* An address to be copied into a map program, with its variables. */
static void address_row(struct html_page *p, const char *what, const char *path)
{
    char url[LINK_BASE_SIZE + LINK_PATH_SIZE];
    snprintf(url, sizeof url, "%s%s", p->links.base, path);
    html_row(p, what, url);
}

/* ---- grids ---- */

enum status html_tile_matrix_sets(struct request *rq, struct reply *reply, struct error *e)
{
    static const struct html_step way[] = {{ZH_EN_START, "/"}, {ZH_EN_GRIDS, "/tileMatrixSets"}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    buffer_append_str(&b, "<table>\n<tr><th>方案 Grid</th><th>坐标系 CRS</th></tr>\n");
    for (size_t i = 0; i < tile_set_count(); i++) {
        const struct tile_set *set = tile_set_at(i);
        char path[LINK_PATH_SIZE];
        snprintf(path, sizeof path, "/tileMatrixSets/%s", set->id);
        buffer_append_str(&b, "<tr><td>");
        html_link(&p, path, set->title);
        buffer_append_str(&b, "</td><td>");
        html_text(&b, set->crs);
        buffer_append_str(&b, "</td></tr>\n");
    }
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

static void list_levels(struct html_page *p, const struct tile_set *set)
{
    buffer_printf(p->out,
                  "<table>\n<tr><th>级别 Level</th><th>比例尺分母 Scale denominator</th>"
                  "<th>像元 Cell（%s）</th><th>列×行 Columns × rows</th></tr>\n",
                  set->matrix == TILE_CGCS2000 ? "° degrees" : "米 m");
    for (unsigned z = tile_min_zoom(set->matrix); z <= TILE_MAX_ZOOM; z++)
        buffer_printf(p->out, "<tr><td>%u</td><td>%.2f</td><td>%.10g</td><td>%u × %u</td></tr>\n", z,
                      tile_set_scale(set, z), tile_set_cell(set, z), tile_columns(set->matrix, z),
                      tile_rows(set->matrix, z));
    buffer_append_str(p->out, "</table>\n");
}

enum status html_tile_matrix_set(struct request *rq, const struct tile_set *set, struct reply *reply,
                                 struct error *e)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/tileMatrixSets/%s", set->id);
    const struct html_step way[] = {{ZH_EN_START, "/"}, {ZH_EN_GRIDS, "/tileMatrixSets"}, {set->title, path}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_JSON);
    buffer_append_str(&b, "<table>\n");
    html_row(&p, "id", set->id);
    html_row(&p, "坐标系 CRS", set->crs);
    html_row(&p, "登记 Registered as", set->uri ? set->uri : "未登记 not registered");
    buffer_append_str(&b, "</table>\n");
    html_element(&p, "h2", "各级 Levels");
    list_levels(&p, set);
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- of a collection ---- */

static void begin_page(struct html_page *p, const struct tiled *what, const struct tile_set *set)
{
    char collection[LINK_PATH_SIZE], sets[LINK_PATH_SIZE], one[LINK_PATH_SIZE];
    snprintf(collection, sizeof collection, "/collections/%s", what->id);
    snprintf(sets, sizeof sets, "/collections/%s/tiles", what->id);
    snprintf(one, sizeof one, "/collections/%s/tiles/%s", what->id, set ? set->id : "");
    const struct html_step way[] = {{ZH_EN_START, "/"},
                                    {"图层 Collections", "/collections"},
                                    {what->title_zh, collection},
                                    {ZH_EN_TILES, sets},
                                    {set ? set->title : "", one}};
    html_page_begin(p, way, set ? 5 : 4, MEDIA_JSON);
    buffer_append_str(p->out, "<p>");
    html_text(p->out, what->title_en);
    html_badge(p, what->label);
    buffer_append_str(p->out, "</p>\n");
    html_element(p, "p",
                 "矢量瓦片（Mapbox Vector Tile 2.1），给地图软件用，只供显示，不作量算。Vector tiles for map "
                 "programs: to look at, never to measure on.");
}

static enum status end_page(struct html_page *p, struct request *rq, const struct tiled *what,
                            struct reply *reply, struct error *e)
{
    enum status s = html_map(p, rq, what->id, e);
    html_page_end(p);
    return reply_html(reply, p->out, s, e);
}

enum status html_tile_sets(struct request *rq, const struct tiled *what, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    begin_page(&p, what, NULL);
    buffer_append_str(&b, "<ul>\n");
    for (size_t i = 0; i < tile_set_count(); i++) {
        char path[LINK_PATH_SIZE];
        snprintf(path, sizeof path, "/collections/%s/tiles/%s", what->id, tile_set_at(i)->id);
        buffer_append_str(&b, "<li>");
        html_link(&p, path, tile_set_at(i)->title);
        buffer_append_str(&b, "</li>\n");
    }
    buffer_append_str(&b, "</ul>\n");
    return end_page(&p, rq, what, reply, e);
}

enum status html_tile_set(struct request *rq, const struct tiled *what, const struct tile_set *set,
                          struct reply *reply, struct error *e)
{
    struct buffer b;
    struct html_page p;
    char path[LINK_PATH_SIZE];
    html_page_init(&p, rq, &b);
    begin_page(&p, what, set);
    buffer_append_str(&b, "<table>\n");
    html_row(&p, "图层名 Layer in the tile", what->id);
    html_row(&p, "坐标系 CRS", set->crs);
    snprintf(path, sizeof path, "/collections/%s/tiles/%s/{tileMatrix}/{tileRow}/{tileCol}", what->id,
             set->id);
    address_row(&p, "瓦片地址 Tiles", path);
    if (set->matrix == TILE_WEB_MERCATOR) {
        snprintf(path, sizeof path, "/tiles/%s/{z}/{x}/{y}.mvt", what->id);
        address_row(&p, "瓦片地址（XYZ）Tiles as XYZ", path);
        snprintf(path, sizeof path, "/collections/%s/tiles/%s?f=tilejson", what->id, set->id);
        address_row(&p, "TileJSON", path);
        snprintf(path, sizeof path, "/styles/%s?f=mapbox", what->id);
        address_row(&p, "样式（MapLibre）Style", path);
    }
    buffer_append_str(&b, "</table>\n<p>");
    snprintf(path, sizeof path, "/tileMatrixSets/%s", set->id);
    html_link(&p, path, "切片方案 Its grid");
    buffer_append_str(&b, " · ");
    snprintf(path, sizeof path, "/styles/%s", what->id);
    html_link(&p, path, "样式 Its style");
    buffer_append_str(&b, "</p>\n");
    return end_page(&p, rq, what, reply, e);
}

/* 六、附图: the maps, and the boundary points. */
#include "report/sections/sections.h"
#include "report/words.h"

static bool has_border(const struct report_making *m)
{
    size_t n = 0;
    for (size_t i = 0; m->maps && m->maps->borders && i < m->t->n_rows; i++)
        n += m->maps->borders[i].n_points;
    return n > 0;
}

static void add_map(struct report_making *m, size_t number)
{
    const struct report_map *map = &m->maps->maps[number];
    bool all = map->parcel == SIZE_MAX;
    const char *caption = all ? arena_printf(m->arena, "图%zu　控制线套合图（全部地块）", number + 1)
                              : arena_printf(m->arena, "图%zu　控制线套合图：地块序号 %zu（%s）", number + 1,
                                             map->parcel + 1, m->t->rows[map->parcel].id);
    struct block *b = add_block(m, BLOCK_PICTURE, caption);
    b->small = !all;
    if (!m->maps->pictures)
        return;
    struct map_picture *picture = arena_alloc(m->arena, sizeof *picture);
    if (picture)
        *picture = (struct map_picture){m->r, m->maps, map};
    m->no_memory = m->no_memory || !picture;
    b->picture = picture;
}

void section_maps(struct report_making *m)
{
    size_t n = m->maps ? m->maps->n_maps : 0;
    if (n || has_border(m))
        add_block(m, BLOCK_HEADING, "六、附图");
    for (size_t i = 0; i < n; i++)
        add_map(m, i);
    if (m->maps && m->maps->n_overlaps_failed) {
        const char *text = report_shapes_missing(m->arena, m->maps->n_overlaps_failed, REPORT_LANG_ZH);
        add_block(m, BLOCK_NOTICE, text);
    }
}

/* ---- 界址点成果表 ---- */

static const char *zone_words(struct report_making *m, const struct geo_crs *crs)
{
    return making_keep(m, arena_printf(m->arena, "CGCS2000 %d度带第%d带（中央经线%g°，EPSG:%d）",
                                       crs->zone_width_deg, crs->zone, crs->central_meridian_deg, crs->epsg));
}

static const char *border_note(struct report_making *m)
{
    const struct geo_crs *crs = &m->maps->borders[0].crs;
    bool same = true, from_shape = false, degrees = false;
    for (size_t i = 0; i < m->t->n_rows; i++) {
        same = same && m->maps->borders[i].crs.epsg == crs->epsg;
        from_shape = from_shape || m->maps->borders[i].from_shape;
        degrees = degrees || m->r->parcels.parcels[i].crs.kind == GEO_CRS_GEOGRAPHIC;
    }
    return arena_printf(m->arena,
                        "坐标系：%s%s。%sX为纵坐标（北），Y为横坐标（东%s），单位：米；边长为至下一点的平面"
                        "距离；按所交次序排列，各地块自J1起编号。%s",
                        zone_words(m, crs), same ? "" : "，其余地块按各自所在的带",
                        degrees ? "原交坐标为经纬度，已投影到所在3度带。" : "",
                        crs->zone_prefix ? "，含带号" : "",
                        from_shape ? "部分点由图形取得，长边上含加密点，以原交文件为准。" : "");
}

/* The points of one parcel, from row `at` on. Returns the row behind them. */
static size_t border_rows(struct report_making *m, struct block_table *t, size_t parcel, size_t at)
{
    const struct map_border *b = &m->maps->borders[parcel];
    for (size_t r = 0; r < b->n_rings; r++)
        for (size_t k = b->rings[r].first; k < b->rings[r].first + b->rings[r].n; k++) {
            struct block_cell *row = table_row_at(t, at++);
            row[0] = cell_words(m->t->rows[parcel].id);
            row[1] = cell_words(making_keep(m, arena_printf(m->arena, "J%zu", k + 1)));
            row[2] = cell_number((int64_t)r + 1);
            row[3] = cell_value(b->points[k].x_m, 3);
            row[4] = cell_value(b->points[k].y_m, 3);
            row[5] = cell_value(b->points[k].side_m, 3);
        }
    return at;
}

void section_border(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"地块编号", 26, BLOCK_LEFT, 0}, {"界址点号", 14, BLOCK_CENTRE, 0},
        {"圈号", 10, BLOCK_CENTRE, 0},   {"X（米）", 20, BLOCK_RIGHT, 3},
        {"Y（米）", 20, BLOCK_RIGHT, 3}, {"边长（米）", 16, BLOCK_RIGHT, 3}};
    size_t n = 0, at = 0;
    if (!has_border(m))
        return;
    for (size_t i = 0; i < m->t->n_rows; i++)
        n += m->maps->borders[i].n_points;
    add_part(m, "界址点", false);
    add_block(m, BLOCK_SUBHEADING, "界址点成果表");
    struct block *note = add_block(m, BLOCK_PARAGRAPH, border_note(m));
    note->small = true;
    struct block_table *t = add_table(m, columns, 6, n);
    for (size_t i = 0; t && !m->no_memory && i < m->t->n_rows; i++)
        at = border_rows(m, t, i, at);
    if (t)
        t->bulk = true;
}

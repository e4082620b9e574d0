#include "http/item_fgb.h"

#include "formats/geojson_read.h"
#include "formats/wkb.h"
#include "geo/crs/uri.h"

#include <string.h>

enum { FEATURE_ARENA_BYTES = 256 << 20, STORED_EPSG = 4490 };

/* ---- columns ---- */

enum { ID, CODE, NAME, ZONE, COUNTY, AREA, PROPERTIES, LABEL, N_COLUMNS };
static const struct fgb_column of_layer[N_COLUMNS] = {
    [ID] = {"id", "要素编号", FGB_LONG},
    [CODE] = {"code", "标识码", FGB_TEXT},
    [NAME] = {"name", "名称", FGB_TEXT},
    [ZONE] = {"zone", "分区", FGB_TEXT},
    [COUNTY] = {"county", "行政区代码", FGB_TEXT},
    [AREA] = {"declared_area_m2", "来源所载面积（平方米）", FGB_DOUBLE},
    [PROPERTIES] = {"properties", "来源的其他字段", FGB_JSON},
    [LABEL] = {"label", "数据性质", FGB_TEXT},
};

enum { PLACE_ID, PLACE_NAME, PLACE_PROPERTIES, PLACE_LABEL, N_PLACE_COLUMNS };
static const struct fgb_column of_places[N_PLACE_COLUMNS] = {
    [PLACE_ID] = {"id", "要素编号", FGB_LONG},
    [PLACE_NAME] = {"name", "名称", FGB_TEXT},
    [PLACE_PROPERTIES] = {"properties", "其他字段", FGB_JSON},
    [PLACE_LABEL] = {"label", "数据性质", FGB_TEXT},
};

enum status item_fgb_head(const struct request *rq, const struct item_page *page, int64_t n,
                          struct buffer *out, struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, page->id, &c, e);
    if (s)
        return s;
    struct fgb_head head = {
        .name = page->id,
        .title = c.layer ? c.layer->version.title_zh : c.places->title_zh,
        .description = page->label,
        .kind = c.layer                                    ? FGB_MULTIPOLYGON
                : strcmp(c.places->geometry, "point") == 0 ? FGB_POINT
                                                           : FGB_ANY,
        .columns = c.layer ? of_layer : of_places,
        .n_columns = c.layer ? N_COLUMNS : N_PLACE_COLUMNS,
        .n_features = (uint64_t)n,
        .epsg = strcmp(page->crs.uri, CRS_URI_CRS84) == 0 ? STORED_EPSG : page->crs.crs.epsg,
    };
    fgb_head(out, &head);
    return buffer_status(out, e);
}

/* ---- features ---- */

bool item_fgb_init(struct item_fgb *f, struct buffer *out, const struct item_page *page)
{
    *f = (struct item_fgb){.label = page->label, .arena = arena_new(FEATURE_ARENA_BYTES)};
    fgb_init(&f->w, out);
    return f->arena != NULL;
}

void item_fgb_release(struct item_fgb *f)
{
    fgb_release(&f->w);
    arena_free(f->arena);
}

/* n positions into the system of the answer, x to the east. */
static enum status convert(struct item_fgb *f, const double *x, const double *y, size_t n, double *to[2])
{
    const struct crs_named *crs = f->crs->crs;
    for (size_t i = 0; i < n; i++) {
        double axes[2];
        enum status s = crs_named_from_lonlat(f->crs->transformer, crs, x[i], y[i], axes, f->crs->error);
        if (s)
            return s;
        to[0][i] = axes[crs->north_first];
        to[1][i] = axes[!crs->north_first];
    }
    return STATUS_OK;
}

/* The columns x and y as they go into the file: as they are stored, or copies. */
static enum status place_points(struct item_fgb *f, size_t n, const double **x, const double **y)
{
    if (f->crs->crs->crs.kind == GEO_CRS_GEOGRAPHIC)
        return STATUS_OK;
    double *to[2] = {arena_array(f->arena, n, sizeof **to), arena_array(f->arena, n, sizeof **to)};
    if (n && (!to[0] || !to[1]))
        return error_no_memory(f->crs->error);
    enum status s = convert(f, *x, *y, n, to);
    *x = to[0];
    *y = to[1];
    return s;
}

static enum status write_shape(struct item_fgb *f, const struct geo_shape *shape)
{
    struct fgb_points p = {.x = shape->lon_deg, .y = shape->lat_deg};
    enum status s = place_points(f, shape->n_vertices, &p.x, &p.y);
    if (s)
        return s;
    struct fgb_parts parts = fgb_parts(&f->w, FGB_MULTIPOLYGON, shape->n_polygons);
    for (uint32_t i = 0; i < shape->n_polygons; i++) {
        uint32_t first = shape->polygon_start[i];
        p.start = shape->ring_start + first;
        p.n_rings = shape->polygon_start[i + 1] - first;
        fgb_part(&f->w, &parts);
        fgb_geometry(&f->w, FGB_POLYGON, &p);
    }
    return STATUS_OK;
}

enum status item_fgb_feature(struct item_fgb *f, const struct store_feature *feature, struct error *e)
{
    struct geo_shape view;
    arena_reset(f->arena);
    enum status s = wkb_read(feature->wkb, feature->wkb_size, f->shape, e);
    if (!s)
        s = geo_shape_builder_view(f->shape, &view, e);
    if (s)
        return s;
    fgb_feature_begin(&f->w);
    s = write_shape(f, &view);
    fgb_integer(&f->w, ID, feature->id);
    fgb_text(&f->w, CODE, feature->code);
    fgb_text(&f->w, NAME, feature->name);
    fgb_text(&f->w, ZONE, feature->zone);
    fgb_text(&f->w, COUNTY, feature->county);
    fgb_number(&f->w, AREA, feature->declared_area_m2);
    fgb_text(&f->w, PROPERTIES, feature->properties);
    fgb_text(&f->w, LABEL, f->label);
    fgb_feature_end(&f->w);
    return s;
}

/* Both number the kinds of geometry as WKB does. */
static enum status write_geometry(struct item_fgb *f, const struct geojson_geometry *g)
{
    struct fgb_points p = {.x = g->x, .y = g->y, .start = g->ring_start, .n = g->n, .n_rings = g->n_rings};
    enum fgb_kind kind = (enum fgb_kind)g->kind;
    enum status s = place_points(f, g->n, &p.x, &p.y);
    if (s || g->kind == GEOJSON_NONE)
        return s;
    if (g->kind == GEOJSON_MULTIPOINT)
        p.start = NULL;
    if (kind < FGB_MULTIPOLYGON) {
        fgb_geometry(&f->w, kind, &p);
        return s;
    }
    struct fgb_parts parts = fgb_parts(&f->w, kind, g->n_parts);
    for (uint32_t i = 0; i < g->n_parts; i++) {
        p.start = g->ring_start + g->parts[i].first_ring;
        p.n_rings = g->parts[i + 1].first_ring - g->parts[i].first_ring;
        fgb_part(&f->w, &parts);
        fgb_geometry(&f->w, (enum fgb_kind)g->parts[i].kind, &p);
    }
    return s;
}

enum status item_fgb_place(struct item_fgb *f, const struct store_plan_feature *place, struct error *e)
{
    struct geojson_geometry g;
    arena_reset(f->arena);
    enum status s = geojson_read(place->geometry, f->arena, &g, e);
    if (s)
        return s;
    fgb_feature_begin(&f->w);
    s = write_geometry(f, &g);
    fgb_integer(&f->w, PLACE_ID, place->id);
    fgb_text(&f->w, PLACE_NAME, place->name);
    fgb_text(&f->w, PLACE_PROPERTIES, place->properties);
    fgb_text(&f->w, PLACE_LABEL, f->label);
    fgb_feature_end(&f->w);
    return s;
}

/* Which layers, which of their features, and what goes to the parent. Judging them is the parent's business. */
#include "ingest/foreign_parts.h"

#include "base/limits.h"
#include "ingest/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARC_STEP_DEG 0.05
enum { NAMES_SHOWN = 8 };

void foreign_warn(struct foreign_reading *r, const char *code, const char *zh, const char *en)
{
    const struct foreign_text texts[] = {{code, strlen(code)}, {zh, strlen(zh)}, {en, strlen(en)}};
    foreign_write(&r->out, FOREIGN_WARNING, 0, texts, 3);
}

static bool may_hold_areas(OGRLayerH layer)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(layer));
    return type == wkbUnknown || type == wkbGeometryCollection || OGR_GT_IsSurface(type) ||
           OGR_GT_IsSubClassOf(type, wkbMultiSurface);
}

static enum status fail_layers(struct foreign_reading *r, int areas, struct error *e)
{
    char list[400] = "";
    int n = GDALDatasetGetLayerCount(r->data);
    for (int i = 0; i < n && i < NAMES_SHOWN; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.40s", i ? ", " : "",
                 OGR_L_GetName(GDALDatasetGetLayer(r->data, i)));
    if (areas == 0) {
        error_zh(e, "文件里没有面图层（图层：%s）；请提供面（Polygon）。", list);
        return error_fail(e, STATUS_UNSUPPORTED, "foreign-no-polygons",
                          "The file has no layer of polygons (layers: %s).", list);
    }
    error_zh(e, "文件里有%d个面图层（%s）；地块在哪一个？请只留一个。", areas, list);
    return error_fail(e, STATUS_INVALID_INPUT, "foreign-layer-ambiguous",
                      "The file has %d layers of polygons (%s); which one holds the parcels? Leave only one.",
                      areas, list);
}

/* Adds the polygons of a geometry to a multipolygon; false when something in it is none. */
static bool collect(const struct foreign_reading *r, OGRGeometryH g, OGRGeometryH areas, int depth)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(g));
    if (type == wkbPolygon)
        return OGR_G_IsEmpty(g) || OGR_G_AddGeometry(areas, g) == OGRERR_NONE;
    if (type == wkbLineString && r->drawing) {
        int n = OGR_G_GetPointCount(g);
        if (n < 4 || OGR_G_GetX(g, 0) != OGR_G_GetX(g, n - 1) || OGR_G_GetY(g, 0) != OGR_G_GetY(g, n - 1))
            return false;
        OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon), ring = OGR_G_CreateGeometry(wkbLinearRing);
        for (int i = 0; i < n; i++)
            OGR_G_AddPoint_2D(ring, OGR_G_GetX(g, i), OGR_G_GetY(g, i));
        OGR_G_AddGeometryDirectly(polygon, ring);
        return OGR_G_AddGeometryDirectly(areas, polygon) == OGRERR_NONE;
    }
    if ((type != wkbMultiPolygon && type != wkbGeometryCollection) || depth > 16)
        return false;
    bool all = true;
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
        all = collect(r, OGR_G_GetGeometryRef(g, i), areas, depth + 1) && all;
    return all;
}

static bool is_hatch(const struct foreign_reading *r, OGRFeatureH f)
{
    int i = r->drawing ? OGR_F_GetFieldIndex(f, "SubClasses") : -1;
    return i >= 0 && strstr(OGR_F_GetFieldAsString(f, i), "Hatch");
}

static size_t count_points(OGRGeometryH g)
{
    size_t n = (size_t)OGR_G_GetPointCount(g);
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
        n += count_points(OGR_G_GetGeometryRef(g, i));
    return n;
}

static enum status fail_too_many(struct error *e)
{
    error_zh(e, "文件里的图形或界址点太多（上限%zu个地块、%zu个点）；请分成几个文件，或使用批量审查。",
             LIMIT_PARCELS_PER_FILE, LIMIT_VERTICES_PER_PARCEL);
    return error_fail(
        e, STATUS_TOO_LARGE, "too-many-parcels",
        "The file has too many shapes or points (at most %zu parcels, %zu points); split it, or use the "
        "batch audit.",
        LIMIT_PARCELS_PER_FILE, LIMIT_VERTICES_PER_PARCEL);
}

static enum status write_feature(struct foreign_reading *r, OGRFeatureH f, OGRGeometryH areas,
                                 const int index[FOREIGN_FIELDS], struct error *e)
{
    char *texts[FOREIGN_FIELDS];
    struct foreign_text record[FOREIGN_FIELDS + 1];
    int size = OGR_G_WkbSize(areas);
    unsigned char *wkb = malloc(size > 0 ? (size_t)size : 1);
    bool ok = wkb && OGR_G_ExportToIsoWkb(areas, wkbNDR, wkb) == OGRERR_NONE;
    for (int i = 0; i < FOREIGN_FIELDS; i++) {
        bool set = index[i] >= 0 && OGR_F_IsFieldSetAndNotNull(f, index[i]);
        texts[i] = foreign_text(r, set ? OGR_F_GetFieldAsString(f, index[i]) : "");
        record[i] = (struct foreign_text){texts[i], texts[i] ? strlen(texts[i]) : 0};
    }
    record[FOREIGN_FIELDS] = (struct foreign_text){wkb, (size_t)size};
    if (ok)
        foreign_write(&r->out, FOREIGN_FEATURE, 0, record, FOREIGN_FIELDS + 1);
    for (int i = 0; i < FOREIGN_FIELDS; i++)
        free(texts[i]);
    free(wkb);
    r->n_features++;
    r->n_vertices += count_points(areas);
    if (r->n_features > LIMIT_PARCELS_PER_FILE || r->n_vertices > LIMIT_VERTICES_PER_PARCEL)
        return fail_too_many(e);
    return ok ? buffer_status(&r->out, e) : error_no_memory(e);
}

static enum status read_feature(struct foreign_reading *r, OGRFeatureH f, const int index[FOREIGN_FIELDS],
                                struct error *e)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(f), straight = NULL, areas = OGR_G_CreateGeometry(wkbMultiPolygon);
    if (g && OGR_GT_IsNonLinear(OGR_G_GetGeometryType(g))) {
        r->n_curved++;
        g = straight = OGR_G_GetLinearGeometry(g, ARC_STEP_DEG, NULL);
    }
    bool all = g && !is_hatch(r, f) && collect(r, g, areas, 0);
    r->n_skipped += !all;
    OGR_G_FlattenTo2D(areas);
    enum status s = OGR_G_IsEmpty(areas) ? STATUS_OK : write_feature(r, f, areas, index, e);
    OGR_G_DestroyGeometry(areas);
    OGR_G_DestroyGeometry(straight);
    return s;
}

static enum status fail_broken(struct foreign_reading *r, struct error *e)
{
    error_zh(e, "读到第%zu个图形之后出错：%.200s；文件可能不完整，请重新导出。", r->n_features,
             r->guard.failure);
    return error_fail(e, STATUS_INVALID_INPUT, "foreign-unreadable",
                      "Reading failed after shape %zu: %.200s; the file may be incomplete, export it again.",
                      r->n_features, r->guard.failure);
}

static enum status read_layer(struct foreign_reading *r, OGRLayerH layer, struct error *e)
{
    int index[FOREIGN_FIELDS];
    enum status s = STATUS_OK;
    if (r->raw_text)
        foreign_find_encoding(r, layer);
    foreign_bind_fields(r, OGR_L_GetLayerDefn(layer), index);
    OGR_L_ResetReading(layer);
    r->guard.failure[0] = '\0';
    for (OGRFeatureH f; s == STATUS_OK && (f = OGR_L_GetNextFeature(layer));) {
        s = read_feature(r, f, index, e);
        OGR_F_Destroy(f);
    }
    return s == STATUS_OK && r->guard.failure[0] ? fail_broken(r, e) : s;
}

static void write_crs(struct foreign_reading *r, OGRLayerH layer)
{
    bool by_match = false;
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
    int epsg = srs ? source_srs_epsg(srs, &by_match) : 0;
    const char *name = srs ? OSRGetName(srs) : NULL;
    const struct foreign_text text = {name ? name : "", name ? strlen(name) : 0};
    foreign_write(&r->out, FOREIGN_CRS, (uint32_t)epsg, &text, 1);
}

static void write_warnings(struct foreign_reading *r)
{
    char zh[200], en[200];
    if (r->gbk)
        foreign_warn(r, "text-encoding", "文件没有写明文字编码，按GB18030读取；请核对名称中的汉字是否正确。",
                     "The file does not tell its text encoding and was read as GB18030; check that the names "
                     "are right.");
    if (r->n_curved) {
        snprintf(zh, sizeof zh, "有%zu个图形含圆弧，已换成折线（每段不超过0.05度）。", r->n_curved);
        snprintf(en, sizeof en,
                 "%zu shapes have arcs, which were replaced by chords of at most 0.05 degrees.", r->n_curved);
        foreign_warn(r, "curves-straightened", zh, en);
    }
    if (r->n_skipped) {
        snprintf(zh, sizeof zh, "有%zu个图形（或其中一部分）不是%s，未读取。", r->n_skipped,
                 r->drawing ? "闭合多段线" : "面");
        snprintf(en, sizeof en, "%zu shapes (or parts of them) are no %s and were not read.", r->n_skipped,
                 r->drawing ? "closed polylines" : "polygons");
        foreign_warn(r, "features-skipped", zh, en);
    }
}

enum status foreign_read_layers(struct foreign_reading *r, struct error *e)
{
    int n = GDALDatasetGetLayerCount(r->data), areas = 0;
    OGRLayerH first = NULL;
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(r->data, i);
        if (!layer || !(r->all_layers || may_hold_areas(layer)))
            continue;
        areas++;
        first = first ? first : layer;
    }
    if (areas == 0 || (areas > 1 && !r->all_layers))
        return fail_layers(r, areas, e);
    write_crs(r, first);
    enum status s = STATUS_OK;
    for (int i = 0; s == STATUS_OK && i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(r->data, i);
        if (layer && (r->all_layers || layer == first))
            s = read_layer(r, layer, e);
    }
    if (s == STATUS_OK && r->n_features == 0) {
        error_zh(e, "文件里没有%s；请提供面（Polygon）。", r->drawing ? "闭合多段线" : "面图形");
        return error_fail(e, STATUS_INVALID_INPUT, "foreign-no-polygons", "The file has no %s.",
                          r->drawing ? "closed polylines" : "polygons");
    }
    if (s == STATUS_OK)
        write_warnings(r);
    return s;
}

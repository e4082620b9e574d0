/* A drawing: GDAL gives closed lines as areas; every entity that could bound one and that it did not give
 * is a fault. */
#include "features/sandbox/dxf_scan.h"

#include "base/array.h"
#include "features/gdal.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LAYERS_MAX = 20000, HANDLES_SHOWN = 5, TYPES_MAX = 60, FIELDS = 6, LOOK_AHEAD = 4096 };
enum { FIELD_LAYER, FIELD_PAPER, FIELD_CLASSES, FIELD_LINETYPE, FIELD_HANDLE, FIELD_TEXT };

/* What came of an entity. */
struct came {
    int64_t features; /* of GDAL's */
    bool given;
};
struct layer_lines { /* LINE and ARC of one layer */
    const char *raw, *layer;
    int64_t n;
    const char *handles[HANDLES_SHOWN];
};
struct dxf_reading {
    struct child *c;
    struct dxf_scan scan;
    struct came *came; /* of each entity of the scan */
    size_t at;         /* the entity that GDAL is at */
    GDALDatasetH data;
    OGRLayerH layer;
    struct child_areas areas;
    bool gbk;
    const char *values[FIELDS];
    struct layer_lines *lines;
    size_t n_lines, cap_lines, last_lines;
    size_t *by_handle, n_slots; /* numbers of entities + 1, hashed; n_slots is a power of two */
    struct {
        const char *type;
        int64_t n;
    } others[TYPES_MAX];
    size_t n_others;
};

static const char *text_of(struct dxf_reading *d, const char *raw, struct arena *a)
{
    return child_decode(d->c, raw, strlen(raw), d->gbk, a, NULL);
}

/* ---- which entity a feature of GDAL's is ---- */

/* Can GDAL have made a geometry of this type of such an entity? Only for drawings without handles. */
static bool is_likely(const struct dxf_entity *t, OGRwkbGeometryType type)
{
    bool point = type == wkbPoint, surface = type == wkbPolygon || type == wkbMultiPolygon;
    switch (t->class) {
    case DXF_AREA:
        return !point;
    case DXF_LINES:
        return type == wkbLineString;
    case DXF_HATCH:
        return surface;
    case DXF_ANNOTATION:
        return point || !surface;
    case DXF_INSERT:
        return true;
    case DXF_UNREAD: /* the lines of a MLINE */
        return !point && !surface && type != wkbLineString;
    default:
        return false;
    }
}

static bool is_it(struct dxf_reading *d, size_t i, const char *layer, OGRwkbGeometryType type)
{
    const struct dxf_entity *t = &d->scan.entities[i];
    if (*t->handle || type == wkbUnknown)
        return false;
    const char *own = text_of(d, t->layer, d->c->scratch);
    bool more = t->class == DXF_INSERT && t->block >= 0
                    ? d->came[i].features < d->scan.blocks[t->block].features * t->copies
                    : d->came[i].features == 0 || strcmp(t->type, "DIMENSION") == 0;
    return more && is_likely(t, type) && (t->class == DXF_INSERT || (own && strcmp(own, layer) == 0));
}

static size_t hash_of(const char *handle)
{
    size_t hash = 5381;
    for (; *handle; handle++)
        hash = hash * 33 + (size_t)(*handle & 0xDF); /* of either case */
    return hash ^ hash >> 15;
}

static bool index_handles(struct dxf_reading *d)
{
    for (d->n_slots = 16; d->n_slots < d->scan.n * 2;)
        d->n_slots *= 2;
    d->by_handle = arena_array(d->c->keep, d->n_slots, sizeof *d->by_handle);
    for (size_t i = 0; d->by_handle && i < d->scan.n; i++) {
        const char *handle = d->scan.entities[i].handle;
        size_t slot = hash_of(handle) & (d->n_slots - 1);
        while (*handle && d->by_handle[slot])
            slot = (slot + 1) & (d->n_slots - 1);
        if (*handle)
            d->by_handle[slot] = i + 1;
    }
    return d->by_handle != NULL;
}

static size_t find_handle(const struct dxf_reading *d, const char *handle)
{
    size_t slot = hash_of(handle) & (d->n_slots - 1);
    for (; d->by_handle[slot]; slot = (slot + 1) & (d->n_slots - 1))
        if (strcasecmp(d->scan.entities[d->by_handle[slot] - 1].handle, handle) == 0)
            return d->by_handle[slot] - 1;
    return d->scan.n;
}

/* They come in the order of the file, and most have handles. NULL for one that the scan does not know. */
static const struct dxf_entity *find_entity(struct dxf_reading *d, OGRFeatureH f, OGRGeometryH g)
{
    const char *handle =
        OGR_F_IsFieldSetAndNotNull(f, FIELD_HANDLE) ? OGR_F_GetFieldAsString(f, FIELD_HANDLE) : "";
    const char *layer = OGR_F_GetFieldAsString(f, FIELD_LAYER);
    OGRwkbGeometryType type = g ? wkbFlatten(OGR_G_GetGeometryType(g)) : wkbUnknown;
    size_t i = *handle ? find_handle(d, handle) : d->at;
    size_t end = d->at + LOOK_AHEAD < d->scan.n ? d->at + LOOK_AHEAD : d->scan.n;
    while (!*handle && i < end && !is_it(d, i, layer, type))
        i++;
    if (i >= (*handle ? d->scan.n : end))
        return NULL;
    d->at = i;
    d->came[i].features++;
    return &d->scan.entities[i];
}

static bool is_closed(OGRGeometryH g)
{
    int n = OGR_G_GetPointCount(g);
    return n >= 4 && OGR_G_GetX(g, 0) == OGR_G_GetX(g, n - 1) && OGR_G_GetY(g, 0) == OGR_G_GetY(g, n - 1);
}

/* Is this feature a record? Of a block what is closed, or filled without a hatch in the block; its open
 * lines are counted by the scan. */
static bool is_record(const struct dxf_reading *d, const struct dxf_entity *t, OGRFeatureH f, OGRGeometryH g)
{
    OGRwkbGeometryType type = g ? wkbFlatten(OGR_G_GetGeometryType(g)) : wkbUnknown;
    const char *classes = OGR_F_GetFieldAsString(f, FIELD_CLASSES);
    if (t && t->class != DXF_INSERT)
        return t->class == DXF_AREA && !t->paper;
    if (type == wkbPoint || type == wkbUnknown || strstr(classes, "Hatch") || (t && t->paper))
        return false;
    const struct dxf_block *b = t && t->block >= 0 ? &d->scan.blocks[t->block] : NULL;
    if (type == wkbPolygon || type == wkbMultiPolygon)
        return !b || !b->hatched || b->solid;
    return type != wkbLineString || OGR_G_GetPointCount(g) > 2
               ? type != wkbLineString || is_closed(g) || !b || b->lines == 0
               : false;
}

/* Is the layer one that was asked for? Layers are one list unless one is. */
static bool is_chosen(const struct dxf_reading *d, const char *layer)
{
    return !d->c->layer || strcmp(layer, d->c->layer) == 0;
}

/* ---- faults ---- */

static struct feature record_of(struct dxf_reading *d, const char *layer, const char *handle)
{
    struct arena *a = d->c->scratch;
    d->values[FIELD_LAYER] = layer;
    d->values[FIELD_HANDLE] = *handle ? handle : NULL;
    return (struct feature){.values = d->values,
                            .where_zh = *handle ? arena_printf(a, "图层“%.80s”，句柄%.20s", layer, handle)
                                                : arena_printf(a, "图层“%.80s”", layer),
                            .where_en = *handle
                                            ? arena_printf(a, "layer \"%.80s\", handle %.20s", layer, handle)
                                            : arena_printf(a, "layer \"%.80s\"", layer)};
}

static const char *name_of(const char *type)
{
    static const char *const names[][2] = {
        {"REGION", "面域"},       {"MLINE", "多线"},
        {"3DSOLID", "三维实体"},  {"BODY", "体"},
        {"SURFACE", "曲面"},      {"MPOLYGON", "多边形"},
        {"MESH", "网格"},         {"ACAD_PROXY_ENTITY", "代理实体"},
        {"LWPOLYLINE", "多段线"}, {"POLYLINE", "多段线"},
        {"CIRCLE", "圆"},         {"ELLIPSE", "椭圆"},
        {"SPLINE", "样条曲线"},   {"INSERT", "块参照"},
        {"SOLID", "填充面"},      {"3DFACE", "三维面"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(type, names[i][0]) == 0)
            return names[i][1];
    return "实体";
}

static enum status give_fault(struct dxf_reading *d, const struct dxf_entity *t, const char *type,
                              struct error *e)
{
    struct child *c = d->c;
    struct error fault = {0};
    arena_reset(c->scratch);
    memset(d->values, 0, sizeof d->values);
    struct feature f = record_of(d, text_of(d, t->layer, c->scratch), t->handle);
    error_zh(
        &fault,
        "%s %s没有读取，它可能围成地块：请在CAD中炸开为闭合多段线（LWPOLYLINE）后重新导出，或从图中删去。",
        type, name_of(type));
    error_en(&fault, STATUS_INVALID_INPUT, "dxf-not-read",
             "The entity %s was not read, and may bound a plot: explode it into closed polylines "
             "(LWPOLYLINE) and export "
             "again, or delete it.",
             type);
    f.fault = &fault;
    return child_feature(c, &f, e);
}

static struct layer_lines *lines_of(struct dxf_reading *d, const char *raw)
{
    if (d->n_lines && strcmp(d->lines[d->last_lines].raw, raw) == 0)
        return &d->lines[d->last_lines];
    size_t i = 0;
    while (i < d->n_lines && strcmp(d->lines[i].raw, raw) != 0)
        i++;
    d->last_lines = i;
    if (i < d->n_lines)
        return &d->lines[i];
    const char *layer = text_of(d, raw, d->c->keep);
    if (!layer || !ARRAY_RESERVE(d->lines, d->cap_lines, i + 1))
        return NULL;
    d->lines[d->n_lines++] = (struct layer_lines){.raw = raw, .layer = layer};
    return &d->lines[i];
}

static bool count_line(struct dxf_reading *d, const struct dxf_entity *t, int64_t n)
{
    struct layer_lines *l = lines_of(d, t->layer);
    for (int k = 0; l && k < HANDLES_SHOWN && *t->handle; k++)
        if (!l->handles[k]) {
            l->handles[k] = t->handle;
            break;
        }
    if (l)
        l->n += n;
    return l != NULL;
}

static enum status give_lines(struct dxf_reading *d, const struct layer_lines *l, struct error *e)
{
    struct child *c = d->c;
    struct error fault = {0};
    char handles[120] = "";
    arena_reset(c->scratch);
    memset(d->values, 0, sizeof d->values);
    for (int i = 0; i < HANDLES_SHOWN && l->handles[i]; i++)
        snprintf(handles + strlen(handles), sizeof handles - strlen(handles), "%s%.20s", i ? ", " : "",
                 l->handles[i]);
    struct feature f = record_of(d, l->layer, "");
    error_zh(&fault,
             "图层“%.60s”有%lld条直线或圆弧（LINE、ARC%s%"
             "s），没有读取，它们可能围成地块：请用PEDIT合并为闭合多段线后重新导出，或从图中删去。",
             l->layer, (long long)l->n, *handles ? "，句柄" : "", handles);
    error_en(&fault, STATUS_INVALID_INPUT, "dxf-lines",
             "Layer \"%.60s\" has %lld LINE or ARC entities%s%s that were not read and may bound a plot: "
             "join them into closed "
             "polylines (PEDIT) and export again, or delete them.",
             l->layer, (long long)l->n, *handles ? " (handles " : "", *handles ? strcat(handles, ")") : "");
    f.fault = &fault;
    return child_feature(c, &f, e);
}

static void count_other(struct dxf_reading *d, const char *type)
{
    size_t i = 0;
    while (i < d->n_others && strcmp(d->others[i].type, type) != 0)
        i++;
    if (i == TYPES_MAX)
        i--;
    else if (i == d->n_others)
        d->others[d->n_others++].type = type;
    d->others[i].n++;
}

static enum status settle_entity(struct dxf_reading *d, size_t i, struct error *e)
{
    const struct dxf_entity *t = &d->scan.entities[i];
    const struct dxf_block *b = t->block >= 0 ? &d->scan.blocks[t->block] : NULL;
    arena_reset(d->c->scratch);
    const char *layer = d->c->layer ? text_of(d, t->layer, d->c->scratch) : "";
    if (!layer || !is_chosen(d, layer))
        return layer ? STATUS_OK : error_no_memory(e);
    if (t->paper) {
        count_other(d, "图纸空间（布局）的图形");
        return STATUS_OK;
    }
    switch (t->class) {
    case DXF_AREA:
        return d->came[i].given ? STATUS_OK : give_fault(d, t, t->type, e);
    case DXF_UNREAD:
        return give_fault(d, t, t->type, e);
    case DXF_LINES:
        return count_line(d, t, 1) ? STATUS_OK : error_no_memory(e);
    case DXF_INSERT:
        if (!b || b->unread)
            return give_fault(d, t, b ? b->unread->type : t->type, e);
        return b->lines == 0 || count_line(d, t, b->lines * t->copies) ? STATUS_OK : error_no_memory(e);
    default:
        count_other(d, t->type);
        return STATUS_OK;
    }
}

static enum status note_others(struct dxf_reading *d, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 3000);
    for (size_t i = 0; i < d->n_others; i++)
        buffer_printf(&b, "%s%s %lld", i ? ", " : "", d->others[i].type, (long long)d->others[i].n);
    enum status s = STATUS_OK;
    if (b.size)
        s = child_note(
            d->c, "features-skipped",
            arena_printf(d->c->keep, "图中还有注记、点、填充等（%s），不是地块，未读取。", b.data),
            arena_printf(d->c->keep,
                         "The drawing also holds texts, points, hatches and the like (%s), which are no "
                         "plots and were not read.",
                         b.data),
            e);
    buffer_release(&b);
    return s;
}

static enum status settle(struct dxf_reading *d, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < d->scan.n; i++)
        s = settle_entity(d, i, e);
    for (size_t i = 0; s == STATUS_OK && i < d->n_lines; i++)
        s = give_lines(d, &d->lines[i], e);
    return s == STATUS_OK ? note_others(d, e) : s;
}

/* ---- what GDAL gives ---- */

static bool is_curved(const struct dxf_reading *d, const struct dxf_entity *t)
{
    return t && (t->curved || (t->block >= 0 && d->scan.blocks[t->block].curved));
}

static enum status give_feature(struct dxf_reading *d, OGRFeatureH f, const struct dxf_entity *t,
                                struct error *e)
{
    struct child *c = d->c;
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    const char *layer = OGR_F_GetFieldAsString(f, FIELD_LAYER);
    const char *handle =
        OGR_F_IsFieldSetAndNotNull(f, FIELD_HANDLE) ? OGR_F_GetFieldAsString(f, FIELD_HANDLE) : "";
    struct feature out = record_of(d, layer, handle);
    for (int i = 0; i < FIELDS; i++)
        d->values[i] = OGR_F_IsFieldSetAndNotNull(f, i) ? OGR_F_GetFieldAsString(f, i) : NULL;
    if (g && wkbFlatten(OGR_G_GetGeometryType(g)) == wkbPolygon)
        OGR_G_CloseRings(g);
    enum status s = child_areas_of(g, CLOSED_LINES_ARE_AREAS, false, &d->areas, e);
    if (s != STATUS_OK)
        return s;
    out.wkb = (const unsigned char *)d->areas.wkb.data;
    out.n_wkb = d->areas.wkb.size;
    out.curved = d->areas.curved || is_curved(d, t);
    out.fault = d->areas.fault.code[0] ? &d->areas.fault : NULL;
    return child_feature(c, &out, e);
}

static void widen(double box[4], bool *any, OGRGeometryH g)
{
    OGREnvelope one;
    OGR_G_GetEnvelope(g, &one);
    const double got[4] = {one.MinX, one.MinY, one.MaxX, one.MaxY};
    for (int i = 0; i < 4; i++)
        if (!*any || (i < 2 ? got[i] < box[i] : got[i] > box[i]))
            box[i] = got[i];
    *any = true;
}

/* All features once: with `info` for the box of the areas among them, without to give them out. */
static enum status each_feature(struct dxf_reading *d, struct feature_stream_info *info, struct error *e)
{
    struct child *c = d->c;
    enum status s = STATUS_OK;
    d->at = 0;
    memset(d->came, 0, (d->scan.n + 1) * sizeof *d->came);
    OGR_L_ResetReading(d->layer);
    c->failure[0] = '\0';
    for (OGRFeatureH f; s == STATUS_OK && (f = OGR_L_GetNextFeature(d->layer));) {
        arena_reset(c->scratch);
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        const struct dxf_entity *t = find_entity(d, f, g);
        bool record = is_record(d, t, f, g) && is_chosen(d, OGR_F_GetFieldAsString(f, FIELD_LAYER));
        if (record && t)
            d->came[t - d->scan.entities].given = true;
        if (record && info && g && !OGR_G_IsEmpty(g))
            widen(info->box, &info->has_box, g);
        else if (record && !info)
            s = give_feature(d, f, t, e);
        OGR_F_Destroy(f);
    }
    return s == STATUS_OK && c->failure[0] ? child_fail_broken(c, e) : s;
}

/* ---- opening ---- */

/* AC1021 and later are UTF-8 and say a code page of old; files that do not keep to it are decided by their
 * bytes. */
static void decide_encoding(struct dxf_reading *d, struct feature_stream_info *info)
{
    const struct dxf_scan *s = &d->scan;
    const char *stated = s->unicode ? "UTF-8" : s->code_page;
    bool says_gbk = text_states_gb(stated);
    bool other = !s->unicode && *s->code_page && !says_gbk && strcasestr(s->code_page, "1252") == NULL;
    d->gbk = text_votes(&s->votes) && text_vote_decide(&s->votes, stated) == TEXT_GB18030;
    if (other && d->gbk)
        return; /* of another country, perhaps: as it says */
    CPLSetConfigOption("DXF_ENCODING", d->gbk ? "CP936" : "UTF-8");
    info->encoding_misdeclared = text_votes(&s->votes) && d->gbk != says_gbk;
    info->encoding = info->encoding_misdeclared ? text_encoding_name(d->gbk ? TEXT_GB18030 : TEXT_UTF8) : "";
}

static enum status check_layer(struct dxf_reading *d, struct error *e)
{
    struct child *c = d->c;
    struct child_choice *all = arena_array(c->keep, LAYERS_MAX, sizeof *all);
    size_t n = 0, chosen;
    for (size_t i = 0; all && i < d->scan.n && n < LAYERS_MAX; i++) {
        if (i && d->scan.entities[i].layer == d->scan.entities[i - 1].layer)
            continue;
        const char *name = text_of(d, d->scan.entities[i].layer, c->keep);
        size_t k = 0;
        while (name && k < n && strcmp(all[k].name, name) != 0)
            k++;
        if (name && k == n)
            all[n++] = (struct child_choice){name, "", true};
    }
    if (!all)
        return error_no_memory(e);
    enum status s = child_choose(c, all, n, &chosen, e);
    if (s == STATUS_OK)
        c->layer = all[chosen].name;
    return s;
}

static enum status open_drawing(struct dxf_reading *d, const char *name, struct feature_stream_info *info,
                                struct error *e)
{
    static const char *const drivers[] = {"DXF", NULL};
    struct child *c = d->c;
    enum status s = dxf_scan_file(c, name, &d->scan, e);
    if (s != STATUS_OK)
        return s;
    decide_encoding(d, info);
    d->came = arena_array(c->keep, d->scan.n + 1, sizeof *d->came);
    if (!d->came || !index_handles(d))
        return error_no_memory(e);
    s = child_open_gdal(c, name, drivers, NULL, &d->data, e);
    if (s != STATUS_OK)
        return s;
    d->layer = GDALDatasetGetLayerByName(d->data, "entities");
    if (!d->layer || OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(d->layer)) < FIELDS)
        return child_fail_open(c, e);
    return c->layer && !c->list ? check_layer(d, e) : STATUS_OK;
}

static enum status list_layer(struct dxf_reading *d, const struct feature_stream_info *info, struct error *e)
{
    struct sandbox_layer l = {.name = "", /* GDAL's "entities" is none that could be asked for */
                              .may_be_areas = true,
                              .n_declared = -1,
                              .has_box = info->has_box,
                              .schema = info->schema};
    memcpy(l.box, info->box, sizeof l.box);
    return child_layer(d->c, &l, e);
}

enum status child_read_dxf(struct child *c, const char *name, struct error *e)
{
    static const char *const names[FIELDS] = {"Layer",    "PaperSpace",   "SubClasses",
                                              "Linetype", "EntityHandle", "Text"};
    static const char *const none[FIELDS] = {"", "", "", "", "", ""};
    static const enum feature_type types[FIELDS] = {FEATURE_TEXT, FEATURE_INTEGER};
    static const struct feature_schema schema = {
        .names = names, .aliases = none, .types = types, .n = FIELDS};
    static struct dxf_reading d;
    struct feature_stream_info info = {
        .driver = "DXF", .layer = "entities", .n_declared = -1, .drawing = true, .schema = &schema};
    d.c = c;
    buffer_init(&d.areas.wkb, 0);
    enum status s = open_drawing(&d, name, &info, e);
    if (s == STATUS_OK)
        s = each_feature(&d, &info, e);
    if (s == STATUS_OK)
        s = child_header(c, &info, e);
    if (s == STATUS_OK && c->list)
        return list_layer(&d, &info, e);
    if (s == STATUS_OK)
        s = each_feature(&d, NULL, e);
    return s == STATUS_OK ? settle(&d, e) : s;
}

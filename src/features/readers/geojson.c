#include "features/readers/geojson.h"
#include "features/stream.h"
#include "geo/crs/words.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "features/binding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What jansson's tree of a text takes, about: a list of two numbers, the smallest honest position, is 13
 * bytes of text and 170 in the tree; an empty object is 3 bytes and 250. So a text may take a multiple of
 * itself that is enough for any honest one. */
enum { OBJECT_BYTES = 250, LIST_BYTES = 110, MEMBER_BYTES = 64, VALUE_BYTES = 32 };
enum { TREE_PER_BYTE = 30 };
#define TREE_BYTES_LEAST ((size_t)64 << 20)
#define TREE_BYTES_MAX ((size_t)480 << 20)

static size_t tree_bytes(char c)
{
    switch (c) {
    case '{':
        return OBJECT_BYTES;
    case '[':
        return LIST_BYTES;
    case ':':
        return MEMBER_BYTES;
    case ',':
        return VALUE_BYTES;
    default:
        return 0;
    }
}

struct reader {
    struct parsing *p;
    struct geo_crs crs;
    bool crs_said;
    bool warned_z;
    int32_t outer;   /* index of the outer ring of the polygon; -1 before it */
    size_t feature;  /* 1-based */
    size_t ring;     /* of the feature, 1-based */
    uint32_t points; /* of the feature */
};

static enum status fail_feature(const struct reader *r, enum status s, const char *code, const char *zh,
                                const char *en)
{
    error_zh(r->p->error, "第%zu个要素：%s", r->feature, zh);
    return error_fail(r->p->error, s, code, "Feature %zu: %s", r->feature, en);
}

static enum status fail_position(const struct reader *r, size_t point)
{
    error_zh(r->p->error, "第%zu个要素第%zu个环第%zu个点不是[经度, 纬度]两个数；请改正该点。", r->feature,
             r->ring, point);
    return error_fail(
        r->p->error, STATUS_INVALID_INPUT, "geojson-position",
        "Feature %zu, ring %zu, point %zu is not two numbers [longitude, latitude]; correct it.", r->feature,
        r->ring, point);
}

static enum status fail_at_point(const struct reader *r, size_t point, enum status s)
{
    struct parsing_place place = {
        .zh = parsing_printf(r->p, "第%zu个要素第%zu个环第%zu个点", r->feature, r->ring, point),
        .en = parsing_printf(r->p, "Feature %zu, ring %zu, point %zu", r->feature, r->ring, point),
    };
    return parsing_fail_in(r->p, s, place);
}

static void warn_z(struct reader *r)
{
    if (r->warned_z)
        return;
    r->warned_z = true;
    parsing_warn(r->p, "z-ignored", "坐标带有高程或更多的值，核查只用平面位置，已忽略。",
                 "Coordinates have a height or more values; only the position is used.");
}

static enum status read_position(struct reader *r, const json_t *position, size_t i)
{
    size_t n = json_array_size(position); /* 0 for what is no array */
    const json_t *x = json_array_get(position, 0);
    const json_t *y = json_array_get(position, 1);
    if (n < 2 || !json_is_number(x) || !json_is_number(y))
        return fail_position(r, i + 1);
    if (n > 2)
        warn_z(r);
    double px = json_number_value(x), py = json_number_value(y);
    ring_list_point(&r->p->policy.rings, px, py);
    enum status s = parcel_geojson_check_point(&r->crs, r->crs_said, px, py, r->p->error);
    return s == STATUS_OK ? s : fail_at_point(r, i + 1, s);
}

static enum status read_ring(struct reader *r, const json_t *ring)
{
    size_t n = json_array_size(ring);
    r->ring++;
    if (n == 0)
        return fail_feature(r, STATUS_INVALID_INPUT, "geojson-coordinates",
                            "有一个环没有坐标；请补全或删去该环。",
                            "A ring has no coordinates; complete it or remove it.");
    size_t index = r->p->policy.rings.n_rings;
    ring_list_begin(&r->p->policy.rings, r->outer);
    if (r->outer < 0)
        r->outer = (int32_t)index;
    for (size_t i = 0; i < n; i++) {
        enum status s = read_position(r, json_array_get(ring, i), i);
        if (s != STATUS_OK)
            return s;
    }
    if (r->p->policy.rings.failed)
        return error_no_memory(r->p->error);
    bool closed = ring_list_closed(&r->p->policy.rings, index);
    if (!closed && parsing_warn_wanted(r->p, "ring-closed"))
        parsing_warn(
            r->p, "ring-closed",
            parsing_printf(r->p, "第%zu个要素第%zu个环首尾不闭合，已自动闭合。", r->feature, r->ring),
            parsing_printf(r->p, "Feature %zu, ring %zu was open and has been closed.", r->feature, r->ring));
    r->points += (uint32_t)n + !closed;
    return STATUS_OK;
}

static enum status read_polygon(struct reader *r, const json_t *rings)
{
    size_t n = json_array_size(rings);
    if (n == 0)
        return fail_feature(r, STATUS_INVALID_INPUT, FEATURE_NO_GEOMETRY);
    r->outer = -1;
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < n; i++)
        s = read_ring(r, json_array_get(rings, i));
    return s;
}

static enum status fail_geometry_type(const struct reader *r, const char *type)
{
    const char *shown = parsing_short(r->p, type);
    error_zh(r->p->error, "第%zu个要素的图形是“%s”，不是面；核查只接受Polygon、MultiPolygon。", r->feature,
             shown ? shown : "");
    return error_fail(
        r->p->error, STATUS_UNSUPPORTED, "geojson-geometry-type",
        "The geometry of feature %zu is \"%s\", not an area; only Polygon and MultiPolygon are checked.",
        r->feature, shown ? shown : "");
}

static enum status read_geometry(struct reader *r, const json_t *geometry);

/* Every member of an array through one function; nesting is bounded by LIMIT_JSON_DEPTH. */
static enum status read_each(struct reader *r, const json_t *list,
                             enum status (*one)(struct reader *, const json_t *))
{
    size_t n = json_array_size(list);
    if (n == 0)
        return fail_feature(r, STATUS_INVALID_INPUT, FEATURE_NO_GEOMETRY);
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < n; i++)
        s = one(r, json_array_get(list, i));
    return s;
}

static enum status read_geometry(struct reader *r, const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    if (!type)
        return fail_feature(r, STATUS_INVALID_INPUT, FEATURE_NO_GEOMETRY);
    if (strcmp(type, "Polygon") == 0)
        return read_polygon(r, json_object_get(geometry, "coordinates"));
    if (strcmp(type, "MultiPolygon") == 0)
        return read_each(r, json_object_get(geometry, "coordinates"), read_polygon);
    if (strcmp(type, "GeometryCollection") == 0)
        return read_each(r, json_object_get(geometry, "geometries"), read_geometry);
    return fail_geometry_type(r, type);
}

/* ---- properties ---- */

static const char *shortest(struct parsing *p, double v)
{
    char text[SHORTEST_SIZE];
    decimal_shortest_plain(v, text);
    return arena_strdup(p->context->arena, text);
}

/* As text; NULL is null. A list or an object stands as it is. */
static bool value_text(struct parsing *p, const json_t *v, const char **text, int *type)
{
    struct arena *a = p->context->arena;
    *type = json_is_integer(v)  ? FIELD_INTEGER
            : json_is_real(v)   ? FIELD_REAL
            : json_is_string(v) ? FIELD_TEXT
                                : FIELD_JSON;
    *text = NULL;
    if (json_is_null(v))
        return true;
    if (json_is_string(v)) {
        *text = arena_strdup(a, json_string_value(v));
    } else if (json_is_integer(v)) {
        *text = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else if (json_is_real(v)) {
        *text = shortest(p, json_real_value(v));
    } else {
        char *dump = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
        *text = dump ? arena_strdup(a, dump) : NULL;
        free(dump);
    }
    return *text != NULL;
}

/* The member `id` first, then the properties in the file's order. */
static enum status read_fields(struct reader *r, const json_t *feature)
{
    struct parsing *p = r->p;
    const json_t *id = json_object_get(feature, "id"), *properties = json_object_get(feature, "properties");
    size_t room = json_object_size(properties) + 1, n = 0;
    const char **names = arena_array(p->context->arena, room, sizeof *names);
    const char **values = arena_array(p->context->arena, room, sizeof *values);
    int *types = arena_array(p->context->arena, room, sizeof *types);
    bool ok = names && values && types;
    if (ok && id && !json_is_null(id)) {
        names[0] = BINDING_FEATURE_ID;
        ok = value_text(p, id, &values[0], &types[0]);
        n = 1;
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)properties, key, value)
    {
        if (!ok || n == room)
            break;
        names[n] = arena_strdup(p->context->arena, key);
        ok = names[n] && value_text(p, value, &values[n], &types[n]);
        n++;
    }
    p->fields = (struct parcel_fields){names, values, types, n};
    return ok ? STATUS_OK : error_no_memory(p->error);
}

/* Of a record the value of a field by its usual names; NULL when there is none, or it is empty. */
static const char *bound_text(const struct parsing *p, enum bound_field field)
{
    int i = binding_find(field, p->fields.names, NULL, p->fields.n);
    return i >= 0 && p->fields.values[i] && *p->fields.values[i] ? p->fields.values[i] : NULL;
}

/* A number beyond 2^53 has lost digits before we saw it: two plots may have become one. */
static enum status check_id(struct reader *r)
{
    const struct parcel_fields *f = &r->p->fields;
    int i = binding_find(BOUND_ID, f->names, NULL, f->n);
    if (i < 0 || f->types[i] != FIELD_REAL || fabs(strtod(f->values[i], NULL)) < 9007199254740992.0)
        return STATUS_OK;
    return fail_feature(
        r, STATUS_INVALID_INPUT, "id-number-rounded",
        "编号写成了位数过多的小数，尾数已经丢失；请把编号写成带引号的文字。",
        "The id is a number with more digits than numbers keep; write it as text, in quotes.");
}

static void read_properties(struct reader *r, struct parcel *parcel, struct declared_area *area)
{
    struct parsing *p = r->p;
    const char *id = bound_text(p, BOUND_ID), *name = bound_text(p, BOUND_NAME),
               *use = bound_text(p, BOUND_USE);
    const char *mj = bound_text(p, BOUND_AREA);
    parcel->id = id ? id : parsing_printf(p, "%zu", r->feature);
    parcel->name = name ? name : "";
    parcel->use = use ? use : "";
    if (!mj || !parsing_area_text(mj, area))
        *area = (struct declared_area){NAN, AREA_UNIT_UNSAID, NULL};
}

/* Properties that say that the coordinates are of another datum, a local system or a web map. */
static enum status check_system(struct reader *r)
{
    const struct parcel_fields *f = &r->p->fields;
    for (size_t i = 0; i < f->n; i++) {
        const char *text = f->types[i] == FIELD_TEXT ? f->values[i] : NULL;
        enum status s = text ? crs_words_of_attribute(f->names[i], text, r->p->error) : STATUS_OK;
        if (s == STATUS_OK)
            continue;
        const char *key = parsing_short(r->p, f->names[i]), *said = parsing_short(r->p, text);
        struct parsing_place place = {.zh = parsing_printf(r->p, "第%zu个要素的属性“%s”写明“%s”", r->feature,
                                                           key ? key : "", said ? said : ""),
                                      .en =
                                          parsing_printf(r->p, "Feature %zu, whose property \"%s\" is \"%s\"",
                                                         r->feature, key ? key : "", said ? said : "")};
        return place.zh && place.en ? parsing_fail_in(r->p, s, place) : error_no_memory(r->p->error);
    }
    return STATUS_OK;
}

static enum status read_feature(struct reader *r, const json_t *feature)
{
    struct parsing *p = r->p;
    const char *type = json_string_value(json_object_get(feature, "type"));
    bool bare = type && strcmp(type, "Feature") != 0;
    struct parcel parcel = {.crs = r->crs};
    struct declared_area area;
    r->feature++;
    r->ring = 0;
    r->points = 0;
    ring_list_clear(&p->policy.rings);
    enum status s = read_fields(r, feature);
    if (s == STATUS_OK && p->context->sink)
        s = p->context->sink->record(p->context->sink->user, &p->fields, p->error);
    if (s == STATUS_OK)
        s = check_system(r);
    if (s == STATUS_OK)
        s = check_id(r);
    if (s == STATUS_OK)
        s = read_geometry(r, bare ? feature : json_object_get(feature, "geometry"));
    if (s != STATUS_OK)
        return s;
    read_properties(r, &parcel, &area);
    parcel.delivered_points = r->points;
    if (!parcel.id)
        return error_no_memory(p->error);
    const char *id = parsing_short(p, parcel.id);
    struct parsing_place place = {
        .zh = parsing_printf(p, "第%zu个要素（编号“%s”）", r->feature, id ? id : ""),
        .en = parsing_printf(p, "Feature %zu (id \"%s\")", r->feature, id ? id : "")};
    return parsing_add(p, &parcel, place, area);
}

static enum status read_collection(struct reader *r, const json_t *root)
{
    const json_t *features = json_object_get(root, "features");
    size_t n = json_array_size(features);
    if (n == 0) {
        error_zh(r->p->error, "要素集合（FeatureCollection）里没有要素；请至少给出一个地块。");
        return error_fail(r->p->error, STATUS_INVALID_INPUT, "geojson-no-features",
                          "The FeatureCollection has no features; give at least one parcel.");
    }
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < n; i++)
        s = read_feature(r, json_array_get(features, i));
    return s;
}

static enum status fail_not_geojson(struct parsing *p, const json_t *root)
{
    bool esri = json_object_get(root, "geometryType") || json_object_get(root, "rings");
    error_zh(p->error,
             "这是%s，不是GeoJSON：最外层应有\"type\":"
             "\"FeatureCollection\"、\"Feature\"、\"Polygon\"或\"MultiPolygon\"。",
             esri ? "Esri JSON" : "一般的JSON");
    return error_fail(
        p->error, esri ? STATUS_UNSUPPORTED : STATUS_INVALID_INPUT, "geojson-type",
        "This is %s, not GeoJSON: the outermost object needs \"type\": \"FeatureCollection\", \"Feature\", "
        "\"Polygon\" or \"MultiPolygon\".",
        esri ? "Esri JSON" : "other JSON");
}

static enum status read_root(struct reader *r, const json_t *root)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    if (!type || strcmp(type, "Topology") == 0)
        return fail_not_geojson(r->p, root);
    enum status s = parcel_geojson_crs(r->p, root, &r->crs, &r->crs_said);
    if (s != STATUS_OK)
        return s;
    return strcmp(type, "FeatureCollection") == 0 ? read_collection(r, root) : read_feature(r, root);
}

/* Depth and size of the tree, before jansson builds it: both cost memory and the first costs stack. */
static enum status check_extent(const char *text, size_t n, struct error *e)
{
    size_t bytes = 0, most = TREE_BYTES_LEAST + TREE_PER_BYTE * n;
    most = most < TREE_BYTES_MAX ? most : TREE_BYTES_MAX;
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < n && depth <= LIMIT_JSON_DEPTH; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
        if (!quoted)
            bytes += tree_bytes(c);
    }
    if (depth <= LIMIT_JSON_DEPTH && bytes <= most)
        return STATUS_OK;
    error_zh(
        e, "JSON嵌套超过%d层，或数值、列表、对象太多（要占内存%zu兆字节以上）；请检查文件，或分成几个文件。",
        LIMIT_JSON_DEPTH, most >> 20);
    return error_fail(
        e, STATUS_TOO_LARGE, "json-too-large",
        "The JSON is nested more than %d deep, or has so many values, lists and objects that they would take "
        "more than %zu MB; check the file, or split it.",
        LIMIT_JSON_DEPTH, most >> 20);
}

/* Lines and columns of the file, of which the text may be a piece behind a line of ours. */
static enum status fail_json(const struct parcel_context *c, json_error_t *why, struct error *e)
{
    if (why->line == 2 && c->columns_before)
        why->column += (int)c->columns_before;
    why->line += (int)c->lines_before;
    if (json_error_code(why) == json_error_numeric_overflow && strstr(why->text, "integer")) {
        error_zh(e, "第%d行第%d列：整数超过19位，数字会丢失；编号请写成带引号的文字。", why->line,
                 why->column);
        return error_fail(
            e, STATUS_INVALID_INPUT, "json-number-too-long",
            "Line %d, column %d: an integer of more than 19 digits would lose some; write ids as text, "
            "in quotes.",
            why->line, why->column);
    }
    bool not_a_number = strstr(why->text, "NaN") || strstr(why->text, "nan") || strstr(why->text, "Infinity");
    if (json_error_code(why) == json_error_out_of_memory)
        return error_no_memory(e);
    if (not_a_number) {
        error_zh(e, "第%d行第%d列：NaN、Infinity不是JSON的数；请补上该处的坐标或数值。", why->line,
                 why->column);
        return error_fail(
            e, STATUS_INVALID_INPUT, "json-not-a-number",
            "Line %d, column %d: NaN and Infinity are not JSON numbers; fill in the value there.", why->line,
            why->column);
    }
    error_zh(e, "JSON在第%d行第%d列有语法错误（%s）；请改正或重新导出。", why->line, why->column, why->text);
    return error_fail(e, STATUS_INVALID_INPUT, "json-syntax",
                      "The JSON has an error at line %d, column %d (%s); correct it or export it again.",
                      why->line, why->column, why->text);
}

enum status parcel_geojson_read(struct parsing *p, char *text, size_t n)
{
    json_error_t why;
    enum status s = check_extent(text, n, p->error);
    if (s != STATUS_OK)
        return s;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return fail_json(p->context, &why, p->error);
    struct reader r = {.p = p, .feature = p->context->plots_before};
    s = read_root(&r, root);
    json_decref(root);
    return s;
}

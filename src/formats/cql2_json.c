#include "formats/cql2_parts.h"

#include <jansson.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct error *error;
};

static enum status fail_at(const struct reader *r, const char *pointer, const char *zh, const char *en)
{
    return cql2_fail(&(struct cql2_node){.pointer = pointer}, "bad-filter", zh, en, r->error);
}

/* "/args/0/args/1"; "" when memory is out, which the next node tells. */
static const char *below(const struct reader *r, const char *pointer, const char *key, size_t i)
{
    const char *text = arena_printf(r->arena, "%s/%s/%zu", pointer, key, i);
    return text ? text : "";
}

static struct cql2_node *new_node(const struct reader *r, enum cql2_kind kind, const char *pointer)
{
    struct cql2_node *n = cql2_node_new(r->arena, kind);
    if (n)
        n->pointer = pointer;
    return n;
}

/* ---- geometries: GeoJSON ---- */

static enum status read_position(const struct reader *r, const json_t *v, const char *pointer,
                                 struct cql2_geometry *to)
{
    size_t n = json_array_size(v);
    bool right = n == 2 || n == 3;
    for (size_t i = 0; i < n; i++)
        right = right && json_is_number(json_array_get(v, i));
    if (!right)
        return fail_at(r, pointer, "位置应为两个数，或带高程的三个数。",
                       "a position has two numbers, or three with a height.");
    return cql2_add_position(r->arena, to, json_number_value(json_array_get(v, 0)),
                             json_number_value(json_array_get(v, 1)))
               ? STATUS_OK
               : error_no_memory(r->error);
}

static enum status read_coordinates(const struct reader *r, const json_t *v, enum cql2_shape type,
                                    const char *pointer, struct cql2_geometry **out)
{
    struct cql2_geometry *g = arena_alloc(r->arena, sizeof *g);
    enum status s = STATUS_OK;
    if (!g)
        return error_no_memory(r->error);
    g->type = type;
    *out = g;
    if (!json_is_array(v))
        return fail_at(r, pointer, "应有 coordinates 数组。", "an array of coordinates is needed.");
    if (type == CQL2_POINT)
        return read_position(r, v, pointer, g);
    enum cql2_shape part = type == CQL2_MULTIPOINT     ? CQL2_POINT
                           : type == CQL2_MULTIPOLYGON ? CQL2_POLYGON
                                                       : CQL2_LINE;
    for (size_t i = 0; !s && i < json_array_size(v); i++) {
        struct cql2_geometry *inner = NULL;
        if (type == CQL2_LINE) {
            s = read_position(r, json_array_get(v, i), pointer, g);
            continue;
        }
        s = read_coordinates(r, json_array_get(v, i), part, pointer, &inner);
        if (!s && !cql2_add_part(r->arena, g, inner))
            s = error_no_memory(r->error);
    }
    return s ? s : cql2_check_geometry(&(struct cql2_node){.pointer = pointer}, g, r->error);
}

static enum status read_geometry(const struct reader *r, const json_t *v, const char *pointer, int depth,
                                 struct cql2_geometry **out);

static enum status read_collection(const struct reader *r, const json_t *v, const char *pointer, int depth,
                                   struct cql2_geometry **out)
{
    const json_t *members = json_object_get(v, "geometries");
    struct cql2_geometry *g = arena_alloc(r->arena, sizeof *g);
    enum status s = STATUS_OK;
    if (!g)
        return error_no_memory(r->error);
    g->type = CQL2_COLLECTION;
    *out = g;
    for (size_t i = 0; !s && i < json_array_size(members); i++) {
        struct cql2_geometry *inner = NULL;
        s = read_geometry(r, json_array_get(members, i), below(r, pointer, "geometries", i), depth + 1,
                          &inner);
        if (!s && !cql2_add_part(r->arena, g, inner))
            s = error_no_memory(r->error);
    }
    return s ? s : cql2_check_geometry(&(struct cql2_node){.pointer = pointer}, g, r->error);
}

static enum status read_geometry(const struct reader *r, const json_t *v, const char *pointer, int depth,
                                 struct cql2_geometry **out)
{
    static const char *const names[] = {"Point",      "LineString",      "Polygon",
                                        "MultiPoint", "MultiLineString", "MultiPolygon"}; /* as cql2_shape */
    const char *type = json_string_value(json_object_get(v, "type"));
    if (depth > CQL2_DEPTH_MAX)
        return cql2_fail_depth(&(struct cql2_node){.pointer = pointer}, r->error);
    if (type && strcmp(type, "GeometryCollection") == 0)
        return read_collection(r, v, pointer, depth, out);
    for (int i = 0; type && i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(type, names[i]) == 0)
            return read_coordinates(r, json_object_get(v, "coordinates"), (enum cql2_shape)i, pointer, out);
    return fail_at(r, pointer, "应为 GeoJSON 的图形（type 与 coordinates）。",
                   "a geometry of GeoJSON (type and coordinates) is needed.");
}

static enum status read_box(const struct reader *r, const json_t *v, const char *pointer,
                            struct cql2_geometry **out)
{
    size_t n = json_array_size(v), upper = n / 2;
    struct cql2_geometry *g = arena_alloc(r->arena, sizeof *g);
    bool right = n == 4 || n == 6;
    for (size_t i = 0; i < n; i++)
        right = right && json_is_number(json_array_get(v, i));
    if (!right)
        return fail_at(r, pointer, "bbox 应为四个数，或带高程的六个数。",
                       "a bbox has four numbers, or six with heights.");
    if (!g)
        return error_no_memory(r->error);
    g->type = CQL2_BOX;
    *out = g;
    for (size_t i = 0; i < n; i += upper)
        if (!cql2_add_position(r->arena, g, json_number_value(json_array_get(v, i)),
                               json_number_value(json_array_get(v, i + 1))))
            return error_no_memory(r->error);
    return STATUS_OK;
}

/* ---- values ---- */

static enum status read_text(const struct reader *r, const json_t *v, const char *pointer,
                             enum cql2_kind kind, struct cql2_node **out)
{
    struct cql2_node *n = new_node(r, kind, pointer);
    if (!json_is_string(v))
        return fail_at(r, pointer, "应为文字。", "a text is needed.");
    if (!n || !(n->text = arena_strdup(r->arena, json_string_value(v))))
        return error_no_memory(r->error);
    *out = n;
    return STATUS_OK;
}

static enum status read_instant(const struct reader *r, const json_t *v, const char *pointer,
                                enum cql2_kind kind, struct cql2_node **out)
{
    enum status s = read_text(r, v, pointer, CQL2_TEXT, out);
    if (!s)
        s = cql2_instant(*out, false, r->error);
    if (!s && (*out)->kind != kind)
        return fail_at(r, pointer, "date 只含日期，timestamp 须有时刻。",
                       "a date has a day alone, a timestamp has a time.");
    return s;
}

static enum status read_interval(const struct reader *r, const json_t *v, const char *pointer,
                                 struct cql2_node **out)
{
    struct cql2_node *n = new_node(r, CQL2_INTERVAL, pointer);
    if (json_array_size(v) != 2)
        return fail_at(r, pointer, "interval 应有起、止两项。", "an interval has two ends.");
    if (!n)
        return error_no_memory(r->error);
    *out = n;
    for (size_t i = 0; i < 2; i++) {
        const json_t *end = json_array_get(v, i), *property = json_object_get(end, "property");
        const char *here = below(r, pointer, "interval", i);
        struct cql2_node *value = NULL;
        enum status s = property ? read_text(r, property, here, CQL2_PROPERTY, &value)
                                 : read_text(r, end, here, CQL2_TEXT, &value);
        if (!s && !property)
            s = cql2_instant(value, true, r->error);
        if (!s && !cql2_add_arg(r->arena, n, value))
            s = error_no_memory(r->error);
        if (s)
            return s;
    }
    return STATUS_OK;
}

static enum status fail_op(const struct reader *r, const char *pointer, const json_t *op)
{
    const char *name = json_string_value(op);
    return cql2_fail_unread(&(struct cql2_node){.pointer = pointer}, name ? name : "op",
                            name ? strlen(name) : 2, r->error);
}

static enum status read_object(const struct reader *r, const json_t *v, const char *pointer,
                               struct cql2_node **out)
{
    const json_t *inner;
    if ((inner = json_object_get(v, "op")))
        return fail_op(r, pointer, inner);
    if ((inner = json_object_get(v, "property")))
        return read_text(r, inner, pointer, CQL2_PROPERTY, out);
    if ((inner = json_object_get(v, "date")))
        return read_instant(r, inner, pointer, CQL2_DAY, out);
    if ((inner = json_object_get(v, "timestamp")))
        return read_instant(r, inner, pointer, CQL2_TIME, out);
    if ((inner = json_object_get(v, "interval")))
        return read_interval(r, inner, pointer, out);
    struct cql2_geometry *g = NULL;
    struct cql2_node *n = new_node(r, CQL2_GEOMETRY, pointer);
    if (!n)
        return error_no_memory(r->error);
    inner = json_object_get(v, "bbox");
    enum status s = inner && !json_object_get(v, "type") ? read_box(r, inner, pointer, &g)
                                                         : read_geometry(r, v, pointer, 0, &g);
    n->geometry = g;
    *out = n;
    return s;
}

static enum status read_value(const struct reader *r, const json_t *v, const char *pointer,
                              struct cql2_node **out)
{
    if (json_is_object(v))
        return read_object(r, v, pointer, out);
    if (json_is_string(v))
        return read_text(r, v, pointer, CQL2_TEXT, out);
    if (!json_is_number(v) && !json_is_boolean(v))
        return fail_at(r, pointer, "应为文字、数、true、false 或对象。",
                       "a text, a number, true, false or an object is needed.");
    struct cql2_node *n = new_node(r, json_is_number(v) ? CQL2_NUMBER : CQL2_BOOLEAN, pointer);
    if (!n)
        return error_no_memory(r->error);
    n->number = json_is_number(v) ? json_number_value(v) : json_is_true(v);
    *out = n;
    return STATUS_OK;
}

/* ---- predicates ---- */

static enum status read_predicate(const struct reader *r, const json_t *v, const char *pointer, int depth,
                                  struct cql2_node **out);

static const struct operation {
    const char *name;
    enum cql2_kind kind;
    enum cql2_op op;
    size_t min, max; /* arguments */
} operations[] = {
    {"and", CQL2_AND, CQL2_NO_OP, 2, CQL2_BYTES_MAX},
    {"or", CQL2_OR, CQL2_NO_OP, 2, CQL2_BYTES_MAX},
    {"not", CQL2_NOT, CQL2_NO_OP, 1, 1},
    {"=", CQL2_COMPARE, CQL2_EQ, 2, 2},
    {"<>", CQL2_COMPARE, CQL2_NE, 2, 2},
    {"<", CQL2_COMPARE, CQL2_LT, 2, 2},
    {"<=", CQL2_COMPARE, CQL2_LE, 2, 2},
    {">", CQL2_COMPARE, CQL2_GT, 2, 2},
    {">=", CQL2_COMPARE, CQL2_GE, 2, 2},
    {"like", CQL2_LIKE, CQL2_NO_OP, 2, 2},
    {"between", CQL2_BETWEEN, CQL2_NO_OP, 3, 3},
    {"in", CQL2_IN, CQL2_NO_OP, 2, 2},
    {"isNull", CQL2_IS_NULL, CQL2_NO_OP, 1, 1},
};

/* False: no predicate of that name. */
static bool find_operation(const char *name, struct operation *out)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(operations[i].name, name) == 0) {
            *out = operations[i];
            return true;
        }
    enum cql2_op op = cql2_op_of(name, strlen(name));
    *out = (struct operation){name, cql2_op_is_spatial(op) ? CQL2_SPATIAL : CQL2_TEMPORAL, op, 2, 2};
    return op != CQL2_NO_OP;
}

static enum status add_arg(const struct reader *r, const json_t *v, const char *pointer, int depth,
                           struct cql2_node *to)
{
    struct cql2_node *arg = NULL;
    bool joins = to->kind == CQL2_AND || to->kind == CQL2_OR || to->kind == CQL2_NOT;
    enum status s = joins ? read_predicate(r, v, pointer, depth + 1, &arg) : read_value(r, v, pointer, &arg);
    if (s)
        return s;
    return cql2_add_arg(r->arena, to, arg) ? STATUS_OK : error_no_memory(r->error);
}

static enum status read_list(const struct reader *r, const json_t *v, const char *pointer,
                             struct cql2_node *to)
{
    enum status s = STATUS_OK;
    if (json_array_size(v) == 0)
        return fail_at(r, pointer, "in 的第二项应为数组，至少一个值。",
                       "the second argument of \"in\" is an array of at least one value.");
    for (size_t i = 0; !s && i < json_array_size(v); i++)
        s = add_arg(r, json_array_get(v, i), pointer, 0, to);
    return s;
}

static enum status read_predicate(const struct reader *r, const json_t *v, const char *pointer, int depth,
                                  struct cql2_node **out)
{
    struct operation o;
    const json_t *op = json_object_get(v, "op"), *args = json_object_get(v, "args");
    if (depth > CQL2_DEPTH_MAX)
        return cql2_fail_depth(&(struct cql2_node){.pointer = pointer}, r->error);
    if (json_is_boolean(v))
        return read_value(r, v, pointer, out);
    if (!json_is_string(op))
        return fail_at(r, pointer, "应为带 op 与 args 的对象，或 true、false。",
                       "an object with \"op\" and \"args\", or true or false, is needed.");
    if (!find_operation(json_string_value(op), &o))
        return fail_op(r, pointer, op);
    size_t n = json_array_size(args);
    if (n < o.min || n > o.max)
        return fail_at(r, pointer, "args 的个数不对。", "\"args\" has the wrong number of arguments.");
    struct cql2_node *node = new_node(r, o.kind, pointer);
    if (!node)
        return error_no_memory(r->error);
    node->op = o.op;
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < n; i++) {
        const char *here = below(r, pointer, "args", i);
        s = o.kind == CQL2_IN && i == 1 ? read_list(r, json_array_get(args, i), here, node)
                                        : add_arg(r, json_array_get(args, i), here, depth, node);
    }
    *out = node;
    return s;
}

enum status cql2_read_json(const char *text, struct arena *a, struct cql2_node **out, struct error *e)
{
    struct reader r = {a, e};
    struct cql2_node *tree = NULL;
    json_error_t why;
    size_t n = strlen(text);
    if (n > CQL2_BYTES_MAX)
        return cql2_fail_length(n, e);
    json_t *root = json_loadb(text, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        error_zh(e, "筛选条件不是 JSON：第 %d 行第 %d 列，%.160s。", why.line, why.column, why.text);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-filter",
                          "The filter is no JSON: line %d, column %d: %.160s.", why.line, why.column,
                          why.text);
    }
    enum status s = read_predicate(&r, root, "", 0, &tree);
    json_decref(root);
    if (!s)
        *out = tree;
    return s;
}

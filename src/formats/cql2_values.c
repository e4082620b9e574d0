/* Literals and properties. */
#include "formats/cql2_reader.h"

#include <string.h>

/* ---- geometries ---- */

static enum status read_part(struct cql2_reader *r, enum cql2_shape type, int depth,
                             struct cql2_geometry **out);

/* x y, or x y z; heights are passed over. */
static enum status read_position(struct cql2_reader *r, struct cql2_geometry *to)
{
    double x, y = 0, z;
    enum status s = cql2_number(r, &x);
    if (!s)
        s = cql2_number(r, &y);
    if (!s && *r->at != ',' && *r->at != ')')
        s = cql2_number(r, &z);
    if (s)
        return s;
    return cql2_add_position(r->arena, to, x, y) ? STATUS_OK : error_no_memory(r->error);
}

static struct cql2_geometry *new_geometry(const struct cql2_reader *r, enum cql2_shape type)
{
    struct cql2_geometry *g = arena_alloc(r->arena, sizeof *g);
    if (g)
        g->type = type;
    return g;
}

static enum status read_positions(struct cql2_reader *r, struct cql2_geometry *g)
{
    enum status s = cql2_need_sign(r, '(');
    do
        s = s ? s : read_position(r, g);
    while (!s && g->type == CQL2_LINE && cql2_take_sign(r, ','));
    return s ? s : cql2_need_sign(r, ')');
}

/* MULTIPOINT(1 2, 3 4) is written as often as MULTIPOINT((1 2), (3 4)). */
static enum status read_bare_point(struct cql2_reader *r, struct cql2_geometry **out)
{
    *out = new_geometry(r, CQL2_POINT);
    return *out ? read_position(r, *out) : error_no_memory(r->error);
}

static const struct {
    const char *name;
    enum cql2_shape type, part;
} shapes[] = {
    {"POINT", CQL2_POINT, CQL2_POINT},
    {"LINESTRING", CQL2_LINE, CQL2_LINE},
    {"POLYGON", CQL2_POLYGON, CQL2_LINE},
    {"MULTIPOINT", CQL2_MULTIPOINT, CQL2_POINT},
    {"MULTILINESTRING", CQL2_MULTILINE, CQL2_LINE},
    {"MULTIPOLYGON", CQL2_MULTIPOLYGON, CQL2_POLYGON},
    {"GEOMETRYCOLLECTION", CQL2_COLLECTION, CQL2_COLLECTION},
};

/* The number of its name at the place where we are, behind which a parenthesis or Z stands; -1: none. */
static int shape_here(const struct cql2_reader *r)
{
    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        if (cql2_is_word(r, shapes[i].name)) {
            struct cql2_reader next = *r;
            cql2_skip(&next, strlen(shapes[i].name));
            return *next.at == '(' || cql2_is_word(&next, "Z") || cql2_is_word(&next, "EMPTY") ? i : -1;
        }
    return -1;
}

static enum status read_tagged(struct cql2_reader *r, int shape, int depth, struct cql2_geometry **out)
{
    cql2_skip(r, strlen(shapes[shape].name));
    cql2_take_word(r, "Z");
    return read_part(r, shapes[shape].type, depth, out);
}

static enum status read_member(struct cql2_reader *r, enum cql2_shape of, int depth,
                               struct cql2_geometry **out)
{
    int shape = of == CQL2_COLLECTION ? shape_here(r) : -1;
    if (of == CQL2_COLLECTION)
        return shape >= 0 ? read_tagged(r, shape, depth, out)
                          : cql2_fail_expected(r, "一个图形", "a geometry");
    return of == CQL2_MULTIPOINT && *r->at != '(' ? read_bare_point(r, out)
                                                  : read_part(r, shapes[of].part, depth, out);
}

static enum status read_part(struct cql2_reader *r, enum cql2_shape type, int depth,
                             struct cql2_geometry **out)
{
    struct cql2_geometry *g = new_geometry(r, type);
    if (!g)
        return error_no_memory(r->error);
    *out = g;
    if (depth > CQL2_DEPTH_MAX)
        return cql2_fail_depth(&(struct cql2_node){.at = cql2_character(r, r->at)}, r->error);
    const char *from = r->at;
    enum status s = STATUS_OK;
    if (type == CQL2_POINT || type == CQL2_LINE) {
        s = read_positions(r, g);
    } else {
        s = cql2_need_sign(r, '(');
        do {
            struct cql2_geometry *part = NULL;
            if (!s)
                s = read_member(r, type, depth + 1, &part);
            if (!s && !cql2_add_part(r->arena, g, part))
                s = error_no_memory(r->error);
        } while (!s && cql2_take_sign(r, ','));
        if (!s)
            s = cql2_need_sign(r, ')');
    }
    return s ? s : cql2_check_geometry(&(struct cql2_node){.at = cql2_character(r, from)}, g, r->error);
}

static enum status read_box(struct cql2_reader *r, struct cql2_geometry **out)
{
    double v[6] = {0};
    int n = 0;
    struct cql2_geometry *g = new_geometry(r, CQL2_BOX);
    if (!g)
        return error_no_memory(r->error);
    enum status s = cql2_need_sign(r, '(');
    do
        s = s ? s : cql2_number(r, &v[n++]);
    while (!s && n < 6 && cql2_take_sign(r, ','));
    if (!s && n != 4 && n != 6)
        return cql2_fail_expected(r, "四个数，或带高程的六个数", "four numbers, or six with heights,");
    if (!s)
        s = cql2_need_sign(r, ')');
    if (s)
        return s;
    int upper = n / 2;
    *out = g;
    return cql2_add_position(r->arena, g, v[0], v[1]) &&
                   cql2_add_position(r->arena, g, v[upper], v[upper + 1])
               ? STATUS_OK
               : error_no_memory(r->error);
}

/* ---- values ---- */

static enum status read_property(struct cql2_reader *r, struct cql2_node **out)
{
    bool quoted = *r->at == '"';
    const char *name = r->at + quoted;
    size_t n = quoted ? strcspn(name, "\"") : cql2_word(name);
    if (quoted && (!name[n] || n == 0))
        return cql2_fail_at(r, r->at, "这里开始的名称没有结束的双引号 \"。",
                            "the name that begins here has no closing \".");
    struct cql2_node *node = cql2_new_node(r, CQL2_PROPERTY, r->at);
    if (!node || !(node->text = arena_strndup(r->arena, name, n)))
        return error_no_memory(r->error);
    cql2_skip(r, n + 2 * quoted);
    *out = node;
    return STATUS_OK;
}

/* DATE('...'), TIMESTAMP('...'): the kind must be the word's. */
static enum status read_instant(struct cql2_reader *r, enum cql2_kind kind, struct cql2_node **out)
{
    const char *from = r->at;
    cql2_skip(r, kind == CQL2_DAY ? strlen("DATE") : strlen("TIMESTAMP"));
    enum status s = cql2_need_sign(r, '(');
    if (!s && *r->at != '\'')
        return cql2_fail_expected(r, "单引号括起的日期", "a day or a time in single quotes");
    if (!s)
        s = cql2_quoted(r, out);
    if (!s)
        s = cql2_instant(*out, false, r->error);
    if (!s && (*out)->kind != kind)
        return kind == CQL2_DAY ? cql2_fail_at(r, from, "DATE 只含日期；时刻请用 TIMESTAMP。",
                                               "DATE has a day alone; a time is a TIMESTAMP.")
                                : cql2_fail_at(r, from, "TIMESTAMP 须有时刻；日期请用 DATE。",
                                               "TIMESTAMP has a time; a day is a DATE.");
    if (s)
        return s;
    (*out)->at = cql2_character(r, from);
    return cql2_need_sign(r, ')');
}

static enum status read_end(struct cql2_reader *r, struct cql2_node **out)
{
    if (*r->at == '"' || cql2_begins_word(r->at))
        return read_property(r, out);
    if (*r->at != '\'')
        return cql2_fail_expected(r, "单引号括起的日期、时刻或“..”，或属性名",
                                  "a day, a time or \"..\" in single quotes, or a property");
    enum status s = cql2_quoted(r, out);
    return s ? s : cql2_instant(*out, true, r->error);
}

static enum status read_interval(struct cql2_reader *r, struct cql2_node **out)
{
    struct cql2_node *n = cql2_new_node(r, CQL2_INTERVAL, r->at), *from = NULL, *to = NULL;
    if (!n)
        return error_no_memory(r->error);
    cql2_skip(r, strlen("INTERVAL"));
    enum status s = cql2_need_sign(r, '(');
    if (!s)
        s = read_end(r, &from);
    if (!s)
        s = cql2_need_sign(r, ',');
    if (!s)
        s = read_end(r, &to);
    if (!s)
        s = cql2_need_sign(r, ')');
    if (s)
        return s;
    *out = n;
    return cql2_add_arg(r->arena, n, from) && cql2_add_arg(r->arena, n, to) ? STATUS_OK
                                                                            : error_no_memory(r->error);
}

static enum status read_geometry(struct cql2_reader *r, int shape, struct cql2_node **out)
{
    struct cql2_geometry *g = NULL;
    struct cql2_node *n = cql2_new_node(r, CQL2_GEOMETRY, r->at);
    enum status s = n ? STATUS_OK : error_no_memory(r->error);
    if (!s && shape < 0) {
        cql2_skip(r, strlen("BBOX"));
        s = read_box(r, &g);
    } else if (!s) {
        s = read_tagged(r, shape, 0, &g);
    }
    if (s)
        return s;
    n->geometry = g;
    *out = n;
    return STATUS_OK;
}

static enum status read_boolean(struct cql2_reader *r, struct cql2_node **out)
{
    struct cql2_node *n = cql2_new_node(r, CQL2_BOOLEAN, r->at);
    if (!n)
        return error_no_memory(r->error);
    n->number = cql2_is_word(r, "TRUE");
    cql2_skip(r, cql2_word(r->at));
    *out = n;
    return STATUS_OK;
}

static enum status read_number_node(struct cql2_reader *r, struct cql2_node **out)
{
    struct cql2_node *n = cql2_new_node(r, CQL2_NUMBER, r->at);
    if (!n)
        return error_no_memory(r->error);
    *out = n;
    return cql2_number(r, &n->number);
}

static enum status read_called(struct cql2_reader *r, struct cql2_node **out)
{
    if (cql2_is_word(r, "DATE") || cql2_is_word(r, "TIMESTAMP"))
        return read_instant(r, cql2_is_word(r, "DATE") ? CQL2_DAY : CQL2_TIME, out);
    if (cql2_is_word(r, "INTERVAL"))
        return read_interval(r, out);
    if (cql2_is_word(r, "BBOX"))
        return read_geometry(r, -1, out);
    return cql2_fail_unread_at(r, r->at, cql2_word(r->at));
}

static enum status read_simple(struct cql2_reader *r, struct cql2_node **out)
{
    int shape = shape_here(r);
    if (*r->at == '\'')
        return cql2_quoted(r, out);
    if (*r->at == '(' || ((*r->at == '-' || *r->at == '+') && !strchr(".0123456789", r->at[1])))
        return cql2_fail_unread_at(r, r->at, 1); /* a sum in parentheses, a sign before a property */
    if (*r->at && strchr("+-.0123456789", *r->at))
        return read_number_node(r, out);
    if (shape >= 0)
        return read_geometry(r, shape, out);
    if (cql2_begins_word(r->at) && cql2_is_called(r))
        return read_called(r, out);
    if (cql2_is_word(r, "TRUE") || cql2_is_word(r, "FALSE"))
        return read_boolean(r, out);
    if (*r->at == '"' || cql2_begins_word(r->at))
        return read_property(r, out);
    return cql2_fail_expected(r, "属性名、数、单引号括起的文字或其他值",
                              "a property, a number, a text in single quotes or another value");
}

enum status cql2_value(struct cql2_reader *r, struct cql2_node **out)
{
    enum status s = read_simple(r, out);
    if (!s && (strchr("+-*/%^", *r->at) ? *r->at != '\0' : cql2_is_word(r, "div")))
        return cql2_fail_unread_at(r, r->at, cql2_is_word(r, "div") ? 3 : 1);
    return s;
}

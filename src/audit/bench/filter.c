/* A filter in CQL2 and an order as SQL over the table rows. Names and types are judged by filter/filter.h, as
 * of features, so that a wrong filter is refused in the same words; what is not given (null) is neither equal
 * nor unequal, as there. */
#include "audit/bench/parts.h"

#include "filter/filter.h"

#include <math.h>
#include <string.h>

enum { SORT_KEYS_MAX = 4 };

static const struct bench_column *column_of(const struct bench *b, const char *name, size_t n)
{
    for (size_t i = 0; i < b->n; i++)
        if (strlen(b->columns[i].name) == n && memcmp(b->columns[i].name, name, n) == 0)
            return &b->columns[i];
    return NULL;
}

/* ---- the filter ---- */

static enum status put(const struct cql2_node *n, struct buffer *sql, struct error *e);

static void put_text(const char *text, struct buffer *sql)
{
    char *quoted = sqlite3_mprintf("%Q", text);
    if (quoted)
        buffer_append_str(sql, quoted);
    else
        sql->failed = STATUS_NO_MEMORY;
    sqlite3_free(quoted);
}

/* Written out and not bound, so that SQLite sees by "m2 > 0" that the index of those serves. */
static void put_number(double v, struct buffer *sql)
{
    if (isfinite(v))
        buffer_printf(sql, "%.17g", v);
    else
        buffer_append_str(sql, v > 0 ? "9e999" : "-9e999");
}

static enum status put_between(const struct cql2_node *n, const char *sign, struct buffer *sql,
                               struct error *e)
{
    enum status s = STATUS_OK;
    buffer_append_char(sql, '(');
    for (size_t i = 0; !s && i < n->n_args; i++) {
        if (i)
            buffer_append_str(sql, sign);
        s = put(n->args[i], sql, e);
    }
    buffer_append_char(sql, ')');
    return s;
}

static enum status put_in(const struct cql2_node *n, struct buffer *sql, struct error *e)
{
    enum status s = put(n->args[0], sql, e);
    buffer_append_str(sql, " IN (");
    for (size_t i = 1; !s && i < n->n_args; i++) {
        if (i > 1)
            buffer_append_char(sql, ',');
        s = put(n->args[i], sql, e);
    }
    buffer_append_char(sql, ')');
    return s;
}

static const char *sign_of(enum cql2_op op)
{
    switch (op) {
    case CQL2_NE:
        return " <> ";
    case CQL2_LT:
        return " < ";
    case CQL2_LE:
        return " <= ";
    case CQL2_GT:
        return " > ";
    case CQL2_GE:
        return " >= ";
    default:
        return " = ";
    }
}

static enum status put_after(const struct cql2_node *n, const char *before, const char *after,
                             struct buffer *sql, struct error *e)
{
    buffer_append_str(sql, before);
    enum status s = put(n->args[0], sql, e);
    buffer_append_str(sql, after);
    return s;
}

static enum status put_range(const struct cql2_node *n, struct buffer *sql, struct error *e)
{
    enum status s = put_after(n, "(", " BETWEEN ", sql, e);
    if (!s)
        s = put(n->args[1], sql, e);
    buffer_append_str(sql, " AND ");
    if (!s)
        s = put(n->args[2], sql, e);
    buffer_append_char(sql, ')');
    return s;
}

static enum status put_like(const struct cql2_node *n, struct buffer *sql, struct error *e)
{
    enum status s = put_after(n, "(", " LIKE ", sql, e);
    if (!s)
        s = put(n->args[1], sql, e);
    buffer_append_str(sql, " ESCAPE '\\')");
    return s;
}

static enum status put(const struct cql2_node *n, struct buffer *sql, struct error *e)
{
    switch (n->kind) {
    case CQL2_AND:
        return put_between(n, " AND ", sql, e);
    case CQL2_OR:
        return put_between(n, " OR ", sql, e);
    case CQL2_NOT:
        return put_after(n, "NOT (", ")", sql, e);
    case CQL2_COMPARE:
        return put_between(n, sign_of(n->op), sql, e);
    case CQL2_LIKE:
        return put_like(n, sql, e);
    case CQL2_BETWEEN:
        return put_range(n, sql, e);
    case CQL2_IN:
        return put_in(n, sql, e);
    case CQL2_IS_NULL:
        return put_after(n, "", " IS NULL", sql, e);
    case CQL2_PROPERTY:
        buffer_printf(sql, "r.\"%s\"", n->text); /* one of the columns: filter_add has looked */
        return STATUS_OK;
    case CQL2_TEXT:
        put_text(n->text, sql);
        return STATUS_OK;
    case CQL2_NUMBER:
    case CQL2_BOOLEAN:
        put_number(n->number, sql);
        return STATUS_OK;
    default:
        return cql2_fail(n, "filter-unsupported", "批量结果的表不能按图形或时间筛选。",
                         "the rows of a batch are not filtered by geometries or times.", e);
    }
}

/* By the judge of every filter: are the names known, and do the types go together? */
static enum status judge(const struct bench *b, const struct cql2_node *tree, struct arena *a,
                         struct error *e)
{
    static const enum filter_type types[] = {FILTER_TEXT, FILTER_NUMBER, FILTER_BOOLEAN};
    struct filter_queryable *q = arena_array(a, b->n + 1, sizeof *q);
    const struct crs_named none = crs_named_at(0);
    struct filter *f = NULL;
    if (!q)
        return error_no_memory(e);
    for (size_t i = 0; i < b->n; i++)
        q[i] = (struct filter_queryable){b->columns[i].name, types[b->columns[i].type]};
    enum status s = filter_new(q, b->n, &f, e);
    if (!s)
        s = filter_add(f, tree, &none, NULL, e);
    filter_free(f);
    return s;
}

enum status bench_where(const struct bench *b, const char *filter, struct arena *a, struct buffer *sql,
                        struct error *e)
{
    struct cql2_node *tree;
    struct buffer text; /* what cannot be asked is refused before its literals are looked at */
    if (!filter || !*filter) {
        buffer_append_str(sql, "1");
        return STATUS_OK;
    }
    enum status s = cql2_read_text(filter, a, &tree, e);
    if (s)
        return s;
    buffer_init(&text, 0);
    s = put(tree, &text, e);
    if (!s)
        s = judge(b, tree, a, e);
    if (!s)
        s = buffer_status(&text, e);
    if (!s)
        buffer_append(sql, text.data, text.size);
    buffer_release(&text);
    return s;
}

/* ---- the order ---- */

static enum status fail_order(const char *sortby, struct error *e)
{
    error_zh(e, "sortby“%.60s”不对：应为至多 %d 个列名，以逗号分隔，前加 - 为降序，例如 -area_m2,parcel_id。",
             sortby, SORT_KEYS_MAX);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "The sortby \"%.60s\" is wrong: at most %d names of columns between commas are needed, "
                      "each with - before it when it descends, as in -area_m2,parcel_id.",
                      sortby, SORT_KEYS_MAX);
}

/* A verdict is ordered by how severe it is, not by its name. */
static void put_key(const struct bench_column *c, bool descends, struct buffer *sql)
{
    const char *name = strcmp(c->name, "verdict") == 0 ? "severity" : c->name;
    buffer_printf(sql, "r.\"%s\"%s,", name, descends ? " DESC" : "");
}

enum status bench_order_by(const struct bench *b, const char *sortby, struct buffer *sql, struct error *e)
{
    int n = 0;
    bool descends = false;
    const char *at = sortby && *sortby ? sortby : "verdict";
    while (*at) {
        descends = *at == '-';
        at += *at == '-' || *at == '+';
        size_t length = strcspn(at, ",");
        const struct bench_column *c = column_of(b, at, length);
        if (!c || ++n > SORT_KEYS_MAX)
            return fail_order(sortby, e);
        put_key(c, descends, sql);
        at += length;
        at += *at == ',';
    }
    /* Equal rows run the same way: then the whole order is that of an index. */
    buffer_append_str(sql, descends ? "r.fid DESC" : "r.fid");
    return STATUS_OK;
}

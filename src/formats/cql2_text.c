/* Predicates of the text. */
#include "base/text.h"
#include "formats/cql2_reader.h"

#include <string.h>

/* ---- predicates ---- */

static enum status read_or(struct cql2_reader *r, int depth, struct cql2_node **out);

static enum cql2_op take_operator(struct cql2_reader *r)
{
    static const struct {
        const char *sign;
        enum cql2_op op;
    } operators[] = {{"<>", CQL2_NE}, {"<=", CQL2_LE}, {">=", CQL2_GE},
                     {"=", CQL2_EQ},  {"<", CQL2_LT},  {">", CQL2_GT}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strncmp(r->at, operators[i].sign, strlen(operators[i].sign)) == 0) {
            cql2_skip(r, strlen(operators[i].sign));
            return operators[i].op;
        }
    return CQL2_NO_OP;
}

/* Reads a value and adds it. */
static enum status add_value(struct cql2_reader *r, struct cql2_node *to)
{
    struct cql2_node *value = NULL;
    enum status s = cql2_value(r, &value);
    if (s)
        return s;
    return cql2_add_arg(r->arena, to, value) ? STATUS_OK : error_no_memory(r->error);
}

static enum status read_list(struct cql2_reader *r, struct cql2_node *to)
{
    enum status s = cql2_need_sign(r, '(');
    do
        s = s ? s : add_value(r, to);
    while (!s && cql2_take_sign(r, ','));
    return s ? s : cql2_need_sign(r, ')');
}

static enum status read_pattern(struct cql2_reader *r, struct cql2_node *to)
{
    if (*r->at != '\'' && !(cql2_begins_word(r->at) && cql2_is_called(r)))
        return cql2_fail_expected(r, "单引号括起的样式", "a pattern in single quotes");
    return add_value(r, to);
}

static enum status read_rest(struct cql2_reader *r, struct cql2_node *n)
{
    if (cql2_take_word(r, "IS")) {
        n->kind = CQL2_IS_NULL;
        if (cql2_take_word(r, "NOT"))
            n->number = 1; /* turned round by the caller */
        return cql2_need_word(r, "NULL");
    }
    n->number = cql2_take_word(r, "NOT");
    if (cql2_take_word(r, "LIKE")) {
        n->kind = CQL2_LIKE;
        return read_pattern(r, n);
    }
    if (cql2_take_word(r, "IN")) {
        n->kind = CQL2_IN;
        return read_list(r, n);
    }
    if (!cql2_take_word(r, "BETWEEN"))
        return cql2_fail_expected(r, "比较（=、<>、<、<=、>、>=、LIKE、BETWEEN、IN、IS NULL）",
                                  "a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN, IS NULL)");
    n->kind = CQL2_BETWEEN;
    enum status s = add_value(r, n);
    if (!s)
        s = cql2_need_word(r, "AND");
    return s ? s : add_value(r, n);
}

static enum status turn_round(struct cql2_reader *r, struct cql2_node *n, struct cql2_node **out)
{
    struct cql2_node *round = cql2_node_new(r->arena, CQL2_NOT);
    if (!round || !cql2_add_arg(r->arena, round, n))
        return error_no_memory(r->error);
    round->at = n->at;
    n->number = 0;
    *out = round;
    return STATUS_OK;
}

static enum status read_comparison(struct cql2_reader *r, struct cql2_node **out)
{
    struct cql2_node *n = cql2_new_node(r, CQL2_COMPARE, r->at), *first = NULL;
    enum status s = n ? cql2_value(r, &first) : error_no_memory(r->error);
    if (s)
        return s;
    if (!cql2_add_arg(r->arena, n, first))
        return error_no_memory(r->error);
    n->op = take_operator(r);
    *out = n;
    if (n->op)
        return add_value(r, n);
    if (first->kind == CQL2_BOOLEAN && !cql2_is_word(r, "IS") && !cql2_is_word(r, "IN") &&
        !cql2_is_word(r, "NOT")) {
        *out = first; /* TRUE is a predicate of its own */
        return STATUS_OK;
    }
    s = read_rest(r, n);
    return s || n->number == 0 ? s : turn_round(r, n, out);
}

static enum status read_function(struct cql2_reader *r, enum cql2_op op, struct cql2_node **out)
{
    struct cql2_node *n = cql2_new_node(r, cql2_op_is_spatial(op) ? CQL2_SPATIAL : CQL2_TEMPORAL, r->at);
    if (!n)
        return error_no_memory(r->error);
    n->op = op;
    cql2_skip(r, cql2_word(r->at));
    enum status s = cql2_need_sign(r, '(');
    if (!s)
        s = add_value(r, n);
    if (!s)
        s = cql2_need_sign(r, ',');
    if (!s)
        s = add_value(r, n);
    *out = n;
    return s ? s : cql2_need_sign(r, ')');
}

static enum status read_primary(struct cql2_reader *r, int depth, struct cql2_node **out)
{
    if (cql2_take_sign(r, '(')) {
        enum status s = read_or(r, depth + 1, out);
        return s ? s : cql2_need_sign(r, ')');
    }
    enum cql2_op op = cql2_is_called(r) ? cql2_op_of(r->at, cql2_word(r->at)) : CQL2_NO_OP;
    return op ? read_function(r, op, out) : read_comparison(r, out);
}

static enum status read_factor(struct cql2_reader *r, int depth, struct cql2_node **out)
{
    if (depth > CQL2_DEPTH_MAX)
        return cql2_fail_depth(&(struct cql2_node){.at = cql2_character(r, r->at)}, r->error);
    if (!cql2_is_word(r, "NOT"))
        return read_primary(r, depth, out);
    struct cql2_node *n = cql2_new_node(r, CQL2_NOT, r->at), *inner = NULL;
    if (!n)
        return error_no_memory(r->error);
    cql2_skip(r, strlen("NOT"));
    enum status s = read_factor(r, depth + 1, &inner);
    if (!s && !cql2_add_arg(r->arena, n, inner))
        s = error_no_memory(r->error);
    *out = n;
    return s;
}

/* One, or several with the same word between them. */
static enum status read_joined(struct cql2_reader *r, enum cql2_kind kind, int depth, struct cql2_node **out)
{
    const char *between = kind == CQL2_OR ? "OR" : "AND", *from = r->at;
    struct cql2_node *all = NULL, *one = NULL;
    enum status s;
    for (;;) {
        s = kind == CQL2_OR ? read_joined(r, CQL2_AND, depth, &one) : read_factor(r, depth, &one);
        if (s)
            return s;
        if (all && !cql2_add_arg(r->arena, all, one))
            return error_no_memory(r->error);
        if (!cql2_take_word(r, between))
            break;
        if (!all && (!(all = cql2_new_node(r, kind, from)) || !cql2_add_arg(r->arena, all, one)))
            return error_no_memory(r->error);
    }
    *out = all ? all : one;
    return STATUS_OK;
}

static enum status read_or(struct cql2_reader *r, int depth, struct cql2_node **out)
{
    return read_joined(r, CQL2_OR, depth, out);
}

enum status cql2_read_text(const char *text, struct arena *a, struct cql2_node **out, struct error *e)
{
    struct cql2_reader r = {.begin = text, .at = text, .arena = a, .error = e};
    size_t n = strlen(text), valid = text_valid_prefix(text, n);
    struct cql2_node *tree = NULL;
    if (n > CQL2_BYTES_MAX)
        return cql2_fail_length(n, e);
    if (valid < n)
        return cql2_fail_at(&r, text + valid, "不是 UTF-8 编码。", "this is no UTF-8.");
    cql2_skip(&r, 0);
    enum status s = read_or(&r, 0, &tree);
    if (!s && *r.at)
        return cql2_fail_expected(&r, "AND、OR 或结束", "AND, OR or the end");
    if (!s)
        *out = tree;
    return s;
}

#include "http/item_filter.h"

#include "base/number.h"
#include "http/item_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILTER_ARENA_BYTES = 16 << 20 };

struct item_filter {
    struct arena *arena;
    struct queryables queryables;
    struct filter *filter;
};

void item_filter_free(struct item_filter *f)
{
    if (!f)
        return;
    filter_free(f->filter);
    arena_free(f->arena);
    free(f);
}

/* ---- filter, filter-lang, filter-crs ---- */

static enum status read_lang(const struct request *rq, bool *json, struct error *e)
{
    const char *lang = request_query(rq, "filter-lang");
    *json = lang && strcmp(lang, "cql2-json") == 0;
    if (!lang || *json || strcmp(lang, "cql2-text") == 0)
        return STATUS_OK;
    error_zh(e, "没有筛选语言“%.40s”；可用：cql2-text、cql2-json。", lang);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-filter-lang",
                      "There is no filter language \"%.40s\"; these are: cql2-text, cql2-json.", lang);
}

static enum status add_filter(const struct request *rq, struct item_filter *f, struct error *e)
{
    const char *text = request_query(rq, "filter");
    struct cql2_node *tree = NULL;
    struct crs_named crs;
    bool json;
    enum status s = read_lang(rq, &json, e);
    if (!s)
        s = item_crs_read(rq, "filter-crs", &crs, e);
    if (s || !text || !f)
        return s;
    s = json ? cql2_read_json(text, f->arena, &tree, e) : cql2_read_text(text, f->arena, &tree, e);
    return s ? s : filter_add(f->filter, tree, &crs, rq->worker->check.transformer, e);
}

/* ---- parameters of queryables ---- */

static enum status fail_value(const struct filter_queryable *q, const char *value, struct error *e)
{
    static const char *const zh[] = {"文字", "数", "true 或 false", "日期（2024-01-31）",
                                     "时刻（2024-01-31T08:00:00Z）"};
    static const char *const en[] = {"a text", "a number", "true or false", "a day (2024-01-31)",
                                     "a time (2024-01-31T08:00:00Z)"};
    error_zh(e, "参数 %.60s 的值“%.60s”不对：应为%s。", q->name, value, zh[q->type]);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "The value \"%.60s\" of %.60s is wrong: %s is needed.", value, q->name, en[q->type]);
}

static bool value_node(enum filter_type type, const char *text, struct cql2_node *out)
{
    out->text = text;
    switch (type) {
    case FILTER_NUMBER:
        out->kind = CQL2_NUMBER;
        return number_of(text, &out->number);
    case FILTER_BOOLEAN:
        out->kind = CQL2_BOOLEAN;
        out->number = strcmp(text, "true") == 0;
        return out->number != 0 || strcmp(text, "false") == 0;
    case FILTER_DAY:
        out->kind = CQL2_DAY;
        return cql2_day(text, &out->number);
    case FILTER_TIME:
        out->kind = CQL2_TIME;
        return cql2_time(text, &out->number);
    default:
        out->kind = CQL2_TEXT;
        return true;
    }
}

static bool is_parameter(const struct filter_queryable *q)
{
    char known[] = " " ITEMS_QUERY " ", name[128];
    snprintf(name, sizeof name, " %s ", q->name);
    return q->type != FILTER_GEOMETRY && !strstr(known, name);
}

static enum status add_parameters(const struct request *rq, struct item_filter *f, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < f->queryables.n; i++) {
        const struct filter_queryable *q = &f->queryables.items[i];
        const char *text = is_parameter(q) ? request_query(rq, q->name) : NULL;
        if (!text)
            continue;
        struct cql2_node property = {.kind = CQL2_PROPERTY, .text = q->name}, value = {.at = 0};
        struct cql2_node *both[2] = {&property, &value};
        const struct cql2_node equal = {.kind = CQL2_COMPARE, .op = CQL2_EQ, .args = both, .n_args = 2};
        if (!value_node(q->type, text, &value))
            return fail_value(q, text, e);
        const struct crs_named none = crs_named_at(0);
        s = filter_add(f->filter, &equal, &none, rq->worker->check.transformer, e);
    }
    return s;
}

/* ---- a bbox in a zone ---- */

static enum status add_box(const struct request *rq, struct item_filter *f, const struct item_filter_box *box,
                           struct error *e)
{
    double positions[2][2] = {{box->corners[0], box->corners[1]}, {box->corners[2], box->corners[3]}};
    const struct cql2_geometry rectangle = {.type = CQL2_BOX, .positions = positions, .n_positions = 2};
    struct cql2_node property = {.kind = CQL2_PROPERTY, .text = "geometry", .pointer = "bbox"},
                     literal = {.kind = CQL2_GEOMETRY, .geometry = &rectangle, .pointer = "bbox"};
    struct cql2_node *both[2] = {&property, &literal};
    const struct cql2_node meets = {
        .kind = CQL2_SPATIAL, .op = CQL2_S_INTERSECTS, .args = both, .n_args = 2, .pointer = "bbox"};
    return filter_add(f->filter, &meets, &box->crs, rq->worker->check.transformer, e);
}

/* ---- all of it ---- */

static enum status check_parameters(const struct request *rq, struct item_filter *f, struct error *e)
{
    struct buffer known;
    buffer_init(&known, 0);
    buffer_append_str(&known, ITEMS_QUERY);
    for (size_t i = 0; i < f->queryables.n; i++)
        if (is_parameter(&f->queryables.items[i]))
            buffer_printf(&known, " %s", f->queryables.items[i].name);
    enum status s = buffer_status(&known, e);
    if (!s)
        s = request_check_query(rq, known.data, e);
    buffer_release(&known);
    return s;
}

enum status item_filter_read(const struct request *rq, const struct collection *c, int64_t version_id,
                             const struct item_filter_box *box, struct item_filter **out, struct error *e)
{
    bool in_zone = box->given && box->crs.crs.kind == GEO_CRS_GAUSS_KRUGER;
    *out = NULL;
    if (request_check_query(rq, ITEMS_QUERY, NULL) == STATUS_OK && !in_zone && !request_query(rq, "filter"))
        return add_filter(rq, NULL, e); /* its parameters are looked at, even so */
    struct item_filter *f = calloc(1, sizeof *f);
    if (!f || !(f->arena = arena_new(FILTER_ARENA_BYTES))) {
        item_filter_free(f);
        return error_no_memory(e);
    }
    enum status s = queryables_read(rq->worker->store, c, version_id, f->arena, &f->queryables, e);
    if (!s)
        s = check_parameters(rq, f, e);
    if (!s)
        s = filter_new(f->queryables.items, f->queryables.n, &f->filter, e);
    if (!s)
        s = add_filter(rq, f, e);
    if (!s)
        s = add_parameters(rq, f, e);
    if (!s && in_zone)
        s = add_box(rq, f, box, e);
    if (s)
        item_filter_free(f);
    else
        *out = f;
    return s;
}

void item_filter_keep(const struct request *rq, const struct item_filter *f, struct buffer *out)
{
    item_page_keep(rq, "filter filter-lang filter-crs", out);
    for (size_t i = 0; f && i < f->queryables.n; i++)
        if (is_parameter(&f->queryables.items[i]))
            item_page_keep(rq, f->queryables.items[i].name, out);
}

/* ---- asking ---- */

static enum status matches_values(struct item_filter *f, struct queryable_values *v, bool *matches,
                                  struct error *e)
{
    struct filter_feature feature = queryable_feature(v);
    enum status s = filter_matches(f->filter, &feature, matches, e);
    queryable_values_end(v);
    return s;
}

enum status item_filter_feature(struct item_filter *f, const struct store_feature *feature, bool *matches,
                                struct error *e)
{
    struct queryable_values v = {.queryables = &f->queryables, .feature = feature};
    return matches_values(f, &v, matches, e);
}

enum status item_filter_place(struct item_filter *f, const struct store_plan_feature *place, bool *matches,
                              struct error *e)
{
    struct queryable_values v = {.queryables = &f->queryables, .place = place};
    return matches_values(f, &v, matches, e);
}

const struct filter *item_filter_of(const struct item_filter *f)
{
    return f->filter;
}

#include "base/text.h"
#include "formats/cql2_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- names ---- */

static const struct {
    const char *name;
    enum cql2_op op;
} predicates[] = {
    {"S_INTERSECTS", CQL2_S_INTERSECTS}, {"S_EQUALS", CQL2_S_EQUALS},
    {"S_DISJOINT", CQL2_S_DISJOINT},     {"S_TOUCHES", CQL2_S_TOUCHES},
    {"S_WITHIN", CQL2_S_WITHIN},         {"S_OVERLAPS", CQL2_S_OVERLAPS},
    {"S_CROSSES", CQL2_S_CROSSES},       {"S_CONTAINS", CQL2_S_CONTAINS},
    {"T_AFTER", CQL2_T_AFTER},           {"T_BEFORE", CQL2_T_BEFORE},
    {"T_CONTAINS", CQL2_T_CONTAINS},     {"T_DISJOINT", CQL2_T_DISJOINT},
    {"T_DURING", CQL2_T_DURING},         {"T_EQUALS", CQL2_T_EQUALS},
    {"T_FINISHEDBY", CQL2_T_FINISHEDBY}, {"T_FINISHES", CQL2_T_FINISHES},
    {"T_INTERSECTS", CQL2_T_INTERSECTS}, {"T_MEETS", CQL2_T_MEETS},
    {"T_METBY", CQL2_T_METBY},           {"T_OVERLAPPEDBY", CQL2_T_OVERLAPPEDBY},
    {"T_OVERLAPS", CQL2_T_OVERLAPS},     {"T_STARTEDBY", CQL2_T_STARTEDBY},
    {"T_STARTS", CQL2_T_STARTS},
};

bool cql2_same_word(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

enum cql2_op cql2_op_of(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof predicates / sizeof *predicates; i++)
        if (cql2_same_word(name, n, predicates[i].name))
            return predicates[i].op;
    return CQL2_NO_OP;
}

bool cql2_op_is_spatial(enum cql2_op op)
{
    return op >= CQL2_S_INTERSECTS && op <= CQL2_S_CONTAINS;
}

/* ---- nodes ---- */

struct cql2_node *cql2_node_new(struct arena *a, enum cql2_kind kind)
{
    struct cql2_node *n = arena_alloc(a, sizeof *n);
    if (n)
        n->kind = kind;
    return n;
}

/* An array that is full at each power of two is the next one's half. */
static void *grown(struct arena *a, void *array, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return array;
    void *more = arena_array(a, n ? 2 * n : 1, size);
    if (more && n)
        memcpy(more, array, n * size);
    return more;
}

bool cql2_add_arg(struct arena *a, struct cql2_node *to, struct cql2_node *arg)
{
    struct cql2_node **args = grown(a, to->args, to->n_args, sizeof *args);
    if (!args || !arg)
        return false;
    to->args = args;
    to->args[to->n_args++] = arg;
    return true;
}

bool cql2_add_position(struct arena *a, struct cql2_geometry *to, double x, double y)
{
    double(*positions)[2] = grown(a, to->positions, to->n_positions, sizeof *positions);
    if (!positions)
        return false;
    to->positions = positions;
    to->positions[to->n_positions][0] = x;
    to->positions[to->n_positions++][1] = y;
    return true;
}

bool cql2_add_part(struct arena *a, struct cql2_geometry *to, struct cql2_geometry *part)
{
    struct cql2_geometry **parts = grown(a, to->parts, to->n_parts, sizeof *parts);
    if (!parts || !part)
        return false;
    to->parts = parts;
    to->parts[to->n_parts++] = part;
    return true;
}

/* ---- failures ---- */

enum status cql2_fail(const struct cql2_node *at, const char *code, const char *zh, const char *en,
                      struct error *e)
{
    if (at->pointer) {
        error_zh(e, "筛选条件 JSON 中 %.80s 处：%s", *at->pointer ? at->pointer : "（根）", zh);
        return error_fail(e, STATUS_INVALID_INPUT, code, "The filter, at %.80s of its JSON: %s",
                          *at->pointer ? at->pointer : "the root", en);
    }
    error_zh(e, "筛选条件第 %zu 个字处：%s", at->at, zh);
    return error_fail(e, STATUS_INVALID_INPUT, code, "The filter, at character %zu: %s", at->at, en);
}

enum status cql2_fail_unread(const struct cql2_node *at, const char *name, size_t n, struct error *e)
{
    char zh[200], en[200];
    n = text_cut(name, n < 40 ? n : 40);
    snprintf(zh, sizeof zh, "不支持“%.*s”（大小写与重音归一、数组、算术和其他函数都不支持）。", (int)n, name);
    snprintf(en, sizeof en,
             "\"%.*s\" is not supported (nor are CASEI, ACCENTI, arrays, arithmetic and other functions).",
             (int)n, name);
    return cql2_fail(at, "filter-unsupported", zh, en, e);
}

enum status cql2_fail_depth(const struct cql2_node *at, struct error *e)
{
    char zh[80], en[80];
    snprintf(zh, sizeof zh, "嵌套超过 %d 层；请写得平一些。", CQL2_DEPTH_MAX);
    snprintf(en, sizeof en, "nested deeper than %d; write it flatter.", CQL2_DEPTH_MAX);
    return cql2_fail(at, "filter-too-deep", zh, en, e);
}

enum status cql2_fail_length(size_t n_bytes, struct error *e)
{
    error_zh(e, "筛选条件有 %zu 字节，最多 %d 字节。", n_bytes, CQL2_BYTES_MAX);
    return error_fail(e, STATUS_INVALID_INPUT, "filter-too-long",
                      "The filter has %zu bytes; at most %d are read.", n_bytes, CQL2_BYTES_MAX);
}

static bool is_closed(const struct cql2_geometry *ring)
{
    const double *a = ring->positions[0], *b = ring->positions[ring->n_positions - 1];
    return a[0] == b[0] && a[1] == b[1];
}

enum status cql2_check_geometry(const struct cql2_node *at, const struct cql2_geometry *g, struct error *e)
{
    if (g->type == CQL2_LINE && g->n_positions < 2)
        return cql2_fail(at, "bad-filter", "线至少要两个点。", "a line has at least two positions.", e);
    if (g->type == CQL2_POINT && g->n_positions != 1)
        return cql2_fail(at, "bad-filter", "点应有一个位置。", "a point has one position.", e);
    if (g->type >= CQL2_POLYGON && g->type < CQL2_BOX && g->n_parts == 0)
        return cql2_fail(at, "bad-filter", "图形是空的。", "the geometry is empty.", e);
    for (size_t i = 0; g->type == CQL2_POLYGON && i < g->n_parts; i++)
        if (g->parts[i]->n_positions < 4 || !is_closed(g->parts[i]))
            return cql2_fail(at, "bad-filter", "面的每个环至少要四个点，末点与首点相同。",
                             "each ring of a polygon has at least four positions, the last like the first.",
                             e);
    return STATUS_OK;
}

/* ---- days and times ---- */

static bool digits(const char *text, int from, int n, int *out)
{
    *out = 0;
    for (int i = from; i < from + n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

/* Days since 1970-01-01 by the Gregorian calendar; years begin in March, so that the odd day is the last. */
static double days_of(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = (month + 9) % 12;
    return 365.0 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool cql2_day(const char *text, double *days)
{
    int y, m, d;
    if (strlen(text) != 10 || !text_is_day(text) || !digits(text, 0, 4, &y) || !digits(text, 5, 2, &m) ||
        !digits(text, 8, 2, &d))
        return false;
    *days = days_of(y, m, d);
    return true;
}

bool cql2_time(const char *text, double *seconds)
{
    char day[11];
    int h, m, s;
    double days;
    size_t n = strlen(text);
    if (n < 20 || n > 40 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[n - 1] != 'Z' ||
        !digits(text, 11, 2, &h) || !digits(text, 14, 2, &m) || !digits(text, 17, 2, &s))
        return false;
    snprintf(day, sizeof day, "%.10s", text);
    if (!cql2_day(day, &days) || h > 23 || m > 59 || s > 60)
        return false;
    double part = 0, unit = 0.1;
    if (n > 20 && (text[19] != '.' || n == 21))
        return false;
    for (size_t i = 20; i + 1 < n; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        part += unit * (text[i] - '0');
    }
    *seconds = days * 86400 + h * 3600 + m * 60 + s + part;
    return true;
}

enum status cql2_instant(struct cql2_node *n, bool open, struct error *e)
{
    if (open && strcmp(n->text, "..") == 0)
        n->kind = CQL2_OPEN;
    else if (cql2_day(n->text, &n->number))
        n->kind = CQL2_DAY;
    else if (cql2_time(n->text, &n->number))
        n->kind = CQL2_TIME;
    else
        return cql2_fail(n, "bad-filter", "应为日期（2024-01-31）或世界时的时刻（2024-01-31T08:00:00Z）。",
                         "a day (2024-01-31) or a time of UTC (2024-01-31T08:00:00Z) is needed.", e);
    return STATUS_OK;
}

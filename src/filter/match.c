/* Asking a filter about one feature. */
#include "base/text.h"
#include "filter/parts.h"

#include <math.h>
#include <string.h>

enum truth { FALSE_, TRUE_, UNKNOWN };

struct asking {
    struct filter *filter;
    const struct filter_feature *feature;
    GEOSGeometry *geometry; /* of the feature, once it was asked for */
    bool geometry_read;
    enum status status;
    struct error *error;
};

static enum truth ask(struct asking *a, const struct filter_term *t);

static enum truth truth_of(bool b)
{
    return b ? TRUE_ : FALSE_;
}

/* ---- values ---- */

/* False: it is null. A day or a time that is written otherwise in the data is none. */
static bool value_of(const struct asking *a, const struct filter_term *t, struct filter_value *out)
{
    *out = (struct filter_value){t->text, t->number};
    if (t->kind != CQL2_PROPERTY)
        return true;
    *out = (struct filter_value){NULL, 0};
    if (!a->feature->value(a->feature->user, t->queryable, out))
        return false;
    return t->type == FILTER_DAY    ? cql2_day(out->text, &out->number)
           : t->type == FILTER_TIME ? cql2_time(out->text, &out->number)
                                    : true;
}

/* Below 0, 0, above 0; both are of the type. */
static int compare(enum filter_type type, const struct filter_value *a, const struct filter_value *b)
{
    if (type == FILTER_TEXT)
        return strcmp(a->text, b->text);
    return (a->number > b->number) - (a->number < b->number);
}

static enum truth ask_compare(const struct asking *a, const struct filter_term *t)
{
    struct filter_value x, y;
    if (!value_of(a, &t->args[0], &x) || !value_of(a, &t->args[1], &y))
        return UNKNOWN;
    int c = compare(t->args[0].type, &x, &y);
    switch (t->op) {
    case CQL2_EQ:
        return truth_of(c == 0);
    case CQL2_NE:
        return truth_of(c != 0);
    case CQL2_LT:
        return truth_of(c < 0);
    case CQL2_LE:
        return truth_of(c <= 0);
    case CQL2_GT:
        return truth_of(c > 0);
    default:
        return truth_of(c >= 0);
    }
}

static size_t char_bytes(const char *s)
{
    size_t n = text_char(s);
    return n ? n : 1; /* no UTF-8: a byte is a character */
}

struct pattern_char {
    const char *at;
    size_t n; /* bytes of the pattern, with the backslash before a plain character */
    bool any, one;
};

static struct pattern_char pattern_char(const char *p)
{
    bool escape = *p == '\\' && p[1];
    return (struct pattern_char){.at = p + escape,
                                 .n = *p ? escape + char_bytes(p + escape) : 0,
                                 .any = !escape && *p == '%',
                                 .one = !escape && *p == '_'};
}

/* % is any text, _ one character. What follows the latest % is tried a character further on when it fails. */
static bool is_like(const char *text, const char *pattern)
{
    const char *retry = NULL, *behind = NULL;
    while (*text || *pattern) {
        struct pattern_char p = pattern_char(pattern);
        size_t here = *text ? char_bytes(text) : 0;
        if (p.any) {
            behind = pattern += p.n;
            retry = text;
        } else if (p.n && here && (p.one || strncmp(p.at, text, here) == 0)) {
            pattern += p.n;
            text += here;
        } else if (retry && *retry) {
            text = retry += char_bytes(retry);
            pattern = behind;
        } else {
            return false;
        }
    }
    return true;
}

static enum truth ask_like(const struct asking *a, const struct filter_term *t)
{
    struct filter_value x;
    return value_of(a, &t->args[0], &x) ? truth_of(is_like(x.text, t->args[1].text)) : UNKNOWN;
}

static enum truth both(enum truth a, enum truth b)
{
    return a == FALSE_ || b == FALSE_ ? FALSE_ : a == UNKNOWN || b == UNKNOWN ? UNKNOWN : TRUE_;
}

static enum truth ask_between(const struct asking *a, const struct filter_term *t)
{
    struct filter_value x, bound[2];
    if (!value_of(a, &t->args[0], &x))
        return UNKNOWN;
    enum truth side[2];
    for (int i = 0; i < 2; i++) {
        bool known = value_of(a, &t->args[i + 1], &bound[i]);
        int c = known ? compare(t->args[0].type, &x, &bound[i]) : 0;
        side[i] = !known ? UNKNOWN : truth_of(i == 0 ? c >= 0 : c <= 0);
    }
    return both(side[0], side[1]);
}

static enum truth ask_in(const struct asking *a, const struct filter_term *t)
{
    struct filter_value x, y;
    enum truth found = FALSE_;
    if (!value_of(a, &t->args[0], &x))
        return UNKNOWN;
    for (size_t i = 1; i < t->n_args; i++) {
        if (!value_of(a, &t->args[i], &y))
            found = UNKNOWN;
        else if (compare(t->args[0].type, &x, &y) == 0)
            return TRUE_;
    }
    return found;
}

/* ---- geometries ---- */

static enum truth fail_geometry(struct asking *a)
{
    if (a->status)
        return UNKNOWN;
    error_zh(a->error, "要素 %lld 的几何无法比较；请检查图层，并重新导入。", (long long)a->feature->id);
    a->status = error_fail(a->error, STATUS_CORRUPT, "feature-geometry",
                           "The geometry of feature %lld cannot be compared; check the layer and import it "
                           "again.",
                           (long long)a->feature->id);
    return UNKNOWN;
}

/* NULL: it has none, or failed. */
static const GEOSGeometry *feature_geometry(struct asking *a)
{
    const struct filter_feature *f = a->feature;
    GEOSContextHandle_t h = geo_geos_handle(a->filter->geos);
    if (a->geometry_read || (!f->wkb && !f->geojson))
        return a->geometry;
    a->geometry_read = true;
    a->geometry = f->wkb ? GEOSWKBReader_read_r(h, a->filter->wkb, f->wkb, f->wkb_size)
                         : GEOSGeoJSONReader_readGeometry_r(h, a->filter->geojson, f->geojson);
    if (!a->geometry)
        fail_geometry(a);
    return a->geometry;
}

static char compare_prepared(GEOSContextHandle_t h, enum cql2_op op, const struct filter_term *literal,
                             const GEOSGeometry *other, bool literal_first)
{
    const GEOSPreparedGeometry *p = literal->prepared;
    switch (op) {
    case CQL2_S_INTERSECTS:
        return GEOSPreparedIntersects_r(h, p, other);
    case CQL2_S_DISJOINT:
        return GEOSPreparedDisjoint_r(h, p, other);
    case CQL2_S_TOUCHES:
        return GEOSPreparedTouches_r(h, p, other);
    case CQL2_S_OVERLAPS:
        return GEOSPreparedOverlaps_r(h, p, other);
    case CQL2_S_CROSSES:
        return GEOSPreparedCrosses_r(h, p, other);
    case CQL2_S_EQUALS:
        return GEOSEquals_r(h, literal->geometry, other);
    default:
        return (op == CQL2_S_CONTAINS) == literal_first ? GEOSPreparedContains_r(h, p, other)
                                                        : GEOSPreparedWithin_r(h, p, other);
    }
}

static enum truth ask_spatial(struct asking *a, const struct filter_term *t)
{
    GEOSContextHandle_t h = geo_geos_handle(a->filter->geos);
    const struct filter_term *x = &t->args[0], *y = &t->args[1];
    const GEOSGeometry *g = NULL;
    const GEOSPreparedGeometry *made = NULL;
    struct filter_term literal;
    if (x->kind == CQL2_PROPERTY || y->kind == CQL2_PROPERTY) {
        g = feature_geometry(a);
        if (!g)
            return UNKNOWN;
    }
    if (x->kind == CQL2_PROPERTY && y->kind == CQL2_PROPERTY) {
        made = GEOSPrepare_r(h, g);
        literal = (struct filter_term){.prepared = made};
        literal.geometry = a->geometry;
    }
    bool first = x->kind != CQL2_PROPERTY;
    char c = made ? compare_prepared(h, t->op, &literal, g, true)
                  : compare_prepared(h, t->op, first ? x : y, first && !g ? y->geometry : g, first);
    if (made)
        GEOSPreparedGeom_destroy_r(h, made);
    return c == 0 ? FALSE_ : c == 1 ? TRUE_ : fail_geometry(a);
}

/* ---- days and times ---- */

struct span {
    double from, to;
};

static bool span_of(const struct asking *a, const struct filter_term *t, struct span *out)
{
    struct filter_value v;
    if (t->kind != CQL2_INTERVAL) {
        bool known = value_of(a, t, &v);
        *out = (struct span){v.number, v.number};
        return known;
    }
    double ends[2];
    for (int i = 0; i < 2; i++) {
        v.number = i == 0 ? -INFINITY : INFINITY;
        if (t->args[i].kind != CQL2_OPEN && !value_of(a, &t->args[i], &v))
            return false;
        ends[i] = v.number;
    }
    *out = (struct span){ends[0], ends[1]};
    return true;
}

static bool relate(enum cql2_op op, const struct span *a, const struct span *b)
{
    switch (op) {
    case CQL2_T_AFTER:
        return a->from > b->to;
    case CQL2_T_BEFORE:
        return a->to < b->from;
    case CQL2_T_CONTAINS:
        return a->from < b->from && a->to > b->to;
    case CQL2_T_DISJOINT:
        return a->to < b->from || a->from > b->to;
    case CQL2_T_DURING:
        return a->from > b->from && a->to < b->to;
    case CQL2_T_EQUALS:
        return a->from == b->from && a->to == b->to;
    case CQL2_T_FINISHEDBY:
        return a->from < b->from && a->to == b->to;
    case CQL2_T_FINISHES:
        return a->from > b->from && a->to == b->to;
    case CQL2_T_INTERSECTS:
        return a->to >= b->from && a->from <= b->to;
    case CQL2_T_MEETS:
        return a->to == b->from;
    case CQL2_T_METBY:
        return a->from == b->to;
    case CQL2_T_OVERLAPPEDBY:
        return a->from > b->from && a->from < b->to && a->to > b->to;
    case CQL2_T_OVERLAPS:
        return a->from < b->from && a->to > b->from && a->to < b->to;
    case CQL2_T_STARTEDBY:
        return a->from == b->from && a->to > b->to;
    default:
        return a->from == b->from && a->to < b->to; /* T_STARTS */
    }
}

static enum truth ask_temporal(const struct asking *a, const struct filter_term *t)
{
    struct span x, y;
    if (!span_of(a, &t->args[0], &x) || !span_of(a, &t->args[1], &y))
        return UNKNOWN;
    return truth_of(relate(t->op, &x, &y));
}

/* ---- predicates ---- */

static enum truth ask_null(struct asking *a, const struct filter_term *t)
{
    struct filter_value v;
    const struct filter_term *x = &t->args[0];
    if (x->kind == CQL2_PROPERTY && x->type == FILTER_GEOMETRY)
        return truth_of(!feature_geometry(a) && !a->status);
    return truth_of(x->kind == CQL2_PROPERTY && !value_of(a, x, &v));
}

static enum truth ask_all(struct asking *a, const struct filter_term *t)
{
    enum truth all = TRUE_;
    for (size_t i = 0; i < t->n_args && all != FALSE_; i++)
        all = both(all, ask(a, &t->args[i]));
    return all;
}

static enum truth ask_any(struct asking *a, const struct filter_term *t)
{
    enum truth any = FALSE_;
    for (size_t i = 0; i < t->n_args && any != TRUE_; i++) {
        enum truth one = ask(a, &t->args[i]);
        any = one == FALSE_ ? any : one;
    }
    return any;
}

static enum truth ask(struct asking *a, const struct filter_term *t)
{
    enum truth inner;
    switch (t->kind) {
    case CQL2_AND:
        return ask_all(a, t);
    case CQL2_OR:
        return ask_any(a, t);
    case CQL2_NOT:
        inner = ask(a, &t->args[0]);
        return inner == UNKNOWN ? UNKNOWN : truth_of(inner == FALSE_);
    case CQL2_BOOLEAN:
        return truth_of(t->number != 0);
    case CQL2_COMPARE:
        return ask_compare(a, t);
    case CQL2_LIKE:
        return ask_like(a, t);
    case CQL2_BETWEEN:
        return ask_between(a, t);
    case CQL2_IN:
        return ask_in(a, t);
    case CQL2_IS_NULL:
        return ask_null(a, t);
    case CQL2_SPATIAL:
        return ask_spatial(a, t);
    case CQL2_TEMPORAL:
        return ask_temporal(a, t);
    default:
        return UNKNOWN; /* a value is no predicate; no reader makes that */
    }
}

enum status filter_matches(struct filter *f, const struct filter_feature *feature, bool *matches,
                           struct error *e)
{
    struct asking a = {.filter = f, .feature = feature, .error = e};
    bool all = true;
    for (size_t i = 0; i < f->n_terms && all && !a.status; i++)
        all = ask(&a, f->terms[i]) == TRUE_;
    if (a.geometry)
        GEOSGeom_destroy_r(geo_geos_handle(f->geos), a.geometry);
    if (!a.status)
        *matches = all;
    return a.status;
}

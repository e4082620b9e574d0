/* Filters in CQL2 (OGC 21-065r2), as text and as JSON, to one tree. What the names in a filter mean, and
 * whether it can be asked of them, is filter/filter.h's.
 *
 * Read are: AND, OR, NOT; comparisons; LIKE, BETWEEN, IN, IS NULL; spatial and temporal predicates; literals
 * of text, numbers, truth, days, times, intervals and geometries (BBOX, too). Refused by name are CASEI,
 * ACCENTI, arrays, arithmetic and other functions. Any bytes may come: a text is at most CQL2_BYTES_MAX long,
 * and nested at most CQL2_DEPTH_MAX deep. Every refusal names the place: the character of a text, counted
 * from 1, or the JSON pointer. Threads: pure; a tree lives in the arena that it was read into. */
#ifndef HX_FORMATS_CQL2_H
#define HX_FORMATS_CQL2_H

#include "base/arena.h"
#include "base/status.h"

enum { CQL2_BYTES_MAX = 8192, CQL2_DEPTH_MAX = 32 };

enum cql2_kind {
    CQL2_AND, /* of any number */
    CQL2_OR,
    CQL2_NOT,
    CQL2_COMPARE, /* two values */
    CQL2_LIKE,    /* a value and a pattern (text) */
    CQL2_BETWEEN, /* a value, the lower and the upper bound */
    CQL2_IN,      /* a value, then what it may be */
    CQL2_IS_NULL, /* a value */
    CQL2_SPATIAL, /* two values */
    CQL2_TEMPORAL,
    /* values */
    CQL2_PROPERTY, /* text: its name */
    CQL2_TEXT,     /* text */
    CQL2_NUMBER,   /* number */
    CQL2_BOOLEAN,  /* number: 0 or 1; a predicate, too */
    CQL2_DAY,      /* text as written; number: days since 1970-01-01 */
    CQL2_TIME,     /* text as written; number: seconds since 1970-01-01T00:00:00Z */
    CQL2_OPEN,     /* an end of an interval that has none */
    CQL2_INTERVAL, /* its two ends: days, times, open or properties */
    CQL2_GEOMETRY, /* geometry */
};

enum cql2_op {
    CQL2_NO_OP,
    CQL2_EQ,
    CQL2_NE,
    CQL2_LT,
    CQL2_LE,
    CQL2_GT,
    CQL2_GE,
    CQL2_S_INTERSECTS,
    CQL2_S_EQUALS,
    CQL2_S_DISJOINT,
    CQL2_S_TOUCHES,
    CQL2_S_WITHIN,
    CQL2_S_OVERLAPS,
    CQL2_S_CROSSES,
    CQL2_S_CONTAINS,
    CQL2_T_AFTER,
    CQL2_T_BEFORE,
    CQL2_T_CONTAINS,
    CQL2_T_DISJOINT,
    CQL2_T_DURING,
    CQL2_T_EQUALS,
    CQL2_T_FINISHEDBY,
    CQL2_T_FINISHES,
    CQL2_T_INTERSECTS,
    CQL2_T_MEETS,
    CQL2_T_METBY,
    CQL2_T_OVERLAPPEDBY,
    CQL2_T_OVERLAPS,
    CQL2_T_STARTEDBY,
    CQL2_T_STARTS,
};

enum cql2_shape {
    CQL2_POINT,
    CQL2_LINE,
    CQL2_POLYGON,
    CQL2_MULTIPOINT,
    CQL2_MULTILINE,
    CQL2_MULTIPOLYGON,
    CQL2_COLLECTION,
    CQL2_BOX, /* positions: the lower and the upper corner */
};

struct cql2_geometry {
    enum cql2_shape type;
    double (*positions)[2]; /* of a point, a line, a box; in the order in which they are written */
    size_t n_positions;
    struct cql2_geometry **parts; /* rings (lines) of a polygon, members of the others */
    size_t n_parts;
};

struct cql2_node {
    enum cql2_kind kind;
    enum cql2_op op;
    size_t at;           /* of a text: the character where it begins, from 1; 0: of JSON */
    const char *pointer; /* of JSON: where it stands, "/args/0"; NULL: of a text */
    const char *text;
    double number;
    const struct cql2_geometry *geometry;
    struct cql2_node **args;
    size_t n_args;
};

/* STATUS_INVALID_INPUT: "bad-filter", "filter-too-long", "filter-too-deep"; STATUS_INVALID_INPUT with
 * "filter-unsupported" for what is CQL2 and not read here. */
enum status cql2_read_text(const char *text, struct arena *a, struct cql2_node **out,
                           struct error *e) HX_MUST_CHECK;
enum status cql2_read_json(const char *text, struct arena *a, struct cql2_node **out,
                           struct error *e) HX_MUST_CHECK;

/* "2024-01-31": days since 1970-01-01. "2024-01-31T08:00:00.5Z": seconds; nothing but UTC. */
bool cql2_day(const char *text, double *days);
bool cql2_time(const char *text, double *seconds);

/* Fails with a sentence about what stands at the node: "筛选条件第 12 个字处：" and the sentence. */
enum status cql2_fail(const struct cql2_node *at, const char *code, const char *zh, const char *en,
                      struct error *e);

#endif

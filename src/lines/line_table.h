/* The control lines of a store: everything that any code needs to know of a line, one row a line.
 *
 * A line is data: a definition (schema/layers/, or `hongxian layer add`) makes a row, and no code names one.
 * Whoever needs all of them walks 0 .. n - 1, whoever has one asks its members (its relation, its zones, its
 * words), never which line it is; tests/project/line_names.py greps for names.
 *
 * A table holds the lines that a check looks at (those that must be examined, and those whose layer is
 * loaded) in the order of the report, and beside them the lines that are defined but not examined: a report
 * lists them as 未审查. A line is known by its number within one table, and by its id in files, stores and
 * reports. Threads: const once made; lives in the arena that it was made in. */
#ifndef HX_LINES_LINE_TABLE_H
#define HX_LINES_LINE_TABLE_H

#include "base/arena.h"
#include "base/status.h"
#include "lines/unit_levels.h"

#include <stdint.h>

enum {
    LINES_MAX = 64,  /* in one table: a rule has a bit for each */
    ZONES_MAX = 200, /* of one line */
};

enum line_relation {
    LINE_EXCLUDES,   /* pressing on it matters */
    LINE_CONTAINS,   /* inside or outside matters; it is tiled by its zones, and what is in none is outside */
    LINE_CLASSIFIES, /* the area by class matters; nothing in it is forbidden or allowed by that alone */
};
const char *line_relation_name(enum line_relation r); /* "exclude", "contain", "classify" */

/* How an area is drawn on a screen's map, where a definition wants it other than on paper. */
struct line_screen {
    bool given;
    unsigned fill, ink, edge; /* 0xRRGGBB; ink is the pattern's */
    double alpha, ink_alpha;
    double width;        /* of the edge, CSS pixels */
    const char *pattern; /* "diagonal", "dots", "vertical", "rings"; "" for none */
};

/* What a published text says of a line, word for word. */
struct line_quote {
    const char *zh, *en; /* en: ours, "" when there is none */
    const char *where;   /* document and section */
};

/* A zone, or a class, as the rules and the reports name it. */
struct line_zone {
    const char *zh;  /* the rule table's sub_zone */
    const char *en;  /* "" when no report names it in English */
    const char *has; /* what a feature's zone has in its name to belong here; "": every name has it */
    const char *const * not ; /* and what it has not; NULL ends */
    const char *const *codes; /* or the feature's zone begins with one of these; NULL ends; empty: by `has` */
    const char *group;        /* of classes: the great class; "" */
    const char *column;       /* title of its column in a report (Chinese); "" when it has none */
    bool absolute;            /* one rule for every class: neither an exception nor a general rule */
    bool has_fill; /* drawn in a colour of its own: on paper, in QGIS, and on a screen without `screen` */
    unsigned fill; /* 0xRRGGBB; opacity and edge are those of the line's symbol */
    struct line_screen screen;
};

/* Chinese unless said otherwise; "" where a line of its relation has none. */
struct line_texts {
    const char *held;                      /* "压占…": what lies in the line, as a predicate */
    const char *held_then;                 /* what follows from it: the end of the sentence after the area */
    const char *held_en;                   /* English, before the area ... */
    const char *held_then_en;              /* ... and after it */
    const char *clear;                     /* "项目用地不涉及…" */
    const char *is_clear_zh, *is_clear_en; /* the whole sentence: sentences_prepare */
    const char *column, *outside_column;   /* titles in a report's table */
    const char *sum_head, *row_head;       /* titles in an audit's tables */
};

/* How it is drawn on a map on paper. Colours are 0xRRGGBB; widths and spacings are points. */
struct line_symbol {
    unsigned fill, edge;
    unsigned overlap; /* of the part in which a parcel lies */
    double alpha;     /* of the fill */
    double width;     /* of the edge */
    double hatch;     /* between the strokes over that part */
    bool dashed;
    const char *chart; /* the bar in an audit's page, "#c0392b" */
    struct line_screen screen;
};

struct line_link {
    const char *title; /* Chinese */
    const char *url;   /* "" when none was read */
    const char *confidence;
};

struct control_line {
    int number;                      /* in its table; of a line that is not examined -1 */
    const char *id;                  /* the store's layer, and what every file says */
    const char *definition;          /* SHA-256 of the definition's text, hex */
    const char *standard;            /* its table in the official databases */
    const char *title_zh, *title_en; /* as titles */
    const char *name_en;             /* within an English sentence */
    const char *short_zh, *short_en; /* where there is little room */
    const char *prefix;              /* of its columns in audits and of its figures: PREFIX_m2 */
    const char *const *codes;        /* as the rule table calls it; NULL ends */
    const char *const *names;        /* official names, read or not; NULL ends */
    int order;                       /* its place in reports and legends */
    bool must;                       /* must be examined: without its data no verdict is complete */
    enum line_relation relation;
    const struct line_zone *zones;
    int n_zones;
    bool zones_closed;                /* its zones are these and no others */
    const char *outside, *outside_en; /* LINE_CONTAINS: the name of what is in no zone; "" otherwise */
    const char *within_id;            /* the line in which it has a rule of its own; "": none */
    int within;                       /* its number; -1: none, or not examined */
    const char *within_zone;          /* the sub_zone of that rule */
    const char *const *apart_ids;     /* the lines that it must not overlap (不交叉不重叠); NULL ends */
    uint64_t apart;                   /* those that are examined, a bit each; symmetric */
    const char *space, *space_standard; /* the layer of the space that it belongs to; its official table */
    struct line_screen space_screen;
    const struct line_quote *quotes, *space_quotes;
    size_t n_quotes, n_space_quotes;
    double planned_share;              /* of the region, by the plan; NAN: the plan gives none */
    const char *office_zh, *office_en; /* in charge of it; "" when none is stated */
    const struct line_link *links;     /* to its texts */
    size_t n_links;
    int column;    /* its first column in a report's table, after that of the parcel */
    int n_columns; /* how many it has */
    struct line_texts texts;
    struct line_symbol symbol;
    const struct line_rule_text *rules; /* the rows that its definition brings (rules_csv.h) */
    size_t n_rules;
};

struct layer_ties;
struct line_table {
    const struct control_line *lines; /* examined */
    int n;
    const struct control_line *rest; /* defined, not examined */
    int n_rest;
    int n_columns;                 /* of a report's table, with the parcel's */
    const struct layer_ties *ties; /* of every definition, of other kinds of layers, too (matrix.h) */
    size_t n_ties;
    /* Levels of administrative units, from the largest to the smallest, whether loaded or not. */
    const struct unit_level *levels;
    size_t n_levels;
};

static inline const struct control_line *line_at(const struct line_table *t, int line)
{
    return &t->lines[line];
}

/* One of them, for sentences that give an example. NULL when nothing is defined. */
const struct control_line *line_example(const struct line_table *t);

/* Every definition of an office, in one table: sorted by their order, all of them examined. Refused, with the
 * definition and the remedy, when two say the same id, official table, official name, column prefix or rule
 * code, when one names a line that nobody defines, and when lines lie within each other in a circle. */
enum status line_table_make(const struct control_line *lines, size_t n, struct arena *a,
                            struct line_table *out, struct error *e) HX_MUST_CHECK;
/* Those of `all` that must be examined, or of which `is_loaded` says so; the others become its rest. */
typedef bool line_is_loaded_fn(const char *id, const void *user);
enum status line_table_select(const struct line_table *all, line_is_loaded_fn *is_loaded, const void *user,
                              struct arena *a, struct line_table *out, struct error *e) HX_MUST_CHECK;

/* The examined line with this id; NULL: no such line. */
const struct control_line *line_of_id(const struct line_table *t, const char *id);
/* By id, official table, rule code or title, examined or not; NULL: there is none. For what people write. */
const struct control_line *line_of_name(const struct line_table *t, const char *name);
/* The number of the zone to which a feature belongs by the name of its own zone; n_zones: to none. */
int line_zone_of(const struct control_line *line, const char *zone);
/* A class by the name that its definition gives it, where the data have a code; otherwise as the data have
 * it. */
const char *line_zone_title(const struct control_line *line, const char *zone);
/* A zone's name in English, that of the outside, too; what is not known stays as it is. */
const char *line_zone_en(const struct control_line *line, const char *zone);

#endif

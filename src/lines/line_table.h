/* The control lines: everything that any code needs to know of a line, one row a line.
 *
 * No other file names a line: whoever needs all of them walks 0 .. CONTROL_LINE_COUNT - 1, whoever has one
 * asks its members (its relation, its zones, its words), never which line it is. tests/project/line_names.py
 * greps for names. The rows are the "control" members of schema/layers.json, in the order of the file;
 * table.cmake makes them C at build time, so that a row added there is a row here.
 *
 * A line is known by its number within this process, and by its id in files, stores and reports.
 * Threads: const. */
#ifndef HX_LINES_LINE_TABLE_H
#define HX_LINES_LINE_TABLE_H

#include "lines/line_count.h"

#include <stdbool.h>

enum line_relation {
    LINE_EXCLUDES, /* pressing on it matters */
    LINE_CONTAINS, /* inside or outside matters; it is tiled by its zones, and what is in none is outside */
};

/* A zone as the rules and the reports name it. */
struct line_zone {
    const char *zh;       /* the rule table's sub_zone */
    const char *en;       /* "" when no report names it in English */
    const char *has;      /* what a feature's zone has in its name to belong here; "": every name has it */
    const char * not [3]; /* and what it has not; NULL ends */
    const char *column;   /* title of its column in a report (Chinese); "" when it has none */
    bool absolute;        /* one rule for every class: neither an exception nor a general rule */
};

/* Chinese unless said otherwise; "" where a line of its relation has none. */
struct line_texts {
    const char *held;                    /* "压占…": what lies in the line, as a predicate */
    const char *held_then;               /* what follows from it: the end of the sentence after the area */
    const char *held_en;                 /* English, before the area ... */
    const char *held_then_en;            /* ... and after it */
    const char *clear;                   /* "项目用地不涉及…" */
    const char *column, *outside_column; /* titles in a report's table */
    const char *sum_head, *row_head;     /* titles in an audit's tables */
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
};

struct control_line {
    const char *id;                  /* the store's layer, and what every file says */
    const char *standard;            /* its table in the official databases */
    const char *title_zh, *title_en; /* as titles */
    const char *name_en;             /* within an English sentence */
    const char *short_zh, *short_en; /* where there is little room */
    const char *prefix;              /* of its columns in audits and of its figures: PREFIX_m2 */
    const char *const *codes;        /* as the rule table calls it; NULL ends */
    enum line_relation relation;
    const struct line_zone *zones;
    int n_zones;
    const char *outside, *outside_en; /* LINE_CONTAINS: the name of what is in no zone; "" otherwise */
    int within;                       /* the line in which it has a rule of its own; -1: none */
    const char *within_zone;          /* the sub_zone of that rule */
    const char *space,
        *space_standard;  /* the layer of the space that it belongs to, and its official table */
    double planned_share; /* of the region, by the plan; NAN: the plan gives none */
    int column;           /* its first column in a report's table, after that of the parcel */
    struct line_texts texts;
    struct line_symbol symbol;
};

extern const struct control_line control_lines[CONTROL_LINE_COUNT];

static inline const struct control_line *line_at(int line)
{
    return &control_lines[line];
}

/* One of them, for sentences that give an example. */
static inline const struct control_line *line_example(void)
{
    return &control_lines[0];
}

/* The number of an id; -1: no such line. */
int line_of_id(const char *id);
/* The number of the zone to which a feature belongs by the name of its own zone; n_zones: to none. */
int line_zone_of(const struct control_line *line, const char *zone);
/* A zone's name in English, that of the outside, too; what is not known stays as it is. */
const char *line_zone_en(const struct control_line *line, const char *zone);

#endif

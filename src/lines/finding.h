/* What a check finds of one parcel and one line: areas, features, zones, and the rules that they bring up.
 *
 * check/ measures it, the judge (judge.h) adds the rules; reports, audits and the C library read it. What a
 * finding was measured against (struct layer_snapshot) is not looked at here.
 * Invariants: LAYER_UNMEASURED is 0, so that a zeroed finding never reads as clear; LAYER_CLEAR stands only
 * where the layer is loaded, its coverage contains the parcel, and it was measured. Threads: plain data. */
#ifndef HX_LINES_FINDING_H
#define HX_LINES_FINDING_H

#include "lines/claims.h"
#include "lines/line_table.h"
#include "lines/rules.h"

#include <stddef.h>
#include <stdint.h>

enum layer_status {
    LAYER_UNMEASURED = 0, /* invalid or unreadable data: cannot be measured */
    LAYER_NOT_COVERED,    /* no data here, or not everywhere under the parcel */
    LAYER_OVERLAP,        /* 压占 */
    LAYER_SLIVER,         /* only slivers, by the check's sliver_policy; still listed */
    LAYER_CLEAR,          /* 未压占: covered, measured, nothing */
};

/* 碎屑: a common area is set aside only when both limits hold (std-tolerances; see DESIGN.md). The policy is
 * part of a check and is disclosed in its report; {0, 0} sets nothing aside. */
struct sliver_policy {
    double area_m2;
    double width_m;
};
#define SLIVER_POLICY_DEFAULT ((struct sliver_policy){1.0, 0.10})

/* Below this an overlap is rounding of the coordinates themselves, not land: see DESIGN.md. */
#define MEASURE_FLOOR_M2 1e-4
/* What is too small to be land in a parcel of this size: rounding of coordinates and of sums. */
double measure_floor_m2(double parcel_m2);
/* The part of the parcel about which the layer says nothing is no more than rounding. */
bool measure_is_covered(double uncovered_m2, double parcel_m2);

struct feature_overlap {
    int64_t feature_id;
    const char *code; /* BSM; borrowed from the snapshot */
    const char *name; /* borrowed from the snapshot */
    const char *zone; /* sub-zone, or ""; borrowed */
    double area_m2;
    double width_m; /* 2 * area / perimeter of the overlap; NAN when it was not needed */
    bool sliver;
};

struct zone_overlap {
    const char *zone; /* as the data name it; the line's `outside` for what is in none. Borrowed */
    double area_m2;
};

struct layer_snapshot;
struct layer_finding {
    const struct layer_snapshot *layer; /* borrowed; NULL when the layer is not loaded */
    const struct control_line *line;    /* borrowed from the snapshot */
    enum layer_status status;
    double area_m2;      /* union over the layer's features; NAN unless OVERLAP, SLIVER or CLEAR */
    double share;        /* area / parcel, 0..1; NAN likewise */
    double sum_m2;       /* per-feature areas added up; exceeds area_m2 where features overlap each other */
    bool area_is_bound;  /* the union could not be built: area_m2 is an upper bound */
    double uncovered_m2; /* part of the parcel where the layer states no data */
    bool inside;         /* the whole parcel lies in it */
    bool touches;        /* boundaries meet without common area */
    struct feature_overlap *features; /* largest first; arena */
    size_t n_features;
    /* Of a line that contains: its zones, and the outside last. Of one that classifies: its classes.
     * Arena. */
    struct zone_overlap *zones;
    size_t n_zones;
    const struct claim *claim; /* what the project claims on this line; NULL: nothing. Borrowed */
    struct rule_hit *rules;    /* arena */
    size_t n_rules;
    enum verdict verdict;              /* of this line alone */
    const char *reason_zh, *reason_en; /* why UNMEASURED or NOT_COVERED; "" otherwise */
};

/* The parcel's area in the features of each zone of the line, and last, m2[line->n_zones], in
 * those of none. */
void layer_finding_zones_m2(const struct layer_finding *f, double m2[ZONES_MAX + 1]);
const char *
layer_status_name(enum layer_status s); /* "unmeasured", "not_covered", "overlap", "sliver", "clear" */
const char *layer_status_zh(enum layer_status s);
/* The status in the words of its line: 压占 / 未压占, or 位于界内 / 位于界外. */
const char *layer_finding_zh(const struct layer_finding *f);
const char *layer_finding_en(const struct layer_finding *f);

#endif

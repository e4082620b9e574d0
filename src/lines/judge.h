/* The judging stage: findings + rule table -> rules that apply and a verdict. Pure and total: no I/O, no
 * clock, and an answer for every finding. What a line's relation and zones are says the table of lines. */
#ifndef HX_LINES_JUDGE_H
#define HX_LINES_JUDGE_H

#include "lines/finding.h"

/* Areas in which two lines overlap each other within the parcel, m2; 0 where they do not. Symmetric. */
struct common_areas {
    double m2[CONTROL_LINE_COUNT][CONTROL_LINE_COUNT];
};

/* One parcel before the judge. */
struct judge_case {
    const struct rule_table *rules;
    const char *project_class;
    double parcel_m2;
    struct sliver_policy slivers;
    const struct common_areas *common;
};

/* Writes the rules of every finding, in the arena, and the verdict of all of them. */
enum status judge_findings(const struct judge_case *c, struct arena *a,
                           struct layer_finding findings[CONTROL_LINE_COUNT], enum verdict *out,
                           struct error *e) HX_MUST_CHECK;

/* The more severe of two: prohibited, unknown, restricted, notice, allowed. What is not known is worse than
 * what is restricted, because it may be prohibited. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif

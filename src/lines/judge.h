/* The judging stage: findings + rule table -> rules that apply and a verdict. Pure and total: no I/O, no
 * clock, and an answer for every finding. What a line's relation and zones are says the table of lines. */
#ifndef HX_LINES_JUDGE_H
#define HX_LINES_JUDGE_H

#include "lines/finding.h"

/* Areas in which two lines overlap each other within the parcel, m2; 0 where they do not. n x n, symmetric,
 * by the lines' numbers. Only pairs that a rule asks of are measured: common_is_asked. */
struct common_areas {
    const double *m2;
    int n;
};
static inline double common_area(const struct common_areas *c, int a, int b)
{
    return c->m2[a * c->n + b];
}
/* Must the two be kept apart, or does one have a rule of its own within the other? */
bool common_is_asked(const struct control_line *a, const struct control_line *b);

/* One parcel before the judge. */
struct judge_case {
    const struct rule_table *rules;
    const char *project_class; /* the project's nature: of every line on which it claims nothing */
    const struct claim_set *claims;
    /* Codes of the units in which the parcel lies, NULL ends; NULL when no rule names a unit. */
    const char *const *units;
    double parcel_m2; /* by the arithmetic that the findings were measured with */
    struct sliver_policy slivers;
    const struct common_areas *common;
};

/* Writes claim, rules and verdict of every finding, in the arena, and the worst of the verdicts. */
enum status judge_findings(const struct judge_case *c, struct arena *a, struct layer_finding *findings,
                           int n_findings, enum verdict *out, struct error *e) HX_MUST_CHECK;

/* The more severe of two: prohibited, unknown, restricted, notice, allowed. What is not known is worse than
 * what is restricted, because it may be prohibited. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif

/* The judging stage: findings + rule table -> rules that apply and a verdict. Pure: no I/O, no clock. Private
 * to check/. */
#ifndef HX_CHECK_JUDGE_H
#define HX_CHECK_JUDGE_H

#include "check/check.h"

/* Areas in which two lines overlap each other within the parcel, m2; 0 where they do not. */
struct common_areas {
    double red_line_farmland, red_line_boundary, farmland_boundary;
};

/* Writes the rules of every layer and the verdict of `r`. */
enum status judge_parcel(const struct rule_table *rules, const char *project_class,
                         const struct common_areas *common, struct arena *a, struct parcel_report *r,
                         struct error *e) HX_MUST_CHECK;

/* The more severe of two: prohibited, unknown, restricted, notice, allowed. What is not known is worse than
 * what is restricted, because it may be prohibited. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif

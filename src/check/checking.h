/* What is asked of every parcel of a check, and the judging of one. Private to check/. */
#ifndef HX_CHECK_CHECKING_H
#define HX_CHECK_CHECKING_H

#include "check/check.h"

struct checking {
    struct check_worker *w;
    const struct snapshot *snapshot;
    const struct report *report;     /* class and claims */
    bool figures_only, kernel_areas; /* as in check_options */
};

/* Rules and verdicts of the findings in r->layers, and r->verdict; r->units are there when a rule names one.
 * Afterwards the parcel is prepared in w->scratch. */
enum status checking_judge(const struct checking *c, struct parcel_report *r, struct error *e) HX_MUST_CHECK;

/* r->drafts: what the finished report would say under each draft. Nothing where there is none. */
enum status checking_drafts(const struct checking *c, struct parcel_report *r, struct error *e) HX_MUST_CHECK;

#endif

/* A part of a whole, as audits tell it: the one place where a share is computed, and where it is left out
 * with the reason. A share of a unit is of its official area, never of its outline: the outlines that come
 * with us are for reference, and smaller than the region. Threads: const once read. */
#ifndef HX_AUDIT_SHARE_H
#define HX_AUDIT_SHARE_H

#include "check/snapshot.h"

#define SHARE_REGION "150000"

struct share {
    double of_m2;        /* the whole; NAN: not known */
    double value;        /* NAN: left out */
    const char *zh, *en; /* why it is left out; of an official area, where that is from; "" */
};
/* Of a whole that was measured. `zh` and `en` say what it means that there is nothing of it. */
struct share share_of(double part_m2, double whole_m2, const char *zh, const char *en);

/* The official areas of units: what definitions state (official_areas), and beside that what the features of
 * administrative layers have in their field of area. */
struct official_area {
    const char *code; /* six digits */
    double m2;
    const char *source;
};
struct official_areas {
    struct official_area *items;
    size_t n;
};
struct store;
enum status official_areas_read(struct store *store, const struct snapshot *s, struct arena *a,
                                struct official_areas *out, struct error *e) HX_MUST_CHECK;
/* Of the unit's official area. `code`: of at least six digits; what is behind them is not looked at. */
struct share share_of_unit(const struct official_areas *o, const char *code, double part_m2);

#endif

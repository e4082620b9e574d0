/* The administrative units in which the parcels of a report wholly lie, by the digits with which all codes
 * within such a unit begin: 15 the region, 1501 a prefecture, 150104 a county.
 *
 * From what the report has measured: a level of which nothing is loaded holds nothing, and what lies partly
 * outside every unit lies in none. Threads: pure. */
#ifndef HX_CHECK_PLACES_H
#define HX_CHECK_PLACES_H

#include "check/check.h"

/* Ended by NULL, in the arena; the widest first. */
enum status report_places(const struct report *r, struct arena *a, const char *const **out,
                          struct error *e) HX_MUST_CHECK;
/* Is it one of them? "" is everywhere. */
bool places_have(const char *const *places, const char *digits);
/* Names of units in which parcels of the report lie, and which are neither within `digits` nor around it,
 * between "、", "…" where there are more; "" when none is known. */
void report_places_outside(const struct report *r, const char *digits, char *out, size_t size);

#endif

/* Administrative units with their boundaries, for an import that asks where its features are. Threads: as
 * store.h. */
#ifndef HX_STORE_STORE_UNITS_H
#define HX_STORE_STORE_UNITS_H

#include "store/store.h"

struct store_unit {
    const char *code, *name, *level; /* "region" | "prefecture" | "county" | "township" */
    const void *wkb;                 /* MultiPolygon; NULL when no boundary is known */
    size_t wkb_size;
};
typedef bool store_unit_fn(const struct store_unit *u, void *user);
/* By code; borrowed for the call; false stops. */
enum status store_units(struct store *s, store_unit_fn *fn, void *user, struct error *e) HX_MUST_CHECK;

enum { UNIT_DIGITS_SIZE = 16 };
/* The digits with which all codes in a unit begin: 15 of 150000, 1501 of 150100, 150104 of itself; "" of
 * "all". Cut to UNIT_DIGITS_SIZE - 1. */
void unit_digits(const char *unit, char digits[UNIT_DIGITS_SIZE]);

#endif

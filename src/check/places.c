#include "check/places.h"

#include "store/store_units.h"

#include <string.h>

enum { PLACES_MAX = 64, CODE_MAX = 15 };

/* Lengths of codes: region, prefecture, county, township, village. */
static const size_t lengths[] = {2, 4, 6, 9, 12};
enum { N_LENGTHS = sizeof lengths / sizeof *lengths };

static bool begins(const char *code, const char *digits)
{
    return strncmp(code, digits, strlen(digits)) == 0;
}

/* How much of the parcel lies in units of one level (that of unit `i`) within `digits`. */
static double area_within(const struct parcel_report *p, size_t i, const char *digits)
{
    double m2 = 0;
    for (size_t k = 0; k < p->n_units; k++)
        if (strcmp(p->units[k].layer, p->units[i].layer) == 0 && begins(p->units[k].code, digits))
            m2 += p->units[k].area_m2;
    return m2;
}

static bool lies_in(const struct parcel_report *p, const char *digits)
{
    for (size_t i = 0; i < p->n_units; i++)
        if (begins(p->units[i].code, digits) &&
            measure_is_covered(p->area_m2 - area_within(p, i, digits), p->area_m2))
            return true;
    return false;
}

static bool all_lie_in(const struct report *r, const char *digits)
{
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        if (!lies_in(&r->results[i], digits))
            return false;
    return r->parcels.n_parcels > 0;
}

bool places_have(const char *const *places, const char *digits)
{
    for (; *digits && *places; places++)
        if (strcmp(*places, digits) == 0)
            return true;
    return !*digits;
}

/* The first `length` digits of a code, where they can be a unit's: 150100 is the prefecture 1501, which six
 * digits of it are not again. */
static bool candidate(const char *code, size_t length, char digits[CODE_MAX + 1])
{
    if (strlen(code) < length || strlen(code) > CODE_MAX)
        return false;
    memcpy(digits, code, length);
    digits[length] = '\0';
    return length < 4 || strcmp(digits + length - 2, "00") != 0 || length > 6;
}

enum status report_places(const struct report *r, struct arena *a, const char *const **out, struct error *e)
{
    const char **found = arena_array(a, PLACES_MAX + 1, sizeof *found);
    size_t n = 0;
    if (!found)
        return error_no_memory(e);
    const struct parcel_report *first = r->parcels.n_parcels ? r->results : NULL;
    for (size_t l = 0; first && l < N_LENGTHS; l++)
        for (size_t i = 0; i < first->n_units; i++) {
            char digits[CODE_MAX + 1];
            if (n == PLACES_MAX || !candidate(first->units[i].code, lengths[l], digits) ||
                places_have(found, digits) || !all_lie_in(r, digits))
                continue;
            if (!(found[n++] = arena_strdup(a, digits)))
                return error_no_memory(e);
        }
    *out = found;
    return STATUS_OK;
}

/* Neither within the unit of these digits, nor one that it is within. */
static bool is_apart(const char *code, const char *digits)
{
    char own[UNIT_DIGITS_SIZE];
    unit_digits(code, own);
    return !begins(code, digits) && !begins(digits, own);
}

void report_places_outside(const struct report *r, const char *digits, char *out, size_t size)
{
    static const char more[] = "…";
    size_t n = 0;
    *out = '\0';
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        for (size_t k = 0; k < r->results[i].n_units; k++) {
            const struct parcel_unit *u = &r->results[i].units[k];
            size_t length = strlen(u->name);
            if (!is_apart(u->code, digits) || !length || strstr(out, u->name))
                continue;
            if (n + length + sizeof more + 3 > size) {
                memcpy(out + n, more, sizeof more);
                return;
            }
            memcpy(out + n, "、", n ? 3 : 0);
            n += n ? 3 : 0;
            memcpy(out + n, u->name, length + 1);
            n += length;
        }
}

/* One parcel context for all inputs of a run, and a check that no build leaves out. */
#ifndef HX_TESTS_FUZZ_H
#define HX_TESTS_FUZZ_H

#include "features/parcel.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void require(bool holds)
{
    if (!holds)
        abort();
}

static inline const struct parcel_context *fuzz_context(void)
{
    static struct parcel_context c;
    struct error e;
    if (!c.arena) {
        c.arena = arena_new((size_t)1 << 28);
        require(c.arena && geo_transformer_new(&c.transformer, &e) == STATUS_OK &&
                geo_geos_new(&c.geos, &e) == STATUS_OK);
    }
    return &c;
}

#endif

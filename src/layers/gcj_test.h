/* Does a file look as if its coordinates were GCJ-02, the offset of Chinese web maps (300 to 700 m)? No file
 * says so.
 *
 * Vertices that follow the boundaries which the store knows are compared with them twice: as they are, and
 * with the offset undone. When at least GCJ_FEWEST lie within GCJ_NEAR_M of a boundary under the second
 * reading, and twice as many as under the first, the file is suspected. Data that follow no boundary give no
 * evidence: never a reason to trust.
 * The formula is the published approximation (geodata/make/gcj02.py has its words). Threads: one owner. */
#ifndef HX_LAYERS_GCJ_TEST_H
#define HX_LAYERS_GCJ_TEST_H

#include "layers/units.h"

#define GCJ_NEAR_M 150.0
enum { GCJ_FEWEST = 20, GCJ_SAMPLE = 2000, GCJ_PER_FEATURE = 64 };

struct gcj_test {
    double lon[GCJ_SAMPLE], lat[GCJ_SAMPLE];
    uint64_t n_seen;
    uint64_t seed;
};

struct gcj_answer {
    int n_sample, near_as_is, near_undone;
    bool suspected;
};

void gcj_test_add(struct gcj_test *t, const struct geo_shape *s);
struct gcj_answer gcj_test_answer(const struct gcj_test *t, const struct units *u);

#endif

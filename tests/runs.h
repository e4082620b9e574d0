/* How much a test does: small in script/test, whole in script/test --long (HX_LONG=1). For C tests;
 * tests/runs.py is the same for Python. */
#ifndef HX_TESTS_RUNS_H
#define HX_TESTS_RUNS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool is_long_run(void)
{
    const char *asked = getenv("HX_LONG");
    return asked && strcmp(asked, "1") == 0;
}

static inline int small_or_whole(int small, int whole)
{
    return is_long_run() ? whole : small;
}

/* What a sanitizer looks at once is enough in script/test: a test that goes through the same code as another
 * begins with `if (left_to_the_whole_run()) skip();`. */
static inline bool left_to_the_whole_run(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return !is_long_run();
#else
    return false;
#endif
}

#endif

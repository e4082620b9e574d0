#include "geo/geos_library.h"

#include "base/late_library.h"

#include <assert.h>

struct geos_functions geos_functions;

#define NAME(name) #name,
static const char *const names[] = {GEOS_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof geos_functions == N_NAMES * sizeof(void *), "one pointer for each name, nothing else");

enum status geos_load(struct error *e)
{
    static struct late_library library = {
        "GEOS", HX_GEOS_FILE, names, N_NAMES, &geos_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

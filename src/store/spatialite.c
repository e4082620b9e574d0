#include "store/spatialite.h"

#include "base/late_library.h"

#include <assert.h>

struct spatialite_functions spatialite_functions;

#define NAME(name) #name,
static const char *const names[] = {SPATIALITE_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof spatialite_functions == N_NAMES * sizeof(void *),
              "one pointer for each name, nothing else");

enum status spatialite_load(struct error *e)
{
    static struct late_library library = {"SpatiaLite",          HX_SPATIALITE_FILE,        names, N_NAMES,
                                          &spatialite_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

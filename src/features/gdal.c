#include "features/gdal.h"

#include "base/late_library.h"

#include <assert.h>

struct gdal_functions gdal_functions;

#define NAME(name) #name,
static const char *const names[] = {GDAL_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof gdal_functions == N_NAMES * sizeof(void *), "one pointer for each name, nothing else");

enum status gdal_load(struct error *e)
{
    static struct late_library library = {
        "GDAL", HX_GDAL_FILE, names, N_NAMES, &gdal_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

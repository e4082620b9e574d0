#include "geo/proj_library.h"

#include "base/late_library.h"

#include <assert.h>

struct proj_functions proj_functions;

#define NAME(name) #name,
static const char *const names[] = {PROJ_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof proj_functions == N_NAMES * sizeof(void *), "one pointer for each name, nothing else");

enum status proj_load(struct error *e)
{
    static struct late_library library = {
        "PROJ", HX_PROJ_FILE, names, N_NAMES, &proj_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

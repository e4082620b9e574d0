#include "geo/proj_library.h"

#include "base/late_library.h"

#include <assert.h>
#include <pthread.h>

struct proj_functions proj_functions;

#define NAME(name) #name,
static const char *const names[] = {PROJ_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof proj_functions == N_NAMES * sizeof(void *), "one pointer for each name, nothing else");

static const char *version;

/* It fills PROJ's own context, from which each of ours is copied: before there is one. */
static void ask_version(void)
{
    version = proj_info().version;
}

enum status proj_load(struct error *e)
{
    static struct late_library library = {
        "PROJ", HX_PROJ_FILE, names, N_NAMES, &proj_functions, PTHREAD_MUTEX_INITIALIZER, false};
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum status s = late_library_load(&library, e);
    if (s == STATUS_OK)
        pthread_once(&once, ask_version);
    return s;
}

const char *proj_version(void)
{
    return version;
}

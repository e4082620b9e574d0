#include "http/mhd.h"

#include "base/late_library.h"

#include <assert.h>

struct mhd_functions mhd_functions;

#define NAME(name) #name,
static const char *const names[] = {MHD_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof mhd_functions == N_NAMES * sizeof(void *), "one pointer for each name, nothing else");

enum status mhd_load(struct error *e)
{
    static struct late_library library = {
        "libmicrohttpd", HX_MHD_FILE, names, N_NAMES, &mhd_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

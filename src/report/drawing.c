#include "report/drawing.h"

#include "base/late_library.h"

#include <assert.h>

struct drawing_functions drawing_functions;

#define NAME(name) #name,
static const char *const names[] = {DRAWING_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof drawing_functions == N_NAMES * sizeof(void *),
              "one pointer for each name, nothing else");

enum status drawing_load(struct error *e)
{
    static struct late_library library = {
        "Pango", HX_PANGOCAIRO_FILE, names, N_NAMES, &drawing_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

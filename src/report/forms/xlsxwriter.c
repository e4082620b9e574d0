#include "report/forms/xlsxwriter.h"

#include "base/late_library.h"

#include <assert.h>

struct xlsxwriter_functions xlsxwriter_functions;

#define NAME(name) #name,
static const char *const names[] = {XLSXWRITER_FUNCTIONS(NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof xlsxwriter_functions == N_NAMES * sizeof(void *),
              "one pointer for each name, nothing else");

enum status xlsxwriter_load(struct error *e)
{
    static struct late_library library = {"libxlsxwriter",       HX_XLSXWRITER_FILE,        names, N_NAMES,
                                          &xlsxwriter_functions, PTHREAD_MUTEX_INITIALIZER, false};
    return late_library_load(&library, e);
}

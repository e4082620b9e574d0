#include "features/gdal.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

struct gdal_functions gdal_functions;

#define GDAL_NAME(name) #name,
static const char *const names[] = {GDAL_FUNCTIONS(GDAL_NAME)};
enum { N_NAMES = sizeof names / sizeof *names };
static_assert(sizeof gdal_functions == N_NAMES * sizeof(void *), "nothing but one pointer for each name");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[256]; /* "": it is loaded */

/* Stays loaded until the process ends: GDAL does not survive being unloaded. */
static void load(void)
{
    void *library = dlopen(HX_GDAL_FILE, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; library && i < N_NAMES; i++) {
        void *function = dlsym(library, names[i]);
        if (!function)
            library = NULL;
        memcpy((char *)&gdal_functions + i * sizeof function, &function, sizeof function);
    }
    if (!library) {
        const char *why = dlerror();
        snprintf(failure, sizeof failure, "%s", why ? why : HX_GDAL_FILE);
    }
}

enum status gdal_load(struct error *e)
{
    pthread_once(&once, load);
    if (!failure[0])
        return STATUS_OK;
    error_zh(e, "不能载入 GDAL（%s）；请重新安装 GDAL，或联系管理员。", failure);
    return error_fail(e, STATUS_INTERNAL, "gdal-missing",
                      "GDAL cannot be loaded (%s): install GDAL again, or tell the administrator.", failure);
}

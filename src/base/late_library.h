/* A library that is loaded when it is first needed, for what few runs need and every start would pay for:
 * the functions that we call are a table of pointers, filled by their names. The header that includes the
 * library's own lists them and lets their names mean the table's (features/gdal.h is the example).
 *
 * A library stays until the process ends. Threads: any; the table is read-only once it is loaded. */
#ifndef HX_BASE_LATE_LIBRARY_H
#define HX_BASE_LATE_LIBRARY_H

#include "base/status.h"

#include <pthread.h>

struct late_library {
    const char *title; /* in sentences: GDAL */
    const char *file;  /* as it is installed for programs: libgdal.so.32 */
    const char *const *names;
    size_t n;
    void *functions; /* a struct of n pointers, in the order of the names */
    pthread_mutex_t lock;
    bool loaded; /* under the lock */
};

/* STATUS_INTERNAL when the library, or one of the functions, is not there. */
enum status late_library_load(struct late_library *l, struct error *e) HX_MUST_CHECK;

#endif

/* SpatiaLite, loaded when a store is first opened for writing, or its plan read (base/late_library.h): with
 * what is below it (libxml2, ICU, rttopo) it is a third of a program's start, and most runs only read, for
 * which geometry_bytes.h has all that is needed. What includes this header calls SpatiaLite's functions by
 * their own names, which mean the loaded ones; one that is new to us is added to both lists below.
 * Threads: any. */
#ifndef HX_STORE_SPATIALITE_H
#define HX_STORE_SPATIALITE_H

#include "base/status.h"

#include <sqlite3.h>

#include <spatialite.h> /* after sqlite3.h */

/* STATUS_INTERNAL when this machine's SpatiaLite is missing or another than the one that we were built with.
 */
enum status spatialite_load(struct error *e) HX_MUST_CHECK;

#define SPATIALITE_FUNCTIONS(X) X(spatialite_alloc_connection) X(spatialite_cleanup_ex) X(spatialite_init_ex)

struct spatialite_functions {
#define SPATIALITE_MEMBER(name) __typeof__(name) *name;
    SPATIALITE_FUNCTIONS(SPATIALITE_MEMBER)
#undef SPATIALITE_MEMBER
};
extern struct spatialite_functions spatialite_functions; /* filled by spatialite_load, read-only after that */

#define spatialite_alloc_connection spatialite_functions.spatialite_alloc_connection
#define spatialite_cleanup_ex spatialite_functions.spatialite_cleanup_ex
#define spatialite_init_ex spatialite_functions.spatialite_init_ex

#endif

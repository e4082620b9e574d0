/* The two halves of the child's reader of GeoPackages: child_gpkg_open.c opens the database, child_gpkg.c
 * reads it.
 * Private to sandbox/; in the child. */
#ifndef HX_FEATURES_SANDBOX_CHILD_GPKG_H
#define HX_FEATURES_SANDBOX_CHILD_GPKG_H

#include "features/sandbox/child_parts.h"

#include <sqlite3.h>

/* *db is to be closed by the caller whatever comes of it. Refuses, as "gpkg-open-elsewhere", a database whose
 * latest changes may be in a -wal or -journal. */
enum status gpkg_open_database(struct child *c, const char *name, sqlite3 **db,
                               struct error *e) HX_MUST_CHECK;
/* "gpkg-read", with what SQLite says. */
enum status gpkg_fail_sql(sqlite3 *db, struct error *e) HX_MUST_CHECK;

#endif

/* The tables that every GeoPackage has. Private to audit/. */
#ifndef HX_AUDIT_GPKG_TABLES_H
#define HX_AUDIT_GPKG_TABLES_H

#include <stdbool.h>

struct sqlite3;
/* false: see sqlite3_errmsg. */
bool gpkg_base_tables(struct sqlite3 *db);

#endif

/* Which GEOS and PROJ run. Threads: geo_proj_version is not safe against itself; ask once. */
#ifndef HX_GEO_VERSIONS_H
#define HX_GEO_VERSIONS_H

const char *geo_geos_version(void); /* "3.11.1-CAPI-1.17.1", or "missing" where it cannot be loaded; static */
const char *geo_proj_version(void); /* "9.1.1", or "missing" where it cannot be loaded; static */

#endif

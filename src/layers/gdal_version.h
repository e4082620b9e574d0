/* Which GDAL runs: for the record of a check. Threads: any. */
#ifndef HX_LAYERS_GDAL_VERSION_H
#define HX_LAYERS_GDAL_VERSION_H

const char *ingest_gdal_version(void); /* "3.6.2"; static */

#endif

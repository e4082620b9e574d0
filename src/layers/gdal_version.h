/* Which GDAL runs: for the record of a check. Loads it. Threads: any. */
#ifndef HX_LAYERS_GDAL_VERSION_H
#define HX_LAYERS_GDAL_VERSION_H

#include "base/status.h"

/* "3.6.2"; static. As gdal_load (features/gdal.h). */
enum status ingest_gdal_version(const char **version, struct error *e) HX_MUST_CHECK;

#endif

#include "layers/gdal_version.h"

#include <gdal.h>

const char *ingest_gdal_version(void)
{
    return GDALVersionInfo("RELEASE_NAME");
}

#include "layers/gdal_version.h"
#include "features/gdal.h"

enum status ingest_gdal_version(const char **version, struct error *e)
{
    enum status s = gdal_load(e);
    if (!s)
        *version = GDALVersionInfo("RELEASE_NAME");
    return s;
}

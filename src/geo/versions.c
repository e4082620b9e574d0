#include "geo/versions.h"

#include "geo/geos_library.h"
#include "geo/proj_library.h"

const char *geo_geos_version(void)
{
    return geos_load(NULL) == STATUS_OK ? GEOSversion() : "missing";
}

const char *geo_proj_version(void)
{
    return proj_load(NULL) == STATUS_OK ? proj_version() : "missing";
}

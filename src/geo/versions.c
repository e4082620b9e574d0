#include "geo/versions.h"

#include <geos_c.h>
#include <proj.h>

const char *geo_geos_version(void)
{
    return GEOSversion();
}

const char *geo_proj_version(void)
{
    return proj_info().version;
}

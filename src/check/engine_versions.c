#include "check/engine_versions.h"

#include "geo/versions.h"
#include "store/store_records.h"

#include <pthread.h>

static struct engine_versions versions;

static void ask(void)
{
    versions = (struct engine_versions){geo_geos_version(), geo_proj_version(), store_sqlite_version()};
}

const struct engine_versions *engine_versions(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ask);
    return &versions;
}

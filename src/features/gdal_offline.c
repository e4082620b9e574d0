#include "features/gdal_offline.h"

#include "features/gdal.h"

#include <string.h>

/* NULL would make GDAL go there after all: hence a result that is a failure. */
static CPLHTTPResult *no_network(const char *url, CSLConstList options, GDALProgressFunc progress,
                                 void *progress_arg, CPLHTTPFetchWriteFunc write, void *write_arg, void *user)
{
    (void)options, (void)progress, (void)progress_arg, (void)write, (void)write_arg, (void)user;
    CPLError(CE_Failure, CPLE_AppDefined, "the file asks for %s; there is no network access here", url);
    CPLHTTPResult *failed = CPLCalloc(1, sizeof *failed);
    failed->nStatus = 1;
    failed->pszErrBuf = CPLStrdup("no network access");
    return failed;
}

void gdal_offline_push(void)
{
    CPLHTTPPushFetchCallback(no_network, NULL);
}

bool gdal_path_is_remote(const char *path)
{
    return strncmp(path, "/vsi", 4) == 0 || strstr(path, "://");
}

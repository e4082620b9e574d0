#include "layers/gdal_guard.h"

#include "features/gdal_offline.h"

#include <stdio.h>

static void CPL_STDCALL keep_message(CPLErr severity, CPLErrorNum number, const char *message)
{
    (void)number;
    struct gdal_guard *g = CPLGetErrorHandlerUserData();
    if (severity >= CE_Failure)
        snprintf(g->failure, sizeof g->failure, "%s", message);
}

void gdal_guard_enter(struct gdal_guard *g)
{
    g->failure[0] = '\0';
    CPLPushErrorHandlerEx(keep_message, g);
    gdal_offline_push();
}

void gdal_guard_leave(void)
{
    CPLHTTPPopFetchCallback();
    CPLPopErrorHandler();
}

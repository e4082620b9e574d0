#include "layers/gdal_guard.h"

#include "features/gdal_offline.h"

#include <stdio.h>
#include <string.h>

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

enum status gdal_guard_check_path(const char *path, bool writes, struct error *e)
{
    if (strncmp(path, "/vsi", 4) != 0 && !strstr(path, "://"))
        return STATUS_OK;
    if (writes) {
        error_zh(e, "只导出到本机文件；“%s”是网络地址或虚拟路径，请先导出到本机，再传送。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "export-remote",
                          "Only local files are written; \"%s\" is an address or a virtual path: export to a "
                          "local file and send that.",
                          path);
    }
    error_zh(e, "只读取本机文件；“%s”是网络地址或虚拟路径，请先下载到本机再导入。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "source-remote",
                      "Only local files are read; \"%s\" is an address or a virtual path: download it first.",
                      path);
}

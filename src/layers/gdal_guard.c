#include "layers/gdal_guard.h"

#include <stdio.h>
#include <string.h>

static void CPL_STDCALL keep_message(CPLErr severity, CPLErrorNum number, const char *message)
{
    (void)number;
    struct gdal_guard *g = CPLGetErrorHandlerUserData();
    if (severity >= CE_Failure)
        snprintf(g->failure, sizeof g->failure, "%s", message);
}

/* Answers in place of the network. NULL would make GDAL go there after all: hence a result that is a
 * failure. */
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

void gdal_guard_enter(struct gdal_guard *g)
{
    g->failure[0] = '\0';
    CPLPushErrorHandlerEx(keep_message, g);
    CPLHTTPPushFetchCallback(no_network, NULL);
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

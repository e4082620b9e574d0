#include "ingest/gdal_guard.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_http.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Formats in which an office hands over polygons; all of them plain files. */
static const char *const DRIVERS[] = {
    "GPKG",   "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "OpenFileGDB", "FlatGeobuf",
    "SQLite", "MapInfo File",   "LIBKML",  "KML",        "DXF",         NULL};

static void CPL_STDCALL keep_message(CPLErr severity, CPLErrorNum number, const char *message)
{
    (void)number;
    struct gdal_guard *g = CPLGetErrorHandlerUserData();
    if (severity >= CE_Failure) {
        snprintf(g->failure, sizeof g->failure, "%s", message);
    } else if (severity == CE_Warning) {
        if (g->n_warnings < GUARD_MAX_WARNINGS)
            snprintf(g->warnings[g->n_warnings], sizeof g->warnings[0], "%s", message);
        g->n_warnings++;
    }
}

/* Answers in place of the network. NULL would make GDAL go there after all: hence a result that is a failure. */
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

enum status gdal_guard_check_path(const char *path, struct error *e)
{
    if (strncmp(path, "/vsi", 4) != 0 && !strstr(path, "://"))
        return STATUS_OK;
    error_zh(e, "只读取本机文件；“%s”是网络地址或虚拟路径，请先下载到本机再导入。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "source-remote",
                      "Only local files are read; \"%s\" is an address or a virtual path: download it first.",
                      path);
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);
    return n >= k && strcasecmp(path + n - k, suffix) == 0;
}

/* The absolute path that GDAL gets: nothing that begins like one of its virtual file systems or like an address. */
static enum status local_name(const char *path, char **out, struct error *e)
{
    enum status st = gdal_guard_check_path(path, e);
    if (st != STATUS_OK)
        return st;
    char *real = realpath(path, NULL);
    if (!real)
        return error_errno(e, "打开数据文件", "Opening the data file", path);
    st = gdal_guard_check_path(real, e);
    if (st != STATUS_OK) {
        free(real);
        return st;
    }
    if (!has_suffix(real, ".zip") || has_suffix(real, ".gdb.zip")) {
        *out = real;
        return STATUS_OK;
    }
    size_t n = strlen(real) + 16;
    char *zip = malloc(n);
    if (zip)
        snprintf(zip, n, "/vsizip/{%s}", real);
    free(real);
    if (!zip)
        return error_no_memory(e);
    *out = zip;
    return STATUS_OK;
}

static void read_cpg(struct gdal_guard *g, const char *path)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    if (!f)
        return;
    size_t n = VSIFReadL(g->declared_encoding, 1, sizeof g->declared_encoding - 1, f);
    g->declared_encoding[n] = '\0';
    g->declared_encoding[strcspn(g->declared_encoding, "\r\n \t")] = '\0';
    VSIFCloseL(f);
}

/* The encoding of a Shapefile is unknown without a .cpg, where GDAL would take GBK for Latin-1, and wrong .cpg files are
 * common: its bytes are taken as they are, and source_fields.c decodes them. */
static bool is_shapefile(struct gdal_guard *g, const char *name)
{
    g->declared_encoding[0] = '\0';
    if (has_suffix(name, ".shp")) {
        char *cpg = CPLStrdup(CPLResetExtension(name, "cpg"));
        read_cpg(g, cpg);
        strcpy(cpg + strlen(cpg) - 3, "CPG");
        if (!g->declared_encoding[0])
            read_cpg(g, cpg);
        CPLFree(cpg);
        return true;
    }
    VSIStatBufL st;
    if (has_suffix(name, ".gdb") || VSIStatL(name, &st) != 0 || !VSI_ISDIR(st.st_mode))
        return false;
    char **names = VSIReadDirRecursive(name); /* a directory, or a .zip seen as one */
    bool found = false;
    for (char **one = names; one && *one; one++) {
        found |= has_suffix(*one, ".shp");
        if (has_suffix(*one, ".cpg"))
            read_cpg(g, CPLFormFilename(name, *one, NULL));
    }
    CSLDestroy(names);
    return found;
}

static enum status fail_open(const struct gdal_guard *g, const char *path, struct error *e)
{
    const char *why = g->failure[0] ? g->failure : "unknown format";
    error_zh(
        e,
        "无法读取数据文件“%s”（%s）；可接受 GeoPackage、Shapefile（可打包为 zip）、GeoJSON、FileGDB（.gdb）、"
        "FlatGeobuf、SpatiaLite、MapInfo、KML、DXF。",
        path, why);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-unreadable",
        "The data file \"%s\" cannot be read (%s); GeoPackage, Shapefile (may be zipped), GeoJSON, "
        "FileGDB (.gdb), FlatGeobuf, SpatiaLite, MapInfo, KML and DXF are accepted.",
        path, why);
}

enum status gdal_guard_open(struct gdal_guard *g, const char *path, GDALDatasetH *out, struct error *e)
{
    char *name = NULL;
    enum status st = local_name(path, &name, e);
    if (st != STATUS_OK)
        return st;
    GDALAllRegister();
    gdal_guard_enter(g);
    static const char *const raw_text[] = {"ENCODING=", NULL};
    g->raw_text = is_shapefile(g, name);
    GDALDatasetH data =
        GDALOpenEx(name, GDAL_OF_VECTOR | GDAL_OF_READONLY, DRIVERS, g->raw_text ? raw_text : NULL, NULL);
    gdal_guard_leave();
    free(name);
    if (!data)
        return fail_open(g, path, e);
    *out = data;
    return STATUS_OK;
}

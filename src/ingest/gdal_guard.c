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

/* ---- what is in a .zip: GDAL finds a Shapefile at its root only; offices pack folders ---- */

static bool is_data_name(const char *name)
{
    static const char *const endings[] = {".shp", ".gpkg", ".geojson", ".json", ".fgb", ".sqlite", ".tab",
                                          ".mif", ".kml",  ".kmz",     ".dxf",  ".gdb", ".gdb/"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (has_suffix(name, endings[i]))
            return true;
    return false;
}

/* Members that are data: not those within a .gdb folder, nor what a Mac adds. */
static bool is_member(const char *name)
{
    const char *in_gdb = strcasestr(name, ".gdb/");
    return is_data_name(name) && !(in_gdb && in_gdb[5]) && !strstr(name, "__MACOSX");
}

/* Length of the folder part of a name, without its slash. */
static size_t folder_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

struct members {
    const char *first;
    int n;
    bool one_folder_of_shapefiles;
};

static struct members find_members(char **names)
{
    struct members m = {.one_folder_of_shapefiles = true};
    for (char **one = names; one && *one; one++) {
        if (!is_member(*one))
            continue;
        if (m.n++ == 0)
            m.first = *one;
        m.one_folder_of_shapefiles &= has_suffix(*one, ".shp") && folder_of(*one) == folder_of(m.first) &&
                                      strncmp(*one, m.first, folder_of(m.first)) == 0;
    }
    return m;
}

static enum status fail_zip(const char *path, const struct members *m, char **names, struct error *e)
{
    if (!names) {
        error_zh(e, "压缩包“%s”打不开：可能不完整，或不是 zip；请重新获取。", path);
        return error_fail(
            e, STATUS_INVALID_INPUT, "source-zip-broken",
            "The archive \"%s\" cannot be opened: it may be incomplete, or no zip; get it again.", path);
    }
    if (m->n == 0) {
        error_zh(e,
                 "压缩包“%s”里没有能读的数据（.shp、.gdb、.gpkg、.geojson、.fgb、.tab、.mif、.kml、.dxf）。",
                 path);
        return error_fail(e, STATUS_INVALID_INPUT, "source-zip-empty",
                          "The archive \"%s\" holds nothing that can be read (.shp, .gdb, .gpkg, .geojson, "
                          ".fgb, .tab, .mif, "
                          ".kml, .dxf).",
                          path);
    }
    error_zh(e, "压缩包“%s”里有 %d 个数据（“%.100s”等）；导入哪一个？请解压后指明。", path, m->n, m->first);
    return error_fail(e, STATUS_INVALID_INPUT, "source-zip-ambiguous",
                      "The archive \"%s\" holds %d data sets (\"%.100s\" and others). Which one is meant? "
                      "Unpack it and say.",
                      path, m->n, m->first);
}

/* "/vsizip/{a.zip}/folder/a.shp" for the one data set within; the folder when all are Shapefiles beside each other. */
static enum status zip_name(const char *path, const char *zip, char **out, struct error *e)
{
    char **names = VSIReadDirRecursive(zip);
    struct members m = find_members(names);
    enum status st = STATUS_OK;
    if (m.n == 1 || (m.n > 1 && m.one_folder_of_shapefiles)) {
        size_t n = strlen(zip) + strlen(m.first) + 2;
        int kept = m.n == 1 ? (int)strlen(m.first) : (int)folder_of(m.first);
        while (kept > 0 && m.first[kept - 1] == '/')
            kept--;
        *out = malloc(n);
        if (*out)
            snprintf(*out, n, "%s%s%.*s", zip, kept ? "/" : "", kept, m.first);
        else
            st = error_no_memory(e);
    } else {
        st = fail_zip(path, &m, names, e);
    }
    CSLDestroy(names);
    return st;
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
    enum status found = zip ? zip_name(path, zip, out, e) : error_no_memory(e);
    free(zip);
    return found;
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
    if (strstr(why, ".shx") && strstr(why, "Unable to open")) {
        error_zh(e, "“%s”缺少 .shx（图形索引）；请连同 .shp、.dbf、.prj 一起重新获取。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "source-no-shx",
                          "\"%s\" has no .shx; get all of .shp, .shx, .dbf and .prj.", path);
    }
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
    GDALAllRegister();
    gdal_guard_enter(g); /* a broken archive complains while it is listed */
    enum status st = local_name(path, &name, e);
    if (st != STATUS_OK) {
        gdal_guard_leave();
        return st;
    }
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

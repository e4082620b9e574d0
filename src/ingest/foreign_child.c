#include "ingest/foreign_child.h"

#include "base/limits.h"
#include "ingest/foreign_parts.h"
#include "ingest/foreign_sandbox.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { ZIP_NAMES_MAX = 10000, NAMES_SHOWN = 8 };

bool foreign_child_wanted(int argc, char **argv)
{
    return argc == 4 && strcmp(argv[1], FOREIGN_COMMAND) == 0;
}

static bool write_all(const struct buffer *b)
{
    for (size_t at = 0; at < b->size;) {
        ssize_t n = write(STDOUT_FILENO, b->data + at, b->size - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);
    return n > k && strcasecmp(path + n - k, suffix) == 0;
}

static enum status fail_zip(char **found, struct error *e)
{
    char names[300] = "";
    int n = CSLCount(found);
    for (int i = 0; i < n && i < NAMES_SHOWN; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%.60s", i ? ", " : "", found[i]);
    if (n == 0) {
        error_zh(e,
                 "压缩包里没有Shapefile、GeoPackage、KML、DXF或FlatGeobuf文件；其他文件请解压后直接提交。");
        return error_fail(
            e, STATUS_UNSUPPORTED, "zip-nothing",
            "The archive holds no Shapefile, GeoPackage, KML, DXF or FlatGeobuf; unpack other files and "
            "send them as they are.");
    }
    error_zh(e, "压缩包里有%d个数据文件（%s）；用哪一个？请只留一个。", n, names);
    return error_fail(e, STATUS_INVALID_INPUT, "zip-ambiguous",
                      "The archive holds %d data files (%s); which one? Leave only one.", n, names);
}

/* The one data file of an archive. Names are GDAL's own listing, below "/vsizip/{...}/", and may not climb out of it. */
static enum status choose_in_zip(const char *path, char **out, struct error *e)
{
    static const char *const kinds[] = {".shp", ".gpkg", ".kml", ".dxf", ".fgb"};
    char *root = CPLStrdup(CPLSPrintf("/vsizip/{%s}", path));
    char **all = VSIReadDirRecursive(root), **found = NULL;
    enum status s = STATUS_OK;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !found; k++)
        for (int i = 0; all && all[i] && i < ZIP_NAMES_MAX; i++)
            if (has_suffix(all[i], kinds[k]) && !strstr(all[i], "..") && !strstr(all[i], "__MACOSX"))
                found = CSLAddString(found, all[i]);
    if (CSLCount(found) == 1)
        *out = CPLStrdup(CPLSPrintf("%s/%s", root, found[0]));
    else
        s = fail_zip(found, e);
    CSLDestroy(found);
    CSLDestroy(all);
    CPLFree(root);
    return s;
}

/* Of a Shapefile without a .cpg the encoding is not known: its bytes are taken as they are, and foreign_fields.c finds
 * out. */
static bool without_cpg(const char *name)
{
    VSIStatBufL st;
    bool missing = has_suffix(name, ".shp");
    for (int i = 0; missing && i < 2; i++)
        missing = VSIStatL(CPLResetExtension(name, i ? "CPG" : "cpg"), &st) != 0;
    return missing;
}

static const char *const *drivers_of(const char *name)
{
    static const char *const shp[] = {"ESRI Shapefile", NULL}, *const gpkg[] = {"GPKG", NULL};
    static const char *const kml[] = {"LIBKML", "KML", NULL}, *const dxf[] = {"DXF", NULL};
    static const char *const fgb[] = {"FlatGeobuf", NULL};
    return has_suffix(name, ".shp")    ? shp
           : has_suffix(name, ".gpkg") ? gpkg
           : has_suffix(name, ".kml")  ? kml
           : has_suffix(name, ".dxf")  ? dxf
                                       : fgb;
}

static enum status fail_open(const struct gdal_guard *g, const char *format, struct error *e)
{
    const char *why = g->failure[0] ? g->failure : "unknown structure";
    error_zh(e, "文件像是%s，但读不出来（%.200s）；可能不完整或已损坏，请重新导出。", format, why);
    return error_fail(
        e, STATUS_INVALID_INPUT, "foreign-unreadable",
        "The file looks like %s but cannot be read (%.200s); it may be incomplete or damaged, export it "
        "again.",
        format, why);
}

static enum status open_and_read(struct foreign_reading *r, const char *format, const char *path,
                                 struct error *e)
{
    char *name = NULL;
    enum status s = has_suffix(path, ".zip") ? choose_in_zip(path, &name, e) : STATUS_OK;
    if (s != STATUS_OK)
        return s;
    if (!name)
        name = CPLStrdup(path);
    static const char *const raw_text[] = {"ENCODING=", NULL};
    r->raw_text = without_cpg(name);
    r->drawing = has_suffix(name, ".dxf");
    r->all_layers = r->drawing || has_suffix(name, ".kml");
    r->data = GDALOpenEx(name, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers_of(name),
                         r->raw_text ? raw_text : NULL, NULL);
    CPLFree(name);
    if (!r->data)
        return fail_open(&r->guard, format, e);
    s = foreign_read_layers(r, e);
    if (s == STATUS_OK && r->guard.failure[0] && r->n_features == 0)
        s = fail_open(&r->guard, format, e);
    return s;
}

static void configure(void)
{
    static const char *const options[][2] = {
        {"GDAL_DRIVER_PATH", "disable"},
        {"OGR_ENABLE_PARTIAL_REPROJECTION", "NO"},
        {"CPL_TMPDIR", "/nonexistent"},
        {"OGR_SQLITE_LOAD_EXTENSIONS", NULL},
        {"PROJ_NETWORK", "OFF"},
        {"GDAL_NUM_THREADS", "1"},
        {"OGR_ARC_STEPSIZE", "0.5"},
        {"GDAL_CACHEMAX", "64"},
        {"DXF_MERGE_BLOCK_GEOMETRIES", "FALSE"},
        {"OGR_XLSX_FIELD_TYPES", "STRING"},
        {"LIBKML_USE_DOC.KML", "YES"},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        CPLSetConfigOption(options[i][0], options[i][1]);
}

_Noreturn void foreign_child_main(int argc, char **argv)
{
    (void)argc;
    struct error e = {0};
    static struct foreign_reading r;
    const char *format = argv[2], *path = argv[3];
    char dir[4096];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    buffer_init(&r.out, FOREIGN_OUTPUT_BYTES);
    buffer_append_str(&r.out, FOREIGN_MAGIC);
    enum status s = STATUS_OK;
    if (!slash || !foreign_sandbox_enter(dir)) {
        error_zh(&e, "系统不允许为读取程序设置限制，未读取文件；请联系管理员。");
        s = error_fail(
            &e, STATUS_INTERNAL, "foreign-sandbox",
            "The system does not permit limits for the reading program; the file was not read. Tell the "
            "administrator.");
    }
    if (s == STATUS_OK) {
        configure();
        GDALAllRegister();
        gdal_guard_enter(&r.guard);
        s = open_and_read(&r, format, path, &e);
    }
    if (s == STATUS_OK)
        s = buffer_status(&r.out, &e);
    if (s != STATUS_OK) {
        const struct foreign_text texts[] = {
            {e.code, strlen(e.code)}, {e.zh, strlen(e.zh)}, {e.en, strlen(e.en)}};
        buffer_clear(&r.out);
        r.out.failed = STATUS_OK;
        buffer_append_str(&r.out, FOREIGN_MAGIC);
        foreign_write(&r.out, FOREIGN_ERROR, (uint32_t)s, texts, 3);
    } else {
        foreign_write(&r.out, FOREIGN_END, (uint32_t)r.n_features, NULL, 0);
    }
    _exit(write_all(&r.out) ? 0 : 1); /* nothing of GDAL's is worth tidying up */
}

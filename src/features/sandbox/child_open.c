/* GDAL within bounds, and the parts of a file beside it. */
#include "features/gdal_offline.h"
#include "features/sandbox/child_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void CPL_STDCALL keep_message(CPLErr severity, CPLErrorNum number, const char *message)
{
    (void)number;
    struct child *c = CPLGetErrorHandlerUserData();
    if (severity >= CE_Failure)
        snprintf(c->failure, sizeof c->failure, "%s", message);
    else if (strstr(message,
                    "clamped")) /* "Will be clamped to INT64_MIN/INT64_MAX": only a warning to GDAL */
        c->clamped = true;
}

void child_prepare_gdal(void)
{
    static bool prepared; /* by the nursery, perhaps */
    if (prepared)
        return;
    prepared = true;
    static const char *const options[][2] = {
        {"GDAL_DRIVER_PATH", "disable"},
        {"OGR_ENABLE_PARTIAL_REPROJECTION", "NO"},
        {"CPL_TMPDIR", "/nonexistent"},
        {"OGR_SQLITE_LOAD_EXTENSIONS", NULL},
        {"PROJ_NETWORK", "OFF"},
        {"GDAL_NUM_THREADS", "1"},
        {"OGR_ARC_STEPSIZE", "0.05"}, /* degrees and metres as in child_arcs.c */
        {"OGR_ARC_MAX_GAP", "0.1"},
        {"GDAL_CACHEMAX", "64"},
        {"DXF_MERGE_BLOCK_GEOMETRIES", "FALSE"},
        {"OGR_GEOJSON_MAX_OBJ_SIZE", "0"}, /* memory has a limit of its own */
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        CPLSetConfigOption(options[i][0], options[i][1]);
    GDALAllRegister();
}

void child_configure_gdal(struct child *c)
{
    child_prepare_gdal();
    if (c->upload)
        CPLSetConfigOption("SQLITE_USE_OGR_VFS",
                           "YES"); /* SQLite's own asks for a name, which an upload has not */
    CPLPushErrorHandlerEx(keep_message, c);
    gdal_offline_push();
}

/* A message of a library without the paths of this machine. Scratch. */
static const char *words_of(struct child *c, const char *message)
{
    char *text = arena_strdup(c->scratch, message);
    const char *const cuts[] = {"/vsizip/", "{", "}"};
    size_t dir = (size_t)(strrchr(c->path, '/') - c->path) + 1;
    for (char *at; text && dir > 1 && (at = strstr(text, c->path)) != NULL && c->upload;)
        memmove(at, at + strlen(c->path), strlen(at + strlen(c->path)) + 1);
    for (char *at; text && dir > 1 && (at = memmem(text, strlen(text), c->path, dir)) != NULL;)
        memmove(at, at + dir, strlen(at + dir) + 1);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (char *at; text && (at = strstr(text, cuts[i])) != NULL;)
            memmove(at, at + strlen(cuts[i]), strlen(at + strlen(cuts[i])) + 1);
    char *source = text ? strstr(text, ".cpp, ") : NULL; /* "./ogr/x.cpp, 2151: error at line 772" */
    char *said = source ? strchr(source, ':') : NULL;
    if (text && !said && strstr(text, ".cpp at line"))
        return "damaged structure";
    return said ? said + 1 + strspn(said + 1, " ") : text ? text : "";
}

enum status child_fail_open(struct child *c, struct error *e)
{
    const char *why = c->failure[0] ? words_of(c, c->failure) : "unknown format";
    error_zh(
        e,
        "%s读不出来（%.160s）；可能不完整或已损坏，请重新导出。可接受 GeoPackage、Shapefile（可打包为 zip）、"
        "FileGDB（.gdb）、FlatGeobuf、SpatiaLite、MapInfo、KML/KMZ、DXF。",
        c->called_zh, why);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-unreadable",
        "%s cannot be read (%.160s); it may be incomplete or damaged: export it again. GeoPackage, Shapefile "
        "(may "
        "be zipped), FileGDB (.gdb), FlatGeobuf, SpatiaLite, MapInfo, KML/KMZ and DXF are accepted.",
        c->called_en, why);
}

enum status child_fail_broken(struct child *c, struct error *e)
{
    const char *why = words_of(c, c->failure);
    error_zh(e, "%s读到第%lld个要素之后出错：%.200s；文件可能不完整，请重新获取。", c->called_zh,
             (long long)c->position, why);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-broken",
        "Reading %s failed after feature %lld: %.200s; the file may be incomplete, get it again.",
        c->called_en, (long long)c->position, why);
}

enum status child_open_gdal(struct child *c, const char *name, const char *const *drivers,
                            const char *const *options, GDALDatasetH *out, struct error *e)
{
    c->failure[0] = '\0';
    *out = GDALOpenEx(name, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, options, NULL);
    return *out ? STATUS_OK : child_fail_open(c, e);
}

static bool is_there(const char *name)
{
    VSIStatBufL st;
    return VSIStatExL(name, &st, VSI_STAT_EXISTS_FLAG) == 0;
}

const char *child_sibling(struct child *c, const char *name, const char *ending)
{
    size_t stem = strlen(name), k = strlen(ending);
    while (stem > 0 && name[stem - 1] != '.' && name[stem - 1] != '/')
        stem--;
    char *path = arena_strndup(c->keep, name, stem + k);
    for (int style = 0; path && style < 3; style++) {
        for (size_t i = 0; i <= k; i++) {
            char ch = ending[i];
            bool upper = style == 1 || (style == 2 && i == 0);
            path[stem + i] = upper && ch >= 'a' && ch <= 'z' ? (char)(ch - 32) : ch;
        }
        if (is_there(path))
            return path;
    }
    return NULL;
}

char *child_slurp(struct child *c, const char *name, size_t limit, size_t *n)
{
    VSIStatBufL st;
    VSILFILE *f = VSIFOpenL(name, "rb");
    if (!f)
        return NULL;
    bool ok = VSIStatL(name, &st) == 0 && (size_t)st.st_size <= limit;
    char *bytes = ok ? arena_alloc(c->keep, (size_t)st.st_size + 1) : NULL;
    size_t got = bytes ? VSIFReadL(bytes, 1, (size_t)st.st_size, f) : 0;
    VSIFCloseL(f);
    if (!bytes || got != (size_t)st.st_size)
        return NULL;
    *n = got;
    return bytes;
}

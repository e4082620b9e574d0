/* The SHA-256 by which a source is known, so that a changed file is never taken for the old one. */
#include "base/sha256.h"
#include "layers/gdal_guard.h"
#include "layers/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **list;
    size_t n;
};

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->list[i]);
    free(names->list);
}

static enum status names_add(struct names *names, const char *name, struct error *e)
{
    char **list = realloc(names->list, (names->n + 1) * sizeof *list);
    if (list)
        names->list = list;
    char *copy = list ? strdup(name) : NULL;
    if (!copy)
        return error_no_memory(e);
    names->list[names->n++] = copy;
    return STATUS_OK;
}

/* Regular files of `dir` whose name begins with `stem` and a dot; all of them when stem is NULL. ArcGIS's
 * lock files come and go and are not data. */
static enum status names_read(const char *dir, const char *stem, struct names *names, struct error *e)
{
    DIR *d = opendir(dir);
    if (!d)
        return error_errno(e, "读取目录", "Reading the directory", dir);
    size_t n = stem ? strlen(stem) : 0;
    enum status st = STATUS_OK;
    for (struct dirent *entry; st == STATUS_OK && (entry = readdir(d));) {
        const char *name = entry->d_name, *dot = strrchr(name, '.');
        if (name[0] == '.' || (dot && strcasecmp(dot, ".lock") == 0))
            continue;
        if (stem && (strncmp(name, stem, n) != 0 || name[n] != '.'))
            continue;
        st = names_add(names, name, e);
    }
    closedir(d);
    if (st == STATUS_OK && names->n > 0)
        qsort(names->list, names->n, sizeof *names->list, by_name);
    return st;
}

static enum status add_member(struct sha256_ctx *ctx, const char *dir, const char *name, struct error *e)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *path = malloc(n);
    if (!path)
        return error_no_memory(e);
    snprintf(path, n, "%s/%s", dir, name);
    uint8_t digest[SHA256_BYTES];
    enum status st = is_directory(path) ? STATUS_OK : sha256_of_file(path, digest, e);
    if (st == STATUS_OK && !is_directory(path)) {
        sha256_update(ctx, strlen(name) + 1, (const uint8_t *)name);
        sha256_update(ctx, sizeof digest, digest);
    }
    free(path);
    return st;
}

static enum status hash_members(const char *dir, const char *stem, uint8_t digest[SHA256_BYTES],
                                struct error *e)
{
    struct names names = {0};
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    enum status st = names_read(dir, stem, &names, e);
    for (size_t i = 0; st == STATUS_OK && i < names.n; i++)
        st = add_member(&ctx, dir, names.list[i], e);
    names_free(&names);
    if (st == STATUS_OK)
        sha256_digest(&ctx, SHA256_BYTES, digest);
    return st;
}

/* A Shapefile is several files: the .dbf or .prj may change alone. */
static enum status hash_shapefile(const char *path, uint8_t digest[SHA256_BYTES], struct error *e)
{
    char *dir = strdup(path);
    if (!dir)
        return error_no_memory(e);
    char *slash = strrchr(dir, '/');
    char *stem = slash ? slash + 1 : dir;
    stem[strlen(stem) - 4] = '\0';
    char *name = strdup(stem);
    if (slash)
        *slash = '\0';
    enum status st =
        name ? hash_members(slash ? (dir[0] ? dir : "/") : ".", name, digest, e) : error_no_memory(e);
    free(name);
    free(dir);
    return st;
}

enum status source_sha256(const char *path, char hex[65], struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    size_t n = strlen(path);
    enum status st = gdal_guard_check_path(path, false, e);
    if (st != STATUS_OK)
        return st;
    if (is_directory(path))
        st = hash_members(path, NULL, digest, e);
    else if (n > 4 && strcasecmp(path + n - 4, ".shp") == 0)
        st = hash_shapefile(path, digest, e);
    else
        st = sha256_of_file(path, digest, e);
    if (st == STATUS_OK)
        sha256_to_hex(digest, hex);
    return st;
}

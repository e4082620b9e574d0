#include "http/web_files.h"

#include "base/array.h"
#include "base/file.h"
#include "base/sha256.h"
#include "http/negotiate.h"
#include "http/route.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FOLDER_DEPTH = 8, HASH_CHARS = 8 };

struct web_files {
    struct arena *arena;
    struct web_file *files; /* sorted by path */
    size_t n, capacity;
};

static const char *content_type_of(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".webmanifest", "application/manifest+json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/vnd.microsoft.icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".ttf", "font/ttf"},
        {".wasm", "application/wasm"},
        {".pbf", "application/x-protobuf"},
        {".csv", "text/csv; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".pdf", "application/pdf"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* Bundlers write "name-HASH.ext" into /assets/; only there is the ending a hash and not a word. */
static bool name_has_hash(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    if (strncmp(path, "/assets/", 8) != 0)
        return false;
    /* a hash may itself contain '-': any dash will do that leaves as many characters as a hash has */
    for (const char *dash = strchr(name, '-'); dash; dash = strchr(dash + 1, '-'))
        if (strcspn(dash + 1, ".") == HASH_CHARS)
            return true;
    return false;
}

static enum status add_file(struct web_files *f, const char *disk_path, const char *path, struct error *e)
{
    if (!ARRAY_RESERVE(f->files, f->capacity, f->n + 1))
        return error_no_memory(e);
    struct web_file file = {.path = arena_strdup(f->arena, path), .content_type = content_type_of(path)};
    char *bytes;
    enum status s = file_read(disk_path, WEB_FILES_MAX_BYTES, f->arena, &bytes, &file.size, e);
    if (s)
        return s;
    if (!file.path)
        return error_no_memory(e);
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(bytes, file.size, digest);
    sha256_to_hex(digest, hex);
    snprintf(file.etag, sizeof file.etag, "\"%.32s\"", hex);
    file.bytes = bytes;
    file.hashed = name_has_hash(path);
    f->files[f->n++] = file;
    return STATUS_OK;
}

static enum status add_folder(struct web_files *f, const char *root, const char *path, int depth,
                              struct error *e);

static enum status add_entry(struct web_files *f, const char *root, const char *path, int depth,
                             struct error *e)
{
    struct stat st;
    char *disk_path = arena_printf(f->arena, "%s%s", root, path);
    if (!disk_path)
        return error_no_memory(e);
    if (lstat(disk_path, &st) != 0)
        return error_errno(e, "读取", "Reading", disk_path);
    if (S_ISDIR(st.st_mode) && depth < MAX_FOLDER_DEPTH)
        return add_folder(f, root, path, depth + 1, e);
    return S_ISREG(st.st_mode) ? add_file(f, disk_path, path, e) : STATUS_OK;
}

static enum status add_folder(struct web_files *f, const char *root, const char *path, int depth,
                              struct error *e)
{
    char *disk_path = arena_printf(f->arena, "%s%s", root, path);
    if (!disk_path)
        return error_no_memory(e);
    DIR *dir = opendir(disk_path);
    if (!dir)
        return error_errno(e, "打开文件夹", "Opening the folder", disk_path);
    enum status s = STATUS_OK;
    for (struct dirent *d = readdir(dir); d && !s; d = readdir(dir)) {
        if (d->d_name[0] == '.')
            continue;
        char *child = arena_printf(f->arena, "%s/%s", path, d->d_name);
        s = child ? add_entry(f, root, child, depth, e) : error_no_memory(e);
    }
    closedir(dir);
    return s;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct web_file *)a)->path, ((const struct web_file *)b)->path);
}

/* "/" is /index.html. */
static const struct web_file *find_file(const struct web_files *f, const char *path)
{
    const struct web_file wanted = {.path = strcmp(path, "/") == 0 ? "/index.html" : path};
    return f->n ? bsearch(&wanted, f->files, f->n, sizeof *f->files, by_path) : NULL;
}

/* The build compresses once, so that nothing is compressed here, request after request. */
static enum status find_compressed(struct web_files *f, struct error *e)
{
    for (size_t i = 0; i < f->n; i++) {
        const char *path = arena_printf(f->arena, "%s.gz", f->files[i].path);
        if (!path)
            return error_no_memory(e);
        f->files[i].gzip = find_file(f, path);
    }
    return STATUS_OK;
}

enum status web_files_load(const char *dir, struct web_files **out, struct error *e)
{
    struct web_files *f = calloc(1, sizeof *f);
    if (f)
        f->arena = arena_new(WEB_FILES_MAX_BYTES);
    if (!f || !f->arena) {
        free(f);
        return error_no_memory(e);
    }
    enum status s = dir ? add_folder(f, dir, "", 0, e) : STATUS_OK;
    if (s) {
        web_files_free(f);
        return s;
    }
    if (f->n)
        qsort(f->files, f->n, sizeof *f->files, by_path);
    s = find_compressed(f, e);
    if (s) {
        web_files_free(f);
        return s;
    }
    *out = f;
    return STATUS_OK;
}

void web_files_free(struct web_files *f)
{
    if (!f)
        return;
    arena_free(f->arena);
    free(f->files);
    free(f);
}

size_t web_files_count(const struct web_files *f)
{
    return f->n;
}

bool web_files_has_page(const struct web_files *f)
{
    return find_file(f, "/") != NULL;
}

enum status handle_web_file(struct request *rq, struct reply *reply, struct error *e)
{
    const struct web_file *file = find_file(rq->web, rq->path);
    if (!file) {
        error_zh(e, "没有这个地址：%.200s。接口说明见 /openapi.yaml。", rq->path);
        return error_fail(e, STATUS_NOT_FOUND, "unknown-path",
                          "There is nothing at %.200s. The interface is described in /openapi.yaml.",
                          rq->path);
    }
    const struct web_file *sent = file->gzip && gzip_asked(rq) ? file->gzip : file;
    enum status s = reply_static(reply, sent->bytes, sent->size, file->content_type, e);
    if (s)
        return s;
    if (file->gzip)
        reply_header(reply, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (sent != file)
        reply_header(reply, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL,
                 file->hashed ? "public, max-age=31536000, immutable" : "no-cache");
    reply_etag(rq, reply, sent->etag);
    return STATUS_OK;
}

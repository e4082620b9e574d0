/* Where a version's derived files lie, and the key that ties them to it. */
#include "base/sha256.h"
#include "store/sql.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char *store_index_path(const struct store *s, struct arena *a, const struct store_version *v, bool coverage)
{
    return arena_printf(a, "%s.index/%lld-%.16s%s.hxi", s->path, (long long)v->id,
                        v->source_sha256 ? v->source_sha256 : "", coverage ? "-coverage" : "");
}

static void add_text(struct sha256_ctx *ctx, const char *text)
{
    if (text)
        sha256_update(ctx, strlen(text), (const uint8_t *)text);
    sha256_update(ctx, 1, (const uint8_t *)"\n");
}

void store_index_key(const struct store_version *v, bool coverage, uint8_t key[32])
{
    char numbers[64];
    snprintf(numbers, sizeof numbers, "%lld/%d", (long long)v->id, v->version_no);
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    add_text(&ctx, "hongxian layer index 1");
    add_text(&ctx, v->uid); /* two stores that number their versions alike do not take each other's files */
    add_text(&ctx, v->layer);
    add_text(&ctx, numbers);
    add_text(&ctx, v->source_sha256);
    add_text(&ctx, coverage ? "coverage" : "features");
    sha256_digest(&ctx, SHA256_BYTES, key);
}

enum status store_index_make_dir(const struct store *s, struct error *e)
{
    size_t n = strlen(s->path) + 8;
    char *dir = malloc(n);
    if (!dir)
        return error_no_memory(e);
    snprintf(dir, n, "%s.index", s->path);
    enum status st = STATUS_OK;
    if (mkdir(dir, 0700) == 0)
        store_file_share(s->path, dir);
    else if (errno != EEXIST)
        st = error_errno(e, "建立索引目录", "Making the index directory", dir);
    free(dir);
    return st;
}

void store_index_share(const struct store *s, const char *path)
{
    store_file_share(s->path, path);
}

enum { SWEEP_AGE_S = 3600 };

static bool is_current(struct store *s, const char *name)
{
    char *end = NULL;
    long long id = strtoll(name, &end, 10);
    if (end == name || *end != '-')
        return true; /* not a name of ours: let it be */
    sqlite3_stmt *q = NULL;
    struct doing d = {"清理索引目录", "sweeping the index directory"};
    bool row = true;
    if (sql_prepare(s, "SELECT 1 FROM layer WHERE current_version_id = ?1", &q, d, NULL) != STATUS_OK)
        return true;
    sqlite3_bind_int64(q, 1, id);
    if (sql_step(s, q, &row, d, NULL) != STATUS_OK)
        row = true;
    sqlite3_finalize(q);
    return row;
}

static void sweep_file(struct store *s, const char *dir, const char *name)
{
    const char *suffix = strstr(name, ".hxi");
    bool temporary = suffix && strncmp(suffix, ".hxi.tmp", 8) == 0;
    if (!suffix || (!temporary && is_current(s, name)))
        return;
    char *path = sqlite3_mprintf("%s/%s", dir, name);
    struct stat st;
    if (path && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime + SWEEP_AGE_S < time(NULL))
        unlink(path);
    sqlite3_free(path);
}

void store_index_sweep(struct store *s)
{
    char *dir = sqlite3_mprintf("%s.index", s->path);
    DIR *d = dir ? opendir(dir) : NULL;
    for (struct dirent *entry; d && (entry = readdir(d));)
        sweep_file(s, dir, entry->d_name);
    if (d)
        closedir(d);
    sqlite3_free(dir);
}

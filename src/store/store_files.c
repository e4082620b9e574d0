/* Where a version's derived files lie, and the key that ties them to it. */
#include "base/sha256.h"
#include "store/sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        st = error_errno(e, "建立索引目录", "Making the index directory", dir);
    free(dir);
    return st;
}

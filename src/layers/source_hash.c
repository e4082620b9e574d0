/* The SHA-256 by which a source is known, so that a changed file is never taken for the old one: of one in
 * several parts (a Shapefile's .dbf or .prj may change alone) that of their names and digests. */
#include "base/sha256.h"
#include "features/file_parts.h"
#include "layers/source.h"

#include <string.h>

static enum status add_part(struct sha256_ctx *ctx, const char *path, const char *name, struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    enum status st = path ? sha256_of_file(path, digest, e) : error_no_memory(e);
    if (st != STATUS_OK)
        return st;
    sha256_update(ctx, strlen(name) + 1, (const uint8_t *)name);
    sha256_update(ctx, sizeof digest, digest);
    return STATUS_OK;
}

static enum status hash_parts(const char *path, uint8_t digest[SHA256_BYTES], struct error *e)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct file_parts parts = {.n = 0};
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    enum status st = a ? file_parts_list(path, a, &parts, e) : error_no_memory(e);
    for (size_t i = 0; st == STATUS_OK && i < parts.n; i++)
        st = add_part(&ctx, arena_printf(a, "%s/%s", parts.folder, parts.names[i]), parts.names[i], e);
    if (st == STATUS_OK)
        sha256_digest(&ctx, SHA256_BYTES, digest);
    arena_free(a);
    return st;
}

enum status source_sha256(const char *path, char hex[65], struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    enum status st = feature_path_local(path, e);
    if (st == STATUS_OK)
        st = file_is_in_parts(path) ? hash_parts(path, digest, e) : sha256_of_file(path, digest, e);
    if (st == STATUS_OK)
        sha256_to_hex(digest, hex);
    return st;
}

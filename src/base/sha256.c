#include "base/sha256.h"

#include "base/decimal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void sha256_of_bytes(const void *bytes, size_t n, uint8_t digest[SHA256_BYTES])
{
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    sha256_update(&ctx, n, bytes);
    sha256_digest(&ctx, SHA256_BYTES, digest);
}

enum status sha256_of_file(const char *path, uint8_t digest[SHA256_BYTES], struct error *e)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return error_errno(e, "打开文件", "Opening", path);
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    uint8_t chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sha256_update(&ctx, n, chunk);
    bool failed = ferror(f);
    fclose(f);
    if (failed) {
        errno = EIO;
        return error_errno(e, "读取文件", "Reading", path);
    }
    sha256_digest(&ctx, SHA256_BYTES, digest);
    return STATUS_OK;
}

void sha256_add_field(struct sha256_ctx *ctx, const char *name, const char *value)
{
    size_t length = strlen(value);
    char count[DECIMAL_SIZE]; /* not by printf: a tag of an answer has dozens of these */
    decimal_units_text((int64_t)length, 0, count);
    sha256_update(ctx, strnlen(name, 40), (const uint8_t *)name);
    sha256_update(ctx, 1, (const uint8_t *)":");
    sha256_update(ctx, strlen(count), (const uint8_t *)count);
    sha256_update(ctx, 1, (const uint8_t *)":");
    sha256_update(ctx, length, (const uint8_t *)value);
    sha256_update(ctx, 1, (const uint8_t *)"\n");
}

void sha256_to_hex(const uint8_t digest[SHA256_BYTES], char hex[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < SHA256_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * SHA256_BYTES] = '\0';
}

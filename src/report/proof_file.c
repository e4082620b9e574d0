/* The seal of a file: see proof.h. */
#include "report/proof.h"

#include "base/sha256.h"

#include <stdio.h>
#include <string.h>

static const char mark[] = "HXFILE1 ";
enum { MARK_SIZE = sizeof mark - 1, MOST_STATEMENT = 4000 };

const char *proof_file_text(const struct report_proof *p, struct arena *a)
{
    char blank[ED25519_SIGNATURE_CHARS + 1];
    memset(blank, '0', sizeof blank - 1);
    blank[sizeof blank - 1] = '\0';
    return arena_printf(a, "%s%s %s", mark, p->statement, blank);
}

/* Is there a whole seal at `at`? */
static bool seal_at(const char *bytes, size_t n, size_t at, struct proof_file *out)
{
    size_t from = at + MARK_SIZE, most = n - from < MOST_STATEMENT ? n - from : MOST_STATEMENT;
    const char *blank = memchr(bytes + from, ' ', most);
    if (!blank)
        return false;
    size_t size = (size_t)(blank - bytes) - from, signature = from + size + 1;
    *out = (struct proof_file){bytes, n, from, size, signature};
    return n - signature >= ED25519_SIGNATURE_CHARS;
}

bool proof_file_find(const char *bytes, size_t n, struct proof_file *out)
{
    for (size_t at = n < MARK_SIZE ? 0 : n - MARK_SIZE + 1; at-- > 0;)
        if (bytes[at] == 'H' && memcmp(bytes + at, mark, MARK_SIZE) == 0 && seal_at(bytes, n, at, out))
            return true;
    return false;
}

/* What is signed, NUL-terminated; its size. */
static size_t message_of(const struct proof_file *f, char text[MOST_STATEMENT + SHA256_HEX_SIZE + 16])
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE], count[24];
    size_t behind = f->signature + ED25519_SIGNATURE_CHARS;
    int n = snprintf(count, sizeof count, "%zu;", f->signature);
    sha256_init(&ctx);
    sha256_update(&ctx, (size_t)n, (const uint8_t *)count);
    sha256_update(&ctx, f->signature, (const uint8_t *)f->bytes);
    sha256_update(&ctx, f->n - behind, (const uint8_t *)f->bytes + behind);
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, hex);
    return (size_t)snprintf(text, MOST_STATEMENT + SHA256_HEX_SIZE + 16, "HXFILE1;%.*s;%s",
                            (int)f->statement_size, f->bytes + f->statement, hex);
}

enum status proof_file_sign(struct buffer *file, size_t from, const struct report_proof *p, struct error *e)
{
    struct proof_file f;
    char message[MOST_STATEMENT + SHA256_HEX_SIZE + 16], signature[ED25519_SIGNATURE_CHARS + 1];
    enum status s = buffer_status(file, e);
    if (s)
        return s;
    if (!proof_file_find(file->data + from, file->size - from, &f)) {
        error_zh(e, "报告文件中没有留出签名的位置，没有写出文件；这是程序的错误，请报告。");
        return error_fail(e, STATUS_INTERNAL, "no-seal",
                          "The report's file has no place for its signature and was not written; this is a "
                          "fault of the program, please report it.");
    }
    ed25519_sign(p->key, message, message_of(&f, message), signature);
    memcpy(file->data + from + f.signature, signature, ED25519_SIGNATURE_CHARS);
    return STATUS_OK;
}

bool proof_file_signed(const struct proof_file *f, const struct ed25519_public *key)
{
    char message[MOST_STATEMENT + SHA256_HEX_SIZE + 16];
    size_t n = message_of(f, message);
    return ed25519_verify(key, message, n, f->bytes + f->signature);
}

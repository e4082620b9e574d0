#include "base/ed25519.h"

#include "base/base64.h"
#include "base/sha256.h"

#include <assert.h>
#include <nettle/eddsa.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static_assert((int)ED25519_BYTES == (int)ED25519_KEY_SIZE, "nettle's size of a key");

enum { SIGNATURE_BYTES = ED25519_SIGNATURE_SIZE };

/* SubjectPublicKeyInfo of the algorithm 1.3.101.112; the key's 32 bytes follow. */
static const uint8_t spki[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
static const char begin[] = "-----BEGIN PUBLIC KEY-----", end[] = "-----END PUBLIC KEY-----";

enum status ed25519_make(struct ed25519_key *out, struct error *e)
{
    if (getrandom(out->secret, sizeof out->secret, 0) != (ssize_t)sizeof out->secret) {
        error_zh(e, "系统没有给出随机数，没有生成签名密钥；请重试。");
        return error_fail(e, STATUS_IO, "no-randomness",
                          "The operating system gave no random bytes; no signing key was made, try again.");
    }
    ed25519_publish(out);
    return STATUS_OK;
}

void ed25519_publish(struct ed25519_key *key)
{
    ed25519_sha512_public_key(key->public.bytes, key->secret);
}

/* Never fails for these sizes: it is one piece of base64 in a buffer with room for it. */
static void to_base64(const void *bytes, size_t n, char *text, size_t size)
{
    struct buffer b;
    buffer_init(&b, 0);
    base64_append(&b, bytes, n);
    snprintf(text, size, "%s", b.data ? b.data : "");
    buffer_release(&b);
}

void ed25519_sign(const struct ed25519_key *key, const void *message, size_t n,
                  char signature[ED25519_SIGNATURE_CHARS + 1])
{
    uint8_t bytes[SIGNATURE_BYTES];
    ed25519_sha512_sign(key->public.bytes, key->secret, n, message, bytes);
    to_base64(bytes, sizeof bytes, signature, ED25519_SIGNATURE_CHARS + 1);
}

bool ed25519_verify(const struct ed25519_public *key, const void *message, size_t n, const char *signature)
{
    struct buffer b;
    buffer_init(&b, 0);
    bool ok = base64_read(signature, ED25519_SIGNATURE_CHARS, &b) && b.size == SIGNATURE_BYTES &&
              ed25519_sha512_verify(key->bytes, n, message, (const uint8_t *)b.data) == 1;
    buffer_release(&b);
    return ok;
}

void ed25519_id(const struct ed25519_public *key, char id[ED25519_ID_SIZE])
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(key->bytes, sizeof key->bytes, digest);
    sha256_to_hex(digest, hex);
    memcpy(id, hex, ED25519_ID_SIZE - 1);
    id[ED25519_ID_SIZE - 1] = '\0';
}

void ed25519_public_pem(const struct ed25519_public *key, char pem[ED25519_PEM_SIZE])
{
    uint8_t der[sizeof spki + ED25519_BYTES];
    char text[64];
    memcpy(der, spki, sizeof spki);
    memcpy(der + sizeof spki, key->bytes, ED25519_BYTES);
    to_base64(der, sizeof der, text, sizeof text);
    snprintf(pem, ED25519_PEM_SIZE, "%s\n%s\n%s\n", begin, text, end);
}

static bool read_der(const struct buffer *der, struct ed25519_public *out)
{
    if (der->size != sizeof spki + ED25519_BYTES || memcmp(der->data, spki, sizeof spki) != 0)
        return false;
    memcpy(out->bytes, der->data + sizeof spki, ED25519_BYTES);
    return true;
}

enum status ed25519_read_pem(const char *text, size_t n, struct ed25519_public *out, struct error *e)
{
    struct buffer der;
    const char *from = memmem(text, n, begin, sizeof begin - 1);
    from = from ? from + sizeof begin - 1 : NULL;
    const char *to = from ? memmem(from, n - (size_t)(from - text), end, sizeof end - 1) : NULL;
    buffer_init(&der, 0);
    bool ok = to && base64_read(from, (size_t)(to - from), &der) && read_der(&der, out);
    buffer_release(&der);
    if (ok)
        return STATUS_OK;
    error_zh(
        e, "不是 Ed25519 公钥：应为 PEM 文件（-----BEGIN PUBLIC KEY-----），由 hongxian records key 导出。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "not-a-key",
        "This is no public key by Ed25519: a PEM file (-----BEGIN PUBLIC KEY-----), as hongxian "
        "records key writes it, is needed.");
}

/* Signatures by Ed25519 (RFC 8032), by nettle, and the texts in which keys and signatures are handed on.
 *
 * A signature is deterministic: the same key and message always give the same bytes. Threads: pure. */
#ifndef HX_BASE_ED25519_H
#define HX_BASE_ED25519_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ED25519_BYTES = 32,           /* of a secret, and of a public key */
    ED25519_SIGNATURE_CHARS = 88, /* of a signature in base64, with its padding */
    ED25519_ID_SIZE = 17,
    ED25519_PEM_SIZE = 128,
};

struct ed25519_public {
    uint8_t bytes[ED25519_BYTES];
};

struct ed25519_key {
    uint8_t secret[ED25519_BYTES];
    struct ed25519_public public;
};

/* A new key, of the system's randomness. */
enum status ed25519_make(struct ed25519_key *out, struct error *e) HX_MUST_CHECK;
/* Fills in the public half of a key of which the secret is there. */
void ed25519_publish(struct ed25519_key *key);

void ed25519_sign(const struct ed25519_key *key, const void *message, size_t n,
                  char signature[ED25519_SIGNATURE_CHARS + 1]);
/* `signature`: ED25519_SIGNATURE_CHARS signs. False also when they are no signature at all. */
bool ed25519_verify(const struct ed25519_public *key, const void *message, size_t n, const char *signature);

/* The first 16 hexadecimal digits of the key's SHA-256: which key it is, for people and sentences. It proves
 * nothing. */
void ed25519_id(const struct ed25519_public *key, char id[ED25519_ID_SIZE]);

/* SubjectPublicKeyInfo in PEM (RFC 8410), as `openssl pkeyutl` reads it. */
void ed25519_public_pem(const struct ed25519_public *key, char pem[ED25519_PEM_SIZE]);
enum status ed25519_read_pem(const char *text, size_t n, struct ed25519_public *out,
                             struct error *e) HX_MUST_CHECK;

#endif

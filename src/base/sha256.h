/* SHA-256, by nettle, in the two forms that we need. */
#ifndef HX_BASE_SHA256_H
#define HX_BASE_SHA256_H

#include "base/status.h"

#include <nettle/sha2.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX_SIZE = 65 };

void sha256_of_bytes(const void *bytes, size_t n, uint8_t digest[SHA256_BYTES]);
enum status sha256_of_file(const char *path, uint8_t digest[SHA256_BYTES], struct error *e) HX_MUST_CHECK;
/* Adds "name:length:value\n", the length in bytes: whatever a value contains, the text reads in one way
 * only. */
void sha256_add_field(struct sha256_ctx *ctx, const char *name, const char *value);
void sha256_to_hex(const uint8_t digest[SHA256_BYTES], char hex[SHA256_HEX_SIZE]);

#endif

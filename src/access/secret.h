/* Passwords, and the random secrets of sessions and tokens.
 *
 * A password is kept as Argon2id (RFC 9106) in a PHC string, which names its own parameters; a secret of 256
 * random bits needs no slow hash and is kept as SHA-256. What is compared is compared in constant time.
 * Memory and time: a password costs SECRET_MEMORY_KIB and some hundredths of a second of a processor. One is
 * computed at a time in a process, so that many logins cost time and not memory.
 * Threads: any. */
#ifndef HX_ACCESS_SECRET_H
#define HX_ACCESS_SECRET_H

#include "base/sha256.h"
#include "base/status.h"

enum {
    SECRET_MEMORY_KIB = 19 * 1024, /* with two passes: the least that OWASP recommends */
    SECRET_PASSES = 2,
    SECRET_LANES = 1,
    SECRET_SALT_BYTES = 16,
    SECRET_HASH_BYTES = 32,
    SECRET_PHC_SIZE = 160,
    PASSWORD_MIN_BYTES = 8,
    PASSWORD_MAX_BYTES = 1024,
    SECRET_SIZE = 65, /* 64 hexadecimal digits */
};

/* Long enough, and UTF-8 of one line? */
enum status password_check(const char *password, struct error *e) HX_MUST_CHECK;
enum status password_hash(const char *password, char phc[SECRET_PHC_SIZE], struct error *e) HX_MUST_CHECK;
/* `phc` NULL or "": nobody's password, which takes as long and never matches. */
bool password_matches(const char *phc, const char *password);

/* 256 bits of the system's randomness. */
enum status secret_new(char secret[SECRET_SIZE], struct error *e) HX_MUST_CHECK;
/* What is kept of it. False, and nothing: it is none of ours (not 64 lower-case hexadecimal digits). */
bool secret_hash(const char *secret, char hex[SHA256_HEX_SIZE]);
bool secret_same(const char a[SHA256_HEX_SIZE], const char b[SHA256_HEX_SIZE]);

#endif

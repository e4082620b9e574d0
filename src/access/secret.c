#include "access/secret.h"

#include "base/text.h"

#include <argon2.h>
#include <nettle/memops.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

enum status password_check(const char *password, struct error *e)
{
    size_t n = strlen(password);
    if (n >= PASSWORD_MIN_BYTES && n <= PASSWORD_MAX_BYTES && text_is_utf8(password) &&
        !password[strcspn(password, "\r\n")])
        return STATUS_OK;
    error_zh(e, "密码应为 %d 至 %d 个字节的一行 UTF-8 文字。", PASSWORD_MIN_BYTES, PASSWORD_MAX_BYTES);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-password",
                      "A password is one line of %d to %d bytes of UTF-8 text.", PASSWORD_MIN_BYTES,
                      PASSWORD_MAX_BYTES);
}

static enum status random_bytes(void *out, size_t n, struct error *e)
{
    if (getrandom(out, n, 0) == (ssize_t)n)
        return STATUS_OK;
    error_zh(e, "系统没有给出随机数；没有写入任何内容。");
    return error_fail(e, STATUS_IO, "no-randomness",
                      "The operating system gave no random bytes; nothing was written.");
}

enum status password_hash(const char *password, char phc[SECRET_PHC_SIZE], struct error *e)
{
    uint8_t salt[SECRET_SALT_BYTES];
    enum status s = random_bytes(salt, sizeof salt, e);
    if (s)
        return s;
    pthread_mutex_lock(&one_at_a_time);
    int code =
        argon2id_hash_encoded(SECRET_PASSES, SECRET_MEMORY_KIB, SECRET_LANES, password, strlen(password),
                              salt, sizeof salt, SECRET_HASH_BYTES, phc, SECRET_PHC_SIZE);
    pthread_mutex_unlock(&one_at_a_time);
    if (code == ARGON2_OK)
        return STATUS_OK;
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return error_no_memory(e);
    error_zh(e, "密码的散列没有算成：%s。", argon2_error_message(code));
    return error_fail(e, STATUS_INTERNAL, "password-hash", "The password's hash could not be computed: %s.",
                      argon2_error_message(code));
}

/* Of a password that nobody has (32 random bytes, forgotten): who asks for an unknown name waits as long. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

bool password_matches(const char *phc, const char *password)
{
    bool known = phc && *phc;
    if (strlen(password) > PASSWORD_MAX_BYTES)
        return false;
    pthread_mutex_lock(&one_at_a_time);
    int code = argon2id_verify(known ? phc : nobody, password, strlen(password));
    pthread_mutex_unlock(&one_at_a_time);
    return known && code == ARGON2_OK;
}

/* ---- secrets ---- */

enum status secret_new(char secret[SECRET_SIZE], struct error *e)
{
    uint8_t bytes[SHA256_BYTES];
    enum status s = random_bytes(bytes, sizeof bytes, e);
    if (!s)
        sha256_to_hex(bytes, secret);
    return s;
}

bool secret_hash(const char *secret, char hex[SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];
    if (!secret || strlen(secret) != SECRET_SIZE - 1 || strspn(secret, "0123456789abcdef") != SECRET_SIZE - 1)
        return false;
    sha256_of_bytes(secret, SECRET_SIZE - 1, digest);
    sha256_to_hex(digest, hex);
    return true;
}

bool secret_same(const char a[SHA256_HEX_SIZE], const char b[SHA256_HEX_SIZE])
{
    return memeql_sec(a, b, SHA256_HEX_SIZE - 1) != 0;
}

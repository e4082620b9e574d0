#include "access/guard.h"

#include "base/sha256.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct row {
    uint8_t key[SHA256_BYTES]; /* of "n:name" or "a:address" */
    unsigned failures;         /* 0: a free row */
    int64_t last_ms, until_ms;
};

struct guard {
    pthread_mutex_t lock; /* guards the rows */
    struct row rows[GUARD_ROWS];
};

struct guard *guard_new(void)
{
    struct guard *g = calloc(1, sizeof *g);
    if (g)
        pthread_mutex_init(&g->lock, NULL);
    return g;
}

void guard_free(struct guard *g)
{
    if (g)
        pthread_mutex_destroy(&g->lock);
    free(g);
}

/* Names of any length, and made up by whoever guesses: their hashes are as long as each other. */
static void key_of(char kind, const char *text, uint8_t key[SHA256_BYTES])
{
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    sha256_update(&ctx, 1, (const uint8_t *)&kind);
    sha256_update(&ctx, strlen(text), (const uint8_t *)text);
    sha256_digest(&ctx, SHA256_BYTES, key);
}

/* ---- with the lock held ---- */

static struct row *find(struct guard *g, const uint8_t key[SHA256_BYTES], int64_t now_ms)
{
    for (size_t i = 0; i < GUARD_ROWS; i++) {
        struct row *r = &g->rows[i];
        if (r->failures && now_ms - r->last_ms > GUARD_FORGET_S * INT64_C(1000))
            r->failures = 0;
        if (r->failures && memcmp(r->key, key, SHA256_BYTES) == 0)
            return r;
    }
    return NULL;
}

static struct row *take(struct guard *g, const uint8_t key[SHA256_BYTES], int64_t now_ms)
{
    struct row *found = find(g, key, now_ms), *quiet = &g->rows[0];
    if (found)
        return found;
    for (size_t i = 0; i < GUARD_ROWS && quiet->failures; i++)
        if (!g->rows[i].failures || g->rows[i].last_ms < quiet->last_ms)
            quiet = &g->rows[i];
    *quiet = (struct row){.last_ms = now_ms};
    memcpy(quiet->key, key, SHA256_BYTES);
    return quiet;
}

static int seconds_left(const struct row *r, int64_t now_ms)
{
    return r && r->until_ms > now_ms ? (int)((r->until_ms - now_ms + 999) / 1000) : 0;
}

static int fail(struct guard *g, const uint8_t key[SHA256_BYTES], int max_s, int64_t now_ms)
{
    struct row *r = take(g, key, now_ms);
    r->failures++;
    r->last_ms = now_ms;
    unsigned doubled = r->failures > GUARD_FREE ? r->failures - GUARD_FREE - 1 : 0;
    int wait_s = r->failures <= GUARD_FREE ? 0 : doubled < 10 ? 1 << doubled : max_s;
    wait_s = wait_s < max_s ? wait_s : max_s;
    r->until_ms = now_ms + wait_s * INT64_C(1000);
    return wait_s;
}

int guard_wait_s(struct guard *g, const char *name, const char *address, int64_t now_ms)
{
    uint8_t of_name[SHA256_BYTES], of_address[SHA256_BYTES];
    key_of('n', name, of_name);
    key_of('a', address, of_address);
    pthread_mutex_lock(&g->lock);
    int a = seconds_left(find(g, of_name, now_ms), now_ms),
        b = seconds_left(find(g, of_address, now_ms), now_ms);
    pthread_mutex_unlock(&g->lock);
    return a > b ? a : b;
}

int guard_note(struct guard *g, const char *name, const char *address, bool good, int64_t now_ms)
{
    uint8_t of_name[SHA256_BYTES], of_address[SHA256_BYTES];
    int wait_s = 0;
    key_of('n', name, of_name);
    key_of('a', address, of_address);
    pthread_mutex_lock(&g->lock);
    if (good) {
        struct row *r = find(g, of_name, now_ms);
        if (r)
            r->failures = 0;
    } else {
        int a = fail(g, of_name, GUARD_NAME_MAX_S, now_ms),
            b = fail(g, of_address, GUARD_ADDRESS_MAX_S, now_ms);
        wait_s = a > b ? a : b;
    }
    pthread_mutex_unlock(&g->lock);
    return wait_s;
}

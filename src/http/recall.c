#include "http/recall.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char digest[SHA256_HEX_SIZE];
    double made_s;
    size_t size; /* of everything */
    size_t n[RECALL_PARTS];
    char *bytes; /* the parts one behind the other, then the person with its '\0' */
};

struct recall {
    pthread_mutex_t lock;                /* guards all below */
    struct entry entries[RECALL_CHECKS]; /* the oldest first */
    size_t n, bytes;
};

struct recall *recall_new(void)
{
    struct recall *r = calloc(1, sizeof *r);
    if (r)
        pthread_mutex_init(&r->lock, NULL);
    return r;
}

static void drop(struct recall *r, size_t i)
{
    r->bytes -= r->entries[i].size;
    free(r->entries[i].bytes);
    memmove(&r->entries[i], &r->entries[i + 1], (--r->n - i) * sizeof *r->entries);
}

void recall_free(struct recall *r)
{
    if (!r)
        return;
    while (r->n > 0)
        drop(r, r->n - 1);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static void digest_of(const struct recall_check *c, char digest[SHA256_HEX_SIZE])
{
    struct sha256_ctx ctx;
    uint8_t sum[SHA256_BYTES];
    sha256_init(&ctx);
    sha256_add_field(&ctx, "person", c->person);
    for (int i = 0; i < RECALL_PARTS; i++) {
        uint8_t part[SHA256_BYTES];
        char hex[SHA256_HEX_SIZE];
        sha256_of_bytes(c->parts[i].bytes, c->parts[i].n, part);
        sha256_to_hex(part, hex);
        sha256_add_field(&ctx, "part", hex);
    }
    sha256_digest(&ctx, sizeof sum, sum);
    sha256_to_hex(sum, digest);
}

/* With the lock, as all below. */
static void forget_old(struct recall *r, double now_s)
{
    while (r->n > 0 && now_s - r->entries[0].made_s > RECALL_SECONDS)
        drop(r, 0);
}

static struct entry *look_up(struct recall *r, const char *digest)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->entries[i].digest, digest) == 0)
            return &r->entries[i];
    return NULL;
}

static void append(struct recall *r, struct entry *e, double now_s)
{
    struct entry *same = look_up(r, e->digest);
    if (same) /* asked again: its day begins anew */
        drop(r, (size_t)(same - r->entries));
    forget_old(r, now_s);
    while (r->n > 0 && (r->n == RECALL_CHECKS || r->bytes + e->size > RECALL_BYTES))
        drop(r, 0);
    r->entries[r->n++] = *e;
    r->bytes += e->size;
}

bool recall_add(struct recall *r, const struct recall_check *c, double now_s, char digest[SHA256_HEX_SIZE])
{
    size_t person = strlen(c->person) + 1;
    struct entry e = {.made_s = now_s, .size = person};
    for (int i = 0; i < RECALL_PARTS; i++) {
        e.n[i] = c->parts[i].n;
        if (e.n[i] > RECALL_ONE_BYTES || (e.size += e.n[i]) > RECALL_ONE_BYTES)
            return false;
    }
    e.bytes = malloc(e.size);
    if (!e.bytes)
        return false;
    char *at = e.bytes;
    for (int i = 0; i < RECALL_PARTS; i++) {
        if (e.n[i])
            memcpy(at, c->parts[i].bytes, e.n[i]);
        at += e.n[i];
    }
    memcpy(at, c->person, person);
    digest_of(c, e.digest);
    memcpy(digest, e.digest, sizeof e.digest);
    pthread_mutex_lock(&r->lock);
    append(r, &e, now_s);
    pthread_mutex_unlock(&r->lock);
    return true;
}

bool recall_find(struct recall *r, const char *digest, const char *person, double now_s,
                 enum recall_part part, struct buffer *out)
{
    pthread_mutex_lock(&r->lock);
    forget_old(r, now_s);
    const struct entry *e = look_up(r, digest);
    size_t before = 0, all = 0;
    for (int i = 0; e && i < RECALL_PARTS; i++) {
        before += i < (int)part ? e->n[i] : 0;
        all += e->n[i];
    }
    bool found = e && strcmp(e->bytes + all, person) == 0;
    if (found && e->n[part])
        buffer_append(out, e->bytes + before, e->n[part]);
    pthread_mutex_unlock(&r->lock);
    return found;
}

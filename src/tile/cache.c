#include "tile/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { N_BUCKETS = 1024 };

struct entry {
    struct tile_kept kept; /* first: what callers hold */
    atomic_int holders;    /* the cache is one of them while it lists the entry */
    struct tile_key key;
    struct entry *next;          /* in its bucket */
    struct entry *newer, *older; /* by the latest use */
};

struct tile_cache {
    pthread_mutex_t lock; /* guards all below */
    struct entry *buckets[N_BUCKETS];
    struct entry *newest, *oldest;
    size_t bytes, limit;
};

struct tile_cache *tile_cache_new(size_t limit_bytes)
{
    struct tile_cache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    c->limit = limit_bytes;
    return c;
}

void tile_cache_free(struct tile_cache *c)
{
    if (!c)
        return;
    tile_cache_clear(c);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

void tile_kept_release(const struct tile_kept *t)
{
    struct entry *e = (struct entry *)(uintptr_t)t;
    if (!e || atomic_fetch_sub(&e->holders, 1) != 1)
        return;
    free((char *)(uintptr_t)e->kept.plain);
    free((char *)(uintptr_t)e->kept.gzip);
    free(e);
}

void tile_kept_hold(const struct tile_kept *t)
{
    atomic_fetch_add(&((struct entry *)(uintptr_t)t)->holders, 1);
}

static size_t size_of(const struct entry *e)
{
    return sizeof *e + e->kept.plain_size + e->kept.gzip_size;
}

bool tile_key_same(const struct tile_key *a, const struct tile_key *b)
{
    return a->version == b->version && a->content == b->content && a->tile.z == b->tile.z &&
           a->tile.x == b->tile.x && a->tile.y == b->tile.y && a->tile.matrix == b->tile.matrix;
}

static struct entry **bucket_of(struct tile_cache *c, const struct tile_key *k)
{
    uint64_t h = (uint64_t)k->version * 31 + k->content;
    h = (h * 31 + k->tile.z) * 31 + k->tile.matrix;
    h = (h << 22 ^ (uint64_t)k->tile.x << 11 ^ k->tile.y) * 0x9E3779B97F4A7C15u;
    return &c->buckets[h >> 54];
}

static void unlist(struct tile_cache *c, struct entry *e)
{
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void list_newest(struct tile_cache *c, struct entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void drop(struct tile_cache *c, struct entry *e)
{
    struct entry **at = bucket_of(c, &e->key);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlist(c, e);
    c->bytes -= size_of(e);
    tile_kept_release(&e->kept);
}

/* One more holds it, and it is the latest that was used. */
static struct entry *look(struct tile_cache *c, const struct tile_key *key)
{
    struct entry *e = *bucket_of(c, key);
    while (e && !tile_key_same(&e->key, key))
        e = e->next;
    if (!e)
        return NULL;
    unlist(c, e);
    list_newest(c, e);
    atomic_fetch_add(&e->holders, 1);
    return e;
}

const struct tile_kept *tile_cache_find(struct tile_cache *c, const struct tile_key *key)
{
    pthread_mutex_lock(&c->lock);
    struct entry *e = look(c, key);
    pthread_mutex_unlock(&c->lock);
    return e ? &e->kept : NULL;
}

static void add(struct tile_cache *c, struct entry *e)
{
    struct entry **at = bucket_of(c, &e->key);
    e->next = *at;
    *at = e;
    list_newest(c, e);
    c->bytes += size_of(e);
    atomic_fetch_add(&e->holders, 1);
    while (c->bytes > c->limit)
        drop(c, c->oldest);
}

const struct tile_kept *tile_cache_put(struct tile_cache *c, const struct tile_key *key, struct buffer *plain,
                                       struct buffer *gzip)
{
    struct entry *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->key = *key;
    e->kept.plain = buffer_detach(plain, &e->kept.plain_size);
    e->kept.gzip = buffer_detach(gzip, &e->kept.gzip_size);
    atomic_init(&e->holders, 1);
    pthread_mutex_lock(&c->lock);
    struct entry *quicker = look(c, key);
    if (!quicker)
        add(c, e);
    pthread_mutex_unlock(&c->lock);
    if (!quicker)
        return &e->kept;
    tile_kept_release(&e->kept);
    return &quicker->kept;
}

void tile_cache_clear(struct tile_cache *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->oldest)
        drop(c, c->oldest);
    pthread_mutex_unlock(&c->lock);
}

size_t tile_cache_bytes(struct tile_cache *c)
{
    pthread_mutex_lock(&c->lock);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return bytes;
}

#include "http/page_counts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4096 };

/* One page for each value of a key's first bits: the latest. */
struct page_counts {
    pthread_mutex_t lock;
    struct slot {
        uint8_t key[SHA256_BYTES];
        struct page_count count;
        bool used;
    } slots[SLOTS];
};

struct page_counts *page_counts_new(void)
{
    struct page_counts *c = calloc(1, sizeof *c);
    if (c && pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

void page_counts_free(struct page_counts *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct slot *slot_of(struct page_counts *c, const uint8_t key[SHA256_BYTES])
{
    return &c->slots[(key[0] | (unsigned)key[1] << 8) % SLOTS];
}

bool page_counts_find(struct page_counts *c, const uint8_t key[SHA256_BYTES], struct page_count *out)
{
    pthread_mutex_lock(&c->lock);
    const struct slot *s = slot_of(c, key);
    bool found = s->used && memcmp(s->key, key, SHA256_BYTES) == 0;
    if (found)
        *out = s->count;
    pthread_mutex_unlock(&c->lock);
    return found;
}

void page_counts_add(struct page_counts *c, const uint8_t key[SHA256_BYTES], const struct page_count *count)
{
    pthread_mutex_lock(&c->lock);
    struct slot *s = slot_of(c, key);
    memcpy(s->key, key, SHA256_BYTES);
    s->count = *count;
    s->used = true;
    pthread_mutex_unlock(&c->lock);
}

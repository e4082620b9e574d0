#include "http/bench_shelf.h"

#include "audit/bench/bench.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct book {
    struct bench_held held; /* first: what is given out */
    char *base;             /* owned */
    size_t readers;
    uint64_t used;
    struct book *next; /* the one that was opened before it */
};

struct bench_shelf {
    pthread_mutex_t lock;
    struct book *books;
    size_t n;
    uint64_t asked;
};

struct bench_shelf *bench_shelf_new(void)
{
    struct bench_shelf *s = calloc(1, sizeof *s);
    if (s)
        pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void book_free(struct book *b)
{
    if (b) {
        index_close(b->held.index);
        free(b->base);
    }
    free(b);
}

void bench_shelf_free(struct bench_shelf *s)
{
    if (!s)
        return;
    while (s->books) {
        struct book *b = s->books;
        s->books = b->next;
        book_free(b);
    }
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- the lock is held ---- */

static struct book *find(struct bench_shelf *s, const char *base)
{
    struct book *b = s->books;
    while (b && strcmp(b->base, base) != 0)
        b = b->next;
    return b;
}

/* Those that were not asked for longest go, unless somebody reads them. */
static void make_room(struct bench_shelf *s)
{
    while (s->n > BENCH_SHELF_MAX) {
        struct book **oldest = NULL;
        for (struct book **at = &s->books; *at; at = &(*at)->next)
            if ((*at)->readers == 0 && (!oldest || (*at)->used < (*oldest)->used))
                oldest = at;
        if (!oldest)
            return;
        struct book *b = *oldest;
        *oldest = b->next;
        book_free(b);
        s->n--;
    }
}

static enum status open_book(struct bench_shelf *s, const char *base, struct book **out, struct error *e)
{
    struct book *b = calloc(1, sizeof *b);
    if (b)
        b->base = strdup(base);
    enum status status =
        b && b->base ? bench_index_open(base, b->held.key, &b->held.index, e) : error_no_memory(e);
    if (status) {
        book_free(b);
        return status;
    }
    b->next = s->books;
    s->books = b;
    s->n++;
    *out = b;
    return STATUS_OK;
}

enum status bench_shelf_take(struct bench_shelf *s, const char *base, const struct bench_held **out,
                             struct error *e)
{
    pthread_mutex_lock(&s->lock);
    struct book *b = find(s, base);
    enum status status = b ? STATUS_OK : open_book(s, base, &b, e);
    if (!status) {
        b->readers++;
        b->used = ++s->asked;
        make_room(s);
        *out = &b->held;
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

void bench_shelf_give(struct bench_shelf *s, const struct bench_held *held)
{
    struct book *b = (struct book *)(uintptr_t)held;
    if (!b)
        return;
    pthread_mutex_lock(&s->lock);
    b->readers--;
    make_room(s);
    pthread_mutex_unlock(&s->lock);
}

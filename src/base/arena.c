#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK_BYTES = 64 * 1024, KEPT_BYTES = 16 << 20 };

struct block {
    struct block *next;
    size_t size; /* bytes behind this header */
    size_t used;
    size_t pad;
};

struct arena {
    struct block *head; /* newest block first; only the newest is allocated from */
    size_t limit;
    size_t total; /* bytes of all blocks */
};

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a)
        a->limit = limit_bytes;
    return a;
}

static void blocks_free(struct block *b)
{
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    blocks_free(a->head);
    free(a);
}

void arena_reset(struct arena *a)
{
    if (!a->head)
        return;
    /* The newest block is the largest: keeping it alone makes the next request of this size
     * allocation-free. What one dear request needed is not kept for all that follow. */
    if (a->head->size > KEPT_BYTES) {
        blocks_free(a->head);
        a->head = NULL;
        a->total = 0;
        return;
    }
    blocks_free(a->head->next);
    a->head->next = NULL;
    a->head->used = 0;
    a->total = a->head->size;
}

void arena_take(struct arena *a, struct arena *from)
{
    struct block *last = from ? from->head : NULL;
    if (last) {
        while (last->next)
            last = last->next;
        if (a->head) { /* behind the newest block, which still has room */
            last->next = a->head->next;
            a->head->next = from->head;
        } else {
            a->head = from->head;
        }
        a->limit += from->total;
        a->total += from->total;
    }
    free(from);
}

static struct block *block_add(struct arena *a, size_t bytes)
{
    size_t size = a->head ? a->head->size * 2 : FIRST_BLOCK_BYTES;
    if (size < bytes)
        size = bytes;
    if (size > a->limit - a->total) /* total <= limit always */
        size = bytes;
    if (size > a->limit - a->total)
        return NULL;
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    b->used = 0;
    b->next = a->head;
    a->head = b;
    a->total += size;
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGN)
        return NULL;
    bytes = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (bytes == 0)
        bytes = ALIGN;
    struct block *b = a->head;
    if (!b || b->size - b->used < bytes) {
        b = block_add(a, bytes);
        if (!b)
            return NULL;
    }
    void *p = (char *)(b + 1) + b->used;
    b->used += bytes;
    return memset(p, 0, bytes);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return arena_alloc(a, bytes);
}

/* The old array dies with the arena. */
bool arena_reserve(struct arena *a, void *variable, size_t *capacity, size_t need, size_t item_bytes)
{
    size_t n = *capacity ? *capacity : 8;
    if (need <= *capacity)
        return true;
    while (n < need)
        n *= 2;
    void *old, *p = arena_array(a, n, item_bytes);
    if (!p)
        return false;
    memcpy(&old, variable, sizeof old);
    if (*capacity)
        memcpy(p, old, *capacity * item_bytes);
    memcpy(variable, &p, sizeof p);
    *capacity = n;
    return true;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (p)
        memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

static char *append(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

char *arena_join(struct arena *a, const char *const *texts, size_t n, const char *between)
{
    size_t size = 1, n_between = strlen(between);
    for (size_t i = 0; i < n; i++)
        size += strlen(texts[i]) + (i ? n_between : 0);
    char *p = arena_alloc(a, size), *to = p;
    for (size_t i = 0; p && i < n; i++) {
        to = append(to, between, i ? n_between : 0);
        to = append(to, texts[i], strlen(texts[i]));
    }
    return p;
}

/* What a format of texts alone puts one behind the other. */
struct pieces {
    struct {
        const char *text;
        size_t n;
    } at[32];
    size_t n, bytes;
};

static void piece_add(struct pieces *p, const char *text, size_t n)
{
    p->at[p->n].text = text;
    p->at[p->n++].n = n;
    p->bytes += n;
}

/* Most sentences put texts together and format no number: they need not go through printf. false: this one
 * does. */
static bool pieces_of(const char *fmt, va_list *ap, struct pieces *p)
{
    p->n = p->bytes = 0;
    for (const char *at; (at = strchr(fmt, '%')); fmt = at + 2) {
        if (at[1] != 's' || p->n + 3 > sizeof p->at / sizeof *p->at)
            return false;
        const char *text = va_arg(*ap, const char *);
        text = text ? text : "(null)"; /* as printf has it */
        piece_add(p, fmt, (size_t)(at - fmt));
        piece_add(p, text, strlen(text));
    }
    piece_add(p, fmt, strlen(fmt));
    return true;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    struct pieces pieces;
    va_start(ap, fmt);
    va_copy(again, ap);
    bool joins = pieces_of(fmt, &ap, &pieces);
    va_end(ap);
    va_copy(ap, again);
    int n = joins ? (int)pieces.bytes : vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1), *to = p;
    for (size_t i = 0; p && joins && i < pieces.n; i++)
        to = append(to, pieces.at[i].text, pieces.at[i].n);
    if (p && !joins)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

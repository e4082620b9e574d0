#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK_BYTES = 64 * 1024 };

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
     * allocation-free. */
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

/* Most sentences put texts together and format no number: they need not go through printf. */
static bool has_only_texts(const char *fmt)
{
    for (const char *at = strchr(fmt, '%'); at; at = strchr(at + 2, '%'))
        if (at[1] != 's')
            return false;
    return true;
}

static const char *next_text(va_list *ap)
{
    const char *text = va_arg(*ap, const char *);
    return text ? text : "(null)"; /* as printf has it */
}

static size_t joined_length(const char *fmt, va_list *ap)
{
    size_t n = 0;
    for (const char *at; (at = strchr(fmt, '%')); fmt = at + 2)
        n += (size_t)(at - fmt) + strlen(next_text(ap));
    return n + strlen(fmt);
}

static char *append(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

static void join(char *to, const char *fmt, va_list *ap)
{
    for (const char *at; (at = strchr(fmt, '%')); fmt = at + 2) {
        to = append(to, fmt, (size_t)(at - fmt));
        const char *text = next_text(ap);
        to = append(to, text, strlen(text));
    }
    append(to, fmt, strlen(fmt) + 1);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    bool joins = has_only_texts(fmt);
    int n = joins ? (int)joined_length(fmt, &ap) : vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p && joins)
        join(p, fmt, &again);
    else if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

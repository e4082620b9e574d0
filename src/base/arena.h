/* A bump allocator: what a request or a check builds lives in its arena and dies with it.
 *
 * Invariants: memory is zeroed and 16-byte aligned; nothing is freed singly; arena_reset keeps the newest
 * block for the next request, unless it is very large. Over `limit_bytes` an allocation answers NULL, as
 * when memory is out: callers check and return error_no_memory. Threads: one arena belongs to one thread at
 * a time. */
#ifndef HX_BASE_ARENA_H
#define HX_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Owned: release with arena_free. NULL when memory is out. */
struct arena *arena_new(size_t limit_bytes);
void arena_free(struct arena *a); /* NULL-safe */
void arena_reset(struct arena *a);
/* Takes over all that `from` holds, which stays where it is, and frees `from` (NULL-safe). What is taken over
 * does not count against the limit of `a`. */
void arena_take(struct arena *a, struct arena *from);

void *arena_alloc(struct arena *a, size_t bytes);
/* count * size with overflow checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Room for `need` items in an array of the arena that lies in a variable beside its capacity; false when
 * memory is out. */
#define ARENA_RESERVE(arena, array, capacity, need)                                                          \
    arena_reserve(arena, &(array), &(capacity), need, sizeof *(array))
bool arena_reserve(struct arena *a, void *variable, size_t *capacity, size_t need, size_t item_bytes);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* n texts in one, with `between` between each two. */
char *arena_join(struct arena *a, const char *const *texts, size_t n, const char *between);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

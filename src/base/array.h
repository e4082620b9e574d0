/* The one array that grows, by doubling: room for a few more items, whoever owns it. */
#ifndef HX_BASE_ARRAY_H
#define HX_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

void *array_grow(void *array, size_t *capacity, size_t need, size_t item_bytes);

/* The array with room for `need` items of item_bytes each, which may have moved. NULL when memory is out:
 * then the old array and *capacity stand as they were. An empty array is NULL with capacity 0. The caller
 * frees it. */
static inline void *array_room(void *array, size_t *capacity, size_t need, size_t item_bytes)
{
    return need <= *capacity ? array : array_grow(array, capacity, need, item_bytes);
}

/* Room for `need` items in an array that lies in a variable beside its capacity; false when memory is out. */
#define ARRAY_RESERVE(array, capacity, need) array_reserve(&(array), &(capacity), need, sizeof *(array))

/* `variable` is the address of a pointer to whatever the items are. Nearly always there is room. */
bool array_reserve_more(void *variable, size_t *capacity, size_t need, size_t item_bytes);
static inline bool array_reserve(void *variable, size_t *capacity, size_t need, size_t item_bytes)
{
    return need <= *capacity || array_reserve_more(variable, capacity, need, item_bytes);
}

#endif

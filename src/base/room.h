/* Room in an array that grows by doubling. */
#ifndef HX_BASE_ROOM_H
#define HX_BASE_ROOM_H

#include <stddef.h>

void *room_grow(void *array, size_t *capacity, size_t need, size_t item_bytes);

/* The array with room for `need` items of item_bytes each, which may have moved. NULL when memory is out: then the old
 * array and *capacity stand as they were. An empty array is NULL with capacity 0. The caller frees it. */
static inline void *room_for(void *array, size_t *capacity, size_t need, size_t item_bytes)
{
    return need <= *capacity ? array : room_grow(array, capacity, need, item_bytes);
}

#endif

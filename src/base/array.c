#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 64 };

void *array_grow(void *array, size_t *capacity, size_t need, size_t item_bytes)
{
    size_t n = *capacity ? *capacity : FIRST / 2;
    do {
        if (n > SIZE_MAX / 2 / item_bytes)
            return NULL;
        n *= 2;
    } while (n < need);
    void *p = realloc(array, n * item_bytes);
    if (p)
        *capacity = n;
    return p;
}

bool array_reserve_more(void *variable, size_t *capacity, size_t need, size_t item_bytes)
{
    void *old;
    memcpy(&old, variable, sizeof old);
    void *p = array_grow(old, capacity, need, item_bytes);
    if (p)
        memcpy(variable, &p, sizeof p);
    return p != NULL;
}

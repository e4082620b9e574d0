#include "fresh_store.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "store/store.h"

static struct arena *kept;

static void forget(void)
{
    arena_free(kept);
}

enum status fresh_store(const char *path, struct error *e)
{
    static char *bytes;
    static size_t n;
    if (bytes)
        return file_write_atomic(path, bytes, n, e);
    enum status s = store_create(path, e);
    if (s != STATUS_OK)
        return s;
    kept = arena_new((size_t)16 << 20);
    atexit(forget);
    return file_read(path, (size_t)16 << 20, kept, &bytes, &n, e);
}

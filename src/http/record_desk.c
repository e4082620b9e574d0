#include "http/record_desk.h"

#include <pthread.h>
#include <stdlib.h>

struct record_desk {
    pthread_mutex_t lock; /* guards the store */
    struct store *store;
    const char *gdal_version;
};

enum status record_desk_open(const char *store_path, const char *gdal_version, struct record_desk **out,
                             struct error *e)
{
    struct record_desk *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(e);
    enum status s = store_open(store_path, STORE_WRITE, &d->store, e);
    if (s) {
        free(d);
        return s;
    }
    pthread_mutex_init(&d->lock, NULL);
    d->gdal_version = gdal_version;
    *out = d;
    return STATUS_OK;
}

void record_desk_close(struct record_desk *d)
{
    if (!d)
        return;
    store_close(d->store);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

enum status record_desk_keep(struct record_desk *d, const struct record_spec *spec, struct arena *a,
                             struct report *r, struct error *e)
{
    struct record_spec whole = *spec;
    struct report_record *record = arena_alloc(a, sizeof *record);
    if (!record)
        return error_no_memory(e);
    whole.gdal_version = d->gdal_version;
    pthread_mutex_lock(&d->lock);
    enum status s = record_keep(d->store, r, &whole, a, record, e);
    pthread_mutex_unlock(&d->lock);
    if (!s)
        r->record = record;
    return s;
}

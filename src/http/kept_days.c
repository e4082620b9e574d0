#include "http/kept_days.h"

#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>

static struct kept_day *find_day(struct kept_days *k, const char *day, int64_t generation)
{
    for (int i = 0; i < KEPT_DAYS; i++)
        if (k->days[i].snapshot && strcmp(k->days[i].day, day) == 0 &&
            snapshot_generation(k->days[i].snapshot) == generation &&
            snapshot_n_changed(k->days[i].snapshot) == 0)
            return &k->days[i];
    return NULL;
}

static struct kept_day *oldest_day(struct kept_days *k)
{
    struct kept_day *oldest = &k->days[0];
    for (int i = 1; i < KEPT_DAYS; i++)
        if (k->days[i].used < oldest->used)
            oldest = &k->days[i];
    return oldest;
}

static enum status load_day(struct kept_days *k, struct store *store, const char *day, struct kept_day **out,
                            struct error *e)
{
    struct snapshot *loaded = NULL;
    enum status s = snapshot_load_as_of(store, day, &loaded, e);
    if (s)
        return s;
    struct kept_day *d = oldest_day(k);
    snapshot_unref(d->snapshot); /* whoever works with it has a reference of his own */
    d->snapshot = loaded;
    snprintf(d->day, sizeof d->day, "%s", day);
    *out = d;
    return STATUS_OK;
}

enum status kept_days_take(struct kept_days *k, struct store *store, const char *day, struct snapshot **out,
                           struct error *e)
{
    int64_t generation;
    enum status s = store_day_check(day, e);
    if (!s)
        s = store_generation(store, &generation, e);
    if (s)
        return s;
    pthread_mutex_lock(&k->lock);
    struct kept_day *d = find_day(k, day, generation);
    if (!d)
        s = load_day(k, store, day, &d, e);
    if (!s) {
        d->used = ++k->n_asked;
        *out = snapshot_ref(d->snapshot);
    }
    pthread_mutex_unlock(&k->lock);
    return s;
}

void kept_days_init(struct kept_days *k)
{
    pthread_mutex_init(&k->lock, NULL);
}

void kept_days_forget(struct kept_days *k)
{
    pthread_mutex_lock(&k->lock);
    for (int i = 0; i < KEPT_DAYS; i++) {
        snapshot_unref(k->days[i].snapshot);
        k->days[i] = (struct kept_day){.snapshot = NULL};
    }
    pthread_mutex_unlock(&k->lock);
}

void kept_days_release(struct kept_days *k)
{
    kept_days_forget(k);
    pthread_mutex_destroy(&k->lock);
}

#include "check/snapshot.h"

#include "check/rebuild.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct snapshot {
    atomic_int references;
    struct arena *arena; /* versions' strings, the rules */
    struct layer_snapshot *layers;
    size_t n_layers;
    struct rule_table rules;
    int64_t generation;
};

static void snapshot_free(struct snapshot *s)
{
    for (size_t i = 0; i < s->n_layers; i++) {
        index_close((struct layer_index *)s->layers[i].index);
        index_close((struct layer_index *)s->layers[i].coverage);
    }
    arena_free(s->arena);
    free(s);
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add(&s->references, 1);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    if (s && atomic_fetch_sub(&s->references, 1) == 1)
        snapshot_free(s);
}

/* A layer that cannot be opened does not fail the snapshot: it is answered "cannot be measured", with the reason. */
static void layer_load(struct store *store, struct arena *a, struct layer_snapshot *l)
{
    struct layer_index *index = NULL, *coverage = NULL;
    enum status s = index_of_version(store, &l->version, false, a, &index, &l->fault);
    if (!s && l->version.has_coverage)
        s = index_of_version(store, &l->version, true, a, &coverage, &l->fault);
    if (s) {
        index_close(index);
        return;
    }
    l->index = index;
    l->coverage = coverage;
}

static enum status snapshot_fill(struct snapshot *s, struct store *store, struct error *e)
{
    const char *csv, *sha256;
    struct store_version *versions;
    /* Generation first: a switch that happens while we load is seen as a change afterwards. */
    enum status st = store_generation(store, &s->generation, e);
    if (!st)
        st = store_rules(store, s->arena, &csv, &sha256, e);
    if (!st)
        st = rules_parse(csv, strlen(csv), s->arena, &s->rules, e);
    if (!st)
        st = store_current_versions(store, s->arena, &versions, &s->n_layers, e);
    if (st)
        return st;
    s->layers = arena_array(s->arena, s->n_layers + 1, sizeof *s->layers);
    if (!s->layers) {
        s->n_layers = 0;
        return error_no_memory(e);
    }
    for (size_t i = 0; i < s->n_layers; i++) {
        s->layers[i].version = versions[i];
        layer_load(store, s->arena, &s->layers[i]);
    }
    return STATUS_OK;
}

enum status snapshot_load(struct store *store, struct snapshot **out, struct error *e)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    atomic_init(&s->references, 1);
    s->arena = arena_new((size_t)1 << 30);
    enum status st = s->arena ? snapshot_fill(s, store, e) : error_no_memory(e);
    if (st) {
        if (!s->layers)
            s->n_layers = 0;
        snapshot_free(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

size_t snapshot_n_layers(const struct snapshot *s)
{
    return s->n_layers;
}

const struct layer_snapshot *snapshot_layer_at(const struct snapshot *s, size_t i)
{
    return &s->layers[i];
}

const struct layer_snapshot *snapshot_layer(const struct snapshot *s, const char *layer_id)
{
    for (size_t i = 0; i < s->n_layers; i++)
        if (strcmp(s->layers[i].version.layer, layer_id) == 0)
            return &s->layers[i];
    return NULL;
}

const struct rule_table *snapshot_rules(const struct snapshot *s)
{
    return &s->rules;
}

int64_t snapshot_generation(const struct snapshot *s)
{
    return s->generation;
}

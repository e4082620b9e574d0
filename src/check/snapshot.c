#include "check/snapshot_parts.h"

#include "check/rebuild.h"
#include "store/store_versions.h"

#include <stdlib.h>
#include <string.h>

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

/* A layer that cannot be opened does not fail the snapshot: it is answered "cannot be measured", with the
 * reason. */
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

enum status snapshot_take_versions(struct snapshot *s, struct store *store,
                                   const struct store_version *versions, size_t n, struct error *e)
{
    s->layers = arena_array(s->arena, n + 1, sizeof *s->layers);
    if (!s->layers)
        return error_no_memory(e);
    for (s->n_layers = 0; s->n_layers < n; s->n_layers++) {
        s->layers[s->n_layers].version = versions[s->n_layers];
        layer_load(store, s->arena, &s->layers[s->n_layers]);
    }
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        s->lines[l] = snapshot_layer(s, line_at(l)->id);
    return STATUS_OK;
}

static enum status snapshot_fill(struct snapshot *s, struct store *store, const char *day, struct error *e)
{
    const char *csv, *sha256;
    struct store_version *versions;
    size_t n;
    /* Generation first: a switch that happens while we load is seen as a change afterwards. */
    enum status st = store_generation(store, &s->generation, e);
    if (!st)
        st = store_rules(store, s->arena, &csv, &sha256, e);
    if (!st)
        st = rules_parse(csv, strlen(csv), s->arena, &s->rules, e);
    if (!st)
        st = day && *day ? store_versions_as_of(store, day, s->arena, &versions, &n, e)
                         : store_current_versions(store, s->arena, &versions, &n, e);
    return st ? st : snapshot_take_versions(s, store, versions, n, e);
}

enum status snapshot_new(struct snapshot **out, struct error *e)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    atomic_init(&s->references, 1);
    s->arena = arena_new((size_t)1 << 30);
    if (!s->arena) {
        free(s);
        return error_no_memory(e);
    }
    *out = s;
    return STATUS_OK;
}

enum status snapshot_load(struct store *store, struct snapshot **out, struct error *e)
{
    return snapshot_load_as_of(store, NULL, out, e);
}

enum status snapshot_load_as_of(struct store *store, const char *day, struct snapshot **out, struct error *e)
{
    struct snapshot *s = NULL;
    enum status st = snapshot_new(&s, e);
    if (st)
        return st;
    st = snapshot_fill(s, store, day, e);
    if (st) {
        snapshot_unref(s);
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

const struct layer_snapshot *snapshot_line(const struct snapshot *s, int line)
{
    return s->lines[line];
}

const struct rule_table *snapshot_rules(const struct snapshot *s)
{
    return &s->rules;
}

int64_t snapshot_generation(const struct snapshot *s)
{
    return s->generation;
}

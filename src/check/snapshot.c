#include "check/snapshot_parts.h"

#include "check/rebuild.h"
#include "store/definitions.h"
#include "store/store_versions.h"

#include <stdlib.h>
#include <string.h>

/* Which layer has the index that layer i has as its coverage: itself, unless one before it has it, too. */
static size_t coverage_owner(const struct snapshot *s, size_t i)
{
    size_t k = 0;
    while (s->layers[k].coverage != s->layers[i].coverage)
        k++;
    return k;
}

static void snapshot_free(struct snapshot *s)
{
    for (size_t i = s->n_layers; i-- > 0;) {
        index_close((struct layer_index *)s->layers[i].index);
        if (coverage_owner(s, i) == i)
            index_close((struct layer_index *)s->layers[i].coverage);
    }
    for (size_t i = 0; i < s->n_drafts; i++) {
        index_close((struct layer_index *)s->drafts[i].layer.index);
        index_close((struct layer_index *)s->drafts[i].layer.coverage);
    }
    if (s->together)
        arena_free(s->together->arena);
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

/* Most layers of an office are stated to be complete in one and the same area. Layers whose coverages are
 * equal to the bit have one index for it, so that a parcel is measured against it once (measure.h). */
static void coverage_share(struct snapshot *s, struct layer_snapshot *l)
{
    for (const struct layer_snapshot *k = s->layers; k < l && l->coverage; k++)
        if (k->coverage && index_same_shapes(k->coverage, l->coverage)) {
            index_close((struct layer_index *)l->coverage);
            l->coverage = k->coverage;
            return;
        }
}

static bool watch(struct snapshot *s, const struct layer_index *ix)
{
    for (size_t i = 0; i < s->n_indexes && ix; i++)
        if (s->indexes[i] == ix)
            return true;
    if (!ix)
        return true;
    if (!ARENA_RESERVE(s->arena, s->indexes, s->cap_indexes, s->n_indexes + 1))
        return false;
    s->indexes[s->n_indexes++] = ix;
    return true;
}

static enum status watch_layer(struct snapshot *s, const struct layer_snapshot *l, struct error *e)
{
    return watch(s, l->index) && watch(s, l->coverage) ? STATUS_OK : error_no_memory(e);
}

enum status snapshot_take_versions(struct snapshot *s, struct store *store,
                                   const struct store_version *versions, size_t n, struct error *e)
{
    s->layers = arena_array(s->arena, n + 1, sizeof *s->layers);
    if (!s->layers)
        return error_no_memory(e);
    enum status st = STATUS_OK;
    for (s->n_layers = 0; !st && s->n_layers < n; s->n_layers++) {
        struct layer_snapshot *l = &s->layers[s->n_layers];
        l->version = versions[s->n_layers];
        layer_load(store, s->arena, l);
        coverage_share(s, l);
        st = watch_layer(s, l, e);
    }
    return st;
}

static bool is_loaded(const char *id, const void *snapshot)
{
    return snapshot_layer(snapshot, id) != NULL;
}

static void take_levels(struct snapshot *s, const struct line_table *t)
{
    s->n_units = 0;
    for (size_t i = 0; i < t->n_levels; i++) {
        const struct layer_snapshot *layer = snapshot_layer(s, t->levels[i].id);
        if (layer)
            s->units[s->n_units++] = (struct unit_layer){&t->levels[i], layer};
    }
}

/* One thread does it, once. Without memory for it each index is looked into by itself. */
static void look_together(const struct snapshot *s)
{
    const struct layer_index *ix[2 * LINES_MAX];
    size_t n = 0;
    for (int l = 0; l < s->lines.n; l++) {
        const struct layer_snapshot *layer = s->line_layers[l];
        if (layer && layer->index && layer->coverage)
            ix[n++] = layer->coverage; /* in the order in which they are measured */
        if (layer && layer->index)
            ix[n++] = layer->index;
    }
    s->together->arena = arena_new((size_t)1 << 30);
    if (s->together->arena)
        atomic_store(&s->together->set, layer_set_new(ix, n, s->together->arena));
}

enum status snapshot_take_terms(struct snapshot *s, const struct snapshot_terms *terms, struct error *e)
{
    struct line_table all;
    enum status st = definitions_read(terms->definitions, terms->n_definitions, s->arena, &all, e);
    if (!st)
        st = line_table_select(&all, is_loaded, s, s->arena, &s->lines, e);
    if (!st)
        take_levels(s, &all);
    for (int l = 0; !st && l < s->lines.n; l++)
        s->line_layers[l] = snapshot_layer(s, line_at(&s->lines, l)->id);
    if (!st && !(s->together = arena_alloc(s->arena, sizeof *s->together)))
        st = error_no_memory(e);
    if (!st)
        st = class_table_read(s->arena, &s->classes, e);
    return st ? st
              : rules_parse(terms->rules_csv, strlen(terms->rules_csv), &s->lines, s->arena, &s->rules, e);
}

/* The definitions in force, as texts. */
static enum status definitions_of(struct snapshot *s, struct store *store, struct snapshot_terms *out,
                                  struct error *e)
{
    struct store_definition *rows;
    size_t n;
    enum status st = store_definitions(store, s->arena, &rows, &n, e);
    struct definition_text *texts = st ? NULL : arena_array(s->arena, n + 1, sizeof *texts);
    if (!st && !texts)
        st = error_no_memory(e);
    for (size_t i = 0; !st && i < n; i++)
        texts[i] = (struct definition_text){rows[i].layer, rows[i].json, rows[i].size};
    out->definitions = texts;
    out->n_definitions = n;
    return st;
}

enum status snapshot_take_levels(struct snapshot *s, struct store *store, struct error *e)
{
    struct snapshot_terms terms;
    struct line_table all;
    enum status st = definitions_of(s, store, &terms, e);
    if (!st)
        st = definitions_read(terms.definitions, terms.n_definitions, s->arena, &all, e);
    if (!st)
        take_levels(s, &all);
    return st;
}

enum status snapshot_take_drafts(struct snapshot *s, struct store *store,
                                 const struct store_version *versions, size_t n, struct error *e)
{
    struct snapshot_draft *drafts = arena_array(s->arena, s->n_drafts + n + 1, sizeof *drafts);
    if (!drafts)
        return error_no_memory(e);
    if (s->n_drafts)
        memcpy(drafts, s->drafts, s->n_drafts * sizeof *drafts);
    s->drafts = drafts;
    enum status st = STATUS_OK;
    for (size_t i = 0; !st && i < n; i++) {
        const struct control_line *line = line_of_id(&s->lines, versions[i].layer);
        if (!line || !s->line_layers[line->number])
            continue;
        struct snapshot_draft *draft = &s->drafts[s->n_drafts++];
        *draft = (struct snapshot_draft){.layer = {.version = versions[i]}, .line = line->number};
        layer_load(store, s->arena, &draft->layer);
        st = watch_layer(s, &draft->layer, e);
    }
    return st;
}

static enum status drafts_of(struct snapshot *s, struct store *store, struct error *e)
{
    for (int l = 0; l < s->lines.n; l++) {
        struct store_version *all;
        size_t n = 0, kept = 0;
        if (!s->line_layers[l])
            continue;
        enum status st = store_versions(store, line_at(&s->lines, l)->id, s->arena, &all, &n, e);
        for (size_t i = 0; !st && i < n; i++)
            if (strcmp(all[i].status, "draft") == 0)
                all[kept++] = all[i];
        if (!st && kept)
            st = snapshot_take_drafts(s, store, all, kept, e);
        if (st)
            return st;
    }
    return STATUS_OK;
}

static enum status snapshot_fill(struct snapshot *s, struct store *store, const char *day, struct error *e)
{
    struct snapshot_terms terms;
    const char *sha256;
    struct store_version *versions;
    size_t n;
    /* Generation first: a switch that happens while we load is seen as a change afterwards. */
    enum status st = store_generation(store, &s->generation, e);
    if (!st)
        st = store_rules(store, s->arena, &terms.rules_csv, &sha256, e);
    if (!st)
        st = definitions_of(s, store, &terms, e);
    if (!st)
        st = day && *day ? store_versions_as_of(store, day, s->arena, &versions, &n, e)
                         : store_current_versions(store, s->arena, &versions, &n, e);
    if (!st)
        st = snapshot_take_versions(s, store, versions, n, e);
    if (!st)
        st = snapshot_take_terms(s, &terms, e);
    return st ? st : drafts_of(s, store, e);
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

const struct line_table *snapshot_lines(const struct snapshot *s)
{
    return &s->lines;
}

const struct layer_snapshot *snapshot_line(const struct snapshot *s, int line)
{
    return s->line_layers[line];
}

const struct layer_set *snapshot_measured(const struct snapshot *s)
{
    enum { OFTEN = 64 };
    const struct layer_set *set = s->together ? atomic_load(&s->together->set) : NULL;
    if (set || !s->together || atomic_fetch_add(&s->together->n_asked, 1) + 1 != OFTEN)
        return set;
    look_together(s);
    return atomic_load(&s->together->set);
}

struct claim_terms snapshot_claim_terms(const struct snapshot *s)
{
    return (struct claim_terms){&s->lines, &s->rules, &s->classes, is_loaded, s};
}

size_t snapshot_units(const struct snapshot *s, const struct unit_layer **out)
{
    *out = s->units;
    return s->n_units;
}

const struct class_table *snapshot_classes(const struct snapshot *s)
{
    return &s->classes;
}

const struct snapshot_draft *snapshot_drafts(const struct snapshot *s, size_t *n)
{
    *n = s->n_drafts;
    return s->drafts;
}

const struct rule_table *snapshot_rules(const struct snapshot *s)
{
    return &s->rules;
}

int64_t snapshot_generation(const struct snapshot *s)
{
    return s->generation;
}

/* ---- is what is read what was verified? ---- */

bool layer_is_measurable(const struct layer_snapshot *l)
{
    return l->index && !index_has_changed(l->index) && !(l->coverage && index_has_changed(l->coverage));
}

size_t snapshot_look(const struct snapshot *s)
{
    size_t changed = 0;
    for (size_t i = 0; i < s->n_indexes; i++)
        changed += !index_is_trusted(s->indexes[i]);
    return changed;
}

size_t snapshot_n_changed(const struct snapshot *s)
{
    size_t changed = 0;
    for (size_t i = 0; i < s->n_indexes; i++)
        changed += index_has_changed(s->indexes[i]);
    return changed;
}

enum status snapshot_still_whole(const struct snapshot *s, struct error *e)
{
    return snapshot_look(s) == 0 ? STATUS_OK : index_changed(e);
}

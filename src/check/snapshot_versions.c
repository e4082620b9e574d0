#include "check/snapshot_versions.h"

#include "check/snapshot_parts.h"
#include "store/rule_editions.h"

#include <string.h>

static bool copy_texts(struct store_version *v, struct arena *a)
{
    const char **texts[] = {&v->layer,        &v->status,      &v->title_zh,       &v->title_en,
                            &v->kind,         &v->label,       &v->source_name,    &v->source_sha256,
                            &v->source_crs,   &v->document_no, &v->effective_from, &v->imported_at,
                            &v->effective_to, &v->imported_by, &v->import_key,     &v->uid};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_strdup(a, *texts[i] ? *texts[i] : "");
        if (!*texts[i])
            return false;
    }
    return true;
}

static enum status fill(struct snapshot *s, struct store *store, const struct snapshot_named *named,
                        struct error *e)
{
    struct store_rule_edition edition;
    struct store_version *copies = arena_array(s->arena, named->n_versions + 1, sizeof *copies);
    enum status st = copies ? store_rule_edition_read(store, named->rules_sha256, s->arena, &edition, e)
                            : error_no_memory(e);
    for (size_t i = 0; !st && i < named->n_versions; i++) {
        copies[i] = named->versions[i];
        if (!copy_texts(&copies[i], s->arena))
            st = error_no_memory(e);
    }
    if (!st)
        st = snapshot_take_versions(s, store, copies, named->n_versions, e);
    /* what is read of the definitions is copied into the arena */
    if (!st)
        st = snapshot_take_terms(
            s, &(struct snapshot_terms){named->definitions, named->n_definitions, edition.csv}, e);
    return st ? st : snapshot_take_levels(s, store, e);
}

enum status snapshot_load_versions(struct store *store, const struct snapshot_named *named,
                                   struct snapshot **out, struct error *e)
{
    struct snapshot *s;
    enum status st = snapshot_new(&s, e);
    if (st)
        return st;
    st = fill(s, store, named, e);
    if (st) {
        snapshot_unref(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

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

static enum status copy_versions(const struct store_version *from, size_t n, struct arena *a,
                                 struct store_version **out, struct error *e)
{
    *out = arena_array(a, n + 1, sizeof **out);
    if (!*out)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = from[i];
        if (!copy_texts(&(*out)[i], a))
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static enum status fill(struct snapshot *s, struct store *store, const struct snapshot_named *named,
                        struct error *e)
{
    struct store_rule_edition edition;
    struct store_version *versions, *drafts;
    enum status st = store_rule_edition_read(store, named->rules_sha256, s->arena, &edition, e);
    if (!st)
        st = copy_versions(named->versions, named->n_versions, s->arena, &versions, e);
    if (!st)
        st = copy_versions(named->drafts, named->n_drafts, s->arena, &drafts, e);
    if (!st)
        st = snapshot_take_versions(s, store, versions, named->n_versions, e);
    if (!st) /* what is read of the definitions is copied into the arena */
        st = snapshot_take_terms(
            s, &(struct snapshot_terms){named->definitions, named->n_definitions, edition.csv}, e);
    if (!st)
        st = snapshot_take_drafts(s, store, drafts, named->n_drafts, e);
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

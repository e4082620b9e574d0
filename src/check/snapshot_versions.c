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

static enum status fill(struct snapshot *s, struct store *store, const struct store_version *versions,
                        size_t n, const char *rules_sha256, struct error *e)
{
    struct store_rule_edition edition;
    struct store_version *copies = arena_array(s->arena, n + 1, sizeof *copies);
    enum status st =
        copies ? store_rule_edition_read(store, rules_sha256, s->arena, &edition, e) : error_no_memory(e);
    if (!st)
        st = rules_parse(edition.csv, strlen(edition.csv), s->arena, &s->rules, e);
    for (size_t i = 0; !st && i < n; i++) {
        copies[i] = versions[i];
        if (!copy_texts(&copies[i], s->arena))
            st = error_no_memory(e);
    }
    return st ? st : snapshot_take_versions(s, store, copies, n, e);
}

enum status snapshot_load_versions(struct store *store, const struct store_version *versions, size_t n,
                                   const char *rules_sha256, struct snapshot **out, struct error *e)
{
    struct snapshot *s;
    enum status st = snapshot_new(&s, e);
    if (st)
        return st;
    st = fill(s, store, versions, n, rules_sha256, e);
    if (st) {
        snapshot_unref(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

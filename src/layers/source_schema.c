/* The fields of a file whose records have each their own. */
#include "layers/source_parts.h"

#include "base/limits.h"

#include <string.h>

struct field_union {
    struct feature_schema schema;
    const char **names;
    enum feature_type *types;
    size_t cap_names, cap_types;
};

static bool has_field(const struct feature_schema *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->names[i], name) == 0)
            return true;
    return false;
}

static bool add_field(struct field_union *u, struct arena *keep, const char *name, enum feature_type type)
{
    size_t n = u->schema.n;
    const char *kept = arena_strdup(keep, name);
    if (!kept || !ARENA_RESERVE(keep, u->names, u->cap_names, n + 1) ||
        !ARENA_RESERVE(keep, u->types, u->cap_types, n + 1))
        return false;
    u->names[n] = kept;
    u->types[n] = type;
    u->schema = (struct feature_schema){.names = u->names, .types = u->types, .n = n + 1};
    return true;
}

static bool add_record(struct field_union *u, struct arena *keep, const struct feature_schema *of)
{
    for (size_t i = 0; of && i < of->n; i++)
        if (!has_field(&u->schema, of->names[i]) && !add_field(u, keep, of->names[i], of->types[i]))
            return false;
    return true;
}

/* What is wrong with the file is told by the reading that counts. */
static enum status add_records(struct feature_stream *s, struct arena *record, struct field_union *u,
                               struct arena *keep)
{
    struct feature f = {.schema = NULL};
    bool more = true;
    for (size_t i = 0; i < SOURCE_RECORDS_LOOKED_AT; i++) {
        arena_reset(record);
        enum status st = feature_stream_next(s, record, &f, &more, NULL);
        if (st || !more)
            return st == STATUS_NO_MEMORY ? st : STATUS_OK;
        if (!add_record(u, keep, f.schema))
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

enum status source_schema_of(const struct feature_request *file, struct arena *keep,
                             const struct feature_schema **out, struct error *e)
{
    struct feature_request q = *file;
    struct feature_stream *s = NULL;
    struct field_union *u = arena_alloc(keep, sizeof *u);
    struct arena *record = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    q.attributes_only = true;
    enum status st = u && record ? feature_stream_open(&q, &s, e) : error_no_memory(e);
    if (!st && add_records(s, record, u, keep) != STATUS_OK)
        st = error_no_memory(e);
    feature_stream_close(s);
    arena_free(record);
    if (!st)
        *out = &u->schema;
    return st;
}

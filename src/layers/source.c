/* Opening a source, choosing its layer, and walking its features. */
#include "layers/source_parts.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct source_info *source_info(const struct source *s)
{
    return &s->info;
}

const struct feature_note *source_notes(const struct source *s, size_t *n)
{
    *n = s->stream ? s->stream->n_notes : 0;
    return s->stream ? s->stream->notes : NULL;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    feature_stream_close(s->stream);
    geo_transformer_free(s->transformer);
    geo_geos_free(s->geos);
    policy_release(&s->policy);
    buffer_release(&s->json);
    layer_table_release(&s->table);
    arena_free(s->keep);
    arena_free(s->feature);
    free(s);
}

enum status source_walk(struct source *s, size_t limit, bool attributes_only, source_walk_fn *fn, void *user,
                        struct error *e)
{
    struct feature_request q = s->file;
    struct feature_stream *walk = NULL;
    struct error ignored;
    struct feature f;
    bool more = true;
    q.attributes_only = attributes_only;
    enum status st = feature_stream_open(&q, &walk, e);
    if (st)
        return st;
    for (size_t i = 0; more && (limit == 0 || i < limit); i++) {
        arena_reset(s->feature);
        st = feature_stream_next(walk, s->feature, &f, &more, &ignored);
        if (st || !more)
            break;
        more = fn(s, &f, user);
    }
    feature_stream_close(walk);
    return st == STATUS_NO_MEMORY ? error_no_memory(e) : STATUS_OK;
}

static enum status find_schema(struct source *s, struct error *e)
{
    s->schema = s->stream->info.schema;
    return s->schema ? STATUS_OK : source_schema_of(&s->file, s->keep, &s->schema, e);
}

/* ---- opening ---- */

static void describe(struct source *s)
{
    const struct feature_stream_info *info = &s->stream->info;
    s->info.layer = info->layer;
    s->info.driver = info->driver;
    s->info.drawing = info->drawing;
    s->info.heights = info->heights;
    s->info.encoding = info->encoding;
    s->info.encoding_misdeclared = info->encoding_misdeclared;
    s->info.n_declared = info->n_declared;
}

/* Without its .dbf a Shapefile has shapes and nothing else: no codes, no sub-zones. */
static enum status check_parts(const struct source *s, const struct source_request *r, struct error *e)
{
    bool bare = s->schema->n == 0 || (s->schema->n == 1 && strcmp(s->schema->names[0], "FID") == 0);
    if (strcmp(s->info.driver, "ESRI Shapefile") != 0 || !bare)
        return STATUS_OK;
    error_zh(e, "“%s”缺少 .dbf（属性表）：没有标识码和分区，不予导入；请连同 .shp、.shx、.prj 一起重新获取。",
             r->path);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-no-attributes",
        "\"%s\" has no .dbf: without codes and sub-zones it is not imported; get all of .shp, .shx, .dbf and "
        ".prj.",
        r->path);
}

static enum status make_tools(struct source *s, struct store *store, struct error *e)
{
    s->keep = arena_new((size_t)64 << 20);
    s->feature = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    if (!s->keep || !s->feature)
        return error_no_memory(e);
    enum status st = geo_transformer_new(&s->transformer, e);
    if (!st)
        st = layer_table_read(store, &s->table, e);
    if (!st)
        st = geo_geos_new(&s->geos, e);
    if (!st)
        st = policy_init(&s->policy, &policy_layer, e);
    s->policy.transformer = s->transformer;
    s->policy.geos = s->geos;
    return st;
}

static enum status open_stream(struct source *s, const struct source_request *r, struct error *e)
{
    s->file = (struct feature_request){.path = r->path, .layer = r->layer, .epsg = r->epsg};
    enum status st = STATUS_OK;
    if (r->survey)
        st = source_choose_layer(s, r, &s->file.layer, e);
    if (st)
        return st;
    struct error why = {0};
    st = feature_stream_open(&s->file, &s->stream, &why);
    /* A text of eastings without a prefix: any zone will do to look at them, and their unit tells which it
     * is. */
    if (st && strcmp(why.code, "zone-missing") == 0 && r->survey && r->units && !r->epsg) {
        s->file.epsg = SOURCE_ANY_ZONE;
        return feature_stream_open(&s->file, &s->stream, e);
    }
    if (st && e)
        *e = why;
    return st;
}

static enum status prepare(struct source *s, const struct source_request *r, struct error *e)
{
    s->mapped = r->zones;
    enum status st = open_stream(s, r, e);
    if (!st)
        st = find_schema(s, e);
    if (st)
        return st;
    describe(s);
    if (r->survey)
        st = check_parts(s, r, e);
    if (!st)
        st = source_decide_target(s, r, e);
    if (!st)
        st = source_bind_fields(s, r, e);
    if (!st)
        st = source_decide_crs(s, r, e);
    if (!st)
        st = source_zone_table(s, e);
    if (!st && r->survey)
        st = source_list_zones(s, r, e);
    return st;
}

enum status source_open(const struct source_request *r, struct source **out, struct error *e)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    buffer_init(&s->json, 0);
    enum status st = make_tools(s, r->store, e);
    if (!st)
        st = prepare(s, r, e);
    if (st) {
        source_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

/* ---- reading ---- */

static enum status next_feature(struct source *s, struct arena *a, struct source_feature *out, bool *more,
                                struct error *e)
{
    struct feature f;
    struct arena *own = s->feature;
    enum status st = feature_stream_next(s->stream, a, &f, more, e);
    if (st || !*more)
        return st;
    struct source_feature got = {.fid = f.fid, .position = f.position, .curved = f.curved};
    s->feature = a;
    st = source_read_fields(s, &f, &got, e);
    if (!st)
        st = source_read_shape(s, &f, &got, e);
    s->feature = own;
    if (!st)
        *out = got;
    return st;
}

enum status source_next(struct source *s, struct source_feature *out, bool *more, struct error *e)
{
    arena_reset(s->feature);
    return next_feature(s, s->feature, out, more, e);
}

enum status source_next_into(struct source *s, struct arena *arena, struct source_feature *out, bool *more,
                             struct error *e)
{
    enum status st = next_feature(s, arena, out, more, e);
    if (st || !*more)
        return st;
    out->properties = arena_strdup(arena, out->properties); /* they were in a buffer of the source */
    return out->properties ? STATUS_OK : error_no_memory(e);
}

#include "audit/feed.h"

#include "formats/json.h"

#include <stdlib.h>
#include <string.h>

void feed_close(struct feed *f)
{
    if (!f)
        return;
    feature_stream_close(f->stream);
    buffer_release(&f->json);
    free(f);
}

static bool is_bound(const struct feature_binding *b, size_t i)
{
    static const enum bound_field apart[] = {BOUND_ID, BOUND_NAME, BOUND_COUNTY};
    for (size_t k = 0; k < sizeof apart / sizeof *apart; k++)
        if (b->field[apart[k]] == (int)i)
            return true;
    return b->class_field == (int)i || b->claim_field == (int)i;
}

/* The other fields as a JSON object, with the digits that the file has. */
static const char *properties_of(struct feed *f, const struct feature *from, struct arena *a)
{
    const struct feature_schema *s = from->schema;
    struct json_writer w;
    buffer_clear(&f->json);
    jw_init(&w, &f->json, false);
    jw_object_begin(&w);
    for (size_t i = 0; i < s->n; i++) {
        if (is_bound(&f->binding, i))
            continue;
        jw_key(&w, s->names[i]);
        feature_value_write(&w, from, i);
    }
    jw_object_end(&w);
    return buffer_status(&f->json, NULL) ? NULL : arena_strndup(a, f->json.data, f->json.size);
}

static enum status fill(struct feed *f, const struct feature *from, struct arena *a, struct audit_item *out,
                        struct error *e)
{
    static const struct feature_schema none = {.n = 0};
    struct audit_item item = {.position = from->position, .fid = from->fid, .feature = *from};
    if (!item.feature.schema)
        item.feature.schema = &none;
    /* A record that could not be read may have no fields at all: it is not asked for those that were
     * named. */
    bool bare = item.feature.schema->n == 0;
    enum status s = feature_bind(&f->binding, item.feature.schema, bare ? NULL : &f->named, e);
    if (s)
        return s;
    const struct feature *g = &item.feature;
    const struct feature_binding *b = &f->binding;
    const char *by_field = feature_value(g, b->field[BOUND_ID]);
    item.id = f->named.id && *by_field ? by_field : g->id ? g->id : by_field;
    item.feature.id = item.id = *item.id ? item.id : arena_printf(a, "%lld", (long long)g->position);
    item.name = g->name ? g->name : feature_value(g, b->field[BOUND_NAME]);
    item.county = feature_value(g, b->field[BOUND_COUNTY]);
    item.project_class = feature_value(g, b->class_field);
    item.claims = feature_value(g, b->claim_field);
    item.properties = properties_of(f, g, a);
    if (!item.id || !item.properties)
        return error_no_memory(e);
    *out = item;
    return STATUS_OK;
}

enum status feed_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more, struct error *e)
{
    struct feature feature;
    enum status s = feature_stream_next(f->stream, a, &feature, more, e);
    return s || !*more ? s : fill(f, &feature, a, out, e);
}

enum status feed_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    return feature_stream_skip(f->stream, position, fid, e);
}

static enum status decide_crs(struct feed *f, const struct audit_request *r, struct error *e)
{
    struct crs_decision d;
    struct crs_stated stated;
    struct geo_transformer *t = NULL;
    struct crs_question q = feature_stream_question(f->stream, r->epsg);
    enum status s = geo_transformer_new(&t, e);
    if (!s)
        s = feature_stream_crs(f->stream, t, &q, &stated, &d, e);
    geo_transformer_free(t);
    if (s)
        return s;
    f->decided = d;
    f->crs = d.crs;
    f->srs = d.crs.epsg == 4326 ? 4326 : 4490;
    f->crs_guessed = d.by == CRS_BY_PREFIX || d.by == CRS_BY_UNIT ? d.crs.epsg : 0;
    return STATUS_OK;
}

enum status feed_notes(const struct feed *f, struct arena *a, struct feature_notes *out, struct error *e)
{
    return feature_file_notes(f->stream, f->stream->info.has_own_crs ? NULL : &f->decided, a, out, e);
}

enum status feed_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    const struct feature_request q = {
        .path = r->input, .layer = r->layer, .epsg = r->epsg, .id_field = r->id_field, .reader = r->reader};
    struct feed *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(e);
    buffer_init(&f->json, 0);
    f->named = (struct feature_fields){r->id_field, r->class_field, r->claim_field};
    f->srs = 4490;
    enum status s = feature_stream_open(&q, &f->stream, e);
    if (!s && f->stream->info.schema)
        s = feature_bind(&f->binding, f->stream->info.schema, &f->named, e);
    if (!s && !f->stream->info.has_own_crs)
        s = decide_crs(f, r, e);
    if (s) {
        feed_close(f);
        return s;
    }
    f->total = f->stream->info.n_declared;
    if (f->stream->info.has_own_crs)
        f->crs_guessed = f->stream->info.assumed_epsg;
    *out = f;
    return STATUS_OK;
}

#include "layers/inspect.h"

#include "base/text.h"
#include "features/sandbox/sandbox.h"
#include "formats/json.h"
#include "geo/crs/stated.h"
#include "layers/ingest_parts.h"
#include "layers/source_parts.h"

#include <stdio.h>

static void write_fields(struct json_writer *w, const struct feature_schema *f)
{
    static const char *const types[] = {[FEATURE_TEXT] = "String",
                                        [FEATURE_INTEGER] = "Integer",
                                        [FEATURE_REAL] = "Real",
                                        [FEATURE_JSON] = "JSON"};
    jw_key(w, "fields");
    jw_array_begin(w);
    for (size_t i = 0; i < f->n; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "name", f->names[i]);
        jw_kv_string(w, "type", types[f->types[i]]);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_info(struct json_writer *w, const struct source_info *info)
{
    jw_kv_integer(w, "epsg", info->crs.epsg);
    jw_kv_string(w, "crs", info->crs.name);
    jw_kv_string(w, "decided_by", info->crs_decided_by);
    jw_kv_string(w, "encoding", info->encoding);
    source_write_fields(w, &info->bound);
    if (info->village)
        jw_kv_bool(w, "village", true);
    if (info->n_zones)
        source_write_zones(w, info, false);
}

/* What an import would decide (`s`), or why it would not (NULL). */
static void write_decision(struct json_writer *w, const struct source *s, const struct error *e)
{
    jw_key(w, "import");
    jw_object_begin(w);
    jw_kv_bool(w, "possible", s != NULL);
    if (s)
        write_info(w, source_info(s));
    else {
        jw_kv_string(w, "zh", e->zh);
        jw_kv_string(w, "en", e->en);
    }
    jw_object_end(w);
}

/* As an import would: by names, and of an administrative layer by its codes, for which the source asks. */
static struct source *decide(const struct layer_table *t, const char *path, const struct sandbox_layer *l,
                             struct layer_guess *g, struct error *e)
{
    struct source *s = NULL;
    bool known = layer_table_find(t, g->layer) != NULL;
    struct source_request r = {.path = path,
                               .layer = *l->name ? l->name : NULL,
                               .survey = *g->layer,
                               .target = known ? g->layer : NULL,
                               .confirmed = true};
    if (source_open(&r, &s, e) != STATUS_OK)
        return NULL;
    if (*g->layer && !known)
        *g = (struct layer_guess){
            .layer = source_info(s)->target, .by = source_info(s)->target_by, .certainty = LAYER_CERTAIN};
    return s;
}

struct inspection {
    const char *path;
    struct layer_table table;
    struct sandbox_layers all;
    struct geo_transformer *transformer;
    struct arena *arena;
};

/* As the file calls it, by its code where it has no name; what it says in words as it says it. */
static const char *stated_name(const struct inspection *in, const char *wkt, char name[120])
{
    struct crs_stated stated = {.epsg = 0};
    struct error why = {0};
    if (crs_of_stated(in->transformer, wkt, &stated, &why) != STATUS_OK && !stated.name[0])
        return wkt;
    if (!stated.name[0] && stated.epsg)
        snprintf(stated.name, sizeof stated.name, "EPSG:%d", stated.epsg);
    snprintf(name, 120, "%s", stated.name);
    return name;
}

static void write_extent(struct json_writer *w, const struct sandbox_layer *l)
{
    if (!l->has_box)
        return;
    jw_key(w, "extent");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_number(w, l->box[i]);
    jw_array_end(w);
}

static enum status write_layer(struct json_writer *w, const struct inspection *in,
                               const struct sandbox_layer *l, struct error *e)
{
    struct layer_names names;
    struct layer_guess g;
    char name[120];
    struct error why = {0};
    if (layer_names_of(l->name, l->alias, l->schema, in->all.n == 1 ? in->path : NULL, in->arena, &names))
        return error_no_memory(e);
    layer_table_guess(&in->table, &names, &g);
    struct source *s = decide(&in->table, in->path, l, &g, &why);
    jw_object_begin(w);
    jw_kv_string(w, "layer", l->name);
    jw_kv_bool(w, "may_be_areas", l->may_be_areas);
    if (l->n_declared >= 0)
        jw_kv_integer(w, "features", l->n_declared);
    jw_kv_string(w, "geometry", l->geometry);
    jw_kv_string(w, "crs_stated", stated_name(in, l->crs_wkt, name));
    write_extent(w, l);
    jw_kv_string(w, "looks_like", g.layer);
    jw_kv_string(w, "because", g.by);
    jw_kv_bool(w, "certain", g.certainty == LAYER_CERTAIN);
    write_fields(w, l->schema);
    write_decision(w, s, &why);
    jw_object_end(w);
    source_close(s);
    return STATUS_OK;
}

/* Of a text: one layer, whose fields are those of its records. */
static enum status text_layer(const struct feature_request *file, struct arena *a, struct sandbox_layers *out,
                              struct error *e)
{
    struct feature_stream *s = NULL;
    struct sandbox_layer *l = arena_alloc(a, sizeof *l);
    enum status st = l ? feature_stream_open(file, &s, e) : error_no_memory(e);
    if (st)
        return st;
    bool stated = !s->info.assumed_epsg && s->info.first_crs.epsg;
    *l = (struct sandbox_layer){.name = arena_strdup(a, s->info.layer),
                                .alias = "",
                                .may_be_areas = true,
                                .n_declared = s->info.n_declared,
                                .geometry = "",
                                .crs_wkt = stated ? arena_printf(a, "EPSG:%d", s->info.first_crs.epsg) : ""};
    *out = (struct sandbox_layers){.driver = arena_strdup(a, s->info.driver), .layers = l, .n = 1};
    st = l->name && l->crs_wkt && out->driver ? STATUS_OK : error_no_memory(e);
    feature_stream_close(s);
    return st ? st : source_schema_of(file, a, &l->schema, e);
}

static enum status write_file(const struct inspection *in, struct buffer *out, struct error *e)
{
    struct json_writer w;
    enum status st = STATUS_OK;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "file", text_file_name(in->path));
    jw_kv_string(&w, "driver", in->all.driver);
    jw_key(&w, "layers");
    jw_array_begin(&w);
    for (size_t i = 0; !st && i < in->all.n; i++)
        st = write_layer(&w, in, &in->all.layers[i], e);
    jw_array_end(&w);
    jw_object_end(&w);
    return st ? st : buffer_status(out, e);
}

enum status inspect_file(const char *path, struct buffer *out, struct error *e)
{
    struct inspection in = {.path = path, .arena = arena_new((size_t)64 << 20)};
    const struct feature_request file = {.path = path};
    enum status st = in.arena ? layer_table_read(NULL, &in.table, e) : error_no_memory(e);
    if (!st)
        st = geo_transformer_new(&in.transformer, e);
    if (!st)
        st = feature_path_is_text(path) ? text_layer(&file, in.arena, &in.all, e)
                                        : sandbox_list_layers(&file, in.arena, &in.all, e);
    if (!st)
        st = write_file(&in, out, e);
    geo_transformer_free(in.transformer);
    layer_table_release(&in.table);
    arena_free(in.arena);
    return st;
}

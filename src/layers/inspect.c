#include "layers/inspect.h"

#include "features/sandbox/sandbox.h"
#include "formats/json.h"
#include "geo/crs/stated.h"
#include "layers/layer_table.h"
#include "layers/source.h"

#include <stdio.h>
#include <string.h>

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

/* What an import would decide, or why it would not. */
static void write_decision(struct json_writer *w, const struct layer_table *t, const char *path,
                           const char *name, const char *target)
{
    struct source *s = NULL;
    struct error e = {0};
    bool known = layer_table_find(t, target) != NULL;
    struct source_request r = {.path = path,
                               .layer = *name ? name : NULL,
                               .survey = known,
                               .target = known ? target : NULL,
                               .confirmed = true};
    enum status st = source_open(&r, &s, &e);
    jw_key(w, "import");
    jw_object_begin(w);
    jw_kv_bool(w, "possible", st == STATUS_OK);
    if (st == STATUS_OK) {
        const struct source_info *info = source_info(s);
        jw_kv_integer(w, "epsg", info->crs.epsg);
        jw_kv_string(w, "crs", info->crs.name);
        jw_kv_string(w, "decided_by", info->crs_decided_by);
        jw_kv_string(w, "encoding", info->encoding);
        jw_kv_string(w, "id", info->bound.id);
        jw_kv_string(w, "name", info->bound.name);
        jw_kv_string(w, "zone", info->bound.zone);
        jw_kv_string(w, "zone_code", info->bound.zone_code);
        jw_kv_string(w, "county", info->bound.county);
        jw_kv_string(w, "area", info->bound.area);
        if (info->village)
            jw_kv_bool(w, "village", true);
        for (int i = 0; i < info->n_zones && i < SOURCE_ZONES_SHOWN; i++) {
            if (i == 0) {
                jw_key(w, "zones");
                jw_array_begin(w);
            }
            jw_object_begin(w);
            jw_kv_string(w, "value", info->zones[i].value);
            jw_kv_string(w, "stored_as", info->zones[i].name);
            jw_kv_string(w, "decided_by", info->zones[i].by);
            jw_object_end(w);
        }
        if (info->n_zones)
            jw_array_end(w);
    } else {
        jw_kv_string(w, "zh", e.zh);
        jw_kv_string(w, "en", e.en);
    }
    jw_object_end(w);
    source_close(s);
}

static void guess(const struct layer_table *t, const char *path, const struct sandbox_layer *l, bool alone,
                  struct layer_guess *out)
{
    char stem[256];
    struct layer_names n = {.layer = l->name,
                            .alias = l->alias,
                            .stem = "",
                            .fields = l->schema->names,
                            .n_fields = l->schema->n};
    const char *slash = strrchr(path, '/');
    snprintf(stem, sizeof stem, "%s", slash ? slash + 1 : path);
    stem[strcspn(stem, ".")] = '\0';
    if (alone)
        n.stem = stem;
    layer_table_guess(t, &n, out);
}

struct looking {
    const struct layer_table *table;
    struct geo_transformer *transformer;
    const char *path;
};

/* As the file calls it, by its code where it has no name; what it says in words as it says it. */
static const char *stated_name(const struct looking *at, const char *wkt, char name[120])
{
    struct crs_stated stated = {.epsg = 0};
    struct error why = {0};
    if (crs_of_stated(at->transformer, wkt, &stated, &why) != STATUS_OK && !stated.name[0])
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

static void write_layer(struct json_writer *w, const struct looking *at, const struct sandbox_layer *l,
                        bool alone)
{
    struct layer_guess g;
    char name[120];
    const struct layer_table *t = at->table;
    const char *path = at->path;
    guess(t, path, l, alone, &g);
    jw_object_begin(w);
    jw_kv_string(w, "layer", l->name);
    jw_kv_bool(w, "may_be_areas", l->may_be_areas);
    if (l->n_declared >= 0)
        jw_kv_integer(w, "features", l->n_declared);
    jw_kv_string(w, "geometry", l->geometry);
    jw_kv_string(w, "crs_stated", stated_name(at, l->crs_wkt, name));
    write_extent(w, l);
    jw_kv_string(w, "looks_like", g.layer);
    jw_kv_string(w, "because", g.by);
    jw_kv_bool(w, "certain", g.certainty == LAYER_CERTAIN);
    write_fields(w, l->schema);
    write_decision(w, t, path, l->name, g.layer);
    jw_object_end(w);
}

/* Of a text: one layer, whose fields are those of its records. */
static enum status text_layer(const char *path, struct arena *a, struct sandbox_layers *out, struct error *e)
{
    static const struct feature_schema none = {.n = 0};
    struct feature_stream *s = NULL;
    struct sandbox_layer *l = arena_alloc(a, sizeof *l);
    enum status st =
        l ? feature_stream_open(&(struct feature_request){.path = path}, &s, e) : error_no_memory(e);
    if (st)
        return st;
    bool stated = !s->info.assumed_epsg && s->info.first_crs.epsg;
    *l = (struct sandbox_layer){.name = "",
                                .alias = "",
                                .may_be_areas = true,
                                .n_declared = s->info.n_declared,
                                .geometry = "",
                                .crs_wkt = stated ? arena_printf(a, "EPSG:%d", s->info.first_crs.epsg) : "",
                                .schema = &none};
    *out = (struct sandbox_layers){.driver = arena_strdup(a, s->info.driver), .layers = l, .n = 1};
    feature_stream_close(s);
    return out->driver ? STATUS_OK : error_no_memory(e);
}

enum status inspect_file(const char *path, struct buffer *out, struct error *e)
{
    struct json_writer w;
    struct layer_table table;
    struct sandbox_layers all;
    struct looking at = {.table = &table, .path = path};
    struct arena *a = arena_new((size_t)64 << 20);
    enum status st = a ? layer_table_read(&table, e) : error_no_memory(e);
    if (st) {
        arena_free(a);
        return st;
    }
    st = geo_transformer_new(&at.transformer, e);
    if (!st)
        st = feature_path_is_text(path)
                 ? text_layer(path, a, &all, e)
                 : sandbox_list_layers(&(struct feature_request){.path = path}, a, &all, e);
    if (!st) {
        const char *slash = strrchr(path, '/');
        jw_init(&w, out, false);
        jw_object_begin(&w);
        jw_kv_string(&w, "file", slash && slash[1] ? slash + 1 : path);
        jw_kv_string(&w, "driver", all.driver);
        jw_key(&w, "layers");
        jw_array_begin(&w);
        for (size_t i = 0; i < all.n; i++)
            write_layer(&w, &at, &all.layers[i], all.n == 1);
        jw_array_end(&w);
        jw_object_end(&w);
        st = buffer_status(out, e);
    }
    geo_transformer_free(at.transformer);
    layer_table_release(&table);
    arena_free(a);
    return st;
}

/* GET /collections and /collections/{id}: what is loaded, from where, since when, and how to get at it. */
#include "http/collection.h"
#include "http/route.h"

#include "formats/json.h"
#include "http/stored_json.h"

#include <stdio.h>
#include <string.h>

static void write_box(struct json_writer *w, const struct geo_box *box, bool present)
{
    jw_key(w, "bbox");
    if (!present) {
        jw_null(w);
        return;
    }
    const double v[4] = {box->west_deg, box->south_deg, box->east_deg, box->north_deg};
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, v[i], 6);
    jw_array_end(w);
}

static void write_link(struct json_writer *w, const char *rel, const char *type, const char *id,
                       const char *tail)
{
    char href[320];
    snprintf(href, sizeof href, "/collections/%s%s", id, tail);
    jw_object_begin(w);
    jw_kv_string(w, "rel", rel);
    jw_kv_string(w, "type", type);
    jw_kv_string(w, "href", href);
    jw_object_end(w);
}

static void write_links(struct json_writer *w, const char *id)
{
    jw_key(w, "links");
    jw_array_begin(w);
    write_link(w, "self", "application/json", id, "");
    write_link(w, "items", "application/geo+json", id, "/items");
    jw_array_end(w);
}

/* The version is part of the address, so that a tile may be kept for as long as its version is current. */
static void write_tiles(struct json_writer *w, const struct layer_snapshot *layer)
{
    char url[320];
    snprintf(url, sizeof url, "/tiles/%s/{z}/{x}/{y}.mvt?v=%lld", layer->version.layer,
             (long long)layer->version.id);
    jw_kv_string(w, "tiles", layer->index ? url : NULL);
}

static void write_layer(struct json_writer *w, const struct layer_snapshot *layer)
{
    const struct store_version *v = &layer->version;
    jw_object_begin(w);
    jw_kv_string(w, "id", v->layer);
    jw_kv_string(w, "title_zh", v->title_zh);
    jw_kv_string(w, "title_en", v->title_en);
    jw_kv_string(w, "kind", v->kind);
    jw_kv_string(w, "geometry", "polygon");
    jw_kv_bool(w, "synthetic", v->synthetic);
    jw_kv_string(w, "label", v->label);
    jw_kv_bool(w, "reference_only", v->reference_only);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "effective_from", v->effective_from);
    jw_kv_string(w, "document_no", v->document_no);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_integer(w, "n_features", v->n_features);
    jw_kv_decimal(w, "area_m2", v->area_m2, 4);
    struct geo_box box = layer->index ? index_box(layer->index) : geo_box_empty();
    write_box(w, &box, layer->index && index_n_features(layer->index) > 0);
    write_tiles(w, layer);
    write_links(w, v->layer);
    jw_object_end(w);
}

/* ---- sets of places: small enough to be counted each time ---- */

struct extent {
    struct geo_box box;
    int64_t n;
};

static bool add_place(const struct store_plan_feature *f, void *user)
{
    struct extent *extent = user;
    stored_json_add_geometry(f->geometry, &extent->box);
    extent->n++;
    return true;
}

static enum status write_places(struct json_writer *w, const struct place_set *set, struct store *store,
                                struct error *e)
{
    struct extent extent = {.box = geo_box_empty()};
    enum status s = store_plan_features(store, set->id, NULL, 0, 0, add_place, &extent, e);
    if (s)
        return s;
    jw_object_begin(w);
    jw_kv_string(w, "id", set->id);
    jw_kv_string(w, "title_zh", set->title_zh);
    jw_kv_string(w, "title_en", set->title_en);
    jw_kv_string(w, "kind", set->kind);
    jw_kv_string(w, "geometry", set->geometry);
    jw_kv_bool(w, "synthetic", false);
    jw_kv_string(w, "label", set->label);
    jw_kv_bool(w, "reference_only", true);
    jw_kv_string(w, "version", NULL);
    jw_kv_string(w, "effective_from", "");
    jw_kv_string(w, "document_no", "");
    jw_kv_string(w, "source_sha256", "");
    jw_kv_integer(w, "n_features", extent.n);
    jw_kv_string(w, "area_m2", NULL);
    write_box(w, &extent.box, extent.n > 0);
    jw_kv_string(w, "tiles", NULL);
    write_links(w, set->id);
    jw_object_end(w);
    return STATUS_OK;
}

/* ---- handlers ---- */

static enum status write_all(struct json_writer *w, const struct request *rq, struct error *e)
{
    enum status s = STATUS_OK;
    jw_object_begin(w);
    jw_key(w, "collections");
    jw_array_begin(w);
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++)
        write_layer(w, snapshot_layer_at(rq->snapshot, i));
    for (size_t i = 0; i < collection_n_place_sets() && !s; i++)
        s = write_places(w, collection_place_set(i), rq->worker->store, e);
    jw_array_end(w);
    jw_object_end(w);
    return s;
}

static enum status write_one(struct json_writer *w, const struct request *rq, struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    if (c.places)
        return write_places(w, c.places, rq->worker->store, e);
    write_layer(w, c.layer);
    return STATUS_OK;
}

static enum status answer(struct request *rq, struct reply *reply,
                          enum status (*write)(struct json_writer *, const struct request *, struct error *),
                          struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    enum status s = write(&w, rq, e);
    return reply_json(reply, &b, s, "no-cache", e);
}

enum status handle_collections(struct request *rq, struct reply *reply, struct error *e)
{
    return answer(rq, reply, write_all, e);
}

enum status handle_collection(struct request *rq, struct reply *reply, struct error *e)
{
    return answer(rq, reply, write_one, e);
}

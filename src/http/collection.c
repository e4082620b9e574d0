#include "http/collection.h"

#include "formats/wkb.h"
#include "http/links.h"
#include "http/stored_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct place_set place_sets[] = {
    {"plan_layout", "城镇空间布局（一群两极多点）", "Urban layout: one cluster, two poles, several points",
     "plan", "mixed", "位置为示意"},
    {"plan_places", "规划重点地点与连线", "Places and connections named by the plan", "plan", "mixed",
     "位置为示意"},
    {"base_water", "底图：湖泊、河流", "Base map: lakes and rivers", "base", "mixed", "仅供参考"},
    {"base_towns", "底图：城镇、苏木乡镇", "Base map: towns", "base", "point", "仅供参考"},
    {"counties", "旗县级行政中心", "Seats of counties and banners", "admin", "point", ""},
};

size_t collection_n_place_sets(void)
{
    return sizeof place_sets / sizeof *place_sets;
}

const struct place_set *collection_place_set(size_t i)
{
    return &place_sets[i];
}

enum status collection_find(const struct snapshot *s, const char *id, struct collection *out, struct error *e)
{
    const struct layer_snapshot *layer = snapshot_layer(s, id);
    if (layer) {
        *out = (struct collection){.layer = layer};
        return STATUS_OK;
    }
    for (size_t i = 0; i < collection_n_place_sets(); i++) {
        if (strcmp(place_sets[i].id, id) != 0)
            continue;
        *out = (struct collection){.places = &place_sets[i]};
        return STATUS_OK;
    }
    error_zh(e, "没有载入名为“%.100s”的图层；已载入的见 /collections。", id);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-collection",
                      "No collection \"%.100s\" is loaded; /collections lists those that are.", id);
}

/* The source's own fields are already a JSON object in the store; anything else is left out rather than
 * trusted. */
static void write_source_fields(struct json_writer *w, const char *json)
{
    char *text = stored_json_object(json, NULL);
    jw_raw(w, text ? text : "{}", text ? strlen(text) : 2);
    free(text);
}

static void write_item_links(struct json_writer *w, const struct item_address *at, int64_t id)
{
    char path[LINK_PATH_SIZE];
    if (!at)
        return;
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/collections/%s/items/%lld%s%s", at->collection, (long long)id,
             *at->kept ? "?" : "", *at->kept ? at->kept + 1 : "");
    link_write(w, at->links, "self", MEDIA_GEOJSON, "本要素 this feature", path);
    link_write_alternate(w, at->links, path);
    snprintf(path, sizeof path, "/collections/%s", at->collection);
    link_write(w, at->links, "collection", MEDIA_JSON, "所属图层 the collection", path);
    jw_array_end(w);
}

enum status collection_write_feature(struct json_writer *w, const struct store_feature *f,
                                     struct geo_shape_builder *shape, const struct geojson_axes *form,
                                     const struct item_address *at, struct error *e)
{
    struct geo_shape view;
    enum status s = wkb_read(f->wkb, f->wkb_size, shape, e);
    if (!s)
        s = geo_shape_builder_view(shape, &view, e);
    if (s)
        return s;
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_kv_integer(w, "id", f->id);
    jw_key(w, "geometry");
    geojson_write_in(w, &view, form);
    jw_key(w, "properties");
    jw_object_begin(w);
    jw_kv_string(w, "code", f->code);
    jw_kv_string(w, "name", f->name);
    jw_kv_string(w, "zone", f->zone);
    jw_kv_string(w, "county", f->county);
    jw_kv_decimal(w, "declared_area_m2", f->declared_area_m2, 4);
    jw_key(w, "properties");
    write_source_fields(w, f->properties);
    jw_object_end(w);
    write_item_links(w, at, f->id);
    jw_object_end(w);
    return STATUS_OK;
}

enum status collection_write_place(struct json_writer *w, const struct store_plan_feature *f,
                                   const struct geojson_axes *form, const struct item_address *at,
                                   struct error *e)
{
    char *text = stored_json_object(f->properties, f->name);
    if (!text) {
        error_zh(e, "库中地点 %lld 的属性不是 JSON 对象。", (long long)f->id);
        return error_fail(e, STATUS_CORRUPT, "place-properties",
                          "The properties of place %lld are no JSON object.", (long long)f->id);
    }
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_kv_integer(w, "id", f->id);
    jw_key(w, "geometry");
    stored_json_write_geometry(w, f->geometry, form);
    jw_key(w, "properties");
    jw_raw(w, text, strlen(text));
    write_item_links(w, at, f->id);
    jw_object_end(w);
    free(text);
    return STATUS_OK;
}

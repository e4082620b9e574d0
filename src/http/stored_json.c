#include "http/stored_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DUMP_FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(17) };

char *stored_json_object(const char *json, const char *name)
{
    json_t *object = json ? json_loads(json, 0, NULL) : NULL;
    char *text = NULL;
    if (json_is_object(object)) {
        if (name && !json_object_get(object, "name"))
            (void)json_object_set_new(object, "name", json_stringn(name, strlen(name)));
        text = json_dumps(object, DUMP_FLAGS);
    }
    json_decref(object);
    return text;
}

bool stored_json_each_member(const char *json, stored_json_member_fn *fn, void *user)
{
    json_t *object = json ? json_loads(json, 0, NULL) : NULL;
    bool is_object = json_is_object(object);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char *text = json_is_string(value) || json_is_null(value)
                         ? NULL
                         : json_dumps(value, DUMP_FLAGS | JSON_ENCODE_ANY);
        fn(key, text ? text : json_is_string(value) ? json_string_value(value) : "", user);
        free(text);
    }
    json_decref(object);
    return is_object;
}

/* Positions lie at any depth of nested arrays; those of one array are one line, unless they are points. */
static void tell_positions(const json_t *c, bool begins, bool points, struct stored_json_positions *to)
{
    if (json_is_number(json_array_get(c, 0)) && json_is_number(json_array_get(c, 1))) {
        to->fn(json_number_value(json_array_get(c, 0)), json_number_value(json_array_get(c, 1)), begins,
               to->user);
        return;
    }
    for (size_t i = 0; i < json_array_size(c); i++)
        tell_positions(json_array_get(c, i), points || i == 0, points, to);
}

void stored_json_each_position(const char *geometry, struct stored_json_positions to)
{
    json_t *root = json_loads(geometry, 0, NULL);
    const char *type = json_string_value(json_object_get(root, "type"));
    tell_positions(json_object_get(root, "coordinates"), true, type && strcmp(type, "MultiPoint") == 0, &to);
    json_decref(root);
}

static void add_position(double lon_deg, double lat_deg, bool begins, void *user)
{
    (void)begins;
    geo_box_add(user, lon_deg, lat_deg);
}

static void write_positions(struct json_writer *w, const json_t *c, const struct geojson_axes *form)
{
    if (json_is_number(json_array_get(c, 0)) && json_is_number(json_array_get(c, 1))) {
        geojson_write_position(w, json_number_value(json_array_get(c, 0)),
                               json_number_value(json_array_get(c, 1)), form);
        return;
    }
    jw_array_begin(w);
    for (size_t i = 0; i < json_array_size(c); i++)
        write_positions(w, json_array_get(c, i), form);
    jw_array_end(w);
}

void stored_json_write_geometry(struct json_writer *w, const char *geometry, const struct geojson_axes *form)
{
    json_t *root = json_loads(geometry, 0, NULL);
    const json_t *coordinates = json_object_get(root, "coordinates");
    if (!form->position) {
        jw_raw(w, geometry, strlen(geometry)); /* as it is stored */
    } else if (!coordinates) {
        jw_null(w);
    } else {
        jw_object_begin(w);
        jw_kv_string(w, "type", json_string_value(json_object_get(root, "type")));
        jw_key(w, "coordinates");
        write_positions(w, coordinates, form);
        jw_object_end(w);
    }
    json_decref(root);
}

void stored_json_add_geometry(const char *geometry, struct geo_box *box)
{
    stored_json_each_position(geometry, (struct stored_json_positions){add_position, box});
}

static void copy_member(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value)
        (void)json_object_set(to, key, value);
}

char *stored_json_classes(const char *bytes, size_t n)
{
    json_t *root = json_loadb(bytes, n, 0, NULL);
    const json_t *rows = json_object_get(root, "project_classes");
    json_t *classes = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        json_t *class = json_pack("{s:O, s:O, s:O}", "id", json_object_get(row, "code"), "zh",
                                  json_object_get(row, "zh"), "en", json_object_get(row, "en"));
        copy_member(class, row, "paper_zh");
        copy_member(class, row, "paper_en");
        copy_member(class, row, "items");
        (void)json_array_append_new(classes, class);
    }
    json_t *answer = json_array_size(classes) ? json_pack("{s:O}", "classes", classes) : NULL;
    const char *lists[] = {"limited_human_activities_10", "national_major_7", "conflict_rules"};
    for (size_t i = 0; answer && i < sizeof lists / sizeof *lists; i++)
        (void)json_object_set(answer, lists[i], json_object_get(root, lists[i]));
    char *text = answer ? json_dumps(answer, DUMP_FLAGS) : NULL;
    json_decref(answer);
    json_decref(classes);
    json_decref(root);
    return text;
}

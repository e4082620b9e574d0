/* JSON that the store keeps as text: read by jansson, checked, and handed on as compact text.
 *
 * A file of its own so that the routes know nothing of jansson. Texts are owned by the caller (free).
 * Threads: pure functions. */
#ifndef HX_HTTP_STORED_JSON_H
#define HX_HTTP_STORED_JSON_H

#include "formats/geojson.h"

/* The object as compact text, with "name" added when `name` is given and the object has none. NULL when the
 * text is no JSON object (or memory is out). */
char *stored_json_object(const char *json, const char *name);

/* Writes a GeoJSON geometry with its positions in another form; null when the text is none. */
void stored_json_write_geometry(struct json_writer *w, const char *geometry, const struct geojson_axes *form);

/* Each member of the object: a text as it is, null as "", all else as JSON. False when it is no object. */
typedef void stored_json_member_fn(const char *key, const char *value, void *user);
bool stored_json_each_member(const char *json, stored_json_member_fn *fn, void *user);

/* Every position of a GeoJSON geometry. `begins`: it is a point, or the first of a line or ring. */
struct stored_json_positions {
    void (*fn)(double lon_deg, double lat_deg, bool begins, void *user);
    void *user;
};
void stored_json_each_position(const char *geometry, struct stored_json_positions to);
/* Adds them all to the box. */
void stored_json_add_geometry(const char *geometry, struct geo_box *box);

/* schema/project_classes.json as {"classes":[{"id","zh","en"}]}, each class with the paper that a claim of it
 * needs and its items where it has some; with the lists behind two of the classes and the texts on conflicts
 * of lines as they are there, each with its `conf`. NULL when it cannot be read. */
char *stored_json_classes(const char *bytes, size_t n);

#endif

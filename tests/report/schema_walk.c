#include "report/schema_walk.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct walk {
    const json_t *root;
    char fault[256];
};

static bool fail(struct walk *w, const char *where, const char *what)
{
    snprintf(w->fault, sizeof w->fault, "%s: %s", where, what);
    return false;
}

static const json_t *resolve(const struct walk *w, const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    const char *name = ref ? strrchr(ref, '/') + 1 : NULL;
    return name ? json_object_get(json_object_get(w->root, "$defs"), name) : schema;
}

static bool type_is(const char *name, const json_t *v)
{
    return strcmp(name, "object") == 0    ? json_is_object(v)
           : strcmp(name, "array") == 0   ? json_is_array(v)
           : strcmp(name, "string") == 0  ? json_is_string(v)
           : strcmp(name, "boolean") == 0 ? json_is_boolean(v)
           : strcmp(name, "null") == 0    ? json_is_null(v)
           : strcmp(name, "integer") == 0 ? json_is_integer(v)
                                          : json_is_number(v);
}

static bool type_agrees(const json_t *type, const json_t *v)
{
    if (!type)
        return true;
    if (json_is_string(type))
        return type_is(json_string_value(type), v);
    for (size_t i = 0; i < json_array_size(type); i++)
        if (type_is(json_string_value(json_array_get(type, i)), v))
            return true;
    return false;
}

static bool enum_agrees(const json_t *list, const json_t *v)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), v))
            return true;
    return !list;
}

static bool agrees(struct walk *w, const json_t *schema, const json_t *v, const char *where);

static bool object_agrees(struct walk *w, const json_t *schema, const json_t *v, const char *where)
{
    const json_t *required = json_object_get(schema, "required");
    const json_t *properties = json_object_get(schema, "properties");
    for (size_t i = 0; i < json_array_size(required); i++)
        if (!json_object_get(v, json_string_value(json_array_get(required, i))))
            return fail(w, where, json_string_value(json_array_get(required, i)));
    const char *key;
    json_t *child;
    json_object_foreach((json_t *)v, key, child)
    {
        const json_t *known = json_object_get(properties, key);
        if (properties && !known)
            return fail(w, key, "is not in the schema");
        if (known && !agrees(w, known, child, key))
            return false;
    }
    return true;
}

static bool agrees(struct walk *w, const json_t *schema, const json_t *v, const char *where)
{
    schema = resolve(w, schema);
    if (!type_agrees(json_object_get(schema, "type"), v))
        return fail(w, where, "has another type");
    if (!enum_agrees(json_object_get(schema, "enum"), v))
        return fail(w, where, "is none of the values allowed");
    if (json_is_object(v))
        return object_agrees(w, schema, v, where);
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; items && i < json_array_size(v); i++)
        if (!agrees(w, items, json_array_get(v, i), where))
            return false;
    return true;
}

const char *schema_walk(const char *schema_path, const char *document)
{
    static struct walk w;
    json_error_t error;
    json_t *schema = json_load_file(schema_path, 0, &error);
    json_t *v = json_loads(document, 0, &error);
    w = (struct walk){.root = schema};
    bool ok = schema && v ? agrees(&w, schema, v, "document") : fail(&w, "document", "cannot be read");
    json_decref(schema);
    json_decref(v);
    return ok ? NULL : w.fault;
}

#include "lines/project_classes.h"

#include "store/schema_files.h"

#include <jansson.h>
#include <string.h>

static const char *text(struct arena *a, const json_t *in, const char *key, bool *no_memory)
{
    const char *value = json_string_value(json_object_get(in, key));
    const char *copy = value ? arena_strdup(a, value) : "";
    *no_memory = *no_memory || !copy;
    return copy;
}

static bool read_class(struct arena *a, const json_t *in, struct project_class *out)
{
    bool no_memory = false;
    const json_t *items = json_object_get(in, "items");
    size_t n = json_array_size(items);
    struct class_item *copies = arena_array(a, n + 1, sizeof *copies);
    for (size_t i = 0; copies && i < n; i++) {
        const json_t *item = json_array_get(items, i);
        copies[i] = (struct class_item){text(a, item, "zh", &no_memory), text(a, item, "en", &no_memory)};
    }
    *out = (struct project_class){.code = text(a, in, "code", &no_memory),
                                  .zh = text(a, in, "zh", &no_memory),
                                  .en = text(a, in, "en", &no_memory),
                                  .paper_zh = text(a, in, "paper_zh", &no_memory),
                                  .paper_en = text(a, in, "paper_en", &no_memory),
                                  .items = copies,
                                  .n_items = n};
    return copies && !no_memory;
}

enum status class_table_read(struct arena *a, struct class_table *out, struct error *e)
{
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "project_classes");
    size_t n = json_array_size(rows);
    struct project_class *classes = arena_array(a, n + 1, sizeof *classes);
    bool ok = classes != NULL;
    for (size_t i = 0; i < n && ok; i++)
        ok = read_class(a, json_array_get(rows, i), &classes[i]);
    json_decref(root);
    if (!ok)
        return error_no_memory(e);
    *out = (struct class_table){classes, n};
    return STATUS_OK;
}

const struct project_class *class_find(const struct class_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->classes[i].code, name) == 0 || strcmp(t->classes[i].zh, name) == 0)
            return &t->classes[i];
    return NULL;
}

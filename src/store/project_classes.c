#include "store/project_classes.h"

#include "store/schema_files.h"

#include <jansson.h>
#include <string.h>

bool project_class_known(const char *code)
{
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "project_classes");
    bool known = false;
    for (size_t i = 0; i < json_array_size(rows) && !known; i++) {
        const char *row = json_string_value(json_object_get(json_array_get(rows, i), "code"));
        known = row && strcmp(row, code) == 0;
    }
    json_decref(root);
    return known;
}

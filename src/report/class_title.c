#include "report/class_title.h"

#include "store/schema_files.h"

#include <jansson.h>
#include <string.h>

char *class_title_zh(const char *code)
{
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "project_classes");
    char *title = NULL;
    for (size_t i = 0; i < json_array_size(rows) && !title; i++) {
        const json_t *row = json_array_get(rows, i);
        const char *own = json_string_value(json_object_get(row, "code"));
        const char *zh = json_string_value(json_object_get(row, "zh"));
        if (own && zh && strcmp(own, code) == 0)
            title = strdup(zh);
    }
    json_decref(root);
    return title;
}

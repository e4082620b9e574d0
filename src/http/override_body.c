#include "http/override_body.h"

#include <jansson.h>
#include <string.h>

static bool read_members(const json_t *root, struct arena *a, struct override_body *out)
{
    const struct {
        const char *key;
        const char **to;
    } members[] = {{"verdict", &out->verdict}, {"reason", &out->reason}, {"officer", &out->officer}};
    size_t known = 0;
    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_object_get(root, members[i].key);
        known += value != NULL;
        if (value && !json_is_string(value))
            return false;
        *members[i].to = value ? arena_strndup(a, json_string_value(value), json_string_length(value)) : "";
        if (!*members[i].to || strlen(*members[i].to) != (value ? json_string_length(value) : 0))
            return false; /* a NUL inside would cut the text that is kept */
    }
    return json_is_object(root) && json_object_size(root) == known;
}

enum status override_body_read(const char *json, size_t n, struct arena *a, struct override_body *out,
                               struct error *e)
{
    struct override_body body;
    json_t *root = json_loadb(json ? json : "", n, JSON_REJECT_DUPLICATES, NULL);
    bool ok = root && read_members(root, a, &body);
    json_decref(root);
    if (ok) {
        *out = body;
        return STATUS_OK;
    }
    error_zh(e,
             "改判应为 "
             "JSON：{\"verdict\":\"restricted\",\"reason\":\"理由\",\"officer\":\"姓名\"}，不能有别的内容。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-override",
                      "An override is JSON: {\"verdict\": \"restricted\", \"reason\": \"...\", \"officer\": "
                      "\"...\"}, and nothing else.");
}

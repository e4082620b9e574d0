#include "lines/definition_parts.h"

#include <stdio.h>
#include <string.h>

void definition_fail(struct reading *d, const char *member, const char *zh, const char *en)
{
    if (d->status)
        return;
    error_zh(d->error, "图层定义“%.120s”的 %.80s：%.240s", d->text->name, member, zh);
    d->status =
        error_fail(d->error, STATUS_INVALID_INPUT, "layer-definition",
                   "The layer definition \"%.120s\", member %.80s: %.240s", d->text->name, member, en);
}

void definition_no_memory(struct reading *d)
{
    if (!d->status)
        d->status = error_no_memory(d->error);
}

const char *member_path(struct reading *d, const char *in, const char *key)
{
    const char *path = *in ? arena_printf(d->arena, "%s.%s", in, key) : key;
    return path ? path : key;
}

/* ---- members ---- */

/* A copy in the arena; "" for one that is not there. */
const char *member_text(struct reading *d, const json_t *in, const char *path, const char *key)
{
    const json_t *value = json_object_get(in, key);
    if (!value || json_is_null(value))
        return "";
    if (!json_is_string(value)) {
        definition_fail(d, member_path(d, path, key), "应为文字。", "a text is needed.");
        return "";
    }
    const char *copy = arena_strdup(d->arena, json_string_value(value));
    if (!copy)
        definition_no_memory(d);
    return copy ? copy : "";
}

const char *member_text_or(struct reading *d, const json_t *in, const char *path, const char *key,
                           const char *otherwise)
{
    const char *value = member_text(d, in, path, key);
    return *value ? value : otherwise;
}

const char *member_needed(struct reading *d, const json_t *in, const char *path, const char *key)
{
    const char *value = member_text(d, in, path, key);
    if (!*value)
        definition_fail(d, member_path(d, path, key), "缺少，请写上。", "it is missing; fill it in.");
    return value;
}

bool member_truth(struct reading *d, const json_t *in, const char *path, const char *key)
{
    const json_t *value = json_object_get(in, key);
    if (value && !json_is_boolean(value))
        definition_fail(d, member_path(d, path, key), "应为 true 或 false。", "true or false is needed.");
    return json_is_true(value);
}

double member_number(struct reading *d, const json_t *in, const char *path, const char *key,
                     const double range[2], double otherwise)
{
    const json_t *value = json_object_get(in, key);
    if (!value)
        return otherwise;
    double v = json_number_value(value);
    if (!json_is_number(value) || !(v >= range[0] && v <= range[1])) {
        char zh[80], en[80];
        snprintf(zh, sizeof zh, "应为 %g 到 %g 之间的数。", range[0], range[1]);
        snprintf(en, sizeof en, "a number from %g to %g is needed.", range[0], range[1]);
        definition_fail(d, member_path(d, path, key), zh, en);
    }
    return v;
}

/* A list of texts, ended by NULL. */
const char *const *member_texts(struct reading *d, const json_t *in, const char *path, const char *key)
{
    const json_t *list = json_object_get(in, key), *one;
    size_t n = json_array_size(list), i;
    const char **out = arena_array(d->arena, n + 1, sizeof *out);
    if (!out) {
        static const char *const none[] = {NULL};
        definition_no_memory(d);
        return none;
    }
    if (list && !json_is_array(list))
        definition_fail(d, member_path(d, path, key), "应为文字的列表。", "a list of texts is needed.");
    json_array_foreach(list, i, one)
    {
        out[i] = json_is_string(one) ? arena_strdup(d->arena, json_string_value(one)) : "";
        if (!out[i])
            definition_no_memory(d);
        else if (!*out[i])
            definition_fail(d, member_path(d, path, key), "应为文字的列表，不能有空项。",
                            "a list of texts is needed, none of them empty.");
        if (d->status)
            out[i] = "";
    }
    return out;
}

/* The member that is an object; NULL when it is not there. */
const json_t *member_object(struct reading *d, const json_t *in, const char *path, const char *key)
{
    const json_t *value = json_object_get(in, key);
    if (value && !json_is_object(value))
        definition_fail(d, member_path(d, path, key), "应为 {…}。", "an object is needed.");
    return value;
}

/* The first member that is none of `known` is a misspelt one. */
void member_only(struct reading *d, const json_t *in, const char *path, const char *const *known)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)in, key, value)
    {
        bool found = false;
        for (const char *const *k = known; *k && !found; k++)
            found = strcmp(*k, key) == 0;
        if (!found)
            definition_fail(d, member_path(d, path, key),
                            "不认识这一项；请对照 schema/layer.schema.json 改正或删去。",
                            "it is not a member that is known; see schema/layer.schema.json.");
    }
}

void member_is_word(struct reading *d, const char *path, const char *value)
{
    bool ok = value[0] >= 'a' && value[0] <= 'z' && strlen(value) <= 48;
    for (const char *c = value; *c && ok; c++)
        ok = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_';
    if (!ok)
        definition_fail(
            d, path, "应为小写字母开头，只含小写字母、数字和下划线，最多 48 个。",
            "it begins with a small letter and holds small letters, digits and _ only, at most 48.");
}

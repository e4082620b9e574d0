#include "layers/mapping.h"

#include "base/file.h"
#include "layers/layer_table.h"

#include <ctype.h>
#include <string.h>

enum { MAPPING_BYTES = 1 << 20 };

struct reading {
    const char *path;
    struct arena *arena;
    struct error *error;
};

static enum status refuse(const struct reading *r, const char *key, const char *zh, const char *en)
{
    error_zh(r->error, "对应文件“%.200s”中的“%.60s”%s；写法见 schema/mapping.schema.json。", r->path, key,
             zh);
    return error_fail(
        r->error, STATUS_INVALID_INPUT, "bad-mapping",
        "\"%.60s\" of the mapping file \"%.200s\" %s; schema/mapping.schema.json says what is possible.", key,
        r->path, en);
}

static enum status take_text(const struct reading *r, const char *key, const json_t *v, bool may_be_empty,
                             const char **out)
{
    const char *text = json_string_value(v);
    if (!text || (!may_be_empty && !*text))
        return refuse(r, key, may_be_empty ? "应为文本" : "应为非空文本",
                      may_be_empty ? "must be a text" : "must be a text that is not empty");
    *out = arena_strdup(r->arena, text);
    return *out ? STATUS_OK : error_no_memory(r->error);
}

static bool is_layer_id(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return islower((unsigned char)id[0]) && id[n] == '\0' && n <= 48;
}

static bool is_unit(const char *code)
{
    size_t n = strspn(code, "0123456789");
    return code[n] == '\0' && (n == 6 || n == 9 || n == 12);
}

static enum status take_epsg(const struct reading *r, const json_t *v, int *out)
{
    if (!json_is_integer(v) || json_integer_value(v) < 1 || json_integer_value(v) > 999999)
        return refuse(r, "epsg", "应为 1 至 999999 的整数", "must be a whole number from 1 to 999999");
    *out = (int)json_integer_value(v);
    return STATUS_OK;
}

static enum status take_fields(const struct reading *r, const json_t *object, struct source_fields *out)
{
    const char **const to[LAYER_FIELDS] = {&out->id,        &out->name,   &out->zone,
                                           &out->zone_code, &out->county, &out->area};
    if (!json_is_object(object))
        return refuse(r, "fields", "应为对象", "must be an object");
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v)
    {
        int i = 0;
        while (i < LAYER_FIELDS && strcmp(layer_field_keys[i], key) != 0)
            i++;
        enum status st =
            i < LAYER_FIELDS
                ? take_text(r, key, v, true, to[i])
                : refuse(r, key, "不是 fields 可有的项（id、name、zone、zone_code、county、area）",
                         "is no field (id, name, zone, zone_code, county, area)");
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status take_zones(const struct reading *r, const json_t *object, struct source_zones *out)
{
    if (!json_is_object(object))
        return refuse(r, "zones", "应为对象", "must be an object");
    out->list = arena_array(r->arena, json_object_size(object) + 1, sizeof *out->list);
    if (!out->list)
        return error_no_memory(r->error);
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v)
    {
        struct source_zone *z = &out->list[out->n];
        enum status st = take_text(r, key, v, false, &z->name);
        if (st != STATUS_OK)
            return st;
        z->value = arena_strdup(r->arena, key);
        if (!z->value)
            return error_no_memory(r->error);
        out->n++;
    }
    return STATUS_OK;
}

static enum status take(const struct reading *r, const char *key, const json_t *v, struct mapping *out)
{
    const char *note;
    enum status st;
    if (strcmp(key, "note") == 0)
        return take_text(r, key, v, true, &note);
    if (strcmp(key, "layer") == 0) {
        st = take_text(r, key, v, false, &out->layer);
        return st == STATUS_OK && !is_layer_id(out->layer)
                   ? refuse(r, key, "应以小写字母开头，只含小写字母、数字和下划线，至多 48 个字符",
                            "must be a lower-case letter, then letters, digits and underscores, at most 48")
                   : st;
    }
    if (strcmp(key, "source_layer") == 0)
        return take_text(r, key, v, false, &out->source_layer);
    if (strcmp(key, "unit") == 0) {
        st = take_text(r, key, v, false, &out->unit);
        return st == STATUS_OK && !is_unit(out->unit) ? refuse(r, key, "应为 6、9 或 12 位行政区代码",
                                                               "must be a unit's code of 6, 9 or 12 digits")
                                                      : st;
    }
    if (strcmp(key, "epsg") == 0)
        return take_epsg(r, v, &out->epsg);
    if (strcmp(key, "fields") == 0)
        return take_fields(r, v, &out->fields);
    if (strcmp(key, "zones") == 0)
        return take_zones(r, v, &out->zones);
    return refuse(r, key, "不是可有的项（note、layer、source_layer、epsg、unit、fields、zones）",
                  "is not known (note, layer, source_layer, epsg, unit, fields, zones are)");
}

static enum status refuse_json(const struct reading *r, const json_error_t *why)
{
    error_zh(r->error,
             "对应文件“%.200s”第 %d 行不是有效的 JSON（%.150s）；应为一个对象，写法见 "
             "schema/mapping.schema.json。",
             r->path, why->line, why->text);
    return error_fail(r->error, STATUS_INVALID_INPUT, "bad-mapping",
                      "Line %d of the mapping file \"%.200s\" is no JSON (%.150s); it must be one object, as "
                      "schema/mapping.schema.json says.",
                      why->line, r->path, why->text);
}

enum status mapping_read(const char *path, struct arena *a, struct mapping *out, struct error *e)
{
    const struct reading r = {path, a, e};
    char *text;
    size_t n;
    json_error_t why = {.line = 1, .text = "no object"};
    struct mapping got = {0};
    enum status st = file_read(path, MAPPING_BYTES, a, &text, &n, e);
    if (st != STATUS_OK)
        return st;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(root))
        st = refuse_json(&r, &why);
    const char *key;
    json_t *v;
    json_object_foreach(root, key, v)
    {
        if (st == STATUS_OK)
            st = take(&r, key, v, &got);
    }
    json_decref(root);
    if (st == STATUS_OK)
        *out = got;
    return st;
}

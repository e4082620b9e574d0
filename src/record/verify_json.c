/* Reports as trees: reading what one names, and comparing two of them field by field. */
#include "record/verify_parts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT = 400 }; /* of a value in a list of differences */

/* Duplicate keys would let two readers see two reports. */
struct json_t *verify_parse(const char *text, size_t n, struct error *e)
{
    json_error_t at;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &at);
    if (root && json_is_object(json_object_get(root, "input")) &&
        json_is_array(json_object_get(root, "parcels")) &&
        json_is_array(json_object_get(root, "layers_used")))
        return root;
    if (root)
        error_zh(e, "这个文件是 JSON，但不是本程序的检查报告（缺少 input、parcels 或 layers_used）。");
    else
        error_zh(e, "报告不是完整的 JSON：第 %d 行，%.200s。", at.line, at.text);
    if (root)
        error_en(
            e, STATUS_INVALID_INPUT, "not-a-report",
            "The file is JSON, but no report of this program (input, parcels or layers_used is missing).");
    else
        error_en(e, STATUS_INVALID_INPUT, "not-a-report", "The report is no whole JSON: line %d, %.200s.",
                 at.line, at.text);
    json_decref(root);
    return NULL;
}

void verify_free(struct json_t *value)
{
    json_decref(value);
}

const char *verify_text(const struct json_t *report, const char *key, const char *inner)
{
    const json_t *v = json_object_get(report, key);
    const char *text = json_string_value(inner ? json_object_get(v, inner) : v);
    return text ? text : "";
}

double verify_number(const struct json_t *report, const char *key, const char *inner, double otherwise)
{
    const json_t *v = json_object_get(json_object_get(report, key), inner);
    return json_is_number(v) ? json_number_value(v) : otherwise;
}

int64_t verify_integer(const struct json_t *report, const char *key, const char *inner)
{
    const json_t *v = json_object_get(report, key);
    return json_integer_value(inner ? json_object_get(v, inner) : v);
}

size_t verify_n_layers(const struct json_t *report)
{
    return json_array_size(json_object_get(report, "layers_used"));
}

const char *verify_library(const struct json_t *report, const char *name)
{
    const json_t *libraries = json_object_get(json_object_get(report, "engine"), "libraries");
    const char *version = json_string_value(json_object_get(libraries, name));
    return version ? version : "";
}

const char *verify_layer_uid(const struct json_t *report, size_t i)
{
    const json_t *layer = json_array_get(json_object_get(report, "layers_used"), i);
    const char *uid = json_string_value(json_object_get(layer, "uid"));
    return uid ? uid : "";
}

const char *verify_layer(const struct json_t *report, size_t i, int *version_no)
{
    const json_t *layer = json_array_get(json_object_get(report, "layers_used"), i);
    const char *id = json_string_value(json_object_get(layer, "layer"));
    json_int_t number = json_integer_value(json_object_get(layer, "version"));
    *version_no = number > 0 && number <= INT32_MAX ? (int)number : 0;
    return id ? id : "";
}

const char *verify_draft(const struct json_t *report, size_t i, int *version_no, const char **uid)
{
    const json_t *list = json_object_get(report, "drafts"), *draft = json_array_get(list, i);
    json_int_t number = json_integer_value(json_object_get(draft, "version"));
    const char *layer = json_string_value(json_object_get(draft, "layer"));
    *uid = json_string_value(json_object_get(draft, "uid"));
    *uid = *uid ? *uid : "";
    *version_no = number > 0 && number <= INT32_MAX ? (int)number : 0;
    return i < json_array_size(list) ? (layer ? layer : "") : NULL;
}

static void forget_at(json_t *in, size_t i)
{
    json_t *list = json_object_get(in, "drafts");
    (void)json_array_remove(list, i);
    if (json_array_size(list) == 0) /* with the last of them the member goes */
        (void)json_object_del(in, "drafts");
}

static void forget(json_t *parcel, const char *layer, int version_no)
{
    for (size_t i = json_array_size(json_object_get(parcel, "drafts")); i-- > 0;) {
        const json_t *one = json_array_get(json_object_get(parcel, "drafts"), i);
        const char *of = json_string_value(json_object_get(one, "layer"));
        if (of && strcmp(of, layer) == 0 && json_integer_value(json_object_get(one, "version")) == version_no)
            forget_at(parcel, i);
    }
}

void verify_forget_draft(struct json_t *report, size_t i)
{
    int version_no;
    size_t k;
    json_t *parcel;
    const char *uid, *layer = verify_draft(report, i, &version_no, &uid);
    if (!layer)
        return;
    json_array_foreach(json_object_get(report, "parcels"), k, parcel) forget(parcel, layer, version_no);
    forget_at(report, i);
}

int verify_format(const struct json_t *report)
{
    const json_t *format = json_object_get(report, "format");
    return format ? (int)json_integer_value(format) : 1;
}

size_t verify_n_examined(const struct json_t *report)
{
    return json_array_size(json_object_get(report, "definitions"));
}

const char *verify_definition(const struct json_t *report, size_t i)
{
    size_t n = verify_n_examined(report);
    const json_t *list = json_object_get(report, i < n ? "definitions" : "not_examined");
    size_t at = i < n ? i : i - n;
    const char *sha256 = json_string_value(json_object_get(json_array_get(list, at), "sha256"));
    return at < json_array_size(list) ? (sha256 ? sha256 : "") : NULL;
}

const char *verify_line(const struct json_t *report, size_t i)
{
    const json_t *parcel = json_array_get(json_object_get(report, "parcels"), 0);
    const json_t *layers = json_object_get(parcel, "layers");
    const char *id = json_string_value(json_object_get(json_array_get(layers, i), "layer"));
    return i < json_array_size(layers) ? (id ? id : "") : NULL;
}

static const char *member(const json_t *in, const char *key)
{
    const char *text = json_string_value(json_object_get(in, key));
    return text ? text : "";
}

bool verify_claim(const struct json_t *report, size_t i, struct claim_words *out)
{
    const json_t *claims = json_object_get(report, "claims"), *c = json_array_get(claims, i);
    json_int_t item = json_integer_value(json_object_get(c, "item"));
    if (i >= json_array_size(claims))
        return false;
    *out = (struct claim_words){.layer = member(c, "layer"),
                                .project_class = member(c, "class"),
                                .item = item >= 0 && item < 1000 ? (int)item : -1,
                                .document = member(c, "document"),
                                .date = member(c, "date"),
                                .by = member(c, "by")};
    return true;
}

/* ---- comparing ---- */

struct comparison {
    struct verifying *v;
    const char *against;
};

/* JSON text of a value, shortened. */
static const char *show(struct verifying *v, const json_t *value)
{
    if (!value)
        return "(absent)";
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    const char *copy = NULL;
    if (text)
        copy = strlen(text) > MAX_TEXT ? arena_printf(v->w->arena, "%.*s...", MAX_TEXT, text)
                                       : arena_strdup(v->w->arena, text);
    free(text);
    return copy;
}

static void differ(const struct comparison *c, const char *path, const json_t *a, const json_t *b)
{
    if (c->v->out->n_listed < RECORD_MAX_DIFFERENCES)
        verify_difference(c->v, path, show(c->v, a), show(c->v, b), c->against);
    else
        c->v->out->n_differences++;
}

static void compare(const struct comparison *c, const char *path, const json_t *a, const json_t *b);

static void compare_arrays(const struct comparison *c, const char *path, const json_t *a, const json_t *b)
{
    size_t na = json_array_size(a), nb = json_array_size(b);
    for (size_t i = 0; i < na || i < nb; i++)
        compare(c, arena_printf(c->v->w->arena, "%s[%zu]", path, i), json_array_get(a, i),
                json_array_get(b, i));
}

static void compare_member(const struct comparison *c, const char *path, const char *key, const json_t *a,
                           const json_t *b)
{
    compare(c, arena_printf(c->v->w->arena, "%s%s%s", path, *path ? "." : "", key), a, b);
}

/* jansson's macros for walking objects want non-const objects, and do not change them. */
static json_t *unconst(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

static void compare_objects(const struct comparison *c, const char *path, const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach(unconst(a), key, value) compare_member(c, path, key, value, json_object_get(b, key));
    json_object_foreach(unconst(b), key, value) if (!json_object_get(a, key))
        compare_member(c, path, key, NULL, value);
}

/* A boundary's status had other words until 2026-11-30: a report of before says the same by them. */
static bool same_words(const json_t *reported, const json_t *found)
{
    static const char *const words[][2] = {
        {"全部位于边界内", "位于界内"}, {"部分位于边界内", "部分位于界内"}, {"位于边界外", "位于界外"}};
    const char *a = json_string_value(reported), *b = json_string_value(found);
    if (!a || !b)
        return false;
    while (*a || *b) {
        size_t i = 0, n = sizeof words / sizeof *words;
        while (i < n && (strncmp(a, words[i][0], strlen(words[i][0])) != 0 ||
                         strncmp(b, words[i][1], strlen(words[i][1])) != 0))
            i++;
        if (i == n && *a != *b)
            return false;
        a += i < n ? strlen(words[i][0]) : 1;
        b += i < n ? strlen(words[i][1]) : 1;
    }
    return true;
}

static void compare(const struct comparison *c, const char *path, const json_t *a, const json_t *b)
{
    if (!path) {
        c->v->no_memory = true;
        return;
    }
    if (json_is_object(a) && json_is_object(b))
        compare_objects(c, path, a, b);
    else if (json_is_array(a) && json_is_array(b))
        compare_arrays(c, path, a, b);
    else if (json_is_number(a) && json_is_number(b) && json_number_value(a) == json_number_value(b) &&
             (!json_is_integer(a) || !json_is_integer(b) || json_equal(a, b)))
        return;
    else if (!a || !b || (!json_equal(a, b) && !same_words(a, b)))
        differ(c, path, a, b);
}

/* Which versions made a report is told and not compared, or no report would outlive an upgrade. Everything
 * else of the engine is: its name, and which versions it gives. */
static json_t *engine_as_reported(const json_t *found, const json_t *reported)
{
    json_t *engine = json_deep_copy(found), *libraries = json_object_get(engine, "libraries");
    const json_t *said = json_object_get(reported, "libraries");
    const char *name;
    json_t *version = json_object_get(reported, "version");
    if (json_is_string(version))
        (void)json_object_set(engine, "version", version);
    json_object_foreach(unconst(said), name,
                        version) if (json_is_string(version) && json_object_get(libraries, name))(void)
        json_object_set(libraries, name, version);
    return engine;
}

void verify_compare(struct verifying *v, struct json_t *reported, struct json_t *found, bool with_engine,
                    const char *against)
{
    const struct comparison c = {v, against};
    json_t *a = json_copy(reported), *b = json_copy(found); /* shallow: members are left out below */
    if (!a || !b)
        v->no_memory = true;
    if (a && b) {
        (void)json_object_del(a, "record");
        (void)json_object_del(b, "record");
        if (!with_engine) {
            json_t *engine = engine_as_reported(json_object_get(b, "engine"), json_object_get(a, "engine"));
            (void)json_object_set_new(b, "engine", engine);
            (void)json_object_del(a, "parameters_sha256");
            (void)json_object_del(b, "parameters_sha256");
        }
        compare(&c, "", a, b);
    }
    json_decref(a);
    json_decref(b);
}

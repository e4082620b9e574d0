#include "ingest/geojson_crs.h"

#include "base/buffer.h"
#include "parcel/parcel_geojson.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_LIMIT_BYTES = 1 << 16, KEY_BYTES = 8 };

/* Follows the text just closely enough to know which strings are keys of the outermost object. */
struct scanner {
    int depth;
    bool in_string, escaped, capturing, found;
    char key[KEY_BYTES];
    size_t key_length;
    struct buffer value;
};

static void scan_in_string(struct scanner *s, char c)
{
    if (s->escaped)
        s->escaped = false;
    else if (c == '\\')
        s->escaped = true;
    else if (c == '"')
        s->in_string = false;
    if (s->in_string && s->key_length < KEY_BYTES - 1)
        s->key[s->key_length++] = c;
}

/* Returns false when the member has been seen whole. */
static bool scan_outside(struct scanner *s, char c)
{
    switch (c) {
    case '"':
        s->in_string = true;
        if (!s->capturing) {
            s->key_length = 0;
            memset(s->key, 0, sizeof s->key);
        }
        break;
    case '{':
    case '[':
        s->depth++;
        break;
    case '}':
    case ']':
        s->depth--;
        return !(s->capturing && s->depth == 0);
    case ',':
        return !(s->capturing && s->depth == 1);
    default:
        break;
    }
    return true;
}

static bool scan(struct scanner *s, char c)
{
    bool more = true;
    bool was_string = s->in_string;
    if (was_string)
        scan_in_string(s, c);
    else
        more = scan_outside(s, c);
    if (!more)
        return false;
    if (s->capturing)
        buffer_append_char(&s->value, c);
    else if (!was_string && c == ':' && s->depth == 1 && strcmp(s->key, "crs") == 0)
        s->capturing = s->found = true;
    return true;
}

static char *name_of(const struct buffer *value, struct arena *a)
{
    char code[32];
    json_t *v =
        value->failed ? NULL : json_loadb(value->data ? value->data : "", value->size, JSON_DECODE_ANY, NULL);
    char *copy = arena_strdup(a, v ? parcel_geojson_crs_name(v, code, sizeof code) : "(no name)");
    json_decref(v);
    return copy;
}

enum status geojson_crs_member(const char *path, struct arena *a, const char **name, struct error *e)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return error_errno(e, "打开数据文件", "Opening the data file", path);
    struct scanner s = {0};
    buffer_init(&s.value, VALUE_LIMIT_BYTES);
    char chunk[65536];
    bool more = true;
    for (size_t n; more && (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        for (size_t i = 0; more && i < n; i++)
            more = scan(&s, chunk[i]);
    fclose(f);
    char *got = s.found ? name_of(&s.value, a) : NULL;
    buffer_release(&s.value);
    if (s.found && !got)
        return error_no_memory(e);
    *name = got;
    return STATUS_OK;
}

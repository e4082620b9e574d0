/* Writes JSON into a buffer, piece by piece, without building a tree.
 *
 * Commas, quotes and escapes are the writer's business; nesting is the caller's (every begin has its end).
 * Strings are UTF-8; invalid bytes come out as U+FFFD. A number that is not finite is written as null: a failure
 * never looks like a number. Reading JSON is jansson's work. */
#ifndef HX_BASE_JSON_H
#define HX_BASE_JSON_H

#include "base/buffer.h"

struct json_writer {
    struct buffer *out; /* borrowed */
    int depth;
    bool need_comma;
    bool after_key;
    bool pretty; /* two-space indentation */
};

void json_init(struct json_writer *w, struct buffer *out, bool pretty);
void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_string(struct json_writer *w, const char *s); /* NULL writes null */
void json_number(struct json_writer *w, double v);      /* shortest form that reads back the same */
void json_fixed(struct json_writer *w, double v, int decimals);
void json_integer(struct json_writer *w, long long v);
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);
void json_raw(struct json_writer *w, const char *json, size_t n); /* already JSON */

/* key and value in one call */
void json_kv_string(struct json_writer *w, const char *key, const char *s);
void json_kv_number(struct json_writer *w, const char *key, double v);
void json_kv_fixed(struct json_writer *w, const char *key, double v, int decimals);
void json_kv_integer(struct json_writer *w, const char *key, long long v);
void json_kv_bool(struct json_writer *w, const char *key, bool v);

#endif

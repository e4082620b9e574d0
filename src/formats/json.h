/* Writes JSON into a buffer, piece by piece, without building a tree.
 *
 * Commas, quotes and escapes are the writer's business; nesting is the caller's (every begin has its end).
 * Strings are UTF-8; invalid bytes come out as U+FFFD. A number that is not finite is written as null: a
 * failure never looks like a number. Reading JSON is jansson's work. */
#ifndef HX_FORMATS_JSON_H
#define HX_FORMATS_JSON_H

#include "base/buffer.h"

struct json_writer {
    struct buffer *out; /* borrowed */
    int depth;
    bool need_comma;
    bool after_key;
    bool pretty; /* two-space indentation */
};

void jw_init(struct json_writer *w, struct buffer *out, bool pretty);
void jw_object_begin(struct json_writer *w);
void jw_object_end(struct json_writer *w);
void jw_array_begin(struct json_writer *w);
void jw_array_end(struct json_writer *w);
void jw_key(struct json_writer *w, const char *key);
void jw_string(struct json_writer *w, const char *s); /* NULL writes null */
void jw_number(struct json_writer *w, double v);      /* shortest form that reads back the same */
void jw_fixed(struct json_writer *w, double v, int decimals);
void jw_integer(struct json_writer *w, long long v);
void jw_null(struct json_writer *w);
void jw_raw(struct json_writer *w, const char *json, size_t n); /* already JSON */

/* key and value in one call */
void jw_kv_string(struct json_writer *w, const char *key, const char *s);
void jw_kv_number(struct json_writer *w, const char *key, double v);
void jw_kv_fixed(struct json_writer *w, const char *key, double v, int decimals);
void jw_kv_integer(struct json_writer *w, const char *key, long long v);
void jw_kv_bool(struct json_writer *w, const char *key, bool v);
/* Begins an object with what is said in both languages, "code", "zh" and "en"; the caller ends it. */
void jw_words_begin(struct json_writer *w, const char *code, const char *zh, const char *en);
/* Rounded as base/decimal.h rounds; null for a value that is not finite: what could not be measured is
 * never 0. */
void jw_kv_decimal(struct json_writer *w, const char *key, double v, int decimals);

#endif

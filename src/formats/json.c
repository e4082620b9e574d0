#include "formats/json.h"

#include "base/decimal.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void jw_init(struct json_writer *w, struct buffer *out, bool pretty)
{
    *w = (struct json_writer){.out = out, .pretty = pretty};
}

static void indent(struct json_writer *w)
{
    if (!w->pretty || w->out->size == 0)
        return;
    static const char blanks[] = "\n                                ";
    const int held = (int)(sizeof blanks - 2) / 2;
    buffer_append(w->out, blanks, 1 + 2 * (size_t)(w->depth < held ? w->depth : held));
    for (int i = held; i < w->depth; i++)
        buffer_append(w->out, "  ", 2);
}

/* Before every value or key: the comma and the line break that it needs. */
static void separate(struct json_writer *w)
{
    if (w->need_comma)
        buffer_append_char(w->out, ',');
    indent(w);
}

static void value_begin(struct json_writer *w)
{
    if (w->after_key)
        w->after_key = false;
    else
        separate(w);
}

static void open_bracket(struct json_writer *w, char c)
{
    value_begin(w);
    buffer_append_char(w->out, c);
    w->depth++;
    w->need_comma = false;
}

static void close_bracket(struct json_writer *w, char c)
{
    w->depth--;
    if (w->need_comma) /* not for an empty pair of brackets */
        indent(w);
    buffer_append_char(w->out, c);
    w->need_comma = true;
}

void jw_object_begin(struct json_writer *w)
{
    open_bracket(w, '{');
}

void jw_object_end(struct json_writer *w)
{
    close_bracket(w, '}');
}

void jw_array_begin(struct json_writer *w)
{
    open_bracket(w, '[');
}

void jw_array_end(struct json_writer *w)
{
    close_bracket(w, ']');
}

static void quote_one(struct buffer *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char esc[2] = {'\\', (char)c}, code[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c == '"' || c == '\\')
        buffer_append(out, esc, sizeof esc);
    else if (c < 0x80)
        buffer_append(out, code, sizeof code);
    else
        buffer_append_str(out, "\xEF\xBF\xBD"); /* a byte that is no UTF-8 */
}

/* What may stand as it is goes over in whole runs: a report is mostly plain text. */
static void quote(struct buffer *out, const char *s)
{
    const unsigned char *p = (const unsigned char *)s, *run = p;
    buffer_append_char(out, '"');
    while (*p) {
        bool ascii = *p >= 0x20 && *p < 0x7F && *p != '"' && *p != '\\';
        size_t n = ascii ? 1 : *p < 0x80 ? 0 : text_char((const char *)p);
        if (n) {
            p += n;
            continue;
        }
        buffer_append(out, run, (size_t)(p - run));
        quote_one(out, *p);
        run = ++p;
    }
    buffer_append(out, run, (size_t)(p - run));
    buffer_append_char(out, '"');
}

void jw_key(struct json_writer *w, const char *key)
{
    separate(w);
    quote(w->out, key);
    buffer_append_str(w->out, w->pretty ? ": " : ":");
    w->need_comma = false;
    w->after_key = true;
}

void jw_string(struct json_writer *w, const char *s)
{
    if (!s) {
        jw_null(w);
        return;
    }
    value_begin(w);
    quote(w->out, s);
    w->need_comma = true;
}

static void bare(struct json_writer *w, const char *text)
{
    value_begin(w);
    buffer_append_str(w->out, text);
    w->need_comma = true;
}

void jw_number(struct json_writer *w, double v)
{
    if (!isfinite(v)) {
        jw_null(w);
        return;
    }
    char text[SHORTEST_SIZE];
    decimal_shortest(v, text);
    bare(w, text);
}

void jw_fixed(struct json_writer *w, double v, int decimals)
{
    if (!isfinite(v)) {
        jw_null(w);
        return;
    }
    char text[DECIMAL_SIZE];
    jw_raw(w, text, decimal_fixed(v, decimals, text));
}

void jw_integer(struct json_writer *w, long long v)
{
    char text[DECIMAL_SIZE];
    decimal_units_text(v, 0, text);
    bare(w, text);
}

void jw_null(struct json_writer *w)
{
    bare(w, "null");
}

void jw_raw(struct json_writer *w, const char *json, size_t n)
{
    value_begin(w);
    buffer_append(w->out, json, n);
    w->need_comma = true;
}

void jw_kv_string(struct json_writer *w, const char *key, const char *s)
{
    jw_key(w, key);
    jw_string(w, s);
}

void jw_kv_number(struct json_writer *w, const char *key, double v)
{
    jw_key(w, key);
    jw_number(w, v);
}

void jw_kv_fixed(struct json_writer *w, const char *key, double v, int decimals)
{
    jw_key(w, key);
    jw_fixed(w, v, decimals);
}

void jw_kv_integer(struct json_writer *w, const char *key, long long v)
{
    jw_key(w, key);
    jw_integer(w, v);
}

void jw_kv_bool(struct json_writer *w, const char *key, bool v)
{
    jw_key(w, key);
    bare(w, v ? "true" : "false");
}

void jw_words_begin(struct json_writer *w, const char *code, const char *zh, const char *en)
{
    jw_object_begin(w);
    jw_kv_string(w, "code", code);
    jw_kv_string(w, "zh", zh);
    jw_kv_string(w, "en", en);
}

void jw_kv_decimal(struct json_writer *w, const char *key, double v, int decimals)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, decimals, text);
    jw_key(w, key);
    if (text[0])
        jw_raw(w, text, strlen(text));
    else
        jw_null(w);
}

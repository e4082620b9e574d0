#include "tile/mvt.h"

#include <stdlib.h>
#include <string.h>

/* Field numbers and wire types of vector_tile.proto. */
enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };
enum { TILE_LAYERS = 3 };
enum {
    LAYER_NAME = 1,
    LAYER_FEATURES = 2,
    LAYER_KEYS = 3,
    LAYER_VALUES = 4,
    LAYER_EXTENT = 5,
    LAYER_VERSION = 15
};
enum { FEATURE_ID = 1, FEATURE_TAGS = 2, FEATURE_TYPE = 3, FEATURE_GEOMETRY = 4 };
enum { VALUE_STRING = 1, VALUE_UINT = 5 };
enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

void mvt_init(struct mvt_writer *w)
{
    memset(w, 0, sizeof *w);
    buffer_init(&w->features, 0);
    buffer_init(&w->geometry, 0);
    buffer_init(&w->scratch, 0);
    buffer_init(&w->values, 0);
}

void mvt_clear(struct mvt_writer *w)
{
    buffer_clear(&w->features);
    buffer_clear(&w->geometry);
    buffer_clear(&w->scratch);
    buffer_clear(&w->values);
    if (w->slots)
        memset(w->slots, 0, w->n_slots * sizeof *w->slots);
    w->n_values = 0;
    w->out_of_memory = false;
}

void mvt_release(struct mvt_writer *w)
{
    buffer_release(&w->features);
    buffer_release(&w->geometry);
    buffer_release(&w->scratch);
    buffer_release(&w->values);
    free(w->value_texts);
    free(w->slots);
    memset(w, 0, sizeof *w);
}

/* ---- protobuf ---- */

static size_t varint_bytes(uint64_t v, unsigned char *bytes)
{
    size_t n = 0;
    do {
        bytes[n] = (unsigned char)(v & 0x7F);
        v >>= 7;
        if (v)
            bytes[n] |= 0x80;
        n++;
    } while (v);
    return n;
}

static void put_varint(struct buffer *out, uint64_t v)
{
    unsigned char bytes[10];
    buffer_append(out, bytes, varint_bytes(v, bytes));
}

static void put_key(struct buffer *out, unsigned field, unsigned wire)
{
    put_varint(out, field << 3 | wire);
}

static void put_number(struct buffer *out, unsigned field, uint64_t v)
{
    put_key(out, field, WIRE_VARINT);
    put_varint(out, v);
}

static void put_bytes(struct buffer *out, unsigned field, const void *bytes, size_t n)
{
    put_key(out, field, WIRE_BYTES);
    put_varint(out, n);
    buffer_append(out, bytes, n);
}

/* A part that was built apart: what is missing in it is missing in the whole. */
static void put_message(struct buffer *out, unsigned field, const struct buffer *part)
{
    put_bytes(out, field, part->data, part->size);
    buffer_carry(out, part);
}

static uint32_t zigzag(int32_t v)
{
    return (uint32_t)v << 1 ^ (uint32_t)(v >> 31);
}

/* ---- geometry ---- */

static void put_command(struct mvt_writer *w, unsigned id, uint32_t count)
{
    put_varint(&w->geometry, (count << 3) | id);
}

static void put_point(struct mvt_writer *w, struct mvt_point p)
{
    put_varint(&w->geometry, zigzag(p.x - w->pen.x));
    put_varint(&w->geometry, zigzag(p.y - w->pen.y));
    w->pen = p;
}

void mvt_feature_begin(struct mvt_writer *w)
{
    buffer_clear(&w->geometry);
    w->pen = (struct mvt_point){0, 0};
}

void mvt_points(struct mvt_writer *w, const struct mvt_point *points, uint32_t n)
{
    w->type = MVT_POINT;
    put_command(w, MOVE_TO, n);
    for (uint32_t i = 0; i < n; i++)
        put_point(w, points[i]);
}

void mvt_line(struct mvt_writer *w, const struct mvt_point *points, uint32_t n)
{
    w->type = MVT_LINE;
    put_command(w, MOVE_TO, 1);
    put_point(w, points[0]);
    put_command(w, LINE_TO, n - 1);
    for (uint32_t i = 1; i < n; i++)
        put_point(w, points[i]);
}

void mvt_ring(struct mvt_writer *w, const struct mvt_point *points, uint32_t n)
{
    mvt_line(w, points, n);
    w->type = MVT_POLYGON;
    put_command(w, CLOSE_PATH, 1);
}

bool mvt_feature_is_empty(const struct mvt_writer *w)
{
    return w->geometry.size == 0;
}

/* ---- values: each distinct string once per layer ---- */

static uint32_t hash_text(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

/* The slot of `text`, or the free slot where it belongs. There is always a free one: see grow_values. */
static uint32_t *find_slot(struct mvt_writer *w, const char *text)
{
    uint32_t i = hash_text(text) & (w->n_slots - 1);
    while (w->slots[i] && strcmp(w->value_texts[w->slots[i] - 1], text) != 0)
        i = (i + 1) & (w->n_slots - 1);
    return &w->slots[i];
}

/* Keeps the table at most half full. */
static bool grow_values(struct mvt_writer *w)
{
    if (w->n_values + 1 <= w->n_slots / 2)
        return true;
    uint32_t n = w->n_slots ? w->n_slots * 2 : 1024;
    uint32_t *slots = calloc(n, sizeof *slots);
    const char **texts = realloc(w->value_texts, n / 2 * sizeof *texts);
    if (texts)
        w->value_texts = texts;
    if (!slots || !texts) {
        free(slots);
        w->out_of_memory = true;
        return false;
    }
    free(w->slots);
    w->slots = slots;
    w->n_slots = n;
    for (uint32_t i = 0; i < w->n_values; i++)
        if (w->value_texts[i])
            *find_slot(w, w->value_texts[i]) = i + 1;
    return true;
}

static bool intern_value(struct mvt_writer *w, const char *text, uint32_t *number)
{
    if (!grow_values(w))
        return false;
    uint32_t *slot = find_slot(w, text);
    if (!*slot) {
        w->value_texts[w->n_values++] = text;
        *slot = w->n_values;
        buffer_clear(&w->scratch);
        put_bytes(&w->scratch, VALUE_STRING, text, strlen(text));
        put_message(&w->values, LAYER_VALUES, &w->scratch);
    }
    *number = *slot - 1;
    return true;
}

/* A number has no slot: there are few. */
static bool add_number(struct mvt_writer *w, uint64_t v, uint32_t *number)
{
    if (!grow_values(w))
        return false;
    w->value_texts[w->n_values] = NULL;
    *number = w->n_values++;
    buffer_clear(&w->scratch);
    put_number(&w->scratch, VALUE_UINT, v);
    put_message(&w->values, LAYER_VALUES, &w->scratch);
    return true;
}

/* ---- messages ---- */

void mvt_feature_end(struct mvt_writer *w, uint64_t id, const char *const tags[MVT_TEXTS], uint64_t number)
{
    buffer_carry(&w->features, &w->geometry); /* also when nothing of it is there */
    if (mvt_feature_is_empty(w))
        return;
    unsigned char packed[2 * MVT_KEYS * 10];
    size_t tags_size = 0;
    uint32_t value;
    for (uint32_t key = 0; key < MVT_TEXTS; key++) {
        if (!tags[key] || !*tags[key] || !intern_value(w, tags[key], &value))
            continue;
        tags_size += varint_bytes(key, packed + tags_size);
        tags_size += varint_bytes(value, packed + tags_size);
    }
    if (number && add_number(w, number, &value)) {
        tags_size += varint_bytes(MVT_TEXTS, packed + tags_size);
        tags_size += varint_bytes(value, packed + tags_size);
    }
    struct buffer *message = &w->scratch;
    buffer_clear(message);
    if (id)
        put_number(message, FEATURE_ID, id);
    if (tags_size)
        put_bytes(message, FEATURE_TAGS, packed, tags_size);
    put_number(message, FEATURE_TYPE, w->type);
    put_message(message, FEATURE_GEOMETRY, &w->geometry);
    put_message(&w->features, LAYER_FEATURES, message);
}

size_t mvt_size(const struct mvt_writer *w)
{
    return w->features.size + w->values.size;
}

enum status mvt_layer_end(struct mvt_writer *w, const char *layer, const char *const keys[MVT_KEYS],
                          struct buffer *out, struct error *e)
{
    if (w->out_of_memory)
        return error_no_memory(e);
    if (w->features.size) {
        struct buffer *body = &w->scratch;
        buffer_clear(body);
        put_number(body, LAYER_VERSION, 2);
        put_bytes(body, LAYER_NAME, layer, strlen(layer));
        buffer_append(body, w->features.data, w->features.size); /* its status is asked for below */
        for (int i = 0; i < MVT_KEYS; i++)
            put_bytes(body, LAYER_KEYS, keys[i], strlen(keys[i]));
        if (w->values.size)
            buffer_append(body, w->values.data, w->values.size);
        put_number(body, LAYER_EXTENT, MVT_EXTENT);
        put_message(out, TILE_LAYERS, body);
    }
    enum status s = buffer_status(&w->features, e);
    if (!s)
        s = buffer_status(&w->geometry, e);
    if (!s)
        s = buffer_status(&w->values, e);
    if (!s)
        s = buffer_status(&w->scratch, e);
    return s ? s : buffer_status(out, e);
}

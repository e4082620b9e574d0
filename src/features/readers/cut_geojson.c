/* GeoJSON, feature by feature: the members of a collection's `features`, or the lines (records) of a
 * sequence.
 *
 * Only brackets and quotes are looked at. What does not end where it should is read whole by the reader of
 * the format, which says what is wrong and where; a record of a sequence that is no feature is one with
 * its reason. */
#include "features/readers/text_cutter.h"

#include "base/buffer.h"
#include "base/text.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>

struct cut_geojson {
    struct text_cutter base;
    struct buffer
        head; /* {"type":"FeatureCollection", other members, "features":[ : one line. Empty in a sequence */
    bool single;           /* one feature or geometry, no collection: one piece */
    bool sequence, marked; /* marked: records begin with RS (RFC 8142) and may have several lines */
    size_t start;
    size_t at, lines, line_start; /* what has been passed; where its line begins */
};

/* ---- values, by their brackets ---- */

static size_t skip_blanks(const char *s, size_t n, size_t i)
{
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
        i++;
    return i;
}

/* Behind the string that begins at i; n when nothing closes it. */
static size_t skip_string(const char *s, size_t n, size_t i)
{
    for (i++; i < n && s[i] != '"'; i++)
        i += s[i] == '\\';
    return i < n ? i + 1 : n;
}

/* Behind the value that begins at i, whatever it is; *whole: it ended. */
static size_t skip_value(const char *s, size_t n, size_t i, bool *whole)
{
    size_t depth = 0;
    *whole = false;
    while (i < n) {
        char c = s[i];
        if (c == '"') {
            i = skip_string(s, n, i);
            if (depth == 0)
                return *whole = s[i - 1] == '"', i;
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}'))
            return *whole = true, i; /* behind a number or a word */
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        i++;
        if (depth == 0 && (c == '}' || c == ']'))
            return *whole = true, i;
    }
    return n;
}

/* ---- a collection ---- */

struct member {
    size_t key, n_key; /* with its quotes */
    size_t value, n_value;
};

/* The next member of the object whose members go on at *at; false at its end, or where it is none. */
static bool next_member(const char *s, size_t n, size_t *at, struct member *out)
{
    bool whole;
    size_t i = skip_blanks(s, n, *at);
    if (i < n && s[i] == ',')
        i = skip_blanks(s, n, i + 1);
    if (i >= n || s[i] != '"')
        return false;
    out->key = i;
    i = skip_string(s, n, i);
    out->n_key = i - out->key;
    i = skip_blanks(s, n, i);
    if (i >= n || s[i] != ':')
        return false;
    out->value = i = skip_blanks(s, n, i + 1);
    *at = skip_value(s, n, i, &whole);
    out->n_value = *at - i;
    return whole;
}

static bool is_text(const char *s, size_t at, size_t n, const char *text)
{
    return n == strlen(text) && memcmp(s + at, text, n) == 0;
}

/* Another member goes into the head, as one line. */
static void keep_member(struct cut_geojson *g, const struct member *m)
{
    const char *s = g->base.file.bytes;
    buffer_append_char(&g->head, ',');
    for (size_t i = m->key; i < m->value + m->n_value; i++)
        buffer_append_char(&g->head, s[i] == '\n' || s[i] == '\r' ? ' ' : s[i]);
}

/* A whole FeatureCollection with one list of features, and nothing behind it? */
static bool find_features(struct cut_geojson *g)
{
    const char *s = g->base.file.bytes;
    size_t n = g->base.file.n, at = skip_blanks(s, n, g->start);
    bool collection = false, found = false;
    struct member m;
    if (at >= n || s[at] != '{')
        return false;
    buffer_append_str(&g->head, "{\"type\":\"FeatureCollection\"");
    for (at++; next_member(s, n, &at, &m);) {
        bool features = is_text(s, m.key, m.n_key, "\"features\"") && s[m.value] == '[';
        bool type = is_text(s, m.key, m.n_key, "\"type\"");
        if ((features && found) || (type && collection))
            return false;
        if (features)
            g->start = m.value + 1;
        else if (type)
            collection = is_text(s, m.value, m.n_value, "\"FeatureCollection\"");
        else
            keep_member(g, &m);
        found = found || features;
    }
    at = skip_blanks(s, n, at);
    buffer_append_str(&g->head, ",\"features\":[\n");
    bool whole = at < n && s[at] == '}' && skip_blanks(s, n, at + 1) == n && !g->head.failed;
    g->single = whole && !collection && !found;
    return whole && collection && found;
}

/* ---- a sequence ---- */

/* Brackets and quotes are told in UTF-8 only: second bytes of GB18030 may look like them. */
static enum status as_utf8(struct mapped *file, struct error *e)
{
    if (text_valid_prefix(file->bytes, file->n) == file->n && !text_is_utf16(file->bytes, file->n))
        return STATUS_OK;
    return mapped_decode(file, e);
}

/* An object that ends in its line, and another one (or something behind the end of the line). */
static bool is_lines(const char *s, size_t n, size_t start)
{
    bool whole;
    size_t at = skip_blanks(s, n, start);
    if (at >= n || s[at] != '{')
        return false;
    const char *newline = memchr(s + at, '\n', n - at);
    size_t line = newline ? (size_t)(newline - s) : n, end = skip_value(s, line, at, &whole);
    if (!whole)
        return false;
    at = skip_blanks(s, n, end);
    return at < n && (s[at] == '{' || at > line);
}

static size_t behind_mark(const char *s, size_t n)
{
    return n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* RS begins each record of RFC 8142. */
static bool is_marked(const char *s, size_t n)
{
    size_t at = skip_blanks(s, n, behind_mark(s, n));
    return at < n && s[at] == 0x1E;
}

bool cut_geojson_is_sequence(const void *bytes, size_t n)
{
    struct mapped file = {.bytes = bytes, .n = n, .borrowed = true};
    if (n == 0 || as_utf8(&file, NULL) != STATUS_OK)
        return false;
    bool is = is_marked(file.bytes, file.n) || is_lines(file.bytes, file.n, behind_mark(file.bytes, file.n));
    mapped_close(&file);
    return is;
}

/* One document of however many lines. */
static bool is_one_value(const struct cut_geojson *g)
{
    const char *s = g->base.file.bytes;
    bool whole;
    size_t n = g->base.file.n, end = skip_value(s, n, skip_blanks(s, n, g->start), &whole);
    return whole && skip_blanks(s, n, end) == n;
}

static size_t record_end(const struct cut_geojson *g, size_t at)
{
    const char *s = g->base.file.bytes;
    const char *end = memchr(s + at, g->marked ? 0x1E : '\n', g->base.file.n - at);
    return end ? (size_t)(end - s) : g->base.file.n;
}

/* ---- the cutter ---- */

/* Lines between what was passed and `to`. */
static void pass(struct cut_geojson *g, size_t to)
{
    const char *s = g->base.file.bytes;
    for (; g->at < to; g->at++)
        if (s[g->at] == '\n') {
            g->lines++;
            g->line_start = g->at + 1;
        }
}

static bool give(struct cut_geojson *g, size_t end, struct text_piece *out)
{
    *out = (struct text_piece){
        .at = g->at, .n = end - g->at, .lines_before = g->lines, .columns_before = g->at - g->line_start};
    pass(g, end);
    mapped_forget(&g->base.file, g->at);
    return true;
}

static bool next_feature(struct text_cutter *c, struct text_piece *out)
{
    struct cut_geojson *g = (struct cut_geojson *)c;
    const char *s = c->file.bytes;
    size_t n = c->file.n, at = skip_blanks(s, n, g->at);
    bool whole;
    if (g->sequence || g->single) {
        size_t mark = n;
        while (at < n && s[at] == 0x1E) {
            mark = at;
            at = skip_blanks(s, n, at + 1);
        }
        if (at == n && mark < n)
            at = mark; /* a record begins and nothing follows: a file that was cut off */
        pass(g, at);
        return at < n && give(g, g->single || at == mark ? n : record_end(g, at), out);
    }
    if (at < n && s[at] == ',')
        at = skip_blanks(s, n, at + 1);
    pass(g, at);
    if (at >= n || s[at] == ']')
        return false;
    size_t end = skip_value(s, n, at, &whole);
    return give(g, end > at ? end : at + 1, out);
}

static enum status feature_text(struct text_cutter *c, const struct text_piece *p, struct arena *a,
                                char **text, size_t *n, struct error *e)
{
    const struct cut_geojson *g = (const struct cut_geojson *)c;
    static const char tail[] = "\n]}";
    bool bare = g->sequence || g->single;
    size_t head = bare ? 0 : g->head.size, more = bare ? 0 : sizeof tail - 1;
    char *both = arena_alloc(a, head + p->n + more + 1);
    if (!both)
        return error_no_memory(e);
    if (head)
        memcpy(both, g->head.data, head);
    memcpy(both + head, c->file.bytes + p->at, p->n);
    memcpy(both + head + p->n, tail, more);
    c->head_lines = head ? 1 : 0;
    *text = both;
    *n = head + p->n + more;
    return STATUS_OK;
}

static void rewind_features(struct text_cutter *c)
{
    struct cut_geojson *g = (struct cut_geojson *)c;
    g->at = g->lines = g->line_start = 0;
    pass(g, g->start);
    mapped_rewind(&c->file);
}

static const char *no_id(struct text_cutter *c, const struct text_piece *p, struct arena *a)
{
    (void)c, (void)p, (void)a;
    return "";
}

static void close_geojson(struct text_cutter *c)
{
    struct cut_geojson *g = (struct cut_geojson *)c;
    mapped_close(&c->file);
    buffer_release(&g->head);
    free(g);
}

enum status cut_geojson_open(struct mapped *file, bool sequence, struct text_cutter **out, struct error *e)
{
    static const struct text_cutter_ops ops = {next_feature, feature_text, rewind_features, no_id,
                                               close_geojson};
    static const char *const of_file[] = {"geojson-crs",       "crs-conflict",
                                          "crs-option",        "crs-datum-refused",
                                          "crs-missing",       "zone-missing",
                                          "zone-conflict",     "crs-web-mercator",
                                          "crs-unsupported",   "json-syntax",
                                          "json-not-a-number", "json-number-too-long",
                                          "geojson-type",      NULL};
    static const char *const of_sequence[] = {"crs-option", "crs-datum-refused", NULL};
    *out = NULL;
    enum status s = file->n ? as_utf8(file, e) : STATUS_OK;
    struct cut_geojson *g = !s && file->n ? calloc(1, sizeof *g) : NULL;
    if (!g)
        return s || !file->n ? s : error_no_memory(e);
    g->base = (struct text_cutter){.ops = &ops, .format = PARCEL_FORMAT_GEOJSON, .file = *file};
    g->start = behind_mark(file->bytes, file->n);
    buffer_init(&g->head, 0);
    g->marked = is_marked(file->bytes, file->n);
    g->sequence = g->marked || is_lines(file->bytes, file->n, g->start) || (sequence && !is_one_value(g));
    if (!g->sequence && !find_features(g) && !g->single) {
        buffer_release(&g->head);
        free(g);
        return STATUS_OK;
    }
    g->base.one_each = !g->sequence; /* a line may hold a collection */
    g->base.driver = g->sequence ? "GeoJSONSeq" : NULL;
    g->base.file_codes = g->sequence ? of_sequence : of_file;
    rewind_features(&g->base);
    struct text_piece p;
    while (next_feature(&g->base, &p))
        g->base.total++;
    rewind_features(&g->base);
    *file = (struct mapped){.n = 0};
    *out = &g->base;
    return STATUS_OK;
}

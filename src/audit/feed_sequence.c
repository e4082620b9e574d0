/* A sequence of GeoJSON features, one a line, of which some lines are none. GDAL passes over those without a word; here each is
 * a row with its reason. The file is copied beside the output with an empty feature in place of each such line, and GDAL reads
 * the copy, so that all else is as it is for any other file. A sequence without such lines is not copied. */
#include "audit/feed.h"
#include "audit/mapped.h"

#include "base/limits.h"
#include "ingest/source.h"
#include "formats/encoding.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* GDAL's reader gives up on deeper nesting; a multi-polygon needs 6. */
enum { SEQUENCE_DEPTH_MAX = 30, PATH_BYTES = 4096 };

/* A line that is no feature. */
struct bad_line {
    int64_t position;
    size_t line;
    char why[96]; /* of the JSON reader; "" when it is JSON */
};

struct feed_sequence {
    struct feed base;
    struct feed *inner; /* over the copy */
    struct bad_line *bad;
    size_t n_bad, cap, next;
};

/* ---- lines ---- */

struct scan {
    struct mapped file;
    bool marked; /* records begin with RS (RFC 8142) and may have several lines */
    size_t at, lines;
};

struct record {
    size_t at, n, line;
};

static bool next_record(struct scan *s, struct record *out)
{
    const char *bytes = s->file.bytes;
    while (s->at < s->file.n) {
        const char *end = memchr(bytes + s->at, s->marked ? 0x1E : '\n', s->file.n - s->at);
        size_t n = end ? (size_t)(end - bytes) - s->at : s->file.n - s->at;
        struct record r = {s->at, n, s->lines + 1};
        for (size_t i = 0; i < n; i++)
            s->lines += bytes[s->at + i] == '\n';
        s->lines += end && !s->marked;
        s->at += n + (end != NULL);
        while (r.n > 0 && strchr(" \t\r\n", bytes[r.at + r.n - 1]))
            r.n--;
        mapped_forget(&s->file, r.at);
        if (r.n > 0) {
            *out = r;
            return true;
        }
    }
    return false;
}

static void rewind_scan(struct scan *s)
{
    s->at = s->lines = 0;
    mapped_rewind(&s->file);
}

static int depth_of(const json_t *v)
{
    int deepest = 0;
    size_t i;
    const char *key;
    json_t *child;
    if (json_is_array(v))
        json_array_foreach(v, i, child)
        {
            int d = depth_of(child);
            deepest = d > deepest ? d : deepest;
        }
    else if (json_is_object(v))
        json_object_foreach((json_t *)v, key, child)
        {
            int d = depth_of(child);
            deepest = d > deepest ? d : deepest;
        }
    return json_is_array(v) || json_is_object(v) ? deepest + 1 : 0;
}

static bool is_feature(const json_t *v)
{
    static const char *const types[] = {"Feature", "Polygon",    "MultiPolygon", "GeometryCollection",
                                        "Point",   "MultiPoint", "LineString",   "MultiLineString"};
    const char *type = json_string_value(json_object_get(v, "type"));
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(type, types[i]) == 0)
            return depth_of(v) <= SEQUENCE_DEPTH_MAX;
    return false;
}

/* Is the record one that GDAL makes a feature of? `text`: as UTF-8. */
static bool good_record(const struct scan *s, const struct record *r, struct arena *a, char **text, size_t *n,
                        char why[static 96])
{
    enum text_encoding was;
    json_error_t error = {.text = ""};
    arena_reset(a);
    why[0] = '\0';
    if (text_decode(s->file.bytes + r->at, r->n, a, text, n, &was, NULL)) {
        snprintf(why, 96, "not UTF-8");
        return false;
    }
    json_t *v = json_loadb(*text, *n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &error);
    if (!v)
        snprintf(why, 96, "%.80s", error.text);
    bool good = v && is_feature(v);
    json_decref(v);
    return good;
}

/* ---- the copy ---- */

static bool remember(struct feed_sequence *q, const struct bad_line *bad)
{
    if (q->n_bad == q->cap) {
        size_t cap = q->cap ? 2 * q->cap : 16;
        struct bad_line *more = realloc(q->bad, cap * sizeof *more);
        if (!more)
            return false;
        q->bad = more;
        q->cap = cap;
    }
    q->bad[q->n_bad++] = *bad;
    return true;
}

/* *good: how many are features. Writes them to `to`, unless it is NULL. */
static enum status pass_over(struct feed_sequence *q, struct scan *s, FILE *to, int64_t *good,
                             struct error *e)
{
    static const char empty[] = "{\"type\":\"Feature\",\"properties\":null,\"geometry\":null}";
    struct record r;
    struct bad_line bad;
    int64_t position = 0;
    bool ok = true;
    struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    if (!a)
        return error_no_memory(e);
    *good = 0;
    q->n_bad = 0;
    rewind_scan(s);
    while (ok && next_record(s, &r)) {
        char *text = NULL;
        size_t n = 0;
        bool is_good = good_record(s, &r, a, &text, &n, bad.why);
        bad.position = ++position;
        bad.line = r.line;
        *good += is_good;
        ok = is_good || remember(q, &bad);
        if (to)
            for (size_t i = 0; is_good && i < n; i++) /* a record of several lines becomes one */
                text[i] = text[i] == '\n' || text[i] == '\r' || text[i] == 0x1E ? ' ' : text[i];
        if (to)
            fprintf(to, "%.*s\n", (int)(is_good ? n : sizeof empty - 1), is_good ? text : empty);
    }
    arena_free(a);
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status write_copy(struct feed_sequence *q, struct scan *s, const char *path, struct error *e)
{
    int64_t good;
    FILE *to = fopen(path, "wx");
    if (!to)
        return error_errno(e, "写入", "write", path);
    enum status st = pass_over(q, s, to, &good, e);
    bool failed = ferror(to) != 0;
    if ((fclose(to) != 0 || failed) && !st)
        st = error_errno(e, "写入", "write", path);
    return st;
}

/* ---- the feed ---- */

static enum status fault_of(const struct bad_line *b, struct arena *a, struct audit_item *out,
                            struct error *e)
{
    struct error why = {0};
    const char *open = *b->why ? "（" : "", *close = *b->why ? "）" : "";
    error_zh(&why, "第%zu行：不是GeoJSON要素，无法读取%s%s%s；请改正该行。", b->line, open, b->why, close);
    (void)error_fail(&why, STATUS_INVALID_INPUT, "sequence-line",
                     "Line %zu: not a GeoJSON feature%s%s; correct the line.", b->line, *b->why ? ": " : "",
                     b->why);
    out->fault = feed_fault(&why, a);
    return out->fault ? STATUS_OK : error_no_memory(e);
}

static enum status sequence_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                 struct error *e)
{
    struct feed_sequence *q = (struct feed_sequence *)f;
    enum status s = q->inner->ops->next(q->inner, a, out, more, e);
    if (s || !*more)
        return s;
    while (q->next < q->n_bad && q->bad[q->next].position < out->position)
        q->next++;
    bool bad = q->next < q->n_bad && q->bad[q->next].position == out->position;
    return bad ? fault_of(&q->bad[q->next], a, out, e) : STATUS_OK;
}

static enum status sequence_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    struct feed_sequence *q = (struct feed_sequence *)f;
    return q->inner->ops->skip(q->inner, position, fid, e);
}

static void sequence_close(struct feed *f)
{
    struct feed_sequence *q = (struct feed_sequence *)f;
    feed_close(q->inner);
    free(q->bad);
    free(q);
}

static enum status open_copy(struct feed_sequence *q, struct scan *s, const struct audit_request *r,
                             struct error *e)
{
    char path[PATH_BYTES];
    struct audit_request of_copy = *r;
    if (snprintf(path, sizeof path, "%s.lines.geojsonl", r->output) >= (int)sizeof path)
        return error_no_memory(e);
    unlink(path); /* of a run that was killed */
    enum status st = write_copy(q, s, path, e);
    of_copy.input = path;
    if (!st)
        st = feed_source_open(&of_copy, &q->inner, e);
    unlink(path); /* GDAL holds it open */
    return st;
}

/* A single GeoJSON document of many lines, whatever its file is called: GDAL's to read. */
static bool is_one_document(const struct mapped *file)
{
    json_t *v = json_loadb(file->bytes, file->n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    json_decref(v);
    return v != NULL;
}

bool feed_sequence_named(const char *path)
{
    static const char *const endings[] = {".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojsonseq", NULL};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && endings[i]; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

enum status feed_sequence_open(const struct audit_request *r, bool sure, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {sequence_next, sequence_skip, sequence_close};
    struct feed_sequence *q = calloc(1, sizeof *q);
    struct scan s = {.at = 0};
    int64_t good = 0;
    *out = NULL;
    if (!q)
        return error_no_memory(e);
    enum status st = mapped_open(r->input, &s.file, e);
    s.marked = !st && s.file.n > 0 && s.file.bytes[0] == 0x1E;
    if (!st)
        st = pass_over(q, &s, NULL, &good, e);
    bool copy = !st && q->n_bad > 0 && (good > 0 || sure || !is_one_document(&s.file));
    if (copy)
        st = open_copy(q, &s, r, e);
    mapped_close(&s.file);
    if (st || !copy) {
        sequence_close(&q->base);
        return st;
    }
    q->base = *q->inner;
    q->base.ops = &ops;
    *out = &q->base;
    return STATUS_OK;
}

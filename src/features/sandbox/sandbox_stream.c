/* The parent's end of a sandboxed reading: a feature_stream whose records come from a child. */
#include "base/clock.h"
#include "features/sandbox/answer.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/process.h"
#include "features/sandbox/sandbox.h"

#include "base/limits.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    UPLOAD_WAIT_MS = 45000,
    STREAM_NOTES_MAX = 200,
    LAYERS_MAX = 1 << 17 /* more than any reader tells */
};

struct sandboxed {
    struct feature_stream base;
    int input; /* of bytes; -1 none */
    struct sandbox_process process;
    struct record_reader reader;
    struct arena *keep; /* what lives as long as the stream */
    const struct feature_schema *schema;
    struct feature_note notes[STREAM_NOTES_MAX];
    int64_t position; /* of the last record */
    bool ended;
    struct error failure; /* that every further call tells */
    char *path, *layer, *program;
    bool upload, attributes_only;
    unsigned wait_ms;
    size_t max_features, max_vertices;
};

static enum status fail_time(struct error *e)
{
    error_zh(e, "读取文件用时太长，已停止；文件可能损坏，或太大太复杂。请简化，或转为GeoJSON、TXT后提交。");
    return error_fail(
        e, STATUS_TOO_LARGE, "foreign-timeout",
        "Reading the file took too long and was stopped; it may be damaged, or too large. Simplify it, or "
        "convert it to GeoJSON or TXT.");
}

/* ---- the child ---- */

static enum status start(struct sandboxed *s, const char *mode, int64_t position, int64_t fid,
                         struct error *e)
{
    char numbers[4][24];
    snprintf(numbers[0], sizeof numbers[0], "%lld", (long long)position);
    snprintf(numbers[1], sizeof numbers[1], "%lld", (long long)fid);
    snprintf(numbers[2], sizeof numbers[2], "%zu", s->max_features);
    snprintf(numbers[3], sizeof numbers[3], "%zu", s->max_vertices);
    const char *const arguments[] = {SANDBOX_COMMAND,
                                     mode,
                                     s->path,
                                     s->layer ? s->layer : "",
                                     numbers[0],
                                     numbers[1],
                                     numbers[2],
                                     numbers[3],
                                     s->attributes_only ? SANDBOX_ATTRIBUTES : SANDBOX_ALL,
                                     !sandbox_is_required()                     ? SANDBOX_AS_PERMITTED
                                     : confine_measures()->tried[SANDBOX_CALLS] ? SANDBOX_IN_A_JOB
                                                                                : SANDBOX_WHOLE,
                                     NULL};
    record_reader_release(&s->reader);
    sandbox_process_end(&s->process);
    bool more = strcmp(mode, SANDBOX_LIST) == 0; /* whoever asks what is in a file goes on to read it */
    enum status st = sandbox_process_start(s->program, arguments, s->input, more, &s->process, e);
    s->reader.fd = s->process.pipe;
    s->reader.until_ms = s->upload ? clock_ms() + (s->wait_ms ? s->wait_ms : UPLOAD_WAIT_MS) : 0;
    return st;
}

/* The next record, or why there is none: also what the child says itself. */
static enum status hear(struct sandboxed *s, struct record *r, struct error *e)
{
    switch (record_next(&s->reader, r)) {
    case RECORD_GOT:
        break;
    case RECORD_LATE:
        return fail_time(e);
    case RECORD_NO_MEMORY:
        return error_no_memory(e);
    case RECORD_NONE:
    case RECORD_BROKEN:
        return answer_fail(e);
    }
    if (r->type == RECORD_FORBIDDEN)
        return answer_forbidden(r, e);
    if (r->type != RECORD_ERROR)
        return STATUS_OK;
    struct error said;
    enum status st = answer_error(r, &said, e);
    if (st == STATUS_OK && e)
        *e = said;
    return st == STATUS_OK ? said.status : st;
}

static enum status take_schema(struct sandboxed *s, struct record *r, struct error *e)
{
    struct feature_schema *schema = arena_alloc(s->keep, sizeof *schema);
    enum status st = schema ? answer_schema(r, s->keep, schema, e) : error_no_memory(e);
    if (st == STATUS_OK)
        s->schema = schema;
    return st;
}

static enum status take_note(struct sandboxed *s, struct record *r, struct error *e)
{
    if (s->base.n_notes == STREAM_NOTES_MAX)
        return answer_fail(e);
    enum status st = answer_note(r, s->keep, &s->notes[s->base.n_notes], e);
    if (st == STATUS_OK)
        s->base.n_notes++;
    return st;
}

/* The fields of the first record. After a skip they are those that were there before: whoever has bound
 * them goes on. */
static enum status meet_schema(struct sandboxed *s, struct error *e)
{
    struct record r;
    const struct feature_schema *before = s->schema;
    enum status st = hear(s, &r, e);
    if (st == STATUS_OK)
        st = r.type == RECORD_SCHEMA ? take_schema(s, &r, e) : answer_fail(e);
    if (st == STATUS_OK && before && feature_schema_same(before, s->schema))
        s->schema = before;
    if (st == STATUS_OK)
        s->base.info.schema = s->schema;
    return st;
}

/* Magic, header and, but for a list of layers, the fields. */
static enum status meet(struct sandboxed *s, bool schema, struct error *e)
{
    struct record r;
    enum record_got got = record_magic(&s->reader);
    if (got != RECORD_GOT)
        return got == RECORD_LATE        ? fail_time(e)
               : got == RECORD_NO_MEMORY ? error_no_memory(e)
                                         : answer_fail(e);
    enum status st = hear(s, &r, e);
    if (st != STATUS_OK)
        return st;
    st = r.type == RECORD_HEADER ? answer_header(&r, s->keep, &s->base.info, e) : answer_fail(e);
    return st == STATUS_OK && schema ? meet_schema(s, e) : st;
}

/* ---- the stream ---- */

static enum status take_end(struct sandboxed *s, struct record *r, struct error *e)
{
    int64_t n = record_take_i64(r);
    s->ended = !r->bad && n == s->position;
    return s->ended ? STATUS_OK : answer_fail(e);
}

static enum status take_feature(struct sandboxed *s, struct record *r, struct arena *a, struct feature *out,
                                struct error *e)
{
    if (!s->schema)
        return answer_fail(e);
    enum status st = answer_feature(r, s->schema, a, out, e);
    if (st == STATUS_OK && !out->wkb && !out->fault && !s->attributes_only)
        st = answer_fail(e);
    if (st == STATUS_OK && out->position != s->position + 1)
        st = answer_fail(e);
    if (st == STATUS_OK)
        s->position++;
    return st;
}

static enum status next_record(struct sandboxed *s, struct arena *a, struct feature *out, bool *more,
                               struct error *e)
{
    struct record r;
    for (;;) {
        enum status st = hear(s, &r, e);
        if (st != STATUS_OK)
            return st;
        switch (r.type) {
        case RECORD_SCHEMA:
            st = take_schema(s, &r, e);
            break;
        case RECORD_NOTE:
            st = take_note(s, &r, e);
            break;
        case RECORD_FEATURE:
            *more = true;
            return take_feature(s, &r, a, out, e);
        case RECORD_END:
            *more = false;
            return take_end(s, &r, e);
        default:
            st = answer_fail(e);
        }
        if (st != STATUS_OK)
            return st;
    }
}

static enum status sandboxed_next(struct feature_stream *stream, struct arena *a, struct feature *out,
                                  bool *more, struct error *e)
{
    struct sandboxed *s = (struct sandboxed *)stream;
    struct feature f;
    bool is_more = false;
    enum status st = s->failure.status;
    if (st == STATUS_OK && !s->ended)
        st = next_record(s, a, &f, &is_more, &s->failure);
    if (st != STATUS_OK) {
        s->failure.status = st;
        if (e)
            *e = s->failure;
        return st;
    }
    *more = is_more;
    if (is_more)
        *out = f;
    return STATUS_OK;
}

/* A new child goes on there: what the first has prepared is thrown away unheard. */
static enum status sandboxed_skip(struct feature_stream *stream, int64_t position, int64_t fid,
                                  struct error *e)
{
    struct sandboxed *s = (struct sandboxed *)stream;
    if (position <= 0)
        return STATUS_OK;
    enum status st = start(s, s->upload ? SANDBOX_UPLOAD : SANDBOX_FILE, position, fid, e);
    if (st == STATUS_OK)
        st = meet(s, true, e);
    s->base.n_notes = 0;
    s->position = position;
    return st;
}

static void sandboxed_close(struct feature_stream *stream)
{
    struct sandboxed *s = (struct sandboxed *)stream;
    sandbox_process_end(&s->process);
    if (s->input >= 0)
        close(s->input);
    record_reader_release(&s->reader);
    arena_free(s->keep);
    free(s->path);
    free(s->layer);
    free(s->program);
    free(s);
}

/* ---- opening ---- */

static enum status take_path(struct sandboxed *s, const struct feature_request *r, struct error *e)
{
    if (!r->path) {
        enum status st = sandbox_input_make(r->bytes, r->n_bytes, &s->input, e);
        if (st != STATUS_OK)
            return st;
        s->path = strdup(SANDBOX_INPUT);
        return s->path ? STATUS_OK : error_no_memory(e);
    }
    enum status st = feature_path_local(r->path, e);
    if (st != STATUS_OK)
        return st;
    s->path = realpath(r->path, NULL);
    if (!s->path)
        return errno == ENOMEM ? error_no_memory(e)
                               : error_errno(e, "打开数据文件", "Opening the data file", r->path);
    return feature_path_local(s->path, e);
}

static enum status prepare(const struct feature_request *r, struct sandboxed **out, struct error *e)
{
    static const struct feature_stream_ops ops = {sandboxed_next, sandboxed_skip, sandboxed_close};
    struct sandboxed *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    s->base.ops = &ops;
    s->base.notes = s->notes;
    s->process = SANDBOX_NO_PROCESS;
    s->input = -1;
    s->upload = !r->path;
    s->attributes_only = r->attributes_only;
    s->wait_ms = r->wait_ms;
    s->max_features = r->max_features;
    s->max_vertices = r->max_vertices;
    s->keep = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    s->layer = r->layer ? strdup(r->layer) : NULL;
    s->program = r->program ? strdup(r->program) : NULL;
    bool ok = s->keep && (s->layer || !r->layer) && (s->program || !r->program);
    enum status st = ok ? take_path(s, r, e) : error_no_memory(e);
    if (st == STATUS_OK)
        *out = s;
    else
        sandboxed_close(&s->base);
    return st;
}

enum status feature_stream_open_sandboxed(const struct feature_request *r, struct feature_stream **out,
                                          struct error *e)
{
    struct sandboxed *s;
    enum status st = prepare(r, &s, e);
    if (st != STATUS_OK)
        return st;
    st = start(s, s->upload ? SANDBOX_UPLOAD : SANDBOX_FILE, 0, 0, e);
    if (st == STATUS_OK)
        st = meet(s, true, e);
    if (st == STATUS_OK)
        *out = &s->base;
    else
        sandboxed_close(&s->base);
    return st;
}

/* ---- the layers of a file ---- */

static enum status add_layer(struct sandboxed *s, struct record *r, struct arena *a,
                             struct sandbox_layer *out, struct error *e)
{
    bool ok = true;
    struct feature_schema *schema = arena_alloc(a, sizeof *schema);
    out->name = answer_text(record_take_field(r), a, &ok);
    out->alias = answer_text(record_take_field(r), a, &ok);
    out->may_be_areas = record_take_u8(r) != 0;
    out->n_declared = record_take_i64(r);
    out->geometry = answer_text(record_take_field(r), a, &ok);
    out->crs_wkt = answer_text(record_take_field(r), a, &ok);
    out->has_box = record_take_u8(r) != 0;
    for (int i = 0; i < 4; i++) {
        out->box[i] = record_take_f64(r);
        out->has_box = out->has_box && isfinite(out->box[i]);
    }
    if (!ok || !schema)
        return error_no_memory(e);
    if (r->bad || r->at != r->n || !out->name || !out->alias || !out->geometry || !out->crs_wkt)
        return answer_fail(e);
    enum status st = hear(s, r, e);
    if (st == STATUS_OK)
        st = r->type == RECORD_SCHEMA ? answer_schema(r, a, schema, e) : answer_fail(e);
    out->schema = schema;
    return st;
}

static enum status hear_layers(struct sandboxed *s, struct arena *a, struct sandbox_layers *out,
                               struct error *e)
{
    struct record r;
    struct sandbox_layers all = {.driver = arena_strdup(a, s->base.info.driver)};
    struct sandbox_layer *layers = NULL;
    size_t cap = 0;
    if (!all.driver)
        return error_no_memory(e);
    for (;;) {
        enum status st = hear(s, &r, e);
        if (st == STATUS_OK && r.type == RECORD_END) {
            all.layers = layers;
            *out = all;
            return STATUS_OK;
        }
        if (st == STATUS_OK && (r.type != RECORD_LAYER || all.n == LAYERS_MAX))
            st = answer_fail(e);
        if (st == STATUS_OK && !ARENA_RESERVE(a, layers, cap, all.n + 1))
            st = error_no_memory(e);
        if (st == STATUS_OK)
            st = add_layer(s, &r, a, &layers[all.n], e);
        if (st != STATUS_OK)
            return st;
        all.n++;
    }
}

enum status sandbox_list_layers(const struct feature_request *r, struct arena *a, struct sandbox_layers *out,
                                struct error *e)
{
    struct sandboxed *s;
    enum status st = prepare(r, &s, e);
    if (st != STATUS_OK)
        return st;
    st = start(s, s->upload ? SANDBOX_LIST_UPLOAD : SANDBOX_LIST, 0, 0, e);
    if (st == STATUS_OK)
        st = meet(s, false, e);
    if (st == STATUS_OK)
        st = hear_layers(s, a, out, e);
    sandboxed_close(&s->base);
    return st;
}

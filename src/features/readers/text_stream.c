/* Texts -> features: pieces of a cutter, or the whole file where it cannot be cut, each through the reader
 * of its format. */
#include "features/file_notes.h"
#include "features/readers/rings_wkb.h"
#include "features/readers/text_cutter.h"
#include "features/stream.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/text.h"
#include "features/readers/csv.h"
#include "features/readers/recognise.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PIECES_TRIED_FIRST = 100, FILE_NOTES_MAX = 40, SCHEMAS_KEPT = 64 };

struct text_stream {
    struct feature_stream base;
    struct text_cutter *cutter; /* NULL: the whole file is one piece */
    struct mapped file;         /* then */
    enum parcel_format whole;   /* and what it was found to be */
    struct parcel_context context;
    struct parcel_sink sink;
    int epsg;
    const char *layer;
    int64_t position;      /* features that were given out */
    struct feature *queue; /* of the piece that is being given out, in context.arena */
    struct feature
        record; /* of the piece: the fields that were read latest; schema is NULL when there are none */
    size_t n, cap, at;
    size_t n_remarks;   /* of the piece, that belong to features before */
    struct arena *keep; /* what lives as long as the stream */
    struct feature_note notes[FILE_NOTES_MAX];
    const struct feature_schema *schemas[SCHEMAS_KEPT]; /* the first */
    size_t n_schemas;
};

/* ---- from a reader to the queue ---- */

static bool take_fields(struct text_stream *t, const struct parcel_fields *from, struct feature *f)
{
    struct arena *a = t->context.arena;
    struct feature_schema *s = arena_alloc(a, sizeof *s);
    const char **names = arena_array(a, from->n, sizeof *names),
               **values = arena_array(a, from->n, sizeof *values);
    enum feature_type *types = arena_array(a, from->n, sizeof *types);
    if (!s || !names || !values || !types)
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < from->n; i++) {
        names[i] = arena_strdup(a, from->names[i]);
        values[i] = from->values[i] ? arena_strdup(a, from->values[i]) : NULL;
        types[i] = from->types ? (enum feature_type)from->types[i] : FEATURE_TEXT;
        ok = names[i] && (values[i] || !from->values[i]);
    }
    *s = (struct feature_schema){.names = names, .types = types, .n = from->n};
    f->schema = s;
    f->values = values;
    return ok;
}

/* A record that cannot be read has its fields all the same. */
static enum status keep_record(void *user, const struct parcel_fields *fields, struct error *e)
{
    struct text_stream *t = user;
    t->record = (struct feature){.fid = 0};
    return take_fields(t, fields, &t->record) ? STATUS_OK : error_no_memory(e);
}

/* Remarks that speak of the file are told once, whichever piece they came with. */
static bool is_of_file(const char *code)
{
    static const char *const codes[] = {"crs-assumed",  "datum-assumed", "text-encoding",
                                        "z-ignored",    "separator",     "point-extra-columns",
                                        "axes-swapped", "zone-assumed"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static void note_file(struct text_stream *t, const struct feature_note *w)
{
    for (size_t i = 0; i < t->base.n_notes; i++)
        if (strcmp(t->notes[i].code, w->code) == 0)
            return;
    if (t->base.n_notes == FILE_NOTES_MAX)
        return;
    if (feature_note_copy(w, t->keep, &t->notes[t->base.n_notes]))
        t->base.n_notes++;
}

/* The remarks since the feature before, to this one or to the file. */
static bool take_remarks(struct text_stream *t, const struct parcel_set *set, struct feature *f)
{
    size_t n = set->n_warnings - t->n_remarks;
    struct feature_note *notes = arena_array(t->context.arena, n, sizeof *notes);
    if (!notes)
        return false;
    for (size_t i = t->n_remarks; i < set->n_warnings; i++) {
        const struct feature_note *w = &set->warnings[i];
        if (is_of_file(w->code))
            note_file(t, w);
        else
            notes[f->n_notes++] = *w;
    }
    f->notes = notes;
    t->n_remarks = set->n_warnings;
    return true;
}

static struct feature *queue_one(struct text_stream *t)
{
    if (!ARRAY_RESERVE(t->queue, t->cap, t->n + 1))
        return NULL;
    t->queue[t->n] = (struct feature){.fid = 0};
    return &t->queue[t->n++];
}

static enum status take(void *user, const struct parcel_raw *raw, struct error *e)
{
    struct text_stream *t = user;
    struct arena *a = t->context.arena;
    struct feature *f = queue_one(t);
    struct geo_crs *crs = arena_alloc(a, sizeof *crs);
    if (!f || !crs)
        return error_no_memory(e);
    *crs = raw->parcel->crs;
    f->crs = crs;
    f->id = arena_strdup(a, raw->parcel->id);
    f->name = arena_strdup(a, raw->parcel->name ? raw->parcel->name : "");
    f->use = arena_strdup(a, raw->parcel->use ? raw->parcel->use : "");
    f->area = arena_strdup(a, raw->area);
    f->contradicts = raw->contradicts;
    f->curved = raw->parcel->curved;
    f->place_zh = raw->place_zh ? arena_strdup(a, raw->place_zh) : NULL;
    f->place_en = raw->place_en ? arena_strdup(a, raw->place_en) : NULL;
    bool ok = f->id && f->name && f->use && f->area && rings_to_wkb(raw->rings, a, &f->wkb, &f->n_wkb) &&
              take_fields(t, raw->fields, f) && take_remarks(t, raw->set, f);
    return ok ? STATUS_OK : error_no_memory(e);
}

/* ---- pieces ---- */

static enum status fail_at(size_t line, const char *code, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "第%zu行：%s", line, zh);
    return error_fail(e, STATUS_INVALID_INPUT, code, "Line %zu: %s", line, en);
}

/* Into the queue; a fault of the piece is in *why, and the queue is empty. */
static enum status read_piece(struct text_stream *t, const struct text_piece *p, struct error *why)
{
    struct parcel_set set;
    char *text;
    size_t n;
    arena_reset(t->context.arena);
    t->n = t->at = t->n_remarks = 0;
    t->record = (struct feature){.fid = 0};
    if (p->n == 0)
        return error_no_memory(why);
    if (p->open_quote)
        return fail_at(p->lines_before + 1, CSV_QUOTE, why);
    enum status s = t->cutter->ops->text(t->cutter, p, t->context.arena, &text, &n, why);
    if (s)
        return s;
    t->context.plots_before = (size_t)t->position;
    t->context.lines_before = p->lines_before - t->cutter->head_lines;
    t->context.columns_before = p->columns_before;
    t->context.epsg = t->epsg ? t->epsg : p->srid;
    s = parcel_parse(&t->context, text, n, &set, why);
    for (size_t i = t->n_remarks; !s && i < set.n_warnings; i++)
        if (is_of_file(set.warnings[i].code))
            note_file(t, &set.warnings[i]);
    if (s)
        t->n = 0;
    return s;
}

static const char *driver_of(const struct text_stream *t)
{
    if (!t->cutter)
        return parcel_format_driver(t->whole);
    return t->cutter->driver ? t->cutter->driver : parcel_format_driver(t->cutter->format);
}

static enum status read_whole(struct text_stream *t, struct error *e)
{
    struct parcel_set set;
    t->n = t->at = t->n_remarks = 0;
    t->context.epsg = t->epsg;
    enum status s = parcel_parse(&t->context, t->file.bytes ? t->file.bytes : "", t->file.n, &set, e);
    for (size_t i = t->n_remarks; !s && i < set.n_warnings; i++)
        if (is_of_file(set.warnings[i].code))
            note_file(t, &set.warnings[i]);
    t->whole = s ? PARCEL_FORMAT_UNKNOWN : set.format;
    return s;
}

/* ---- the stream ---- */

static bool copy_text(struct arena *a, const char **text)
{
    *text = *text ? arena_strdup(a, *text) : NULL;
    return *text != NULL;
}

static struct feature_schema *copy_schema(struct arena *a, const struct feature_schema *s)
{
    struct feature_schema *schema = arena_alloc(a, sizeof *schema);
    const char **names = arena_array(a, s->n, sizeof *names);
    enum feature_type *types = arena_array(a, s->n, sizeof *types);
    bool ok = schema && names && types;
    for (size_t i = 0; ok && i < s->n; i++) {
        types[i] = s->types[i];
        names[i] = arena_strdup(a, s->names[i]);
        ok = names[i] != NULL;
    }
    if (ok)
        *schema = (struct feature_schema){.names = names, .types = types, .n = s->n};
    return ok ? schema : NULL;
}

/* The first kinds of records live as long as the stream, further ones as long as their feature: memory does
 * not grow with the file. */
static const struct feature_schema *schema_for(struct text_stream *t, struct arena *a,
                                               const struct feature_schema *s)
{
    for (size_t i = 0; i < t->n_schemas; i++)
        if (feature_schema_same(t->schemas[i], s))
            return t->schemas[i];
    bool passing = t->n_schemas == SCHEMAS_KEPT;
    struct feature_schema *schema = copy_schema(passing ? a : t->keep, s);
    if (schema && passing)
        schema->passing = true;
    else if (schema)
        t->schemas[t->n_schemas++] = schema;
    return schema;
}

static bool copy_fields(struct text_stream *t, struct arena *a, struct feature *f)
{
    const char **values = arena_array(a, f->schema->n, sizeof *values);
    bool ok = values != NULL;
    for (size_t i = 0; ok && i < f->schema->n; i++) {
        values[i] = f->values[i];
        ok = !values[i] || copy_text(a, &values[i]);
    }
    f->values = values;
    f->schema = ok ? schema_for(t, a, f->schema) : NULL;
    return f->schema != NULL;
}

/* The queue lives until the next piece only. */
static bool copy_feature(struct text_stream *t, const struct feature *from, struct arena *a,
                         struct feature *out)
{
    *out = *from;
    unsigned char *wkb = arena_alloc(a, from->n_wkb);
    struct geo_crs *crs = arena_alloc(a, sizeof *crs);
    struct feature_note *notes = arena_array(a, from->n_notes, sizeof *notes);
    if (!wkb || !crs || !notes)
        return false;
    memcpy(wkb, from->wkb, from->n_wkb);
    *crs = *from->crs;
    bool ok = true;
    for (size_t i = 0; ok && i < from->n_notes; i++)
        ok = feature_note_copy(&from->notes[i], a, &notes[i]);
    out->wkb = wkb;
    out->crs = crs;
    out->notes = notes;
    ok = ok && copy_text(a, &out->id) && copy_text(a, &out->name) && copy_text(a, &out->use) &&
         copy_text(a, &out->area);
    if (ok && from->place_zh)
        ok = copy_text(a, &out->place_zh) && copy_text(a, &out->place_en);
    return ok && copy_fields(t, a, out);
}

static enum status give(struct text_stream *t, struct arena *a, struct feature *out, struct error *e)
{
    struct feature f;
    if (!copy_feature(t, &t->queue[t->at], a, &f))
        return error_no_memory(e);
    t->at++;
    f.position = f.fid = ++t->position;
    *out = f;
    return STATUS_OK;
}

static enum status give_fault(struct text_stream *t, const struct text_piece *p, const struct error *why,
                              struct arena *a, struct feature *out, struct error *e)
{
    static const struct feature_schema none = {.n = 0};
    struct error *fault = arena_alloc(a, sizeof *fault);
    const char *id = fault ? t->cutter->ops->id_of(t->cutter, p, a) : NULL;
    if (!id)
        return error_no_memory(e);
    *fault = *why;
    if (strcmp(driver_of(t), "GeoJSONSeq") == 0 && !strstr(why->zh, "行")) {
        error_zh(fault, "第%zu行：%s", p->lines_before + 1, why->zh);
        (void)error_fail(fault, why->status, why->code, "Line %zu: %s", p->lines_before + 1, why->en);
    }
    t->position++;
    *out = (struct feature){.position = t->position,
                            .fid = t->position,
                            .schema = &none,
                            .id = *id ? id : NULL,
                            .fault = fault,
                            .place_zh = "",
                            .place_en = ""};
    if (t->record.schema) {
        out->schema = t->record.schema;
        out->values = t->record.values;
        if (!copy_fields(t, a, out))
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static bool speaks_of_file(const struct text_stream *t, const struct error *why)
{
    for (const char *const *code = t->cutter->file_codes; *code; code++)
        if (strcmp(*code, why->code) == 0)
            return true;
    return false;
}

static enum status fail_with(const struct error *why, struct error *e)
{
    if (e)
        *e = *why;
    return why->status;
}

static enum status next(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                        struct error *e)
{
    struct text_stream *t = (struct text_stream *)s;
    struct text_piece p;
    struct error why = {0};
    while (t->at == t->n) {
        if (!t->cutter) {
            *more = false;
            return STATUS_OK;
        }
        *more = t->cutter->ops->next(t->cutter, &p);
        if (!*more)
            return STATUS_OK;
        enum status st = read_piece(t, &p, &why);
        if (st && (!status_is_fault(st) || speaks_of_file(t, &why)))
            return fail_with(&why, e);
        if (st)
            return give_fault(t, &p, &why, a, out, e);
    }
    *more = true;
    return give(t, a, out, e);
}

/* How many features a piece makes is known only when it is read, unless each makes one. */
static enum status skip(struct feature_stream *s, int64_t position, int64_t fid, struct error *e)
{
    (void)fid;
    struct text_stream *t = (struct text_stream *)s;
    struct text_piece p;
    if (t->cutter && t->cutter->one_each) {
        while (t->position < position && t->cutter->ops->next(t->cutter, &p))
            t->position++;
        return STATUS_OK;
    }
    struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status st = a ? STATUS_OK : error_no_memory(e);
    struct feature f;
    for (bool more = true; !st && more && t->position < position;) {
        arena_reset(a);
        st = next(s, a, &f, &more, e);
    }
    arena_free(a);
    return st;
}

static void close_text(struct feature_stream *s)
{
    struct text_stream *t = (struct text_stream *)s;
    if (t->cutter)
        t->cutter->ops->close(t->cutter);
    mapped_close(&t->file);
    geo_transformer_free(t->context.transformer);
    geo_geos_free(t->context.geos);
    arena_free(t->context.arena);
    arena_free(t->keep);
    free(t->queue);
    free(t);
}

/* ---- opening ---- */

static bool has_ending(const char *path, const char *const *endings)
{
    const char *dot = path ? strrchr(path, '.') : NULL;
    for (; dot && *endings; endings++)
        if (strcasecmp(dot, *endings) == 0)
            return true;
    return false;
}

/* What the text is, by its first bytes: the same judge as for a file that is read whole. Bytes that are no
 * text may spoil a record, but not the first line. */
static enum status recognise(const struct mapped *file, enum parcel_format *format, struct error *e)
{
    enum { LOOKED_AT = 65536 };
    struct arena *a = arena_new((size_t)8 * LOOKED_AT);
    char *text;
    size_t n = file->n < LOOKED_AT ? file->n : LOOKED_AT, line = 0;
    enum text_encoding was;
    if (!a)
        return error_no_memory(e);
    while (n > 0 && n < file->n && file->bytes[n - 1] != '\n' && n > LOOKED_AT / 2)
        n--; /* not in the midst of a character */
    while (line < n && file->bytes[line] != '\n')
        line++;
    enum status s = text_decode(file->bytes, n, a, &text, &n, &was, e);
    if (s && s != STATUS_NO_MEMORY)
        s = text_decode(file->bytes, line, a, &text, &n, &was, e);
    if (!s)
        s = recognise_text(text, n, format, e);
    arena_free(a);
    return s;
}

static enum status open_cutter(struct text_stream *t, const struct feature_request *r, struct error *e)
{
    static const char *const wkt[] = {".wkt", NULL};
    static const char *const sequence[] = {".geojsonl", ".geojsons",   ".ndjson",
                                           ".jsonl",    ".geojsonseq", NULL};
    enum parcel_format format = PARCEL_FORMAT_UNKNOWN;
    struct error why = {0};
    bool marked = t->file.n > 0 && t->file.bytes[0] == 0x1E, named = has_ending(r->path, sequence);
    enum status s = t->file.n ? recognise(&t->file, &format, &why) : STATUS_OK;
    if (s == STATUS_NO_MEMORY)
        return fail_with(&why, e);
    if (marked || named || format == PARCEL_FORMAT_GEOJSON)
        s = cut_geojson_open(&t->file, named, &t->cutter, e);
    else if (format == PARCEL_FORMAT_TXT)
        s = cut_txt_open(&t->file, &t->cutter, e);
    else if (format == PARCEL_FORMAT_CSV || format == PARCEL_FORMAT_WKT || has_ending(r->path, wkt))
        s = cut_rows_open(&t->file, r->id_field, has_ending(r->path, wkt), &t->cutter, e);
    else
        s = STATUS_OK; /* a table, or what nobody knows: read whole, and refused there with its reason */
    return s;
}

static void uncut(struct text_stream *t)
{
    t->file = t->cutter->file;
    t->cutter->file = (struct mapped){.n = 0};
    t->cutter->ops->close(t->cutter);
    t->cutter = NULL;
}

static void note_crs(struct text_stream *t)
{
    t->base.info.first_crs = *t->queue[0].crs;
    for (size_t i = 0; i < t->base.n_notes; i++)
        if (strcmp(t->notes[i].code, "crs-assumed") == 0 || strcmp(t->notes[i].code, "datum-assumed") == 0)
            t->base.info.assumed_epsg = t->queue[0].crs->epsg;
}

/* The first piece that can be read, or whose refusal is one of the file, speaks for all. Where pieces could
 * be degrees.minutes-seconds, one that could not tells that none is; when there is no such piece the
 * question is the file's. */
static enum status try_first(struct text_stream *t, struct error *e)
{
    struct text_piece p;
    struct error why = {0}, asked = {0};
    enum status s = STATUS_INVALID_INPUT;
    for (size_t i = 0; s && i < PIECES_TRIED_FIRST && t->cutter->ops->next(t->cutter, &p); i++) {
        s = read_piece(t, &p, &why);
        if (s && (!status_is_fault(s) || speaks_of_file(t, &why)))
            return fail_with(&why, e);
        if (s && strcmp(why.code, "dd-mmss") == 0 && !asked.code[0])
            asked = why;
    }
    if (s && asked.code[0])
        return fail_with(&asked, e);
    t->context.decimal_degrees = !s;
    if (!s && t->n > 0)
        note_crs(t);
    bool cut_wrong =
        !s && t->cutter->format == PARCEL_FORMAT_TXT && t->n != 1; /* points before the first plot row */
    t->n = t->at = 0;
    t->cutter->ops->rewind(t->cutter);
    if (cut_wrong)
        uncut(t);
    return STATUS_OK;
}

/* A text has one layer, called as its file is. */
static const char *stem_of(struct text_stream *t, const char *path)
{
    const char *name = path ? text_file_name(path) : "";
    return arena_strndup(t->keep, name, text_file_stem(name));
}

static enum status check_layer(const char *asked, const char *stem, struct error *e)
{
    if (!stem)
        return error_no_memory(e);
    if (!asked || (*stem && strcasecmp(asked, stem) == 0))
        return STATUS_OK;
    error_zh(e, "文本文件没有图层“%.60s”；请去掉图层选项。", asked);
    return error_fail(e, STATUS_NOT_FOUND, "source-layer-not-found",
                      "A text has no layer \"%.60s\"; leave out the option layer.", asked);
}

static enum status prepare(struct text_stream *t, const struct feature_request *r, struct error *e)
{
    t->layer = stem_of(t, r->path);
    enum status s = check_layer(r->layer, t->layer, e);
    if (!s)
        s = geo_transformer_new(&t->context.transformer, e);
    if (!s)
        s = geo_geos_new(&t->context.geos, e);
    if (!s)
        s = r->path ? mapped_open(r->path, &t->file, e) : STATUS_OK;
    if (!s && !r->path)
        t->file = (struct mapped){.bytes = r->bytes, .n = r->n_bytes, .borrowed = true};
    if (!s)
        s = open_cutter(t, r, e);
    if (!s && t->cutter) {
        t->context.format = t->cutter->format;
        s = try_first(t, e);
    }
    if (!s && !t->cutter) {
        t->context.format = PARCEL_FORMAT_UNKNOWN;
        s = read_whole(t, e);
        if (!s && t->n > 0)
            note_crs(t);
    }
    return s;
}

enum status feature_stream_open_text(const struct feature_request *r, struct feature_stream **out,
                                     struct error *e)
{
    static const struct feature_stream_ops ops = {next, skip, close_text};
    struct text_stream *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(e);
    t->keep = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    t->context.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    t->sink = (struct parcel_sink){keep_record, take, t};
    t->context.sink = &t->sink;
    t->epsg = r->epsg;
    t->base = (struct feature_stream){.ops = &ops, .notes = t->notes};
    enum status s = t->keep && t->context.arena ? prepare(t, r, e) : error_no_memory(e);
    if (s) {
        close_text(&t->base);
        return s;
    }
    t->base.info = (struct feature_stream_info){.driver = driver_of(t),
                                                .layer = t->layer,
                                                .layer_alias = "",
                                                .crs_wkt = "",
                                                .encoding = "",
                                                .has_own_crs = true,
                                                .assumed_epsg = t->base.info.assumed_epsg,
                                                .first_crs = t->base.info.first_crs,
                                                .n_declared = t->cutter ? t->cutter->total : (int64_t)t->n};
    *out = &t->base;
    return STATUS_OK;
}

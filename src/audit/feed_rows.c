/* CSV and WKT, parcel by parcel: each is given to parcel/ with the head of its file, so that a row that cannot be read is a row
 * with its reason, and memory does not grow with the file. What is wrong with the first row because of the file
 * (no zone, two systems) is wrong with every row: that is refused with its question, as in a single check. */
#include "audit/feed.h"
#include "audit/pieces.h"

#include "base/limits.h"
#include "formats/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS_TRIED_FIRST = 100 };

struct feed_rows {
    struct feed base;
    struct pieces pieces;
    struct parcel_context context;
    int epsg;                  /* that was given; 0: none */
    int county, project_class; /* columns of CSV, -1: none */
    int64_t position;          /* rows that were handed out */
    struct parcel_set set;     /* of the piece that is being handed out: points may make several parcels */
    size_t at;
    struct csv_record cells; /* of the same piece, in the context's arena */
    struct buffer json;
};

/* ---- one piece ---- */

static enum status fail_quote(const struct piece *p, struct error *e)
{
    error_zh(e, "第%zu行：引号没有配对，无法分清各列；请改正该行。", p->lines_before + 1);
    return error_fail(
        e, STATUS_INVALID_INPUT, "csv-quote",
        "Line %zu: a quote is not closed, so that its columns cannot be told apart; correct the "
        "row.",
        p->lines_before + 1);
}

/* Into r->set and r->cells. A fault of the parcel is in *why, and the set is empty. */
static enum status read_piece(struct feed_rows *r, const struct piece *p, size_t number, struct error *why)
{
    char *text;
    size_t n;
    arena_reset(r->context.arena);
    r->set = (struct parcel_set){.n_parcels = 0};
    r->cells.n = 0;
    r->at = 0;
    r->context.plots_before = number - 1;
    r->context.lines_before = p->lines_before - (r->pieces.head_n ? r->pieces.head_lines : 0);
    r->context.epsg = r->epsg ? r->epsg : p->srid;
    if (p->n == 0)
        return error_no_memory(why);
    enum status s = STATUS_OK;
    if (r->pieces.format == PARCEL_FORMAT_CSV)
        s = pieces_cells(&r->pieces, p, r->context.arena, &r->cells, why);
    if (!s && p->open_quote)
        return fail_quote(p, why);
    if (!s)
        s = pieces_text(&r->pieces, p, r->context.arena, &text, &n, why);
    return s ? s : parcel_parse(&r->context, text, n, &r->set, why);
}

static bool is_fault(enum status s)
{
    return s != STATUS_NO_MEMORY && s != STATUS_IO;
}

/* ---- columns ---- */

static const char *cell_of(const struct feed_rows *r, int column)
{
    return column >= 0 && (size_t)column < r->cells.n ? r->cells.cells[column] : "";
}

static int column_named(const struct pieces *p, const char *name)
{
    for (size_t i = 0; i < p->names.n; i++)
        if (strcasecmp(p->names.cells[i], name) == 0)
            return (int)i;
    return -1;
}

static int first_column(const struct pieces *p, const char *const *names)
{
    int found = -1;
    for (; found < 0 && *names; names++)
        found = column_named(p, *names);
    return found;
}

static enum status find_field(const struct pieces *p, const char *name, int *column, struct error *e)
{
    if (!name || !*name)
        return STATUS_OK;
    *column = column_named(p, name);
    if (*column >= 0)
        return STATUS_OK;
    error_zh(e, "文件里没有名为“%.60s”的列；请核对列名。", name);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-no-field",
                      "The file has no column \"%.60s\"; check the name.", name);
}

/* The same names as ingest/source_fields.c binds. */
static enum status find_columns(struct feed_rows *r, const struct audit_request *q, struct error *e)
{
    static const char *const ids[] = {"BSM", NULL}, *const counties[] = {"XJXZQDM", "XJXZQHDM", "XZQDM",
                                                                         NULL};
    struct pieces *p = &r->pieces;
    r->county = first_column(p, counties);
    int official = first_column(p, ids);
    p->id = official >= 0 ? official : p->header.id;
    r->project_class = -1;
    enum status s = find_field(p, q->id_field, &p->id, e);
    return s ? s : find_field(p, q->class_field, &r->project_class, e);
}

/* The other columns as a JSON object. */
static const char *properties_of(struct feed_rows *r, struct arena *a)
{
    const struct pieces *p = &r->pieces;
    const int used[] = {p->id,          p->header.geometry, p->header.a,     p->header.b,
                        p->header.name, r->county,          r->project_class};
    struct json_writer w;
    buffer_clear(&r->json);
    jw_init(&w, &r->json, false);
    jw_object_begin(&w);
    for (size_t i = 0; i < p->names.n; i++) {
        bool skip = !*p->names.cells[i];
        for (size_t k = 0; k < sizeof used / sizeof *used; k++)
            skip = skip || used[k] == (int)i;
        if (!skip)
            jw_kv_string(&w, p->names.cells[i], *cell_of(r, (int)i) ? cell_of(r, (int)i) : NULL);
    }
    jw_object_end(&w);
    return buffer_status(&r->json, NULL) ? NULL : arena_strdup(a, r->json.data);
}

static enum status fill_texts(struct feed_rows *r, struct arena *a, struct audit_item *out, struct error *e)
{
    bool csv = r->pieces.format == PARCEL_FORMAT_CSV;
    out->name = arena_strdup(a, cell_of(r, r->pieces.header.name));
    out->county = arena_strdup(a, cell_of(r, r->county));
    out->project_class = arena_strdup(a, cell_of(r, r->project_class));
    out->properties = csv ? properties_of(r, a) : "{}";
    const char *id = cell_of(r, r->pieces.id);
    bool one = r->set.n_parcels <= 1;
    out->id = !*id   ? arena_printf(a, "%lld", (long long)out->position)
              : !one ? arena_printf(a, "%s-%zu", id, r->at + 1)
                     : arena_strdup(a, id);
    bool ok = out->id && out->name && out->county && out->project_class && out->properties;
    return ok ? STATUS_OK : error_no_memory(e);
}

/* ---- the feed ---- */

static enum status give(struct feed_rows *r, struct arena *a, struct audit_item *out, const struct error *why,
                        struct error *e)
{
    r->position++;
    *out = (struct audit_item){.position = r->position, .fid = r->position};
    enum status s = fill_texts(r, a, out, e);
    bool ok = !s;
    if (ok && r->at < r->set.n_parcels)
        ok = feed_shape_copy(&r->set.parcels[r->at].shape, a, &out->shape);
    else if (ok)
        ok = (out->fault = feed_fault(why, a)) != NULL;
    r->at++;
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status feed_rows_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                  struct error *e)
{
    struct feed_rows *r = (struct feed_rows *)f;
    struct error why = {0};
    struct piece piece;
    *more = true;
    if (r->at < r->set.n_parcels)
        return give(r, a, out, NULL, e);
    *more = pieces_next(&r->pieces, &piece);
    if (!*more)
        return STATUS_OK;
    enum status s = read_piece(r, &piece, (size_t)r->position + 1, &why);
    return is_fault(s) ? give(r, a, out, &why, e) : error_no_memory(e);
}

/* How many parcels points make is known only when they are read. */
static enum status feed_rows_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    (void)fid;
    struct feed_rows *r = (struct feed_rows *)f;
    struct audit_item item;
    struct piece piece;
    bool more = true;
    if (r->pieces.format == PARCEL_FORMAT_WKT || r->pieces.header.geometry >= 0) {
        while (r->position < position && pieces_next(&r->pieces, &piece))
            r->position++;
        return STATUS_OK;
    }
    struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status s = a ? STATUS_OK : error_no_memory(e);
    while (!s && more && r->position < position) {
        arena_reset(a);
        s = feed_rows_next(f, a, &item, &more, e);
    }
    arena_free(a);
    return s;
}

static void feed_rows_close(struct feed *f)
{
    struct feed_rows *r = (struct feed_rows *)f;
    geo_transformer_free(r->context.transformer);
    geo_geos_free(r->context.geos);
    arena_free(r->context.arena);
    pieces_close(&r->pieces);
    buffer_release(&r->json);
    free(r);
}

/* ---- opening ---- */

/* The CRS that the coordinates led to, where the file states none. */
static int guessed_crs(const struct parcel_set *set)
{
    for (size_t i = 0; i < set->n_warnings; i++)
        if (strcmp(set->warnings[i].code, "crs-assumed") == 0 ||
            strcmp(set->warnings[i].code, "datum-assumed") == 0)
            return set->parcels[0].crs.epsg;
    return 0;
}

static bool is_of_file(const struct error *why)
{
    static const char *const codes[] = {"zone-missing",   "zone-conflict",     "crs-conflict",
                                        "crs-option",     "crs-datum-refused", "crs-web-mercator",
                                        "crs-unsupported"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(why->code, codes[i]) == 0)
            return true;
    return false;
}

/* The first row that can be read, or whose refusal is one of the file, speaks for all. */
static enum status try_first(struct feed_rows *r, struct error *e)
{
    struct piece piece;
    struct error why = {0};
    enum status s = STATUS_INVALID_INPUT;
    for (size_t i = 0; s && i < ROWS_TRIED_FIRST && pieces_next(&r->pieces, &piece); i++) {
        s = read_piece(r, &piece, i + 1, &why);
        if (s && (!is_fault(s) || is_of_file(&why))) {
            if (e)
                *e = why;
            return s;
        }
        r->base.crs_guessed = s ? 0 : guessed_crs(&r->set);
    }
    r->set.n_parcels = 0;
    return STATUS_OK;
}

/* Of points nobody knows how many parcels they are before they are read. */
static void count_rows(struct feed_rows *r, bool *any)
{
    struct piece piece;
    int64_t n = 0;
    pieces_rewind(&r->pieces);
    bool points = r->pieces.format == PARCEL_FORMAT_CSV && r->pieces.header.geometry < 0;
    while ((!points || n == 0) && pieces_next(&r->pieces, &piece))
        n++;
    *any = n > 0;
    r->base.total = points ? -1 : n;
    pieces_rewind(&r->pieces);
}

static enum status open_rows(struct feed_rows *r, const struct audit_request *q, bool *ours, struct error *e)
{
    const char *dot = strrchr(q->input, '.');
    enum status s = pieces_open(q->input, dot && strcasecmp(dot, ".wkt") == 0, &r->pieces, ours, e);
    if (s || !*ours)
        return s;
    s = find_columns(r, q, e);
    if (s)
        return s;
    count_rows(r, ours);
    if (!*ours) /* nothing but a head: what is read whole says so */
        return STATUS_OK;
    r->epsg = q->epsg;
    r->context.format = r->pieces.format;
    r->context.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    s = r->context.arena ? geo_transformer_new(&r->context.transformer, e) : error_no_memory(e);
    if (!s)
        s = geo_geos_new(&r->context.geos, e);
    if (!s)
        s = try_first(r, e);
    pieces_rewind(&r->pieces);
    return s;
}

enum status feed_rows_open(const struct audit_request *q, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {feed_rows_next, feed_rows_skip, feed_rows_close};
    struct feed_rows *r = calloc(1, sizeof *r);
    bool ours = false;
    *out = NULL;
    if (!r)
        return error_no_memory(e);
    buffer_init(&r->json, 0);
    r->base = (struct feed){.ops = &ops, .srs = 4490, .total = -1};
    enum status s = open_rows(r, q, &ours, e);
    r->base.reader = r->pieces.format == PARCEL_FORMAT_CSV ? "csv" : "wkt";
    if (s || !ours) {
        feed_rows_close(&r->base);
        return s;
    }
    *out = &r->base;
    return STATUS_OK;
}

/* Which reader a file gets, and the two that are thin: TXT through parcel/, everything else through ingest/. */
#include "audit/feed.h"

#include "base/file.h"
#include "base/limits.h"
#include "ingest/source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct error *feed_fault(const struct error *e, struct arena *a)
{
    struct error *copy = arena_alloc(a, sizeof *copy);
    if (copy)
        *copy = *e;
    return copy;
}

void feed_close(struct feed *f)
{
    if (f)
        f->ops->close(f);
}

/* ---- everything that GDAL reads ---- */

struct feed_source {
    struct feed base;
    struct source *source;
};

/* The source's arrays last until the next feature only. */
bool feed_shape_copy(const struct geo_shape *s, struct arena *a, struct geo_shape *out)
{
    double *lon = arena_array(a, s->n_vertices + 1, sizeof *lon);
    double *lat = arena_array(a, s->n_vertices + 1, sizeof *lat);
    uint32_t *rings = arena_array(a, (size_t)s->n_rings + 1, sizeof *rings);
    uint32_t *polygons = arena_array(a, (size_t)s->n_polygons + 1, sizeof *polygons);
    if (!lon || !lat || !rings || !polygons)
        return false;
    memcpy(lon, s->lon_deg, s->n_vertices * sizeof *lon);
    memcpy(lat, s->lat_deg, s->n_vertices * sizeof *lat);
    memcpy(rings, s->ring_start, ((size_t)s->n_rings + 1) * sizeof *rings);
    memcpy(polygons, s->polygon_start, ((size_t)s->n_polygons + 1) * sizeof *polygons);
    *out = *s;
    out->lon_deg = lon;
    out->lat_deg = lat;
    out->ring_start = rings;
    out->polygon_start = polygons;
    return true;
}

/* As in a single check: what is valid or has one meaning is measured; nothing is repaired. */
static enum status source_item(const struct source_feature *f, struct arena *a, struct audit_item *out,
                               struct error *e)
{
    *out = (struct audit_item){.position = f->position, .fid = f->fid};
    bool ok = true;
    if (f->state <= SOURCE_DISSOLVED)
        ok = feed_shape_copy(&f->shape, a, &out->shape);
    else
        ok = (out->fault = feed_fault(&f->fault, a)) != NULL;
    out->id = *f->code ? arena_strdup(a, f->code) : arena_printf(a, "%lld", (long long)f->fid);
    out->name = arena_strdup(a, f->name);
    out->county = arena_strdup(a, f->county);
    out->project_class = arena_strdup(a, f->zone); /* the class field was bound to it */
    out->properties = arena_strdup(a, f->properties);
    ok = ok && out->id && out->name && out->county && out->project_class && out->properties;
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status feed_source_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                    struct error *e)
{
    struct feed_source *s = (struct feed_source *)f;
    struct source_feature feature;
    enum status st = source_next(s->source, &feature, more, e);
    return st || !*more ? st : source_item(&feature, a, out, e);
}

static enum status feed_source_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    (void)fid;
    struct feed_source *s = (struct feed_source *)f;
    struct source_feature feature;
    bool more = true;
    enum status st = STATUS_OK;
    for (int64_t i = 0; !st && more && i < position; i++)
        st = source_next(s->source, &feature, &more, e);
    return st;
}

static void feed_source_close(struct feed *f)
{
    source_close(((struct feed_source *)f)->source);
    free(f);
}

enum status feed_source_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {feed_source_next, feed_source_skip, feed_source_close};
    struct source_request q = {.path = r->input, .layer = r->layer, .epsg = r->epsg, .parcels = true};
    q.fields.id = r->id_field;
    q.fields.zone = r->class_field ? r->class_field : "";
    q.fields.area = "";
    struct feed_source *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    enum status st = source_open(&q, &s->source, e);
    if (st) {
        free(s);
        return st;
    }
    const struct source_info *info = source_info(s->source);
    bool guessed =
        strcmp(info->crs_decided_by, "coordinates") == 0 || strcmp(info->crs_decided_by, "unit") == 0;
    s->base = (struct feed){.ops = &ops,
                            .srs = 4490,
                            .total = info->n_declared,
                            .reader = info->driver,
                            .crs_guessed = guessed ? info->crs.epsg : 0};
    *out = &s->base;
    return STATUS_OK;
}

/* ---- texts that are read whole: tables of coordinates, and 国土TXT of which a plot cannot be cut out ---- */

struct feed_text {
    struct feed base;
    struct parcel_context context;
    struct parcel_set set;
    size_t at;
};

static enum status feed_text_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                  struct error *e)
{
    struct feed_text *t = (struct feed_text *)f;
    *more = t->at < t->set.n_parcels;
    if (!*more)
        return STATUS_OK;
    const struct parcel *p = &t->set.parcels[t->at++];
    *out = (struct audit_item){.position = (int64_t)t->at,
                               .fid = (int64_t)t->at,
                               .county = "",
                               .project_class = "",
                               .properties = "{}"};
    out->id = arena_strdup(a, p->id);
    out->name = arena_strdup(a, p->name);
    bool ok = feed_shape_copy(&p->shape, a, &out->shape) && out->id && out->name;
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status feed_text_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    (void)fid, (void)e;
    struct feed_text *t = (struct feed_text *)f;
    t->at = (uint64_t)position < t->set.n_parcels ? (size_t)position : t->set.n_parcels;
    return STATUS_OK;
}

static void feed_text_close(struct feed *f)
{
    struct feed_text *t = (struct feed_text *)f;
    geo_transformer_free(t->context.transformer);
    geo_geos_free(t->context.geos);
    arena_free(t->context.arena);
    free(t);
}

enum status feed_text_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {feed_text_next, feed_text_skip, feed_text_close};
    struct feed_text *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(e);
    char *bytes;
    size_t n;
    t->context.epsg = r->epsg;
    t->context.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status s = t->context.arena ? geo_transformer_new(&t->context.transformer, e) : error_no_memory(e);
    if (!s)
        s = geo_geos_new(&t->context.geos, e);
    if (!s)
        s = file_read(r->input, LIMIT_BODY_BYTES, t->context.arena, &bytes, &n, e);
    if (!s)
        s = parcel_parse(&t->context, bytes, n, &t->set, e);
    if (s) {
        feed_text_close(&t->base);
        return s;
    }
    t->base = (struct feed){.ops = &ops, .srs = 4490, .total = (int64_t)t->set.n_parcels, .reader = "txt"};
    *out = &t->base;
    return STATUS_OK;
}

static bool has_ending(const char *path, const char *const *endings)
{
    const char *dot = strrchr(path, '.');
    for (; dot && *endings; endings++)
        if (strcasecmp(dot, *endings) == 0)
            return true;
    return false;
}

/* Each reader in turn until one takes the file. */
static enum status open_text(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const char *const txt[] = {".txt", NULL};
    enum status s = has_ending(r->input, txt) ? feed_txt_open(r, out, e) : STATUS_OK;
    if (!s && !*out)
        s = feed_rows_open(r, out, e);
    return s || *out ? s : feed_text_open(r, out, e);
}

/* Of a sequence GDAL would not tell which lines it passed over, nor read one that begins with such a line. */
static enum status open_source(const struct audit_request *r, struct feed **out, struct error *e)
{
    struct feed *sequence = NULL;
    enum status s = feed_sequence_named(r->input) ? feed_sequence_open(r, false, &sequence, e) : STATUS_OK;
    if (s || sequence) {
        *out = sequence;
        return s;
    }
    s = feed_source_open(r, out, e);
    if (s || strcmp((*out)->reader, "GeoJSONSeq") != 0)
        return s;
    s = feed_sequence_open(r, true, &sequence, e);
    if (s || sequence) {
        feed_close(*out);
        *out = sequence;
    }
    return s;
}

enum status feed_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const char *const text[] = {".txt", ".csv", ".wkt", NULL}, *const gpkg[] = {".gpkg", NULL};
    *out = NULL;
    if (has_ending(r->input, text))
        return open_text(r, out, e);
    enum status s = has_ending(r->input, gpkg) ? feed_gpkg_open(r, out, e) : STATUS_OK;
    return s || *out ? s : open_source(r, out, e);
}

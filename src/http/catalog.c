#include "http/catalog.h"

#include "base/limits.h"
#include "formats/wkb.h"
#include "geo/crs/uri.h"
#include "http/item_page.h"
#include "store/store_versions.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- all of them ---- */

static enum status read_coverage_box(const struct request *rq, struct catalog_record *r, struct error *e)
{
    const void *wkb;
    size_t n = 0;
    struct geo_shape shape;
    enum status s = store_coverage(rq->worker->store, r->version.id, rq->worker->check.arena, &wkb, &n, e);
    if (s || !n)
        return s;
    s = wkb_read(wkb, n, &rq->worker->shape, e);
    if (!s)
        s = geo_shape_builder_view(&rq->worker->shape, &shape, e);
    if (s)
        return s;
    r->box = shape.box;
    r->has_box = shape.box.west_deg <= shape.box.east_deg;
    return STATUS_OK;
}

static enum status make_record(const struct request *rq, const struct layer_snapshot *layer,
                               const struct store_version *v, struct catalog_record *r, struct error *e)
{
    *r = (struct catalog_record){.version = *v};
    snprintf(r->id, sizeof r->id, "%.80s.%d", v->layer, v->version_no);
    if (v->id == layer->version.id && layer->index && index_n_features(layer->index) > 0) {
        r->box = index_box(layer->index);
        r->has_box = true;
        return STATUS_OK;
    }
    return v->has_coverage ? read_coverage_box(rq, r, e) : STATUS_OK;
}

static int by_age(const void *a, const void *b)
{
    int64_t x = ((const struct catalog_record *)a)->version.id,
            y = ((const struct catalog_record *)b)->version.id;
    return (x > y) - (x < y);
}

/* Drafts are nobody's answer. */
static enum status add_layer(const struct request *rq, const struct layer_snapshot *layer,
                             struct catalog_record **out, size_t *n, size_t *capacity, struct error *e)
{
    struct arena *a = rq->worker->check.arena;
    struct store_version *versions = NULL;
    size_t n_versions = 0;
    enum status s = store_versions(rq->worker->store, layer->version.layer, a, &versions, &n_versions, e);
    for (size_t i = 0; !s && i < n_versions; i++) {
        if (strcmp(versions[i].status, "draft") == 0)
            continue;
        if (!ARENA_RESERVE(a, *out, *capacity, *n + 1))
            return error_no_memory(e);
        s = make_record(rq, layer, &versions[i], &(*out)[(*n)++], e);
    }
    return s;
}

enum status catalog_read(const struct request *rq, struct catalog_record **out, size_t *n, struct error *e)
{
    size_t capacity = 0;
    enum status s = STATUS_OK;
    *out = NULL;
    *n = 0;
    for (size_t i = 0; !s && i < snapshot_n_layers(rq->snapshot); i++)
        s = add_layer(rq, snapshot_layer_at(rq->snapshot, i), out, n, &capacity, e);
    if (!s && *n)
        qsort(*out, *n, sizeof **out, by_age);
    return s;
}

enum status catalog_find(const struct request *rq, int param, struct catalog_record *out, struct error *e)
{
    struct catalog_record *all;
    size_t n;
    enum status s = catalog_read(rq, &all, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        if (strcmp(all[i].id, rq->params[param]) == 0) {
            *out = all[i];
            return STATUS_OK;
        }
    if (s)
        return s;
    error_zh(e, "目录中没有记录“%.90s”；有哪些见 " CATALOG_PATH "/items。", rq->params[param]);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-record",
                      "There is no record \"%.90s\" in the catalogue; " CATALOG_PATH "/items lists them.",
                      rq->params[param]);
}

/* ---- the search ---- */

struct search {
    bool has_box;
    double corners[4];
    char from[ITEM_DAY_SIZE], until[ITEM_DAY_SIZE]; /* "": open */
    bool has_time;
    const char *q, *types, *ids, *external; /* between commas; NULL: all */
    int64_t limit, after;
};

static enum status read_search(const struct request *rq, struct search *s, struct error *e)
{
    const char *time = request_query(rq, "datetime");
    *s = (struct search){.q = request_query(rq, "q"),
                         .types = request_query(rq, "type"),
                         .ids = request_query(rq, "ids"),
                         .external = request_query(rq, "externalIds"),
                         .has_time = time != NULL};
    enum status status = request_query_corners(rq, s->corners, &s->has_box, e);
    if (!status && time)
        status = item_page_days(time, s->from, s->until, e);
    if (!status)
        status = request_query_integer(rq, "limit", PAGE_FEATURES_DEFAULT, 1, INT32_MAX, &s->limit, e);
    if (!status)
        status = request_query_integer(rq, "after", 0, 0, INT64_MAX, &s->after, e);
    s->limit = s->limit < LIMIT_PAGE_FEATURES ? s->limit : LIMIT_PAGE_FEATURES;
    return status;
}

/* A west that is above the east goes over the antimeridian. */
static bool meets_box(const struct catalog_record *r, const double c[4])
{
    const struct geo_box *b = &r->box;
    bool beside =
        c[0] <= c[2] ? b->east_deg < c[0] || b->west_deg > c[2] : b->east_deg < c[0] && b->west_deg > c[2];
    return r->has_box && !beside && b->north_deg >= c[1] && b->south_deg <= c[3];
}

/* In force on some day of the interval; without a beginning always before, without an end ever after. */
static bool meets_time(const struct store_version *v, const struct search *s)
{
    bool ends_before =
        *v->effective_to && *s->from && strncmp(v->effective_to, s->from, ITEM_DAY_SIZE - 1) < 0;
    bool begins_after =
        *v->effective_from && *s->until && strncmp(v->effective_from, s->until, ITEM_DAY_SIZE - 1) > 0;
    return !ends_before && !begins_after;
}

/* The next piece between commas, its length in *n; NULL behind the last. */
static const char *next_piece(const char **list, size_t *n)
{
    const char *at = *list;
    if (!at)
        return NULL;
    *n = strcspn(at, ",");
    *list = at[*n] ? at + *n + 1 : NULL;
    return at;
}

static bool is_listed(const char *list, const char *wanted)
{
    const char *piece;
    size_t n;
    if (!list)
        return true;
    while ((piece = next_piece(&list, &n)))
        if (n == strlen(wanted) && memcmp(piece, wanted, n) == 0)
            return true;
    return false;
}

/* "sha256:0a1b…", "0a1b…" or "sha256:". */
static bool names_source(const char *list, const char *sha256)
{
    static const char scheme[] = "sha256:";
    const char *piece;
    size_t n, n_scheme = sizeof scheme - 1;
    if (!list)
        return true;
    while ((piece = next_piece(&list, &n))) {
        if (n >= n_scheme && memcmp(piece, scheme, n_scheme) == 0) {
            piece += n_scheme;
            n -= n_scheme;
            if (n == 0 && *sha256)
                return true;
        }
        if (n > 0 && n == strlen(sha256) && memcmp(piece, sha256, n) == 0)
            return true;
    }
    return false;
}

static size_t blanks(const char *text, const char *end)
{
    size_t n = 0;
    while (text + n < end && isspace((unsigned char)text[n]))
        n++;
    return n;
}

/* Does the text go on with the words of the term, which stand between any blanks? */
static bool goes_on_with(const char *text, const char *term, size_t n)
{
    const char *end = term + n, *text_end = text + strlen(text);
    while (term < end) {
        size_t gap = blanks(term, end);
        if (gap) {
            size_t here = blanks(text, text_end);
            if (!here)
                return false;
            term += gap;
            text += here;
        } else if (tolower((unsigned char)*term++) != tolower((unsigned char)*text++)) {
            return false;
        }
    }
    return true;
}

static bool has_term(const char *text, const char *term, size_t n)
{
    for (; *text; text++)
        if (goes_on_with(text, term, n))
            return true;
    return false;
}

/* Any of the terms, in any of the texts. A term of nothing finds nothing. */
static bool has_words(const struct catalog_record *r, const char *q)
{
    const struct store_version *v = &r->version;
    const char *const texts[] = {r->id,          v->title_zh, v->title_en, v->document_no,
                                 v->source_name, v->label,    v->kind};
    const char *term;
    size_t n;
    if (!q)
        return true;
    while ((term = next_piece(&q, &n))) {
        size_t lead = blanks(term, term + n);
        while (n > lead && isspace((unsigned char)term[n - 1]))
            n--;
        for (size_t i = 0; n > lead && i < sizeof texts / sizeof *texts; i++)
            if (has_term(texts[i], term + lead, n - lead))
                return true;
    }
    return false;
}

/* CATALOG_PROPERTIES */
static bool has_properties(const struct request *rq, const struct store_version *v)
{
    char number[16];
    snprintf(number, sizeof number, "%d", v->version_no);
    const char *const properties[][2] = {{"layer", v->layer},
                                         {"version", number},
                                         {"status", v->status},
                                         {"document_no", v->document_no},
                                         {"label", v->label}};
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        const char *asked = request_query(rq, properties[i][0]);
        if (asked && strcmp(asked, properties[i][1]) != 0)
            return false;
    }
    return true;
}

static bool matches(const struct request *rq, const struct catalog_record *r, const struct search *s)
{
    return has_properties(rq, &r->version) && (!s->has_box || meets_box(r, s->corners)) &&
           (!s->has_time || meets_time(&r->version, s)) && has_words(r, s->q) &&
           is_listed(s->types, "dataset") && is_listed(s->ids, r->id) &&
           names_source(s->external, r->version.source_sha256);
}

/* The address of the same search behind a record; 0: from its beginning. */
static enum status address(const struct request *rq, const struct search *s, int64_t after, const char **path,
                           struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_printf(&b, CATALOG_PATH "/items?limit=%" PRId64, s->limit);
    if (after)
        buffer_printf(&b, "&after=%" PRId64, after);
    item_page_keep(rq, CATALOG_SEARCH, &b);
    enum status status = buffer_status(&b, e);
    if (!status && !(*path = arena_strdup(rq->worker->check.arena, b.data)))
        status = error_no_memory(e);
    buffer_release(&b);
    return status;
}

enum status catalog_search(const struct request *rq, struct catalog_page *out, struct error *e)
{
    struct catalog_record *all;
    struct search search;
    size_t n;
    bool more = false;
    *out = (struct catalog_page){.n = 0};
    enum status s = read_search(rq, &search, e);
    if (!s)
        s = catalog_read(rq, &all, &n, e);
    if (s)
        return s;
    out->rows = all;
    for (size_t i = 0; i < n; i++) {
        if (!matches(rq, &all[i], &search))
            continue;
        out->n_matched++;
        if (all[i].version.id <= search.after)
            continue;
        more = (int64_t)out->n == search.limit;
        if (!more)
            all[out->n++] = all[i]; /* what lies before has been looked at */
    }
    s = address(rq, &search, search.after, &out->self, e);
    return !s && more ? address(rq, &search, all[out->n - 1].version.id, &out->next, e) : s;
}

/* ---- written ---- */

static void write_polygon(struct json_writer *w, const struct catalog_record *r)
{
    const struct geo_box *b = &r->box;
    const double corners[5][2] = {{b->west_deg, b->south_deg},
                                  {b->east_deg, b->south_deg},
                                  {b->east_deg, b->north_deg},
                                  {b->west_deg, b->north_deg},
                                  {b->west_deg, b->south_deg}};
    jw_key(w, "geometry");
    if (!r->has_box) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_string(w, "type", "Polygon");
    jw_key(w, "coordinates");
    jw_array_begin(w);
    jw_array_begin(w);
    for (int i = 0; i < 5; i++) {
        jw_array_begin(w);
        jw_fixed(w, corners[i][0], 6);
        jw_fixed(w, corners[i][1], 6);
        jw_array_end(w);
    }
    jw_array_end(w);
    jw_array_end(w);
    jw_object_end(w);
}

static void write_time(struct json_writer *w, const struct store_version *v)
{
    const char *ends[] = {v->effective_from, v->effective_to};
    char day[ITEM_DAY_SIZE];
    jw_key(w, "time");
    if (!*ends[0] && !*ends[1]) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_key(w, "interval");
    jw_array_begin(w);
    for (int i = 0; i < 2; i++) {
        snprintf(day, sizeof day, "%s", ends[i]);
        jw_string(w, *day ? day : "..");
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void write_properties(struct json_writer *w, const struct store_version *v)
{
    char text[512];
    jw_key(w, "properties");
    jw_object_begin(w);
    jw_kv_string(w, "type", "dataset");
    snprintf(text, sizeof text, "%.400s（第 %d 版）", v->title_zh, v->version_no);
    jw_kv_string(w, "title", text);
    snprintf(text, sizeof text, "%.400s, version %d%s%s", v->title_en, v->version_no, *v->label ? ". " : "",
             v->label);
    jw_kv_string(w, "description", text);
    jw_kv_string(w, "created", v->imported_at);
    jw_key(w, "keywords");
    jw_array_begin(w);
    jw_string(w, v->layer);
    jw_string(w, v->kind);
    if (*v->label)
        jw_string(w, v->label);
    jw_array_end(w);
    jw_key(w, "language");
    jw_object_begin(w);
    jw_kv_string(w, "code", "zh");
    jw_object_end(w);
    if (*v->source_sha256) {
        jw_key(w, "externalIds");
        jw_array_begin(w);
        jw_object_begin(w);
        jw_kv_string(w, "scheme", "sha256");
        jw_kv_string(w, "value", v->source_sha256);
        jw_object_end(w);
        jw_array_end(w);
    }
    jw_kv_string(w, "layer", v->layer);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "status", v->status);
    jw_kv_bool(w, "synthetic", v->synthetic);
    jw_kv_bool(w, "reference_only", v->reference_only);
    jw_kv_string(w, "label", v->label);
    jw_kv_string(w, "document_no", v->document_no);
    jw_kv_integer(w, "n_features", v->n_features);
    jw_kv_integer(w, "n_refused", v->n_refused);
    jw_object_end(w);
}

void catalog_write(struct json_writer *w, const struct links *l, const struct catalog_record *r)
{
    char path[LINK_PATH_SIZE];
    jw_object_begin(w);
    jw_kv_string(w, "id", r->id);
    jw_kv_string(w, "type", "Feature");
    jw_key(w, "conformsTo");
    jw_array_begin(w);
    jw_string(w, "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core");
    jw_array_end(w);
    write_time(w, &r->version);
    write_polygon(w, r);
    write_properties(w, &r->version);
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, CATALOG_PATH "/items/%s", r->id);
    link_write(w, l, "self", MEDIA_GEOJSON, "本记录 this record", path);
    link_write_alternate(w, l, path);
    link_write(w, l, "collection", MEDIA_CATALOG, CATALOG_TITLE, CATALOG_PATH);
    snprintf(path, sizeof path, "/collections/%s/items?version=%d", r->version.layer, r->version.version_no);
    link_write(w, l, "item", MEDIA_GEOJSON, "要素 its features", path);
    snprintf(path, sizeof path, "/collections/%s", r->version.layer);
    link_write(w, l, "related", MEDIA_JSON, "图层 the layer", path);
    jw_array_end(w);
    jw_object_end(w);
}

void catalog_write_collection(struct json_writer *w, const struct links *l)
{
    jw_object_begin(w);
    jw_kv_string(w, "id", CATALOG_ID);
    jw_kv_string(w, "type", "Collection");
    jw_kv_string(w, "itemType", "record");
    jw_kv_string(w, "title", CATALOG_TITLE);
    jw_kv_string(w, "description", CATALOG_TITLE_EN);
    jw_kv_string(w, "title_zh", CATALOG_TITLE);
    jw_kv_string(w, "title_en", CATALOG_TITLE_EN);
    jw_key(w, "crs");
    jw_array_begin(w);
    jw_string(w, CRS_URI_CRS84);
    jw_array_end(w);
    jw_key(w, "links");
    jw_array_begin(w);
    link_write(w, l, "self", MEDIA_CATALOG, "本目录 this catalogue", CATALOG_PATH);
    link_write_alternate(w, l, CATALOG_PATH);
    link_write(w, l, "items", MEDIA_GEOJSON, "记录 its records", CATALOG_PATH "/items");
    jw_array_end(w);
    jw_object_end(w);
}

#include "layers/version_diff.h"

#include "base/array.h"
#include "base/sha256.h"
#include "formats/json.h"
#include "formats/wkb.h"
#include "geo/area.h"
#include "geo/valid.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct row {
    int64_t id;
    const char *code;
    double area_m2;
    uint8_t geometry[16], attributes[16];
    bool matched;
};

struct side {
    const struct store_version *version;
    struct row *rows;
    size_t n, capacity;
};

enum { LISTS = 4 };
static const char *const LIST_NAMES[LISTS] = {"added", "removed", "changed", "recoded"};
enum { ADDED, REMOVED, CHANGED, RECODED };

struct diff {
    struct store *store;
    struct arena *arena;
    struct geo_geos *geos;
    struct geo_shape_builder builder;
    struct side a, b;
    struct buffer lists[LISTS];
    struct json_writer writers[LISTS];
    int64_t counts[LISTS], unchanged, attributes;
    double gained_m2, lost_m2;
    enum status status; /* of a callback */
    struct error *error;
};

/* ---- reading ---- */

static void digest16(const void *p, size_t n, uint8_t out[16])
{
    struct sha256_ctx ctx;
    uint8_t whole[SHA256_BYTES];
    sha256_init(&ctx);
    sha256_update(&ctx, n, p);
    sha256_digest(&ctx, SHA256_BYTES, whole);
    memcpy(out, whole, 16);
}

/* A field that is null and one that is not there say the same: formats differ in which of the two they can
 * write. malloc'd; NULL: the text stands as it is. */
static char *without_nulls(const char *properties)
{
    json_t *root = strstr(properties, "null") ? json_loads(properties, 0, NULL) : NULL;
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(root, next, key, value)
    {
        if (json_is_null(value))
            json_object_del(root, key);
    }
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

static void digest_attributes(const struct store_feature *f, uint8_t out[16])
{
    char *kept = without_nulls(f->properties);
    const char *texts[] = {f->name, f->zone, f->county, kept ? kept : f->properties};
    struct sha256_ctx ctx;
    uint8_t whole[SHA256_BYTES];
    sha256_init(&ctx);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sha256_update(&ctx, strlen(texts[i]) + 1, (const uint8_t *)texts[i]);
    sha256_digest(&ctx, SHA256_BYTES, whole);
    memcpy(out, whole, 16);
    free(kept);
}

struct reading {
    struct diff *diff;
    struct side *side;
};

static enum status shape_of(struct diff *d, const struct store_feature *f, struct geo_shape *shape)
{
    enum status st = wkb_read(f->wkb, f->wkb_size, &d->builder, d->error);
    return st == STATUS_OK ? geo_shape_builder_view(&d->builder, shape, d->error) : st;
}

static bool take_row(const struct store_feature *f, void *user)
{
    struct reading *r = user;
    struct side *side = r->side;
    struct geo_shape shape;
    if (!ARRAY_RESERVE(side->rows, side->capacity, side->n + 1)) {
        r->diff->status = error_no_memory(r->diff->error);
        return false;
    }
    r->diff->status = shape_of(r->diff, f, &shape);
    if (r->diff->status != STATUS_OK)
        return false;
    struct row *row = &side->rows[side->n++];
    *row = (struct row){
        .id = f->id, .code = arena_strdup(r->diff->arena, f->code), .area_m2 = geo_shape_area_m2(&shape)};
    digest16(f->wkb, f->wkb_size, row->geometry);
    digest_attributes(f, row->attributes);
    r->diff->status = row->code ? STATUS_OK : error_no_memory(r->diff->error);
    return row->code != NULL;
}

static enum status read_side(struct diff *d, struct side *side)
{
    struct reading r = {d, side};
    struct store_feature_query q = {.version_id = side->version->id};
    enum status st = store_features(d->store, &q, take_row, &r, d->error);
    return st == STATUS_OK ? d->status : st;
}

/* ---- matching ---- */

static int by_code_and_geometry(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    int c = strcmp(a->code, b->code);
    if (!c)
        c = memcmp(a->geometry, b->geometry, sizeof a->geometry);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static int by_geometry(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    int c = memcmp(a->geometry, b->geometry, sizeof a->geometry);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static void sort_sides(struct diff *d, int (*order)(const void *, const void *))
{
    if (d->a.n)
        qsort(d->a.rows, d->a.n, sizeof *d->a.rows, order);
    if (d->b.n)
        qsort(d->b.rows, d->b.n, sizeof *d->b.rows, order);
}

static void list_row(struct diff *d, int list, const struct row *a, const struct row *b, double gained_m2,
                     double lost_m2)
{
    if (d->counts[list]++ >= VERSION_DIFF_LISTED)
        return;
    struct json_writer *w = &d->writers[list];
    w->out = &d->lists[list];
    jw_object_begin(w);
    jw_kv_string(w, "code", a ? a->code : b->code);
    if (a && b && strcmp(a->code, b->code) != 0)
        jw_kv_string(w, "new_code", b->code);
    if (a)
        jw_kv_fixed(w, "area_before_m2", a->area_m2, 2);
    if (b)
        jw_kv_fixed(w, "area_after_m2", b->area_m2, 2);
    if (a && b) {
        jw_kv_fixed(w, "gained_m2", gained_m2, 2);
        jw_kv_fixed(w, "lost_m2", lost_m2, 2);
    }
    jw_object_end(w);
}

/* Equal code and geometry. */
static void match_equal(struct diff *d)
{
    sort_sides(d, by_code_and_geometry);
    for (size_t i = 0, k = 0; i < d->a.n && k < d->b.n;) {
        struct row *a = &d->a.rows[i], *b = &d->b.rows[k];
        int c = strcmp(a->code, b->code);
        if (!c)
            c = memcmp(a->geometry, b->geometry, sizeof a->geometry);
        if (c == 0) {
            a->matched = b->matched = true;
            if (memcmp(a->attributes, b->attributes, sizeof a->attributes) == 0)
                d->unchanged++;
            else
                d->attributes++;
        }
        i += c <= 0;
        k += c >= 0;
    }
}

/* The unmatched rows of the code that begins at *i; *i goes behind the code. */
static struct row *only_left(struct side *side, size_t *i, size_t *left)
{
    struct row *found = NULL;
    const char *code = side->rows[*i].code;
    *left = 0;
    for (; *i < side->n && strcmp(side->rows[*i].code, code) == 0; ++*i)
        if (!side->rows[*i].matched) {
            found = &side->rows[*i];
            ++*left;
        }
    return found;
}

struct one {
    struct diff *diff;
    struct arena *arena;
    struct geo_shape shape;
};

static bool take_shape(const struct store_feature *f, void *user)
{
    struct one *one = user;
    struct diff *d = one->diff;
    d->status = wkb_read(f->wkb, f->wkb_size, &d->builder, d->error);
    if (d->status == STATUS_OK)
        d->status = geo_shape_builder_finish(&d->builder, one->arena, &one->shape, d->error);
    return false;
}

static enum status geometry_of(struct diff *d, const struct side *side, int64_t id, struct arena *a,
                               GEOSGeometry **out)
{
    struct one one = {.diff = d, .arena = a};
    struct store_feature_query q = {.version_id = side->version->id, .after_id = id - 1, .limit = 1};
    enum status st = store_features(d->store, &q, take_shape, &one, d->error);
    if (st == STATUS_OK)
        st = d->status;
    return st == STATUS_OK ? geo_geos_from_shape(d->geos, &one.shape, out, d->error) : st;
}

static enum status measure_common(struct diff *d, const GEOSGeometry *a, const GEOSGeometry *b,
                                  struct arena *scratch, double *common_m2)
{
    GEOSContextHandle_t h = geo_geos_handle(d->geos);
    struct geo_shape shape;
    GEOSGeometry *common = GEOSIntersection_r(h, a, b);
    if (!common) {
        error_zh(d->error, "两版图形无法比较（GEOS 求交失败）。");
        return error_fail(d->error, STATUS_INTERNAL, "diff-geos",
                          "Two shapes cannot be compared (GEOS failed to intersect them).");
    }
    enum status st = geo_geos_to_shape(d->geos, common, scratch, &shape, d->error);
    GEOSGeom_destroy_r(h, common);
    if (st == STATUS_OK)
        *common_m2 = geo_shape_area_m2(&shape);
    return st;
}

static enum status match_changed_pair(struct diff *d, struct row *a, struct row *b)
{
    struct arena *scratch = arena_new((size_t)1 << 30);
    GEOSGeometry *ga = NULL, *gb = NULL;
    double common_m2 = 0;
    enum status st = scratch ? geometry_of(d, &d->a, a->id, scratch, &ga) : error_no_memory(d->error);
    if (st == STATUS_OK)
        st = geometry_of(d, &d->b, b->id, scratch, &gb);
    if (st == STATUS_OK)
        st = measure_common(d, ga, gb, scratch, &common_m2);
    GEOSGeom_destroy_r(geo_geos_handle(d->geos), ga);
    GEOSGeom_destroy_r(geo_geos_handle(d->geos), gb);
    arena_free(scratch);
    if (st != STATUS_OK)
        return st;
    double gained_m2 = b->area_m2 - common_m2, lost_m2 = a->area_m2 - common_m2;
    a->matched = b->matched = true;
    d->gained_m2 += gained_m2;
    d->lost_m2 += lost_m2;
    list_row(d, CHANGED, a, b, gained_m2, lost_m2);
    return STATUS_OK;
}

/* One left of a code on each side: the same feature with another shape. Still in the order of codes. */
static enum status match_changed(struct diff *d)
{
    enum status st = STATUS_OK;
    for (size_t i = 0, k = 0; st == STATUS_OK && i < d->a.n && k < d->b.n;) {
        int c = strcmp(d->a.rows[i].code, d->b.rows[k].code);
        size_t left_a = 0, left_b = 0;
        struct row *a = c <= 0 ? only_left(&d->a, &i, &left_a) : NULL;
        struct row *b = c >= 0 ? only_left(&d->b, &k, &left_b) : NULL;
        if (c == 0 && left_a == 1 && left_b == 1 && a->code[0])
            st = match_changed_pair(d, a, b);
    }
    return st;
}

static void match_recoded(struct diff *d)
{
    sort_sides(d, by_geometry);
    for (size_t i = 0, k = 0; i < d->a.n && k < d->b.n;) {
        struct row *a = &d->a.rows[i], *b = &d->b.rows[k];
        if (a->matched || b->matched) {
            i += a->matched;
            k += b->matched;
            continue;
        }
        int c = memcmp(a->geometry, b->geometry, sizeof a->geometry);
        if (c == 0) {
            a->matched = b->matched = true;
            list_row(d, RECODED, a, b, 0, 0);
        }
        i += c <= 0;
        k += c >= 0;
    }
}

static void list_rest(struct diff *d)
{
    sort_sides(d, by_code_and_geometry);
    for (size_t i = 0; i < d->a.n; i++)
        if (!d->a.rows[i].matched) {
            list_row(d, REMOVED, &d->a.rows[i], NULL, 0, 0);
            d->lost_m2 += d->a.rows[i].area_m2;
        }
    for (size_t i = 0; i < d->b.n; i++)
        if (!d->b.rows[i].matched) {
            list_row(d, ADDED, NULL, &d->b.rows[i], 0, 0);
            d->gained_m2 += d->b.rows[i].area_m2;
        }
}

/* ---- result ---- */

static void write_version(struct json_writer *w, const char *key, const struct store_version *v)
{
    jw_key(w, key);
    jw_object_begin(w);
    jw_kv_string(w, "layer", v->layer);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "status", v->status);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_integer(w, "features", v->n_features);
    jw_kv_fixed(w, "area_m2", v->area_m2, 2);
    jw_object_end(w);
}

static enum status write_diff(struct diff *d, struct buffer *out)
{
    struct json_writer w;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    write_version(&w, "before", d->a.version);
    write_version(&w, "after", d->b.version);
    jw_kv_integer(&w, "unchanged", d->unchanged);
    jw_kv_integer(&w, "attributes_changed", d->attributes);
    for (int i = 0; i < LISTS; i++)
        jw_kv_integer(&w, LIST_NAMES[i], d->counts[i]);
    jw_kv_fixed(&w, "gained_m2", d->gained_m2, 2);
    jw_kv_fixed(&w, "lost_m2", d->lost_m2, 2);
    jw_key(&w, "features");
    jw_object_begin(&w);
    for (int i = 0; i < LISTS; i++) {
        jw_key(&w, LIST_NAMES[i]);
        jw_array_end(&d->writers[i]);
        jw_raw(&w, d->lists[i].data, d->lists[i].size);
    }
    jw_object_end(&w);
    jw_object_end(&w);
    return buffer_status(out, d->error);
}

static enum status compare(struct diff *d, struct buffer *out)
{
    enum status st = geo_geos_new(&d->geos, d->error);
    if (st == STATUS_OK)
        st = read_side(d, &d->a);
    if (st == STATUS_OK)
        st = read_side(d, &d->b);
    if (st != STATUS_OK)
        return st;
    match_equal(d);
    st = match_changed(d);
    if (st != STATUS_OK)
        return st;
    match_recoded(d);
    list_rest(d);
    return write_diff(d, out);
}

enum status version_diff(struct store *s, const struct store_version *a, const struct store_version *b,
                         struct buffer *out, struct error *e)
{
    struct error own;
    struct diff d = {.store = s, .a.version = a, .b.version = b, .error = e ? e : &own};
    d.arena = arena_new((size_t)1 << 31);
    if (!d.arena)
        return error_no_memory(e);
    geo_shape_builder_init(&d.builder);
    for (int i = 0; i < LISTS; i++) {
        buffer_init(&d.lists[i], 0);
        jw_init(&d.writers[i], &d.lists[i], false);
        jw_array_begin(&d.writers[i]);
    }
    enum status st = compare(&d, out);
    for (int i = 0; i < LISTS; i++)
        buffer_release(&d.lists[i]);
    geo_shape_builder_release(&d.builder);
    geo_geos_free(d.geos);
    arena_free(d.arena);
    free(d.a.rows);
    free(d.b.rows);
    return st;
}

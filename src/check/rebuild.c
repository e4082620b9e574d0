#include "check/rebuild.h"

#include "base/temporary_folder.h"
#include "formats/wkb.h"
#include "geo/area.h"

#include <math.h>
#include <string.h>

/* What the store's row callback needs; the first failure is kept and stops the walk. */
struct rebuild {
    struct index_builder *builder;
    struct geo_shape_builder shape;
    int64_t n_features, n_vertices;
    double area_m2;
    enum status status;
    struct error *error;
};

static enum status add_wkb(struct rebuild *r, int64_t id, const char *code, const char *name,
                           const char *zone, const void *wkb, size_t n)
{
    struct geo_shape shape;
    enum status s = wkb_read(wkb, n, &r->shape, r->error);
    if (!s)
        s = geo_shape_builder_view(&r->shape, &shape, r->error);
    if (s)
        return s;
    double area_m2 = geo_shape_area_m2(&shape);
    r->n_features++;
    r->n_vertices += shape.n_vertices;
    r->area_m2 += area_m2;
    if (!r->builder) /* it is only counted */
        return STATUS_OK;
    return index_builder_add_measured(r->builder, id, code, name, zone, &shape, area_m2, r->error);
}

static bool feature_add(const struct store_feature *f, void *user)
{
    struct rebuild *r = user;
    r->status = add_wkb(r, f->id, f->code, f->name, f->zone, f->wkb, f->wkb_size);
    return r->status == STATUS_OK;
}

/* A version never changes once it is imported. One that holds other features than its row says was changed
 * behind the program's back, and must not answer "clear". Sums in another order differ by rounding alone. */
static enum status compare_with_version(const struct rebuild *r, const struct store_version *v)
{
    if (r->n_features == v->n_features && r->n_vertices == v->n_vertices &&
        fabs(r->area_m2 - v->area_m2) <= 0.01 + 1e-12 * v->area_m2)
        return STATUS_OK;
    error_zh(r->error,
             "数据文件中该版本的图斑与导入时不符（导入时%lld个图斑、%lld个顶点、%.2f平方米，现为%lld个、%"
             "lld个、%.2f"
             "平方米）：数据被改动过，不能据此判定；请从备份恢复，或重新导入。",
             (long long)v->n_features, (long long)v->n_vertices, v->area_m2, (long long)r->n_features,
             (long long)r->n_vertices, r->area_m2);
    return error_fail(
        r->error, STATUS_CORRUPT, "version-changed",
        "The version does not hold what was imported (%lld features, %lld vertices, %.2f m2 then; %lld, "
        "%lld, "
        "%.2f m2 now): it was changed and cannot be judged by; restore a backup or import it again.",
        (long long)v->n_features, (long long)v->n_vertices, v->area_m2, (long long)r->n_features,
        (long long)r->n_vertices, r->area_m2);
}

static enum status fill(struct rebuild *r, struct store *store, const struct store_version *v, bool coverage,
                        struct arena *a)
{
    if (coverage) {
        const void *wkb;
        size_t n;
        enum status s = store_coverage(store, v->id, a, &wkb, &n, r->error);
        return s ? s : add_wkb(r, 1, "", "", "", wkb, n);
    }
    struct store_feature_query q = {.version_id = v->id};
    enum status s = store_features(store, &q, feature_add, r, r->error);
    if (!s)
        s = r->status;
    return s ? s : compare_with_version(r, v);
}

static enum status build(struct store *store, const struct store_version *v, bool coverage, struct arena *a,
                         const char *path, const uint8_t key[SHA256_BYTES], struct error *e)
{
    struct rebuild r = {.error = e};
    enum status s = index_builder_new(path, key, &r.builder, e);
    if (s)
        return s;
    geo_shape_builder_init(&r.shape);
    s = fill(&r, store, v, coverage, a);
    if (!s)
        s = index_builder_finish(r.builder, e);
    if (!s)
        store_index_share(store, path);
    geo_shape_builder_release(&r.shape);
    index_builder_free(r.builder);
    return s;
}

/* Every byte is looked at, whatever an earlier process has seen, and nothing is left beside the file. */
static enum status open_whole(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                              struct error *e)
{
    struct layer_index *ix;
    enum status s = index_open(path, key, &ix, e);
    if (s)
        return s;
    s = index_verify(ix, e);
    if (s)
        index_close(ix);
    else
        *out = ix;
    return s;
}

/* The mapping outlives the name, so file and folder are removed at once. */
static enum status build_temporary(struct store *store, const struct store_version *v, bool coverage,
                                   struct arena *a, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                                   struct error *e)
{
    struct temporary_folder folder;
    enum status s = temporary_folder_make(&folder, e);
    if (s)
        return s;
    char *path = arena_printf(a, "%s/layer.hxi", folder.path);
    s = path ? build(store, v, coverage, a, path, key, e) : error_no_memory(e);
    if (!s)
        s = open_whole(path, key, out, e);
    temporary_folder_remove(&folder);
    return s;
}

enum status index_of_version(struct store *store, const struct store_version *v, bool coverage,
                             struct arena *a, struct layer_index **out, struct error *e)
{
    uint8_t key[SHA256_BYTES];
    store_index_key(v, coverage, key);
    const char *path = store_index_path(store, a, v, coverage);
    if (!path)
        return error_no_memory(e);
    if (index_open_verified(path, key, out, NULL) == STATUS_OK)
        return STATUS_OK;
    enum status s = store_index_make_dir(store, e);
    if (!s)
        s = build(store, v, coverage, a, path, key, e);
    if (s == STATUS_IO || s == STATUS_NOT_FOUND)
        return build_temporary(store, v, coverage, a, key, out, e);
    return s ? s : index_open_verified(path, key, out, e);
}

enum status index_file_verify(struct store *store, const struct store_version *v, bool coverage,
                              struct arena *a, struct error *e)
{
    uint8_t key[SHA256_BYTES];
    struct layer_index *ix = NULL;
    store_index_key(v, coverage, key);
    const char *path = store_index_path(store, a, v, coverage);
    enum status s = path ? open_whole(path, key, &ix, e) : error_no_memory(e);
    if (!s)
        index_close(ix);
    return s;
}

enum status version_verify(struct store *store, const struct store_version *v, struct error *e)
{
    struct rebuild r = {.error = e};
    geo_shape_builder_init(&r.shape);
    enum status s = fill(&r, store, v, false, NULL);
    geo_shape_builder_release(&r.shape);
    return s;
}

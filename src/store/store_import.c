/* Importing a layer version: one transaction from begin to commit. */
#include "base/text.h"
#include "store/geometry_bytes.h"
#include "store/store_bulk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct doing BEGINNING = {"开始导入图层", "beginning a layer import"};
static const struct doing ADDING = {"写入要素", "writing a feature"};
static const struct doing COMMITTING = {"完成图层导入", "committing a layer import"};

struct store_import {
    struct store *store; /* borrowed */
    struct arena *arena; /* the version's strings */
    struct store_version version;
    sqlite3_stmt *insert;
    struct bulk *bulk;
    struct buffer geometry;
    bool draft; /* stays a draft after the commit */
    int64_t n_features;
};

static void import_free(struct store_import *im)
{
    sqlite3_finalize(im->insert);
    bulk_free(im->bulk);
    buffer_release(&im->geometry);
    arena_free(im->arena);
    free(im);
}

void store_import_abort(struct store_import *im)
{
    if (!im)
        return;
    sqlite3_finalize(im->insert);
    im->insert = NULL;
    bulk_free(im->bulk); /* its statement would keep the rollback waiting */
    im->bulk = NULL;
    sql_rollback(im->store);
    import_free(im);
}

const struct store_version *store_import_version(const struct store_import *im)
{
    return &im->version;
}

void store_import_counts(struct store_import *im, int64_t n_repaired, int64_t n_refused)
{
    im->version.n_repaired = n_repaired;
    im->version.n_refused = n_refused;
}

void store_import_keep_draft(struct store_import *im)
{
    im->draft = true;
}

/* ---- begin ---- */

static bool is_layer_id(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return id[0] >= 'a' && id[0] <= 'z' && id[n] == '\0' && n <= 48;
}

static enum status refuse_spec(const char *what_zh, const char *what_en, const char *value, struct error *e)
{
    error_zh(e, "图层的%s“%s”不合要求。", what_zh, value);
    return error_fail(e, STATUS_INVALID_INPUT, "layer-spec", "The layer's %s \"%s\" will not do.", what_en,
                      value);
}

/* The schema checks the same; here the operator is told in words. */
static enum status check_spec(const struct store_version_spec *spec, struct error *e)
{
    const char *id = spec->layer ? spec->layer : "", *kind = spec->kind ? spec->kind : "";
    if (!is_layer_id(id))
        return refuse_spec("编号（小写字母开头，只含小写字母、数字和下划线，至多 48 个字符）",
                           "id (a lower-case letter, then letters, digits and underscores, at most 48)", id,
                           e);
    if (!spec->title_zh || !spec->title_zh[0])
        return refuse_spec("中文名称（不能为空）", "Chinese title (must not be empty)", "", e);
    if (strcmp(kind, "line") != 0 && strcmp(kind, "zone") != 0 && strcmp(kind, "admin") != 0)
        return refuse_spec("类型（line、zone 或 admin）", "kind (line, zone or admin)", kind, e);
    const char *dates[] = {spec->effective_from, spec->effective_to};
    for (int i = 0; i < 2; i++)
        if (dates[i] && dates[i][0] && !text_is_day(dates[i]))
            return refuse_spec("有效日期（形如 2024-01-31）", "effective date (such as 2024-01-31)", dates[i],
                               e);
    return STATUS_OK;
}

static enum status upsert_layer(struct store *s, const struct store_version_spec *spec, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(s,
                    "INSERT INTO layer (id, title_zh, title_en, kind, legend_order) VALUES (?1, ?2, ?3, "
                    "?4, (SELECT coalesce(max(legend_order), 0) + 1 FROM layer)) ON CONFLICT (id) DO "
                    "UPDATE SET title_zh = ?2, title_en = ?3, kind = ?4",
                    &q, BEGINNING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, spec->layer);
    sql_bind_text(q, 2, spec->title_zh);
    sql_bind_text(q, 3, spec->title_en);
    sql_bind_text(q, 4, spec->kind);
    st = sql_run(s, q, BEGINNING, e);
    sqlite3_finalize(q);
    return st;
}

static void bind_version(sqlite3_stmt *q, const struct store_version_spec *spec)
{
    const char *texts[] = {spec->layer,        spec->label,      spec->source_name, spec->source_sha256,
                           spec->source_crs,   spec->import_key, spec->document_no, spec->effective_from,
                           spec->effective_to, spec->imported_by};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        sql_bind_text(q, i + 1, texts[i]);
    sqlite3_bind_int(q, 11, spec->synthetic);
    sqlite3_bind_int(q, 12, spec->reference_only);
}

static enum status insert_version(struct store *s, const struct store_version_spec *spec, int64_t *id,
                                  struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "INSERT INTO layer_version (uid, layer_id, version_no, status, label, "
                                 "source_name, source_sha256, source_crs, "
                                 "import_key, document_no, effective_from, effective_to, imported_by, "
                                 "imported_at, synthetic, reference_only) "
                                 "VALUES (lower(hex(randomblob(16))), ?1, (SELECT coalesce(max(version_no), "
                                 "0) + 1 FROM layer_version WHERE "
                                 "layer_id = ?1), 'draft', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                                 "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?11, "
                                 "?12)",
                                 &q, BEGINNING, e);
    if (st != STATUS_OK)
        return st;
    bind_version(q, spec);
    st = sql_run(s, q, BEGINNING, e);
    sqlite3_finalize(q);
    if (st == STATUS_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return st;
}

static enum status copy_texts(struct store_import *im, const struct store_version_spec *spec, sqlite3_stmt *q,
                              struct error *e)
{
    struct store_version *v = &im->version;
    struct {
        const char **to;
        const char *from;
    } texts[] = {
        {&v->layer, spec->layer},
        {&v->status, "draft"},
        {&v->title_zh, spec->title_zh},
        {&v->title_en, spec->title_en},
        {&v->kind, spec->kind},
        {&v->label, spec->label},
        {&v->source_name, spec->source_name},
        {&v->source_sha256, spec->source_sha256},
        {&v->source_crs, spec->source_crs},
        {&v->document_no, spec->document_no},
        {&v->effective_from, spec->effective_from},
        {&v->effective_to, spec->effective_to},
        {&v->imported_by, spec->imported_by},
        {&v->import_key, spec->import_key},
        {&v->uid, (const char *)sqlite3_column_text(q, 1)},
        {&v->imported_at, (const char *)sqlite3_column_text(q, 2)},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = arena_strdup(im->arena, texts[i].from ? texts[i].from : "");
        if (!*texts[i].to)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

/* What SQL decided (number, uid, time) is read back, so that the key of derived files is known before the
 * commit. */
static enum status read_back(struct store_import *im, const struct store_version_spec *spec, int64_t id,
                             struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(
        im->store, "SELECT version_no, uid, imported_at FROM layer_version WHERE id = ?1", &q, BEGINNING, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, id);
    st = sql_step(im->store, q, &row, BEGINNING, e);
    if (st == STATUS_OK) {
        im->version.id = id;
        im->version.version_no = sqlite3_column_int(q, 0);
        im->version.synthetic = spec->synthetic;
        im->version.reference_only = spec->reference_only;
        st = copy_texts(im, spec, q, e);
    }
    sqlite3_finalize(q);
    return st;
}

static enum status begin_within(struct store_import *im, const struct store_version_spec *spec,
                                struct error *e)
{
    int64_t id = 0;
    enum status st = upsert_layer(im->store, spec, e);
    if (st == STATUS_OK)
        st = insert_version(im->store, spec, &id, e);
    if (st == STATUS_OK)
        st = read_back(im, spec, id, e);
    if (st == STATUS_OK)
        st = bulk_begin(im->store, &im->bulk, e);
    if (st == STATUS_OK)
        st = sql_prepare(
            im->store,
            "INSERT INTO feature (version_id, code, name, zone, county, declared_area_m2, properties, "
            "geometry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            &im->insert, ADDING, e);
    return st;
}

enum status store_import_begin(struct store *s, const struct store_version_spec *spec,
                               struct store_import **out, int64_t *version_id, struct error *e)
{
    enum status st = check_spec(spec, e);
    if (st != STATUS_OK)
        return st;
    struct store_import *im = calloc(1, sizeof *im);
    if (!im || !(im->arena = arena_new((size_t)1 << 20))) {
        free(im);
        return error_no_memory(e);
    }
    im->store = s;
    buffer_init(&im->geometry, 0);
    st = sql_begin_write(s, e);
    if (st != STATUS_OK) {
        import_free(im);
        return st;
    }
    st = begin_within(im, spec, e);
    if (st != STATUS_OK) {
        store_import_abort(im);
        return st;
    }
    *out = im;
    *version_id = im->version.id;
    return STATUS_OK;
}

static enum status fail_over(const struct store_import *im, struct error *e)
{
    error_zh(e, "图层“%s”的导入已因前一个错误撤销；请从头再导入。", im->version.layer);
    return error_fail(e, STATUS_CONFLICT, "import-over",
                      "The import of layer \"%s\" was undone by an earlier failure; begin it again.",
                      im->version.layer);
}

static enum status insert_feature(struct store_import *im, const struct store_feature *f, struct error *e)
{
    sqlite3_stmt *q = im->insert;
    sqlite3_bind_int64(q, 1, im->version.id);
    sql_bind_text(q, 2, f->code);
    sql_bind_text(q, 3, f->name);
    sql_bind_text(q, 4, f->zone);
    sql_bind_text(q, 5, f->county);
    if (isfinite(f->declared_area_m2))
        sqlite3_bind_double(q, 6, f->declared_area_m2);
    else
        sqlite3_bind_null(q, 6);
    sql_bind_text(q, 7, f->properties && f->properties[0] ? f->properties : "{}");
    sqlite3_bind_blob64(q, 8, im->geometry.data, im->geometry.size, SQLITE_STATIC);
    return sql_run(im->store, q, ADDING, e);
}

enum status store_import_feature(struct store_import *im, const struct store_feature *f, int64_t *feature_id,
                                 struct error *e)
{
    struct geo_box box;
    if (sqlite3_get_autocommit(im->store->db))
        return fail_over(im, e); /* or the row would be a transaction of its own */
    enum status st = geometry_bytes_of(f->wkb, f->wkb_size, &im->geometry, &box, e);
    if (st == STATUS_OK)
        st = insert_feature(im, f, e);
    int64_t id = sqlite3_last_insert_rowid(im->store->db);
    if (st == STATUS_OK)
        st = bulk_index(im->bulk, id, &box, e);
    if (st != STATUS_OK) {
        sql_rollback(im->store); /* a version with a feature missing must not be committed by mistake */
        return st;
    }
    im->n_features++;
    if (feature_id)
        *feature_id = id;
    return STATUS_OK;
}

enum status store_import_coverage(struct store_import *im, const void *wkb, size_t n, struct error *e)
{
    struct doing d = {"写入覆盖范围", "writing the coverage"};
    if (sqlite3_get_autocommit(im->store->db))
        return fail_over(im, e);
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(
        im->store, "INSERT INTO coverage (version_id, geometry) VALUES (?1, GeomFromWKB(?2, 4490))", &q, d,
        e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, im->version.id);
    sqlite3_bind_blob64(q, 2, wkb, n, SQLITE_STATIC);
    st = sql_run(im->store, q, d, e);
    sqlite3_finalize(q);
    if (st == STATUS_OK)
        im->version.has_coverage = true;
    return st;
}

/* ---- commit ---- */

static enum status finish_version(struct store_import *im, int64_t n_vertices, double area_m2,
                                  const char *report, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(im->store,
                    "UPDATE layer_version SET n_features = ?2, n_vertices = ?3, area_m2 = ?4, "
                    "has_coverage = ?5, n_repaired = ?6, n_refused = ?7, report = ?8 WHERE id = ?1",
                    &q, COMMITTING, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, im->version.id);
    sqlite3_bind_int64(q, 2, im->n_features);
    sqlite3_bind_int64(q, 3, n_vertices);
    sqlite3_bind_double(q, 4, area_m2);
    sqlite3_bind_int(q, 5, im->version.has_coverage);
    sqlite3_bind_int64(q, 6, im->version.n_repaired);
    sqlite3_bind_int64(q, 7, im->version.n_refused);
    sql_bind_text(q, 8, report && report[0] ? report : "{}");
    st = sql_run(im->store, q, COMMITTING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_import_commit(struct store_import *im, int64_t n_vertices, double area_m2,
                                const char *report, struct error *e)
{
    if (sqlite3_get_autocommit(im->store->db))
        return fail_over(im, e);
    enum status st = bulk_finish(im->bulk, e);
    if (st == STATUS_OK)
        st = finish_version(im, n_vertices, area_m2, report, e);
    if (st == STATUS_OK)
        st = im->draft
                 ? sql_log_version(im->store, "draft", &im->version, NULL, e)
                 : sql_switch_version(im->store, &im->version, "import", im->version.imported_by, "", e);
    if (st == STATUS_OK)
        st = sql_commit(im->store, COMMITTING, e);
    if (st == STATUS_OK)
        import_free(im);
    return st;
}

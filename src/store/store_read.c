/* Reading layers, versions, features and coverage. */
#include "store/sql.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct doing READING_LAYERS = {"读取图层目录", "reading the layers"};
static const struct doing READING_FEATURES = {"读取要素", "reading features"};

#define VERSION_COLUMNS                                                                                      \
    "v.id, v.version_no, v.synthetic, v.reference_only, v.n_features, v.n_vertices, v.area_m2, "             \
    "v.has_coverage, "                                                                                       \
    "v.n_repaired, v.n_refused, l.id, v.status, l.title_zh, l.title_en, l.kind, v.label, v.source_name, "    \
    "v.source_sha256, v.source_crs, v.document_no, v.effective_from, v.imported_at, v.effective_to, "        \
    "v.imported_by, v.import_key, v.uid"
enum { FIRST_TEXT_COLUMN = 10 };

/* Reads one row of VERSION_COLUMNS. */
static enum status read_version(sqlite3_stmt *q, struct arena *a, struct store_version *v, struct error *e)
{
    *v = (struct store_version){
        .id = sqlite3_column_int64(q, 0),
        .version_no = sqlite3_column_int(q, 1),
        .synthetic = sqlite3_column_int(q, 2),
        .reference_only = sqlite3_column_int(q, 3),
        .n_features = sqlite3_column_int64(q, 4),
        .n_vertices = sqlite3_column_int64(q, 5),
        .area_m2 = sqlite3_column_double(q, 6),
        .has_coverage = sqlite3_column_int(q, 7),
        .n_repaired = sqlite3_column_int64(q, 8),
        .n_refused = sqlite3_column_int64(q, 9),
    };
    const char **texts[] = {&v->layer,        &v->status,      &v->title_zh,       &v->title_en,
                            &v->kind,         &v->label,       &v->source_name,    &v->source_sha256,
                            &v->source_crs,   &v->document_no, &v->effective_from, &v->imported_at,
                            &v->effective_to, &v->imported_by, &v->import_key,     &v->uid};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = sql_text(q, FIRST_TEXT_COLUMN + (int)i, a);
        if (!*texts[i])
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static enum status read_versions(struct store *s, sqlite3_stmt *q, struct arena *a,
                                 struct store_version *list, size_t capacity, size_t *n, struct error *e)
{
    bool row = false;
    size_t got = 0;
    for (;;) {
        enum status st = sql_step(s, q, &row, READING_LAYERS, e);
        if (st != STATUS_OK)
            return st;
        if (!row || got == capacity)
            break;
        st = read_version(q, a, &list[got], e);
        if (st != STATUS_OK)
            return st;
        got++;
    }
    *n = got;
    return STATUS_OK;
}

enum status store_current_versions(struct store *s, struct arena *a, struct store_version **out, size_t *n,
                                   struct error *e)
{
    /* One statement sees one state of the store, so that count and rows agree: the count is a window over
     * all rows. */
    int64_t capacity = 0;
    enum status st = sql_exec(s, "SAVEPOINT layers", READING_LAYERS, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_stmt *q = NULL;
    struct store_version *list = NULL;
    size_t got = 0;
    st = sql_integer(s, "SELECT count(*) FROM layer", &capacity, READING_LAYERS, e);
    if (st == STATUS_OK)
        st = sql_prepare(s,
                         "SELECT " VERSION_COLUMNS " FROM layer l JOIN layer_version v ON v.id = "
                         "l.current_version_id ORDER BY l.legend_order, l.id",
                         &q, READING_LAYERS, e);
    if (st == STATUS_OK && !(list = arena_array(a, (size_t)capacity + 1, sizeof *list)))
        st = error_no_memory(e);
    if (st == STATUS_OK)
        st = read_versions(s, q, a, list, (size_t)capacity, &got, e);
    sqlite3_finalize(q);
    sqlite3_exec(s->db, "RELEASE layers", NULL, NULL, NULL);
    if (st == STATUS_OK) {
        *out = list;
        *n = got;
    }
    return st;
}

static enum status count_versions(struct store *s, int64_t *n, struct error *e)
{
    return sql_integer(s, "SELECT count(*) FROM layer_version", n, READING_LAYERS, e);
}

enum status sql_read_versions(struct store *s, const char *where, const char *const args[3], struct arena *a,
                              struct store_version **out, size_t *n, struct error *e)
{
    sqlite3_stmt *q = NULL;
    int64_t capacity = 0;
    struct store_version *list = NULL;
    enum status st = sql_exec(s, "SAVEPOINT versions", READING_LAYERS, e);
    if (st != STATUS_OK)
        return st;
    char *sql = sqlite3_mprintf(
        "SELECT " VERSION_COLUMNS " FROM layer l JOIN layer_version v ON v.layer_id = l.id WHERE %s", where);
    st = sql ? count_versions(s, &capacity, e) : error_no_memory(e);
    if (st == STATUS_OK)
        st = sql_prepare(s, sql, &q, READING_LAYERS, e);
    for (int i = 0; st == STATUS_OK && i < 3 && args[i]; i++)
        sql_bind_text(q, i + 1, args[i]);
    if (st == STATUS_OK && !(list = arena_array(a, (size_t)capacity + 1, sizeof *list)))
        st = error_no_memory(e);
    if (st == STATUS_OK)
        st = read_versions(s, q, a, list, (size_t)capacity, n, e);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    sqlite3_exec(s->db, "RELEASE versions", NULL, NULL, NULL);
    if (st == STATUS_OK)
        *out = list;
    return st;
}

static enum status fail_no_layer(const char *layer, struct error *e)
{
    error_zh(e, "存储中没有图层“%s”的现行版本；请先导入该图层。", layer);
    return error_fail(e, STATUS_NOT_FOUND, "layer-not-found",
                      "The store has no current version of layer \"%s\"; import it first.", layer);
}

enum status store_current_version(struct store *s, const char *layer, struct arena *a,
                                  struct store_version *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "SELECT " VERSION_COLUMNS " FROM layer l JOIN layer_version v ON v.id = "
                                 "l.current_version_id WHERE l.id = ?1",
                                 &q, READING_LAYERS, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, layer);
    struct store_version v;
    size_t n = 0;
    st = read_versions(s, q, a, &v, 1, &n, e);
    sqlite3_finalize(q);
    if (st == STATUS_OK && n == 0)
        st = fail_no_layer(layer, e);
    if (st == STATUS_OK)
        *out = v;
    return st;
}

enum status store_version_named(struct store *s, const char *layer, int version_no, struct arena *a,
                                struct store_version *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(s,
                    "SELECT " VERSION_COLUMNS " FROM layer l JOIN layer_version v ON v.layer_id = "
                    "l.id WHERE l.id = ?1 AND v.version_no = ?2 AND v.status <> 'draft'",
                    &q, READING_LAYERS, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, layer);
    sqlite3_bind_int(q, 2, version_no);
    struct store_version v;
    size_t n = 0;
    st = read_versions(s, q, a, &v, 1, &n, e);
    sqlite3_finalize(q);
    if (st == STATUS_OK && n == 0) {
        error_zh(e, "存储中没有图层“%s”的第 %d 版。", layer, version_no);
        st = error_fail(e, STATUS_NOT_FOUND, "version-not-found",
                        "The store has no version %d of layer \"%s\".", version_no, layer);
    }
    if (st == STATUS_OK)
        *out = v;
    return st;
}

static enum status fail_no_version(int64_t version_id, struct error *e)
{
    error_zh(e, "存储中没有编号为 %lld 的图层版本；请重新读取图层目录。", (long long)version_id);
    return error_fail(e, STATUS_NOT_FOUND, "version-not-found",
                      "The store has no layer version %lld; read the list of layers again.",
                      (long long)version_id);
}

enum status store_version_report(struct store *s, int64_t version_id, struct arena *a, const char **json,
                                 struct error *e)
{
    struct doing d = {"读取导入报告", "reading an import report"};
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT report FROM layer_version WHERE id = ?1", &q, d, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, version_id);
    st = sql_step(s, q, &row, d, e);
    if (st == STATUS_OK && !row)
        st = fail_no_version(version_id, e);
    if (st == STATUS_OK) {
        char *text = sql_text(q, 0, a);
        if (text)
            *json = text;
        else
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_generation(struct store *s, int64_t *out, struct error *e)
{
    return sql_integer(s, "SELECT generation FROM store_state", out,
                       (struct doing){"读取版本计数", "reading the generation"}, e);
}

enum status store_uid(struct store *s, char uid[STORE_UID_SIZE], struct error *e)
{
    struct doing d = {"读取数据库的标识", "reading the identity of the store"};
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT uid FROM store_state WHERE id = 1", &q, d, e);
    if (!st)
        st = sql_step(s, q, &row, d, e);
    const char *text = !st && row ? (const char *)sqlite3_column_text(q, 0) : NULL;
    if (text)
        snprintf(uid, STORE_UID_SIZE, "%s", text);
    else if (!st)
        st = error_no_memory(e);
    sqlite3_finalize(q);
    return st;
}

/* ---- features ---- */

static const char *column_text(sqlite3_stmt *q, int i)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    return text ? text : "";
}

static enum status fail_feature(int64_t id, struct error *e)
{
    error_zh(e, "要素 %lld 的几何无法读出，存储可能已损坏；请检查磁盘，并重新导入该图层。", (long long)id);
    return error_fail(
        e, STATUS_CORRUPT, "feature-geometry",
        "The geometry of feature %lld cannot be read, the store may be damaged; check the disk and "
        "import the layer again.",
        (long long)id);
}

static enum status give_feature(sqlite3_stmt *q, bool geometry, store_feature_fn *fn, void *user, bool *more,
                                struct error *e)
{
    struct store_feature f = {
        .id = sqlite3_column_int64(q, 0),
        .code = column_text(q, 1),
        .name = column_text(q, 2),
        .zone = column_text(q, 3),
        .county = column_text(q, 4),
        .declared_area_m2 = sqlite3_column_type(q, 5) == SQLITE_NULL ? NAN : sqlite3_column_double(q, 5),
        .properties = column_text(q, 6),
        .wkb = sqlite3_column_blob(q, 7),
        .wkb_size = (size_t)sqlite3_column_bytes(q, 7),
    };
    if (geometry && !f.wkb)
        return fail_feature(f.id, e);
    *more = fn(&f, user);
    return STATUS_OK;
}

#define FEATURE_COLUMNS "SELECT id, code, name, zone, county, declared_area_m2, properties, "
/* The box test runs on the spatial index alone, whose 32-bit boxes are rounded outward. The plus sign keeps
 * SQLite from walking the whole version instead. */
#define ANYWHERE "FROM feature WHERE version_id = ?1 "
#define IN_BOX(longitudes, south, north)                                                                     \
    "AND id IN (SELECT pkid FROM idx_feature_geometry WHERE " longitudes " AND ymin <= " north               \
    " AND ymax >= " south ") "
#define SOMEWHERE "FROM feature WHERE +version_id = ?1 "

enum { SQL_SIZE = 640 };

static bool is_around(const struct geo_box *box) /* over the antimeridian */
{
    return box->west_deg > box->east_deg;
}

/* `what` of the features that the query means, `then` in which order and from where on. */
static const char *write_sql(const struct store_feature_query *q, const char *what, const char *then,
                             char sql[SQL_SIZE])
{
    const char *box = !q->box             ? ""
                      : is_around(q->box) ? IN_BOX("(xmin <= ?6 OR xmax >= ?4)", "?5", "?7")
                                          : IN_BOX("xmin <= ?6 AND xmax >= ?4", "?5", "?7");
    const char *also = !q->box || !q->also  ? ""
                       : is_around(q->also) ? IN_BOX("(xmin <= ?10 OR xmax >= ?8)", "?9", "?11")
                                            : IN_BOX("xmin <= ?10 AND xmax >= ?8", "?9", "?11");
    snprintf(sql, SQL_SIZE, "%s%s%s%s%s", what, q->box ? SOMEWHERE : ANYWHERE, box, also, then);
    return sql;
}

static void bind_box(sqlite3_stmt *q, int first, const struct geo_box *box)
{
    sqlite3_bind_double(q, first, box->west_deg);
    sqlite3_bind_double(q, first + 1, box->south_deg);
    sqlite3_bind_double(q, first + 2, box->east_deg);
    sqlite3_bind_double(q, first + 3, box->north_deg);
}

static void bind_query(sqlite3_stmt *q, const struct store_feature_query *query)
{
    sqlite3_bind_int64(q, 1, query->version_id);
    sqlite3_bind_int64(q, 2, query->after_id);
    sqlite3_bind_int64(q, 3, query->limit > 0 ? query->limit : -1);
    if (query->box)
        bind_box(q, 4, query->box);
    if (query->box && query->also)
        bind_box(q, 8, query->also);
}

enum status store_features(struct store *s, const struct store_feature_query *query, store_feature_fn *fn,
                           void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool bare = query->attributes_only && !query->box;
    char sql[SQL_SIZE];
    write_sql(query, bare ? FEATURE_COLUMNS "NULL " : FEATURE_COLUMNS "hx_wkb(geometry) ",
              "AND id > ?2 ORDER BY id LIMIT ?3", sql);
    enum status st = sql_prepare(s, sql, &q, READING_FEATURES, e);
    if (st != STATUS_OK)
        return st;
    bind_query(q, query);
    bool row = true, more = true;
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, READING_FEATURES, e);
        if (st != STATUS_OK || !row)
            break;
        st = give_feature(q, !bare, fn, user, &more, e);
    }
    sqlite3_finalize(q);
    return st;
}

/* A number that the query's statement gives; 0 when it gives none. */
static enum status number_of_query(struct store *s, const struct store_feature_query *query, const char *sql,
                                   int64_t *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, sql, &q, READING_FEATURES, e);
    if (st != STATUS_OK)
        return st;
    bind_query(q, query);
    st = sql_step(s, q, &row, READING_FEATURES, e);
    *out = !st && row ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return st;
}

enum status store_features_count(struct store *s, const struct store_feature_query *q, int64_t *out,
                                 struct error *e)
{
    char sql[SQL_SIZE];
    bool all = q->after_id <= 0 && q->limit <= 0; /* then the index tells, without a list */
    write_sql(q, all ? "SELECT count(*) " : "SELECT count(*) FROM (SELECT 1 ",
              all ? "" : "AND id > ?2 LIMIT ?3)", sql);
    return number_of_query(s, q, sql, out, e);
}

enum status store_features_before(struct store *s, const struct store_feature_query *q, int64_t *out,
                                  struct error *e)
{
    char sql[SQL_SIZE];
    write_sql(q, "SELECT id ", "AND id <= ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3", sql);
    return number_of_query(s, q, sql, out, e);
}

enum status store_coverage(struct store *s, int64_t version_id, struct arena *a, const void **wkb, size_t *n,
                           struct error *e)
{
    struct doing d = {"读取覆盖范围", "reading a coverage"};
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT hx_wkb(geometry) FROM coverage WHERE version_id = ?1", &q, d, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, version_id);
    st = sql_step(s, q, &row, d, e);
    if (st == STATUS_OK && row) {
        const void *bytes = sqlite3_column_blob(q, 0);
        size_t size = (size_t)sqlite3_column_bytes(q, 0);
        void *copy = bytes ? arena_alloc(a, size) : NULL;
        if (!bytes) {
            st = fail_feature(version_id, e);
        } else if (!copy) {
            st = error_no_memory(e);
        } else {
            *wkb = memcpy(copy, bytes, size);
            *n = size;
        }
    } else if (st == STATUS_OK) {
        *wkb = NULL;
        *n = 0;
    }
    sqlite3_finalize(q);
    return st;
}

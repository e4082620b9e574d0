/* The views by which QGIS and ogrinfo see a layer's current version: one under the layer's id with English
 * columns, one under its Chinese title with Chinese columns. Both are registered with SpatiaLite, so that
 * they come with geometry type, CRS and the spatial index of `feature`. */
#include "store/sql.h"

#include <string.h>

static const struct doing VIEWS = {"登记图层视图", "registering the layer's views"};

static const char COLUMNS_EN[] =
    "f.id AS id, f.code AS code, f.name AS name, f.zone AS zone, f.county AS county, "
    "f.declared_area_m2 AS declared_area_m2, f.properties AS properties, "
    "f.version_id AS version_id, f.geometry AS geometry";
static const char COLUMNS_ZH[] = "f.id AS id, f.code AS \"标识码\", f.name AS \"名称\", f.zone AS \"分区\", "
                                 "f.county AS \"行政区代码\", f.declared_area_m2 AS \"登记面积_平方米\", "
                                 "f.properties AS \"其他属性\", f.geometry AS geometry";

static enum status is_taken(struct store *s, const char *name, bool *taken, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(s, "SELECT 1 FROM sqlite_master WHERE lower(name) = lower(?1)", &q, VIEWS, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, name);
    st = sql_step(s, q, taken, VIEWS, e);
    sqlite3_finalize(q);
    return st;
}

static enum status drop_view(struct store *s, const char *name, struct error *e)
{
    const char *const args[3] = {name};
    enum status st =
        sql_run_text(s, "DELETE FROM views_geometry_columns WHERE view_name = ?1", args, VIEWS, e);
    if (st != STATUS_OK)
        return st;
    char *sql = sqlite3_mprintf("DROP VIEW IF EXISTS \"%w\"", name);
    st = sql ? sql_exec(s, sql, VIEWS, e) : error_no_memory(e);
    sqlite3_free(sql);
    return st;
}

static enum status make_view(struct store *s, const char *name, const char *columns, const char *layer,
                             struct error *e)
{
    char *sql =
        sqlite3_mprintf("CREATE VIEW \"%w\" AS SELECT %s FROM feature f JOIN layer l ON f.version_id = "
                        "l.current_version_id WHERE l.id = %Q",
                        name, columns, layer);
    enum status st = sql ? sql_exec(s, sql, VIEWS, e) : error_no_memory(e);
    sqlite3_free(sql);
    const char *const args[3] = {name};
    if (st == STATUS_OK)
        st = sql_run_text(
            s,
            "INSERT INTO views_geometry_columns (view_name, view_geometry, view_rowid, f_table_name, "
            "f_geometry_column, read_only) VALUES (?1, 'geometry', 'id', 'feature', 'geometry', 1)",
            args, VIEWS, e);
    return st;
}

static enum status fail_taken(const char *layer, struct error *e)
{
    error_zh(e, "图层编号“%s”与存储内部的表同名；请改用另一个编号。", layer);
    return error_fail(e, STATUS_INVALID_INPUT, "layer-id-taken",
                      "The layer id \"%s\" is the name of one of the store's own tables; choose another.",
                      layer);
}

/* SpatiaLite registers lower-case names without quotes only; such a title keeps its view under the id
 * alone. */
static bool can_be_view_name(const char *title)
{
    if (strpbrk(title, "'\""))
        return false;
    for (const char *p = title; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            return false;
    return true;
}

static enum status old_view_zh(struct store *s, const char *layer, char name[256], struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT view_zh FROM layer WHERE id = ?1", &q, VIEWS, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, layer);
    st = sql_step(s, q, &row, VIEWS, e);
    const char *text = st == STATUS_OK && row ? (const char *)sqlite3_column_text(q, 0) : NULL;
    sqlite3_snprintf(256, name, "%s", text ? text : "");
    sqlite3_finalize(q);
    return st;
}

static enum status register_zh(struct store *s, const char *layer, const char *title_zh, struct error *e)
{
    char old[256];
    bool taken = false;
    enum status st = old_view_zh(s, layer, old, e);
    if (st == STATUS_OK && strcmp(old, title_zh) == 0)
        return STATUS_OK;
    if (st == STATUS_OK && old[0])
        st = drop_view(s, old, e);
    if (st == STATUS_OK)
        st = is_taken(s, title_zh, &taken, e);
    if (st != STATUS_OK)
        return st;
    bool wanted = !taken && can_be_view_name(title_zh) && strlen(title_zh) < sizeof old;
    if (wanted)
        st = make_view(s, title_zh, COLUMNS_ZH, layer, e);
    const char *const args[3] = {wanted ? title_zh : "", layer};
    if (st == STATUS_OK)
        st = sql_run_text(s, "UPDATE layer SET view_zh = ?1 WHERE id = ?2", args, VIEWS, e);
    return st;
}

enum status store_view_register(struct store *s, const char *layer, const char *title_zh, struct error *e)
{
    int64_t registered = 0;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM views_geometry_columns WHERE view_name = %Q", layer);
    enum status st = sql ? sql_integer(s, sql, &registered, VIEWS, e) : error_no_memory(e);
    sqlite3_free(sql);
    bool taken = false;
    if (st == STATUS_OK && registered == 0) {
        st = is_taken(s, layer, &taken, e);
        if (st == STATUS_OK && taken)
            st = fail_taken(layer, e);
        if (st == STATUS_OK)
            st = make_view(s, layer, COLUMNS_EN, layer, e);
    }
    return st == STATUS_OK ? register_zh(s, layer, title_zh, e) : st;
}

/* The findings of a lines audit as GeoPackage, CSV and GeoJSON sequence; written whole, under a temporary
 * name first. */
#include "audit/conflicts/parts.h"

#include "audit/conflicts/page.h"
#include "audit/sink.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/csv.h"
#include "formats/geojson.h"
#include "formats/gpkg.h"
#include "formats/json.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* ---- one finding as named values, the same in every format ---- */

enum { N_COLUMNS = 28 };
struct value {
    const char *name;
    const char *text; /* NULL: a number */
    double number;
    int decimals;
};

static struct value text_of(const char *name, const char *text)
{
    return (struct value){name, text ? text : "", NAN, 0};
}

static struct value number_of(const char *name, double v, int decimals)
{
    return (struct value){name, NULL, v, decimals};
}

static size_t values_of(const struct conflict_finding *f, struct value v[N_COLUMNS])
{
    size_t n = 0;
    v[n++] = text_of("finding_id", f->id);
    v[n++] = text_of("change", conflict_change_name(f->change));
    v[n++] = number_of("severity", f->severity, 0);
    v[n++] = text_of("kind", conflict_kind_name(f->kind));
    v[n++] = text_of("kind_zh", conflict_kind_zh(f->kind));
    v[n++] = number_of("sliver", f->sliver, 0);
    v[n++] = number_of("area_m2", f->area_m2, 4);
    v[n++] = number_of("width_m", f->width_m, 4);
    v[n++] = text_of("layer_a", f->layer_a);
    v[n++] = text_of("code_a", f->code_a);
    v[n++] = number_of("feature_a", f->feature_a ? (double)f->feature_a : NAN, 0);
    v[n++] = text_of("zone_a", f->zone_a);
    v[n++] = text_of("layer_b", f->layer_b);
    v[n++] = text_of("code_b", f->code_b);
    v[n++] = number_of("feature_b", f->feature_b ? (double)f->feature_b : NAN, 0);
    v[n++] = text_of("zone_b", f->zone_b);
    v[n++] = text_of("county", f->county);
    v[n++] = text_of("prefecture", f->prefecture);
    v[n++] = text_of("prefecture_name", f->prefecture_name);
    v[n++] = number_of("declared_m2", f->declared_m2, 2);
    v[n++] = number_of("computed_m2", f->computed_m2, 2);
    v[n++] = number_of("lon", f->lon_deg, 8);
    v[n++] = number_of("lat", f->lat_deg, 8);
    v[n++] = text_of("rule", f->rule);
    v[n++] = text_of("basis", f->basis);
    v[n++] = text_of("note_zh", f->note_zh);
    v[n++] = text_of("note_en", f->note_en);
    return n;
}

/* ---- text ---- */

static void csv_row(struct csv_writer *w, const struct value *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].text)
            csv_text(w, v[i].text);
        else
            csv_number(w, v[i].number, v[i].decimals);
    csv_row_end(w);
}

static void write_csv(const struct conflict_report *r, struct buffer *b)
{
    static const struct conflict_finding none = {.width_m = NAN};
    struct value v[N_COLUMNS];
    struct csv_writer w = {.out = b};
    csv_mark(&w);
    size_t n = values_of(&none, v);
    for (size_t i = 0; i < n; i++)
        csv_text(&w, v[i].name);
    csv_row_end(&w);
    for (size_t i = 0; i < r->n_findings; i++)
        csv_row(&w, v, values_of(&r->findings[i], v));
}

static void json_row(struct json_writer *w, const struct conflict_finding *f,
                     struct geo_shape_builder *builder)
{
    struct value v[N_COLUMNS];
    size_t n = values_of(f, v);
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_kv_string(w, "id", f->id);
    jw_key(w, "properties");
    jw_object_begin(w);
    for (size_t i = 0; i < n; i++)
        if (v[i].text)
            jw_kv_string(w, v[i].name, v[i].text);
        else
            jw_kv_fixed(w, v[i].name, v[i].number, v[i].decimals);
    jw_object_end(w);
    jw_key(w, "geometry");
    geojson_write_gpkg(w, f->blob, f->blob_size, builder);
    jw_object_end(w);
}

static void write_geojsonl(const struct conflict_report *r, struct buffer *b)
{
    struct geo_shape_builder builder;
    geo_shape_builder_init(&builder);
    for (size_t i = 0; i < r->n_findings; i++) {
        struct json_writer w;
        jw_init(&w, b, false);
        json_row(&w, &r->findings[i], &builder);
        buffer_append_char(b, '\n');
    }
    geo_shape_builder_release(&builder);
}

/* ---- GeoPackage ---- */

static enum status fail_sql(sqlite3 *db, struct error *e)
{
    error_zh(e, "写入 GeoPackage 失败：%s。", sqlite3_errmsg(db));
    return error_fail(e, STATUS_IO, "gpkg-write", "Writing the GeoPackage failed: %s.", sqlite3_errmsg(db));
}

static void table_sql(struct buffer *create, struct buffer *insert)
{
    static const struct conflict_finding none = {.width_m = NAN};
    struct value v[N_COLUMNS];
    size_t n = values_of(&none, v);
    buffer_append_str(create, "CREATE TABLE findings (fid INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON");
    buffer_append_str(insert, "INSERT INTO findings VALUES (NULL,?");
    for (size_t i = 0; i < n; i++) {
        buffer_printf(create, ", %s %s", v[i].name,
                      v[i].text       ? "TEXT"
                      : v[i].decimals ? "DOUBLE"
                                      : "INTEGER");
        buffer_append_str(insert, ",?");
    }
    buffer_append_str(create, ")");
    buffer_append_str(insert, ")");
}

static bool insert_all(sqlite3_stmt *q, const struct conflict_report *r)
{
    struct value v[N_COLUMNS];
    bool ok = true;
    for (size_t i = 0; ok && i < r->n_findings; i++) {
        const struct conflict_finding *f = &r->findings[i];
        size_t n = values_of(f, v);
        if (f->blob_size)
            sqlite3_bind_blob64(q, 1, f->blob, f->blob_size, SQLITE_STATIC);
        else
            sqlite3_bind_null(q, 1);
        for (size_t k = 0; k < n; k++) {
            int at = (int)k + 2;
            if (v[k].text)
                sqlite3_bind_text(q, at, v[k].text, -1, SQLITE_STATIC);
            else if (v[k].decimals || !isfinite(v[k].number))
                sqlite3_bind_double(q, at, v[k].number);
            else
                sqlite3_bind_int64(q, at, (int64_t)v[k].number);
        }
        ok = sqlite3_step(q) == SQLITE_DONE;
        sqlite3_reset(q);
    }
    return ok;
}

static enum status fill_gpkg(sqlite3 *db, const struct conflict_report *r, struct error *e)
{
    struct buffer create, insert;
    sqlite3_stmt *q = NULL;
    buffer_init(&create, 0);
    buffer_init(&insert, 0);
    table_sql(&create, &insert);
    enum status s = buffer_status(&create, e) ? STATUS_NO_MEMORY : buffer_status(&insert, e);
    bool ok = !s && gpkg_base_tables(db) && sqlite3_exec(db, create.data, NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_exec(
                  db,
                  "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES "
                  "('findings', 'features', 'findings', '三线冲突 where the lines do not fit', 4490);"
                  "INSERT INTO gpkg_geometry_columns VALUES ('findings', 'geom', 'MULTIPOLYGON', 4490, 0, 0)",
                  NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, insert.data, -1, &q, NULL) == SQLITE_OK && insert_all(q, r);
    sqlite3_finalize(q);
    buffer_release(&create);
    buffer_release(&insert);
    return s || ok ? s : fail_sql(db, e);
}

static enum status write_gpkg(const struct conflict_report *r, const char *path, struct error *e)
{
    /* Half a file is thrown away, so it needs no journal; the whole is on the disk before it gets its
     * name. */
    static const char pragmas[] = "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE; "
                                  "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN";
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
        return error_errno(e, "写入", "write", path);
    remove(part);
    sqlite3 *db = NULL;
    enum status s = sqlite3_open(part, &db) == SQLITE_OK ? STATUS_OK : fail_sql(db, e);
    if (!s && sqlite3_exec(db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        s = fail_sql(db, e);
    if (!s)
        s = fill_gpkg(db, r, e);
    if (!s)
        s = gpkg_rtree_build(db, "findings", "geom", e);
    if (!s && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        s = fail_sql(db, e);
    sqlite3_close(db);
    if (!s)
        s = file_sync(part, e);
    if (!s && rename(part, path) != 0)
        s = error_errno(e, "保存", "save", path);
    if (s)
        remove(part);
    return s;
}

static enum status write_converted(const struct conflict_report *r, const char *path,
                                   enum audit_format format, struct error *e)
{
    char made[SINK_PATH_SIZE], gpkg[SINK_PATH_SIZE + 8], rest[SINK_PATH_SIZE];
    if (strlen(path) + 64 > SINK_PATH_SIZE)
        return error_errno(e, "写入", "write", path);
    sink_made_path(path, made);
    snprintf(gpkg, sizeof gpkg, "%s.gpkg", made);
    sink_rest_path(path, rest);
    remove(made);
    const struct sink_conversion c = {gpkg, "findings", NULL, made, rest, format};
    enum status s = write_gpkg(r, gpkg, e);
    if (!s)
        s = sink_convert(&c, e);
    if (!s && rename(made, path) != 0)
        s = error_errno(e, "保存", "save", path);
    remove(gpkg);
    if (s)
        remove(made);
    return s;
}

enum status conflict_write(const struct conflict_report *r, const struct snapshot *s, const char *path,
                           struct error *e)
{
    enum audit_format format = AUDIT_GPKG;
    struct buffer b;
    (void)audit_format_of(path, AUDIT_LINES, &format);
    if (format == AUDIT_GPKG)
        return write_gpkg(r, path, e);
    if (format == AUDIT_FGB || format == AUDIT_XLSX)
        return write_converted(r, path, format, e);
    buffer_init(&b, 0);
    if (format == AUDIT_CSV)
        write_csv(r, &b);
    else if (format == AUDIT_HTML)
        conflict_page(r, s, &b);
    else
        write_geojsonl(r, &b);
    enum status st = buffer_status(&b, e);
    if (!st)
        st = file_write_atomic(path, b.data ? b.data : "", b.size, e);
    buffer_release(&b);
    return st;
}

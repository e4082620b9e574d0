/* A lines audit as GeoPackage, CSV and GeoJSON sequence: its findings, and the rows of the matrix as a second
 * table, sheet, or file beside; written whole, under a temporary name first. */
#include "audit/conflicts/parts.h"

#include "audit/conflicts/list.h"
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
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- one row as named values, the same in every format ---- */

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

static size_t values_of_tie(const struct conflict_tie *t, struct value v[N_COLUMNS])
{
    size_t n = 0;
    v[n++] = text_of("relation", tie_name(t->tie));
    v[n++] = text_of("layer_a", t->layer_a);
    v[n++] = text_of("title_a", t->title_a);
    v[n++] = text_of("layer_b", t->layer_b);
    v[n++] = text_of("title_b", t->title_b);
    v[n++] = text_of("unit", t->unit);
    v[n++] = text_of("unit_name", t->unit_name);
    v[n++] = number_of("examined", t->examined, 0);
    v[n++] = number_of("n_findings", t->examined && t->tie != TIE_SHARE ? (double)t->n_findings : NAN, 0);
    v[n++] = number_of("area_m2", t->area_m2, 4);
    v[n++] = number_of("outside_m2", t->outside_m2, 4);
    v[n++] = number_of("of_m2", t->of_m2, 4);
    v[n++] = number_of("share", t->share, 6);
    v[n++] = text_of("note_zh", t->note_zh);
    v[n++] = text_of("note_en", t->note_en);
    return n;
}

/* What is written as a table; its row `i`, or for a number that there is not the columns alone. */
struct table {
    const char *name, *about;
    bool shaped; /* its rows have geometry */
    size_t (*size)(const struct conflict_report *r);
    size_t (*values)(const struct conflict_report *r, size_t i, struct value v[N_COLUMNS]);
};

static size_t n_findings(const struct conflict_report *r)
{
    return r->n_findings;
}

static size_t finding_values(const struct conflict_report *r, size_t i, struct value v[N_COLUMNS])
{
    static const struct conflict_finding none = {.width_m = NAN};
    return values_of(i < r->n_findings ? &r->findings[i] : &none, v);
}

static size_t n_ties(const struct conflict_report *r)
{
    return r->n_ties;
}

static size_t tie_values(const struct conflict_report *r, size_t i, struct value v[N_COLUMNS])
{
    static const struct conflict_tie none = {.examined = true};
    return values_of_tie(i < r->n_ties ? &r->ties[i] : &none, v);
}

static const struct table FINDINGS = {"findings", "图层冲突 where the layers do not fit", true, n_findings,
                                      finding_values},
                          RELATIONS = {"relations", "图层关系 how the layers lie to each other", false,
                                       n_ties, tie_values};

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

static void write_csv(const struct table *t, const struct conflict_report *r, struct buffer *b)
{
    struct value v[N_COLUMNS];
    struct csv_writer w = {.out = b};
    csv_mark(&w);
    size_t n = t->values(r, SIZE_MAX, v);
    for (size_t i = 0; i < n; i++)
        csv_text(&w, v[i].name);
    csv_row_end(&w);
    for (size_t i = 0; i < t->size(r); i++)
        csv_row(&w, v, t->values(r, i, v));
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

static void table_sql(const struct table *t, const struct conflict_report *r, struct buffer *create,
                      struct buffer *insert)
{
    struct value v[N_COLUMNS];
    size_t n = t->values(r, SIZE_MAX, v);
    buffer_printf(create, "CREATE TABLE %s (fid INTEGER PRIMARY KEY NOT NULL%s", t->name,
                  t->shaped ? ", geom MULTIPOLYGON" : "");
    buffer_printf(insert, "INSERT INTO %s VALUES (NULL%s", t->name, t->shaped ? ",?" : "");
    for (size_t i = 0; i < n; i++) {
        buffer_printf(create, ", %s %s", v[i].name,
                      v[i].text       ? "TEXT"
                      : v[i].decimals ? "DOUBLE"
                                      : "INTEGER");
        buffer_append_str(insert, ",?");
    }
    buffer_printf(create,
                  "); INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
                  "VALUES ('%s', '%s', '%s', '%s', %s)",
                  t->name, t->shaped ? "features" : "attributes", t->name, t->about,
                  t->shaped ? "4490" : "NULL");
    if (t->shaped)
        buffer_printf(create,
                      "; INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', 'MULTIPOLYGON', 4490, 0, 0)",
                      t->name);
    buffer_append_str(insert, ")");
}

static void bind_value(sqlite3_stmt *q, int at, const struct value *v)
{
    if (v->text)
        sqlite3_bind_text(q, at, v->text, -1, SQLITE_STATIC);
    else if (v->decimals || !isfinite(v->number))
        sqlite3_bind_double(q, at, v->number);
    else
        sqlite3_bind_int64(q, at, (int64_t)v->number);
}

static bool insert_all(sqlite3_stmt *q, const struct table *t, const struct conflict_report *r)
{
    struct value v[N_COLUMNS];
    bool ok = true;
    for (size_t i = 0; ok && i < t->size(r); i++) {
        size_t n = t->values(r, i, v);
        int first = t->shaped ? 2 : 1;
        if (t->shaped && r->findings[i].blob_size)
            sqlite3_bind_blob64(q, 1, r->findings[i].blob, r->findings[i].blob_size, SQLITE_STATIC);
        else if (t->shaped)
            sqlite3_bind_null(q, 1);
        for (size_t k = 0; k < n; k++)
            bind_value(q, (int)k + first, &v[k]);
        ok = sqlite3_step(q) == SQLITE_DONE;
        sqlite3_reset(q);
    }
    return ok;
}

static enum status fill_table(sqlite3 *db, const struct table *t, const struct conflict_report *r,
                              struct error *e)
{
    struct buffer create, insert;
    sqlite3_stmt *q = NULL;
    buffer_init(&create, 0);
    buffer_init(&insert, 0);
    table_sql(t, r, &create, &insert);
    enum status s = buffer_status(&create, e) ? STATUS_NO_MEMORY : buffer_status(&insert, e);
    bool ok = !s && sqlite3_exec(db, create.data, NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, insert.data, -1, &q, NULL) == SQLITE_OK && insert_all(q, t, r);
    sqlite3_finalize(q);
    buffer_release(&create);
    buffer_release(&insert);
    return s || ok ? s : fail_sql(db, e);
}

static enum status fill_gpkg(sqlite3 *db, const struct conflict_report *r, struct error *e)
{
    enum status s = gpkg_base_tables(db) ? fill_table(db, &FINDINGS, r, e) : fail_sql(db, e);
    return s ? s : fill_table(db, &RELATIONS, r, e);
}

static enum status write_gpkg(const struct conflict_report *r, const char *path, struct error *e)
{
    /* Half a file is thrown away, so it needs no journal; the whole is on the disk before it gets its
     * name. */
    static const char pragmas[] = "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE; "
                                  "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN";
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
        return error_errno(e, "写入", "Writing", path);
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
        s = error_errno(e, "保存", "Saving", path);
    if (s)
        remove(part);
    return s;
}

static enum status write_converted(const struct conflict_report *r, const char *path,
                                   enum audit_format format, struct error *e)
{
    char made[SINK_PATH_SIZE], gpkg[SINK_PATH_SIZE + 8], rest[SINK_PATH_SIZE];
    if (strlen(path) + 64 > SINK_PATH_SIZE)
        return error_errno(e, "写入", "Writing", path);
    sink_made_path(path, made);
    snprintf(gpkg, sizeof gpkg, "%s.gpkg", made);
    sink_rest_path(path, rest);
    remove(made);
    const struct sink_conversion c = {gpkg, FINDINGS.name, RELATIONS.name, made, rest, format};
    enum status s = write_gpkg(r, gpkg, e);
    if (!s)
        s = sink_convert(&c, e);
    if (!s && rename(made, path) != 0)
        s = error_errno(e, "保存", "Saving", path);
    remove(gpkg);
    if (s)
        remove(made);
    return s;
}

static enum status write_text(struct buffer *b, const char *path, struct error *e)
{
    enum status s = buffer_status(b, e);
    if (!s)
        s = file_write_atomic(path, b->data ? b->data : "", b->size, e);
    buffer_release(b);
    return s;
}

bool conflict_beside_path(const char *out, char *path)
{
    enum audit_format format;
    bool one_table = audit_format_of(out, AUDIT_LINES, &format) &&
                     (format == AUDIT_CSV || format == AUDIT_GEOJSONL || format == AUDIT_FGB);
    return one_table && (size_t)snprintf(path, SINK_PATH_SIZE, "%s.relations.csv", out) < SINK_PATH_SIZE;
}

/* What has room for one table only has the matrix in a file beside it. */
static enum status write_beside(const struct conflict_report *r, const char *out, struct error *e)
{
    char path[SINK_PATH_SIZE];
    struct buffer b;
    if (!conflict_beside_path(out, path))
        return STATUS_OK;
    buffer_init(&b, 0);
    write_csv(&RELATIONS, r, &b);
    return write_text(&b, path, e);
}

enum status conflict_write(const struct conflict_report *r, const struct snapshot *s, const char *path,
                           struct error *e)
{
    enum audit_format format = AUDIT_GPKG;
    struct buffer b;
    (void)audit_format_of(path, AUDIT_LINES, &format);
    enum status st = write_beside(r, path, e);
    if (st)
        return st;
    if (format == AUDIT_GPKG)
        return write_gpkg(r, path, e);
    if (format == AUDIT_FGB || format == AUDIT_XLSX)
        return write_converted(r, path, format, e);
    if (format == AUDIT_JSON)
        return conflict_list_write(r, r->n_findings, path, e);
    buffer_init(&b, 0);
    if (format == AUDIT_CSV)
        write_csv(&FINDINGS, r, &b);
    else if (format == AUDIT_HTML)
        conflict_page(r, s, &b);
    else
        write_geojsonl(r, &b);
    return write_text(&b, path, e);
}

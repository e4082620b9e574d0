/* One parcel out of the GeoPackage, as it is checked by itself. */
#include "audit/bench/parts.h"

#include "formats/geojson.h"
#include "formats/gpkg.h"
#include "formats/sqlite_uri.h"
#include "formats/wkb.h"

#include <stdlib.h>
#include <string.h>

/* Every digit, because it is measured again; NULL what is no area at all. */
static void write_geometry(struct json_writer *w, const unsigned char *p, size_t n)
{
    struct geo_shape_builder b;
    struct geo_shape shape;
    geo_shape_builder_init(&b);
    size_t at = p ? gpkg_wkb_offset(p, n) : 0;
    if (at && wkb_read(p + at, n - at, &b, NULL) == STATUS_OK &&
        geo_shape_builder_view(&b, &shape, NULL) == STATUS_OK)
        geojson_write_exact(w, &shape);
    else
        jw_null(w);
    geo_shape_builder_release(&b);
}

static void write_parcel(struct json_writer *w, sqlite3_stmt *q)
{
    static const char *const members[] = {"parcel_id", "name",      "project_class", "claims",
                                          "verdict",   "reason_zh", "reason_en"};
    enum { FIRST = 2, N = sizeof members / sizeof *members };
    const char *properties = (const char *)sqlite3_column_text(q, 1);
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_key(w, "id");
    jw_integer(w, (long long)sqlite3_column_int64(q, FIRST + N));
    for (int i = 0; i < N; i++)
        jw_kv_string(w, members[i], (const char *)sqlite3_column_text(q, FIRST + i));
    jw_key(w, "properties");
    if (properties)
        jw_raw(w, properties, strlen(properties));
    else
        jw_null(w);
    jw_key(w, "geometry");
    write_geometry(w, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    jw_object_end(w);
}

static enum status fail_row(int64_t fid, struct error *e)
{
    error_zh(e, "结果中没有第 %lld 行。", (long long)fid);
    return error_fail(e, STATUS_NOT_FOUND, "bench-row", "There is no row %lld in the results.",
                      (long long)fid);
}

static enum status read_parcel(sqlite3 *db, int64_t fid, struct buffer *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    struct json_writer w;
    int rc = sqlite3_prepare_v2(db,
                                "SELECT geom, properties, parcel_id, name, project_class, claims, verdict, "
                                "reason_zh, reason_en, fid FROM parcels WHERE fid = ?",
                                -1, &q, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(q, 1, fid);
        rc = sqlite3_step(q);
    }
    enum status s = rc == SQLITE_ROW    ? STATUS_OK
                    : rc == SQLITE_DONE ? fail_row(fid, e)
                                        : bench_fail_read(db, e);
    jw_init(&w, out, false);
    if (!s)
        write_parcel(&w, q);
    sqlite3_finalize(q);
    return s ? s : buffer_status(out, e);
}

enum status bench_parcel(const char *gpkg, int64_t fid, struct buffer *out, struct error *e)
{
    sqlite3 *db = NULL;
    char *uri = sqlite_immutable_uri(gpkg);
    bool ok = uri &&
              sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) ==
                  SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) == SQLITE_OK;
    free(uri);
    enum status s = ok ? read_parcel(db, fid, out, e) : bench_fail_read(db, e);
    sqlite3_close(db);
    return s;
}

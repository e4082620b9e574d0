#include "store/store_units.h"

#include "store/sql.h"

#include <stdio.h>
#include <string.h>

static const struct doing COPYING = {"更新行政区界线", "updating the boundaries of administrative units"};

static enum status fail_unit(const char *code, struct error *e)
{
    error_zh(e, "行政区 %s 的界线无法读出，存储可能已损坏；请检查磁盘，并重新导入行政区图层。", code);
    return error_fail(
        e, STATUS_CORRUPT, "unit-geometry",
        "The boundary of unit %s cannot be read, the store may be damaged; check the disk and import "
        "the administrative layers again.",
        code);
}

enum status store_units(struct store *s, store_unit_fn *fn, void *user, struct error *e)
{
    struct doing d = {"读取行政区", "reading administrative units"};
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(
        s, "SELECT code, name, level, hx_wkb(geometry), geometry IS NOT NULL FROM admin_unit ORDER BY code",
        &q, d, e);
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, d, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_unit u = {(const char *)sqlite3_column_text(q, 0),
                               (const char *)sqlite3_column_text(q, 1),
                               (const char *)sqlite3_column_text(q, 2), sqlite3_column_blob(q, 3),
                               (size_t)sqlite3_column_bytes(q, 3)};
        if (!u.wkb && sqlite3_column_int(q, 4))
            st = fail_unit(u.code, e);
        else
            more = fn(&u, user);
    }
    sqlite3_finalize(q);
    return st;
}

void unit_digits(const char *unit, char digits[UNIT_DIGITS_SIZE])
{
    size_t n;
    snprintf(digits, UNIT_DIGITS_SIZE, "%s", strcmp(unit, "all") == 0 ? "" : unit);
    n = strlen(digits);
    if (n == 6) /* a region's code ends in 0000, a prefecture's in 00 */
        while (n > 2 && strcmp(digits + n - 2, "00") == 0)
            digits[n -= 2] = '\0';
}

/* ---- from the administrative layers ---- */

/* Layers of kind 'admin' carry the unit's code as their features' code, or (official 行政区 layers, whose BSM
 * is another number) as their XZQDM. They may know the region and prefectures that the list of counties does
 * not; a county's code that is not in the list is reported at the import and makes no county. Official
 * boundaries go over reference ones. What is smaller (nine or twelve digits, or a layer of a level whose
 * codes have more than six) is no county: some of its townships would be too small a boundary. */
#define LEVEL_DIGITS                                                                                         \
    "coalesce((SELECT json_extract(d.json, '$.unit.digits') FROM layer_definition d "                        \
    "WHERE d.layer_id = l.id AND d.current = 1), 0)"
#define UNIT_CODE                                                                                            \
    "CASE WHEN f.code GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]' THEN f.code WHEN " LEVEL_DIGITS " > 6 OR "       \
    "(length(f.code) IN (9, 12) AND f.code NOT GLOB '*[^0-9]*') THEN '' ELSE f.county END"
#define BOUNDARIES(reference)                                                                                \
    "UPDATE admin_unit SET geometry = b.g FROM (SELECT " UNIT_CODE                                           \
    " AS unit, CASE WHEN count(*) = 1 THEN f.geometry ELSE CastToMultiPolygon(GUnion(f.geometry)) END AS g " \
    "FROM layer l JOIN layer_version v ON v.id = l.current_version_id JOIN feature f ON f.version_id = "     \
    "v.id "                                                                                                  \
    "WHERE l.kind = 'admin' AND " UNIT_CODE                                                                  \
    " IN (SELECT code FROM admin_unit) AND v.reference_only = " reference                                    \
    " GROUP BY l.id, unit) b WHERE b.unit = admin_unit.code;"
/* A township is a unit of its own: nine digits, or the twelve of the statistical code that end in 000 (others
 * are villages), beneath a county of the list. Those of layers that are not current any longer go. */
#define NINE_DIGITS(c)                                                                                       \
    "CASE WHEN " c " GLOB '*[^0-9]*' THEN NULL WHEN length(" c ") = 9 THEN " c " WHEN length(" c             \
    ") = 12 AND substr(" c ", 10) = '000' THEN substr(" c ", 1, 9) END"
#define TOWNSHIP_CODE "coalesce(" NINE_DIGITS("f.code") ", " NINE_DIGITS("f.county") ")"
/* clang-format off */
#define TOWNSHIPS(reference)                                                                                 \
    "INSERT INTO admin_unit (code, name, name_en, level, parent, geometry) "                                 \
    "SELECT " TOWNSHIP_CODE " AS unit, min(f.name), "                                                        \
    "coalesce(min(json_extract(f.properties, '$.name_en')), ''), 'township', "                               \
    "substr(" TOWNSHIP_CODE ", 1, 6) AS above, "                                                             \
    "CASE WHEN count(*) = 1 THEN f.geometry ELSE CastToMultiPolygon(GUnion(f.geometry)) END "                \
    "FROM layer l JOIN layer_version v ON v.id = l.current_version_id JOIN feature f ON f.version_id = v.id "\
    "WHERE l.kind = 'admin' AND " LEVEL_DIGITS " <= 9 AND v.reference_only = " reference                     \
    " AND unit IS NOT NULL AND above IN (SELECT code FROM admin_unit WHERE level = 'county') "               \
    "GROUP BY l.id, unit ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, "\
    "geometry = excluded.geometry;"
/* clang-format on */
static const char FROM_ADMIN_LAYERS[] =
    "DELETE FROM admin_unit WHERE level = 'township';"
    "INSERT INTO admin_unit (code, name, name_en, level) SELECT f.code, f.name, "
    "coalesce(json_extract(f.properties, '$.name_en'), ''), CASE WHEN f.code LIKE '__0000' THEN 'region' "
    "WHEN f.code LIKE '____00' THEN 'prefecture' ELSE 'county' END FROM layer l JOIN feature f ON "
    "f.version_id = "
    "l.current_version_id WHERE l.kind = 'admin' AND f.code GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]' "
    "AND (f.code LIKE '____00' OR EXISTS (SELECT 1 FROM admin_unit u WHERE u.code = f.code)) "
    "ON CONFLICT (code) DO UPDATE SET name_en = excluded.name_en WHERE excluded.name_en <> '';" BOUNDARIES(
        "1")
        BOUNDARIES("0") "UPDATE admin_unit SET parent = r.code FROM admin_unit r WHERE admin_unit.level "
                        "= 'prefecture' AND "
                        "r.level = 'region' AND r.code = substr(admin_unit.code, 1, 2) || '0000';" TOWNSHIPS(
                            "1") TOWNSHIPS("0");

enum status sql_copy_boundaries(struct store *s, struct error *e)
{
    return sql_exec(s, FROM_ADMIN_LAYERS, COPYING, e);
}

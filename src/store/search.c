#include "store/search.h"

#include "store/sql.h"

#include <string.h>

static const struct doing SEARCHING = {"搜索", "searching"};

/* Columns: what, collection, code, name, within, id, and the box. ?1 is the text, ?2 the limit. */
#define BOX_OF(g) "MbrMinX(" g "), MbrMinY(" g "), MbrMaxX(" g "), MbrMaxY(" g ")"
#define BEST_FIRST(name) " ORDER BY " name " <> ?1, length(" name "), "

static const char UNITS[] = "SELECT 'unit', '', code, name, above, 0, " BOX_OF(
    "place") " FROM ("
             "SELECT u.code, u.name, coalesce(p.name, '') AS above, coalesce(u.geometry, s.geometry) AS "
             "place "
             "FROM admin_unit u LEFT JOIN admin_seat s ON s.code = u.code LEFT JOIN admin_unit p ON p.code = "
             "u.parent "
             "WHERE instr(u.name, ?1) OR u.code = ?1) WHERE place IS NOT NULL" BEST_FIRST(
                 "name") "code LIMIT ?2";

/* The seats of counties are units already. */
static const char PLACES[] =
    "SELECT CASE collection WHEN 'base_towns' THEN 'town' WHEN 'base_water' THEN 'water' ELSE 'plan' END, "
    "collection, '', name, coalesce(json_extract(properties, '$.kind'), ''), id, " BOX_OF(
        "geometry") " FROM place_item WHERE instr(name, ?1) AND collection <> 'counties' AND "
                    "NOT (collection = 'base_towns' AND json_extract(properties, '$.kind') = "
                    "'county')" BEST_FIRST("name") "collection, id LIMIT ?2";

static const char TOWNSHIPS[] = "SELECT 'feature', l.id, f.code, f.name, l.title_zh, f.id, " BOX_OF(
    "f.geometry") " FROM layer l JOIN feature f ON "
                  "f.version_id = l.current_version_id WHERE l.kind = 'admin' AND l.id NOT IN ('region', "
                  "'prefectures') AND "
                  "instr(f.name, ?1)" BEST_FIRST("f.name") "f.id LIMIT ?2";

/* In this order: else every feature of the current versions would be looked at. */
static const char CODES[] = "SELECT 'feature', l.id, f.code, f.name, l.title_zh, f.id, " BOX_OF(
    "f.geometry") " FROM feature f "
                  "CROSS JOIN layer l ON l.current_version_id = f.version_id WHERE f.code >= ?1 AND "
                  "f.code < ?1 || char(1114111) ORDER BY f.code, f.id LIMIT ?2";

static const char *text_at(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? text : "";
}

static struct store_found found_at(sqlite3_stmt *q)
{
    return (struct store_found){.what = text_at(q, 0),
                                .collection = text_at(q, 1),
                                .code = text_at(q, 2),
                                .name = text_at(q, 3),
                                .within = text_at(q, 4),
                                .id = sqlite3_column_int64(q, 5),
                                .box = {.west_deg = sqlite3_column_double(q, 6),
                                        .south_deg = sqlite3_column_double(q, 7),
                                        .east_deg = sqlite3_column_double(q, 8),
                                        .north_deg = sqlite3_column_double(q, 9)}};
}

struct wanted {
    const char *text;
    int64_t limit;
    store_found_fn *fn;
    void *user;
    bool stopped;
};

static enum status search(struct store *s, const char *sql, struct wanted *w, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, sql, &q, SEARCHING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, w->text);
    sqlite3_bind_int64(q, 2, w->limit);
    for (bool row = true; st == STATUS_OK && !w->stopped;) {
        st = sql_step(s, q, &row, SEARCHING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_found f = found_at(q);
        w->stopped = !w->fn(&f, w->user);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_search(struct store *s, const char *text, int64_t limit, store_found_fn *fn, void *user,
                         struct error *e)
{
    static const char *const named[] = {UNITS, PLACES, TOWNSHIPS};
    struct wanted w = {text, limit, fn, user, false};
    enum status st = sql_spatialite(s, e); /* boxes of geometries */
    for (size_t i = 0; st == STATUS_OK && !w.stopped && i < sizeof named / sizeof *named; i++)
        st = search(s, named[i], &w, e);
    if (st == STATUS_OK && !w.stopped && strlen(text) >= SEARCH_CODE_BYTES)
        st = search(s, CODES, &w, e);
    return st;
}

/* Reading the plan: its features and the administrative seats. */
#include "store/sql.h"

#include <string.h>

static const struct doing READING = {"读取规划数据", "reading the plan"};

static const char *column_text(sqlite3_stmt *q, int i, const char *when_null)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    return text ? text : when_null;
}

/* Over the antimeridian it is two; else the second is the first. */
static void bind_box(sqlite3_stmt *q, int first, const struct geo_box *box)
{
    bool around = box->west_deg > box->east_deg;
    sqlite3_bind_double(q, first, box->west_deg);
    sqlite3_bind_double(q, first + 1, box->south_deg);
    sqlite3_bind_double(q, first + 2, around ? 180 : box->east_deg);
    sqlite3_bind_double(q, first + 3, box->north_deg);
    sqlite3_bind_double(q, first + 4, around ? -180 : box->west_deg);
    sqlite3_bind_double(q, first + 5, box->east_deg);
}

enum status store_plan_extent(struct store *s, const char *collection, struct geo_box *box, int64_t *n,
                              struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_spatialite(s, e);
    if (st == STATUS_OK)
        st = sql_prepare(s,
                         "SELECT count(*), min(MbrMinX(geometry)), min(MbrMinY(geometry)), "
                         "max(MbrMaxX(geometry)), max(MbrMaxY(geometry)) FROM place_item "
                         "WHERE collection = ?1",
                         &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, collection);
    bool row = false;
    st = sql_step(s, q, &row, READING, e);
    if (st == STATUS_OK) {
        *n = sqlite3_column_int64(q, 0);
        *box = geo_box_empty();
        if (*n)
            *box = (struct geo_box){.west_deg = sqlite3_column_double(q, 1),
                                    .south_deg = sqlite3_column_double(q, 2),
                                    .east_deg = sqlite3_column_double(q, 3),
                                    .north_deg = sqlite3_column_double(q, 4)};
    }
    sqlite3_finalize(q);
    return st;
}

/* Some hundred rows: the box is tested row by row. */
enum status store_plan_features(struct store *s, const char *collection, const struct geo_box *box,
                                int64_t after_id, int64_t limit, store_plan_feature_fn *fn, void *user,
                                struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_spatialite(s, e); /* points, lines and areas */
    if (st != STATUS_OK)
        return st;
    st = sql_prepare(s,
                     "SELECT id, collection, name, properties, AsGeoJSON(geometry, 8) FROM place_item "
                     "WHERE collection = ?1 AND id > ?2 AND (?4 IS NULL OR MbrIntersects(geometry, "
                     "BuildMbr(?4, ?5, ?6, ?7, 4490)) OR MbrIntersects(geometry, "
                     "BuildMbr(?8, ?5, ?9, ?7, 4490))) ORDER BY id LIMIT ?3",
                     &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, collection);
    sqlite3_bind_int64(q, 2, after_id);
    sqlite3_bind_int64(q, 3, limit > 0 ? limit : -1);
    if (box)
        bind_box(q, 4, box);
    bool row = true, more = true;
    while (more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_plan_feature f = {.id = sqlite3_column_int64(q, 0),
                                       .collection = column_text(q, 1, ""),
                                       .name = column_text(q, 2, ""),
                                       .properties = column_text(q, 3, "{}"),
                                       .geometry = column_text(q, 4, "null")};
        more = fn(&f, user);
    }
    sqlite3_finalize(q);
    return st;
}

#include "store/store_units.h"

#include "store/sql.h"

enum status store_units(struct store *s, store_unit_fn *fn, void *user, struct error *e)
{
    struct doing d = {"读取行政区", "reading administrative units"};
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(
        s, "SELECT code, name, level, AsBinary(geometry) FROM admin_unit ORDER BY code", &q, d, e);
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, d, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_unit u = {(const char *)sqlite3_column_text(q, 0),
                               (const char *)sqlite3_column_text(q, 1),
                               (const char *)sqlite3_column_text(q, 2), sqlite3_column_blob(q, 3),
                               (size_t)sqlite3_column_bytes(q, 3)};
        more = fn(&u, user);
    }
    sqlite3_finalize(q);
    return st;
}

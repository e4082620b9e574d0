#include "store/rule_editions.h"

#include "store/sql.h"

static const struct doing READING = {"读取规则表", "reading the rule table"};

static enum status read_edition(sqlite3_stmt *q, struct arena *a, struct store_rule_edition *out,
                                struct error *e)
{
    const char **texts[] = {&out->sha256, &out->csv, &out->source, &out->loaded_at, &out->in_force_at};
    for (int i = 0; i < 5; i++)
        if (!(*texts[i] = sql_text(q, i, a)))
            return error_no_memory(e);
    out->current = sqlite3_column_int(q, 5);
    return STATUS_OK;
}

enum status store_rule_edition_read(struct store *s, const char *sha256, struct arena *a,
                                    struct store_rule_edition *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st =
        sql_prepare(s, "SELECT sha256, csv, source, loaded_at, '', current FROM rule_set WHERE sha256 = ?1",
                    &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, sha256);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK && row)
        st = read_edition(q, a, out, e);
    sqlite3_finalize(q);
    if (st != STATUS_OK || row)
        return st;
    error_zh(e, "存储中没有 SHA-256 为“%.64s”的规则表。", sha256);
    return error_fail(e, STATUS_NOT_FOUND, "rules-not-found",
                      "The store has no edition of the rule table with the SHA-256 \"%.64s\".", sha256);
}

static const char *text(sqlite3_stmt *q, int column)
{
    const char *t = (const char *)sqlite3_column_text(q, column);
    return t ? t : "";
}

enum status store_rule_switches(struct store *s, store_rule_edition_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(s,
                                 "SELECT r.sha256, r.source, r.loaded_at, w.in_force_at, r.current AND "
                                 "w.id = (SELECT max(id) FROM rule_switch) "
                                 "FROM rule_switch w JOIN rule_set r ON r.sha256 = w.sha256 ORDER BY w.id",
                                 &q, READING, e);
    while (st == STATUS_OK && row && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st == STATUS_OK && row) {
            struct store_rule_edition edition = {text(q, 0), "",         text(q, 1),
                                                 text(q, 2), text(q, 3), sqlite3_column_int(q, 4)};
            more = fn(&edition, user);
        }
    }
    sqlite3_finalize(q);
    return st;
}

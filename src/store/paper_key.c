#include "store/paper_key.h"

#include "store/sql.h"

#include <string.h>

static const struct doing READING = {"读取签名密钥", "reading the signing key"};
static const struct doing MAKING = {"生成签名密钥", "making the signing key"};
enum { SCHEMA_WITH_KEY = 160 };

enum status store_paper_key_read(struct store *s, struct ed25519_key *out, bool *found, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    *found = false;
    if (s->schema < SCHEMA_WITH_KEY && s->mode != STORE_WRITE)
        return STATUS_OK;
    enum status st = sql_prepare(s, "SELECT secret FROM paper_key", &q, READING, e);
    if (!st)
        st = sql_step(s, q, &row, READING, e);
    *found = !st && row && sqlite3_column_bytes(q, 0) == ED25519_BYTES;
    if (*found) {
        memcpy(out->secret, sqlite3_column_blob(q, 0), ED25519_BYTES);
        ed25519_publish(out);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_paper_key_seed(struct store *s, struct error *e)
{
    struct ed25519_key key;
    sqlite3_stmt *q = NULL;
    enum status st = ed25519_make(&key, e);
    if (!st)
        st = sql_prepare(s,
                         "INSERT OR IGNORE INTO paper_key (id, secret, made_at) VALUES (1, ?1, "
                         "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                         &q, MAKING, e);
    if (st)
        return st;
    sqlite3_bind_blob(q, 1, key.secret, ED25519_BYTES, SQLITE_STATIC);
    st = sql_run(s, q, MAKING, e);
    sqlite3_finalize(q);
    return st;
}

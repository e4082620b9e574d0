/* What the files of the bench share. Not for others' use. */
#ifndef HX_AUDIT_BENCH_PARTS_H
#define HX_AUDIT_BENCH_PARTS_H

#include "audit/bench/bench.h"

#include <sqlite3.h>

enum { BENCH_COLUMNS_MAX = 160, BENCH_NAME_SIZE = 80 };

enum bench_type { BENCH_TEXT, BENCH_NUMBER, BENCH_BOOLEAN };

/* Of the table rows, as they lie there. */
struct bench_column {
    char name[BENCH_NAME_SIZE];
    enum bench_type type;
};

struct bench {
    sqlite3 *db;
    uint8_t key[SHA256_BYTES];
    struct bench_column columns[BENCH_COLUMNS_MAX];
    size_t n;
};

/* Why a statement failed: the budget is over, memory is out, or the file is damaged. */
enum status bench_fail_read(sqlite3 *db, struct error *e);
/* filter.c: what follows WHERE, appended. */
enum status bench_where(const struct bench *b, const char *filter, struct arena *a, struct buffer *sql,
                        struct error *e) HX_MUST_CHECK;
/* What follows ORDER BY. */
enum status bench_order_by(const struct bench *b, const char *sortby, struct buffer *sql,
                           struct error *e) HX_MUST_CHECK;

#endif

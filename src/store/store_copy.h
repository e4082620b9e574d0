/* A whole store as another file, and whether a store is whole: what a backup and a restore are made of.
 *
 * A copy is made page by page in one read transaction (sqlite3_backup): of one moment, while others go on
 * writing, and the same in every page, what the record's chain was sealed over included. VACUUM INTO would
 * write everything anew. Not for: the record's chain as such (record/record.h). Threads: as store.h. */
#ifndef HX_STORE_STORE_COPY_H
#define HX_STORE_STORE_COPY_H

#include "store/store.h"

/* What a store holds. */
struct store_facts {
    int64_t schema; /* its version */
    int64_t pages;  /* of the file */
    int64_t n_layers, n_versions, n_features, n_projects, n_records;
    char head[65]; /* the seal of the last record; "" when there is none */
};

/* As store_open for reading, whatever earlier schema it has: what is a copy of it, or is compared with one.
 */
enum status store_open_any(const char *path, struct store **out, struct error *e) HX_MUST_CHECK;

/* Copies the store at `from` (of whatever earlier schema) to `to`, where nothing may be, and makes it
 * durable; what is left there after a failure is the caller's to remove (store_copy_discard). *out: what was
 * copied. */
enum status store_copy(const char *from, const char *to, struct store_facts *out,
                       struct error *e) HX_MUST_CHECK;
/* The file and what SQLite may have beside it. */
void store_copy_discard(const char *path);

/* Is it sound: SQLite's own check of every page, and as many features in each version as were imported?
 * STATUS_CORRUPT with a sentence when not. */
enum status store_examine(struct store *s, struct store_facts *out, struct error *e) HX_MUST_CHECK;
bool store_facts_same(const struct store_facts *a, const struct store_facts *b);

/* Gives a copy that is at rest its name; `overwrite`: whatever has it now. STATUS_CONFLICT ("file-exists")
 * when somebody has it and may not lose it. */
enum status store_copy_place(const char *copy, const char *path, bool overwrite,
                             struct error *e) HX_MUST_CHECK;

/* A name beside `path` for a file that is being made by this process, "PATH.new-123"; those that processes
 * that are no longer there have left behind are removed. */
enum status store_copy_name(const char *path, char *out, size_t size, struct error *e) HX_MUST_CHECK;

#endif

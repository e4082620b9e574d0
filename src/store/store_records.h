/* The record as rows: kept checks and officers' overrides, append-only, in one hash-chained table
 * (schema/010).
 *
 * The seal of a row is the SHA-256, in lower-case hex, of these bytes:
 *
 *     "hongxian record 1\n"
 *     and then for each field, in this order:  name ":" length ":" value "\n"
 *
 *     id kind kept_at officer project_name project_class verdict area_basis engine layers rules_sha256
 *     input_name input_sha256 result_sha256 refers_to reason previous_sha256
 *
 * where `value` is the column's text in UTF-8 (integers in decimal) and `length` its number of bytes in
 * decimal. The length makes the string readable in one way only, whatever a name or reason contains.
 * A row made by somebody who had logged in names that person: its first line is "hongxian record 2\n",
 * and a field `person` follows behind previous_sha256.
 * `previous_sha256` is the seal of the row before, 64 zeros in the first. Input and report are in
 * record_content under their own SHA-256, so that the seal covers them too. tests/record/auditor.py
 * recomputes all this with Python's standard library alone.
 *
 * What the chain shows: a row that was changed, taken out of the middle, put in, or reordered. It does not
 * show that rows at the end are missing, or that everything behind some row was sealed anew, unless somebody
 * kept a seal elsewhere (on paper, in a letter): record_chain_verify takes it as the anchor.
 *
 * Not for: what a report says (record/). Threads: as store.h; appends of several programs queue on the
 * write lock. */
#ifndef HX_STORE_STORE_RECORDS_H
#define HX_STORE_STORE_RECORDS_H

#include "store/store.h"

#define STORE_RECORD_NO_SHA256 "0000000000000000000000000000000000000000000000000000000000000000"

struct store_record { /* texts are never NULL in what is read; NULL reads as "" in what is appended */
    int64_t id;
    const char *kind;    /* "check" | "override" */
    const char *kept_at; /* "2026-01-31T08:00:00Z" */
    const char *officer, *project_name, *project_class, *verdict, *area_basis;
    const char *engine, *layers; /* JSON */
    const char *rules_sha256, *input_name, *input_sha256, *result_sha256;
    int64_t refers_to; /* of an override: the check's id; otherwise 0 */
    const char *reason;
    const char *previous_sha256;
    const char *sha256; /* the seal */
    const char *person; /* who was logged in (store_act_as); "": nobody. Set by appending */
    /* To be appended: the units in which it lies (check/places.h), ended by NULL; NULL: none is known. */
    const char *const *places;
    bool damaged; /* as read: some text has a NUL in it, which this program never writes */
};

struct store_bytes {
    const void *data;
    size_t size;
};

/* The seal that the row's fields give, whatever its own `sha256` says. */
void store_record_seal(const struct store_record *r, char hex[65]);

/* Adds a row at the end of the chain, in one transaction with its contents (both empty for an override).
 * Fills id, kept_at, hashes and seal of *r; new texts are in the arena. */
enum status store_record_append(struct store *s, struct store_record *r, struct store_bytes input,
                                struct store_bytes result, struct arena *a, struct error *e) HX_MUST_CHECK;

/* Rows in id order from behind `after_id`, at most `limit` (0: all), one callback each; false stops. The row
 * is borrowed for the call. All rows are of one state of the store. */
typedef bool store_record_fn(const struct store_record *r, void *user);
enum status store_records(struct store *s, int64_t after_id, int64_t limit, store_record_fn *fn, void *user,
                          struct error *e) HX_MUST_CHECK;
/* What a search asks for; NULL and "" ask for nothing. All that is asked must be there. */
struct store_record_search {
    const char *project; /* a part of the project's name or code */
    /* Of one and the same claim: the layer's id; the class's code, or a part of its title (without layer and
     * document also the project's class itself); a part of the document's number. */
    const char *layer, *project_class, *document;
    const char *place; /* digits of the unit in which it must lie (store/store_units.h) */
};
/* The rows of checks that are so, and the overrides of those; as store_records otherwise. */
enum status store_records_found(struct store *s, const struct store_record_search *search, int64_t after_id,
                                int64_t limit, store_record_fn *fn, void *user,
                                struct error *e) HX_MUST_CHECK;
/* The overrides of one check, in id order. */
enum status store_record_overrides(struct store *s, int64_t id, store_record_fn *fn, void *user,
                                   struct error *e) HX_MUST_CHECK;
/* STATUS_NOT_FOUND when there is no such row. Texts in the arena. */
enum status store_record_read(struct store *s, int64_t id, struct arena *a, struct store_record *out,
                              struct error *e) HX_MUST_CHECK;
/* Is there such a row, and does it lie in the unit of these digits ("": everywhere)? Otherwise
 * STATUS_NOT_FOUND, with the same sentence: who may not see it does not learn that it is there. */
enum status store_record_seen(struct store *s, int64_t id, const char *digits, struct error *e) HX_MUST_CHECK;
/* Does some check that lies in the unit have this input or report? */
enum status store_record_content_seen(struct store *s, const char *sha256, const char *digits, bool *out,
                                      struct error *e) HX_MUST_CHECK;
/* Kept bytes in the arena, a NUL behind them. STATUS_NOT_FOUND when nothing is kept under that name. */
enum status store_record_content(struct store *s, const char *sha256, struct arena *a,
                                 struct store_bytes *out, struct error *e) HX_MUST_CHECK;

/* The id of the last row, 0 when there is none: as many are kept, where none was taken away. */
enum status store_record_last(struct store *s, int64_t *id, struct error *e) HX_MUST_CHECK;
/* The SHA-256 of kept bytes that no row names, "" when there are none: their rows were taken away. */
enum status store_record_orphan(struct store *s, char sha256[65], struct error *e) HX_MUST_CHECK;
const char *store_sqlite_version(void); /* of the library that runs; static */

#endif

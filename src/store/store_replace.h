/* Another file in the place of a store, so that at every moment one of the two is whole there.
 *
 * Between store_seize and store_seize_end nobody else has the store open: no server (store_lock.h), and no
 * other program, since the store leaves the WAL for it, which SQLite allows to nobody beside whom there is
 * another. What was in the journal is in the file then, so that it can be kept as it is. Threads: as
 * store.h. */
#ifndef HX_STORE_STORE_REPLACE_H
#define HX_STORE_STORE_REPLACE_H

#include "store/store.h"

struct store_seizure;

/* Nothing at the path is no failure. STATUS_CONFLICT when a server owns it ("store-in-use") or another
 * program has it open ("store-open-elsewhere"). A file that cannot be read as a store is seized by the lock
 * alone. */
enum status store_seize(const char *path, struct store_seizure **out, struct error *e) HX_MUST_CHECK;
/* The handle to read with, borrowed; NULL: there is none, or none that can be read
 * (store_seized_fault says why). */
struct store *store_seized(struct store_seizure *z);
const struct error *store_seized_fault(const struct store_seizure *z);
/* Puts `fresh`, which is at rest and on the same file system, at the path, with owner and permissions of
 * what was there; that is kept under `kept`, where nothing may be, with its journal if it had to be left
 * one. One rename is the switch: whatever ends the program, the one or the other is there. */
enum status store_replace(struct store_seizure *z, const char *fresh, const char *kept,
                          struct error *e) HX_MUST_CHECK;
/* "PATH.before-restore-20260131T080000Z", or with a number behind it: where nothing is. */
void store_kept_name(const char *path, char *out, size_t size);
void store_seize_end(struct store_seizure *z); /* NULL-safe; what was not replaced is as before */

/* How the record of `fresh` lies to that of `there`: `common` rows at the front are the same, and `there`
 * has `lost` more, which would be gone. With fresh == common it is only older, else another went on from
 * there. */
struct store_kinship {
    int64_t there, fresh, common, lost;
};
enum status store_compare_records(struct store *there, struct store *fresh, struct store_kinship *out,
                                  struct error *e) HX_MUST_CHECK;

#endif

/* Who owns a store: one server at a time, or whoever restores it.
 *
 * The lock is an open file description's (F_OFD_SETLK) on bytes of the store's own file, far behind those
 * that SQLite locks (1 GiB and 510 bytes). So it is of the file and not of its name: `mv` does not lose it,
 * and a second server that finds the file under another name meets it. It ends with its process, whatever
 * ended that, and leaves nothing behind. Who holds it stands in the lock itself: a second range begins at
 * the holder's process number and is as long as its port, which whoever is refused can ask the kernel for. A
 * lock file beside the store would follow the name, and a process number in it outlives a kill -9; flock()
 * becomes a lock over the whole file on some network file systems, SQLite's bytes included.
 *
 * Programs that only read or write rows (check, import, records …) take no part in it: SQLite's own locks
 * order those. A file that this user cannot write is locked shared: several servers may read it, none beside
 * an owner.
 *
 * Closing any descriptor of a file takes SQLite's locks of this process on it away (POSIX). Hence: take it
 * before the process opens the store, free it after the last handle is closed, and look only while none is
 * open. Threads: one at a time. */
#ifndef HX_STORE_STORE_LOCK_H
#define HX_STORE_STORE_LOCK_H

#include "base/status.h"

struct store_lock;
struct store_owner {
    bool held;
    long pid;      /* 0: not known */
    unsigned port; /* of its server; 0: none, it restores */
};

/* STATUS_CONFLICT ("store-in-use") with a sentence that names the process, when another holds it. */
enum status store_lock_take(const char *path, unsigned port, struct store_lock **out,
                            struct error *e) HX_MUST_CHECK;
/* The lock of what is at `path` now, for that of before, which is given up even when this fails. The same
 * file: nothing happens. NULL-safe. */
enum status store_lock_move(struct store_lock *l, const char *path, struct error *e) HX_MUST_CHECK;
void store_lock_free(struct store_lock *l); /* NULL-safe */

/* Who holds it; whoever asks holds none itself. */
enum status store_lock_look(const char *path, struct store_owner *out, struct error *e) HX_MUST_CHECK;
/* The sentence of store_lock_take. */
enum status store_lock_refuse(const char *path, const struct store_owner *owner, struct error *e);

#endif

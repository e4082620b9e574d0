/* Which file the path of a store leads to: so that who holds a store open for long notices that another has
 * taken its place. Threads: pure. */
#ifndef HX_STORE_STORE_FILE_H
#define HX_STORE_STORE_FILE_H

#include "store/store.h"

struct store_file {
    uint64_t device, inode; /* another pair: another file */
    int64_t size,
        mtime_ns; /* other ones: somebody wrote into it, a journal that was folded back among them */
};

/* STATUS_NOT_FOUND, STATUS_INVALID_INPUT (no regular file) or STATUS_IO with a sentence. */
enum status store_file_look(const char *path, struct store_file *out, struct error *e) HX_MUST_CHECK;
bool store_file_same(const struct store_file *a, const struct store_file *b);

/* A new, empty file for a store, for nobody but its owner: officers' names are in it. Made by root it
 * belongs to whom the folder belongs, so that an administrator makes a store for its service. STATUS_IO when
 * something is there. */
enum status store_file_make(const char *path, struct error *e) HX_MUST_CHECK;
/* Who may read and write the store may do so with `path`, which is derived from it. Best effort. */
void store_file_share(const char *store_path, const char *path);

/* The journal beside it, "PATH-wal". inode 0: there is none. */
struct store_file store_file_journal(const char *path);
/* What its users share, "PATH-shm"; likewise. */
struct store_file store_file_shared(const char *path);
/* A journal that another program keeps open goes with the file that was replaced; SQLite would read it into
 * the new one. STATUS_CONFLICT ("store-journal-left") when what lies there is still `journal`, of the file
 * of before, with something in it. */
enum status store_file_refuse_journal(const char *path, const struct store_file *journal,
                                      struct error *e) HX_MUST_CHECK;

/* Folds the journal back into the file that the handle is of, also when it is no longer at its path. Best
 * effort: not where the file cannot be written or another program reads in it. NULL-safe. */
void store_fold_journal(struct store *s);
/* As much of it as nobody reads, without waiting: of a file that is no longer at its path. NULL-safe. */
void store_fold_some(struct store *s);
/* Closes a handle whose file is no longer at its path, and leaves alone what lies beside that path: a journal
 * there is another store's. store_close would fold the journal back and take it away. NULL-safe. */
void store_close_apart(struct store *s);

#endif

/* Where background jobs keep their files: a folder for each job, 0700, in "STORE.jobs/server-…" beside the
 * store, or, where that cannot be written, in the folder for temporary files (of this store alone there,
 * too).
 *
 * Invariants: a server holds a lock on its folder for as long as it lives. A folder whose lock is free was
 * left by a server that has ended: the next one takes its jobs over. (One server owns a store, but several
 * may read one that none of them can write.) A job's folder without a state (state.c) is of an upload that
 * nobody was told of. Threads: paths are const after opening. */
#ifndef HX_JOBS_FOLDER_H
#define HX_JOBS_FOLDER_H

#include "base/status.h"

enum { JOB_PATH_SIZE = 4096, JOB_NAME_SIZE = 160, JOB_ID_SIZE = 25 };

/* Beside the store, or among temporary files, which a restart of the machine may take away. */
enum job_place { JOB_BESIDE, JOB_TEMPORARY, JOB_PLACES };

struct job_folder {
    char path[JOB_PATH_SIZE]; /* "" until it is made */
    int lock;                 /* -1: none */
};

/* Takes over what servers that are no longer there have left in that place, if anything. */
void job_folder_find(struct job_folder *f, const char *store_path, enum job_place place);
/* The folder of new jobs: of the first place where there can be one, made when it is not there yet. */
enum status job_folder_make(struct job_folder folders[JOB_PLACES], const char *store_path,
                            const struct job_folder **out, struct error *e) HX_MUST_CHECK;
/* A new, empty folder inside it for a job whose id is made here; not to be guessed: whoever knows it may read
 * the result and cancel. */
enum status job_folder_add(const struct job_folder *f, char path[JOB_PATH_SIZE], char id[JOB_ID_SIZE],
                           struct error *e) HX_MUST_CHECK;
/* The folders of jobs in it, one after another. */
typedef void job_folder_fn(const char *path, const char *id, void *user);
void job_folder_each(const struct job_folder *f, job_folder_fn *fn, void *user);
/* Removes a folder with all its files and folders; links are removed, never followed. "" is nothing. */
void job_folder_remove(const char *path);
/* All in it but what begins with one of these, which NULL ends. */
void job_folder_clear(const char *path, const char *const kept[]);
/* Gives it up; removes it when no job is in it. */
void job_folder_close(struct job_folder *f);

/* The client's name of a file as a name here: its last part, without control characters, dots at the front
 * or more than JOB_NAME_SIZE - 1 bytes. The ending decides which reader it gets; where it is none that we
 * know, the first bytes choose one. */
void job_file_name(const char *asked, const char *head, size_t n_head, char name[JOB_NAME_SIZE]);

#endif

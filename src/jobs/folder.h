/* Where background jobs keep their files: one folder of this server, 0700, in "STORE.jobs" beside the
 * store, or, where that cannot be written, in the folder for temporary files.
 *
 * Invariants: the folder is locked for as long as its server lives, so that the next start can tell what a
 * crash left (job_folder_sweep) from what another server is using. Threads: paths are const after opening. */
#ifndef HX_JOBS_FOLDER_H
#define HX_JOBS_FOLDER_H

#include "base/status.h"

enum { JOB_PATH_SIZE = 4096, JOB_NAME_SIZE = 160 };

struct job_folder {
    char path[JOB_PATH_SIZE]; /* "" until it is made */
    int lock;                 /* -1: none */
};

/* Takes away the folders of servers that are no longer there. */
void job_folder_sweep(const char *store_path);
/* Makes this server's folder, when it is not there yet. */
enum status job_folder_make(struct job_folder *f, const char *store_path, struct error *e) HX_MUST_CHECK;
/* A new, empty folder inside it. */
enum status job_folder_add(const struct job_folder *f, char path[JOB_PATH_SIZE],
                           struct error *e) HX_MUST_CHECK;
/* Removes a folder with all its files and folders; links are removed, never followed. "" is nothing. */
void job_folder_remove(const char *path);
void job_folder_close(struct job_folder *f); /* removes it */

/* The client's name of a file as a name here: its last part, without control characters, dots at the front
 * or more than JOB_NAME_SIZE - 1 bytes. The ending decides which reader it gets; where it is none that we
 * know, the first bytes choose one. */
void job_file_name(const char *asked, const char *head, size_t n_head, char name[JOB_NAME_SIZE]);

#endif

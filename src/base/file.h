/* Whole files: read with a limit, and written so that a reader sees the old bytes or the new ones, never
 * half. */
#ifndef HX_BASE_FILE_H
#define HX_BASE_FILE_H

#include "base/arena.h"
#include "base/status.h"

/* Reads all of `path` ("-" is standard input) into the arena; the bytes are followed by a NUL that is not
 * counted.
 * STATUS_TOO_LARGE over `limit` bytes. */
enum status file_read(const char *path, size_t limit, struct arena *a, char **bytes, size_t *n,
                      struct error *e) HX_MUST_CHECK;

/* Writes to a temporary name beside `path`, syncs, and renames. */
enum status file_write_atomic(const char *path, const void *bytes, size_t n, struct error *e) HX_MUST_CHECK;

/* All of the bytes, to whatever the descriptor is; false, with errno, when that fails. */
bool file_write_all(int fd, const void *bytes, size_t n);

/* The same file at a descriptor above those of the standard streams, where a child's own are put when it is
 * started; `fd` is closed when it was one of them, or is -1. -1, with errno, when there is none. */
int file_off_standard(int fd);

/* What was written to the file by whatever means is on the disk afterwards. */
enum status file_sync(const char *path, struct error *e) HX_MUST_CHECK;

/* So is what was named, renamed or removed in the folder in which `path` lies. */
enum status file_sync_folder(const char *path, struct error *e) HX_MUST_CHECK;

#endif

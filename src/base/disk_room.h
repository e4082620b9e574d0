/* Whether there is room on a disk: asked by /health and by doctor. Threads: pure. */
#ifndef HX_BASE_DISK_ROOM_H
#define HX_BASE_DISK_ROOM_H

#include "base/status.h"

#include <stdint.h>

/* Below the first a record can no longer be relied on to be kept; below the second an import, a job or a
 * backup may not fit. */
enum { DISK_FULL_BYTES = 16 << 20, DISK_LOW_BYTES = 256 << 20 };

/* Of the file system on which `folder` is, for who is not root: STATUS_IO ("disk-full" or "disk-low") with
 * the sentence when there is little room or none can be told, STATUS_OK otherwise, and where nothing can be
 * written anyway. `what` names the folder in both languages, without its path: it is told to clients. */
enum status disk_room(const char *folder, const char *what_zh, const char *what_en,
                      struct error *e) HX_MUST_CHECK;
/* So many bytes for who is not root, where a file lies or is to lie; 0 when none can be told. */
uint64_t disk_free_beside(const char *path);
/* The sentence for so many bytes. */
enum status disk_room_of(uint64_t bytes, const char *what_zh, const char *what_en,
                         struct error *e) HX_MUST_CHECK;

#endif

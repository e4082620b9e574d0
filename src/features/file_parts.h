/* A source that is several files on disk: a .gdb folder, a Shapefile, a MapInfo table. Its parts, and all of
 * them as the one archive that an upload would be: for the door that takes bytes, so that an officer need not
 * pack them.
 *
 * The archive is the same for the same parts: names in the order of their bytes, nothing compressed, no
 * times. Its SHA-256 is the digest of such an input. ArcGIS's lock files come and go and are not data.
 * Threads: any. */
#ifndef HX_FEATURES_FILE_PARTS_H
#define HX_FEATURES_FILE_PARTS_H

#include "base/arena.h"
#include "base/status.h"

struct file_parts {
    const char *folder; /* where they are */
    char **names;       /* in the order of their bytes */
    size_t n, cap;
    const char *within; /* what stands before each name in the archive: "a.gdb/", or "" */
};

/* Is `path` such a source: a folder, or a file that is there and named as the first part of several? */
bool file_is_in_parts(const char *path);
/* `path` as above, any folder with all that is in it. STATUS_IO: it cannot be read. */
enum status file_parts_list(const char *path, struct arena *a, struct file_parts *out,
                            struct error *e) HX_MUST_CHECK;
/* A ZIP of the parts, in the arena. STATUS_INVALID_INPUT "source-folder": a folder that is no .gdb, whose
 * files nobody said belong together. STATUS_TOO_LARGE over `limit` bytes. */
enum status file_parts_pack(const char *path, size_t limit, struct arena *a, char **bytes, size_t *n,
                            struct error *e) HX_MUST_CHECK;

#endif

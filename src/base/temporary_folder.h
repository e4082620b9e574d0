/* A folder for files that must have a name for a moment, in $TMPDIR or /tmp, which nobody else can guess or
 * write to. Whoever is killed leaves his; the next one takes away those whose lock is free. Not for: what
 * shall outlast the process, folders within folders. Threads: any; a struct belongs to one. */
#ifndef HX_BASE_TEMPORARY_FOLDER_H
#define HX_BASE_TEMPORARY_FOLDER_H

#include "base/status.h"

struct temporary_folder {
    char path[256];
    int lock; /* the folder itself, locked while it is used */
};

enum status temporary_folder_make(struct temporary_folder *f, struct error *e) HX_MUST_CHECK;
/* With the files in it. */
void temporary_folder_remove(struct temporary_folder *f);

#endif

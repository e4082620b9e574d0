/* Projects that an office saves, to check them again: what was asked, and the parcel file as it was.
 *
 * Each saving is a row of its own, and the newest of a name counts. Not for: results (store_records.h keeps
 * those). Threads: as store.h. */
#ifndef HX_STORE_PROJECTS_H
#define HX_STORE_PROJECTS_H

#include "store/store.h"

struct store_project {
    int64_t id;       /* set by reading; so is saved_at */
    const char *name; /* not "" */
    const char *code, *builder, *district;
    const char *project_class, *claims, *crs, *slivers; /* as options of a check; "" when not given */
    const char *input_name;                             /* of the file, without folders */
    const void *input;
    size_t input_size;
    const char *saved_at; /* UTC */
};

/* NULL texts are stored as "". */
enum status store_project_save(struct store *s, const struct store_project *p, struct error *e) HX_MUST_CHECK;
/* The newest of this name, in the arena. STATUS_NOT_FOUND when there is none. */
enum status store_project_read(struct store *s, const char *name, struct arena *a, struct store_project *out,
                               struct error *e) HX_MUST_CHECK;
/* The newest of each name, by name; without the input, whose size is told. Borrowed for the call. */
typedef bool store_project_fn(const struct store_project *p, void *user);
enum status store_projects(struct store *s, store_project_fn *fn, void *user, struct error *e) HX_MUST_CHECK;

#endif

/* Projects that an office saves, to check them again: what was asked, and the parcel file as it was.
 *
 * Each saving is a row of its own with a number, and the newest of a name counts until it is put away
 * (retired). Not for: results (store_records.h keeps those); what the options mean (check/saved_project.h).
 * Threads: as store.h. */
#ifndef HX_STORE_PROJECTS_H
#define HX_STORE_PROJECTS_H

#include "store/store.h"

enum { PROJECT_TEXT_BYTES = 256 }; /* longest name, code, builder and district */

struct store_project {
    int64_t id;       /* set by reading and saving; so are saved_at, newest_id and retired */
    const char *name; /* not "" */
    const char *code, *builder, *district;
    const char *project_class, *claims, *crs, *slivers; /* as options of a check; "" when not given */
    const char *input_name;                             /* of the file, without folders */
    const void *input;
    size_t input_size;
    const char *saved_at;      /* UTC */
    int64_t newest_id;         /* of this name */
    bool retired;              /* the newest was put away */
    const char *const *places; /* to be saved: the units in which it lies (check/places.h), ended by NULL */
};

/* Whatever stands there now may be replaced. */
#define PROJECT_REPLACES_ANY ((int64_t)-1)

/* Are the texts as they may be saved? NULL reads as "". Refused: no name, texts that are too long, no UTF-8,
 * or of more than one line. */
enum status store_project_check(const struct store_project *p, struct error *e) HX_MUST_CHECK;
/* NULL texts are stored as "". `replaces`: the saving of this name that the caller has seen, 0 for none; when
 * it is another by now, STATUS_CONFLICT. A name under which a project with another code is saved, and a code
 * that a project of another name has, are refused (STATUS_INVALID_INPUT): they would be two projects in one.
 * *id: of the saving. */
enum status store_project_save(struct store *s, const struct store_project *p, int64_t replaces, int64_t *id,
                               struct error *e) HX_MUST_CHECK;
/* Puts the newest saving of a name away. STATUS_CONFLICT when `id` is an earlier one, or put away already. */
enum status store_project_retire(struct store *s, int64_t id, struct error *e) HX_MUST_CHECK;
/* The newest of this name, or else of this code, in the arena. STATUS_NOT_FOUND when there is none, or it was
 * put away. */
enum status store_project_read(struct store *s, const char *name, struct arena *a, struct store_project *out,
                               struct error *e) HX_MUST_CHECK;
/* The saving of this number, whatever became of it. */
enum status store_project_at(struct store *s, int64_t id, struct arena *a, struct store_project *out,
                             struct error *e) HX_MUST_CHECK;
/* Does the saving lie in the unit of these digits ("": everywhere)? Otherwise STATUS_NOT_FOUND, as if it were
 * not there. */
enum status store_project_seen(struct store *s, int64_t id, const char *digits,
                               struct error *e) HX_MUST_CHECK;
/* The newest of each name that was not put away, in the order of saving, from behind `after_id`, at most
 * `limit` (0: all), that lie in the unit of `digits` (NULL, "": everywhere); without the input, whose size is
 * told. Borrowed for the call; false stops. */
typedef bool store_project_fn(const struct store_project *p, void *user);
struct store_project_page {
    int64_t after_id, limit;
    const char *digits;
};
enum status store_projects(struct store *s, const struct store_project_page *page, store_project_fn *fn,
                           void *user, struct error *e) HX_MUST_CHECK;

#endif

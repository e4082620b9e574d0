/* A saved project as a check: what is saved of one, and what is asked again. The command and the server both
 * go through here, so that each refuses what the other refuses, in the same words.
 *
 * Not for: rows (store/projects.h). Threads: those of the store and the arena. */
#ifndef HX_CHECK_SAVED_PROJECT_H
#define HX_CHECK_SAVED_PROJECT_H

#include "check/check.h"
#include "store/projects.h"

/* Saves what was checked: `p` with the claims of its report, as they were understood. Only what could be
 * checked is saved, hence the report. `replaces` as of store_project_save. *out is the saving as it is read
 * again, in the arena. */
enum status saved_project_save(struct store *s, const struct store_project *p, const struct report *r,
                               int64_t replaces, struct arena *a, struct store_project *out,
                               struct error *e) HX_MUST_CHECK;

/* What a check takes from a saved project. `options` borrows from the other two. */
struct saved_check {
    struct sliver_policy slivers;
    struct claim_words *claims;
    struct check_options options;
};
enum status saved_project_ask(const struct store_project *p, struct arena *a, struct saved_check *out,
                              struct error *e) HX_MUST_CHECK;

/* A saved project says file, names, class, claims, CRS and slivers: `others` tells that one of them was given
 * besides, which is refused. Who says otherwise saves the project again. */
enum status saved_project_alone(bool others, struct error *e) HX_MUST_CHECK;

#endif

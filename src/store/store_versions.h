/* All versions of a layer: drafts, the current one, retired ones; which were in force on a day; switching.
 *
 * draft -> current -> retired; a rollback makes a retired version current again and withdraws the one it
 * replaces.
 * Every switch is one transaction and one row of `layer_switch`. Committed versions are never deleted: in
 * three years an auditor asks for them. Only drafts can be discarded.
 * In force on a day: of the versions that are no draft and not withdrawn, with effective_from <= day <=
 * effective_to (an empty end is open), the one that began last. A version without effective_from counts from
 * the day of its import.
 * Threads: as store.h. */
#ifndef HX_STORE_STORE_VERSIONS_H
#define HX_STORE_STORE_VERSIONS_H

#include "store/store.h"

/* By layer, then number; `layer` NULL: of all layers. */
enum status store_versions(struct store *s, const char *layer, struct arena *a, struct store_version **out,
                           size_t *n, struct error *e) HX_MUST_CHECK;
/* "layer" (its current version) or "layer@3" (a draft, too). */
enum status store_version_find(struct store *s, const char *name, struct arena *a, struct store_version *out,
                               struct error *e) HX_MUST_CHECK;
/* What was in force on a day, "2024-01-31"; layers without such a version are absent. */
enum status store_versions_as_of(struct store *s, const char *day, struct arena *a,
                                 struct store_version **out, size_t *n, struct error *e) HX_MUST_CHECK;
/* STATUS_INVALID_INPUT unless it is a day such as 2024-01-31. */
enum status store_day_check(const char *day, struct error *e) HX_MUST_CHECK;

/* Makes this draft (or retired version) current. */
enum status store_version_promote(struct store *s, const struct store_version *v, const char *who,
                                  const char *reason, struct error *e) HX_MUST_CHECK;
/* Makes an earlier version current; `version_no` 0: the one that was current before. *out is the version
 * now current. */
enum status store_version_rollback(struct store *s, const char *layer, int version_no, const char *who,
                                   const char *reason, struct arena *a, struct store_version *out,
                                   struct error *e) HX_MUST_CHECK;
/* Removes a draft with its features. STATUS_CONFLICT when it is no draft. */
enum status store_draft_discard(struct store *s, const struct store_version *v,
                                struct error *e) HX_MUST_CHECK;

#endif

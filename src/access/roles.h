/* What each role may do: one table, and the only one.
 *
 * Not for: where somebody may do it (access/caller.h), and which request needs what (http/access_gate.h).
 * Threads: constants. */
#ifndef HX_ACCESS_ROLES_H
#define HX_ACCESS_ROLES_H

#include "base/status.h"

enum access_right {
    RIGHT_NONE,       /* nobody need be logged in for it */
    RIGHT_READ,       /* what is published: layers, tiles, the catalogue, classes */
    RIGHT_CHECK,      /* check, convert and verify; nothing is kept */
    RIGHT_RECORDS,    /* read records and saved projects of the unit */
    RIGHT_KEEP,       /* keep a check */
    RIGHT_OVERRIDE,   /* add a verdict beside that of a kept check */
    RIGHT_PROJECTS,   /* save projects, and put them away */
    RIGHT_JOBS,       /* run background jobs, and see one's own */
    RIGHT_JOBS_OTHER, /* see and end those of others, too */
    RIGHT_LOG,        /* read the log of who did what */
    RIGHT_ADMINISTER, /* everything that no other right is named for */
};
enum { RIGHT_COUNT = RIGHT_ADMINISTER + 1 };

struct access_role {
    const char *name, *zh;
    unsigned rights; /* bit 1u << right */
};

/* By number from 0; NULL at the end. The least comes first. */
const struct access_role *access_role_at(size_t i);
/* STATUS_INVALID_INPUT, with the names that there are. */
enum status access_role_find(const char *name, const struct access_role **out, struct error *e) HX_MUST_CHECK;
/* A role that is unknown may nothing. */
bool access_role_may(const char *role, enum access_right right);

const char *access_right_name(enum access_right r); /* "keep" */
const char *access_right_zh(enum access_right r);   /* "存档" */
/* The roles that have it, between commas. */
void access_right_roles(enum access_right r, char *out, size_t size);

#endif

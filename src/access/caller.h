/* Who asks: from what a request sent to who it is and what that person may do.
 *
 * A store in which nobody was ever added has no people: then whoever asks may everything, as before there
 * were people (ACCESS_OPEN). Otherwise nothing but what needs no right may be done until somebody is known.
 * Looked up in the store at every request, so that a revocation counts from the next one on, also when
 * another program made it.
 * Not for: where the secrets stand in a request (http/access_gate.c). Threads: plain data; the store's. */
#ifndef HX_ACCESS_CALLER_H
#define HX_ACCESS_CALLER_H

#include "access/roles.h"
#include "store/people.h"
#include "store/store_units.h"

enum {
    SESSION_MAX_S = 12 * 3600, /* from the login */
    SESSION_IDLE_S = 2 * 3600, /* without a request */
    SESSION_TOUCH_S = 60,      /* how old the time of the latest request may be */
    SESSION_AHEAD_S = 300,     /* by how much it may be later than now: the clock was set back */
};

enum access_way {
    ACCESS_NOBODY = 0, /* a zeroed caller may nothing */
    ACCESS_OPEN,       /* the store has no people */
    ACCESS_SESSION,
    ACCESS_TOKEN,
    ACCESS_HEADER, /* a proxy says who it is */
};

struct access_caller {
    enum access_way way;
    int64_t id;
    char name[PERSON_NAME_BYTES + 1], title[PERSON_TITLE_BYTES + 1];
    char role[16], unit[UNIT_DIGITS_SIZE];
    char digits[UNIT_DIGITS_SIZE]; /* of the unit */
    char session[65];              /* ACCESS_SESSION: its hash */
    char ends_at[24];              /* of the session or token; "" */
    bool idle;                     /* the session is to be touched */
    bool reads;                    /* nobody known, and what is published may be read all the same */
    struct error why; /* of ACCESS_NOBODY: what was wrong with what was sent; status 0: nothing was */
};

/* What a request brings; NULL: not there. */
struct access_sent {
    const char *session; /* of the cookie */
    const char *bearer;  /* behind "Bearer " */
    const char *name;    /* that a proxy says, and that is believed */
};

/* Fails only when the store does. `out` is ACCESS_NOBODY, with the reason, for what is unknown or over. */
enum status access_identify(struct store *s, const struct access_sent *sent, struct arena *a,
                            struct access_caller *out, struct error *e) HX_MUST_CHECK;
/* The caller that a person is. */
void access_caller_of(const struct store_person *p, enum access_way way, struct access_caller *out);

/* Has a unit no bounds: is it "all", or the region itself? */
bool unit_is_whole(const char *unit);
bool access_may(const struct access_caller *c, enum access_right right);
/* Refused: STATUS_NOT_LOGGED_IN (401) for nobody;
 * STATUS_FORBIDDEN (403), with right and role, for somebody. */
enum status access_need(const struct access_caller *c, enum access_right right,
                        struct error *e) HX_MUST_CHECK;
/* Has the caller a unit without bounds? */
bool access_is_whole(const struct access_caller *c);
/* Of the unit in which what is seen or changed must lie; "" for one without bounds, and of somebody who is
 * not known digits that no unit has. */
const char *access_digits(const struct access_caller *c);
/* The same as a refusal: what is asked for is of all units. */
enum status access_need_whole(const struct access_caller *c, struct error *e) HX_MUST_CHECK;

#endif

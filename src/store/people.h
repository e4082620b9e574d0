/* People who may log in, the tokens of their programs and their sessions, as rows (schema/110).
 *
 * Secrets are never here: a password is its PHC string, a token and a session the SHA-256 in hex of what its
 * owner keeps. Every change is written to the log (store/access_log.h) in the same transaction, under the
 * name that store_act_as set.
 * Not for: making and comparing secrets, and what a role may do (access/). Threads: as store.h. */
#ifndef HX_STORE_PEOPLE_H
#define HX_STORE_PEOPLE_H

#include "store/store.h"

enum { PERSON_NAME_BYTES = 64, PERSON_TITLE_BYTES = 128 };

struct store_person { /* texts are never NULL in what is read */
    int64_t id;
    const char *name, *title;
    const char *role;     /* "reader" … "admin" */
    const char *unit;     /* a code of the administrative units, or "all" */
    const char *password; /* PHC; "": none */
    const char *added_at;
    const char *revoked_at; /* "": may log in */
};

/* Was anybody ever added? Who was revoked counts: a store does not become open by that. */
enum status store_has_people(struct store *s, bool *out, struct error *e) HX_MUST_CHECK;
/* Refused: a name that is there or was (STATUS_CONFLICT), texts that are too long or not of one line, and a
 * unit that the store does not know, unless it is "all". Title NULL or "": the name. */
enum status store_person_add(struct store *s, const struct store_person *p, struct error *e) HX_MUST_CHECK;
/* In the arena. STATUS_NOT_FOUND when nobody has the name. */
enum status store_person_named(struct store *s, const char *name, struct arena *a, struct store_person *out,
                               struct error *e) HX_MUST_CHECK;
/* By name; borrowed for the call; false stops. */
typedef bool store_person_fn(const struct store_person *p, void *user);
enum status store_people(struct store *s, store_person_fn *fn, void *user, struct error *e) HX_MUST_CHECK;
/* Another role, unit or title, from the next request on; NULL leaves what is. Refused as by
 * store_person_add. */
enum status store_person_change(struct store *s, const char *name, const char *role, const char *unit,
                                const char *title, struct error *e) HX_MUST_CHECK;
/* Ends the person's sessions and tokens, for good. */
enum status store_person_revoke(struct store *s, const char *name, struct error *e) HX_MUST_CHECK;
/* Another password ends the sessions; tokens stay. */
enum status store_person_password(struct store *s, const char *name, const char *phc,
                                  struct error *e) HX_MUST_CHECK;
/* What a unit is called; "" when the store does not know it. In the arena. */
enum status store_unit_name(struct store *s, const char *code, struct arena *a, const char **out,
                            struct error *e) HX_MUST_CHECK;

/* ---- tokens ---- */

struct store_token {
    int64_t id;
    const char *person, *title, *made_at, *expires_at, *revoked_at;
    bool ended; /* revoked, or its time is over, or its person was revoked */
};
/* For `days` from now. The id and the end of *out are set, its texts in the arena. */
enum status store_token_add(struct store *s, const char *person, const char *title, const char *sha256,
                            int days, struct arena *a, struct store_token *out,
                            struct error *e) HX_MUST_CHECK;
typedef bool store_token_fn(const struct store_token *t, void *user);
enum status store_tokens(struct store *s, store_token_fn *fn, void *user, struct error *e) HX_MUST_CHECK;
enum status store_token_revoke(struct store *s, int64_t id, struct error *e) HX_MUST_CHECK;

/* ---- sessions ---- */

/* `max_s`: how long at most. Those that are over go at the same time. `before`, the SHA-256 of the session
 * that the same browser had, ends; NULL: it had none. */
enum status store_session_begin(struct store *s, int64_t person_id, const char *sha256, const char *before,
                                int max_s, struct error *e) HX_MUST_CHECK;
/* It was used just now. Does not wait for another writer: *busy then tells that nothing was written. */
enum status store_session_touch(struct store *s, const char *sha256, bool *busy,
                                struct error *e) HX_MUST_CHECK;
/* STATUS_OK also when there is none. */
enum status store_session_end(struct store *s, const char *sha256, struct error *e) HX_MUST_CHECK;

/* ---- who is it? ---- */

enum store_key_kind { STORE_KEY_SESSION, STORE_KEY_TOKEN };
struct store_key {
    struct store_person person;
    const char *sha256;  /* as it is stored */
    const char *ends_at; /* UTC */
    bool ended;          /* over, revoked, or of somebody who was revoked */
    int64_t idle_s;      /* of a session: since it was last seen */
    int64_t id;          /* of a token */
};
/* By the hash of what was sent. STATUS_NOT_FOUND, without a sentence, when there is none. In the arena. */
enum status store_key_find(struct store *s, enum store_key_kind kind, const char *sha256, struct arena *a,
                           struct store_key *out, struct error *e) HX_MUST_CHECK;

#endif

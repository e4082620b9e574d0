/* The one place before every handler: who asks, and may that be asked?
 *
 * Which right a route needs is a table here, by handler; a route that is not in it needs RIGHT_ADMINISTER, so
 * that a new one is closed until somebody says what it needs (tests/access/test_gate.c walks them all). What
 * depends on the contents of a request (keep=1, a job's owner, a record's place) is asked by its handler.
 * Threads: any. */
#ifndef HX_HTTP_ACCESS_GATE_H
#define HX_HTTP_ACCESS_GATE_H

#include "access/guard.h"
#include "http/record_writer.h"
#include "http/route.h"

#include <stdatomic.h>

enum { ADDRESS_SIZE = 64 };
#define SESSION_COOKIE "hongxian-session"

struct access_entry {
    struct guard *guard;
    struct record_writer *writer; /* of logins and the log; NULL: nothing is kept here, and the store had no
                                     people at the start */
    atomic_bool people;           /* the store has people, or once had since the start */
    bool public_read;             /* what is published needs no login */
    const char *login_header;     /* that names who logged in at the proxy; NULL: none */
    const char *proxy;            /* the one address from which it is believed; NULL: none */
    const char *public_url;       /* NULL: none */
};

/* Fills rq->caller and refuses what it may not: 401 or 403. */
enum status access_gate(struct request *rq, const struct route *route, struct error *e) HX_MUST_CHECK;
/* Must the store be asked who that is? */
bool access_gate_asks(const struct route *route);
/* What the route needs; *whole: of somebody whose unit has no bounds. *known tells that the table has it. */
enum access_right access_gate_right(const struct route *route, bool *whole, bool *known);

/* Who is at the other end: the address of the connection, or what the proxy says, where it is the proxy. */
void access_address(const struct request *rq, char out[ADDRESS_SIZE]);
/* Refused: there are people, and nothing that logins and the log could be written with. */
enum status access_fail_new(struct error *e) HX_MUST_CHECK;
/* Writes a row of the log in the caller's name; nothing where the store has no people. */
enum status access_note(const struct request *rq, const char *action, const char *subject, const char *detail,
                        struct error *e) HX_MUST_CHECK;

#endif

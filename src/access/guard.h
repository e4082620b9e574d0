/* Guessing passwords is slow: failures of a name, and of an address, make the next try wait, twice as long
 * each time.
 *
 * The first GUARD_FREE failures cost nothing; then a second, two, four … at most GUARD_NAME_MAX_S for a name,
 * so that nobody can lock an officer out for long, and GUARD_ADDRESS_MAX_S for an address. A login that
 * succeeds clears its name; an address is forgotten when it was quiet for GUARD_FORGET_S. Names that nobody
 * has count as others do. Kept in memory: a restart forgets it.
 * Memory: GUARD_ROWS rows; when they are full the one that was quiet longest makes room. Threads: any. */
#ifndef HX_ACCESS_GUARD_H
#define HX_ACCESS_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GUARD_FREE = 5,
    GUARD_NAME_MAX_S = 60,
    GUARD_ADDRESS_MAX_S = 900,
    GUARD_FORGET_S = 3600,
    GUARD_ROWS = 1024,
};

struct guard;
struct guard *guard_new(void); /* NULL when memory is out */
void guard_free(struct guard *g);
/* Seconds until a login of this name from this address is looked at; 0: now. `now_ms` by base/clock.h. */
int guard_wait_s(struct guard *g, const char *name, const char *address, int64_t now_ms);
/* How it ended. Returns the seconds that the next one waits. */
int guard_note(struct guard *g, const char *name, const char *address, bool good, int64_t now_ms);

#endif

/* What an officer sends to set a verdict of their own beside the machine's. Private to http/.
 *
 * A file of its own because jansson is in it. Threads: pure. */
#ifndef HX_HTTP_OVERRIDE_BODY_H
#define HX_HTTP_OVERRIDE_BODY_H

#include "base/arena.h"
#include "base/status.h"

struct override_body {
    const char *verdict, *reason, *officer; /* arena; "" when absent */
};

/* {"verdict": "...", "reason": "...", "officer": "..."}: an object of texts, nothing else and nothing
 * twice. */
enum status override_body_read(const char *json, size_t n, struct arena *a, struct override_body *out,
                               struct error *e) HX_MUST_CHECK;

#endif

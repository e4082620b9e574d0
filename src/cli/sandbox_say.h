/* What of the sandbox takes effect on this machine, to the administrator of a server. */
#ifndef HX_CLI_SANDBOX_SAY_H
#define HX_CLI_SANDBOX_SAY_H

#include "base/status.h"

#include <stdbool.h>

/* Finds out, and logs it: one line for what is in effect, one for each measure that is not. Fails when
 * `required` and one that is needed is not. To be called before the server takes requests. */
enum status sandbox_say(bool required, struct error *e) HX_MUST_CHECK;

#endif

/* A password as it comes to the command: never as an argument, which everybody on the machine could read. */
#ifndef HX_CLI_PASSWORD_H
#define HX_CLI_PASSWORD_H

#include "base/status.h"

enum { PASSWORD_LINE_SIZE = 1200 };

/* The first line of `file`, or of standard input when `file` is NULL; from a terminal without echo, and twice
 * where `again` (STATUS_INVALID_INPUT when the two differ). Not yet looked at. */
enum status password_read(const char *file, bool again, char out[PASSWORD_LINE_SIZE],
                          struct error *e) HX_MUST_CHECK;

#endif

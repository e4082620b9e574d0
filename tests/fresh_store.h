/* A new store, for tests that ask for what comes after. */
#ifndef HX_TESTS_FRESH_STORE_H
#define HX_TESTS_FRESH_STORE_H

#include "base/status.h"

/* As store_create makes it, at a path where nothing is: the first of a process is made, later ones are
 * copies of its bytes, because all migrations together take half a second of processor time under
 * AddressSanitizer. */
enum status fresh_store(const char *path, struct error *e);

#endif

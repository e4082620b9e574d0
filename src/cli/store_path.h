/* Which store is meant when nobody names one.
 *
 * In this order: --store; $HONGXIAN_STORE; data/hongxian.sqlite under the current folder;
 * hongxian/hongxian.sqlite in $XDG_DATA_HOME or ~/.local/share. The last two count only when they exist. */
#ifndef HX_CLI_STORE_PATH_H
#define HX_CLI_STORE_PATH_H

#include "base/status.h"

enum { STORE_PATH_SIZE = 4096 };

/* STATUS_NOT_FOUND when there is none, with a sentence on how to make one. */
enum status store_path_find(const char *asked, char path[STORE_PATH_SIZE], struct error *e) HX_MUST_CHECK;

#endif

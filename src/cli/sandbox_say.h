/* What of the sandbox takes effect on this machine, to the administrator of a server. */
#ifndef HX_CLI_SANDBOX_SAY_H
#define HX_CLI_SANDBOX_SAY_H

#include "base/status.h"

#include "cli/options/option.h"

#define OPTION_REQUIRE_SANDBOX(at)                                                                           \
    OPTION("--require-sandbox", OPTION_FLAG, at, NULL, "读文件的子进程须被完全隔离，否则拒绝运行",           \
           "refuse to run where the child that reads files is not confined in full")

/* Finds out, and logs it: one line for what is in effect, one for each measure that is not. Fails when
 * `required` and one that is needed is not. To be called before the server takes requests. */
enum status sandbox_say(bool required, struct error *e) HX_MUST_CHECK;

#endif

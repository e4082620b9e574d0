/* What cmd_layers.c and layers_actions.c share. Not for other files. */
#ifndef HX_CLI_LAYERS_PARTS_H
#define HX_CLI_LAYERS_PARTS_H

#include "cli/command.h"
#include "store/store_versions.h"

struct layers_args {
    struct arguments base;
    const char *who, *reason, *as_of;
    bool all;
};

in_store_fn layers_report, layers_diff, layers_promote, layers_rollback, layers_discard;

#endif

/* What cmd_layers.c and layers_actions.c share. Not for other files. */
#ifndef HX_CLI_LAYERS_PARTS_H
#define HX_CLI_LAYERS_PARTS_H

#include "store/store_versions.h"

struct layers_job {
    struct store *store;
    struct arena *arena;
    const char *names[3]; /* "layer" or "layer@3" */
    int n_names;
    const char *format, *who, *reason, *as_of; /* of the command line; NULL when absent */
    bool english, all;
};

typedef int layers_fn(const struct layers_job *j); /* answers the exit code */
layers_fn layers_report, layers_diff, layers_promote, layers_rollback, layers_discard;

#endif

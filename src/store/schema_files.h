/* The files of schema/ as they were at build time: migrations, the rule table, the project classes.
 *
 * Not for: the rule table in force (store_rules gives that one: an office may have loaded a later edition).
 * Invariants: bytes are followed by a NUL that is not counted. Threads: constants. */
#ifndef HX_STORE_SCHEMA_FILES_H
#define HX_STORE_SCHEMA_FILES_H

#include <stddef.h>

struct schema_file {
    const char *name; /* "rules.csv" */
    const char *bytes;
    size_t size;
};

extern const struct schema_file schema_files[];
extern const size_t schema_n_files;

/* NULL when there is no such file. */
const struct schema_file *schema_file_find(const char *name);

#endif

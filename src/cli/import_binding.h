/* What an import takes a file for, told to the operator before it begins. Threads: as the import. */
#ifndef HX_CLI_IMPORT_BINDING_H
#define HX_CLI_IMPORT_BINDING_H

#include "ingest/ingest.h"

/* An ingest_bound_fn: prints to standard error, so that standard output stays a table. */
void import_binding_print(const struct source_info *info, const struct ingest_request *r, void *user);

#endif

/* What an import takes a file for, told to the operator before it begins; and what it noticed, in a line
 * each, afterwards. Threads: as the import. */
#ifndef HX_CLI_IMPORT_BINDING_H
#define HX_CLI_IMPORT_BINDING_H

#include "layers/ingest.h"

/* An ingest_bound_fn: prints to standard error, so that standard output stays a table. */
void import_binding_print(const struct source_info *info, const struct ingest_request *r, void *user);

/* The findings of a report, with how often each applied; `layers report` has the places. To standard
 * error, too. */
void import_findings_print(const struct ingest_report *r);

/* Why a file was refused: how many features for which fault, and the first of them with their places. To
 * standard error. */
void import_refusals_print(const struct ingest_report *r);
/* The whole report as a file, by the name's ending: .json, .html, else text. */
enum status import_report_write(const struct ingest_report *r, const char *path,
                                struct error *e) HX_MUST_CHECK;

#endif

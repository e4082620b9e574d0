/* Rows of the record and verifications as JSON, for programs. Threads: pure. */
#ifndef HX_RECORD_RECORD_JSON_H
#define HX_RECORD_RECORD_JSON_H

#include "formats/json.h"
#include "record/record.h"
#include "record/verify.h"

void record_write_row(struct json_writer *w, const struct store_record *r);
void record_write_chain(struct json_writer *w, const struct record_chain *c);
void record_write_verification(struct json_writer *w, const struct record_verification *v);

/* Row `id` with its overrides and, of a check, the kept report: {"record", "overrides", "report"}. */
enum status record_write_whole(struct json_writer *w, struct store *store, int64_t id, struct arena *a,
                               struct error *e) HX_MUST_CHECK;

#endif

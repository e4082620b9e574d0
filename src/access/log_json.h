/* Rows of the log as JSON, for the command and for GET /log. Threads: pure. */
#ifndef HX_ACCESS_LOG_JSON_H
#define HX_ACCESS_LOG_JSON_H

#include "formats/json.h"
#include "store/access_log.h"

void access_log_write_row(struct json_writer *w, const struct store_log_row *r);
/* A day, "2026-01-31", or a time as the log has it, "2026-01-31T08:00:00Z"; NULL and "" are fine. */
enum status access_log_since_check(const char *since, struct error *e) HX_MUST_CHECK;

#endif

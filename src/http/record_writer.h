/* Where a server that was started with --allow-records keeps checks and projects: its one connection that
 * writes.
 *
 * Invariants: one keep at a time within the process (the store's own lock orders processes); a request never
 * writes in any other way. A page of another site is no officer: what a browser sends for one
 * is refused. Threads: keep and override from any thread, open,
 * close, let_go, take_up, fold and renew from one at a time. */
#ifndef HX_HTTP_RECORD_WRITER_H
#define HX_HTTP_RECORD_WRITER_H

#include "access/roles.h"
#include "check/saved_project.h"
#include "record/record.h"

struct record_writer;
struct request;

/* Opens the store for writing, which upgrades its schema where that is older. `gdal_version` is borrowed. */
enum status record_writer_open(const char *store_path, const char *gdal_version, struct record_writer **out,
                               struct error *e) HX_MUST_CHECK;
void record_writer_close(struct record_writer *d); /* NULL-safe */

/* Another store has taken the place of this one: the old handle goes (store_close_apart), the new one is
 * opened. In between, and after a failure, keeping fails. */
void record_writer_let_go(struct record_writer *d);
enum status record_writer_take_up(struct record_writer *d, const char *store_path,
                                  struct error *e) HX_MUST_CHECK;
/* What was kept goes from the journal into the file itself, as far as can be without waiting. */
void record_writer_fold(struct record_writer *d);
/* The store was moved, replaced or is being so: what is asked can be tried again later. */
bool record_writer_lost_store(const struct error *e);
/* Why what should be kept now, or should have been kept last, could not be: the store is closed, the disk
 * full. STATUS_OK: nothing is known against it. Waits for nobody. */
enum status record_writer_fault(struct record_writer *d, struct error *e) HX_MUST_CHECK;
/* Opens it anew after somebody wrote past the journal: now, or, while somebody keeps, before the next one
 * does. Waits for nobody. `store_path` is borrowed until the writer is closed. */
enum status record_writer_renew(struct record_writer *d, const char *store_path,
                                struct error *e) HX_MUST_CHECK;

/* What follows is written in the name of who asks, who is in the log and in the record. */
/* Keeps the report and hangs its row into it. */
enum status record_writer_keep(const struct request *rq, const struct record_spec *spec, struct arena *a,
                               struct report *r, struct error *e) HX_MUST_CHECK;

/* Adds an officer's override as record_override does. */
enum status record_writer_override(const struct request *rq, int64_t id, const char *verdict,
                                   const char *reason, const char *officer, struct arena *a,
                                   struct store_record *out, struct error *e) HX_MUST_CHECK;

/* Anything else that is written, with the connection to itself, in the name of somebody at an address (NULL,
 * NULL: nobody who is known). */
typedef enum status record_writer_fn(struct store *store, void *user, struct error *e);
enum status record_writer_use(struct record_writer *d, const char *person, const char *address,
                              record_writer_fn *fn, void *user, struct error *e) HX_MUST_CHECK;

/* The same where it hangs on nothing: not at all when somebody else writes just now. */
void record_writer_use_if_idle(struct record_writer *d, record_writer_fn *fn, void *user);

/* The same for saved projects: saved_project_save and store_project_retire. */
enum status record_writer_save_project(const struct request *rq, const struct store_project *p,
                                       const struct report *r, int64_t replaces, struct arena *a,
                                       struct store_project *out, struct error *e) HX_MUST_CHECK;
enum status record_writer_retire_project(const struct request *rq, int64_t id, struct error *e) HX_MUST_CHECK;

/* May the caller, does this server keep records, and does the request come from its own page or from a
 * program? */
enum status record_writer_may_write(const struct request *rq, enum access_right right,
                                    struct error *e) HX_MUST_CHECK;

#endif

/* One audit from request to finished files: identity, resumption, the pipeline, commits, and the sums. */
#include "audit/audit.h"

#include "audit/html.h"
#include "audit/json_parcels.h"
#include "audit/pipeline.h"
#include "audit/state.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A checkpoint costs a commit of what has been written since; a second of work is little to lose. */
enum { COMMIT_ROWS = 10000, STATE_ARENA_BYTES = 128 << 20 };
#define COMMIT_SECONDS 1.0
#define PROGRESS_SECONDS 0.25

/* One pass: one output. */
struct audit_run {
    struct store *store;
    const struct snapshot *snapshot;
    const struct audit_request *request;
    const struct audit_watch *watch;
    const char *output;
    int pass, n_passes;
    enum audit_format format;
    struct feed *feed;
    struct since *since;
    struct sink *sink;
    struct tally *tally;
    struct run_state state;
    struct buffer text; /* the state as text */
    int64_t uncommitted, resumed_after, reused;
    double began, committed_at, told_at;
    bool whole_before; /* nothing was left to do */
};

static enum status state_text(struct audit_run *a, struct error *e)
{
    buffer_clear(&a->text);
    for (int i = 0; a->sink && i < BATCH_TEXTS; i++)
        a->state.bytes[i] = a->sink->bytes[i];
    state_write(&a->state, a->tally, &a->text);
    return buffer_status(&a->text, e);
}

static enum status commit(struct audit_run *a, double now, struct error *e)
{
    enum status s = state_text(a, e);
    if (!s)
        s = a->sink->ops->commit(a->sink, a->text.data, e);
    a->uncommitted = 0;
    a->committed_at = now;
    return s;
}

static void tell(struct audit_run *a, double now)
{
    const struct audit_progress p = {.done = a->state.rows,
                                     .total = a->feed->total,
                                     .seconds = now - a->began,
                                     .done_here = a->state.rows - a->resumed_after,
                                     .pass = a->pass,
                                     .n_passes = a->n_passes};
    a->told_at = now;
    if (a->watch->progress)
        a->watch->progress(&p, a->watch->user);
}

static enum status write_batch(const struct audit_batch *b, void *user, struct error *e)
{
    struct audit_run *a = user;
    enum status s = a->sink->ops->write(a->sink, b, e);
    for (size_t i = 0; !s && i < b->n; i++) {
        s = tally_add(a->tally, &b->items[i], &b->rows[i], e);
        row_seal_add(&a->state.seal, &b->rows[i].seal);
        a->reused += b->rows[i].reused;
    }
    if (s)
        return s;
    a->state.rows += (int64_t)b->n;
    a->state.last_fid = b->items[b->n - 1].fid;
    a->uncommitted += (int64_t)b->n;
    double now = clock_seconds();
    if (now - a->told_at >= PROGRESS_SECONDS)
        tell(a, now);
    bool due = a->uncommitted >= COMMIT_ROWS || now - a->committed_at >= COMMIT_SECONDS;
    return due ? commit(a, now, e) : STATUS_OK;
}

/* ---- what an earlier run left ---- */

static enum status refuse_existing(const char *out, bool interrupted, struct error *e)
{
    if (interrupted) {
        error_zh(e, "“%.200s”有未完成的运行；用 --resume 继续，或用 --overwrite 重新开始。", out);
        return error_fail(
            e, STATUS_INVALID_INPUT, "audit-interrupted",
            "An interrupted run of \"%.200s\" is there; go on with --resume, or start anew with "
            "--overwrite.",
            out);
    }
    error_zh(e, "输出文件“%.200s”已存在；请换名，或用 --overwrite 替换。", out);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-output-exists",
                      "The output \"%.200s\" exists already; give another name, or --overwrite.", out);
}

static bool exists_part(const char *out)
{
    char part[SINK_PATH_SIZE];
    snprintf(part, sizeof part, "%.*s.part", SINK_PATH_SIZE - 32, out);
    return access(part, F_OK) == 0;
}

/* Afterwards state.rows says where to go on, and *whole that nothing is left to do. */
static enum status take_over(struct audit_run *a, const struct run_identity *now, struct arena *arena,
                             bool *whole, struct error *e)
{
    const char *out = a->output, *text = NULL;
    bool finished = false;
    *whole = false;
    if (a->request->overwrite && !a->request->resume) {
        sink_discard(out);
        return STATUS_OK;
    }
    bool interrupted = exists_part(out);
    if (!a->request->resume && (interrupted || access(out, F_OK) == 0))
        return refuse_existing(out, interrupted, e);
    enum status s = sink_state(out, a->format, arena, &text, &finished, e);
    if (s)
        return s;
    if (!text && finished)
        return refuse_existing(out, false, e);
    if (!text) { /* nothing there, or killed before its first commit */
        sink_discard(out);
        return STATUS_OK;
    }
    struct run_state then = {.rows = 0};
    const char *sums;
    s = state_read(text, &then, &sums, e);
    if (!s)
        s = identity_compare(&then.identity, now, e);
    if (!s)
        s = tally_read(a->tally, sums, e);
    if (s)
        return s;
    if (then.rows == 0) { /* stopped before its first batch */
        sink_discard(out);
        return STATUS_OK;
    }
    a->state = then;
    a->resumed_after = then.rows;
    *whole = finished;
    if (!finished && then.finished && (a->format != AUDIT_CSV && a->format != AUDIT_GEOJSONL)) {
        *whole = true;
        s = sink_publish(out, a->format, snapshot_lines(a->snapshot), text, e);
    }
    return s;
}

/* --overwrite is for results, never for the parcels themselves. */
static enum status check_not_input(const struct audit_request *r, const char *output, struct error *e)
{
    struct stat in, out;
    if (stat(r->input, &in) != 0 || stat(output, &out) != 0 || in.st_dev != out.st_dev ||
        in.st_ino != out.st_ino)
        return STATUS_OK;
    error_zh(e, "输出文件就是输入文件“%.200s”；请换名。", output);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-output-is-input",
                      "The output is the input file \"%.200s\"; give another name.", output);
}

/* ---- the run ---- */

static enum status measure_all(struct audit_run *a, bool *stopped, struct error *e)
{
    enum status s =
        a->request->since ? since_open(a->store, a->snapshot, a->request, &a->since, e) : STATUS_OK;
    if (!s)
        s = feed_open(a->request, &a->feed, e);
    if (!s && a->state.rows > 0)
        s = feed_skip(a->feed, a->state.rows, a->state.last_fid, e);
    if (s)
        return s;
    const struct sink_request to = {.out = a->output,
                                    .format = a->format,
                                    .srs = a->feed->srs,
                                    .lines = snapshot_lines(a->snapshot),
                                    .overlaps = a->request->overlaps,
                                    .append = a->state.rows > 0};
    s = sink_open(&to, a->state.bytes, &a->sink, e);
    if (s)
        return s;
    a->committed_at = clock_seconds();
    a->told_at =
        -PROGRESS_SECONDS; /* of the first batch at once: who would stop is asked while there is time */
    const struct pipeline_request p = {a->snapshot, a->request,           a->feed,
                                       a->since,    a->sink->ops->format, a->watch->stop};
    s = pipeline_run(&p, write_batch, a, stopped, e);
    tell(a, clock_seconds());
    if (!s && *stopped)
        return commit(a, clock_seconds(), e);
    a->state.finished = true;
    if (!s)
        s = state_text(a, e);
    return s ? s : sink_finish(a->sink, a->text.data, e);
}

/* Of all passes the figures of the parcels are the same, and their times add up. How much was there already,
 * and taken over, says a pass that had something to do: one that was whole before went on from nowhere. */
static void outcome_add(const struct audit_run *a, struct audit_outcome *out)
{
    out->n_parcels = a->tally->n;
    out->n_unmeasured = a->tally->unmeasured;
    out->n_findings = a->tally->n_findings;
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        out->by_verdict[v] = a->tally->verdict[v];
    if (!a->whole_before) {
        out->resumed_after = a->resumed_after > out->resumed_after ? a->resumed_after : out->resumed_after;
        out->n_reused = a->reused;
    }
    if (a->since && since_total_zh(a->since)) {
        snprintf(out->since_zh, sizeof out->since_zh, "%s", since_total_zh(a->since));
        snprintf(out->since_en, sizeof out->since_en, "%s", since_total_en(a->since));
    }
    out->seconds += clock_seconds() - a->began;
}

/* Of every pass the same; the first that read the file to its end tells them. */
static enum status take_notes(const struct audit_run *a, struct audit_outcome *out, struct error *e)
{
    struct arena *arena = out->n_notes ? NULL : arena_new(STATE_ARENA_BYTES);
    struct feature_notes told = {.n = 0};
    if (out->n_notes)
        return STATUS_OK;
    enum status s = arena ? feed_notes(a->feed, arena, &told, e) : error_no_memory(e);
    for (size_t i = 0; i < told.n && i < AUDIT_NOTES_MAX; i++) {
        struct audit_note *n = &out->notes[out->n_notes++];
        snprintf(n->code, sizeof n->code, "%s", told.notes[i].code);
        snprintf(n->zh, sizeof n->zh, "%s", told.notes[i].zh);
        snprintf(n->en, sizeof n->en, "%s", told.notes[i].en);
    }
    out->n_notes_left_out = told.n - out->n_notes;
    arena_free(arena);
    return s;
}

/* Of a run that was finished before, the input has not been opened yet. */
static enum status summaries(struct audit_run *a, const struct audit_outcome *out, struct error *e)
{
    const struct audit_request *r = a->request;
    enum status s = STATUS_OK;
    if ((r->summary || r->summary_json) && !a->feed)
        s = feed_open(r, &a->feed, e);
    const struct input_remarks about = {a->feed ? a->feed->crs_guessed : 0, out->notes, out->n_notes};
    if (!s && r->summary)
        s = html_parcels_write(a->snapshot, r, a->tally, &a->state.identity, &about, e);
    if (!s && r->summary_json)
        s = json_parcels_write(a->snapshot, r, a->tally, &a->state.identity, &about, e);
    return s;
}

static enum status run(struct audit_run *a, struct audit_outcome *out, struct error *e)
{
    struct run_identity now;
    struct arena *arena = arena_new(STATE_ARENA_BYTES);
    enum status s = arena ? identity_of(a->snapshot, a->request, a->output, &now, e) : error_no_memory(e);
    if (!s) {
        s = take_over(a, &now, arena, &a->whole_before, e);
        a->state.identity = now;
    }
    if (!s && !a->whole_before)
        s = measure_all(a, &out->stopped, e);
    arena_free(arena);
    out->finished_before = out->finished_before && a->whole_before;
    if (!s && !out->stopped && !a->whole_before)
        s = take_notes(a, out, e);
    return s || out->stopped || a->pass > 0 ? s : summaries(a, out, e);
}

static enum status run_pass(struct audit_run *a, struct audit_outcome *out, struct error *e)
{
    buffer_init(&a->text, 0);
    a->began = clock_seconds();
    a->tally = tally_new(snapshot_lines(a->snapshot));
    enum status s = a->tally ? sink_format_of(a->output, &a->format, e) : error_no_memory(e);
    if (!s)
        s = run(a, out, e);
    if (!s)
        outcome_add(a, out);
    sink_close(a->sink);
    feed_close(a->feed);
    since_close(a->since);
    tally_free(a->tally);
    buffer_release(&a->text);
    return s;
}

/* Claims for every parcel that cannot stand are a mistake of the request: better said now than in every row.
 * Those of a field are told row by row. */
static enum status check_claims(const struct snapshot *snapshot, const char *text, struct error *e)
{
    struct claim_words *words;
    struct claim_set claims;
    const struct claim_terms terms = snapshot_claim_terms(snapshot);
    size_t n = 0;
    if (!text)
        return STATUS_OK;
    struct arena *arena = arena_new(STATE_ARENA_BYTES);
    words = arena ? arena_array(arena, LINES_MAX, sizeof *words) : NULL;
    enum status s = words ? claims_split(text, arena, words, LINES_MAX, &n, e) : error_no_memory(e);
    if (!s)
        s = claims_make(words, n, &terms, arena, &claims, e);
    arena_free(arena);
    return s;
}

/* What would be refused in a later pass is refused before the first: nobody waits an hour for it. */
static enum status check_outputs(const struct audit_request *r, struct error *e)
{
    enum audit_format format;
    enum status s = STATUS_OK;
    for (const char *const *o = r->outputs; !s && *o; o++) {
        s = sink_format_of(*o, &format, e);
        if (!s)
            s = check_not_input(r, *o, e);
        if (!s && !r->resume && !r->overwrite && (exists_part(*o) || access(*o, F_OK) == 0))
            s = refuse_existing(*o, exists_part(*o), e);
    }
    if (!s && r->summary)
        s = check_not_input(r, r->summary, e);
    if (!s && r->summary_json)
        s = check_not_input(r, r->summary_json, e);
    return s;
}

enum status audit_parcels(struct store *store, const struct snapshot *snapshot,
                          const struct audit_request *request, const struct audit_watch *watch,
                          struct audit_outcome *out, struct error *e)
{
    struct audit_outcome outcome = {.finished_before = true};
    int n = 0;
    while (request->outputs[n])
        n++;
    enum status s = check_outputs(request, e);
    if (!s)
        s = check_claims(snapshot, request->claims, e);
    for (int pass = 0; !s && pass < n && !outcome.stopped; pass++) {
        struct audit_run a = {.store = store,
                              .snapshot = snapshot,
                              .request = request,
                              .watch = watch,
                              .output = request->outputs[pass],
                              .pass = pass,
                              .n_passes = n};
        s = run_pass(&a, &outcome, e);
    }
    if (!s)
        *out = outcome;
    return s;
}

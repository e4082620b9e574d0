/* The audits of the public library: audit/ with the caller's progress function as the way to stop. */
#include "api/api_parts.h"

#include "audit/figures.h"

#include <string.h>
#include <unistd.h>

_Static_assert((int)HX_VERDICT_ALLOWED == (int)VERDICT_ALLOWED && VERDICT_ALLOWED == 4,
               "by_verdict has five");

/* ---- what they share ---- */

struct call {
    const struct hx_audit_options *options;
    struct hx_audit_outcome outcome;
    atomic_bool stop;
};

static void tell(const struct audit_progress *p, void *user)
{
    struct call *c = user;
    const struct hx_audit_progress public_progress = {p->done, p->total, p->seconds};
    if (c->options->progress && !c->options->progress(&public_progress, c->options->user))
        atomic_store(&c->stop, true);
}

static enum status bad_threads(struct error *e)
{
    error_zh(e, "线程数应为 0 至 %d。", AUDIT_MAX_THREADS);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "threads must be 0 to %d.", AUDIT_MAX_THREADS);
}

static enum status threads_of(const struct hx_audit_options *o, int *out, struct error *e)
{
    long n = o->threads > 0 ? o->threads : sysconf(_SC_NPROCESSORS_ONLN);
    if (o->threads < 0 || o->threads > AUDIT_MAX_THREADS)
        return bad_threads(e);
    *out = n < 1 ? 1 : n > AUDIT_MAX_THREADS ? AUDIT_MAX_THREADS : (int)n;
    return STATUS_OK;
}

typedef enum status audit_fn(struct hx_store *h, struct store *store, int threads, struct call *c,
                             const char *input, const char *output, struct error *e);

/* Each call reads through a handle of its own: handles belong to one thread. */
static enum hx_result run(struct hx_store *h, audit_fn *fn, const char *input, const char *output,
                          const struct hx_audit_options *options, struct hx_audit_outcome *out,
                          struct hx_error *e)
{
    static const struct hx_audit_options defaults = {.threads = 0};
    struct error why = {.status = STATUS_OK};
    struct call c = {.options = options ? options : &defaults};
    struct store *store = NULL;
    struct snapshot *snapshot = snapshot_ref(h->snapshot);
    int threads = 1;
    enum status s = threads_of(c.options, &threads, &why);
    if (!s)
        s = store_open(h->path, STORE_READ, &store, &why);
    if (!s)
        s = fn(h, store, threads, &c, input, output, &why);
    if (s && strcmp(why.code, AUDIT_STOPPED) == 0) {
        c.outcome = (struct hx_audit_outcome){.stopped = true};
        s = STATUS_OK;
    }
    store_close(store);
    snapshot_unref(snapshot);
    if (!s && out)
        *out = c.outcome;
    return api_result(s, &why, e);
}

/* ---- parcels ---- */

static enum status parcels(struct hx_store *h, struct store *store, int threads, struct call *c,
                           const char *input, const char *output, struct error *e)
{
    const struct hx_audit_options *o = c->options;
    const struct audit_request r = {.input = input,
                                    .reader = &api_reader,
                                    .layer = o->layer,
                                    .output = output,
                                    .summary = o->summary_html,
                                    .project_class = o->project_class,
                                    .class_field = o->class_field,
                                    .id_field = o->id_field,
                                    .since = o->since,
                                    .since_store = store,
                                    .epsg = o->epsg,
                                    .threads = threads,
                                    .overlaps = o->overlaps,
                                    .resume = o->resume,
                                    .overwrite = o->overwrite};
    struct audit_outcome from;
    enum status s = audit_parcels(h->snapshot, &r, &c->stop, tell, c, &from, e);
    if (s)
        return s;
    c->outcome = (struct hx_audit_outcome){.n_parcels = from.n_parcels,
                                           .n_unmeasured = from.n_unmeasured,
                                           .n_findings = from.n_findings,
                                           .n_reused = from.n_reused,
                                           .resumed_after = from.resumed_after,
                                           .stopped = from.stopped,
                                           .seconds = from.seconds};
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        c->outcome.by_verdict[v] = from.by_verdict[v];
    return STATUS_OK;
}

enum hx_result hx_audit_parcels(struct hx_store *store, const char *input, const char *output,
                                const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(input, e);
    API_NEED(output, e);
    return run(store, parcels, input, output, options, out, e);
}

/* ---- lines and figures ---- */

static struct lines_request request_of(struct call *c, int threads, const char *const *layers)
{
    return (struct lines_request){.threads = threads,
                                  .layers = layers[0] ? layers : NULL,
                                  .official = c->options->official,
                                  .within_spaces = c->options->within_spaces,
                                  .progress = tell,
                                  .progress_user = c};
}

static enum status lines(struct hx_store *h, struct store *store, int threads, struct call *c,
                         const char *input, const char *output, struct error *e)
{
    (void)input;
    const char *const only[] = {c->options->only_layer, NULL};
    const struct lines_request r = request_of(c, threads, only);
    struct lines_report report;
    enum status s = audit_lines(store, h->snapshot, &r, &c->stop, &report, e);
    if (s)
        return s;
    if (c->options->compare)
        s = lines_compare(&report, c->options->compare, e);
    if (!s)
        s = lines_write(&report, h->snapshot, output, e);
    c->outcome = (struct hx_audit_outcome){.n_findings = (int64_t)(report.n_findings - report.n_fixed),
                                           .n_slivers = (int64_t)report.n_sliver,
                                           .n_new = (int64_t)report.n_new,
                                           .n_still = (int64_t)report.n_still,
                                           .n_fixed = (int64_t)report.n_fixed,
                                           .seconds = report.seconds};
    lines_report_release(&report);
    return s;
}

enum hx_result hx_audit_lines(struct hx_store *store, const char *output,
                              const struct hx_audit_options *options, struct hx_audit_outcome *out,
                              struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(output, e);
    return run(store, lines, NULL, output, options, out, e);
}

static enum status figures(struct hx_store *h, struct store *store, int threads, struct call *c,
                           const char *input, const char *output, struct error *e)
{
    (void)input;
    const char *const only[] = {c->options->only_layer, NULL};
    const struct lines_request r = request_of(c, threads, only);
    struct figures f;
    enum status s = audit_figures(store, h->snapshot, &r, &c->stop, &f, e);
    if (s)
        return s;
    s = figures_write(&f, output, e);
    figures_release(&f);
    return s;
}

enum hx_result hx_audit_figures(struct hx_store *store, const char *output,
                                const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(output, e);
    return run(store, figures, NULL, output, options, out, e);
}

/* The audits of the public library: audit/ with the caller's progress function as the way to stop. */
#include "api/api_parts.h"

#include "audit/figures.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)HX_VERDICT_ALLOWED == (int)VERDICT_ALLOWED && VERDICT_ALLOWED == 4,
               "by_verdict has five");
_Static_assert((int)HX_AUDIT_NOTES_MAX == (int)AUDIT_NOTES_MAX &&
                   sizeof(struct hx_audit_note) == sizeof(struct audit_note),
               "notes are copied one by one");

/* ---- what they share ---- */

struct call {
    struct hx_store *handle;
    struct hx_audit_options options;
    struct audit_request request;
    struct audit_watch watch;
    struct hx_audit_outcome outcome;
    atomic_bool stop;
};

static void tell(const struct audit_progress *p, void *user)
{
    struct call *c = user;
    const struct hx_audit_progress public_progress = {p->done, p->total, p->seconds};
    if (c->options.progress && !c->options.progress(&public_progress, c->options.user))
        atomic_store(&c->stop, true);
}

/* Each option of audit/request.h, and the member that it has here. */
enum member_type { TEXT, FLAG, NUMBER };
static const struct member {
    const char *key;
    enum member_type type;
    size_t at;
} members[] = {
#define AT(member) offsetof(struct hx_audit_options, member)
    {"summary", TEXT, AT(summary_html)},
    {"class", TEXT, AT(project_class)},
    {"claim", TEXT, AT(claims)},
    {"claim-field", TEXT, AT(claim_field)},
    {"class-field", TEXT, AT(class_field)},
    {"id-field", TEXT, AT(id_field)},
    {"crs", NUMBER, AT(epsg)},
    {"since", TEXT, AT(since)},
    {"compare", TEXT, AT(compare)},
    {"official", TEXT, AT(official)},
    {"threads", NUMBER, AT(threads)},
    {"within-spaces", FLAG, AT(within_spaces)},
    {"overlaps", FLAG, AT(overlaps)},
    {"resume", FLAG, AT(resume)},
    {"overwrite", FLAG, AT(overwrite)},
#undef AT
};
enum { N_MEMBERS = sizeof members / sizeof *members, NUMBER_SIZE = 16 };

/* NULL: not given. */
static const char *value_of(const struct hx_audit_options *o, const struct member *m, char text[NUMBER_SIZE])
{
    const char *at = (const char *)o + m->at;
    switch (m->type) {
    case TEXT:
        return *(const char *const *)at;
    case FLAG:
        return *(const bool *)at ? "1" : NULL;
    case NUMBER:
        break;
    }
    snprintf(text, NUMBER_SIZE, "%d", *(const int *)at);
    return *(const int *)at ? text : NULL;
}

static enum status make_request(struct call *c, const char *input, const char *output, struct error *e)
{
    const struct hx_audit_options *o = &c->options;
    bool parcels = c->request.kind == AUDIT_PARCELS;
    const char *layer = parcels ? o->layer : o->only_layer, *other = parcels ? o->only_layer : o->layer;
    char numbers[N_MEMBERS][NUMBER_SIZE];
    struct audit_option options[N_MEMBERS + 3] = {{"input", input}, {"output", output}, {"layer", layer}};
    if (other && *other)
        return audit_option_refuse(parcels ? "only_layer" : "layer", c->request.kind, e);
    for (size_t i = 0; i < N_MEMBERS; i++)
        options[i + 3] = (struct audit_option){members[i].key, value_of(o, &members[i], numbers[i])};
    return audit_request_of(options, N_MEMBERS + 3, &c->request, e);
}

typedef enum status audit_fn(struct call *c, struct store *store, struct error *e);

/* Each call reads through a handle of its own: handles belong to one thread. */
static enum status run_with_store(struct call *c, audit_fn *fn, struct error *e)
{
    struct store *store = NULL;
    struct snapshot *snapshot = snapshot_ref(c->handle->snapshot);
    enum status s = store_open(c->handle->path, STORE_READ, &store, e);
    if (!s)
        s = fn(c, store, e);
    store_close(store);
    snapshot_unref(snapshot);
    return s;
}

/* What the caller passed, `out` included: it may be NULL. */
static enum status read_structs(struct call *c, const struct hx_audit_options *options,
                                const struct hx_audit_outcome *out, struct error *e)
{
    struct hx_audit_outcome before; /* only looked at */
    enum status s = API_SIZED_READ(hx_audit_outcome, out, &before, e);
    if (!s)
        s = API_SIZED_READ(hx_audit_options, options, &c->options, e);
    if (!s && c->options.reserved) {
        error_zh(e, "hx_audit_options.reserved 必须是 0。");
        s = error_fail(e, STATUS_INVALID_INPUT, "struct-size", "hx_audit_options.reserved must be 0.");
    }
    return s;
}

/* `c` has the handle and the request's kind. */
static enum hx_result run(struct call *c, audit_fn *fn, const char *input, const char *output,
                          const struct hx_audit_options *options, struct hx_audit_outcome *out,
                          struct hx_error *e)
{
    struct error why = {.status = STATUS_OK};
    c->watch = (struct audit_watch){&c->stop, tell, c};
    enum status s = read_structs(c, options, out, &why);
    if (!s)
        s = make_request(c, input, output, &why);
    if (!s)
        s = run_with_store(c, fn, &why);
    if (s && strcmp(why.code, AUDIT_STOPPED) == 0) {
        c->outcome = (struct hx_audit_outcome){.stopped = true};
        s = STATUS_OK;
    }
    if (!s && out)
        api_sized_give(out, &c->outcome, sizeof c->outcome);
    return api_result(s, &why, e);
}

/* ---- parcels ---- */

static enum status parcels(struct call *c, struct store *store, struct error *e)
{
    struct audit_outcome from;
    c->request.reader = &api_reader;
    enum status s = audit_parcels(store, c->handle->snapshot, &c->request, &c->watch, &from, e);
    if (s)
        return s;
    c->outcome = (struct hx_audit_outcome){.n_parcels = from.n_parcels,
                                           .n_unmeasured = from.n_unmeasured,
                                           .n_findings = from.n_findings,
                                           .n_reused = from.n_reused,
                                           .resumed_after = from.resumed_after,
                                           .stopped = from.stopped,
                                           .seconds = from.seconds,
                                           .n_notes = from.n_notes,
                                           .n_notes_left_out = from.n_notes_left_out,
                                           .finished_before = from.finished_before};
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        c->outcome.by_verdict[v] = from.by_verdict[v];
    memcpy(c->outcome.since_zh, from.since_zh, sizeof c->outcome.since_zh);
    memcpy(c->outcome.since_en, from.since_en, sizeof c->outcome.since_en);
    for (size_t i = 0; i < from.n_notes; i++) {
        memcpy(c->outcome.notes[i].code, from.notes[i].code, sizeof from.notes[i].code);
        memcpy(c->outcome.notes[i].zh, from.notes[i].zh, sizeof from.notes[i].zh);
        memcpy(c->outcome.notes[i].en, from.notes[i].en, sizeof from.notes[i].en);
    }
    return STATUS_OK;
}

enum hx_result hx_audit_parcels(struct hx_store *store, const char *input, const char *output,
                                const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(input, e);
    API_NEED(output, e);
    struct call c = {.handle = store, .request.kind = AUDIT_PARCELS};
    return run(&c, parcels, input, output, options, out, e);
}

/* ---- lines and figures ---- */

static enum status lines(struct call *c, struct store *store, struct error *e)
{
    struct conflict_report report;
    enum status s = audit_lines(store, c->handle->snapshot, &c->request, &c->watch, &report, e);
    if (s)
        return s;
    c->outcome = (struct hx_audit_outcome){.n_findings = (int64_t)(report.n_findings - report.n_fixed),
                                           .n_slivers = (int64_t)report.n_sliver,
                                           .n_not_examined = (int64_t)report.n_not_examined,
                                           .n_new = (int64_t)report.n_new,
                                           .n_still = (int64_t)report.n_still,
                                           .n_fixed = (int64_t)report.n_fixed,
                                           .seconds = report.seconds};
    conflict_report_release(&report);
    return STATUS_OK;
}

enum hx_result hx_audit_lines(struct hx_store *store, const char *output,
                              const struct hx_audit_options *options, struct hx_audit_outcome *out,
                              struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(output, e);
    struct call c = {.handle = store, .request.kind = AUDIT_LINES};
    return run(&c, lines, NULL, output, options, out, e);
}

static enum status figures(struct call *c, struct store *store, struct error *e)
{
    struct figures f;
    enum status s = audit_figures(store, c->handle->snapshot, &c->request, &c->watch, &f, e);
    if (!s)
        figures_release(&f);
    return s;
}

enum hx_result hx_audit_figures(struct hx_store *store, const char *output,
                                const struct hx_audit_options *options, struct hx_audit_outcome *out,
                                struct hx_error *e)
{
    API_NEED(store, e);
    API_NEED(output, e);
    struct call c = {.handle = store, .request.kind = AUDIT_FIGURES};
    return run(&c, figures, NULL, output, options, out, e);
}

#include "audit/figures.h"
#include "cli/args.h"
#include "cli/as_job.h"
#include "cli/audit_say.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/fail_on.h"
#include "cli/store_path.h"
#include "features/sandbox/sandbox.h"
#include "index/layer_index.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { LISTED_MAX = 32, NAME_SIZE = 32 };

static atomic_bool interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    atomic_store(&interrupted, true);
}

/* The first Ctrl-C asks for a clean stop; the second one kills. */
static void catch_interrupts(void)
{
    struct sigaction a = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    (void)index_use_leases(INDEX_LEASE_SIGNAL); /* without them every row asks the kernel; nothing else */
}

struct audit_args {
    struct audit_request request;
    const char *store, *fail_on, *progress;
    const char *job_of, *sandbox; /* as_job.h */
    bool require_sandbox;
};

/* ---- arguments ---- */

struct listed_options {
    struct arg_listed rows[LISTED_MAX];
    char names[LISTED_MAX][NAME_SIZE];
    size_t n;
};

static void list_option(struct listed_options *l, const char *name, const char *key, bool is_flag)
{
    snprintf(l->names[l->n], NAME_SIZE, "--%s", name);
    l->rows[l->n] = (struct arg_listed){l->names[l->n], key, is_flag};
    l->n++;
}

/* All options of audits but those that a command line spells its own way: FILE and -o OUT. Which of them
 * belongs to which kind of audit is said where the request is made. */
static void list_options(struct listed_options *l)
{
    struct audit_option_info o;
    *l = (struct listed_options){.rows = {{"-o", "output", false}}, .n = 1};
    for (size_t i = 0; audit_option_at(i, &o) && l->n + 2 < LISTED_MAX; i++) {
        if (strcmp(o.key, "input") == 0 || strcmp(o.key, "output") == 0)
            continue;
        list_option(l, o.key, o.key, o.is_flag);
        if (o.alias)
            list_option(l, o.alias, o.key, o.is_flag);
    }
}

static enum status make_request(const struct arg_rest *rest, struct audit_request *r, struct error *e)
{
    struct audit_option options[ARG_LISTED_MAX + 1];
    size_t n = 0;
    for (int i = 0; i < rest->n_given; i++)
        options[n++] = (struct audit_option){rest->given[i].key, rest->given[i].value};
    options[n++] = (struct audit_option){"input", rest->n ? rest->items[0] : NULL};
    return audit_request_of(options, n, r, e);
}

static enum status parse(int argc, char **argv, struct audit_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"--fail-on", &a->fail_on, NULL},
                                         {"--require-sandbox", NULL, &a->require_sandbox},
                                         {"--progress", &a->progress, NULL},
                                         {"--job-of", &a->job_of, NULL},
                                         {"--sandbox", &a->sandbox, NULL},
                                         {NULL, NULL, NULL}};
    struct listed_options listed;
    list_options(&listed);
    struct arg_rest rest = {.max = 1, .listed = listed.rows, .n_hidden = 2};
    enum status s = args_parse(argc, argv, options, &rest, e);
    if (!s)
        s = audit_say_check_progress(a->progress, e);
    if (!s)
        s = fail_on_check(a->fail_on, e);
    if (!s && a->fail_on && a->request.kind != AUDIT_PARCELS)
        s = audit_option_refuse("fail-on", a->request.kind, e);
    return s ? s : make_request(&rest, &a->request, e);
}

static enum status parse_kind(int argc, char **argv, enum audit_kind *out, struct error *e)
{
    if (argc > 0)
        return audit_kind_of(argv[0], out, e);
    error_zh(e, "audit 之后应为 parcels、lines 或 figures。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "After audit comes parcels, lines or figures.");
}

/* ---- the three kinds ---- */

struct work {
    const struct audit_args *args;
    struct store *store; /* NULL: needed only until the snapshot was loaded */
    struct snapshot *snapshot;
    struct audit_say say;
};

static struct audit_watch watch_of(struct work *w)
{
    return (struct audit_watch){&interrupted, audit_say_progress, &w->say};
}

static bool fails(const struct audit_outcome *o, const char *fail_on)
{
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        if (o->by_verdict[v] > 0 && fail_on_asks(fail_on, (enum verdict)v))
            return true;
    return false;
}

static int run_parcels(struct work *w)
{
    struct error e = {0};
    struct audit_outcome o;
    const struct audit_request *r = &w->args->request;
    const struct audit_watch watch = watch_of(w);
    enum status s = audit_parcels(w->store, w->snapshot, r, &watch, &o, &e);
    audit_say_progress_end(&w->say);
    if (s)
        return audit_say_refusal(&w->say, REFUSED_AUDIT, &e);
    audit_say_parcels(&w->say, r, &o);
    if (o.stopped)
        return EXIT_INTERRUPTED;
    return fails(&o, w->args->fail_on) ? EXIT_VERDICT : EXIT_OK;
}

static int refuse_or_stopped(struct work *w, const struct error *e)
{
    bool stopped = strcmp(e->code, AUDIT_STOPPED) == 0;
    if (stopped && !w->say.json)
        return EXIT_INTERRUPTED;
    int code = audit_say_refusal(&w->say, REFUSED_AUDIT, e);
    return stopped ? EXIT_INTERRUPTED : code;
}

static int run_lines(struct work *w)
{
    struct error e = {0};
    struct conflict_report report;
    const struct audit_request *r = &w->args->request;
    const struct audit_watch watch = watch_of(w);
    enum status s = audit_lines(w->store, w->snapshot, r, &watch, &report, &e);
    audit_say_progress_end(&w->say);
    if (s)
        return refuse_or_stopped(w, &e);
    audit_say_lines(&w->say, r, &report);
    conflict_report_release(&report);
    return EXIT_OK;
}

static int run_figures(struct work *w)
{
    struct error e = {0};
    struct figures f;
    struct audit_watch watch = watch_of(w);
    if (!w->say.json) /* a matter of seconds */
        watch.progress = NULL;
    if (audit_figures(w->store, w->snapshot, &w->args->request, &watch, &f, &e))
        return refuse_or_stopped(w, &e);
    audit_say_figures(&w->say, &f);
    figures_release(&f);
    return EXIT_OK;
}

static int run(struct work *w)
{
    catch_interrupts();
    switch (w->args->request.kind) {
    case AUDIT_PARCELS:
        return run_parcels(w);
    case AUDIT_LINES:
        return run_lines(w);
    case AUDIT_FIGURES:
        return run_figures(w);
    }
    return EXIT_INTERNAL;
}

/* ---- from arguments to the end ---- */

static enum status load(struct work *w, struct error *e)
{
    char path[STORE_PATH_SIZE];
    enum status s = store_path_find(w->args->store, path, e);
    if (!s)
        s = store_open(path, STORE_READ, &w->store, e);
    if (!s)
        s = snapshot_load(w->store, &w->snapshot, e);
    if (!s && w->args->request.kind == AUDIT_PARCELS && !w->args->request.since) {
        store_close(w->store); /* all that is needed is mapped */
        w->store = NULL;
    }
    return s;
}

int cmd_audit(int argc, char **argv)
{
    struct error e = {0};
    struct audit_args a = {.store = NULL};
    struct work w = {.args = &a};
    int code;
    audit_say_init(&w.say, argc, argv);
    if (parse_kind(argc, argv, &a.request.kind, &e) || parse(argc - 1, argv + 1, &a, &e))
        return audit_say_refusal(&w.say, REFUSED_USAGE, &e);
    as_job_begin(a.job_of, a.store);
    if (a.require_sandbox && sandbox_require(NULL, &e))
        return audit_say_refusal(&w.say, REFUSED_AUDIT, &e);
    if (load(&w, &e))
        code = audit_say_refusal(&w.say, REFUSED_STORE, &e);
    else if (as_job_enter_sandbox(a.sandbox, a.job_of, &e))
        code = audit_say_refusal(&w.say, REFUSED_AUDIT, &e);
    else
        code = run(&w);
    snapshot_unref(w.snapshot);
    store_close(w.store);
    return code;
}

#include "audit/bench/bench.h"
#include "audit/figures.h"
#include "audit/format.h"
#include "cli/as_job.h"
#include "cli/audit_say.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/fail_on.h"
#include "cli/sandbox_say.h"
#include "cli/store_path.h"
#include "features/sandbox/sandbox.h"
#include "index/layer_index.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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
    struct arguments base;
    struct audit_request request;
    const char *fail_on, *progress;
    const char *job_of, *sandbox, *bench; /* as_job.h */
    bool require_sandbox;
};

/* ---- arguments ---- */

static enum audit_kind kind_of(const struct command *c)
{
    for (int k = 0; k < AUDIT_KIND_COUNT; k++)
        if (strcmp(c->name, audit_kind_name((enum audit_kind)k)) == 0)
            return (enum audit_kind)k;
    return AUDIT_PARCELS;
}

/* All options of audits but FILE, which a command line has without a name. Those of another kind are refused
 * where the request is made, in the same words in every door. */
static bool join_option(const struct command *c, size_t i, struct cli_option *out)
{
    struct audit_option_info o;
    enum audit_kind kind = kind_of(c);
    for (size_t at = 0; audit_option_at(at, &o); at++) {
        if (strcmp(o.key, "input") == 0 || i-- > 0)
            continue;
        *out = (struct cli_option){.name = o.argument,
                                   .type = o.is_flag ? OPTION_LISTED_FLAG : OPTION_LISTED,
                                   .value = o.value,
                                   .zh = o.zh,
                                   .en = o.en,
                                   .key = o.key,
                                   .alias = o.alias,
                                   .is_single = strcmp(o.key, "output") != 0,
                                   .is_hidden = !(o.kinds & 1U << kind),
                                   .is_required = kind == AUDIT_PARCELS && strcmp(o.key, "output") == 0};
        return true;
    }
    return false;
}

static enum status check(struct arguments *base, struct error *e)
{
    struct audit_args *a = (struct audit_args *)base;
    struct audit_option options[ARG_GIVEN_MAX + 1];
    size_t n = 0;
    enum status s = fail_on_check(a->fail_on, e);
    for (int i = 0; i < base->n_given; i++)
        options[n++] = (struct audit_option){base->given[i].key, base->given[i].value};
    options[n++] = (struct audit_option){"input", base->n ? base->items[0] : NULL};
    a->request.kind = kind_of(base->command);
    return s ? s : audit_request_of(options, n, &a->request, e);
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

/* That it cannot be made is no reason to lose the results: who looks at them is told that there is nothing to
 * look at (audit/bench/rows.c). */
static bool make_bench(struct work *w)
{
    struct error e = {0};
    bool stopped = false;
    const struct audit_request *r = &w->args->request;
    struct bench_order o = {.base = w->args->bench, .snapshot = w->snapshot, .stop = &interrupted};
    enum audit_format format;
    for (const char *const *out = r->outputs; *out && !o.gpkg; out++)
        if (audit_format_of(*out, AUDIT_PARCELS, &format) && format == AUDIT_GPKG)
            o.gpkg = *out;
    if (o.base && o.gpkg && bench_make(&o, &stopped, &e))
        fprintf(stderr, "%s\n", e.en);
    return !stopped;
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
    if (!o.stopped)
        o.stopped = !make_bench(w);
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
    enum status s = store_path_find(w->args->base.store, path, e);
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

static int run_audit(struct arguments *base)
{
    struct error e = {0};
    struct audit_args *a = (struct audit_args *)base;
    struct work w = {.args = a};
    int code;
    audit_say_init(&w.say, a->progress);
    as_job_begin(a->job_of, base->store);
    if (a->require_sandbox && sandbox_require(NULL, &e))
        return audit_say_refusal(&w.say, REFUSED_AUDIT, &e);
    if (load(&w, &e))
        code = audit_say_refusal(&w.say, REFUSED_STORE, &e);
    else if (as_job_enter_sandbox(a->sandbox, a->job_of, &e))
        code = audit_say_refusal(&w.say, REFUSED_AUDIT, &e);
    else
        code = run(&w);
    snapshot_unref(w.snapshot);
    store_close(w.store);
    return code;
}

/* ---- what is said of it ---- */

#define AT(member) offsetof(struct audit_args, member)
#define OPTION_FAIL_ON                                                                                       \
    OPTION("--fail-on", OPTION_TEXT, AT(fail_on), "VERDICT,...",                                             \
           "有地块的结论属于所列或更重时，退出码为 10（prohibited、unknown、restricted、notice、allowed）",  \
           "exit with 10 when a parcel's verdict is one of these or worse (prohibited, unknown, "            \
           "restricted, notice, allowed)")
#define COMMON_OPTIONS                                                                                       \
    OPTION_STORE, AUDIT_OPTION_PROGRESS(AT(progress)), OPTION_REQUIRE_SANDBOX(AT(require_sandbox)),          \
        OPTION_JOB_OF(AT(job_of)), OPTION_SANDBOX(AT(sandbox)), OPTION_END

static const struct cli_option options_of_parcels[] = {OPTION_FAIL_ON, OPTION_BENCH(AT(bench)),
                                                       COMMON_OPTIONS};
static const struct cli_option options_of_all[] = {COMMON_OPTIONS};

/* clang-format off */
#define KIND(word, text_zh, text_en, rows)                                                                   \
    .group = "audit", .name = word, .zh = text_zh, .en = text_en, .options = rows, .joined = join_option,    \
    .size = sizeof(struct audit_args), .check = check, .run = run_audit, .refuse = audit_say_misused

static const struct command kinds[] = {
    {KIND("parcels", "批量审查一个文件中的全部地块", "every parcel of a file against the control lines",
          options_of_parcels),
     .operands = "FILE", .operand_zh = "地块文件（任何能检查的格式）",
     .operand_en = "the parcels, in any format that check reads", .least = 1, .most = 1},
    {KIND("lines", "审查控制线之间的冲突和图层之间的关系",
          "the lines against each other, and how the layers lie to each other", options_of_all)},
    {KIND("figures", "规划数据：各线面积与占比，与规划指标比对",
          "figures of the plan: areas and shares of the lines beside what is planned", options_of_all)},
    {.name = NULL}};
/* clang-format on */

/* A kind that there is not is told as every door tells it. */
static int refuse_kind(const struct command *c, int argc, char **argv, const struct error *e)
{
    struct error unknown = *e;
    enum audit_kind kind;
    if (argc > 0 && *argv[0] != '-')
        (void)!audit_kind_of(argv[0], &kind, &unknown);
    return audit_say_misused(c, argc, argv, &unknown);
}

const struct command command_audit = {.name = "audit",
                                      .zh = "批量审查地块；审查图层之间的冲突；规划数据",
                                      .en =
                                          "audit many parcels; the lines against each other; figures of the "
                                          "plan",
                                      .subcommands = kinds,
                                      .refuse = refuse_kind};

#include "audit/figures.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/fail_on.h"
#include "cli/store_path.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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
}

/* ---- what all audits share ---- */

static enum status load(const char *asked, struct store **store, struct snapshot **out, struct error *e)
{
    char path[STORE_PATH_SIZE];
    enum status s = store_path_find(asked, path, e);
    if (!s)
        s = store_open(path, STORE_READ, store, e);
    if (s)
        return s;
    s = snapshot_load(*store, out, e);
    if (s)
        store_close(*store);
    return s;
}

/* ---- parcels ---- */

struct parcels_args {
    struct audit_request request;
    const char *store, *threads, *crs, *fail_on;
    struct arg_rest rest;
};

static enum status missing(struct error *e, const char *zh, const char *en)
{
    error_zh(e, "%s", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s", en);
}

static int default_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > AUDIT_MAX_THREADS ? AUDIT_MAX_THREADS : (int)n;
}

static enum status parse_parcels(int argc, char **argv, struct parcels_args *a, struct error *e)
{
    struct audit_request *r = &a->request;
    const struct arg_option options[] = {
        {"--store", &a->store, NULL},
        {"-o", &r->output, NULL},
        {"--layer", &r->layer, NULL},
        {"--class", &r->project_class, NULL},
        {"--class-field", &r->class_field, NULL},
        {"--id-field", &r->id_field, NULL},
        {"--crs", &a->crs, NULL},
        {"--epsg", &a->crs, NULL}, /* its earlier name: goes with the next release */
        {"--threads", &a->threads, NULL},
        {"--summary", &r->summary, NULL},
        {"--since", &r->since, NULL},
        {"--fail-on", &a->fail_on, NULL},
        {"--overlaps", NULL, &r->overlaps},
        {"--resume", NULL, &r->resume},
        {"--overwrite", NULL, &r->overwrite},
        {NULL, NULL, NULL}};
    long threads = default_threads();
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = args_number("--threads", a->threads, 1, AUDIT_MAX_THREADS, &threads, e);
    if (!s)
        s = crs_of_option(a->crs, false, &r->epsg, e);
    if (!s)
        s = fail_on_check(a->fail_on, e);
    if (!s && a->rest.n == 0)
        s = missing(e, "缺少地块文件。", "A parcel file is missing.");
    if (!s && !r->output)
        s = missing(e, "缺少 -o 输出文件。", "The output, -o FILE, is missing.");
    size_t n = r->summary ? strlen(r->summary) : 0;
    if (n > 5 && strcasecmp(r->summary + n - 5, ".json") == 0) {
        r->summary_json = r->summary;
        r->summary = NULL;
    }
    r->input = a->rest.n ? a->rest.items[0] : NULL;
    r->threads = (int)threads;
    return s;
}

/* `user`: is standard error a terminal? */
static void show_progress(const struct audit_progress *p, void *user)
{
    if (!*(const bool *)user)
        return;
    double rate = p->seconds > 0 ? (double)p->done_here / p->seconds : 0;
    if (p->total > 0 && rate > 0)
        fprintf(stderr, "\r%lld / %lld  %.0f/s  剩余 left %.0f s   ", (long long)p->done, (long long)p->total,
                rate, (double)(p->total - p->done) / rate);
    else
        fprintf(stderr, "\r%lld  %.0f/s   ", (long long)p->done, rate);
}

/* FlatGeobuf holds no row without geometry: they are in a file of their own. */
static void tell_rest(const char *output)
{
    char rest[4096];
    size_t n = output ? strlen(output) : 0;
    if (n < 4 || strcasecmp(output + n - 4, ".fgb") != 0)
        return;
    snprintf(rest, sizeof rest, "%s.without-geometry.csv", output);
    if (access(rest, F_OK) == 0)
        fprintf(stderr, "没有图形的记录写在“%s”。\nRows without geometry are in \"%s\".\n", rest, rest);
}

static void print_outcome(const struct audit_outcome *o)
{
    if (o->finished_before)
        fprintf(stderr, "结果已完整，无须继续。\nThe output is complete already.\n");
    else if (o->resumed_after)
        fprintf(stderr, "从第 %lld 行之后继续。\nResumed after row %lld.\n", (long long)o->resumed_after,
                (long long)o->resumed_after);
    if (*o->since_zh)
        fprintf(stderr, "全部重新测算：%s。\nEverything was measured: %s.\n", o->since_zh, o->since_en);
    else if (o->n_reused)
        fprintf(stderr,
                "沿用以前结果 %lld 个，其余重新测算。\nTaken over: %lld rows; the others were measured.\n",
                (long long)o->n_reused, (long long)o->n_reused);
    printf("地块 parcels %lld", (long long)o->n_parcels);
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        printf("\t%s %s %lld", verdict_zh((enum verdict)v), verdict_name((enum verdict)v),
               (long long)o->by_verdict[v]);
    printf("\t无法测算 unmeasured %lld\t图斑 findings %lld\n", (long long)o->n_unmeasured,
           (long long)o->n_findings);
}

static bool fails(const struct audit_outcome *o, const char *fail_on)
{
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        if (o->by_verdict[v] > 0 && fail_on_asks(fail_on, (enum verdict)v))
            return true;
    return false;
}

static int audit_parcels_with(const struct snapshot *snapshot, const struct parcels_args *a)
{
    struct error e = {0};
    struct audit_outcome o;
    bool terminal = isatty(STDERR_FILENO) == 1;
    catch_interrupts();
    enum status s = audit_parcels(snapshot, &a->request, &interrupted, show_progress, &terminal, &o, &e);
    if (terminal)
        fprintf(stderr, "\n");
    if (s)
        return exit_with_error(&e);
    print_outcome(&o);
    tell_rest(a->request.output);
    if (o.stopped) {
        fprintf(stderr,
                "已停止；同一命令加 --resume 可继续。\nStopped; the same command with --resume goes on.\n");
        return EXIT_INTERRUPTED;
    }
    return fails(&o, a->fail_on) ? EXIT_VERDICT : EXIT_OK;
}

static int cmd_audit_parcels(int argc, char **argv)
{
    struct error e = {0};
    struct parcels_args a = {.rest.max = 1};
    struct snapshot *snapshot;
    struct store *store;
    if (parse_parcels(argc, argv, &a, &e))
        return command_misused("audit", &e);
    if (load(a.store, &store, &snapshot, &e))
        return exit_with_store_error(&e);
    if (!a.request.since) { /* otherwise needed only until the snapshot is loaded */
        store_close(store);
        store = NULL;
    }
    a.request.since_store = store;
    int code = audit_parcels_with(snapshot, &a);
    snapshot_unref(snapshot);
    store_close(store);
    return code;
}

/* ---- lines and figures ---- */

struct lines_args {
    const char *store, *output, *compare, *threads, *layer, *official;
    bool within_spaces;
    long n_threads;
    struct arg_rest rest;
};

static enum status parse_lines(int argc, char **argv, bool lines, struct lines_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"-o", &a->output, NULL},
                                         {"--threads", &a->threads, NULL},
                                         {"--layer", &a->layer, NULL},
                                         {lines ? "--compare" : NULL, &a->compare, NULL},
                                         {"--official", &a->official, NULL},
                                         {"--within-spaces", NULL, &a->within_spaces},
                                         {NULL, NULL, NULL}};
    a->n_threads = default_threads();
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    return s ? s : args_number("--threads", a->threads, 1, AUDIT_MAX_THREADS, &a->n_threads, e);
}

static void print_lines(const struct lines_report *r)
{
    for (int k = 0; k < LINES_KIND_COUNT; k++)
        if (r->by_kind[k])
            printf("%s\t%s\t%zu\n", lines_kind_zh((enum lines_kind)k), lines_kind_name((enum lines_kind)k),
                   r->by_kind[k]);
    printf("合计 findings %zu\t碎屑 slivers %zu", r->n_findings - r->n_fixed, r->n_sliver);
    if (r->compared)
        printf("\t新增 new %zu\t仍在 still %zu\t已解决 fixed %zu", r->n_new, r->n_still, r->n_fixed);
    printf("\n");
}

static enum status run_lines(struct store *store, const struct snapshot *snapshot, const struct lines_args *a,
                             struct error *e)
{
    struct lines_report r;
    const char *const only[] = {a->layer, NULL};
    bool terminal = isatty(STDERR_FILENO) == 1;
    const struct lines_request request = {.threads = (int)a->n_threads,
                                          .layers = a->layer ? only : NULL,
                                          .official = a->official,
                                          .within_spaces = a->within_spaces,
                                          .progress = show_progress,
                                          .progress_user = &terminal};
    catch_interrupts();
    enum status s = audit_lines(store, snapshot, &request, &interrupted, &r, e);
    if (terminal)
        fprintf(stderr, "\n");
    if (s)
        return s;
    if (a->compare)
        s = lines_compare(&r, a->compare, e);
    if (!s && a->output)
        s = lines_write(&r, snapshot, a->output, e);
    if (!s) {
        print_lines(&r);
        tell_rest(a->output);
    }
    lines_report_release(&r);
    return s;
}

static void print_figures(const struct figures *f)
{
    for (size_t i = 0; i < f->n_layers; i++)
        printf("%s\t%s\t%.4f 公顷 ha\n", f->layers[i].layer, f->layers[i].title_zh,
               f->layers[i].area_m2 / 1e4);
    if (f->red_line_share > 0)
        printf("生态保护红线占全区 red line share of the region %.2f %%（规划 plan %.2f %%）\n",
               100 * f->red_line_share, 100 * FIGURES_PLANNED_RED_LINE_SHARE);
}

static enum status run_figures(struct store *store, const struct snapshot *snapshot,
                               const struct lines_args *a, struct error *e)
{
    struct figures f;
    const char *const only[] = {a->layer, NULL};
    const struct lines_request request = {.threads = (int)a->n_threads, .layers = a->layer ? only : NULL};
    catch_interrupts();
    enum status s = audit_figures(store, snapshot, &request, &interrupted, &f, e);
    if (s)
        return s;
    if (a->output)
        s = figures_write(&f, a->output, e);
    if (!s)
        print_figures(&f);
    figures_release(&f);
    return s;
}

static int cmd_audit_lines(int argc, char **argv, bool lines)
{
    struct error e = {0};
    struct lines_args a = {.rest.max = 0};
    struct snapshot *snapshot;
    struct store *store;
    if (parse_lines(argc, argv, lines, &a, &e))
        return command_misused("audit", &e);
    if (load(a.store, &store, &snapshot, &e))
        return exit_with_store_error(&e);
    enum status s = lines ? run_lines(store, snapshot, &a, &e) : run_figures(store, snapshot, &a, &e);
    snapshot_unref(snapshot);
    store_close(store);
    if (s && atomic_load(&interrupted))
        return EXIT_INTERRUPTED;
    return s ? exit_with_error(&e) : EXIT_OK;
}

int cmd_audit(int argc, char **argv)
{
    struct error e = {0};
    if (argc > 0 && strcmp(argv[0], "parcels") == 0)
        return cmd_audit_parcels(argc - 1, argv + 1);
    if (argc > 0 && (strcmp(argv[0], "lines") == 0 || strcmp(argv[0], "figures") == 0))
        return cmd_audit_lines(argc - 1, argv + 1, argv[0][0] == 'l');
    (void)missing(&e, "audit 之后应为 parcels、lines 或 figures。",
                  "After audit comes parcels, lines or figures.");
    return command_misused("audit", &e);
}

#include "http/job_child.h"

#include "audit/figures.h"
#include "formats/json.h"
#include "http/job_folder.h"
#include "http/lines_list.h"
#include "ingest/foreign_sandbox.h"
#include "store/store.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A machine with somebody in front of it: requests come first. */
enum { NICENESS = 10 };

struct child {
    const char *folder;
    long parent;
    json_t *job;
    struct store *store;
    struct snapshot *snapshot;
    int pass, n_passes; /* a format each */
    struct json_writer w;
    struct buffer line;
};

static atomic_bool stop;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stop, true);
}

bool job_child_wanted(int argc, char **argv)
{
    return argc == 4 && strcmp(argv[1], JOB_CHILD_COMMAND) == 0;
}

/* NULL where the job does not say. */
static const char *wish(const struct child *c, const char *key)
{
    return json_string_value(json_object_get(c->job, key));
}

/* ---- what it says ---- */

static void line_begin(struct child *c, const char *what)
{
    buffer_clear(&c->line);
    jw_init(&c->w, &c->line, false);
    jw_object_begin(&c->w);
    jw_key(&c->w, what);
    jw_object_begin(&c->w);
}

static void line_end(struct child *c)
{
    jw_object_end(&c->w);
    jw_object_end(&c->w);
    buffer_append_char(&c->line, '\n');
    if (!c->line.failed)
        (void)fwrite(c->line.data, 1, c->line.size, stdout);
    (void)fflush(stdout);
}

static void tell_progress(const struct audit_progress *p, void *user)
{
    struct child *c = user;
    double rate = p->seconds > 0 ? (double)p->done_here / p->seconds : 0;
    double share = p->total > 0 ? ((double)c->pass + (double)p->done / (double)p->total) / c->n_passes : NAN;
    double left = p->total > 0 && rate > 0
                      ? ((double)(p->total - p->done) + (double)p->total * (c->n_passes - 1 - c->pass)) / rate
                      : NAN;
    line_begin(c, "progress");
    jw_kv_integer(&c->w, "done", p->done);
    jw_kv_number(&c->w, "total", p->total >= 0 ? (double)p->total : NAN);
    jw_kv_fixed(&c->w, "share", share, 4);
    jw_kv_fixed(&c->w, "rate", rate, 1);
    jw_kv_fixed(&c->w, "seconds_left", left, 1);
    line_end(c);
}

/* Libraries name files by their whole path; where the server keeps them is nobody's business. In place. */
static void forget_folder(const struct child *c, char *text)
{
    char folder[JOB_PATH_SIZE];
    int n = snprintf(folder, sizeof folder, "%.*s/in/", JOB_PATH_SIZE - 32, c->folder);
    for (char *at; (at = strstr(text, folder));)
        memmove(at, at + n, strlen(at + n) + 1);
}

static void tell_error(struct child *c, struct error *e)
{
    forget_folder(c, e->zh);
    forget_folder(c, e->en);
    line_begin(c, "error");
    jw_kv_integer(&c->w, "status", e->status);
    jw_kv_string(&c->w, "code", e->code);
    jw_kv_string(&c->w, "zh", e->zh);
    jw_kv_string(&c->w, "en", e->en);
    line_end(c);
}

/* ---- parcels ---- */

static int threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN) - 1; /* one processor stays with the server */
    return n < 1 ? 1 : n > AUDIT_MAX_THREADS ? AUDIT_MAX_THREADS : (int)n;
}

static void path_of(const struct child *c, const char *format, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/out.%.16s", JOB_PATH_SIZE - 32, c->folder, format);
}

static void tell_parcels(struct child *c, const struct audit_outcome *o, double seconds)
{
    line_begin(c, "outcome");
    jw_kv_integer(&c->w, "n_parcels", o->n_parcels);
    jw_kv_integer(&c->w, "n_unmeasured", o->n_unmeasured);
    jw_kv_integer(&c->w, "n_findings", o->n_findings);
    jw_kv_integer(&c->w, "n_reused", o->n_reused);
    jw_kv_string(&c->w, "since_zh", *o->since_zh ? o->since_zh : NULL);
    jw_kv_string(&c->w, "since_en", *o->since_en ? o->since_en : NULL);
    jw_key(&c->w, "verdicts");
    jw_object_begin(&c->w);
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        jw_kv_integer(&c->w, verdict_name((enum verdict)v), o->by_verdict[v]);
    jw_object_end(&c->w);
    jw_kv_fixed(&c->w, "seconds", seconds, 3);
    line_end(c);
}

/* An output that grows with the input is measured anew for each format: the rows are the same, and measuring costs less
 * than reading them back would. */
static enum status run_parcels(struct child *c, struct error *e)
{
    char html[JOB_PATH_SIZE], json[JOB_PATH_SIZE], output[JOB_PATH_SIZE];
    const json_t *formats = json_object_get(c->job, "formats");
    struct audit_request r = {.input = wish(c, "input"),
                              .layer = wish(c, "layer"),
                              .project_class = wish(c, "class"),
                              .class_field = wish(c, "class_field"),
                              .id_field = wish(c, "id_field"),
                              .epsg = (int)json_integer_value(json_object_get(c->job, "epsg")),
                              .threads = threads()};
    struct audit_outcome o = {.stopped = false};
    enum status s = STATUS_OK;
    double seconds = 0;
    path_of(c, "html", html);
    path_of(c, "json", json);
    r.since = wish(c, "since");
    r.since_store = c->store;
    c->n_passes = (int)json_array_size(formats);
    for (c->pass = 0; !s && !o.stopped && c->pass < c->n_passes; c->pass++) {
        path_of(c, json_string_value(json_array_get(formats, (size_t)c->pass)), output);
        r.output = output;
        r.summary = c->pass ? NULL : html;
        r.summary_json = c->pass ? NULL : json;
        s = audit_parcels(c->snapshot, &r, &stop, tell_progress, c, &o, e);
        seconds += s ? 0 : o.seconds;
    }
    if (!s && !o.stopped)
        tell_parcels(c, &o, seconds);
    return s;
}

/* ---- the lines among themselves ---- */

static enum status write_lines(struct child *c, struct lines_report *r, struct error *e)
{
    static const char *const formats[] = {"gpkg", "csv", "geojsonl", "html"};
    char path[JOB_PATH_SIZE];
    enum status s = STATUS_OK;
    if (wish(c, "compare"))
        s = lines_compare(r, wish(c, "compare"), e);
    for (size_t i = 0; !s && i < sizeof formats / sizeof *formats; i++) {
        path_of(c, formats[i], path);
        s = lines_write(r, c->snapshot, path, e);
    }
    path_of(c, "json", path);
    if (!s)
        s = lines_list_write(r, path, e);
    return s;
}

static enum status run_lines(struct child *c, struct error *e)
{
    struct lines_report r;
    const char *const only[] = {wish(c, "layer"), NULL};
    const struct lines_request request = {.threads = threads(),
                                          .layers = only[0] ? only : NULL,
                                          .official = wish(c, "official"),
                                          .within_spaces =
                                              json_is_true(json_object_get(c->job, "within_spaces")),
                                          .progress = tell_progress,
                                          .progress_user = c};
    enum status s = audit_lines(c->store, c->snapshot, &request, &stop, &r, e);
    if (s)
        return s;
    s = write_lines(c, &r, e);
    if (!s) {
        line_begin(c, "outcome");
        lines_counts_write(&c->w, &r);
        jw_kv_fixed(&c->w, "seconds", r.seconds, 3);
        line_end(c);
    }
    lines_report_release(&r);
    return s;
}

static enum status run_figures(struct child *c, struct error *e)
{
    static const char *const formats[] = {"json", "csv", "html"};
    struct figures f;
    char path[JOB_PATH_SIZE];
    const struct lines_request request = {
        .threads = threads(), .progress = tell_progress, .progress_user = c};
    enum status s = audit_figures(c->store, c->snapshot, &request, &stop, &f, e);
    if (s)
        return s;
    for (size_t i = 0; !s && i < sizeof formats / sizeof *formats; i++) {
        path_of(c, formats[i], path);
        s = figures_write(&f, path, e);
    }
    if (!s) {
        line_begin(c, "outcome");
        jw_kv_integer(&c->w, "n_layers", (long long)f.n_layers);
        jw_kv_fixed(&c->w, "red_line_share", f.red_line_share, 6);
        line_end(c);
    }
    figures_release(&f);
    return s;
}

/* ---- life ---- */

/* A server that is killed takes its job with it. */
static void die_with(long parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it was killed before that took effect */
}

/* Files are named without their folder, so that sentences about them are about the file that was sent. */
static void enter_folder(struct child *c)
{
    static const char *const files[] = {"input", "compare", "official"};
    char path[JOB_PATH_SIZE];
    snprintf(path, sizeof path, "%.*s/in", JOB_PATH_SIZE - 32, c->folder);
    if (chdir(path) != 0)
        return;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *name = wish(c, files[i]) ? strrchr(wish(c, files[i]), '/') : NULL;
        json_t *short_name = name ? json_string(name + 1) : NULL;
        if (short_name)
            (void)json_object_set_new(c->job, files[i], short_name);
    }
}

static enum status open_job(struct child *c, struct error *e)
{
    char path[JOB_PATH_SIZE];
    snprintf(path, sizeof path, "%.*s/job.json", JOB_PATH_SIZE - 32, c->folder);
    c->job = json_load_file(path, 0, NULL);
    if (!wish(c, "store") || !wish(c, "kind")) {
        error_zh(e, "后台任务的说明不可读。");
        return error_fail(e, STATUS_INTERNAL, "job-unreadable", "The description of the job cannot be read.");
    }
    enum status s = store_open(wish(c, "store"), STORE_READ, &c->store, e);
    return s ? s : snapshot_load(c->store, &c->snapshot, e);
}

static enum status run(struct child *c, struct error *e)
{
    enum status s = open_job(c, e);
    if (s)
        return s;
    enter_folder(c);
    if (strcmp(wish(c, "kind"), "lines") == 0)
        return run_lines(c, e);
    if (strcmp(wish(c, "kind"), "figures") == 0)
        return run_figures(c, e);
    if (!wish(c, "since")) { /* all that is needed is mapped: what parses the upload sees no other file */
        store_close(c->store);
        c->store = NULL;
    }
    if (!foreign_sandbox_enter_for_job(c->folder)) {
        error_zh(e, "系统不允许为读取程序设置限制，未读取文件；请联系管理员。");
        return error_fail(e, STATUS_INTERNAL, "foreign-sandbox",
                          "The system does not permit limits for the reading program; the file was not read. "
                          "Tell the administrator.");
    }
    die_with(c->parent); /* a change of credentials may undo it */
    return run_parcels(c, e);
}

_Noreturn void job_child_main(int argc, char **argv)
{
    (void)argc;
    struct child c = {.folder = argv[2], .n_passes = 1};
    struct error e = {0};
    buffer_init(&c.line, 0);
    c.parent = strtol(argv[3], NULL, 10);
    die_with(c.parent);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that is too large is a failed write, with a sentence */
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    (void)!nice(NICENESS);
    enum status s = run(&c, &e);
    if (s)
        tell_error(&c, &e);
    store_close(c.store); /* the last reader takes the journal away */
    _exit(s ? 1 : 0);
}

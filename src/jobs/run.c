/* One job from beginning to end: the command itself, `hongxian audit … --progress json` or `hongxian check
 * …`, in a process of its own.
 *
 * A process, because an audit reads uploads: what crashes, hangs or swells there must not be the server;
 * because it can be ended at any moment; and because it can be made nice. It works in the folder "in", so
 * that its sentences name the file as it was sent. */
#include "jobs/jobs_parts.h"

#include "audit/conflicts/conflicts.h"
#include "base/file.h"
#include "base/log.h"
#include "check/engine_versions.h"
#include "features/sandbox/sandbox.h"
#include "report/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OWN_ARGUMENTS = 12, ENVIRONMENT_MAX = 10, RUN_BYTES = 1 << 20 };
enum { ARGUMENTS_MAX = OWN_ARGUMENTS + (int)AUDIT_ARGUMENTS_MAX };

static enum status fail_start(int why, struct error *e)
{
    error_zh(e, "不能启动后台任务（%s）；请稍后再试，或联系管理员。", strerror(why));
    return error_fail(e, STATUS_IO, "job-start",
                      "The background job cannot be started (%s); try again, or tell the administrator.",
                      strerror(why));
}

static enum status make_environment(struct arena *a, const char *folder, const char *env[ENVIRONMENT_MAX],
                                    struct error *e)
{
    static const char *const kept[] = {"PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "LD_LIBRARY_PATH",
                                       "TSAN_OPTIONS"};
    size_t n = 0;
    env[n++] = "LC_ALL=C.UTF-8";
    env[n++] = "ASAN_OPTIONS=detect_leaks=0"; /* its end may not be traced in the sandbox */
    env[n++] = arena_printf(a, "TMPDIR=%s", folder);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i]))
            env[n++] = arena_printf(a, "%s=%s", kept[i], getenv(kept[i]));
    env[n] = NULL;
    for (size_t i = 0; i < n; i++)
        if (!env[i])
            return error_no_memory(e);
    return STATUS_OK;
}

static enum status append_check(const char *const *check, const char **argv, size_t room, struct error *e)
{
    size_t n = 0;
    for (; check[n]; n++) {
        if (n + 1 == room)
            return error_no_memory(e);
        argv[n] = check[n];
    }
    argv[n] = NULL;
    return STATUS_OK;
}

static enum status make_arguments(struct arena *a, const struct job_watch *w, const char *argv[ARGUMENTS_MAX],
                                  struct error *e)
{
    struct audit_request r = w->job->request;
    const char *pid = arena_printf(a, "--job-of=%ld", (long)getpid());
    const char *store = arena_printf(a, "--store=%s", w->queue->store_path);
    size_t n = 0, n_more = 0;
    if (!pid || !store)
        return error_no_memory(e);
    argv[n++] = "hongxian";
    argv[n++] = w->job->check ? "check" : "audit";
    if (!w->job->check)
        argv[n++] = audit_kind_name(r.kind);
    argv[n++] = "--progress=json";
    argv[n++] = pid;
    argv[n++] = store;
    if (r.kind == AUDIT_PARCELS || w->job->check)
        argv[n++] = "--sandbox=..";
    if (r.kind == AUDIT_PARCELS && !w->job->check)
        argv[n++] = "--bench=../bench";
    if (sandbox_is_required())
        argv[n++] = "--require-sandbox";
    if (w->job->check)
        return append_check(w->job->check, argv + n, ARGUMENTS_MAX - n, e);
    r.resume = w->job->goes_on;
    enum status s = audit_request_arguments(&r, a, argv + n, &n_more, e);
    argv[n + n_more] = NULL;
    return s;
}

static int spawn(struct job_watch *w, int out, const char *const *argv, const char *const *env)
{
    char in[JOB_PATH_SIZE];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    snprintf(in, sizeof in, "%.*s/in", JOB_PATH_SIZE - 32, w->job->folder);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes,
                              0); /* a Ctrl-C at the server's terminal is the server's to pass on */
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int why = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    why = why ? why : posix_spawn_file_actions_adddup2(&actions, out, 1);
    why = why ? why : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    why = why ? why : posix_spawn_file_actions_addchdir_np(&actions, in);
    why = why ? why
              : posix_spawn(&w->pid, "/proc/self/exe", &actions, &attributes, (char *const *)(uintptr_t)argv,
                            (char *const *)(uintptr_t)env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return why;
}

static enum status start_with(struct arena *a, struct job_watch *w, struct error *e)
{
    const char *argv[ARGUMENTS_MAX], *env[ENVIRONMENT_MAX];
    int ends[2];
    enum status s = make_arguments(a, w, argv, e);
    if (!s)
        s = make_environment(a, w->job->folder, env, e);
    if (s)
        return s;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_start(errno, e);
    ends[1] = file_off_standard(ends[1]);
    int why = ends[1] < 0 ? errno : spawn(w, ends[1], argv, env);
    if (ends[1] >= 0)
        close(ends[1]);
    if (why)
        close(ends[0]);
    w->pipe = ends[0];
    return why ? fail_start(why, e) : STATUS_OK;
}

static enum status start(struct job_watch *w, struct error *e)
{
    struct arena *a = arena_new(RUN_BYTES);
    enum status s = a ? start_with(a, w, e) : error_no_memory(e);
    arena_free(a);
    return s;
}

/* ---- afterwards ---- */

static void fail_forbidden(struct error *e)
{
    error_zh(e, "后台任务用到了沙箱不允许的系统调用，已被终止，没有结果：文件可能有恶意，或本机换了新版本的库"
                "。服务的日志"
                "里有该调用的编号，请联系管理员。");
    (void)error_fail(
        e, STATUS_INTERNAL, "job-forbidden",
        "The background job was ended without a result because it made a system call that its "
        "sandbox does not permit: the file may be hostile, or a library of this machine new. The "
        "server's log has the number of the call: tell the administrator.");
}

/* By nobody whom we know. The kernel counts whom it kills for memory, not who that was: beside such a kill
 * in the same time it is taken to have been this one. */
static void fail_killed(struct error *e, bool for_memory)
{
    error_zh(
        e, for_memory
               ? "后台任务被系统内核终止：本机内存不足（killed: memory），没有结果；请分批提交，或稍后再试。"
               : "后台任务被强行终止（killed），没有结果：多为内存不足，或由管理员终止；请分批提交，或稍后再"
                 "试。");
    (void)error_fail(
        e, STATUS_INTERNAL, for_memory ? "job-out-of-memory" : "job-killed",
        for_memory
            ? "The background job was killed by the kernel because the machine's memory was out (killed: "
              "memory), without a result; send the file in parts, or try again later."
            : "The background job was killed without a result: as a rule because memory is out, or by an "
              "administrator; send the file in parts, or try again later.");
}

static void fail_died(struct error *e, int how, bool for_memory)
{
    int number = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (number == SIGSYS) {
        fail_forbidden(e);
        return;
    }
    if (number == SIGKILL) {
        fail_killed(e, for_memory);
        return;
    }
    error_zh(e, "后台任务意外中断（信号 %d），没有结果；文件可能已损坏，或内存不足。请检查文件，或分批提交。",
             number);
    (void)error_fail(
        e, STATUS_INTERNAL, "job-died",
        "The background job ended unexpectedly (signal %d) without a result; the file may be damaged, "
        "or memory is out. Look at the file, or send it in parts.",
        number);
}

static void measure_results(struct job *j)
{
    char path[JOB_PATH_SIZE];
    struct stat st;
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        job_result_path(j, f, path);
        j->bytes[f] = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
    }
}

static void remove_in(const struct job *j, const char *name)
{
    char path[JOB_PATH_SIZE];
    snprintf(path, sizeof path, "%.*s/in/%s", JOB_PATH_SIZE - 64, j->folder, name);
    job_folder_remove(path);
}

/* Parcels can be audited again while their result is kept. */
static void keep_upload(struct job *j)
{
    char path[JOB_PATH_SIZE];
    struct stat st;
    remove_in(j, JOB_SINCE_NAME);
    snprintf(path, sizeof path, "%.*s/in/%s", JOB_PATH_SIZE - JOB_NAME_SIZE - 8, j->folder, j->name);
    j->upload_bytes = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
}

/* Working files go as soon as nobody needs them. What is kept is on the disk before the job is called
 * done. */
static void tidy(struct job *j)
{
    char path[JOB_PATH_SIZE];
    struct error e;
    if (j->request.kind == AUDIT_PARCELS && !j->check) {
        keep_upload(j);
    } else {
        remove_in(j, "");
        j->upload_bytes = 0;
    }
    measure_results(j);
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        job_result_path(j, f, path);
        if (j->bytes[f] >= 0 && file_sync(path, &e))
            log_line(LOG_WARN, "job %s: %s", j->id, e.en);
    }
    snprintf(j->engine, sizeof j->engine, "hongxian %s, GEOS %s, PROJ %s", report_engine_version(),
             engine_versions()->geos, engine_versions()->proj);
}

/* ---- after a restart ---- */

static void set_goes_on(struct job_queue *q, struct job *j, bool goes_on)
{
    pthread_mutex_lock(&q->lock);
    j->goes_on = goes_on;
    pthread_mutex_unlock(&q->lock);
}

/* Nothing but what the job was given: what a run that was cut off has left is in the way of the next. */
static void begin_anew(struct job_queue *q, struct job *j)
{
    static const char *const kept[] = {JOB_STATE_NAME, "in", NULL};
    job_folder_clear(j->folder, kept);
    set_goes_on(q, j, false);
}

/* A parcel audit goes on behind the last row that it had written (audit --resume); what else was in its
 * folder were working files. */
static void look_at_rest(struct job_queue *q, struct job *j)
{
    static const char *const kept[] = {JOB_STATE_NAME, "in", "out.", NULL};
    char path[JOB_PATH_SIZE + 8];
    bool left = false;
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        job_result_path(j, f, path);
        left = left || access(path, F_OK) == 0;
        strcat(path, ".part");
        left = left || access(path, F_OK) == 0;
    }
    if (!left || j->request.kind != AUDIT_PARCELS || j->check) {
        begin_anew(q, j);
        return;
    }
    job_folder_clear(j->folder, kept);
    set_goes_on(q, j, true);
}

/* Rows of before cannot stand beside those of now: the lines, the program or the checkpoint are others. */
static bool cannot_go_on(const struct job_watch *w)
{
    static const char *const codes[] = {"audit-changed", "audit-checkpoint", "audit-part-damaged",
                                        "audit-output-exists"};
    for (size_t i = 0; w->job->goes_on && w->has_error && i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i], w->job->error.code) == 0)
            return true;
    return false;
}

/* The server stops, and nothing else is the matter with it. */
static bool is_interrupted(const struct job_watch *w)
{
    return w->queue->stopping && !w->job->cancel && !w->is_over &&
           (!w->has_error || strcmp(w->job->error.code, AUDIT_STOPPED) == 0);
}

/* ---- its end ---- */

static void note_interruption(struct job *j)
{
    j->state = JOB_QUEUED;
    j->restarts++;
    j->started = 0;
    j->error = (struct error){0};
    j->progress = (struct job_progress){-1, -1, -1, -1, -1};
    j->updated = (int64_t)time(NULL);
    job_queue_note(j);
    log_line(LOG_INFO, "job %s (%s) is interrupted, and goes on after the next start", j->id,
             job_kind_name(j));
}

static void note_end(struct job *j, bool done)
{
    const char *kind = job_kind_name(j);
    if (done) {
        job_note_end(j, JOB_DONE);
        job_queue_note(j);
    } else {
        job_queue_end(j, j->cancel ? JOB_CANCELLED : JOB_FAILED);
    }
    if (j->state == JOB_FAILED)
        log_line(LOG_ERROR, "job %s (%s): %s", j->id, kind, j->error.en);
    else
        log_line(LOG_INFO, "job %s (%s) %s after %lld s", j->id, kind, done ? "done" : "cancelled",
                 (long long)(j->ended - j->started));
}

/* Returns whether it came to its good end. */
static bool run_once(struct job_watch *w, int *how)
{
    struct error e = {0};
    enum status s = job_store_check(w->queue, w->job, &e);
    if (!s)
        s = start(w, &e);
    *how = s ? 0 : job_watch_until_end(w);
    if (s) {
        pthread_mutex_lock(&w->queue->lock);
        w->job->error = e;
        w->has_error = true;
        pthread_mutex_unlock(&w->queue->lock);
    }
    return !s && w->has_outcome && WIFEXITED(*how) && WEXITSTATUS(*how) == 0;
}

void job_run(struct job_queue *q, struct job *j)
{
    struct job_watch w = {.queue = q, .job = j};
    const int64_t kills = job_kills_for_memory();
    int how;
    if (j->restarts)
        look_at_rest(q, j);
    bool done = run_once(&w, &how);
    if (!done && cannot_go_on(&w)) {
        log_line(LOG_INFO, "job %s begins anew: %s", j->id, j->error.en);
        begin_anew(q, j);
        w = (struct job_watch){.queue = q, .job = j};
        done = run_once(&w, &how);
    }
    if (done)
        tidy(j);
    pthread_mutex_lock(&q->lock);
    if (!done && is_interrupted(&w)) {
        note_interruption(j);
    } else {
        if (!done && !w.has_error)
            fail_died(&j->error, how, job_kills_for_memory() > kills);
        note_end(j, done);
    }
    pthread_cond_broadcast(&q->ended);
    pthread_mutex_unlock(&q->lock);
}

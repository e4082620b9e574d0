/* One job from beginning to end: the command itself, `hongxian audit … --progress json` or `hongxian check
 * …`, in a process of its own.
 *
 * A process, because an audit reads uploads: what crashes, hangs or swells there must not be the server;
 * because it can be ended at any moment; and because it can be made nice. It works in the folder "in", so
 * that its sentences name the file as it was sent. */
#include "jobs/jobs_parts.h"

#include "base/file.h"
#include "base/log.h"
#include "features/sandbox/sandbox.h"

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
    const struct audit_request *r = &w->job->request;
    const char *pid = arena_printf(a, "--job-of=%ld", (long)getpid());
    const char *store = arena_printf(a, "--store=%s", w->queue->store_path);
    size_t n = 0, n_more = 0;
    if (!pid || !store)
        return error_no_memory(e);
    argv[n++] = "hongxian";
    argv[n++] = w->job->check ? "check" : "audit";
    if (!w->job->check)
        argv[n++] = audit_kind_name(r->kind);
    argv[n++] = "--progress=json";
    argv[n++] = pid;
    argv[n++] = store;
    if (r->kind == AUDIT_PARCELS || w->job->check)
        argv[n++] = "--sandbox=..";
    if (sandbox_is_required())
        argv[n++] = "--require-sandbox";
    if (w->job->check)
        return append_check(w->job->check, argv + n, ARGUMENTS_MAX - n, e);
    enum status s = audit_request_arguments(r, a, argv + n, &n_more, e);
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

static void fail_died(struct error *e, int how)
{
    int number = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (number == SIGSYS) {
        fail_forbidden(e);
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

/* Working files go as soon as nobody needs them; of a job that did not succeed, everything. */
static void tidy(struct job *j, bool succeeded)
{
    if (!succeeded) {
        job_folder_remove(j->folder);
        return;
    }
    if (j->request.kind == AUDIT_PARCELS && !j->check)
        keep_upload(j);
    else
        remove_in(j, "");
    measure_results(j);
}

static void note_end(struct job_queue *q, struct job *j, bool done)
{
    const char *kind = job_kind_name(j);
    j->ended = j->updated = (int64_t)time(NULL);
    j->state = done ? JOB_DONE : j->cancel || q->stopping ? JOB_CANCELLED : JOB_FAILED;
    if (!done)
        j->folder[0] = '\0';
    if (j->state == JOB_FAILED)
        log_line(LOG_ERROR, "job %s (%s): %s", j->id, kind, j->error.en);
    else
        log_line(LOG_INFO, "job %s (%s) %s after %lld s", j->id, kind, done ? "done" : "cancelled",
                 (long long)(j->ended - j->started));
}

void job_run(struct job_queue *q, struct job *j)
{
    struct job_watch w = {.queue = q, .job = j};
    struct error e = {0};
    enum status s = start(&w, &e);
    int how = s ? 0 : job_watch_until_end(&w);
    bool done = !s && w.has_outcome && WIFEXITED(how) && WEXITSTATUS(how) == 0;
    tidy(j, done);
    pthread_mutex_lock(&q->lock);
    if (s)
        j->error = e;
    else if (!done && !w.has_error)
        fail_died(&j->error, how);
    note_end(q, j, done);
    pthread_cond_broadcast(&q->ended);
    pthread_mutex_unlock(&q->lock);
}

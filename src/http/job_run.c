/* One job in its child: started, listened to, ended. */
#include "http/job_child.h"
#include "http/job_parts.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A child that was asked to end gets this long to tidy up. */
enum { GRACE_MS = 3000, LINE_BYTES = 64 * 1024, LOOK_MS = 500 };

struct listening {
    struct job_desk *desk;
    struct job *job;
    pid_t pid;
    int pipe;
    char line[LINE_BYTES];
    size_t n;
    bool has_outcome, has_error;
    long long asked_to_end_ms; /* 0: not yet */
};

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum status fail_start(int why, struct error *e)
{
    error_zh(e, "不能启动后台任务（%s）；请稍后再试，或联系管理员。", strerror(why));
    return error_fail(e, STATUS_IO, "job-start",
                      "The background job cannot be started (%s); try again, or tell the administrator.",
                      strerror(why));
}

static void child_environment(char **env, size_t max, char *temporary, size_t size, const char *folder)
{
    static const char *const kept[] = {"PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "LD_LIBRARY_PATH",
                                       "TSAN_OPTIONS"};
    static char texts[5][512]; /* one job runs at a time */
    size_t n = 0;
    env[n++] = (char *)(uintptr_t) "LC_ALL=C.UTF-8";
    env[n++] =
        (char *)(uintptr_t) "ASAN_OPTIONS=detect_leaks=0"; /* its end may not be traced in the sandbox */
    snprintf(temporary, size, "TMPDIR=%s", folder);
    env[n++] = temporary;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && n + 1 < max; i++) {
        const char *value = getenv(kept[i]);
        if (value && snprintf(texts[i], sizeof texts[i], "%s=%s", kept[i], value) < (int)sizeof texts[i])
            env[n++] = texts[i];
    }
    env[n] = NULL;
}

static enum status start(struct listening *l, struct error *e)
{
    int ends[2];
    char parent[24], temporary[JOB_PATH_SIZE + 8], *env[10];
    char *argv[] = {(char *)(uintptr_t) "hongxian", (char *)(uintptr_t)JOB_CHILD_COMMAND, l->job->folder,
                    parent, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_start(errno, e);
    snprintf(parent, sizeof parent, "%ld", (long)getpid());
    child_environment(env, sizeof env / sizeof *env, temporary, sizeof temporary, l->job->folder);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes,
                              0); /* a Ctrl-C at the server's terminal is the server's to pass on */
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int why = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    why = why ? why : posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    why = why ? why : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    why = why ? why : posix_spawn(&l->pid, "/proc/self/exe", &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    l->pipe = ends[0];
    if (why)
        l->pid = 0;
    return why ? fail_start(why, e) : STATUS_OK;
}

/* ---- what it says ---- */

static double known(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : -1;
}

static void take_progress(struct listening *l, const json_t *o)
{
    l->job->progress = (struct job_progress){known(o, "done"), known(o, "total"), known(o, "share"),
                                             known(o, "rate"), known(o, "seconds_left")};
}

static void take_error(struct listening *l, const json_t *o)
{
    struct error *e = &l->job->error;
    const char *code = json_string_value(json_object_get(o, "code"));
    const char *zh = json_string_value(json_object_get(o, "zh"));
    const char *en = json_string_value(json_object_get(o, "en"));
    json_int_t status = json_integer_value(json_object_get(o, "status"));
    bool is_known = status > STATUS_OK && status <= STATUS_INTERNAL;
    *e = (struct error){.status = is_known ? (enum status)status : STATUS_INTERNAL};
    snprintf(e->code, sizeof e->code, "%s", code ? code : "job-failed");
    snprintf(e->zh, sizeof e->zh, "%s", zh ? zh : "");
    snprintf(e->en, sizeof e->en, "%s", en ? en : "");
    l->has_error = true;
}

static void take_outcome(struct listening *l, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(12));
    l->has_outcome = text && strlen(text) < sizeof l->job->outcome;
    if (l->has_outcome)
        strcpy(l->job->outcome, text);
    free(text);
}

static void take_line(struct listening *l, const char *text, size_t n)
{
    json_t *line = json_loadb(text, n, 0, NULL);
    const json_t *o;
    pthread_mutex_lock(&l->desk->lock);
    if ((o = json_object_get(line, "progress")))
        take_progress(l, o);
    else if ((o = json_object_get(line, "outcome")))
        take_outcome(l, o);
    else if ((o = json_object_get(line, "error")))
        take_error(l, o);
    pthread_mutex_unlock(&l->desk->lock);
    json_decref(line);
}

static void take_bytes(struct listening *l)
{
    for (char *end; (end = memchr(l->line, '\n', l->n));) {
        size_t n = (size_t)(end - l->line);
        take_line(l, l->line, n);
        l->n -= n + 1;
        memmove(l->line, end + 1, l->n);
    }
    if (l->n == sizeof l->line)
        l->n = 0; /* a line that long is none of ours */
}

/* ---- until it ends ---- */

/* The first time kindly; a child that does not listen is killed. */
static void end_if_asked(struct listening *l)
{
    pthread_mutex_lock(&l->desk->lock);
    bool end = l->job->cancel || l->desk->stopping;
    pthread_mutex_unlock(&l->desk->lock);
    if (!end)
        return;
    if (!l->asked_to_end_ms) {
        l->asked_to_end_ms = now_ms();
        kill(l->pid, SIGTERM);
    } else if (now_ms() - l->asked_to_end_ms > GRACE_MS) {
        kill(-l->pid, SIGKILL);
    }
}

static void listen_to(struct listening *l)
{
    for (;;) {
        struct pollfd p[] = {{.fd = l->pipe, .events = POLLIN}, {.fd = l->desk->wake, .events = POLLIN}};
        uint64_t ignored;
        int ready = poll(p, 2, LOOK_MS);
        if (ready < 0 && errno != EINTR)
            return;
        if (ready > 0 && p[1].revents)
            (void)!read(l->desk->wake, &ignored, sizeof ignored);
        end_if_asked(l);
        if (ready <= 0 || !p[0].revents)
            continue;
        ssize_t n = read(l->pipe, l->line + l->n, sizeof l->line - l->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        l->n += (size_t)n;
        take_bytes(l);
    }
}

static int end_child(struct listening *l)
{
    int how = 0;
    close(l->pipe);
    if (l->pid <= 0)
        return -1;
    while (waitpid(l->pid, &how, 0) < 0 && errno == EINTR)
        ;
    return how;
}

static void fail_died(struct error *e, int how)
{
    int number = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
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
        snprintf(path, sizeof path, "%.*s/out.%s", JOB_PATH_SIZE - 32, j->folder, job_formats[f].name);
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
    if (j->kind == JOB_PARCELS)
        keep_upload(j);
    else
        remove_in(j, "");
    measure_results(j);
}

void job_run(struct job_desk *d, struct job *j)
{
    struct listening *l = calloc(1, sizeof *l);
    struct error e = {0};
    int how = -1;
    enum status s = l ? STATUS_OK : error_no_memory(&e);
    if (l) {
        *l = (struct listening){.desk = d, .job = j, .pipe = -1};
        s = start(l, &e);
    }
    if (!s) {
        listen_to(l);
        how = end_child(l);
    }
    bool done = !s && l->has_outcome && WIFEXITED(how) && WEXITSTATUS(how) == 0;
    bool told = !s && l->has_error;
    tidy(j, done);
    pthread_mutex_lock(&d->lock);
    j->ended = (int64_t)time(NULL);
    j->state = done ? JOB_DONE : j->cancel || d->stopping ? JOB_CANCELLED : JOB_FAILED;
    if (!done)
        j->folder[0] = '\0';
    if (s)
        j->error = e;
    else if (!done && !told)
        fail_died(&j->error, how);
    if (j->state == JOB_FAILED)
        log_line(LOG_ERROR, "job %s (%s): %s", j->id, job_kind_name(j->kind), j->error.en);
    else
        log_line(LOG_INFO, "job %s (%s) %s after %lld s", j->id, job_kind_name(j->kind),
                 done ? "done" : "cancelled", (long long)(j->ended - j->started));
    pthread_mutex_unlock(&d->lock);
    free(l);
}

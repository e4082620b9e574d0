#include "ingest/foreign_reader.h"

#include "ingest/foreign_answer.h"
#include "ingest/foreign_stream.h"

#include <errno.h>
#include <fcntl.h>
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

const struct parcel_foreign foreign_reader = {.read = foreign_read};

struct reading {
    char dir[256], path[300];
    pid_t pid;
    int pipe; /* the end that is read, -1 when it is closed */
    struct buffer answer;
};

static const char *suffix_of(enum parcel_format f)
{
    switch (f) {
    case PARCEL_FORMAT_GEOPACKAGE:
        return "gpkg";
    case PARCEL_FORMAT_KML:
        return "kml";
    case PARCEL_FORMAT_DXF:
        return "dxf";
    case PARCEL_FORMAT_FLATGEOBUF:
        return "fgb";
    default:
        return "zip";
    }
}

static enum status write_file(struct reading *r, const void *bytes, size_t n, struct error *e)
{
    int fd = open(r->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t at = 0;
    while (fd >= 0 && at < n) {
        ssize_t wrote = write(fd, (const char *)bytes + at, n - at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        at += (size_t)wrote;
    }
    enum status s =
        fd < 0 || at < n ? error_errno(e, "写临时文件", "Writing the temporary file", r->path) : STATUS_OK;
    if (fd >= 0)
        close(fd);
    return s;
}

static enum status make_file(struct reading *r, enum parcel_format format, const void *bytes, size_t n,
                             struct error *e)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(r->dir, sizeof r->dir, "%s/hongxian-XXXXXX",
             tmp && *tmp == '/' && strlen(tmp) < 200 ? tmp : "/tmp");
    if (!mkdtemp(r->dir)) {
        enum status s = error_errno(e, "建立临时文件夹", "Making a temporary folder", r->dir);
        r->dir[0] = '\0';
        return s;
    }
    snprintf(r->path, sizeof r->path, "%s/input.%s", r->dir, suffix_of(format));
    return write_file(r, bytes, n, e);
}

static void remove_file(struct reading *r)
{
    if (!r->dir[0])
        return;
    (void)unlink(r->path);
    (void)rmdir(r->dir);
}

/* Only what the libraries need to find their tables: nothing of the server's own settings goes to the child. */
static void child_environment(char **env, char (*texts)[512], size_t max)
{
    static const char *const kept[] = {"PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "LD_LIBRARY_PATH"};
    size_t n = 0;
    env[n++] = (char *)(uintptr_t) "LC_ALL=C.UTF-8";
    env[n++] =
        (char *)(uintptr_t) "ASAN_OPTIONS=detect_leaks=0"; /* for sanitized builds; others do not look */
    for (size_t i = 0; i < sizeof kept / sizeof *kept && n + 1 < max; i++) {
        const char *value = getenv(kept[i]);
        if (value && snprintf(texts[i], 512, "%s=%s", kept[i], value) < 512)
            env[n++] = texts[i];
    }
    env[n] = NULL;
}

static enum status fail_start(int why, struct error *e)
{
    error_zh(e, "不能启动读取文件的程序（%s）；请稍后再试，或联系管理员。", strerror(why));
    return error_fail(e, STATUS_IO, "foreign-start",
                      "The reading program cannot be started (%s); try again, or tell the administrator.",
                      strerror(why));
}

static enum status start(struct reading *r, const struct parcel_foreign *self, enum parcel_format format,
                         struct error *e)
{
    int ends[2];
    char texts[4][512], *env[8];
    const char *program = self->program ? self->program : "/proc/self/exe";
    char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)FOREIGN_COMMAND,
                    (char *)(uintptr_t)parcel_format_name(format), r->path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_start(errno, e);
    child_environment(env, texts, sizeof env / sizeof *env);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0); /* its own group, so that whatever it starts ends with it */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int why = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    why = why ? why : posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    why = why ? why : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    why = why ? why : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    why = why ? why : posix_spawn(&r->pid, program, &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    r->pipe = ends[0];
    if (why)
        r->pid = 0;
    return why ? fail_start(why, e) : STATUS_OK;
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum status fail_time(struct error *e)
{
    error_zh(e, "读取文件用时太长，已停止；文件可能损坏，或太大太复杂。请简化，或转为GeoJSON、TXT后提交。");
    return error_fail(
        e, STATUS_TOO_LARGE, "foreign-timeout",
        "Reading the file took too long and was stopped; it may be damaged, or too large. Simplify it, or "
        "convert it to GeoJSON or TXT.");
}

/* Everything the child says, until it closes its end. */
static enum status listen_to(struct reading *r, unsigned wait_ms, struct error *e)
{
    long long until = now_ms() + (wait_ms ? wait_ms : FOREIGN_WAIT_MS);
    static const size_t chunk = 65536;
    char *piece = malloc(chunk);
    enum status s = piece ? STATUS_OK : error_no_memory(e);
    while (s == STATUS_OK) {
        long long left = until - now_ms();
        struct pollfd p = {.fd = r->pipe, .events = POLLIN};
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            s = fail_time(e);
            break;
        }
        ssize_t n = read(r->pipe, piece, chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        buffer_append(&r->answer, piece, (size_t)n);
        s = buffer_status(&r->answer, e);
    }
    free(piece);
    return s;
}

static void end_child(struct reading *r)
{
    if (r->pipe >= 0)
        close(r->pipe);
    if (r->pid <= 0)
        return;
    kill(-r->pid, SIGKILL); /* it has said all, or is not heard any more */
    kill(r->pid, SIGKILL);
    while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

enum status foreign_read(const struct parcel_foreign *self, const struct parcel_context *c,
                         enum parcel_format format, const void *bytes, size_t n, struct parcel_set *out,
                         struct error *e)
{
    struct reading r = {.pipe = -1};
    buffer_init(&r.answer, FOREIGN_OUTPUT_BYTES);
    enum status s = make_file(&r, format, bytes, n, e);
    if (s == STATUS_OK)
        s = start(&r, self, format, e);
    if (s == STATUS_OK)
        s = listen_to(&r, self->wait_ms, e);
    end_child(&r);
    remove_file(&r);
    if (s == STATUS_OK)
        s = foreign_answer(c, format, &r.answer, bytes, n, out, e);
    buffer_release(&r.answer);
    return s;
}

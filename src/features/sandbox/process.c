#include "features/sandbox/process.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, PIPE_BYTES = 1 << 20 };

/* ---- the file ---- */

enum status sandbox_input_make(const void *bytes, size_t n, int *fd, struct error *e)
{
    int made = file_off_standard(memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    bool ok = made >= 0 && file_write_all(made, bytes, n) &&
              fcntl(made, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
    if (!ok) {
        enum status s = error_errno(e, "写临时文件", "Writing the temporary file", "memfd");
        if (made >= 0)
            close(made);
        return s;
    }
    *fd = made;
    return STATUS_OK;
}

/* ---- the process ---- */

/* Only what the libraries need to find their tables: nothing of the server's own settings goes to the
 * child. */
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

int process_spawn(const char *program, const char *const *arguments, int to_parent, int extra, pid_t *pid)
{
    char texts[4][512], *env[8], *argv[ARGUMENTS_MAX];
    size_t n = 0;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    argv[n++] = (char *)(uintptr_t)program;
    while (*arguments && n + 1 < ARGUMENTS_MAX)
        argv[n++] = (char *)(uintptr_t)*arguments++;
    argv[n] = NULL;
    child_environment(env, texts, sizeof env / sizeof *env);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0); /* its own group, so that whatever it starts ends with it */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int why = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    why = why              ? why
          : to_parent >= 0 ? posix_spawn_file_actions_adddup2(&actions, to_parent, 1)
                           : posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    why = why ? why : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (extra >= 0)
        why = why ? why : posix_spawn_file_actions_adddup2(&actions, extra, SANDBOX_INPUT_FD);
    why = why ? why : posix_spawn_file_actions_addclosefrom_np(&actions, SANDBOX_INPUT_FD + (extra >= 0));
    why = why ? why : posix_spawn(pid, program, &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return why;
}

enum status sandbox_process_start(const char *program, const char *const *arguments, int input, bool more,
                                  struct sandbox_process *out, struct error *e)
{
    int ends[2];
    program = program ? program : "/proc/self/exe";
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_start(errno, e);
    ends[1] = file_off_standard(ends[1]);
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* only a kindness: a smaller pipe is slower */
    struct sandbox_process made = {0, {0, 0}, ends[0]};
    int why = ends[1] < 0 ? errno : 0;
    if (!why && !nursery_begin(program, arguments, ends[1], input, more, &made.own))
        why = process_spawn(program, arguments, ends[1], input, &made.pid);
    if (ends[1] >= 0)
        close(ends[1]);
    if (why) {
        close(ends[0]);
        return fail_start(why, e);
    }
    *out = made;
    return STATUS_OK;
}

void sandbox_process_end(struct sandbox_process *p)
{
    if (p->pipe >= 0)
        close(p->pipe);
    if (p->pid > 0) {
        kill(-p->pid, SIGKILL); /* it has said all, or is not heard any more */
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    nursery_end(p->own);
    *p = SANDBOX_NO_PROCESS;
}

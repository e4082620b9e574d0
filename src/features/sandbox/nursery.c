#include "features/sandbox/nursery.h"

#include "base/file.h"
#include "features/gdal.h"
#include "features/sandbox/calls.h"
#include "features/sandbox/child_parts.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/process.h"
#include "features/sandbox/sandbox.h"
#include "features/sandbox/spaces.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One packet each way: a child is begun or ended, and the answer is its pid, or 0 when it could not be. */
enum { NURSERY_FD = 3, ANSWER_WAIT_MS = 20000, ARGUMENTS_BYTES = 64 << 10 };

struct packet {
    pid_t end;      /* the child to end; 0: begin one with these arguments */
    bool has_input; /* two descriptors come with it, not one */
    size_t n;       /* bytes of arguments behind it, each with its NUL */
};

/* ---- the parent's end ---- */

static struct {
    pthread_mutex_t lock;
    pid_t owner; /* a fork of this process has none */
    pid_t pid;   /* 0: none runs */
    int socket;
    unsigned number;     /* of this nursery; the first is 1 */
    struct stat program; /* that was started last; its nursery when one runs */
    bool met;            /* program was started before */
    bool barren;         /* and makes no nursery here */
} nursery = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void forget(void)
{
    if (nursery.pid && nursery.owner == getpid()) {
        kill(nursery.pid, SIGKILL);
        while (waitpid(nursery.pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (nursery.pid)
        close(nursery.socket);
    nursery.pid = 0;
}

static bool send_packet(const struct packet *p, const char *arguments, const int *fds, int n_fds)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    struct iovec bytes[] = {{(void *)(uintptr_t)p, sizeof *p}, {(void *)(uintptr_t)arguments, p->n}};
    struct msghdr m = {.msg_iov = bytes, .msg_iovlen = 2};
    if (n_fds) {
        m.msg_control = control.room;
        m.msg_controllen = CMSG_SPACE((size_t)n_fds * sizeof(int));
        *CMSG_FIRSTHDR(&m) = (struct cmsghdr){.cmsg_len = CMSG_LEN((size_t)n_fds * sizeof(int)),
                                              .cmsg_level = SOL_SOCKET,
                                              .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, (size_t)n_fds * sizeof(int));
    }
    ssize_t sent;
    while ((sent = sendmsg(nursery.socket, &m, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent == (ssize_t)(sizeof *p + p->n);
}

/* One that says nothing for so long is stopped or lost; whoever waits does so under the lock. */
static bool hear_pid(pid_t *out)
{
    struct pollfd p = {.fd = nursery.socket, .events = POLLIN};
    ssize_t got;
    int ready;
    while ((ready = poll(&p, 1, ANSWER_WAIT_MS)) < 0 && errno == EINTR)
        ;
    if (ready != 1)
        return false;
    while ((got = recv(nursery.socket, out, sizeof *out, MSG_DONTWAIT)) < 0 && errno == EINTR)
        ;
    return got == sizeof *out;
}

/* It says a first pid when GDAL is loaded. A program that is no nursery says nothing. */
static bool hear_hello(void)
{
    pid_t hello;
    return hear_pid(&hello) && hello == nursery.pid;
}

static void start(const char *program)
{
    static const char *const arguments[] = {NURSERY_COMMAND, NULL};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    for (int i = 0; i < 2; i++)
        ends[i] = file_off_standard(ends[i]);
    pid_t pid = 0;
    int why = ends[0] < 0 || ends[1] < 0 ? EMFILE : process_spawn(program, arguments, -1, ends[1], &pid);
    if (ends[1] >= 0)
        close(ends[1]);
    if (why) {
        if (ends[0] >= 0)
            close(ends[0]);
        return;
    }
    nursery.owner = getpid();
    nursery.pid = pid;
    nursery.socket = ends[0];
    nursery.number++;
    if (!hear_hello())
        forget();
}

/* Is there a nursery of that very file? One is started when the file is met again, or will be. */
static bool is_there(const char *program, bool more)
{
    struct stat now;
    if (stat(program, &now) != 0)
        return false;
    bool same = nursery.met && now.st_dev == nursery.program.st_dev && now.st_ino == nursery.program.st_ino &&
                now.st_ctim.tv_sec == nursery.program.st_ctim.tv_sec &&
                now.st_ctim.tv_nsec == nursery.program.st_ctim.tv_nsec;
    if (nursery.pid && (!same || nursery.owner != getpid()))
        forget();
    nursery.program = now;
    nursery.met = true;
    nursery.barren = nursery.barren && same;
    if ((same || more) && !nursery.pid && !nursery.barren) {
        start(program);
        nursery.barren = !nursery.pid;
    }
    return nursery.pid != 0;
}

/* Malloc'd, *n bytes; NULL when they are too many. */
static char *pack(const char *const *arguments, size_t *n)
{
    char *packed = malloc(ARGUMENTS_BYTES);
    for (*n = 0; packed && *arguments; arguments++) {
        size_t more = strlen(*arguments) + 1;
        if (more > ARGUMENTS_BYTES - *n) {
            free(packed);
            return NULL;
        }
        memcpy(packed + *n, *arguments, more);
        *n += more;
    }
    return packed;
}

bool nursery_begin(const char *program, const char *const *arguments, int to_parent, int input, bool more,
                   struct nursling *out)
{
    struct packet p = {.has_input = input >= 0};
    char *packed = pack(arguments, &p.n);
    const int fds[] = {to_parent, input};
    pid_t pid = 0;
    if (!packed)
        return false;
    pthread_mutex_lock(&nursery.lock);
    bool ok = is_there(program, more);
    if (ok && !(send_packet(&p, packed, fds, 1 + p.has_input) && hear_pid(&pid))) {
        forget(); /* it has died, and with it its children; the next one that is wanted is another */
        ok = false;
    }
    *out = (struct nursling){pid, nursery.number};
    pthread_mutex_unlock(&nursery.lock);
    free(packed);
    return ok && pid > 0;
}

void nursery_end(struct nursling n)
{
    struct packet p = {.end = n.pid};
    pid_t ended;
    pthread_mutex_lock(&nursery.lock);
    if (n.pid > 0 && nursery.pid && nursery.number == n.nursery && nursery.owner == getpid() &&
        !(send_packet(&p, NULL, NULL, 0) && hear_pid(&ended)))
        forget();
    pthread_mutex_unlock(&nursery.lock);
}

void nursery_give_up(void)
{
    pthread_mutex_lock(&nursery.lock);
    forget();
    nursery.met = false;
    pthread_mutex_unlock(&nursery.lock);
}

/* ---- the nursery ---- */

bool nursery_wanted(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], NURSERY_COMMAND) == 0;
}

/* The next packet, arguments of ARGUMENTS_BYTES, with its descriptors; ends when the parent is gone. */
static void receive(struct packet *p, char *arguments, int *fds)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec bytes[] = {{p, sizeof *p}, {arguments, ARGUMENTS_BYTES}};
    struct msghdr m = {.msg_iov = bytes,
                       .msg_iovlen = 2,
                       .msg_control = control.room,
                       .msg_controllen = sizeof control.room};
    ssize_t got;
    fds[0] = fds[1] = -1;
    while ((got = recvmsg(NURSERY_FD, &m, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (got < (ssize_t)sizeof *p || (size_t)got != sizeof *p + p->n)
        _exit(0);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
}

static void answer(pid_t pid)
{
    if (send(NURSERY_FD, &pid, sizeof pid, MSG_NOSIGNAL) != sizeof pid)
        _exit(0);
}

/* As process_spawn would have left it. */
static _Noreturn void become_child(const struct packet *p, char *arguments, const int *fds)
{
    char *argv[SANDBOX_ARGS + 1] = {program_invocation_name};
    int argc = 1, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (char *at = arguments; at < arguments + p->n && argc < SANDBOX_ARGS; at += strlen(at) + 1)
        argv[argc++] = at;
    bool ok = setpgid(0, 0) == 0 && null >= 0 && fds[0] >= 0 && dup2(fds[0], STDOUT_FILENO) >= 0 &&
              dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
              (!p->has_input || (fds[1] >= 0 && dup2(fds[1], SANDBOX_INPUT_FD) >= 0)) &&
              close_range(SANDBOX_INPUT_FD + (unsigned)p->has_input, ~0U, 0) == 0;
    if (!ok || !sandbox_child_wanted(argc, argv))
        _exit(1);
    sandbox_child_main(argc, argv);
}

static pid_t begin(const struct packet *p, char *arguments, const int *fds)
{
    pid_t pid = fork();
    if (pid == 0)
        become_child(p, arguments, fds);
    if (pid > 0)
        (void)setpgid(pid, pid); /* whichever of the two comes first */
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return pid < 0 ? 0 : pid;
}

/* Nobody but us waits for it, so that its pid is its own until then. */
static pid_t end(pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return pid;
}

/* What GDAL's drivers have freed is put in order once, here: the first larger block that a child asks for
 * would have every child do it, and touch, so copy, every page of the heap. */
static void tidy_heap(void)
{
    enum { LARGER_BYTES = 100000 };
    volatile char *block = malloc(LARGER_BYTES);
    if (block)
        *block = 1;
    free((void *)(uintptr_t)block);
    malloc_trim(0);
}

_Noreturn void nursery_main(void)
{
    static char arguments[ARGUMENTS_BYTES];
    struct packet p;
    int fds[2];
    pid_t known_as = getpid(); /* to the parent, whose child may stay outside of a namespace */
    if (!confine_begin(SPACES_ALONE) || gdal_load(NULL) != STATUS_OK)
        _exit(1);
    child_prepare_gdal();
    (void)calls_prepare(CALLS_OF_READER); /* a child that has none makes its own, and says why it cannot */
    tidy_heap();
    answer(known_as);
    for (;;) {
        receive(&p, arguments, fds);
        answer(p.end ? end(p.end) : begin(&p, arguments, fds));
    }
}

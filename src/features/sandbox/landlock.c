#include "features/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What newer kernels know than the headers that we are built with: the interface of the kernel, which does
 * not change. */
enum {
    FS_REFER = 1 << 13,     /* version 2 */
    FS_TRUNCATE = 1 << 14,  /* 3 */
    NET_TCP = 3,            /* 4: bind, connect */
    FS_IOCTL_DEV = 1 << 15, /* 5 */
    SCOPES = 3,             /* 6: abstract sockets, signals */
    VERSION_KNOWN = 6
};
struct rules_attr {
    uint64_t fs, net, scoped;
};

/* 0: none, with errno: a container may refuse what the kernel has. */
static int version_here(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

static void allow(int rules, const char *path, uint64_t access)
{
    int fd = path && *path ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

static void allow_all(int rules, const char *dir, bool job, uint64_t all)
{
    const uint64_t file = LANDLOCK_ACCESS_FS_READ_FILE, reading = file | LANDLOCK_ACCESS_FS_READ_DIR,
                   running = reading | LANDLOCK_ACCESS_FS_EXECUTE;
    allow(rules, "/usr", reading);
    allow(rules, "/lib", job ? running : reading);
    allow(rules, "/lib64", job ? running : reading);
    allow(rules, "/etc/ld.so.cache", file);
    allow(rules, "/proc/self", reading);
    allow(rules, "/dev/null", file | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(rules, getenv("PROJ_DATA"), reading);
    allow(rules, getenv("PROJ_LIB"), reading);
    allow(rules, getenv("GDAL_DATA"), reading);
    allow(rules, dir,
          job ? all & ~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                  LANDLOCK_ACCESS_FS_MAKE_BLOCK | FS_IOCTL_DEV)
              : reading);
    if (job) { /* its own child, which confines itself further, and the loader that starts it; fonts */
        allow(rules, "/proc/self/exe", file | LANDLOCK_ACCESS_FS_EXECUTE);
        allow(rules, "/etc/fonts", reading);
        allow(rules, "/var/cache/fontconfig", reading);
    }
}

static void note(struct sandbox_measures *m, int version, int why)
{
    static const enum sandbox_measure since[VERSION_KNOWN + 1] = {[1] = SANDBOX_FILES,
                                                                  [3] = SANDBOX_TRUNCATE,
                                                                  [4] = SANDBOX_TCP,
                                                                  [5] = SANDBOX_DEVICES,
                                                                  [6] = SANDBOX_SIGNALS};
    for (int v = 1; v <= VERSION_KNOWN; v++)
        if (v != 2)
            measure_note(m, since[v], v <= version || !version ? why : ENOSYS);
}

bool landlock_enter(const char *dir, bool job, struct sandbox_measures *m)
{
    int version = version_here(), refused = version ? 0 : errno;
    const uint64_t first = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    const struct rules_attr attr = {.fs = first | (version >= 2 ? FS_REFER : 0) |
                                          (version >= 3 ? FS_TRUNCATE : 0) |
                                          (version >= 5 ? FS_IOCTL_DEV : 0),
                                    .net = version >= 4 ? NET_TCP : 0,
                                    .scoped = version >= 6 ? SCOPES : 0};
    m->landlock = version;
    if (!version) {
        note(m, 0, refused);
        return true;
    }
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0), why = rules < 0 ? errno : 0;
    if (!why) {
        allow_all(rules, dir, job, attr.fs);
        why = syscall(SYS_landlock_restrict_self, rules, 0) != 0 ? errno : 0;
        close(rules);
    }
    note(m, version, why);
    return !why;
}

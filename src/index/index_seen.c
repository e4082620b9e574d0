#include "index/index_seen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define SEEN_MAGIC "HXSEEN1"
enum { BOOT_BYTES = 40, WRITTEN_BACK_S = 120 };

/* The file's bytes, in this machine's order: on another machine there is another device, inode and ctime. */
struct seen {
    char magic[8];
    uint64_t device, inode, size;
    int64_t mtime_ns, ctime_ns;
    uint64_t checksum, header_checksum; /* that the index states of itself */
    char boot[BOOT_BYTES];              /* "": of any */
    uint64_t own;                       /* XXH3 of what is before it */
};

/* This run of the machine; false where the kernel does not say. */
static bool boot_id(char out[BOOT_BYTES])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, BOOT_BYTES - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    memset(out + n, 0, BOOT_BYTES - (size_t)n);
    return true;
}

static struct seen seen_of(const struct index_file *f)
{
    return (struct seen){.magic = SEEN_MAGIC,
                         .device = f->stamp.device,
                         .inode = f->stamp.inode,
                         .size = f->stamp.size,
                         .mtime_ns = f->stamp.mtime_ns,
                         .ctime_ns = atomic_load(&f->ctime_ns),
                         .checksum = f->header.checksum,
                         .header_checksum = f->header.header_checksum};
}

bool index_seen_is(const char *path, const struct index_file *f)
{
    struct seen there, now = seen_of(f);
    char name[4096];
    if (snprintf(name, sizeof name, "%s.seen", path) >= (int)sizeof name)
        return false;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool whole = read(fd, &there, sizeof there) == (ssize_t)sizeof there;
    close(fd);
    if (!whole || there.own != XXH3_64bits(&there, offsetof(struct seen, own)))
        return false;
    if (there.boot[0] && !boot_id(now.boot))
        return false;
    return memcmp(&there, &now, offsetof(struct seen, own)) == 0;
}

/* The index itself is not synced (builder.c), so that a power cut may take bytes of it that were verified in
 * memory; then the machine was started anew. One that is older than any page stays dirty needs no such
 * limit. */
static bool set_boot(struct seen *s)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age_s = now.tv_sec - s->ctime_ns / 1000000000;
    return age_s > WRITTEN_BACK_S || boot_id(s->boot);
}

void index_seen_write(const char *path, const struct index_file *f)
{
    struct seen s = seen_of(f);
    char name[4096], temporary[4096];
    if (snprintf(name, sizeof name, "%s.seen", path) >= (int)sizeof name ||
        snprintf(temporary, sizeof temporary, "%s.tmp%ld-seen", path, (long)getpid()) >=
            (int)sizeof temporary ||
        !set_boot(&s))
        return;
    s.own = XXH3_64bits(&s, offsetof(struct seen, own));
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    struct stat st; /* whoever may read the index may read that it was verified */
    bool ok = stat(path, &st) == 0 && fchmod(fd, st.st_mode & 0666) == 0;
    if (geteuid() == 0)
        ok = ok && fchown(fd, st.st_uid, st.st_gid) == 0;
    ok = ok && write(fd, &s, sizeof s) == (ssize_t)sizeof s;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(temporary, name) != 0)
        unlink(temporary);
}

#include "index/index_file.h"

#include "index/index_lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

static int64_t ns_of(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static struct index_stamp stamp_of(const struct stat *st)
{
    return (struct index_stamp){(uint64_t)st->st_dev,   (uint64_t)st->st_ino, (uint64_t)st->st_size,
                                (uint64_t)st->st_nlink, ns_of(&st->st_mtim),  ns_of(&st->st_ctim)};
}

static enum status too_short(const char *path, struct error *e)
{
    error_zh(e, "索引文件“%s”不能使用：文件太短。它可由数据库重建，原始数据没有受影响。", path);
    return error_fail(e, STATUS_CORRUPT, "index-corrupt",
                      "The index file \"%s\" cannot be used: it is too short. It can be rebuilt from the "
                      "store, which is unaffected.",
                      path);
}

static enum status read_whole(int fd, void *to, size_t n, uint64_t at, const char *path, struct error *e)
{
    for (char *p = to; n > 0;) {
        ssize_t got = pread(fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(e, "读取索引文件", "Reading the index file", path);
        if (got == 0)
            return too_short(path, e);
        p += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return STATUS_OK;
}

static enum status begin(struct index_file *f, const char *path, struct error *e)
{
    struct stat st;
    f->leased = index_lease_take(f->fd); /* before the first byte is read */
    if (fstat(f->fd, &st) != 0)
        return error_errno(e, "读取索引文件", "Reading the index file", path);
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size < sizeof f->header)
        return too_short(path, e);
    f->stamp = stamp_of(&st);
    atomic_init(&f->ctime_ns, f->stamp.ctime_ns);
    atomic_init(&f->links, f->stamp.links);
    return read_whole(f->fd, &f->header, sizeof f->header, 0, path, e);
}

enum status index_file_open(const char *path, struct index_file **out, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(e, "打开索引文件", "Opening the index file", path);
    struct index_file *f = calloc(1, sizeof *f);
    if (!f) {
        close(fd);
        return error_no_memory(e);
    }
    f->fd = fd;
    enum status s = begin(f, path, e);
    if (s) {
        index_file_close(f);
        return s;
    }
    *out = f;
    return STATUS_OK;
}

/* In pages of two megabytes where the kernel has them: most of the time that opening takes is first touches
 * of new pages, of which there are five hundred times fewer then. Tables of a small file come from malloc. */
static bool tables_new(struct index_file *f, size_t n)
{
    const size_t huge = (size_t)2 << 20;
    f->table_bytes = n;
    if (n < huge)
        return (f->tables = malloc(n ? n : 1)) != NULL;
    f->table_room_bytes = n + huge;
    void *p = mmap(NULL, f->table_room_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return false;
    f->table_room = p;
    f->tables = f->table_room + (huge - (uintptr_t)p % huge) % huge;
    (void)madvise(f->tables, n, MADV_HUGEPAGE);
    return true;
}

static void tables_free(struct index_file *f)
{
    if (f->table_room)
        munmap(f->table_room, f->table_room_bytes);
    else
        free(f->tables);
}

enum status index_file_load(struct index_file *f, const char *path, uint64_t tables_at, struct error *e)
{
    size_t n = (size_t)tables_at;
    void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, f->fd, 0);
    if (p == MAP_FAILED)
        return error_errno(e, "映射索引文件", "Mapping the index file", path);
    f->mapped = p;
    f->mapped_bytes = n;
    f->guard = bus_guard_add(f->mapped, n, &f->changed);
    if (!f->guard || !tables_new(f, (size_t)(f->stamp.size - tables_at)))
        return error_no_memory(e);
    return read_whole(f->fd, f->tables, f->table_bytes, tables_at, path, e);
}

void index_file_close(struct index_file *f)
{
    if (!f)
        return;
    bus_guard_remove(f->guard);
    if (f->mapped)
        munmap((void *)f->mapped, f->mapped_bytes);
    tables_free(f);
    if (f->leased)
        index_lease_drop(f->fd);
    close(f->fd);
    free(f);
}

/* ---- is it still what it was? ----
 *
 * Who asks has read before. A write changes the times of a file before its bytes, and a cut its size before
 * its pages go; so whoever read a byte of the new contents finds the new stamp when he asks afterwards. Times
 * are counted in ticks of the kernel's clock (1 to 10 ms): a write within the tick of the last one leaves the
 * stamp as it was. That is why a file is verified only when its ctime has become past (index_file_settle), as
 * git does with its own index. A name more or less changes the ctime, and no byte: mtime stays then.
 * What this does not see: bytes that go bad on the disk by themselves; writes past the file system; a program
 * that mapped the file for writing before it was verified and writes into a page that it has dirtied already.
 */

static bool only_names_changed(struct index_file *f, const struct index_stamp *now)
{
    if (now->links == atomic_load(&f->links) || now->mtime_ns != f->stamp.mtime_ns)
        return false;
    atomic_store(&f->links, now->links);
    atomic_store(&f->ctime_ns, now->ctime_ns);
    return true;
}

bool index_file_is_unchanged(struct index_file *f)
{
    struct stat st;
    if (atomic_load(&f->changed))
        return false;
    if (f->leased && index_lease_holds(f->fd))
        return !atomic_load(&f->changed);
    bool same = fstat(f->fd, &st) == 0;
    if (same) {
        struct index_stamp now = stamp_of(&st);
        same = now.size == f->stamp.size && now.device == f->stamp.device && now.inode == f->stamp.inode &&
               ((now.ctime_ns == atomic_load(&f->ctime_ns) && now.mtime_ns == f->stamp.mtime_ns) ||
                only_names_changed(f, &now));
    }
    if (!same)
        atomic_store(&f->changed, true);
    return !atomic_load(&f->changed); /* a page may have been missing meanwhile */
}

/* How long until then, ns; 0: a write would give it another ctime now. */
static int64_t unsettled_ns(const struct index_file *f)
{
    enum { TICKS_NS = 20000000, COARSE_NS = 2100000000 }; /* FAT counts in two seconds, others in one */
    int64_t ctime_ns = atomic_load(&f->ctime_ns);
    int64_t least = ctime_ns % 1000000000 == 0 ? COARSE_NS : TICKS_NS;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now); /* by which the kernel stamps files */
    int64_t age = ns_of(&now) - ctime_ns;
    bool past = age > least || age < -least; /* or in the future: the clock was set back */
    return past ? 0 : least - age + 1000000;
}

void index_file_settle(const struct index_file *f)
{
    for (int64_t left; (left = unsettled_ns(f)) > 0;) {
        struct timespec wait = {left / 1000000000, left % 1000000000};
        (void)nanosleep(&wait, NULL);
    }
}

uint64_t index_file_checksum(const struct index_file *f)
{
    XXH3_state_t *s = XXH3_createState();
    uint64_t sum = 0;
    if (!s)
        return ~f->header.checksum; /* not verified is not right */
    XXH3_64bits_reset(s);
    XXH3_64bits_update(s, f->mapped + sizeof f->header, f->mapped_bytes - sizeof f->header);
    XXH3_64bits_update(s, f->tables, f->table_bytes);
    sum = XXH3_64bits_digest(s);
    XXH3_freeState(s);
    return sum;
}

uint64_t index_header_checksum(const struct index_header *h)
{
    return XXH3_64bits(h, offsetof(struct index_header, header_checksum));
}

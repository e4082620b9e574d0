#include "features/readers/mapped.h"

#include "base/limits.h"
#include "formats/encoding.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORGET_BYTES = 4 << 20 }; /* whole pages of any size */

enum status mapped_open(const char *path, struct mapped *out, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum status s = error_errno(e, "打开", "Opening", path);
        if (fd >= 0)
            close(fd);
        return s;
    }
    size_t n = (size_t)st.st_size;
    void *p = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    close(fd);
    if (p == MAP_FAILED)
        return error_errno(e, "读取", "Reading", path);
    *out = (struct mapped){.bytes = p, .n = n};
    return STATUS_OK;
}

void mapped_close(struct mapped *m)
{
    if (m->bytes && !m->borrowed)
        munmap((void *)m->bytes, m->n + m->copy); /* of a copy one byte more was asked for */
    *m = (struct mapped){.n = 0};
}

void mapped_forget(struct mapped *m, size_t upto)
{
    size_t end = upto - upto % FORGET_BYTES;
    if (end > m->forgotten && !m->copy && !m->borrowed)
        madvise((void *)(m->bytes + m->forgotten), end - m->forgotten, MADV_DONTNEED);
    m->forgotten = end;
}

void mapped_rewind(struct mapped *m)
{
    m->forgotten = 0;
}

bool mapped_next_line(const struct mapped *m, size_t at, struct mapped_line *out)
{
    if (at >= m->n)
        return false;
    size_t end = at;
    while (end < m->n && m->bytes[end] != '\n' && m->bytes[end] != '\r')
        end++;
    size_t next = end + 1;
    if (end + 1 < m->n && m->bytes[end] == '\r' && m->bytes[end + 1] == '\n')
        next++;
    *out = (struct mapped_line){at, end - at, next < m->n ? next : m->n};
    return true;
}

enum status mapped_decode(struct mapped *m, struct error *e)
{
    char *text;
    size_t n;
    enum text_encoding was;
    struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status s = a ? text_decode(m->bytes, m->n, a, &text, &n, &was, e) : error_no_memory(e);
    void *p = s ? NULL : mmap(NULL, n + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        s = error_no_memory(e);
    if (!s) {
        memcpy(p, text, n);
        mapped_close(m);
        *m = (struct mapped){.bytes = p, .n = n, .copy = true};
    }
    arena_free(a);
    return s;
}

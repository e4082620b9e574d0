#include "base/file.h"

#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status file_read(const char *path, size_t limit, struct arena *a, char **bytes, size_t *n,
                      struct error *e)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (!f)
        return error_errno(e, "打开文件", "Opening", path);
    struct buffer b;
    buffer_init(&b, limit + 65536 + 1);
    char chunk[65536];
    size_t got = 0;
    while (b.size <= limit && (got = fread(chunk, 1, sizeof chunk, f)) > 0)
        buffer_append(&b, chunk, got);
    bool failed = ferror(f);
    if (!is_stdin)
        fclose(f);
    enum status s = STATUS_OK;
    if (failed) {
        errno = errno ? errno : EIO;
        s = error_errno(e, "读取文件", "Reading", path);
    } else if (b.size > limit) {
        error_zh(e, "文件“%s”超过上限 %zu 字节；请拆分后再试。", path, limit);
        s = error_fail(e, STATUS_TOO_LARGE, "file-too-large",
                       "\"%s\" exceeds the limit of %zu bytes; split it.", path, limit);
    } else {
        s = buffer_status(&b, e);
    }
    if (s == STATUS_OK) {
        char *copy = arena_strndup(a, b.data ? b.data : "", b.size);
        if (copy) {
            *bytes = copy;
            *n = b.size;
        } else {
            s = error_no_memory(e);
        }
    }
    buffer_release(&b);
    return s;
}

bool file_write_all(int fd, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t k = write(fd, (const char *)bytes + at, n - at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        at += (size_t)k;
    }
    return true;
}

int file_off_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), why = errno;
    close(fd);
    errno = why;
    return above;
}

enum status file_write_atomic(const char *path, const void *bytes, size_t n, struct error *e)
{
    size_t len = strlen(path);
    char *tmp = malloc(len + 32);
    if (!tmp)
        return error_no_memory(e);
    snprintf(tmp, len + 32, "%s.tmp%ld", path, (long)getpid());
    enum status s = STATUS_OK;
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        s = error_errno(e, "创建文件", "Creating", tmp);
        free(tmp);
        return s;
    }
    bool ok = file_write_all(fd, bytes, n) && fsync(fd) == 0;
    int why = errno;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(tmp, path) != 0) {
        errno = ok ? errno : why;
        s = error_errno(e, "写入文件", "Writing", path);
        unlink(tmp);
    }
    free(tmp);
    return s;
}

enum status file_sync(const char *path, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    enum status s = ok ? STATUS_OK : error_errno(e, "保存", "Saving", path);
    if (fd >= 0)
        close(fd);
    return s;
}

enum status file_sync_folder(const char *path, struct error *e)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    enum status s = folder ? file_sync(folder, e) : error_no_memory(e);
    free(folder);
    return s;
}

#include "features/stream.h"

#include "parcel/recognise.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKED_AT = 1 << 16 };

enum status feature_stream_next(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                                struct error *e)
{
    return s->ops->next(s, a, out, more, e);
}

enum status feature_stream_skip(struct feature_stream *s, int64_t position, int64_t fid, struct error *e)
{
    return s->ops->skip(s, position, fid, e);
}

void feature_stream_close(struct feature_stream *s)
{
    if (s)
        s->ops->close(s);
}

/* The first bytes of a file; *folder tells a directory. */
static enum status look(const char *path, char *bytes, size_t *n, bool *folder, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *n = 0;
    *folder = false;
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum status s = error_errno(e, "打开", "open", path);
        if (fd >= 0)
            close(fd);
        return s;
    }
    *folder = S_ISDIR(st.st_mode);
    ssize_t got = 0;
    while (!*folder && *n < LOOKED_AT && (got = read(fd, bytes + *n, LOOKED_AT - *n)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        *n += (size_t)got;
    }
    enum status s = got < 0 ? error_errno(e, "读取", "read", path) : STATUS_OK;
    close(fd);
    return s;
}

static bool is_named(const char *path, const char *ending)
{
    size_t n = path ? strlen(path) : 0, k = strlen(ending);
    return n >= k && strcasecmp(path + n - k, ending) == 0;
}

/* Files that say nothing of themselves in their first bytes, and those that are one of several. */
static bool named_for_child(const char *path)
{
    static const char *const endings[] = {".shp", ".dbf", ".tab", ".mif", ".gdb", ".zip", ".kmz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (is_named(path, endings[i]))
            return true;
    return false;
}

/* Which program is the child is looked for only when such a file comes. */
static enum status open_sandboxed(const struct feature_request *r, struct feature_stream **out, struct error *e)
{
    char path[4096];
    struct feature_request q = *r;
    const struct child_reader *reader = r->reader ? r->reader : &child_reader_self;
    q.program = reader->program;
    q.wait_ms = reader->wait_ms;
    if (!q.program && reader->find) {
        enum status s = reader->find(path, sizeof path, e);
        if (s)
            return s;
        q.program = path;
    }
    return feature_stream_open_sandboxed(&q, out, e);
}

enum status feature_stream_open(const struct feature_request *r, struct feature_stream **out, struct error *e)
{
    char first[LOOKED_AT];
    const void *bytes = r->path ? first : r->bytes;
    size_t n = r->n_bytes;
    bool folder = false;
    enum parcel_format format = PARCEL_FORMAT_UNKNOWN;
    enum status s = r->path ? look(r->path, first, &n, &folder, e) : STATUS_OK;
    if (s)
        return s;
    if (folder || named_for_child(r->path))
        return open_sandboxed(r, out, e);
    s = recognise_binary(bytes, n, &format, e);
    if (s)
        return s;
    return format == PARCEL_FORMAT_UNKNOWN ? feature_stream_open_text(r, out, e)
                                           : open_sandboxed(r, out, e);
}

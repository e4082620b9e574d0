/* Any file -> the stream of its kind: texts in this process (readers/), everything else by the child
 * (sandbox/). */
#include "features/stream.h"

#include "base/text.h"
#include "features/gdal_offline.h"
#include "features/readers/recognise.h"
#include "formats/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKED_AT = 1 << 16 };

/* No records is no answer: an empty file would read as "nothing pressed on". */
static enum status fail_empty(struct error *e)
{
    error_zh(e, "文件里没有任何面图形；请提供面（Polygon）。");
    return error_fail(e, STATUS_INVALID_INPUT, "source-no-features",
                      "The file holds no shape at all; give polygons.");
}

enum status feature_stream_next(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                                struct error *e)
{
    enum status st = s->ops->next(s, a, out, more, e);
    if (st || *more) {
        s->any = s->any || !st;
        return st;
    }
    return s->any ? STATUS_OK : fail_empty(e);
}

bool feature_schema_same(const struct feature_schema *a, const struct feature_schema *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->types[i] == b->types[i] && strcmp(a->names[i], b->names[i]) == 0;
    return same;
}

enum status feature_stream_skip(struct feature_stream *s, int64_t position, int64_t fid, struct error *e)
{
    s->any = s->any || position > 0;
    return s->ops->skip(s, position, fid, e);
}

/* Not every number of a file is one of JSON: 007, 1., +5 */
static bool is_json_number(const char *s)
{
    s += *s == '-';
    size_t whole = strspn(s, "0123456789");
    if (whole == 0 || (whole > 1 && *s == '0'))
        return false;
    s += whole;
    if (*s == '.') {
        size_t decimals = strspn(++s, "0123456789");
        if (decimals == 0)
            return false;
        s += decimals;
    }
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        size_t digits = strspn(s, "0123456789");
        if (digits == 0)
            return false;
        s += digits;
    }
    return *s == '\0';
}

/* A table pads its fields: 0.100000000 is 0.1. */
static size_t without_padding(const char *number)
{
    size_t n = strlen(number);
    if (!strchr(number, '.') || strpbrk(number, "eE"))
        return n;
    while (number[n - 1] == '0')
        n--;
    return number[n - 1] == '.' ? n - 1 : n;
}

void feature_value_write(struct json_writer *w, const struct feature *f, size_t i)
{
    const char *text = f->values[i];
    enum feature_type type = f->schema->types[i];
    bool raw = text && (type == FEATURE_JSON || (type != FEATURE_TEXT && is_json_number(text)));
    if (raw)
        jw_raw(w, text, type == FEATURE_REAL ? without_padding(text) : strlen(text));
    else
        jw_string(w, text); /* null when there is none */
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
        enum status s = error_errno(e, "打开", "Opening", path);
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
    enum status s = got < 0 ? error_errno(e, "读取", "Reading", path) : STATUS_OK;
    close(fd);
    return s;
}

/* Files that say nothing of themselves in their first bytes, and those that are one of several. */
static bool named_for_child(const char *path)
{
    static const char *const endings[] = {".shp", ".dbf", ".tab", ".mif", ".gdb", ".zip", ".kmz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (path && text_ends_with(path, endings[i]))
            return true;
    return false;
}

/* Which program is the child is looked for only when such a file comes. */
static enum status open_sandboxed(const struct feature_request *r, struct feature_stream **out,
                                  struct error *e)
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

/* What kind of file it is: UNKNOWN is a text, or nothing that anybody knows. */
static enum status kind_of(const struct feature_request *r, bool *child, struct error *e)
{
    char *first = NULL;
    const void *bytes = r->bytes;
    size_t n = r->n_bytes;
    bool folder = false;
    enum parcel_format format = PARCEL_FORMAT_UNKNOWN;
    enum status s = STATUS_OK;
    if (r->path) {
        bytes = first = malloc(LOOKED_AT);
        s = first ? look(r->path, first, &n, &folder, e) : error_no_memory(e);
    }
    *child = folder || named_for_child(r->path);
    if (!s && !*child)
        s = recognise_binary(bytes, n, &format, e);
    free(first);
    *child = *child || format != PARCEL_FORMAT_UNKNOWN;
    return s;
}

enum status feature_path_local(const char *path, struct error *e)
{
    if (!gdal_path_is_remote(path))
        return STATUS_OK;
    error_zh(e, "只读取本机文件；“%s”是网络地址或虚拟路径，请先下载到本机再导入。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "source-remote",
                      "Only local files are read; \"%s\" is an address or a virtual path: download it first.",
                      path);
}

bool feature_path_is_text(const char *path)
{
    bool child = true;
    return kind_of(&(struct feature_request){.path = path}, &child, NULL) == STATUS_OK && !child;
}

enum status feature_stream_open(const struct feature_request *r, struct feature_stream **out, struct error *e)
{
    bool child = false;
    enum status s = kind_of(r, &child, e);
    if (s)
        return s;
    return child ? open_sandboxed(r, out, e) : feature_stream_open_text(r, out, e);
}

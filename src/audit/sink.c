/* Which sink an output gets, what an earlier run left, and the last step by which an output becomes
 * visible. */
#include "audit/sink.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STATE_LIMIT = 64 << 20 };

enum status sink_format_of(const char *path, enum audit_format *out, struct error *e)
{
    if (strlen(path) + 32 >= SINK_PATH_SIZE) {
        error_zh(e, "输出文件的路径太长：“%.200s…”。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                          "The path of the output is too long: \"%.200s…\".", path);
    }
    (void)audit_format_of(path, AUDIT_PARCELS, out); /* request.c has refused all others */
    return STATUS_OK;
}

static bool is_text(enum audit_format f)
{
    return f == AUDIT_CSV || f == AUDIT_GEOJSONL;
}

static void beside(const char *out, const char *end, char path[SINK_PATH_SIZE])
{
    snprintf(path, SINK_PATH_SIZE, "%.*s%s", SINK_PATH_SIZE - 32, out, end); /* checked by sink_format_of */
}

/* GDAL's XLSX writer goes by the first ".xlsx" of a path: the temporary name has no other. */
void sink_made_path(const char *out, char path[SINK_PATH_SIZE])
{
    const char *slash = strrchr(out, '/');
    size_t folder = slash ? (size_t)(slash - out) + 1 : 0;
    snprintf(path, SINK_PATH_SIZE, "%.*s.part-%.*s", (int)folder, out, SINK_PATH_SIZE - 32 - (int)folder,
             out + folder);
}

void sink_rest_path(const char *out, char path[SINK_PATH_SIZE])
{
    beside(out, ".without-geometry.csv", path);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static enum status read_beside(const char *out, struct arena *a, const char **state, struct error *e)
{
    char path[SINK_PATH_SIZE];
    char *bytes;
    size_t n;
    beside(out, ".audit", path);
    *state = NULL;
    if (!exists(path))
        return STATUS_OK;
    enum status s = file_read(path, STATE_LIMIT, a, &bytes, &n, e);
    if (!s)
        *state = bytes;
    return s;
}

enum status sink_state(const char *out, enum audit_format format, struct arena *a, const char **state,
                       bool *finished, struct error *e)
{
    char part[SINK_PATH_SIZE];
    beside(out, ".part", part);
    *state = NULL;
    *finished = !exists(part) && exists(out);
    if (*finished)
        return format == AUDIT_GPKG ? sink_gpkg_state(out, a, state, e) : read_beside(out, a, state, e);
    if (!exists(part))
        return STATUS_OK;
    return is_text(format) ? read_beside(out, a, state, e) : sink_gpkg_state(part, a, state, e);
}

void sink_discard(const char *out)
{
    static const char *const ends[] = {".part",     ".part-journal", ".part.findings",
                                       ".part.fgb", ".part.xlsx",    ".audit"};
    char path[SINK_PATH_SIZE];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        beside(out, ends[i], path);
        unlink(path);
    }
    sink_made_path(out, path);
    unlink(path);
}

enum status sink_open(const struct sink_request *r, const uint64_t bytes[BATCH_TEXTS], struct sink **out,
                      struct error *e)
{
    char part[SINK_PATH_SIZE];
    beside(r->out, ".part", part);
    struct sink *s = NULL;
    enum status st =
        is_text(r->format) ? sink_text_open(part, r, bytes, &s, e) : sink_gpkg_open(part, r, &s, e);
    if (st)
        return st;
    s->format = r->format;
    s->out = r->out;
    s->lines = r->lines;
    memcpy(s->part, part, sizeof part);
    *out = s;
    return STATUS_OK;
}

static enum status move(const char *from, const char *to, struct error *e)
{
    return rename(from, to) == 0 ? STATUS_OK : error_errno(e, "保存", "Saving", to);
}

/* A format that can only be written in one go is made from the finished GeoPackage. */
static enum status make(const char *out, enum audit_format format, const struct line_table *lines,
                        const char *state, struct error *e)
{
    char part[SINK_PATH_SIZE], made[SINK_PATH_SIZE], path[SINK_PATH_SIZE], rest[SINK_PATH_SIZE];
    beside(out, ".part", part);
    sink_made_path(out, made);
    beside(out, ".audit", path);
    unlink(made);
    sink_rest_path(out, rest);
    const struct sink_conversion c = {part, "parcels", "findings", made, rest, format};
    enum status st = format == AUDIT_XLSX ? sink_xlsx_write(part, lines, made, e) : sink_convert(&c, e);
    if (!st)
        st = file_write_atomic(path, state, strlen(state), e);
    if (!st)
        st = move(made, out, e);
    if (!st)
        unlink(part);
    return st;
}

enum status sink_publish(const char *out, enum audit_format format, const struct line_table *lines,
                         const char *state, struct error *e)
{
    char part[SINK_PATH_SIZE];
    beside(out, ".part", part);
    return format == AUDIT_FGB || format == AUDIT_XLSX ? make(out, format, lines, state, e)
                                                       : move(part, out, e);
}

enum status sink_finish(struct sink *s, const char *state, struct error *e)
{
    enum status st = s->ops->finish(s, state, e);
    return st ? st : sink_publish(s->out, s->format, s->lines, state, e);
}

void sink_close(struct sink *s)
{
    if (s)
        s->ops->close(s);
}

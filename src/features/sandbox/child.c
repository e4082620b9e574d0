#include "features/sandbox/child_parts.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/nursery.h"
#include "features/sandbox/sandbox.h"

#include "base/limits.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

bool sandbox_child_wanted(int argc, char **argv)
{
    return nursery_wanted(argc, argv) ||
           (argc == SANDBOX_ARGS && strcmp(argv[SANDBOX_ARG_COMMAND], SANDBOX_COMMAND) == 0);
}

static enum status read_source(struct child *c, struct error *e)
{
    struct child_source source = {0};
    enum status s = child_find_source(c, &source, e);
    if (s != STATUS_OK || !source.name)
        return s;
    switch (source.kind) {
    case KIND_OGR:
        return child_read_ogr(c, &source, e);
    case KIND_SHAPEFILE:
        return child_read_shapefile(c, source.name, e);
    case KIND_GEOPACKAGE:
        return child_read_geopackage(c, source.name, e);
    case KIND_KML:
        return child_read_kml(c, source.name, e);
    case KIND_DXF:
        return child_read_dxf(c, source.name, e);
    }
    return error_fail(e, STATUS_INTERNAL, "foreign-kind", "No reader.");
}

/* What the reader may see: the folder of the file, which holds its parts; of a folder, itself. */
static bool enter(const struct child *c)
{
    char dir[4096];
    struct stat st;
    snprintf(dir, sizeof dir, "%s", c->path);
    char *slash = strrchr(dir, '/');
    bool folder = stat(dir, &st) == 0 && S_ISDIR(st.st_mode);
    if (slash && !folder)
        slash[slash == dir] = '\0';
    return slash && confine_reader(dir, c->upload);
}

/* A parent that was killed cannot end its child. Asked for behind enter(), because the kernel forgets it with
 * a new user namespace; a parent that died before is seen by its end of the pipe, which is closed. */
static void die_with_parent(void)
{
    struct pollfd pipe = {.fd = STDOUT_FILENO};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR))
        _exit(1);
}

static void name_file(struct child *c)
{
    const char *slash = strrchr(c->path, '/');
    const char *name = slash ? slash + 1 : c->path;
    if (c->upload) {
        strcpy(c->called_zh, "文件");
        strcpy(c->called_en, "The file");
    } else {
        snprintf(c->called_zh, sizeof c->called_zh, "“%.200s”", name);
        snprintf(c->called_en, sizeof c->called_en, "\"%.200s\"", name);
    }
}

static void tell_error(struct child *c, enum status s, const struct error *why)
{
    record_drop(&c->out);
    record_begin(&c->out, RECORD_ERROR);
    record_u32(&c->out, s);
    record_text(&c->out, why->code);
    record_text(&c->out, why->zh);
    record_text(&c->out, why->en);
    (void)!record_end(&c->out, NULL);
}

static void take_arguments(struct child *c, char **argv)
{
    c->path = argv[SANDBOX_ARG_PATH];
    const char *mode = argv[SANDBOX_ARG_MODE];
    c->list = strcmp(mode, SANDBOX_LIST) == 0 || strcmp(mode, SANDBOX_LIST_UPLOAD) == 0;
    c->upload = strcmp(mode, SANDBOX_UPLOAD) == 0 || strcmp(mode, SANDBOX_LIST_UPLOAD) == 0;
    c->layer = argv[SANDBOX_ARG_LAYER][0] ? argv[SANDBOX_ARG_LAYER] : NULL;
    c->skip_position = strtoll(argv[SANDBOX_ARG_POSITION], NULL, 10);
    c->skip_fid = strtoll(argv[SANDBOX_ARG_FID], NULL, 10);
    c->max_features = strtoull(argv[SANDBOX_ARG_MAX_FEATURES], NULL, 10);
    c->max_vertices = strtoull(argv[SANDBOX_ARG_MAX_VERTICES], NULL, 10);
    c->attributes_only = strcmp(argv[SANDBOX_ARG_WANTED], SANDBOX_ATTRIBUTES) == 0;
    name_file(c);
}

_Noreturn void sandbox_child_main(int argc, char **argv)
{
    static struct child c;
    if (nursery_wanted(argc, argv))
        nursery_main();
    struct error e = {0};
    signal(SIGPIPE, SIG_IGN);
    take_arguments(&c, argv);
    record_writer_init(&c.out, STDOUT_FILENO);
    buffer_append_str(&c.out.out, SANDBOX_MAGIC);
    c.out.at = c.out.out.size;
    c.keep = arena_new((size_t)8 << 30);
    c.scratch = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status s = !c.keep || !c.scratch ? error_no_memory(&e) : gdal_load(&e);
    if (s == STATUS_OK && !enter(&c))
        s = confine_refuse(&e);
    if (s == STATUS_OK) {
        die_with_parent();
        child_configure_gdal(&c);
        s = read_source(&c, &e);
    }
    if (s != STATUS_OK) {
        tell_error(&c, s, &e);
    } else {
        record_begin(&c.out, RECORD_END);
        record_i64(&c.out, c.position);
        s = record_end(&c.out, NULL);
    }
    _exit(record_flush(&c.out, NULL) == STATUS_OK && s == STATUS_OK
              ? 0
              : 1); /* nothing of GDAL's is worth tidying up */
}

#include "features/sandbox/child_parts.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/measures.h"
#include "features/sandbox/nursery.h"
#include "features/sandbox/sandbox.h"
#include "features/sandbox/spaces.h"

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
    return nursery_wanted(argc, argv) || (argc == 2 && strcmp(argv[1], SANDBOX_PROBE) == 0) ||
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

/* A parent that was killed cannot end its child: a nursery, or who started this process. One that died before
 * is seen by the end of the pipe, which is closed. */
static void die_with_parent(void)
{
    struct pollfd pipe = {.fd = STDOUT_FILENO};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR))
        _exit(1);
}

/* Does what took effect suffice for whoever wants the file read? */
static enum status look_at_measures(const char *wanted, struct error *e)
{
    struct sandbox_measures m = *confine_measures();
    bool in_job = strcmp(wanted, SANDBOX_IN_A_JOB) == 0;
    for (int i = SANDBOX_USER; in_job && i <= SANDBOX_MOUNT; i++)
        measure_note(&m, (enum sandbox_measure)i, 0);
    enum sandbox_measure missing = measure_missing(&m);
    return missing == SANDBOX_REQUIRED || strcmp(wanted, SANDBOX_AS_PERMITTED) == 0
               ? STATUS_OK
               : measure_fail(&m, missing, e);
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
    if (strcmp(argv[1], SANDBOX_PROBE) == 0)
        measure_probe();
    struct error e = {0};
    signal(SIGPIPE, SIG_IGN);
    bool begun = confine_begin(SPACES_READER_OF_STDOUT); /* before GDAL makes the process large */
    take_arguments(&c, argv);
    record_writer_init(&c.out, STDOUT_FILENO);
    buffer_append_str(&c.out.out, SANDBOX_MAGIC);
    (void)!record_flush(&c.out, NULL); /* at once: what comes in its place is told without our memory */
    c.out.at = 0;
    c.keep = arena_new((size_t)8 << 30);
    c.scratch = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    enum status s = !begun ? confine_refuse(&e) : !c.keep || !c.scratch ? error_no_memory(&e) : gdal_load(&e);
    if (s == STATUS_OK) {
        die_with_parent(); /* the list of calls has no such word; a change of credentials has been */
        child_configure_gdal(&c);
        s = enter(&c) ? look_at_measures(argv[SANDBOX_ARG_REQUIRED], &e) : confine_refuse(&e);
    }
    if (s == STATUS_OK)
        s = read_source(&c, &e);
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

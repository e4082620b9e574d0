/* Which program reads Shapefiles and the like for a program that merely links the library: the one that it
 * names, else the one that was installed with the library, else the one of PATH. Looked for only when such
 * a file comes. */
#include "api/api_parts.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef HX_PROGRAM_FROM_LIBRARY
#error "HX_PROGRAM_FROM_LIBRARY is set by CMake"
#endif

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The folder of this library, and the way from there to the program as they were installed. */
static bool find_beside_library(char out[PATH_MAX])
{
    Dl_info info;
    if (!dladdr((const void *)(uintptr_t)&find_beside_library, &info) || !info.dli_fname)
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    int n = slash ? (int)(slash - info.dli_fname) : 0;
    return slash && snprintf(out, PATH_MAX, "%.*s/" HX_PROGRAM_FROM_LIBRARY, n, info.dli_fname) < PATH_MAX &&
           is_program(out);
}

static bool find_in_path(char out[PATH_MAX])
{
    const char *at = getenv("PATH");
    while (at && *at) {
        int n = (int)strcspn(at, ":");
        /* relative entries are left out: what is run must not depend on the current folder */
        if (*at == '/' && snprintf(out, PATH_MAX, "%.*s/hongxian", n, at) < PATH_MAX && is_program(out))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static enum status fail_missing(struct error *e)
{
    error_zh(e, "这种文件须由已安装的 hongxian 程序在沙箱中读取，而没有找到该程序；请安装，或用 "
                "hx_checker_reader 指明，或转为 GeoJSON、TXT。");
    return error_fail(
        e, STATUS_UNSUPPORTED, "reader-missing",
        "Such a file is read by the installed program hongxian in a sandbox, and it was not found; "
        "install it, name it with hx_checker_reader, or convert the file to GeoJSON or TXT.");
}

static enum status find_program(char *path, size_t size, struct error *e)
{
    char found[PATH_MAX];
    if (!find_beside_library(found) && !find_in_path(found))
        return fail_missing(e);
    snprintf(path, size, "%s", found);
    return STATUS_OK;
}

const struct child_reader api_reader = {.find = find_program};

void api_reader_init(struct hx_checker *c)
{
    c->reader = api_reader;
    c->worker.reader = &c->reader;
}

enum hx_result hx_checker_reader(struct hx_checker *checker, const char *program, struct hx_error *e)
{
    API_NEED(checker, e);
    struct error why = {.status = STATUS_OK};
    enum status s = STATUS_OK;
    if (program && (!is_program(program) || strlen(program) >= sizeof checker->program)) {
        error_zh(&why, "“%.300s”不是可以运行的程序。", program);
        s = error_fail(&why, STATUS_NOT_FOUND, "reader-missing", "\"%.300s\" is no program that can be run.",
                       program);
    }
    if (!s) {
        snprintf(checker->program, sizeof checker->program, "%s", program ? program : "");
        checker->reader.program = program ? checker->program : NULL;
    }
    return api_result(s, &why, e);
}

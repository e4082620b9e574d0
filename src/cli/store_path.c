#include "cli/store_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOCAL_STORE "data/hongxian.sqlite"

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool take(char path[STORE_PATH_SIZE], const char *folder, const char *rest)
{
    int n = snprintf(path, STORE_PATH_SIZE, "%s%s", folder, rest);
    return n > 0 && n < STORE_PATH_SIZE;
}

/* Where the desktop keeps a user's data; without a home folder there is no such place. */
static bool take_users(char path[STORE_PATH_SIZE])
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && *data)
        return take(path, data, "/hongxian/hongxian.sqlite");
    return home && *home && take(path, home, "/.local/share/hongxian/hongxian.sqlite");
}

enum status store_path_find(const char *asked, char path[STORE_PATH_SIZE], struct error *e)
{
    const char *from_environment = getenv("HONGXIAN_STORE");
    if (asked && *asked && take(path, asked, ""))
        return STATUS_OK;
    if (!asked && from_environment && *from_environment && take(path, from_environment, ""))
        return STATUS_OK;
    if (!asked && exists(LOCAL_STORE) && take(path, LOCAL_STORE, ""))
        return STATUS_OK;
    if (!asked && take_users(path) && exists(path))
        return STATUS_OK;
    error_zh(e,
             "没有找到数据文件。先建一个并载入数据：hongxian init %s，hongxian import --store %s --geodata "
             "geodata；"
             "或用 --store、环境变量 HONGXIAN_STORE 指明。",
             LOCAL_STORE, LOCAL_STORE);
    return error_fail(
        e, STATUS_NOT_FOUND, "no-store",
        "There is no store. Make one and load data: hongxian init %s, hongxian import --store %s --geodata "
        "geodata; or name one with --store or HONGXIAN_STORE.",
        LOCAL_STORE, LOCAL_STORE);
}

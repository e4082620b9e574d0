#include "jobs/folder.h"

#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- folders ---- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    (void)remove(path);
    return 0; /* whatever stays is swept next time */
}

void job_folder_remove(const char *path)
{
    if (*path)
        (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void beside_store(const char *store_path, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s.jobs", JOB_PATH_SIZE - 64, store_path);
}

static void among_temporary(char path[JOB_PATH_SIZE])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(path, JOB_PATH_SIZE, "%.2000s/hongxian-jobs-%ld", tmp && *tmp == '/' ? tmp : "/tmp",
             (long)geteuid());
}

/* A folder of ours that nobody else can have put there. */
static bool is_own(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

static int lock_of(const char *path, int flags)
{
    char name[JOB_PATH_SIZE];
    snprintf(name, sizeof name, "%.*s/lock", JOB_PATH_SIZE - 16, path);
    int fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void sweep(const char *root)
{
    DIR *dir = is_own(root) ? opendir(root) : NULL;
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        char path[JOB_PATH_SIZE];
        if (strncmp(d->d_name, "server-", 7) != 0)
            continue;
        snprintf(path, sizeof path, "%.*s/%.200s", JOB_PATH_SIZE - 256, root, d->d_name);
        int lock = lock_of(path, 0);
        if (lock < 0)
            continue;
        job_folder_remove(path);
        close(lock);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(root); /* when nothing is left in it */
}

void job_folder_sweep(const char *store_path)
{
    char root[JOB_PATH_SIZE];
    beside_store(store_path, root);
    sweep(root);
    among_temporary(root);
    sweep(root);
}

static bool make_in(struct job_folder *f, const char *root)
{
    (void)mkdir(root, 0700);
    if (!is_own(root))
        return false;
    snprintf(f->path, sizeof f->path, "%.*s/server-XXXXXX", JOB_PATH_SIZE - 64, root);
    if (mkdtemp(f->path)) {
        f->lock = lock_of(f->path, O_CREAT);
        if (f->lock >= 0)
            return true;
        job_folder_remove(f->path);
    }
    f->path[0] = '\0';
    (void)rmdir(root);
    return false;
}

enum status job_folder_make(struct job_folder *f, const char *store_path, struct error *e)
{
    char root[JOB_PATH_SIZE], temporary[JOB_PATH_SIZE];
    if (f->path[0])
        return STATUS_OK;
    beside_store(store_path, root);
    among_temporary(temporary);
    return make_in(f, root) || make_in(f, temporary)
               ? STATUS_OK
               : error_errno(e, "建立任务文件夹", "Making the folder of background jobs", root);
}

enum status job_folder_add(const struct job_folder *f, char path[JOB_PATH_SIZE], struct error *e)
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/job-XXXXXX", JOB_PATH_SIZE - 64, f->path);
    if (mkdtemp(path))
        return STATUS_OK;
    enum status s = error_errno(e, "建立任务文件夹", "Making the folder of a background job", path);
    path[0] = '\0';
    return s;
}

void job_folder_close(struct job_folder *f)
{
    if (!f->path[0])
        return;
    job_folder_remove(f->path);
    char *slash = strrchr(f->path, '/');
    *slash = '\0';
    (void)rmdir(f->path); /* the root, when no other server uses it */
    close(f->lock);
    f->path[0] = '\0';
}

/* ---- names ---- */

static const char *ending_of(const char *name)
{
    static const char *const known[] = {".gpkg", ".geojson", ".json", ".geojsonl", ".geojsons", ".txt",
                                        ".csv",  ".wkt",     ".zip",  ".kml",      ".kmz",      ".dxf",
                                        ".fgb",  ".sqlite",  ".tab",  ".mif",      ".ndjson",   ".jsonl"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(dot, known[i]) == 0)
            return known[i];
    return NULL;
}

static const char *ending_by_bytes(const char *head, size_t n)
{
    size_t i = n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < n && strchr(" \t\r\n", head[i]) && head[i])
        i++;
    if (n >= 15 && memcmp(head, "SQLite format 3", 15) == 0)
        return ".gpkg";
    if (n >= 4 && memcmp(head, "PK\3\4", 4) == 0)
        return ".zip";
    if (n >= 7 && memcmp(head, "fgb\3fgb", 7) == 0)
        return ".fgb";
    if (i < n && head[i] == '{')
        return ".geojson";
    return i < n && head[i] == '<' ? ".kml" : ".txt";
}

void job_file_name(const char *asked, const char *head, size_t n_head, char name[JOB_NAME_SIZE])
{
    enum { ROOM = JOB_NAME_SIZE - 16 };
    const char *from = asked ? asked : "";
    for (const char *c = from; *c; c++)
        if (*c == '/' || *c == '\\')
            from = c + 1;
    from += strspn(from, ". ");
    const char *known = ending_of(from), *end = known ? known : ending_by_bytes(head, n_head);
    size_t n = strlen(from) - (known ? strlen(known) : 0);
    n = n > ROOM ? text_cut(from, ROOM) : n;
    for (size_t i = 0; i < n; i++) /* what GDAL, a shell or a log could take for something else */
        name[i] = (unsigned char)from[i] < 0x20 || strchr("\x7F{}:*?\"<>|", from[i]) ? '_' : from[i];
    snprintf(name + n, JOB_NAME_SIZE - n, "%s%s", n ? "" : "parcels", end);
}

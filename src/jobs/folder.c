#include "jobs/folder.h"

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOB_PREFIX "job-"

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

void job_folder_clear(const char *path, const char *const kept[])
{
    DIR *dir = *path ? opendir(path) : NULL;
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        char inside[JOB_PATH_SIZE];
        size_t k = 0;
        while (kept[k] && strncmp(d->d_name, kept[k], strlen(kept[k])) != 0)
            k++;
        if (kept[k] || strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        snprintf(inside, sizeof inside, "%.*s/%.255s", JOB_PATH_SIZE - 260, path, d->d_name);
        job_folder_remove(inside);
    }
    if (dir)
        closedir(dir);
}

static void root_of(const char *store_path, enum job_place place, char path[JOB_PATH_SIZE])
{
    const char *tmp = getenv("TMPDIR");
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    if (place == JOB_BESIDE) {
        snprintf(path, JOB_PATH_SIZE, "%.*s.jobs", JOB_PATH_SIZE - 64, store_path);
        return;
    }
    sha256_of_bytes(store_path, strlen(store_path), digest);
    sha256_to_hex(digest, hex);
    snprintf(path, JOB_PATH_SIZE, "%.2000s/hongxian-jobs-%ld-%.16s", tmp && *tmp == '/' ? tmp : "/tmp",
             (long)geteuid(), hex);
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

static void move_job(const char *path, const char *id, void *user)
{
    char to[JOB_PATH_SIZE];
    snprintf(to, sizeof to, "%.*s/" JOB_PREFIX "%s", JOB_PATH_SIZE - 64, (const char *)user, id);
    (void)rename(path, to); /* an id is met once */
}

void job_folder_find(struct job_folder *f, const char *store_path, enum job_place place)
{
    char root[JOB_PATH_SIZE];
    root_of(store_path, place, root);
    DIR *dir = is_own(root) ? opendir(root) : NULL;
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        struct job_folder left = {.lock = -1};
        if (strncmp(d->d_name, "server-", 7) != 0)
            continue;
        snprintf(left.path, sizeof left.path, "%.*s/%.200s", JOB_PATH_SIZE - 256, root, d->d_name);
        left.lock = is_own(left.path) ? lock_of(left.path, O_CREAT) : -1;
        if (left.lock < 0)
            continue;
        if (!f->path[0]) {
            *f = left;
            continue;
        }
        job_folder_each(&left, move_job, f->path);
        job_folder_close(&left);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(root); /* when nothing is left in it */
}

static bool make_in(struct job_folder *f, const char *root)
{
    (void)mkdir(root, 0700);
    if (!is_own(root))
        return false;
    snprintf(f->path, sizeof f->path, "%.*s/server-XXXXXX", JOB_PATH_SIZE - 64, root);
    if (mkdtemp(f->path)) {
        f->lock = lock_of(f->path, O_CREAT);
        if (f->lock >= 0 && !file_sync_folder(f->path, NULL) && !file_sync_folder(root, NULL))
            return true;
        if (f->lock >= 0)
            close(f->lock);
        f->lock = -1;
        job_folder_remove(f->path);
    }
    f->path[0] = '\0';
    (void)rmdir(root);
    return false;
}

enum status job_folder_make(struct job_folder folders[JOB_PLACES], const char *store_path,
                            const struct job_folder **out, struct error *e)
{
    char root[JOB_PATH_SIZE];
    for (int place = 0; place < JOB_PLACES; place++) {
        root_of(store_path, (enum job_place)place, root);
        if (folders[place].path[0] ? access(folders[place].path, W_OK | X_OK) == 0
                                   : make_in(&folders[place], root)) {
            *out = &folders[place];
            return STATUS_OK;
        }
    }
    root_of(store_path, JOB_BESIDE, root);
    return error_errno(e, "建立任务文件夹", "Making the folder of background jobs", root);
}

static bool make_id(char id[JOB_ID_SIZE])
{
    unsigned char bytes[(JOB_ID_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

enum status job_folder_add(const struct job_folder *f, char path[JOB_PATH_SIZE], char id[JOB_ID_SIZE],
                           struct error *e)
{
    if (make_id(id)) {
        snprintf(path, JOB_PATH_SIZE, "%.*s/" JOB_PREFIX "%s", JOB_PATH_SIZE - 64, f->path, id);
        if (mkdir(path, 0700) == 0)
            return STATUS_OK;
    }
    enum status s = error_errno(e, "建立任务文件夹", "Making the folder of a background job", f->path);
    path[0] = '\0';
    return s;
}

void job_folder_each(const struct job_folder *f, job_folder_fn *fn, void *user)
{
    const size_t n = sizeof JOB_PREFIX - 1;
    DIR *dir = f->path[0] ? opendir(f->path) : NULL;
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        char path[JOB_PATH_SIZE];
        if (strncmp(d->d_name, JOB_PREFIX, n) != 0)
            continue;
        snprintf(path, sizeof path, "%.*s/%.200s", JOB_PATH_SIZE - 256, f->path, d->d_name);
        if (strlen(d->d_name) - n == JOB_ID_SIZE - 1)
            fn(path, d->d_name + n, user);
        else /* an earlier version's, which kept none */
            job_folder_remove(path);
    }
    if (dir)
        closedir(dir);
}

static void note_job(const char *path, const char *id, void *user)
{
    (void)path, (void)id;
    *(bool *)user = true;
}

void job_folder_close(struct job_folder *f)
{
    bool used = false;
    if (!f->path[0])
        return;
    job_folder_each(f, note_job, &used);
    if (!used) {
        job_folder_remove(f->path);
        *strrchr(f->path, '/') = '\0';
        (void)rmdir(f->path); /* the root, when no other server uses it */
    }
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

#include "base/temporary_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "hongxian-tmp-"
enum { YOUNG_S = 60 }; /* it may have been made a moment ago and not be locked yet */

static const char *parent(void)
{
    const char *base = getenv("TMPDIR");
    return base && *base ? base : "/tmp";
}

/* `lock` is the folder; it is closed. */
static void empty_and_remove(const char *path, int lock)
{
    DIR *dir = fdopendir(lock);
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir))
        (void)unlinkat(lock, d->d_name, 0);
    if (dir)
        closedir(dir);
    else
        close(lock);
    (void)rmdir(path);
}

/* Ours by its owner, in no use by its lock. */
static void remove_if_left(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    bool left = fstat(fd, &st) == 0 && st.st_uid == geteuid() && time(NULL) - st.st_mtime > YOUNG_S &&
                flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (left)
        empty_and_remove(path, fd);
    else
        close(fd);
}

static void sweep(void)
{
    char path[512];
    DIR *dir = opendir(parent());
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir))
        if (strncmp(d->d_name, PREFIX, strlen(PREFIX)) == 0 &&
            snprintf(path, sizeof path, "%s/%s", parent(), d->d_name) < (int)sizeof path)
            remove_if_left(path);
    if (dir)
        closedir(dir);
}

enum status temporary_folder_make(struct temporary_folder *f, struct error *e)
{
    f->lock = -1;
    sweep();
    bool fits = snprintf(f->path, sizeof f->path, "%s/" PREFIX "XXXXXX", parent()) < (int)sizeof f->path;
    if (!fits || !mkdtemp(f->path))
        return error_errno(e, "建立临时文件夹", "Making a temporary folder", f->path);
    f->lock = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->lock >= 0 && flock(f->lock, LOCK_EX) == 0)
        return STATUS_OK;
    enum status s = error_errno(e, "锁定临时文件夹", "Locking the temporary folder", f->path);
    temporary_folder_remove(f);
    return s;
}

void temporary_folder_remove(struct temporary_folder *f)
{
    if (f->lock >= 0)
        empty_and_remove(f->path, f->lock);
    else
        (void)rmdir(f->path);
    f->lock = -1;
}

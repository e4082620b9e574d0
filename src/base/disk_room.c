#include "base/disk_room.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum status disk_room_of(uint64_t bytes, const char *what_zh, const char *what_en, struct error *e)
{
    double mb = (double)bytes / (1 << 20);
    if (bytes < DISK_FULL_BYTES) {
        error_zh(e, "%s所在的磁盘已满（只剩 %.1f MB），记录可能存不下；请清理磁盘。", what_zh, mb);
        return error_fail(
            e, STATUS_IO, "disk-full",
            "The disk of %s is full (%.1f MB are left), and records may not be kept; make room.", what_en,
            mb);
    }
    if (bytes < DISK_LOW_BYTES) {
        error_zh(e, "%s所在的磁盘快满了（只剩 %.0f MB），导入、批量任务或备份可能放不下；请清理磁盘。",
                 what_zh, mb);
        return error_fail(
            e, STATUS_IO, "disk-low",
            "The disk of %s is nearly full (%.0f MB are left): an import, a job or a backup may not fit; "
            "make room.",
            what_en, mb);
    }
    return STATUS_OK;
}

enum status disk_room(const char *folder, const char *what_zh, const char *what_en, struct error *e)
{
    struct statvfs st;
    if (statvfs(folder, &st) != 0)
        return error_errno(e, "查看磁盘", "Looking at the disk of", what_en);
    if (st.f_flag & ST_RDONLY)
        return STATUS_OK;
    return disk_room_of((uint64_t)st.f_bavail * st.f_frsize, what_zh, what_en, e);
}

uint64_t disk_free_beside(const char *path)
{
    char folder[4096];
    struct statvfs st;
    const char *slash = strrchr(path, '/');
    int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    return n > 0 && n < (int)sizeof folder && statvfs(folder, &st) == 0 ? (uint64_t)st.f_bavail * st.f_frsize
                                                                        : 0;
}

/* What a job takes, by the kernel's own account of its processes, and whether that is too much.
 *
 * Measured and not set by setrlimit: those bounds are of one process, and a job has several; addresses, which
 * RLIMIT_AS bounds, say nothing of memory where indexes are mapped and GDAL reserves; and what is ended here
 * has a sentence. A job may take more between two looks; what that does to the machine is the kernel's
 * business, which takes the job before the server (confine_first_to_go). */
#include "jobs/jobs_parts.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESSES_MAX = 32768, DEPTH_MAX = 8 };

/* ---- processes ---- */

struct account {
    pid_t pid, parent;
    unsigned long long ticks; /* its children's that have ended among them */
};

static bool read_account(const char *name, struct account *out)
{
    char path[64], text[1024];
    unsigned long long own[2], ended[2];
    long parent;
    snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    const char *behind = strrchr(text, ')'); /* a program's name may be anything */
    if (!behind || sscanf(behind + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu",
                          &parent, &own[0], &own[1], &ended[0], &ended[1]) != 5)
        return false;
    *out =
        (struct account){(pid_t)strtol(name, NULL, 10), (pid_t)parent, own[0] + own[1] + ended[0] + ended[1]};
    return true;
}

static int64_t memory_of(pid_t pid)
{
    static const char *const counted[] = {"RssAnon:", "RssShmem:", "VmSwap:"};
    char path[64], line[128];
    int64_t kb = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
            if (strncmp(line, counted[i], strlen(counted[i])) == 0)
                kb += strtoll(line + strlen(counted[i]), NULL, 10);
    if (f)
        fclose(f);
    return kb * 1024;
}

/* All processes that there are, as of one look. */
static size_t read_all(struct account *all, size_t max)
{
    size_t n = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *d = dir ? readdir(dir) : NULL; d && n < max; d = readdir(dir))
        n += isdigit((unsigned char)d->d_name[0]) && read_account(d->d_name, &all[n]);
    if (dir)
        closedir(dir);
    return n;
}

/* Moves those that come from `root`, and it, to the front; how many they are. */
static size_t gather(struct account *all, size_t n, pid_t root)
{
    size_t found = 0, before = SIZE_MAX;
    while (found != before) { /* a process may stand before its parent */
        before = found;
        for (size_t i = found; i < n; i++) {
            bool ours = all[i].pid == root;
            for (size_t k = 0; k < found && !ours; k++)
                ours = all[k].pid == all[i].parent;
            if (!ours)
                continue;
            const struct account a = all[i];
            all[i] = all[found];
            all[found++] = a;
        }
    }
    return found;
}

/* ---- files ---- */

static int64_t bytes_in(const char *folder, int depth)
{
    int64_t sum = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        char path[JOB_PATH_SIZE];
        struct stat st;
        bool given = depth == 0 && (strcmp(d->d_name, "in") == 0 || strcmp(d->d_name, JOB_STATE_NAME) == 0);
        if (given || strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%.*s/%.255s", JOB_PATH_SIZE - 260, folder, d->d_name);
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
            sum += (int64_t)st.st_size;
        else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
            sum += bytes_in(path, depth + 1);
    }
    if (dir)
        closedir(dir);
    return sum;
}

void job_measure(pid_t root, const char *folder, struct job_use *out)
{
    struct account *all = malloc(PROCESSES_MAX * sizeof *all);
    size_t n = all ? gather(all, read_all(all, PROCESSES_MAX), root) : 0;
    unsigned long long ticks = 0;
    *out = (struct job_use){.output_bytes = bytes_in(folder, 0)};
    for (size_t i = 0; i < n; i++) {
        ticks += all[i].ticks;
        out->memory_bytes += memory_of(all[i].pid);
    }
    out->cpu_s = (double)ticks / (double)sysconf(_SC_CLK_TCK);
    free(all);
}

/* ---- too much ---- */

static enum status fail_over(const char *code, const char *limit, const char *zh, const char *en,
                             int64_t most, struct error *e)
{
    error_zh(e, "后台任务%s超过上限 %lld，已被终止，没有结果；请分批提交，或请管理员调大 serve --limit %s。",
             zh, (long long)most, limit);
    return error_fail(
        e, STATUS_TOO_LARGE, code,
        "The background job was ended without a result because it took more than %lld %s; send the file in "
        "parts, or have the operator raise serve --limit %s.",
        (long long)most, en, limit);
}

enum status job_within(const struct job_limits *l, const struct job_use *use, int64_t seconds,
                       struct error *e)
{
    if (use->cpu_s > (double)l->cpu_s)
        return fail_over("job-cpu-limit", "job-cpu-seconds", "所用处理器时间（秒）",
                         "seconds of processor time", l->cpu_s, e);
    if (seconds > l->seconds)
        return fail_over("job-time-limit", "job-seconds", "运行时间（秒）", "seconds", l->seconds, e);
    if (use->memory_bytes > l->memory_bytes)
        return fail_over("job-memory-limit", "job-memory-mb", "所用内存（MB）", "MB of memory",
                         l->memory_bytes >> 20, e);
    if (use->output_bytes > l->output_bytes)
        return fail_over("job-output-limit", "job-output-mb", "写出的文件（MB）", "MB of files",
                         l->output_bytes >> 20, e);
    return STATUS_OK;
}

int64_t job_kills_for_memory(void)
{
    char line[128];
    int64_t n = 0;
    FILE *f = fopen("/proc/vmstat", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "oom_kill ", 9) == 0)
            n = strtoll(line + 9, NULL, 10);
    if (f)
        fclose(f);
    return n;
}

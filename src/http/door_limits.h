/* Every bound of the front door and of background jobs, in one table: its name (as `serve --limit
 * NAME=VALUE` takes it), its value unless it is told, its least and greatest, its unit, and what it is.
 * Threads: pure. */
#ifndef HX_HTTP_DOOR_LIMITS_H
#define HX_HTTP_DOOR_LIMITS_H

#include "jobs/queue.h"

/* clang-format off */
#define DOOR_LIMITS(X) \
    X(CONNECTIONS, "connections", 512, 8, 4096, "", "同时的连接", "connections at a time") \
    X(PER_ADDRESS, "connections-per-address", 192, 1, 4096, "", \
      "其中一个地址的连接；加 --behind-proxy 时改为一个客户（X-Forwarded-For 的最后一个地址）同时的请求", \
      "of them of one address; with --behind-proxy instead requests at a time of one client (the last of X-Forwarded-For)") \
    X(RESERVE, "reserve", 32, 0, 4096, "", "其中只留给本机（127.0.0.1、::1）的连接", \
      "of them for this machine alone (127.0.0.1, ::1)") \
    X(HEADER_SECONDS, "header-seconds", 10, 1, 3600, "s", "请求头须在此时间内收齐", \
      "until a request's header is there") \
    X(IDLE_SECONDS, "idle-seconds", 30, 1, 3600, "s", "两个请求之间", "between two requests") \
    X(SLOW_SECONDS, "slow-seconds", 10, 1, 3600, "s", "速度低于下面两项达此时间即断开", \
      "a connection may be slower than the two rates below") \
    X(BODY_RATE, "body-rate", 1024, 0, 1000000000, "B/s", "发送正文的最低速度", "least rate at which a body is sent") \
    X(REPLY_RATE, "reply-rate", 1024, 0, 1000000000, "B/s", "接收答复的最低速度", "least rate at which an answer is read") \
    X(REQUEST_SECONDS, "request-seconds", 3600, 1, 86400, "s", "整个请求，从请求行到答复的最后一字节", \
      "a whole request, from its first line to the last byte of its answer") \
    X(BODIES_MB, "bodies-mb", 256, 1, 65536, "MB", "内存中全部正文之和", "bodies of all requests in memory") \
    X(STOP_SECONDS, "stop-seconds", 10, 0, 14, "s", "停止时等待进行中的请求", \
      "for requests under way when the server stops") \
    X(JOB_CPU_SECONDS, "job-cpu-seconds", 43200, 1, 2592000, "s", "一个后台任务及其子进程的处理器时间", \
      "of processor time, of a background job and its children") \
    X(JOB_SECONDS, "job-seconds", 86400, 1, 2592000, "s", "一个后台任务从开始到结束", \
      "from the start of a background job to its end") \
    X(JOB_MEMORY_MB, "job-memory-mb", 4096, 1, 1048576, "MB", "一个后台任务及其子进程的内存", \
      "of memory, of a background job and its children") \
    X(JOB_OUTPUT_MB, "job-output-mb", 2048, 1, 8192, "MB", "一个后台任务写的全部文件", \
      "of files that a background job writes") \
    X(JOB_USER_MB, "job-user-mb", 4096, 1, 1048576, "MB", "一个人的全部后台任务的上传文件和结果", \
      "of uploads and results of all background jobs of one person")
/* clang-format on */

#define DOOR_LIMIT_MEMBER(id, name, fallback, least, most, unit, zh, en) DOOR_##id,
enum door_limit { DOOR_LIMITS(DOOR_LIMIT_MEMBER) DOOR_N_LIMITS };

struct door_limits {
    long of[DOOR_N_LIMITS]; /* by enum door_limit */
};

struct door_limit_info {
    const char *name;
    long fallback, least, most;
    const char *unit, *zh, *en;
};

void door_limits_default(struct door_limits *l);
/* "header-seconds=5". The error names what there is. */
enum status door_limits_set(struct door_limits *l, const char *text, struct error *e) HX_MUST_CHECK;
/* Those of them that are of jobs. */
struct job_limits door_limits_of_jobs(const struct door_limits *l);
/* NULL beyond the last. */
const struct door_limit_info *door_limit_at(size_t i);

#endif

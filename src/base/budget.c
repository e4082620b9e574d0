#include "base/budget.h"

#include <time.h>

enum { ASKS_FOR_A_CLOCK = 64 };

static _Thread_local struct budget *current;

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void budget_begin(struct budget *b, double cpu_s, double wall_s, const atomic_bool *cancelled)
{
    *b = (struct budget){.cancelled = cancelled,
                         .cpu_s = cpu_s,
                         .began_cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID),
                         .outer = current};
    if (cpu_s > 0)
        b->ends_cpu_ns = b->began_cpu_ns + (int64_t)(cpu_s * 1e9);
    if (wall_s > 0)
        b->ends_ns = now_ns(CLOCK_MONOTONIC) + (int64_t)(wall_s * 1e9);
    current = b;
}

void budget_end(struct budget *b)
{
    current = b->outer;
}

double budget_took_s(const struct budget *b)
{
    return (double)(now_ns(CLOCK_THREAD_CPUTIME_ID) - b->began_cpu_ns) * 1e-9;
}

static bool is_cancelled(const struct budget *b)
{
    return b->cancelled && atomic_load_explicit(b->cancelled, memory_order_relaxed);
}

bool budget_is_over(void)
{
    struct budget *b = current;
    if (!b)
        return false;
    b->asked++;
    if (b->over || is_cancelled(b))
        return b->over = true;
    if (b->asks_max > 0 && b->asked >= b->asks_max)
        return b->over = true;
    if (b->asked % ASKS_FOR_A_CLOCK == 0)
        b->over = (b->ends_cpu_ns > 0 && now_ns(CLOCK_THREAD_CPUTIME_ID) > b->ends_cpu_ns) ||
                  (b->ends_ns > 0 && now_ns(CLOCK_MONOTONIC) > b->ends_ns);
    return b->over;
}

enum status budget_check(struct error *e)
{
    if (!budget_is_over())
        return STATUS_OK;
    if (is_cancelled(current)) {
        error_zh(e, "请求已取消，没有得出结果。");
        return error_fail(e, STATUS_TOO_LARGE, "cancelled", "The request was cancelled; there is no result.");
    }
    error_zh(e,
             "这项检查已超过一次请求所允许的时间（处理器%.0f秒），没有得出结果；请简化图形、分成几块，或作为"
             "后台任务提交。",
             current->cpu_s);
    return error_fail(
        e, STATUS_TOO_LARGE, "too-costly",
        "This check takes more than one request may (%.0f s of processor time), and has no result; "
        "simplify the figure, split it, or send it as a background job.",
        current->cpu_s);
}

enum status budget_too_costly(struct error *e, const char *zh, const char *en)
{
    error_zh(e, "%s；请简化图形，或分成几块。", zh);
    return error_fail(e, STATUS_TOO_LARGE, "too-costly", "%s; simplify the figure, or split it.", en);
}

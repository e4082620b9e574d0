#include "http/lanes.h"

#include <string.h>

static bool is(const char *value, const char *wanted)
{
    return !value || !*value || strcmp(value, wanted) == 0;
}

/* A report to be printed, a file of many parcels, a day whose versions must be loaded, a check that waits
 * its turn to be kept, a saved project of whatever size: all of these may take as long as anything. */
static bool is_quick_check(const struct request *rq)
{
    const char *format = request_query(rq, "format"), *day = request_query(rq, "as_of");
    return (is(format, "json") || is(format, "text")) && !(day && *day) && !request_query(rq, "keep") &&
           !request_query(rq, "project") && rq->body_size <= LANE_QUICK_BODY_BYTES;
}

enum route_need need_of(const struct route *route, struct request *rq)
{
    bool page = route->handler == handle_landing && landing_is_map(rq);
    if (route->handler == handle_web_file || route->handler == handle_live ||
        route->handler == handle_metrics || page)
        return NEEDS_NOTHING;
    return route->handler == handle_health || route->handler == handle_ready ? NEEDS_GLANCE : NEEDS_WORKER;
}

enum engine_lane lane_of(const struct route *route, const struct request *rq)
{
    bool check = route->handler == handle_check || route->handler == handle_check_text;
    static handler_fn *const quick_ones[] = {handle_jobs, handle_job, handle_recall, handle_recall_input};
    bool quick = check ? is_quick_check(rq) : route_is_kept(route);
    for (size_t i = 0; i < sizeof quick_ones / sizeof *quick_ones; i++)
        quick = quick || route->handler == quick_ones[i];
    return quick ? LANE_QUICK : LANE_SLOW;
}

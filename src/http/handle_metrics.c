/* GET /metrics: OpenMetrics 1.0, for a program that watches. Waits for nobody, and touches no store. */
#include "http/front_door.h"
#include "http/route.h"

#include "report/identity.h"

static void metric(struct buffer *b, const char *type, const char *name, const char *help)
{
    buffer_printf(b, "# TYPE hongxian_%s %s\n# HELP hongxian_%s %s\n", name, type, name, help);
}

static void gauge(struct buffer *b, const char *name, const char *help, unsigned long long value)
{
    metric(b, "gauge", name, help);
    buffer_printf(b, "hongxian_%s %llu\n", name, value);
}

static void counter(struct buffer *b, const char *name, const char *help, unsigned long long value)
{
    metric(b, "counter", name, help);
    buffer_printf(b, "hongxian_%s_total %llu\n", name, value);
}

static void write_requests(struct buffer *b, const struct request_counts *counts)
{
    metric(b, "counter", "requests",
           "Requests that ended, by the first digit of their status; 0: without an answer.");
    for (int i = 0; i < REQUEST_CLASSES; i++)
        buffer_printf(b, "hongxian_requests_total{class=\"%d\"} %lu\n", i, atomic_load(&counts->ended[i]));
    gauge(b, "requests_active", "Requests under way.", (unsigned long long)atomic_load(&counts->active));
}

static void write_workers(struct buffer *b, struct engine *en)
{
    struct engine_load l = engine_load(en);
    gauge(b, "workers", "Workers that there are.", l.workers);
    metric(b, "gauge", "workers_busy", "Workers at work, by lane.");
    buffer_printf(b, "hongxian_workers_busy{lane=\"slow\"} %zu\nhongxian_workers_busy{lane=\"quick\"} %zu\n",
                  l.slow, l.quick);
    metric(b, "gauge", "requests_waiting", "Requests that wait for a worker, by lane.");
    buffer_printf(
        b, "hongxian_requests_waiting{lane=\"slow\"} %zu\nhongxian_requests_waiting{lane=\"quick\"} %zu\n",
        l.waiting_slow, l.waiting_quick);
}

static void write_door(struct buffer *b, struct front_door *door)
{
    struct door_load l = door_load(door);
    gauge(b, "connections", "Connections.", l.connections);
    gauge(b, "body_bytes", "Bytes of bodies in memory.", l.bodies);
    counter(b, "connections_cut_slow", "Connections that were cut for slowness.", l.cut_slow);
    counter(b, "connections_gave_way", "Connections that gave way to a newcomer.", l.gave_way);
    counter(b, "connections_sent_away", "Connections and requests that were sent away with 503 or 429.",
            l.sent_away);
}

enum status handle_metrics(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    metric(&b, "info", "build", "The program.");
    buffer_printf(&b, "hongxian_build_info{version=\"%s\"} 1\n", report_engine_version());
    write_requests(&b, rq->counts);
    write_workers(&b, rq->engine);
    write_door(&b, rq->door);
    buffer_append_str(&b, "# EOF\n");
    enum status s = reply_buffer(reply, &b, "application/openmetrics-text; version=1.0.0; charset=utf-8", e);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

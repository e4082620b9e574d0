/* GET /metrics: OpenMetrics 1.0, for a program that watches. Waits for nobody, and touches no store. */
#include "base/log.h"
#include "http/front_door.h"
#include "http/pulse.h"
#include "http/request_counts.h"
#include "http/route.h"
#include "jobs/queue.h"
#include "report/identity.h"

#include <inttypes.h>
#include <string.h>

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
    metric(b, "histogram", "request_seconds",
           "What requests took, by the lane of workers; none: it needs no worker.");
    request_counts_write_durations(b, counts, "hongxian_request_seconds");
    metric(b, "counter", "checks", "Checks that were answered, by the verdict of the whole parcel.");
    for (int i = 0; i < REQUEST_VERDICTS; i++)
        buffer_printf(b, "hongxian_checks_total{verdict=\"%s\"} %lu\n", verdict_name((enum verdict)i),
                      atomic_load(&counts->checks[i]));
    counter(b, "sandbox_refusals", "Files of requests whose reading the sandbox ended or did not permit.",
            atomic_load(&counts->refused_by_sandbox));
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

static void write_jobs(struct buffer *b, struct job_queue *jobs)
{
    size_t n[JOB_STATES];
    job_queue_count(jobs, n);
    metric(b, "gauge", "jobs", "Background jobs that there are, by state.");
    for (size_t i = 0; i < JOB_STATES; i++)
        buffer_printf(b, "hongxian_jobs{state=\"%s\"} %zu\n", job_state_name(i), n[i]);
}

static void write_log(struct buffer *b)
{
    metric(b, "counter", "log_lines", "Lines that were written to the log, by level.");
    for (int i = 0; i < LOG_LEVELS; i++)
        buffer_printf(b, "hongxian_log_lines_total{level=\"%s\"} %llu\n", log_level_name((enum log_level)i),
                      log_count((enum log_level)i));
}

/* As it was at the server's latest look at itself. */
static void write_store(struct buffer *b, struct pulse *pulse)
{
    static const char *const states[] = {"ok", "degraded", "failed"};
    struct pulse_sample p = pulse_seen(pulse);
    metric(b, "stateset", "state", "What /health says.");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        buffer_printf(b, "hongxian_state{hongxian_state=\"%s\"} %d\n", states[i],
                      strcmp(states[i], p.state) == 0);
    gauge(b, "layers", "Layers that are served.", p.n_layers);
    if (p.n_records >= 0)
        gauge(b, "records", "The number of the last record that is kept.", (unsigned long long)p.n_records);
    gauge(b, "store_bytes", "The store's file and its journal.", p.store_bytes);
    gauge(b, "disk_free_bytes", "What is free on the store's disk.", p.disk_free_bytes);
    counter(b, "looks", "Looks of the server at itself.", p.looks);
    counter(b, "hangs", "Looks at which something did not answer.", p.hangs);
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
    write_jobs(&b, rq->jobs);
    write_log(&b);
    write_store(&b, rq->pulse);
    buffer_append_str(&b, "# EOF\n");
    enum status s = reply_buffer(reply, &b, "application/openmetrics-text; version=1.0.0; charset=utf-8", e);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

/* GET /jobs/{id}/results, and the results of a synchronous execution (OGC API - Processes). */
#include "http/access_gate.h"
#include "http/access_place.h"
#include "http/job_answer.h"
#include "http/processes.h"
#include "http/route.h"

#include "base/base64.h"
#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REL_RESULTS "http://www.opengis.net/def/rel/ogc/1.0/results"
enum { HREF_SIZE = LINK_BASE_SIZE + LINK_PATH_SIZE };

struct delivering {
    const struct request *rq;
    const char *id;
    struct links links;
    struct job_delivery delivery;
    struct error *error;
};

/* ---- a result by value ---- */

static enum status fail_large(const char *output, struct error *e)
{
    error_zh(
        e,
        "输出 %s 超过 %zu MB，不能写在回答里；请以 \"transmissionMode\": \"reference\" 提交，再从链接下载。",
        output, LIMIT_BODY_BYTES >> 20);
    return error_fail(
        e, STATUS_TOO_LARGE, "result-too-large",
        "The output %s is larger than %zu MB and cannot be written into the answer; ask for it with "
        "\"transmissionMode\": \"reference\", and download it from the link.",
        output, LIMIT_BODY_BYTES >> 20);
}

/* Appends it. */
static enum status read_result(const struct delivering *d, const struct job_wish *wish, struct buffer *out)
{
    struct job_result r = {.fd = -1};
    char piece[16384];
    ssize_t n = 0;
    enum status s = job_queue_result(d->rq->jobs, d->id, wish->format, &r, d->error);
    if (s)
        return s;
    if (r.size > (int64_t)LIMIT_BODY_BYTES)
        s = fail_large(wish->output, d->error);
    while (!s && ((n = read(r.fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            buffer_append(out, piece, (size_t)n);
    if (!s && n < 0)
        s = error_errno(d->error, "读取结果", "Reading the result", wish->output);
    close(r.fd);
    return s ? s : buffer_status(out, d->error);
}

/* qualifiedValue: JSON as it is, text as a string, all else as base64. */
static void write_value(struct json_writer *w, const char *format, const struct buffer *bytes)
{
    struct buffer text;
    const char *media = process_media(format);
    bool json = strcmp(format, "json") == 0 || strcmp(format, "geojson") == 0;
    bool binary = !json && strncmp(media, "text/", 5) != 0 && strcmp(format, "geojsonl") != 0;
    jw_object_begin(w);
    jw_kv_string(w, "mediaType", media);
    buffer_init(&text, 0);
    if (binary) {
        jw_kv_string(w, "encoding", "base64");
        base64_append(&text, bytes->data, bytes->size);
    }
    jw_key(w, "value");
    if (json)
        jw_raw(w, bytes->data ? bytes->data : "null", bytes->data ? bytes->size : 4);
    else
        jw_string(w, binary ? text.data : bytes->data ? bytes->data : "");
    buffer_carry(w->out, &text);
    buffer_release(&text);
    jw_object_end(w);
}

static enum status write_result(struct json_writer *w, const struct delivering *d,
                                const struct job_wish *wish)
{
    struct buffer bytes;
    char path[LINK_PATH_SIZE];
    enum status s = STATUS_OK;
    jw_key(w, wish->output);
    if (wish->by_reference) {
        snprintf(path, sizeof path, "/jobs/%s/result?format=%s", d->id, wish->format);
        link_write(w, &d->links, REL_RESULTS, process_media(wish->format), wish->output, path);
        return STATUS_OK;
    }
    buffer_init(&bytes, LIMIT_BODY_BYTES + 1);
    s = read_result(d, wish, &bytes);
    if (!s)
        write_value(w, wish->format, &bytes);
    buffer_release(&bytes);
    return s;
}

/* ---- the ways to answer ---- */

static enum status reply_document(const struct delivering *d, struct reply *reply)
{
    struct buffer b;
    struct json_writer w;
    enum status s = STATUS_OK;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    for (size_t i = 0; !s && i < d->delivery.n; i++)
        s = write_result(&w, d, &d->delivery.wishes[i]);
    jw_object_end(&w);
    return reply_json(reply, &b, s, "no-store", d->error);
}

static void href_of(const struct delivering *d, const struct job_wish *wish, char href[HREF_SIZE])
{
    snprintf(href, HREF_SIZE, "%s/jobs/%s/result?format=%s", d->links.base, d->id, wish->format);
}

/* No content, and a link to each. */
static enum status reply_links(const struct delivering *d, struct reply *reply)
{
    char href[HREF_SIZE], link[HREF_SIZE + 256];
    enum status s = reply_static(reply, "", 0, MEDIA_JSON, d->error);
    if (s)
        return s;
    reply->status = MHD_HTTP_NO_CONTENT;
    for (size_t i = 0; i < d->delivery.n; i++) {
        const struct job_wish *wish = &d->delivery.wishes[i];
        href_of(d, wish, href);
        snprintf(link, sizeof link, "<%s>; rel=\"" REL_RESULTS "\"; title=\"%s\"; type=\"%s\"", href,
                 wish->output, process_media(wish->format));
        reply_header(reply, MHD_HTTP_HEADER_LINK, link);
    }
    return STATUS_OK;
}

static enum status append_part(const struct delivering *d, const struct job_wish *wish, struct buffer *b)
{
    char href[HREF_SIZE];
    buffer_printf(b, "--hongxian-%s\r\nContent-ID: <%s>\r\nContent-Type: %s\r\n", d->id, wish->output,
                  process_media(wish->format));
    if (wish->by_reference) {
        href_of(d, wish, href);
        buffer_printf(b, "Content-Location: %s\r\n\r\n\r\n", href);
        return STATUS_OK;
    }
    buffer_append_str(b, "\r\n");
    enum status s = read_result(d, wish, b);
    buffer_append_str(b, "\r\n");
    return s;
}

/* RFC 2387. The id of the job, which nobody can guess, is what the parts are told apart by. */
static enum status reply_parts(const struct delivering *d, struct reply *reply)
{
    struct buffer b;
    char media[160];
    enum status s = STATUS_OK;
    snprintf(media, sizeof media, "multipart/related; boundary=\"hongxian-%s\"; type=\"%.*s\"", d->id,
             (int)strcspn(process_media(d->delivery.wishes[0].format), ";"),
             process_media(d->delivery.wishes[0].format));
    buffer_init(&b, 0);
    for (size_t i = 0; !s && i < d->delivery.n; i++)
        s = append_part(d, &d->delivery.wishes[i], &b);
    buffer_printf(&b, "--hongxian-%s--\r\n", d->id);
    if (!s)
        s = reply_buffer(reply, &b, media, d->error);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

/* ---- what was asked for ---- */

static bool has_format(const struct job_results *r, const char *format)
{
    for (size_t i = 0; r->formats[i]; i++)
        if (strcmp(r->formats[i], format) == 0)
            return true;
    return false;
}

/* Of each output the first format that there is; the files by reference. */
static void choose(const struct job_results *r, struct job_delivery *out)
{
    const struct process *p;
    const char *output, *format;
    *out = (struct job_delivery){.raw = false};
    if (process_find(r->is_check ? JOB_PROCESS_CHECK : job_process_of_audit(r->kind), &p, NULL))
        return;
    for (size_t i = 0; (output = process_output_at(p, i)) && out->n < JOB_WISHES_MAX; i++) {
        size_t f = 0;
        while ((format = process_format_at(p, output, f)) && !has_format(r, format))
            f++;
        if (format)
            out->wishes[out->n++] = (struct job_wish){output, format, strcmp(format, "json") != 0};
    }
}

enum status job_answer_results(const struct request *rq, const char *id, struct reply *reply, struct error *e)
{
    struct job_results r;
    struct delivering d = {.rq = rq, .id = id, .error = e};
    size_t n_references = 0;
    enum status s = job_queue_results(rq->jobs, id, &r, e);
    if (s)
        return s;
    links_of(rq, &d.links);
    d.delivery = r.delivery;
    if (!d.delivery.is_said)
        choose(&r, &d.delivery);
    for (size_t i = 0; i < d.delivery.n; i++)
        n_references += d.delivery.wishes[i].by_reference;
    if (!d.delivery.raw)
        return reply_document(&d, reply);
    if (n_references == d.delivery.n)
        return reply_links(&d, reply);
    return d.delivery.n == 1 ? job_answer_file(rq, id, d.delivery.wishes[0].format, reply, e)
                             : reply_parts(&d, reply);
}

enum status job_answer_document(const char *output, const char *format, const struct buffer *bytes,
                                struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, output);
    write_value(&w, format, bytes);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_job_results(struct request *rq, struct reply *reply, struct error *e)
{
    enum status s = access_job(rq, rq->params[0], e);
    if (!s)
        s = access_note(rq, "job-download", rq->params[0], "results", e);
    return s ? s : job_answer_results(rq, rq->params[0], reply, e);
}

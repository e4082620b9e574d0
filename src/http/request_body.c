#include "http/request_body.h"

#include "base/limits.h"
#include "jobs/queue.h"

#include <stdlib.h>

/* A body that is too large is read and thrown away for this much more, so that the client gets to read the
 * refusal instead of a broken connection; beyond, the connection is cut. */
#define DISCARD_BYTES (7 * LIMIT_BODY_BYTES)

void request_body_init(struct request_body *b, struct front_door *door, struct job_queue *jobs)
{
    *b = (struct request_body){.door = door, .jobs = jobs};
    buffer_init(&b->bytes, LIMIT_BODY_BYTES + 1);
}

void request_body_expect(struct request_body *b, bool is_wanted, bool spools)
{
    b->is_wanted = is_wanted;
    b->spools = spools;
    b->limit = spools ? LIMIT_UPLOAD_BYTES : LIMIT_BODY_BYTES;
}

void request_body_release(struct request_body *b)
{
    buffer_release(&b->bytes);
    buffer_init(&b->bytes, LIMIT_BODY_BYTES + 1);
    door_bytes_give(b->door, b->n_held);
    b->n_held = 0;
}

void request_body_end(struct request_body *b)
{
    request_body_release(b);
    job_upload_discard(b->upload);
    b->upload = NULL;
}

bool request_body_ends_early(struct request_body *b, struct MHD_Connection *connection, bool refused)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    unsigned long long length = text ? strtoull(text, NULL, 10) : 0;
    if (length <= b->limit && !refused)
        return false;
    b->too_large = length > b->limit;
    return length > (refused ? 0 : b->limit) + DISCARD_BYTES ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
}

/* After a failure the rest is read and thrown away, so that the client gets to read why. */
static void spool(struct request_body *b, const char *bytes, size_t n)
{
    enum status status = b->spoiled.status;
    if (!status && !b->upload)
        status = job_upload_begin(b->jobs, &b->upload, &b->spoiled);
    if (!status)
        status = job_upload_write(b->upload, bytes, n, &b->spoiled);
    if (status)
        request_body_end(b);
}

static void hold(struct request_body *b, const char *bytes, size_t n)
{
    if (door_bytes_take(b->door, n)) {
        b->n_held += n;
        buffer_append(&b->bytes, bytes, n);
        return;
    }
    b->crowded = true;
    request_body_end(b);
}

bool request_body_take(struct request_body *b, const char *bytes, size_t n)
{
    b->n_received += n;
    if (b->n_received > b->limit + DISCARD_BYTES)
        return false;
    if (b->n_received > b->limit && !b->too_large) {
        b->too_large = true;
        request_body_end(b);
    }
    if (!b->is_wanted || b->too_large)
        return true;
    if (b->spools)
        spool(b, bytes, n);
    else if (!b->crowded)
        hold(b, bytes, n);
    return true;
}

static enum status refuse_length(const struct request_body *b, struct error *e)
{
    if (b->spools)
        error_zh(e, "地块文件超过上限 %zu MB；请分批提交，或用命令行 hongxian audit parcels。",
                 b->limit >> 20);
    else
        error_zh(e, "地块文件超过上限 %zu MB；请用批量审查（上限 %zu MB），或分批检查。", b->limit >> 20,
                 LIMIT_UPLOAD_BYTES >> 20);
    return error_fail(e, STATUS_TOO_LARGE, "body-too-large",
                      "The parcel file exceeds the limit of %zu MB; %s.", b->limit >> 20,
                      b->spools ? "send it in parts, or use hongxian audit parcels at the command line"
                                : "send it to /jobs, which takes more, or check it in parts");
}

static enum status refuse_crowded(struct error *e)
{
    error_zh(
        e,
        "此刻各请求的正文合计已达上限，放不下这一个；请稍后再试，或请管理员调大 serve --limit bodies-mb。");
    return error_fail(
        e, STATUS_NO_MEMORY, "bodies-in-memory",
        "The bodies of all requests at this moment leave no room for this one; try again in a while, "
        "or have the operator raise serve --limit bodies-mb.");
}

/* What became of the body before anybody looks at it. */
enum status request_body_status(const struct request_body *b, struct error *e)
{
    if (b->too_large)
        return refuse_length(b, e);
    if (b->crowded)
        return refuse_crowded(e);
    if (b->spoiled.status) {
        *e = b->spoiled;
        return e->status;
    }
    return buffer_status(&b->bytes, e);
}

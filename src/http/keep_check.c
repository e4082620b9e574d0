#include "http/keep_check.h"

#include "http/access_place.h"
#include "http/record_writer.h"

#include <string.h>

static struct record_spec spec_of(const struct request *rq, const struct report_project *project)
{
    const char *officer = request_query(rq, "officer");
    /* who logged in is the officer, unless another name is given; the record has both */
    return (struct record_spec){.officer =
                                    (officer && *officer) || !*rq->caller.title ? officer : rq->caller.title,
                                .project = *project,
                                .input_name = project->source_file,
                                .input = {rq->body, rq->body_size}};
}

enum status keep_check_wanted(const struct request *rq, const struct report_project *project, bool *out,
                              struct error *e)
{
    const char *keep = request_query(rq, "keep");
    struct record_spec spec = spec_of(rq, project);
    *out = keep && strcmp(keep, "1") == 0;
    if (keep && *keep && !*out && strcmp(keep, "0") != 0) {
        error_zh(e, "keep 只能是 0 或 1。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter", "keep is 0 or 1.");
    }
    if (!*out)
        return STATUS_OK;
    enum status s = record_writer_may_write(rq, RIGHT_KEEP, e);
    return s ? s : record_spec_check(&spec, e);
}

enum status keep_check(struct request *rq, const struct report_project *project, struct report *r,
                       struct error *e)
{
    struct record_spec spec = spec_of(rq, project);
    enum status s = access_place_check(rq, r, e);
    return s ? s : record_writer_keep(rq, &spec, rq->worker->check.arena, r, e);
}

#include "http/access_place.h"

#include "check/places.h"
#include "jobs/queue.h"
#include "store/projects.h"
#include "store/store_records.h"

#include <string.h>

enum { NAMES_SIZE = 160 };

enum status access_place_check(const struct request *rq, const struct report *r, struct error *e)
{
    const char *const *places, *digits = access_digits(&rq->caller);
    char names[NAMES_SIZE];
    enum status s = report_places(r, rq->worker->check.arena, &places, e);
    if (s || places_have(places, digits))
        return s;
    report_places_outside(r, digits, names, sizeof names);
    error_zh(e, "地块不全在您的辖区（%s）内：%s；没有写入任何内容，请由该处或上级的人员办理。",
             rq->caller.unit, *names ? names : "按已载入的行政区界线，不能确定它全在其中");
    return error_fail(
        e, STATUS_FORBIDDEN, "outside-unit",
        "The parcels do not all lie in your unit (%s): %s; nothing was written. Somebody of that "
        "place, or of the level above, may.",
        rq->caller.unit, *names ? names : "the boundaries that are loaded do not show that they do");
}

enum status access_record(const struct request *rq, int64_t id, struct error *e)
{
    return store_record_seen(rq->worker->store, id, access_digits(&rq->caller), e);
}

enum status access_project(const struct request *rq, int64_t id, struct error *e)
{
    return store_project_seen(rq->worker->store, id, access_digits(&rq->caller), e);
}

static enum status find_other(const struct request *rq, const char *name, bool *other, struct error *e)
{
    struct store_project p;
    enum status s = store_project_read(rq->worker->store, name, rq->worker->check.arena, &p, e);
    if (!s)
        s = access_project(rq, p.id, e);
    else if (s == STATUS_NOT_FOUND)
        return STATUS_OK;
    *other = *other || s == STATUS_NOT_FOUND;
    return s == STATUS_NOT_FOUND ? STATUS_OK : s;
}

enum status access_project_free(const struct request *rq, const char *name, const char *code, struct error *e)
{
    bool other = false;
    enum status s = name && *name ? find_other(rq, name, &other, e) : STATUS_OK;
    if (!s && code && *code)
        s = find_other(rq, code, &other, e);
    if (s || !other)
        return s;
    error_zh(e, "这个项目名称或代码已用于您的辖区之外；请换一个。");
    return error_fail(e, STATUS_FORBIDDEN, "project-elsewhere",
                      "This name or code is that of a project outside your unit; choose another.");
}

const char *access_jobs_of(const struct request *rq)
{
    bool all = rq->caller.way == ACCESS_OPEN ||
               (access_may(&rq->caller, RIGHT_JOBS_OTHER) && access_is_whole(&rq->caller));
    return all ? NULL : rq->caller.name;
}

enum status access_job(const struct request *rq, const char *id, struct error *e)
{
    const char *owner = access_jobs_of(rq);
    return owner ? job_queue_owned(rq->jobs, id, owner, e) : STATUS_OK;
}

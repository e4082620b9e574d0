#include "http/request_options.h"

/* claim= any number of times, each one or more claims. */
struct claims_asked {
    struct arena *arena;
    struct saved_check *out;
    enum status status;
    struct error *error;
};

static bool claims_add(const char *text, void *user)
{
    struct claims_asked *c = user;
    c->status = claims_split(text, c->arena, c->out->claims, LINES_MAX, &c->out->options.n_claims, c->error);
    return c->status == STATUS_OK;
}

enum status request_check_options(struct request *rq, struct saved_check *out, struct error *e)
{
    struct arena *a = rq->worker->check.arena;
    const char *project_class = request_query(rq, "class");
    struct claims_asked claims = {a, out, STATUS_OK, e};
    *out = (struct saved_check){.claims = arena_array(a, LINES_MAX, sizeof *out->claims)};
    if (!out->claims)
        return error_no_memory(e);
    out->options.project_class = project_class && *project_class ? project_class : NULL;
    out->options.claims = out->claims;
    out->options.slivers = &out->slivers;
    request_query_each(rq, "claim", claims_add, &claims);
    enum status s = claims.status;
    if (!s)
        s = crs_of_option(request_query(rq, "crs"), false, &out->options.epsg, e);
    return s ? s : sliver_policy_of_text(request_query(rq, "slivers"), &out->slivers, e);
}

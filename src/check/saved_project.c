#include "check/saved_project.h"

#include "check/places.h"
#include "geo/crs/decide.h"

enum status saved_project_save(struct store *s, const struct store_project *p, const struct report *r,
                               int64_t replaces, struct arena *a, struct store_project *out, struct error *e)
{
    struct store_project whole = *p;
    int64_t id;
    whole.claims = claims_text(&r->claims, a);
    if (!whole.claims)
        return error_no_memory(e);
    enum status st = report_places(r, a, &whole.places, e);
    if (!st)
        st = store_project_save(s, &whole, replaces, &id, e);
    return st ? st : store_project_at(s, id, a, out, e);
}

enum status saved_project_ask(const struct store_project *p, struct arena *a, struct saved_check *out,
                              struct error *e)
{
    *out = (struct saved_check){.claims = arena_array(a, LINES_MAX, sizeof *out->claims)};
    out->options.project_class = *p->project_class ? p->project_class : NULL;
    out->options.claims = out->claims;
    out->options.slivers = &out->slivers;
    if (!out->claims)
        return error_no_memory(e);
    enum status st = crs_of_option(p->crs, false, &out->options.epsg, e);
    if (!st)
        st = sliver_policy_of_text(p->slivers, &out->slivers, e);
    return st ? st : claims_split(p->claims, a, out->claims, LINES_MAX, &out->options.n_claims, e);
}

enum status saved_project_alone(bool others, struct error *e)
{
    if (!others)
        return STATUS_OK;
    error_zh(e, "检查已保存的项目（--project，接口为 "
                "project=）时，文件、项目信息、类型、主张、坐标系和碎屑标准都是保存时的；"
                "请去掉这些参数，或另行保存（--save-project，接口为 POST /projects）。");
    return error_fail(e, STATUS_INVALID_INPUT, "project-alone",
                      "A saved project (--project; project= over HTTP) is checked as it was saved: its file, "
                      "names, class, claims, CRS and slivers. Leave those out, or save the project anew "
                      "(--save-project; POST /projects over HTTP).");
}

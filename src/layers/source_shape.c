/* A feature's geometry as a valid shape in EPSG:4490, by the one policy, or the reason why there is none. */
#include "layers/source_parts.h"

#include "geo/area.h"

#include <math.h>

static void refuse(struct source_feature *out, const struct error *why)
{
    out->state = SOURCE_REFUSED;
    out->fault = *why;
    out->shape = (struct geo_shape){0};
}

static void take(const struct policy_answer *a, struct source_feature *out)
{
    out->state = a->state == ACCEPTANCE_DISSOLVED  ? SOURCE_DISSOLVED
                 : a->state == ACCEPTANCE_REPAIRED ? SOURCE_REPAIRED
                                                   : SOURCE_VALID;
    out->fault = a->fault;
    out->shape = a->shape;
    out->area_m2 = a->area_m2;
    out->at_stake_m2 = a->at_stake_m2;
    if (a->n_empty && out->state == SOURCE_VALID) {
        out->state = SOURCE_DISSOLVED;
        error_zh(&out->fault, "有不足三个不同点的内环，已略去，面积不变。");
        (void)error_fail(&out->fault, STATUS_INVALID_INPUT, "empty-hole-dropped",
                         "A hole with fewer than three distinct points was left out; the area is unchanged.");
    }
}

enum status source_read_shape(struct source *s, const struct feature *f, struct source_feature *out,
                              struct error *e)
{
    struct policy_answer answer;
    struct error why = {0};
    out->place_deg[0] = out->place_deg[1] = NAN;
    if (f->fault) {
        refuse(out, f->fault);
        return STATUS_OK;
    }
    enum status st = f->schema ? feature_bind(&s->system, f->schema, NULL, &why) : STATUS_OK;
    if (!st && f->schema)
        st = feature_check_system(&s->system, f, &why);
    if (st) {
        refuse(out, &why);
        return STATUS_OK;
    }
    st = policy_take_wkb(&s->policy, f->wkb, f->n_wkb, &why);
    if (status_is_fault(st)) {
        refuse(out, &why);
        return STATUS_OK;
    }
    if (st) {
        if (e)
            *e = why;
        return st;
    }
    st = policy_accept(&s->policy, f->crs ? f->crs : &s->info.crs, s->feature, &answer, e);
    if (st)
        return st;
    out->place_deg[0] = answer.place_deg[0];
    out->place_deg[1] = answer.place_deg[1];
    if (answer.state == ACCEPTANCE_REFUSED)
        refuse(out, &answer.fault);
    else if (f->contradicts)
        refuse(out, f->contradicts);
    else
        take(&answer, out);
    return STATUS_OK;
}

#include "parcel/features.h"

#include "parcel/parsing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum status fail_conflict(struct parsing *p, int stated, int given)
{
    error_zh(p->error, "文件写明的坐标系是EPSG:%d，指定的是EPSG:%d；请核对，并去掉其中一个。", stated, given);
    return error_fail(p->error, STATUS_INVALID_INPUT, "crs-conflict",
                      "The file states EPSG:%d, and EPSG:%d was given; check, and drop one of them.", stated,
                      given);
}

/* The first coordinate often tells which zone it would be: part of the question, never an answer. */
static enum status fail_missing(struct parsing *p, const struct parcel_features *f)
{
    char hint_zh[160] = "", hint_en[160] = "";
    if (f->n > 0 &&
        policy_take_wkb(&p->policy, f->features[0].wkb, f->features[0].n_wkb, p->error) == STATUS_OK &&
        p->policy.rings.n > 0) {
        double x = p->policy.rings.x[0], y = p->policy.rings.y[0];
        int zone = x >= 25e6 && x < 46e6 ? (int)(x / 1e6) : 0;
        if (zone >= 25 && zone <= 45 && y >= 1e6 && y < 1e7) {
            snprintf(hint_zh, sizeof hint_zh, "东坐标%.0f像是三度带第%d带（EPSG:%d）。", x, zone,
                     4513 + zone - 25);
            snprintf(hint_en, sizeof hint_en, " The easting %.0f looks like 3-degree zone %d (EPSG:%d).", x,
                     zone, 4513 + zone - 25);
        }
    }
    const char *stated = parsing_short(p, f->crs_stated);
    bool unknown = stated && *stated;
    error_zh(p->error,
             "文件%s%s%s，无法确定位置。是什么坐标系？请补上（如.prj），或用crs选项指定，如EPSG:4490、EPSG:"
             "4525。%s",
             unknown ? "写的坐标系“" : "没有写明坐标系", unknown ? stated : "", unknown ? "”认不出" : "",
             hint_zh);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "crs-missing",
        "The file %s%s%s. Which CRS is it? Add one (a .prj), or give it as the option crs, such as "
        "EPSG:4490 or EPSG:4525.%s",
        unknown ? "names a CRS that is not known (" : "states no CRS", unknown ? stated : "",
        unknown ? ")" : "", hint_en);
}

static enum status decide_crs(struct parsing *p, const struct parcel_features *f, struct geo_crs *crs)
{
    int given = p->context->epsg, epsg = f->epsg ? f->epsg : given;
    if (f->epsg && given && f->epsg != given)
        return fail_conflict(p, f->epsg, given);
    if (!epsg)
        return fail_missing(p, f);
    enum status s = geo_crs_from_epsg(epsg, crs, p->error);
    if (s == STATUS_OK)
        p->set.crs_note =
            parsing_printf(p, "%s：EPSG:%d（%s）%s。", f->epsg ? "按文件写明的坐标系" : "按指定的坐标系",
                           epsg, crs->name, epsg == 4326 ? "，视同2000国家大地坐标系" : "");
    if (s == STATUS_OK)
        p->set.crs_note_en = parsing_printf(p, "The CRS %s: EPSG:%d (%s)%s.",
                                            f->epsg ? "that the file states" : "that was given", epsg,
                                            crs->name, epsg == 4326 ? ", treated as CGCS2000" : "");
    return s;
}

static enum status add_feature(struct parsing *p, const struct parcel_features *f, size_t i,
                               const struct geo_crs *crs)
{
    const struct parcel_feature *from = &f->features[i];
    struct parcel parcel = {.id = from->id, .name = from->name, .use = from->use, .crs = *crs};
    struct declared_area area = {NAN, AREA_UNIT_UNSAID};
    if (!*parcel.id)
        parcel.id = parsing_printf(p, "%zu", i + 1);
    if (!parcel.id)
        return error_no_memory(p->error);
    struct parsing_place place = {.number = i + 1, .id = parcel.id};
    enum status s = policy_take_wkb(&p->policy, from->wkb, from->n_wkb, p->error);
    if (s != STATUS_OK)
        return parsing_fail_in(p, s, place);
    parcel.delivered_points = (uint32_t)p->policy.rings.n;
    if (*from->area && !parsing_area_text(from->area, &area))
        area = (struct declared_area){NAN, AREA_UNIT_UNSAID};
    return parsing_add(p, &parcel, place, area);
}

enum status parcel_from_features(const struct parcel_context *c, const struct parcel_features *f,
                                 const void *bytes, size_t n, struct parcel_set *out, struct error *e)
{
    struct error error;
    struct parsing p;
    struct geo_crs crs;
    enum status s = parsing_begin(&p, c, &error);
    p.set.format = f->format;
    if (s == STATUS_OK)
        s = decide_crs(&p, f, &crs);
    for (size_t i = 0; s == STATUS_OK && i < f->n_warnings; i++)
        parsing_warn(&p, f->warnings[i].code, f->warnings[i].zh, f->warnings[i].en);
    for (size_t i = 0; s == STATUS_OK && i < f->n; i++)
        s = add_feature(&p, f, i, &crs);
    if (s == STATUS_OK)
        s = parsing_end(&p);
    parsing_release(&p);
    if (s != STATUS_OK) {
        if (e)
            *e = error;
        return s;
    }
    sha256_of_bytes(bytes, n, p.set.sha256);
    *out = p.set;
    return STATUS_OK;
}

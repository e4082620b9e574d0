/* Where data lie, compared with the administrative unit that they are of: to find the zone of eastings
 * without a prefix, and to refuse what lies elsewhere. */
#include "layers/source_parts.h"
#include "layers/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE = 500,
    FIRST_MERIDIAN = 75,
    LAST_MERIDIAN = 135,
    N_ZONES = (LAST_MERIDIAN - FIRST_MERIDIAN) / 3 + 1
};
#define REACH_M 20000.0 /* boundaries that are for reference only are kilometres off */
#define FITS 0.95
#define DOES_NOT_FIT 0.5

/* The middles of features' boxes, each with the unit that it should lie in. */
struct sample {
    double x[SAMPLE], y[SAMPLE];
    const struct unit *unit[SAMPLE];
    size_t n;
};

static const struct unit *unit_of(struct source *s, const struct source_request *r, const struct feature *f)
{
    if (r->unit)
        return units_bounded(r->units, r->unit);
    const char *code = source_bound_text(s, f, LAYER_COUNTY);
    const struct unit *u = *code ? units_bounded(r->units, code) : NULL;
    for (size_t i = 0; !u && i < r->units->n; i++)
        if (strcmp(r->units->list[i].level, "region") == 0 && r->units->list[i].shape.n_rings)
            u = &r->units->list[i];
    return u;
}

struct sample_walk {
    const struct source_request *request;
    struct sample *out;
};

static bool sample_one(struct source *s, const struct feature *f, void *user)
{
    struct sample_walk *w = user;
    struct sample *out = w->out;
    const struct unit *u = f->wkb ? unit_of(s, w->request, f) : NULL;
    if (!u || policy_take_wkb(&s->policy, f->wkb, f->n_wkb, NULL) != STATUS_OK || s->policy.rings.n == 0)
        return true;
    const struct ring_list *l = &s->policy.rings;
    struct geo_box box = geo_box_of(l->x, l->y, l->n);
    out->x[out->n] = (box.west_deg + box.east_deg) / 2;
    out->y[out->n] = (box.south_deg + box.north_deg) / 2;
    out->unit[out->n++] = u;
    return out->n < SAMPLE;
}

static enum status take_sample(struct source *s, const struct source_request *r, struct sample *out,
                               struct error *e)
{
    struct sample_walk w = {r, out};
    out->n = 0;
    return source_walk(s, 0, false, sample_one, &w, e);
}

static double share_in_place(struct source *s, const struct sample *sample, const struct geo_crs *crs)
{
    size_t in = 0;
    for (size_t i = 0; i < sample->n; i++) {
        double lon, lat;
        struct error ignored;
        if (geo_transformer_point(s->transformer, crs, sample->x[i], sample->y[i], &lon, &lat, &ignored) ==
            STATUS_OK)
            in += units_near(sample->unit[i], lon, lat, REACH_M);
    }
    return sample->n ? (double)in / (double)sample->n : 0;
}

static enum status ask_zone(const struct source_request *r, const struct sample *sample,
                            const double share[N_ZONES], struct error *e)
{
    char zones[200] = "";
    size_t n = 0;
    for (int i = 0; i < N_ZONES; i++)
        if (share[i] >= DOES_NOT_FIT && n < sizeof zones - 48)
            n += (size_t)snprintf(zones + n, sizeof zones - n, "%s%d → EPSG:%d", n ? ", " : "", 25 + i,
                                  4534 + i);
    const char *place = !sample->n ? "" : r->unit ? r->unit : sample->unit[0]->name;
    if (!*zones) {
        error_zh(e,
                 "“%s”没有写明坐标系，东坐标没有带号前缀，%s%s；是哪一带？请用 --crs 指明（三度带第 37 带为 "
                 "4546）。",
                 r->path,
                 sample->n ? "而没有一个三度带使数据落在其行政区内："
                           : "也不知道数据属于哪个行政区（可用 --unit 代码 说明）",
                 place);
        return error_fail(
            e, STATUS_INVALID_INPUT, "zone-missing",
            "\"%s\" states no CRS, its eastings have no zone prefix, and %s%s. Which zone is it? Say it with "
            "--crs (3-degree zone 37 is 4546).",
            r->path,
            sample->n ? "there is no zone in which the data lie in their unit: "
                      : "nothing says of which unit they are (--unit CODE would)",
            place);
    }
    error_zh(e,
             "“%s”没有写明坐标系，东坐标没有带号前缀，数据在几个三度带中都落在%s内（%s）；是哪一带？请用 "
             "--crs 指明。",
             r->path, place, zones);
    return error_fail(e, STATUS_INVALID_INPUT, "zone-missing",
                      "\"%s\" states no CRS, its eastings have no zone prefix, and the data would lie in %s "
                      "in more than one "
                      "zone (%s). Which zone is it? Say it with --crs.",
                      r->path, place, zones);
}

static enum status fail_no_boundary(const struct source_request *r, struct error *e)
{
    error_zh(e, "--unit %s：存储中没有这个行政区的界线，无法核对数据的位置；请先载入行政界线，或去掉该选项。",
             r->unit);
    return error_fail(
        e, STATUS_NOT_FOUND, "unit-without-boundary",
        "--unit %s: the store has no boundary of this unit to compare with; import boundaries first, or drop "
        "the option.",
        r->unit);
}

/* A 6-degree zone has the same coordinates as the 3-degree zone of its central meridian, so that the
 * latter are all. */
enum status source_zone_by_unit(struct source *s, const struct source_request *r, int *epsg, struct error *e)
{
    if (r->unit && (!r->units || !units_bounded(r->units, r->unit)))
        return fail_no_boundary(r, e);
    struct sample *sample = calloc(1, sizeof *sample);
    double share[N_ZONES] = {0};
    int fits = 0, possible = 0;
    if (!sample)
        return error_no_memory(e);
    enum status st = r->units ? take_sample(s, r, sample, e) : STATUS_OK;
    for (int i = 0; sample->n && i < N_ZONES; i++) {
        struct geo_crs crs;
        if (geo_crs_from_zone(3, 25 + i, false, &crs, NULL) == STATUS_OK)
            share[i] = share_in_place(s, sample, &crs);
        fits += share[i] >= FITS;
        possible += share[i] >= DOES_NOT_FIT;
        if (share[i] >= FITS)
            *epsg = crs.epsg;
    }
    if (!st && (fits != 1 || possible != 1))
        st = ask_zone(r, sample, share, e);
    free(sample);
    return st;
}

enum status source_check_unit(struct source *s, const struct source_request *r, struct error *e)
{
    if (!r->units || !units_bounded(r->units, r->unit))
        return fail_no_boundary(r, e);
    struct sample *sample = calloc(1, sizeof *sample);
    if (!sample)
        return error_no_memory(e);
    enum status st = take_sample(s, r, sample, e);
    double share = share_in_place(s, sample, &s->info.crs);
    bool elsewhere = sample->n && share < DOES_NOT_FIT;
    free(sample);
    if (st || !elsewhere)
        return st;
    error_zh(e,
             "“%s”按 %s（EPSG:%d）解读时，只有 %.0f%% 的图斑落在行政区 %s "
             "内或附近；请核对坐标系、带号和行政区代码。",
             r->path, s->info.crs.name, s->info.crs.epsg, 100 * share, r->unit);
    return error_fail(e, STATUS_INVALID_INPUT, "source-elsewhere",
                      "Read as %s (EPSG:%d), only %.0f%% of the features of \"%s\" lie in or near unit %s; "
                      "check the CRS, the "
                      "zone and the unit's code.",
                      s->info.crs.name, s->info.crs.epsg, 100 * share, r->path, r->unit);
}

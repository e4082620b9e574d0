/* Where data lie, compared with the administrative unit that they are of: to find the zone of eastings without a prefix, and to
 * refuse what lies elsewhere. */
#include "ingest/source_parts.h"
#include "ingest/units.h"

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

static const struct unit *unit_of(struct source *s, const struct source_request *r, OGRFeatureH f)
{
    if (r->unit)
        return units_bounded(r->units, r->unit);
    const char *code = source_field_text(s, f, s->binding.field[LAYER_COUNTY]);
    const struct unit *u = code && *code ? units_bounded(r->units, code) : NULL;
    for (size_t i = 0; !u && i < r->units->n; i++)
        if (strcmp(r->units->list[i].level, "region") == 0 && r->units->list[i].shape.n_rings)
            u = &r->units->list[i];
    return u;
}

static void take_sample(struct source *s, const struct source_request *r, struct sample *out)
{
    out->n = 0;
    OGR_L_ResetReading(s->layer);
    for (OGRFeatureH f; out->n < SAMPLE && (f = OGR_L_GetNextFeature(s->layer));) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        const struct unit *u = g && !OGR_G_IsEmpty(g) ? unit_of(s, r, f) : NULL;
        if (u) {
            OGREnvelope box;
            OGR_G_GetEnvelope(g, &box);
            out->x[out->n] = (box.MinX + box.MaxX) / 2;
            out->y[out->n] = (box.MinY + box.MaxY) / 2;
            out->unit[out->n++] = u;
        }
        OGR_F_Destroy(f);
        arena_reset(s->feature);
    }
    OGR_L_ResetReading(s->layer);
    s->guard.failure[0] = '\0'; /* what is wrong with the file is told by the reading that counts */
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

/* A 6-degree zone has the same coordinates as the 3-degree zone of its central meridian, so that the latter are all. */
enum status source_zone_by_unit(struct source *s, const struct source_request *r, int *epsg, struct error *e)
{
    if (r->unit && (!r->units || !units_bounded(r->units, r->unit)))
        return fail_no_boundary(r, e);
    struct sample *sample = calloc(1, sizeof *sample);
    double share[N_ZONES] = {0};
    int fits = 0, possible = 0;
    if (!sample)
        return error_no_memory(e);
    if (r->units)
        take_sample(s, r, sample);
    for (int i = 0; sample->n && i < N_ZONES; i++) {
        struct geo_crs crs;
        if (geo_crs_from_zone(3, 25 + i, false, &crs, NULL) == STATUS_OK)
            share[i] = share_in_place(s, sample, &crs);
        fits += share[i] >= FITS;
        possible += share[i] >= DOES_NOT_FIT;
        if (share[i] >= FITS)
            *epsg = crs.epsg;
    }
    enum status st = fits == 1 && possible == 1 ? STATUS_OK : ask_zone(r, sample, share, e);
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
    take_sample(s, r, sample);
    double share = share_in_place(s, sample, &s->info.crs);
    bool elsewhere = sample->n && share < DOES_NOT_FIT;
    free(sample);
    if (!elsewhere)
        return STATUS_OK;
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

#include "geo/crs/typed.h"

#include "geo/crs/decide.h"
#include "geo/crs/points.h"
#include "geo/crs/value.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ZONE3 = 25, LAST_ZONE3 = 45, MOST_VALUES = 6 };

static void skip_separators(const char **at)
{
    *at += strspn(*at, " \t\r\n,;/|()");
}

/* All of the text is values: two, or degrees and minutes (and seconds) of both. */
static bool read_pair(const char *text, struct crs_value pair[2])
{
    struct crs_value values[MOST_VALUES];
    size_t n = 0;
    const char *at = text;
    for (skip_separators(&at); *at; skip_separators(&at)) {
        if (n == MOST_VALUES || !crs_value_read(&at, &values[n]))
            return false;
        n++;
    }
    if (n == 4 || n == 6)
        return crs_value_sexagesimal(values, n / 2, &pair[0]) &&
               crs_value_sexagesimal(values + n / 2, n / 2, &pair[1]);
    memcpy(pair, values, 2 * sizeof *pair);
    return n == 2;
}

static enum crs_axes axes_of(const struct crs_value pair[2])
{
    if (pair[0].axis == 'N' || pair[1].axis == 'E')
        return CRS_AXES_NORTH_FIRST;
    return pair[0].axis == 'E' || pair[1].axis == 'N' ? CRS_AXES_EAST_FIRST : CRS_AXES_EITHER;
}

static bool lies_in(const struct geo_box *box, double lon_deg, double lat_deg)
{
    return lon_deg >= box->west_deg && lon_deg <= box->east_deg && lat_deg >= box->south_deg &&
           lat_deg <= box->north_deg;
}

static void try_zone(struct geo_transformer *t, int zone, double east, double north,
                     const struct geo_box *region, struct crs_typed *out)
{
    struct crs_typed_point p = {.lon_deg = 0};
    if (geo_crs_from_zone(3, zone, false, &p.crs, NULL) ||
        geo_transformer_point(t, &p.crs, east, north, &p.lon_deg, &p.lat_deg, NULL) ||
        !lies_in(region, p.lon_deg, p.lat_deg) || out->n == CRS_TYPED_MAX)
        return;
    snprintf(p.note_zh, sizeof p.note_zh, "没有带号；若为 3 度带 %d 带", zone);
    snprintf(p.note_en, sizeof p.note_en, "no zone number; if it is 3-degree zone %d", zone);
    out->at[out->n++] = p;
}

/* False: it is no easting without a zone, or by no zone in the region. */
static bool read_without_zone(struct geo_transformer *t, const double pair[2], const struct geo_box *region,
                              struct crs_typed *out)
{
    bool second = crs_kind_of(pair[0]) == CRS_KIND_NORTH && crs_kind_of(pair[1]) == CRS_KIND_EAST;
    double east = pair[second], north = pair[!second];
    if (crs_kind_of(east) != CRS_KIND_EAST || crs_kind_of(north) != CRS_KIND_NORTH || crs_zone_prefix(east))
        return false;
    for (int zone = FIRST_ZONE3; zone <= LAST_ZONE3; zone++)
        try_zone(t, zone, east, north, region, out);
    return out->n > 0;
}

static enum status decide(struct geo_transformer *t, const struct crs_value pair[2],
                          struct crs_typed_point *out, struct error *e)
{
    struct crs_question q = {.degrees = CRS_DEGREES_ASSUME, .axes = axes_of(pair)};
    struct crs_points points = {&pair[0].value, &pair[1].value, 1};
    struct crs_decision d;
    crs_points_extent(&points, &q);
    enum status s = crs_decide(&q, &d, e);
    if (s)
        return s;
    out->crs = d.crs;
    memcpy(out->note_zh, d.note_zh, sizeof out->note_zh);
    memcpy(out->note_en, d.note_en, sizeof out->note_en);
    return geo_transformer_point(t, &d.crs, pair[d.first_is_north].value, pair[!d.first_is_north].value,
                                 &out->lon_deg, &out->lat_deg, e);
}

enum status crs_typed_read(struct geo_transformer *t, const char *text, const struct geo_box *region,
                           struct crs_typed *out, struct error *e)
{
    char folded[CRS_TYPED_BYTES];
    struct crs_value pair[2];
    *out = (struct crs_typed){.is_point = false};
    if (strlen(text) >= sizeof folded)
        return STATUS_OK;
    snprintf(folded, sizeof folded, "%s", text);
    crs_fold_signs(folded);
    out->is_point = read_pair(folded, pair);
    if (!out->is_point || read_without_zone(t, (const double[]){pair[0].value, pair[1].value}, region, out))
        return STATUS_OK;
    out->n = 1;
    return decide(t, pair, &out->at[0], e);
}

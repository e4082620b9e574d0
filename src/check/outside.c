#include "check/outside.h"

#include "geo/crs/other_zones.h"
#include "geo/inner_point.h"

/* The readings that lie in a unit, as a list in each language. */
struct hint {
    const char *zh, *en;
    struct zone_elsewhere *zones;
    size_t n;
};

/* "锡林郭勒盟正蓝旗": the unit of each level that holds the point; "" when no unit of the largest does. */
static enum status place_of(struct check_worker *w, const struct snapshot *snapshot,
                            const struct crs_zone_reading *at, const char **zh, const char **en,
                            struct error *e)
{
    const double place_deg[] = {at->lon_deg, at->lat_deg};
    *zh = *en = "";
    const struct unit_layer *levels;
    size_t n = snapshot_units(snapshot, &levels);
    for (size_t i = 0; i < n; i++) {
        struct index_feature unit;
        enum status s = check_unit_in(w, levels[i].layer, place_deg, &unit, e);
        if (s)
            return s;
        if (i == 0 && !*unit.code && !*unit.name)
            return STATUS_OK;
        const char *name = *unit.name ? unit.name : unit.code;
        *en = arena_printf(w->arena, "%s%s%s", *en, **en && *name ? ", " : "", name);
        *zh = arena_printf(w->arena, "%s%s", *zh, name);
        if (!*zh || !*en)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static enum status add_reading(struct check_worker *w, const struct snapshot *snapshot,
                               const struct crs_zone_reading *at, struct hint *h, struct error *e)
{
    const char *zh, *en;
    const struct geo_crs *crs = &at->crs;
    enum status s = place_of(w, snapshot, at, &zh, &en, e);
    if (s || !*zh)
        return s;
    h->zh = arena_printf(w->arena, "%s%s按%d度带第%d带（中央经线%g°）计算则在%s境内", h->zh, h->n ? "；" : "",
                         crs->zone_width_deg, crs->zone, crs->central_meridian_deg, zh);
    h->en = arena_printf(w->arena, "%s%sas %d-degree zone %d (central meridian %g) it would lie in %s", h->en,
                         h->n ? "; " : "", crs->zone_width_deg, crs->zone, crs->central_meridian_deg, en);
    h->zones[h->n++] = (struct zone_elsewhere){*crs, zh};
    return h->zh && h->en ? STATUS_OK : error_no_memory(e);
}

/* All readings of one point inside the parcel, in the metres in which it was delivered. */
static enum status read_otherwise(struct check_worker *w, const struct snapshot *snapshot,
                                  const struct parcel *parcel, struct hint *h, struct error *e)
{
    const struct geo_box *b = &parcel->shape.box;
    double lon = (b->west_deg + b->east_deg) / 2, lat = (b->south_deg + b->north_deg) / 2, x, y;
    struct crs_zone_reading readings[CRS_ZONE_READINGS_MAX];
    (void)geo_inner_point(&parcel->shape, &lon, &lat);
    /* a point that cannot be brought back into the parcel's own zone has no other reading */
    if (geo_transformer_from_lonlat(w->transformer, &parcel->crs, lon, lat, &x, &y, NULL) != STATUS_OK)
        return STATUS_OK;
    size_t n = crs_other_zones(w->transformer, &parcel->crs, x, y, readings);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < n; i++)
        s = add_reading(w, snapshot, &readings[i], h, e);
    return s;
}

bool parcel_is_outside(const struct snapshot *snapshot, const struct parcel_report *r)
{
    const struct unit_layer *levels;
    return r->n_units == 0 && snapshot_units(snapshot, &levels) > 0 && !*levels->level->parent &&
           layer_is_measurable(levels->layer);
}

enum status outside_hint(struct check_worker *w, const struct snapshot *snapshot, struct parcel_report *r,
                         const char **zh, const char **en, struct error *e)
{
    const struct geo_crs *crs = &r->parcel->crs;
    struct hint h = {.zh = "", .en = ""};
    *zh = *en = NULL;
    if (!parcel_is_outside(snapshot, r))
        return STATUS_OK;
    if (crs->kind != GEO_CRS_GAUSS_KRUGER) {
        *zh = "地块在区外：不在所载行政区之内。坐标是经纬度，与带号无关；请核对坐标。";
        *en =
            "The parcel lies outside: in none of the units that are loaded. Its coordinates are degrees, so "
            "that no zone is in question; check the coordinates.";
        return STATUS_OK;
    }
    h.zones = arena_array(w->arena, CRS_ZONE_READINGS_MAX, sizeof *h.zones);
    enum status s = h.zones ? read_otherwise(w, snapshot, r->parcel, &h, e) : error_no_memory(e);
    if (s)
        return s;
    r->elsewhere = h.zones;
    r->n_elsewhere = h.n;
    const char *list_zh = "按其他各带计算也不在其内；请核对坐标本身",
               *list_en = "lie in none by any other zone either; check the coordinates themselves";
    if (h.n) {
        list_zh = arena_printf(w->arena, "%s%s（以地块内一点为准）；请核对带号，本次结论未因此改变",
                               crs->zone_prefix ? "（东坐标前缀换成该带的带号）" : "", h.zh);
        list_en = arena_printf(
            w->arena, "read otherwise%s: %s (by one point inside); check the zone, the answer is unchanged",
            crs->zone_prefix ? " (with that zone's number as the prefix of the eastings)" : "", h.en);
    }
    if (!list_zh || !list_en)
        return error_no_memory(e);
    *zh = arena_printf(w->arena,
                       "地块在区外：按%d度带第%d带（中央经线%g°）计算，不在所载行政区之内。同样的数字%s。",
                       crs->zone_width_deg, crs->zone, crs->central_meridian_deg, list_zh);
    *en = arena_printf(
        w->arena,
        "The parcel lies outside: as %d-degree zone %d (central meridian %g) it is in none of the units that "
        "are loaded. The same numbers %s.",
        crs->zone_width_deg, crs->zone, crs->central_meridian_deg, list_en);
    return *zh && *en ? STATUS_OK : error_no_memory(e);
}

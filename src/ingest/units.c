#include "ingest/units.h"

#include "geo/area.h"
#include "geo/wkb.h"
#include "store/store_units.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct units *units;
    struct arena *arena;
    struct geo_shape_builder builder;
    size_t capacity;
    enum status status;
    struct error *error;
};

static bool take_unit(const struct store_unit *row, void *user)
{
    struct reading *r = user;
    struct units *u = r->units;
    if (u->n == r->capacity) {
        r->status = STATUS_INTERNAL;
        return false;
    }
    struct unit *unit = &u->list[u->n];
    *unit = (struct unit){arena_strdup(r->arena, row->code),
                          arena_strdup(r->arena, row->name),
                          arena_strdup(r->arena, row->level),
                          {0}};
    r->status = unit->code && unit->name && unit->level ? STATUS_OK : error_no_memory(r->error);
    if (r->status == STATUS_OK && row->wkb_size)
        r->status = geo_wkb_read(row->wkb, row->wkb_size, &r->builder, r->error);
    if (r->status == STATUS_OK && row->wkb_size)
        r->status = geo_shape_builder_finish(&r->builder, r->arena, &unit->shape, r->error);
    if (r->status != STATUS_OK)
        return false;
    u->has_region |= strcmp(unit->level, "region") == 0 && unit->shape.n_rings > 0;
    u->n++;
    return true;
}

enum status units_read(struct store *s, struct arena *a, struct units *out, struct error *e)
{
    enum { MAX_UNITS = 20000 }; /* townships of a whole region fit */
    *out = (struct units){.list = arena_array(a, MAX_UNITS, sizeof *out->list)};
    if (!out->list)
        return error_no_memory(e);
    struct reading r = {.units = out, .arena = a, .capacity = MAX_UNITS, .error = e};
    geo_shape_builder_init(&r.builder);
    enum status st = store_units(s, take_unit, &r, e);
    geo_shape_builder_release(&r.builder);
    return st == STATUS_OK ? r.status : st;
}

/* Even-odd over all rings. */
static bool holds(const struct geo_shape *s, double lon, double lat)
{
    bool in = false;
    if (s->n_rings == 0 || lon < s->box.west_deg || lon > s->box.east_deg || lat < s->box.south_deg ||
        lat > s->box.north_deg)
        return false;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            double y0 = s->lat_deg[i], y1 = s->lat_deg[i + 1];
            if ((y0 > lat) == (y1 > lat))
                continue;
            double x = s->lon_deg[i] + (lat - y0) / (y1 - y0) * (s->lon_deg[i + 1] - s->lon_deg[i]);
            in ^= x < lon;
        }
    return in;
}

const struct unit *units_at(const struct units *u, double lon_deg, double lat_deg)
{
    for (size_t i = 0; i < u->n; i++)
        if (strcmp(u->list[i].level, "county") == 0 && holds(&u->list[i].shape, lon_deg, lat_deg))
            return &u->list[i];
    return NULL;
}

const struct unit *units_by_code(const struct units *u, const char *code)
{
    for (size_t i = 0; i < u->n; i++) {
        size_t n = strlen(u->list[i].code);
        if (strncmp(u->list[i].code, code, n < 6 ? n : 6) == 0 && (strlen(code) >= 6 || strlen(code) == n))
            return &u->list[i];
    }
    return NULL;
}

bool units_region_holds(const struct units *u, double lon_deg, double lat_deg)
{
    for (size_t i = 0; i < u->n; i++)
        if (strcmp(u->list[i].level, "region") == 0)
            return holds(&u->list[i].shape, lon_deg, lat_deg);
    return false;
}

/* The middle of the first ring's inner stretch at the height between its two lowest distinct heights would be exact but
 * sees slivers; the middle of the widest stretch at mid-height is what people would point at. */
void units_inner_point(const struct geo_shape *s, double *lon_deg, double *lat_deg)
{
    enum { MAX_CROSSINGS = 64 };
    double x[MAX_CROSSINGS], widest = -1;
    size_t n = 0;
    double lat = (s->box.south_deg + s->box.north_deg) / 2;
    *lon_deg = s->lon_deg[0];
    *lat_deg = s->lat_deg[0];
    for (uint32_t i = 0; i + 1 < s->n_vertices && n < MAX_CROSSINGS; i++) {
        double y0 = s->lat_deg[i], y1 = s->lat_deg[i + 1];
        bool ring_end = false;
        for (uint32_t r = 1; r < s->n_rings && !ring_end; r++)
            ring_end = s->ring_start[r] == i + 1;
        if (ring_end || (y0 > lat) == (y1 > lat))
            continue;
        double at = s->lon_deg[i] + (lat - y0) / (y1 - y0) * (s->lon_deg[i + 1] - s->lon_deg[i]);
        size_t k = n++;
        for (; k > 0 && x[k - 1] > at; k--)
            x[k] = x[k - 1];
        x[k] = at;
    }
    for (size_t i = 0; i + 1 < n; i += 2)
        if (x[i + 1] - x[i] > widest) {
            widest = x[i + 1] - x[i];
            *lon_deg = (x[i] + x[i + 1]) / 2;
            *lat_deg = lat;
        }
}

/* Eight points around stand in for the distance: boundaries for reference are themselves kilometres off. */
bool units_near(const struct unit *u, double lon_deg, double lat_deg, double reach_m)
{
    double north_m, east_m;
    geo_metres_per_degree(lat_deg, &north_m, &east_m);
    if (holds(&u->shape, lon_deg, lat_deg))
        return true;
    for (int dx = -1; dx <= 1; dx++)
        for (int dy = -1; dy <= 1; dy++)
            if (holds(&u->shape, lon_deg + dx * reach_m / east_m, lat_deg + dy * reach_m / north_m))
                return true;
    return false;
}

const struct unit *units_bounded(const struct units *u, const char *code)
{
    char tries[3][16];
    size_t n = strlen(code);
    if (n < 4 || n > 12)
        return NULL;
    snprintf(tries[0], sizeof tries[0], "%s", code);
    snprintf(tries[1], sizeof tries[1], "%.6s", code);
    snprintf(tries[2], sizeof tries[2], "%.4s00", code);
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < u->n; i++)
            if (u->list[i].shape.n_rings && strcmp(u->list[i].code, tries[k]) == 0)
                return &u->list[i];
    return NULL;
}

#include "layers/units.h"

#include "formats/wkb.h"
#include "geo/area.h"
#include "store/store_units.h"

#include <math.h>
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

/* ---- where a point is: edges in bands of latitude, so that a point looks at a few of them ---- */

static int band_of(const struct geo_box *box, double lat)
{
    double height = box->north_deg - box->south_deg;
    int band = height > 0 ? (int)((lat - box->south_deg) / height * UNIT_BANDS) : 0;
    return band < 0 ? 0 : band >= UNIT_BANDS ? UNIT_BANDS - 1 : band;
}

static void count_or_fill(struct unit *u, uint32_t *at)
{
    const struct geo_shape *s = &u->shape;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            int from = band_of(&s->box, fmin(s->lat_deg[i], s->lat_deg[i + 1]));
            int to = band_of(&s->box, fmax(s->lat_deg[i], s->lat_deg[i + 1]));
            for (int b = from; b <= to; b++) {
                if (u->band_edge)
                    u->band_edge[at[b]] = i;
                at[b]++;
            }
        }
}

static enum status make_bands(struct unit *u, struct arena *a, struct error *e)
{
    uint32_t at[UNIT_BANDS] = {0};
    u->band_start = arena_array(a, UNIT_BANDS + 1, sizeof *u->band_start);
    if (!u->band_start)
        return error_no_memory(e);
    count_or_fill(u, at);
    for (int b = 0; b < UNIT_BANDS; b++) {
        u->band_start[b + 1] = u->band_start[b] + at[b];
        at[b] = u->band_start[b];
    }
    u->band_edge = arena_array(a, u->band_start[UNIT_BANDS] + 1, sizeof *u->band_edge);
    if (!u->band_edge)
        return error_no_memory(e);
    count_or_fill(u, at);
    return STATUS_OK;
}

static bool take_unit(const struct store_unit *row, void *user)
{
    struct reading *r = user;
    struct units *u = r->units;
    if (u->n == r->capacity) {
        r->status = STATUS_INTERNAL;
        return false;
    }
    struct unit *unit = &u->list[u->n];
    *unit = (struct unit){.code = arena_strdup(r->arena, row->code),
                          .name = arena_strdup(r->arena, row->name),
                          .level = arena_strdup(r->arena, row->level)};
    r->status = unit->code && unit->name && unit->level ? STATUS_OK : error_no_memory(r->error);
    if (r->status == STATUS_OK && row->wkb_size)
        r->status = wkb_read(row->wkb, row->wkb_size, &r->builder, r->error);
    if (r->status == STATUS_OK && row->wkb_size)
        r->status = geo_shape_builder_finish(&r->builder, r->arena, &unit->shape, r->error);
    if (r->status != STATUS_OK)
        return false;
    if (unit->shape.n_rings)
        r->status = make_bands(unit, r->arena, r->error);
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
static bool holds(const struct unit *u, double lon, double lat)
{
    const struct geo_shape *s = &u->shape;
    bool in = false;
    if (s->n_rings == 0 || lon < s->box.west_deg || lon > s->box.east_deg || lat < s->box.south_deg ||
        lat > s->box.north_deg)
        return false;
    int band = band_of(&s->box, lat);
    for (uint32_t k = u->band_start[band]; k < u->band_start[band + 1]; k++) {
        uint32_t i = u->band_edge[k];
        double y0 = s->lat_deg[i], y1 = s->lat_deg[i + 1];
        if ((y0 > lat) == (y1 > lat))
            continue;
        double x = s->lon_deg[i] + (lat - y0) / (y1 - y0) * (s->lon_deg[i + 1] - s->lon_deg[i]);
        in ^= x < lon;
    }
    return in;
}

/* ---- by code ---- */

/* The first unit whose first `n` characters are not before those of `code`: a county comes before its
 * townships. */
static size_t first_from(const struct units *u, const char *code, size_t n)
{
    size_t from = 0, to = u->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (strncmp(u->list[mid].code, code, n) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

static const struct unit *exactly(const struct units *u, const char *code, size_t n)
{
    size_t i = first_from(u, code, n);
    bool is = i < u->n && strlen(u->list[i].code) == n && strncmp(u->list[i].code, code, n) == 0;
    return is ? &u->list[i] : NULL;
}

bool units_township_code(const char *code, char nine[10])
{
    size_t n = strlen(code);
    bool is = strspn(code, "0123456789") == n && (n == 9 || (n == 12 && strcmp(code + 9, "000") == 0));
    snprintf(nine, 10, "%.9s", is ? code : "");
    return is;
}

const struct unit *units_find(const struct units *u, const char *code, size_t n)
{
    char whole[16], nine[10];
    if (n >= sizeof whole)
        return NULL;
    snprintf(whole, sizeof whole, "%.*s", (int)n, code);
    return units_township_code(whole, nine) ? exactly(u, nine, 9) : exactly(u, whole, n);
}

const struct unit *units_by_code(const struct units *u, const char *code)
{
    return strlen(code) < 6 ? NULL : exactly(u, code, 6);
}

/* Only where the store knows townships of that county. */
static bool is_unknown_township(const struct units *u, const char *code)
{
    char nine[10];
    const struct unit *county = units_by_code(u, code);
    if (!county || !units_township_code(code, nine))
        return false;
    const struct unit *next = county + 1;
    bool listed = next < u->list + u->n && strcmp(next->level, "township") == 0;
    return listed && !exactly(u, nine, 9);
}

/* The county whose boundary, or one of whose townships' boundaries, holds a point; NULL: none is known to. */
static const struct unit *unit_at(const struct units *u, double lon_deg, double lat_deg)
{
    const struct unit *township = NULL;
    for (size_t i = 0; i < u->n; i++) {
        const struct unit *one = &u->list[i];
        bool is_county = strcmp(one->level, "county") == 0;
        if (!is_county && (township || strcmp(one->level, "township") != 0))
            continue;
        if (!holds(one, lon_deg, lat_deg))
            continue;
        if (is_county)
            return one;
        township = one;
    }
    return township ? units_by_code(u, township->code) : NULL;
}

static bool region_holds(const struct units *u, double lon_deg, double lat_deg)
{
    for (size_t i = 0; i < u->n; i++)
        if (strcmp(u->list[i].level, "region") == 0)
            return holds(&u->list[i], lon_deg, lat_deg);
    return false;
}

/* Eight points around stand in for the distance: boundaries for reference are themselves kilometres off. */
bool units_near(const struct unit *u, double lon_deg, double lat_deg, double reach_m)
{
    double north_m, east_m;
    geo_metres_per_degree(lat_deg, &north_m, &east_m);
    if (holds(u, lon_deg, lat_deg))
        return true;
    for (int dx = -1; dx <= 1; dx++)
        for (int dy = -1; dy <= 1; dy++)
            if (holds(u, lon_deg + dx * reach_m / east_m, lat_deg + dy * reach_m / north_m))
                return true;
    return false;
}

const struct unit *units_bounded(const struct units *u, const char *code)
{
    size_t n = strlen(code);
    char prefecture[8];
    if (n < 4 || n > 12)
        return NULL;
    snprintf(prefecture, sizeof prefecture, "%.4s00", code);
    const struct unit *tries[] = {exactly(u, code, n), n > 9 ? exactly(u, code, 9) : NULL,
                                  n > 6 ? exactly(u, code, 6) : NULL, exactly(u, prefecture, 6)};
    for (size_t k = 0; k < sizeof tries / sizeof *tries; k++)
        if (tries[k] && tries[k]->shape.n_rings)
            return tries[k];
    return NULL;
}

/* ---- where a feature belongs ---- */

#define REACH_M 20000.0

/* 150100 is a prefecture and 150000 the region: their zeros say nothing about a county. */
static size_t said_digits(const char *code)
{
    size_t n = strlen(code) < 6 ? strlen(code) : 6;
    while (n >= 2 && code[n - 1] == '0' && code[n - 2] == '0')
        n -= 2;
    return n;
}

/* OpenStreetMap puts the Mongolian name behind the Chinese one, after a space. Townships of one name are
 * in many counties. */
static const struct unit *by_name(const struct units *u, const char *name)
{
    const struct unit *found = NULL;
    size_t n = strcspn(name, " ");
    for (size_t i = 0; i < u->n; i++)
        if (strlen(u->list[i].name) == n && strncmp(u->list[i].name, name, n) == 0 &&
            strcmp(u->list[i].level, "township") != 0) {
            if (found)
                return NULL; /* two of one name */
            found = &u->list[i];
        }
    return found;
}

/* Nearness is asked for only where the code does not say what the place says already. */
static void compare_place(const struct units *u, const char *code, const struct unit *at, double lon,
                          double lat, struct unit_answer *out)
{
    bool same = at && strncmp(code, at->code, said_digits(code)) == 0;
    const struct unit *own = same ? NULL : units_bounded(u, code);
    out->far = own && !units_near(own, lon, lat, REACH_M);
    out->contradicts = at ? !same : out->far;
}

void units_locate(const struct units *u, const char *code, const char *name, double lon_deg, double lat_deg,
                  struct unit_answer *out)
{
    *out = (struct unit_answer){.county = code};
    if (u->n == 0)
        return;
    const struct unit *at = unit_at(u, lon_deg, lat_deg);
    const struct unit *named = *code || !name || !*name ? NULL : by_name(u, name);
    out->outside = u->has_region && !at && !region_holds(u, lon_deg, lat_deg);
    if (*code) {
        out->unknown = !units_by_code(u, code) || (!name && is_unknown_township(u, code));
        if (!out->unknown)
            compare_place(u, code, at, lon_deg, lat_deg, out);
    } else if (named) {
        out->by_name = true;
        out->county = named->code;
    } else if (at) {
        out->by_place = true;
        out->county = at->code;
    }
}

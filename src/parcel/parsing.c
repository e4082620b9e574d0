#include "parcel/parsing.h"

#include "base/limits.h"
#include "geo/area.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define M2_PER_HECTARE 10000.0
#define M2_PER_MU (10000.0 / 15.0)

/* Declared and measured areas that differ by more than this are worth a look. */
#define AREA_TOLERANCE 0.01

/* No parcel has a straight edge like this. */
#define EDGE_MAX_M 100000.0

/* Ids in order of text, for finding repeats without comparing every pair. */
static int compare_ids(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

static void warn_repeated_ids(struct parsing *p)
{
    size_t n = p->set.n_parcels;
    const char **ids = arena_array(p->context->arena, n, sizeof *ids);
    if (!ids) {
        p->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        ids[i] = p->set.parcels[i].id;
    qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(ids[i - 1], ids[i]) != 0 || (i > 1 && strcmp(ids[i - 2], ids[i]) == 0))
            continue;
        const char *id = parsing_short(p, ids[i]);
        parsing_warn(
            p, "parcel-id-repeated", parsing_printf(p, "地块编号“%s”出现了不止一次，结果中将难以区分。", id),
            parsing_printf(p, "Parcel id \"%s\" occurs more than once; results will be hard to tell apart.",
                           id));
    }
}

enum status parsing_end(struct parsing *p)
{
    warn_repeated_ids(p);
    parsing_check_overlaps(p);
    parsing_warn_rest(p);
    return p->no_memory ? error_no_memory(p->error) : STATUS_OK;
}

bool parsing_area_text(const char *text, struct declared_area *out)
{
    static const struct {
        const char *word;
        enum area_unit unit;
    } words[] = {{"", AREA_UNIT_UNSAID},     {"公顷", AREA_UNIT_HECTARE}, {"ha", AREA_UNIT_HECTARE},
                 {"hm2", AREA_UNIT_HECTARE}, {"hm²", AREA_UNIT_HECTARE},  {"平方米", AREA_UNIT_M2},
                 {"㎡", AREA_UNIT_M2},       {"m2", AREA_UNIT_M2},        {"m²", AREA_UNIT_M2},
                 {"平米", AREA_UNIT_M2},     {"亩", AREA_UNIT_MU}};
    size_t digits = strspn(text, "0123456789.");
    char *end;
    double value = strtod(text, &end);
    if (digits == 0 || end != text + digits || !isfinite(value))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(end, words[i].word) == 0) {
            *out = (struct declared_area){value, words[i].unit};
            return true;
        }
    }
    return false;
}

static bool close_to(double declared_m2, double measured_m2)
{
    return fabs(declared_m2 - measured_m2) <= AREA_TOLERANCE * measured_m2;
}

/* The rule says hectares, files say anything: an unsaid unit is the one that fits. Hectares when none does. */
static double settle_unit(struct parsing *p, struct declared_area d, double measured_m2,
                          struct parsing_place place)
{
    switch (d.unit) {
    case AREA_UNIT_HECTARE:
        return d.value * M2_PER_HECTARE;
    case AREA_UNIT_M2:
        return d.value;
    case AREA_UNIT_MU:
        return d.value * M2_PER_MU;
    case AREA_UNIT_UNSAID:
        break;
    }
    bool m2 = close_to(d.value, measured_m2);
    bool mu = close_to(d.value * M2_PER_MU, measured_m2);
    if (close_to(d.value * M2_PER_HECTARE, measured_m2) || (!m2 && !mu))
        return d.value * M2_PER_HECTARE;
    parsing_warn(p, "declared-area-unit",
                 parsing_printf(p, "%s：申报面积%g没有写单位，按数值判断为%s（规定单位是公顷）。", place.zh,
                                d.value, m2 ? "平方米" : "亩"),
                 parsing_printf(
                     p,
                     "%s: the declared area %g has no unit; by its size it is in %s (the rule is hectares).",
                     place.en, d.value, m2 ? "m²" : "mu"));
    return m2 ? d.value : d.value * M2_PER_MU;
}

static void settle_declared_area(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                                 struct declared_area d, double measured_m2)
{
    parcel->declared_area_m2 = NAN;
    if (!(d.value > 0))
        return;
    double m2 = settle_unit(p, d, measured_m2, place);
    parcel->declared_area_m2 = m2;
    if (close_to(m2, measured_m2))
        return;
    double percent = 100 * (m2 - measured_m2) / measured_m2;
    parsing_warn(
        p, "declared-area-differs",
        parsing_printf(
            p, "%s：申报面积%.2f平方米与坐标计算面积%.2f平方米相差%.1f%%，请核对坐标或面积（以坐标为准）。",
            place.zh, m2, measured_m2, percent),
        parsing_printf(
            p,
            "%s: the declared area %.2f m² differs from the %.2f m² of the coordinates by %.1f %%; "
            "check either (the coordinates are used).",
            place.en, m2, measured_m2, percent));
}

/* An officer looks for the fault in the file's own coordinates. */
static void append_grid_place(struct parsing *p, const struct geo_crs *crs, const double place_deg[2])
{
    struct error ignored;
    struct error *e = p->error;
    double x, y;
    if (crs->kind != GEO_CRS_GAUSS_KRUGER ||
        geo_transformer_from_lonlat(p->context->transformer, crs, place_deg[0], place_deg[1], &x, &y,
                                    &ignored) != STATUS_OK)
        return;
    struct error why = *e;
    error_zh(e, "%s（文件坐标：X(北)%.3f，Y(东)%.3f）", why.zh, y, x);
    (void)error_fail(e, why.status, why.code, "%s (in the file's grid: north %.3f, east %.3f)", why.en, y, x);
}

static enum status fail_empty(struct parsing *p)
{
    error_zh(p->error, "没有坐标，或图形没有面积；请提供至少一个由3个以上不同点围成的环。");
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "parcel-empty",
        "It has no coordinates or no area; give at least one ring of 3 or more distinct points.");
}

static struct parsing_place ring_place(struct parsing *p, const struct ring_list *l, size_t r)
{
    if (l->n_rings == 1)
        return (struct parsing_place){NULL, NULL};
    return (struct parsing_place){parsing_printf(p, "第%zu个环", r + 1),
                                  parsing_printf(p, "Ring %zu", r + 1)};
}

/* A digit that was lost or added makes edges like this; cutting them finely would take minutes. */
static enum status check_edges(struct parsing *p, const struct geo_crs *crs, const struct ring_list *l,
                               size_t r)
{
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    size_t n = crs->kind == GEO_CRS_GAUSS_KRUGER ? ring_list_size(l, r) : 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = i + 1 < n ? i + 1 : 0;
        double length_m = hypot(x[j] - x[i], y[j] - y[i]);
        if (length_m <= EDGE_MAX_M)
            continue;
        error_zh(p->error,
                 "第%zu点（X(北)%.3f，Y(东)%.3f）到下一点有%.0f千米，超过%."
                 "0f千米；坐标可能多写或漏写了数字，请核对。",
                 i + 1, y[i], x[i], length_m / 1000, EDGE_MAX_M / 1000);
        return error_fail(
            p->error, STATUS_INVALID_INPUT, "edge-too-long",
            "From point %zu (north %.3f, east %.3f) to the next it is %.0f km, over %.0f km; a digit "
            "may be missing or too many, check it.",
            i + 1, y[i], x[i], length_m / 1000, EDGE_MAX_M / 1000);
    }
    return STATUS_OK;
}

static enum status check_all_edges(struct parsing *p, const struct geo_crs *crs)
{
    enum status s = STATUS_OK;
    for (size_t r = 0; s == STATUS_OK && r < p->rings.n_rings; r++) {
        s = check_edges(p, crs, &p->rings, r);
        if (s != STATUS_OK)
            return parsing_fail_in(p, s, ring_place(p, &p->rings, r));
    }
    return s;
}

static enum status shape_of_rings(struct parsing *p, struct parcel *parcel, const struct ring_list **used,
                                  struct parsing_place place)
{
    const struct parcel_context *c = p->context;
    const struct settle_terms terms = {
        .crs = &parcel->crs, .fine = true, .vertex_limit = LIMIT_VERTICES_PER_PARCEL};
    struct settled settled = {.place_deg = {NAN, NAN}};
    enum status s = check_all_edges(p, &parcel->crs);
    if (s == STATUS_OK && !p->settler)
        s = settler_new(c->geos, c->transformer, &p->settler, p->error);
    if (s == STATUS_OK) {
        s = settle_shape(p->settler, &p->rings, &terms, c->arena, &settled, p->error);
        if (s == STATUS_INVALID_INPUT && isfinite(settled.place_deg[0]))
            append_grid_place(p, &parcel->crs, settled.place_deg);
    }
    if (s != STATUS_OK)
        return s;
    if (settled.note_code)
        parsing_warn(p, settled.note_code, parsing_printf(p, "%s：%s", place.zh, settled.note_zh),
                     parsing_printf(p, "%s: %s", place.en, settled.note_en));
    parcel->shape = settled.shape;
    *used = settled.rings;
    return STATUS_OK;
}

static enum status keep_rings(struct parsing *p, struct parcel *parcel, const struct ring_list *l)
{
    struct arena *a = p->context->arena;
    double *x = arena_array(a, l->n, sizeof *x), *y = arena_array(a, l->n, sizeof *y);
    uint32_t *start = arena_array(a, l->n_rings + 1, sizeof *start), n = 0;
    uint32_t *order = arena_array(a, l->n_rings, sizeof *order);
    int32_t *hole_of = arena_array(a, l->n_rings, sizeof *hole_of), outer = 0;
    if (!x || !y || !start || !hole_of || !order || !ring_list_order(l, order))
        return error_no_memory(p->error);
    for (uint32_t i = 0; i < l->n_rings; i++) {
        struct ring from = ring_list_ring(l, order[i]);
        bool hole = l->hole_of[order[i]] >= 0;
        outer = hole ? outer : (int32_t)i;
        memcpy(x + n, from.x, from.n * sizeof *x);
        memcpy(y + n, from.y, from.n * sizeof *y);
        start[i] = n;
        hole_of[i] = hole ? outer : -1;
        n += (uint32_t)from.n;
    }
    start[l->n_rings] = n;
    parcel->delivered = (struct parcel_rings){x, y, start, hole_of, (uint32_t)l->n_rings};
    return STATUS_OK;
}

static enum status push_parcel(struct parsing *p, const struct parcel *parcel)
{
    struct parcel_set *set = &p->set;
    if (set->n_parcels >= LIMIT_PARCELS_PER_FILE) {
        error_zh(p->error, "一个文件最多%zu个地块；请分成几个文件，或使用批量审查。", LIMIT_PARCELS_PER_FILE);
        return error_fail(p->error, STATUS_TOO_LARGE, "too-many-parcels",
                          "A file may have at most %zu parcels; split it, or use the batch audit.",
                          LIMIT_PARCELS_PER_FILE);
    }
    if (set->n_parcels == p->cap_parcels) {
        void *more = parsing_grown(p, set->parcels, set->n_parcels, &p->cap_parcels, sizeof *set->parcels);
        if (!more)
            return error_no_memory(p->error);
        set->parcels = more;
    }
    set->parcels[set->n_parcels++] = *parcel;
    return STATUS_OK;
}

double parsing_near(const struct geo_crs *crs)
{
    return crs->kind == GEO_CRS_GEOGRAPHIC ? 1e-8 : 0.001;
}

enum status parsing_add(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                        struct declared_area declared)
{
    const struct ring_list *used;
    if (p->rings.failed)
        return error_no_memory(p->error);
    if (p->rings.n_rings == 0)
        return parsing_fail_in(p, fail_empty(p), place);
    enum status s = shape_of_rings(p, parcel, &used, place);
    double area_m2 = s == STATUS_OK ? geo_shape_area_m2(&parcel->shape) : 0;
    if (s == STATUS_OK && !(area_m2 > 0))
        s = fail_empty(p);
    if (s == STATUS_OK)
        s = keep_rings(p, parcel, used);
    if (s != STATUS_OK)
        return parsing_fail_in(p, s, place);
    settle_declared_area(p, parcel, place, declared, area_m2);
    parsing_check_rings(p, parcel, place);
    parsing_check_place(p, parcel, place);
    return push_parcel(p, parcel);
}

void parsing_begin(struct parsing *p, const struct parcel_context *c, struct error *e)
{
    *p = (struct parsing){.context = c, .error = e};
    memset(e, 0, sizeof *e);
    geo_shape_builder_init(&p->builder);
    p->builder.vertex_limit = LIMIT_VERTICES_PER_PARCEL;
}

void parsing_release(struct parsing *p)
{
    settler_free(p->settler);
    geo_shape_builder_release(&p->builder);
    ring_list_release(&p->rings);
}

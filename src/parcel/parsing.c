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

/* Inner Mongolia with a margin of one degree. */
static const struct geo_box region = {96.0, 36.5, 127.5, 54.5};

const char *parsing_printf(struct parsing *p, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *kept = arena_strdup(p->context->arena, text);
    if (!kept)
        p->no_memory = true;
    return kept;
}

const char *parsing_short(struct parsing *p, const char *name)
{
    size_t n = strlen(name);
    if (n <= 40)
        return name;
    n = 40;
    while (n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80)
        n--;
    return parsing_printf(p, "%.*s…", (int)n, name);
}

static struct warning_count *count_of(struct parsing *p, const char *code)
{
    size_t i = 0;
    while (i < WARNING_CODES - 1 && p->counts[i].code && strcmp(p->counts[i].code, code) != 0)
        i++;
    p->counts[i].code = code;
    return &p->counts[i];
}

/* Arena arrays grow by copying: the old ones die with the arena. */
static void *grown(struct parsing *p, const void *old, size_t n, size_t *cap, size_t size)
{
    size_t new_cap = *cap ? *cap * 2 : 8;
    void *fresh = arena_array(p->context->arena, new_cap, size);
    if (!fresh) {
        p->no_memory = true;
        return NULL;
    }
    if (n > 0)
        memcpy(fresh, old, n * size);
    *cap = new_cap;
    return fresh;
}

static void push_warning(struct parsing *p, const char *code, const char *zh, const char *en)
{
    struct parcel_set *set = &p->set;
    if (!zh || !en)
        return; /* latched by parsing_printf */
    if (set->n_warnings == p->cap_warnings) {
        void *more = grown(p, set->warnings, set->n_warnings, &p->cap_warnings, sizeof *set->warnings);
        if (!more)
            return;
        set->warnings = more;
    }
    set->warnings[set->n_warnings++] = (struct parcel_warning){code, zh, en};
}

bool parsing_warn_wanted(struct parsing *p, const char *code)
{
    struct warning_count *count = count_of(p, code);
    if (count->n < WARNINGS_PER_CODE)
        return true;
    count->n++;
    return false;
}

void parsing_warn(struct parsing *p, const char *code, const char *zh, const char *en)
{
    if (count_of(p, code)->n++ < WARNINGS_PER_CODE)
        push_warning(p, code, zh, en);
}

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
    for (size_t i = 0; i < WARNING_CODES && p->counts[i].code; i++) {
        if (p->counts[i].n <= WARNINGS_PER_CODE)
            continue;
        size_t more = p->counts[i].n - WARNINGS_PER_CODE;
        push_warning(p, p->counts[i].code, parsing_printf(p, "同类提示另有%zu条，未逐条列出。", more),
                     parsing_printf(p, "%zu more warnings of this kind are not listed.", more));
    }
    return p->no_memory ? error_no_memory(p->error) : STATUS_OK;
}

enum status parsing_fail_in(struct parsing *p, enum status s, struct parsing_place place)
{
    struct error why = *p->error;
    if (!place.zh || !place.en)
        return s;
    error_zh(p->error, "%s：%s", place.zh, why.zh);
    return error_fail(p->error, s, why.code, "%s: %s", place.en, why.en);
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

static void warn_outside_region(struct parsing *p, const struct geo_box *b, struct parsing_place place)
{
    if (b->west_deg >= region.west_deg && b->east_deg <= region.east_deg &&
        b->south_deg >= region.south_deg && b->north_deg <= region.north_deg)
        return;
    parsing_warn(
        p, "outside-region",
        parsing_printf(p,
                       "%s：位于经度%.4f–%.4f、纬度%.4f–%.4f，不全在内蒙古自治区范围内，请核对坐标系和带号。",
                       place.zh, b->west_deg, b->east_deg, b->south_deg, b->north_deg),
        parsing_printf(p,
                       "%s: at longitude %.4f to %.4f, latitude %.4f to %.4f it is not wholly within Inner "
                       "Mongolia; check the coordinate system and the zone.",
                       place.en, b->west_deg, b->east_deg, b->south_deg, b->north_deg));
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

static enum status finish_shape(struct parsing *p, struct parcel *parcel, double *area_m2)
{
    const struct parcel_context *c = p->context;
    double place_deg[2];
    enum status s = geo_shape_builder_finish(&p->builder, c->arena, &parcel->shape, p->error);
    if (s != STATUS_OK)
        return s;
    if (parcel->shape.n_polygons == 0)
        return fail_empty(p);
    s = geo_valid_check_place(c->geos, &parcel->shape, place_deg, p->error);
    if (s == STATUS_INVALID_INPUT)
        append_grid_place(p, &parcel->crs, place_deg);
    if (s != STATUS_OK)
        return s;
    *area_m2 = geo_shape_area_m2(&parcel->shape);
    return *area_m2 > 0 ? STATUS_OK : fail_empty(p);
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
        void *more = grown(p, set->parcels, set->n_parcels, &p->cap_parcels, sizeof *set->parcels);
        if (!more)
            return error_no_memory(p->error);
        set->parcels = more;
    }
    set->parcels[set->n_parcels++] = *parcel;
    return STATUS_OK;
}

enum status parsing_add(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                        struct declared_area declared)
{
    double area_m2;
    enum status s = finish_shape(p, parcel, &area_m2);
    if (s != STATUS_OK)
        return parsing_fail_in(p, s, place);
    settle_declared_area(p, parcel, place, declared, area_m2);
    warn_outside_region(p, &parcel->shape.box, place);
    return push_parcel(p, parcel);
}

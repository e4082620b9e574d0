/* A parcel that a reader of text has found, on its way into the set: its place in sentences, the policy, the
 * declared area. */
#include "features/parsing.h"

#include "base/limits.h"
#include "geo/area.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Declared and measured areas that differ by more than this are worth a look. */
#define AREA_TOLERANCE 0.01

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
    if (!p->context->sink) {
        warn_repeated_ids(p);
        parsing_check_overlaps(p);
    } else {
        p->set.n_parcels = 0; /* they went to the sink */
    }
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
            *out = (struct declared_area){value, words[i].unit, NULL};
            return true;
        }
    }
    return false;
}

static bool close_to(double declared_m2, double measured_m2)
{
    return fabs(declared_m2 - measured_m2) <= AREA_TOLERANCE * measured_m2;
}

/* The rule says hectares, files say anything: an unsaid unit is the one that fits. Hectares when none
 * does. */
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
    place = parsing_place_said(p, place);
    parsing_warn(
        p, "declared-area-unit",
        parsing_printf(p, "%s：申报面积%.10g没有写单位，按数值判断为%s（规定单位是公顷）。", place.zh,
                       d.value, m2 ? "平方米" : "亩"),
        parsing_printf(
            p, "%s: the declared area %.10g has no unit; by its size it is in %s (the rule is hectares).",
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
    place = parsing_place_said(p, place);
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

static void warn_dissolved(struct parsing *p, enum dissolved what, struct parsing_place place)
{
    place = parsing_place_said(p, place);
    if (what == DISSOLVED_TOUCHING_RING)
        parsing_warn(
            p, "ring-touching-dissolved",
            parsing_printf(p,
                           "%s：有一个环接触自身（常见于把洞画在外环里），面积没有歧义，已拆成外环和内环。",
                           place.zh),
            parsing_printf(p,
                           "%s: a ring touches itself (a hole drawn as part of the border, often); its "
                           "area is unambiguous and it was split into rings.",
                           place.en));
    else
        parsing_warn(
            p, "parts-dissolved",
            parsing_printf(p, "%s：各部分（或洞）有公共边而不重叠，已合并成一个图形，面积不变。", place.zh),
            parsing_printf(p,
                           "%s: parts (or holes) share edges without overlapping; they were merged, the "
                           "area is the same.",
                           place.en));
}

static void warn_empty_holes(struct parsing *p, size_t n, struct parsing_place place)
{
    place = parsing_place_said(p, place);
    parsing_warn(
        p, "hole-empty",
        parsing_printf(p, "%s：有%zu个内环不足三个不同的点，围不出面积，已略去，面积不变。", place.zh, n),
        parsing_printf(p,
                       "%s: %zu holes with fewer than three distinct points enclose nothing and were "
                       "left out; the area is unchanged.",
                       place.en, n));
}

/* In the order of the shape: outer rings as the file has them, each followed by its holes. */
static enum status keep_rings(struct parsing *p, struct parcel *parcel, const struct ring_list *l)
{
    struct arena *a = p->context->arena;
    double *x = arena_array(a, l->n, sizeof *x), *y = arena_array(a, l->n, sizeof *y);
    uint32_t *start = arena_array(a, l->n_rings + 1, sizeof *start), n = 0, ring = 0;
    int32_t *hole_of = arena_array(a, l->n_rings, sizeof *hole_of);
    const uint32_t *order = ring_list_order(l, a);
    if (!x || !y || !start || !hole_of || !order)
        return error_no_memory(p->error);
    for (int32_t outer = -1; ring < l->n_rings; ring++) {
        struct ring from = ring_list_ring(l, order[ring]);
        bool hole = l->hole_of[order[ring]] >= 0;
        outer = hole ? outer : (int32_t)ring;
        memcpy(x + n, from.x, from.n * sizeof *x);
        memcpy(y + n, from.y, from.n * sizeof *y);
        start[ring] = n;
        hole_of[ring] = hole ? outer : -1;
        n += (uint32_t)from.n;
    }
    start[ring] = n;
    parcel->delivered = (struct parcel_rings){x, y, start, hole_of, ring};
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
    if (!ARENA_RESERVE(p->context->arena, set->parcels, p->cap_parcels, set->n_parcels + 1))
        return error_no_memory(p->error);
    set->parcels[set->n_parcels++] = *parcel;
    return STATUS_OK;
}

static enum status accept(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                          struct declared_area declared)
{
    struct policy_answer answer;
    p->policy.transformer = p->context->transformer;
    p->policy.geos = p->context->geos;
    enum status s = policy_accept(&p->policy, &parcel->crs, p->context->arena, &answer, p->error);
    if (!s && answer.state == ACCEPTANCE_REFUSED) {
        *p->error = answer.fault;
        s = answer.fault.status;
    }
    if (!s && declared.contradicts) {
        *p->error = *declared.contradicts;
        s = declared.contradicts->status;
    }
    if (!s)
        s = keep_rings(p, parcel, answer.rings);
    if (s)
        return parsing_fail_in(p, s, place);
    parcel->shape = answer.shape;
    parcel->area_m2 = answer.area_m2;
    if (answer.state == ACCEPTANCE_DISSOLVED)
        warn_dissolved(p, answer.dissolved, place);
    if (answer.n_empty)
        warn_empty_holes(p, answer.n_empty, place);
    settle_declared_area(p, parcel, place, declared, answer.area_m2);
    parsing_check_rings(p, parcel, place);
    parsing_check_place(p, parcel, place);
    return push_parcel(p, parcel);
}

/* As parsing_area_text reads it. */
static const char *area_text(struct parsing *p, struct declared_area d)
{
    static const char *const units[] = {
        [AREA_UNIT_UNSAID] = "", [AREA_UNIT_HECTARE] = "公顷", [AREA_UNIT_M2] = "㎡", [AREA_UNIT_MU] = "亩"};
    return d.value > 0 ? parsing_printf(p, "%.17g%s", d.value, units[d.unit]) : "";
}

enum status parsing_add(struct parsing *p, struct parcel *parcel, struct parsing_place place,
                        struct declared_area declared)
{
    const struct parcel_sink *sink = p->context->sink;
    if (p->policy.rings.failed)
        return error_no_memory(p->error);
    if (!sink)
        return accept(p, parcel, place, declared);
    const struct parcel_raw raw = {.parcel = parcel,
                                   .rings = &p->policy.rings,
                                   .area = area_text(p, declared),
                                   .contradicts = declared.contradicts,
                                   .place_zh = place.zh,
                                   .place_en = place.en,
                                   .fields = &p->fields,
                                   .set = &p->set};
    if (!raw.area)
        return error_no_memory(p->error);
    p->set.n_parcels++; /* counted, for the numbers in sentences */
    return sink->take(sink->user, &raw, p->error);
}

enum status parsing_begin(struct parsing *p, const struct parcel_context *c, struct error *e)
{
    *p = (struct parsing){.context = c, .error = e};
    memset(e, 0, sizeof *e);
    return policy_init(&p->policy, &policy_parcel, e);
}

void parsing_release(struct parsing *p)
{
    policy_release(&p->policy);
}

/* Of which layer another is a share: areas as a whole and by unit.
 *
 * The unit of a feature is that of its code, and where it has none, of its place. What of a feature lies
 * outside the whole is no part of it and is told beside. Units add up to the whole. */
#include "audit/conflicts/parts.h"

#include "audit/share.h"
#include "base/array.h"
#include "geo/inner_point.h"
#include "store/store_units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_CODE_SIZE = 7 };

struct unit_sum {
    char code[UNIT_CODE_SIZE]; /* "" for all, "none" for what is in no unit */
    const char *name;
    double inside_m2, outside_m2, of_m2;
    int64_t n;
};

struct share_search {
    struct conflict_run *run;
    const struct matrix_tie *tie;
    uint32_t part, whole; /* numbers of layers */
    double *inside_m2;    /* by feature of the part */
    struct unit_sum *units;
    size_t n, capacity;
    struct arena *arena;
};

static const char NO_UNIT[] = "none";

/* ---- measuring ---- */

static bool counts(uint32_t feature, void *user)
{
    return conflict_counts(user, feature);
}

static enum status measure(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct share_search *x = user;
    struct conflict_layer *part = &w->run->layers[x->part], *whole = &w->run->layers[x->whole];
    struct geo_shape shape;
    const struct overlap *o;
    size_t n;
    double area;
    if (!conflict_counts(part, (uint32_t)item))
        return STATUS_OK;
    enum status s = index_feature_shape(part->snapshot->index, (uint32_t)item, w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_parcel_area(w->check.scratch, &area, e);
    if (!s)
        s = overlap_measure_wanted(w->check.scratch, whole->snapshot->index, counts, whole, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        x->inside_m2[item] += o[i].area_m2;
    if (!s && x->inside_m2[item] > area) /* features of the whole that overlap each other */
        x->inside_m2[item] = area;
    return s;
}

/* ---- units ---- */

static struct unit_sum *unit_of(struct share_search *x, const char *code)
{
    for (size_t i = 0; i < x->n; i++)
        if (strcmp(x->units[i].code, code) == 0)
            return &x->units[i];
    if (!ARRAY_RESERVE(x->units, x->capacity, x->n + 1))
        return NULL;
    x->units[x->n] = (struct unit_sum){.name = ""};
    memcpy(x->units[x->n].code, code, strlen(code) + 1);
    return &x->units[x->n++];
}

/* The codes of prefecture and county; "" for a level that is not known. */
struct unit_codes {
    char prefecture[UNIT_CODE_SIZE], county[UNIT_CODE_SIZE];
};

static void codes_of(const char *code, struct unit_codes *out)
{
    *out = (struct unit_codes){.prefecture = ""};
    if (strlen(code) >= 4) {
        memcpy(out->prefecture, code, 4);
        memcpy(out->prefecture + 4, "00", 3);
    }
    if (strlen(code) >= 6 && strncmp(code + 4, "00", 2) != 0)
        memcpy(out->county, code, 6);
}

/* Where the feature has no code. */
static enum status codes_at(const struct share_search *x, struct check_worker *w,
                            const struct layer_index *ix, uint32_t feature, struct unit_codes *out,
                            struct error *e)
{
    static const char *const layers[] = {"admin_counties", "prefectures"};
    struct geo_shape shape;
    struct index_feature unit;
    double place[2] = {NAN, NAN};
    *out = (struct unit_codes){.prefecture = ""};
    arena_reset(w->arena);
    enum status s = index_feature_shape(ix, feature, w->arena, &shape, e);
    if (!s && geo_inner_point(&shape, &place[0], &place[1]))
        for (int i = 0; i < 2 && !*out->prefecture; i++)
            if (check_unit_at(w, x->run->snapshot, layers[i], place, &unit, NULL) == STATUS_OK)
                codes_of(unit.code, out);
    return s;
}

static enum status add_to(struct share_search *x, const char *code, double inside, double outside, double of,
                          struct error *e)
{
    struct unit_sum *u = unit_of(x, code);
    if (!u)
        return error_no_memory(e);
    u->inside_m2 += inside;
    u->outside_m2 += outside;
    u->of_m2 += of;
    u->n++;
    return STATUS_OK;
}

/* Adds the layer's features to the region, their prefectures and their counties. */
static enum status sum(struct share_search *x, struct check_worker *w, bool part, struct error *e)
{
    const struct conflict_layer *l = &x->run->layers[part ? x->part : x->whole];
    const struct layer_index *ix = l->snapshot->index;
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < index_n_features(ix); i++) {
        struct unit_codes c;
        double area = index_feature_at(ix, i).area_m2;
        double inside = part ? x->inside_m2[i] : 0, outside = part ? fmax(area - inside, 0) : 0;
        double of = part ? 0 : area;
        if (!conflict_counts(l, i))
            continue;
        codes_of(l->county[i] ? l->county[i] : "", &c);
        if (!*c.prefecture)
            s = codes_at(x, w, ix, i, &c, e);
        if (!s)
            s = add_to(x, "", inside, outside, of, e);
        if (!s)
            s = add_to(x, *c.prefecture ? c.prefecture : NO_UNIT, inside, outside, of, e);
        if (!s && *c.county)
            s = add_to(x, c.county, inside, outside, of, e);
    }
    return s;
}

static bool take_name(const struct store_unit *u, void *user)
{
    struct share_search *x = user;
    for (size_t i = 0; i < x->n; i++)
        if (strcmp(x->units[i].code, u->code) == 0) {
            x->units[i].name = arena_strdup(x->arena, u->name);
            if (!x->units[i].name)
                return false;
        }
    return true;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct unit_sum *)a)->code, ((const struct unit_sum *)b)->code);
}

/* ---- rows ---- */

static enum status add_row(struct share_search *x, const struct unit_sum *u, struct error *e)
{
    struct conflict_run *run = x->run;
    const struct share share = share_of(u->inside_m2, u->of_m2, "这里没有后者的图斑，不算比例。",
                                        "The second has nothing here, so that there is no share.");
    struct conflict_tie t = {.tie = TIE_SHARE,
                             .layer_a = x->tie->a->layer,
                             .layer_b = x->tie->b->layer,
                             .title_a = x->tie->a->title_zh,
                             .title_b = x->tie->b->title_zh,
                             .unit = arena_strdup(run->arena, u->code),
                             .unit_name = strcmp(u->code, NO_UNIT) == 0 ? "未知行政区" : u->name,
                             .examined = true,
                             .area_m2 = u->inside_m2,
                             .outside_m2 = u->outside_m2,
                             .of_m2 = u->of_m2,
                             .share = share.value,
                             .note_zh = share.zh,
                             .note_en = share.en};
    if (!t.unit)
        return error_no_memory(e);
    if (u->outside_m2 > CONFLICT_GAP_M2) {
        t.note_zh = arena_printf(run->arena, "%s另有 %.2f 平方米不在%s之内，未计入比例。", t.note_zh,
                                 u->outside_m2, t.title_b);
        t.note_en = arena_printf(run->arena, "%s%s%.2f m2 more lie outside %s and are not in the share.",
                                 t.note_en, *t.note_en ? " " : "", u->outside_m2, t.layer_b);
    }
    if (!t.note_zh || !t.note_en)
        return error_no_memory(e);
    enum status s = *u->code ? STATUS_OK
                             : conflict_tie_incomplete(run, run->layers[x->part].snapshot,
                                                       run->layers[x->whole].snapshot, &t, e);
    return s ? s : conflict_tie_add(run, &t, e);
}

static enum status share(struct conflict_run *run, struct store *store, const struct matrix_tie *tie,
                         struct check_worker *w, struct error *e)
{
    struct share_search x = {.run = run,
                             .tie = tie,
                             .part = (uint32_t)conflict_layer_number(run, tie->a->layer),
                             .whole = (uint32_t)conflict_layer_number(run, tie->b->layer),
                             .arena = run->arena};
    uint32_t n = index_n_features(run->layers[x.part].snapshot->index);
    run->total += n;
    x.inside_m2 = calloc((size_t)n + 1, sizeof *x.inside_m2);
    enum status s = x.inside_m2 && unit_of(&x, "") ? conflict_parallel(run, n, 16, measure, NULL, &x, e)
                                                   : error_no_memory(e);
    if (!s)
        s = sum(&x, w, true, e);
    if (!s)
        s = sum(&x, w, false, e);
    if (!s)
        s = store_units(store, take_name, &x, e);
    if (!s)
        qsort(x.units, x.n, sizeof *x.units, by_code);
    for (size_t i = 0; !s && i < x.n; i++)
        s = x.units[i].name ? add_row(&x, &x.units[i], e) : error_no_memory(e);
    free(x.inside_m2);
    free(x.units);
    return s;
}

enum status conflict_find_shares(struct conflict_run *run, struct store *store, struct error *e)
{
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    for (size_t i = 0; !s && i < run->matrix.n_ties; i++) {
        const struct matrix_tie *m = &run->matrix.ties[i];
        size_t before = run->n_ties;
        if (m->tie != TIE_SHARE)
            continue;
        s = conflict_tie_pair(run, m, e);
        if (s || run->n_ties == before || !run->ties[before].examined)
            continue;
        run->n_ties = before; /* its rows come instead */
        s = share(run, store, m, &w, e);
    }
    check_worker_release(&w);
    return s;
}

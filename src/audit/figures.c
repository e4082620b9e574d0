#include "audit/figures.h"

#include "audit/conflicts/parts.h"
#include "audit/html.h"
#include "store/store_units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- measuring: one row of parts for each feature, added up in order afterwards ---- */

struct parts {
    uint32_t layer;
    size_t n_prefectures;
    double *part; /* feature by feature, n_prefectures each */
};

static enum status part_feature(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct parts *p = user;
    struct geo_shape shape;
    const struct overlap *o;
    size_t n;
    enum status s = index_feature_shape(w->run->layers[p->layer].snapshot->index, (uint32_t)item,
                                        w->check.arena, &shape, e);
    if (!s)
        overlap_prepare(w->check.scratch, &shape);
    if (!s)
        s = overlap_measure(w->check.scratch, w->run->prefectures, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        p->part[item * p->n_prefectures + o[i].feature] = o[i].area_m2;
    return s;
}

static enum status by_prefecture(struct conflict_run *run, uint32_t layer, struct figures *f, struct error *e)
{
    struct figures_layer *l = &f->layers[layer];
    size_t n = (size_t)l->n_features;
    struct parts p = {layer, f->n_prefectures, calloc(n * f->n_prefectures + 1, sizeof *p.part)};
    l->by_prefecture_m2 = arena_array(f->arena, f->n_prefectures + 1, sizeof *l->by_prefecture_m2);
    enum status s = p.part && l->by_prefecture_m2 ? conflict_parallel(run, n, 16, part_feature, NULL, &p, e)
                                                  : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        for (size_t k = 0; k < f->n_prefectures; k++)
            l->by_prefecture_m2[k] +=
                conflict_counts(&run->layers[layer], (uint32_t)i) ? p.part[i * f->n_prefectures + k] : 0;
    free(p.part);
    return s;
}

static enum status zone_add(struct arena *a, struct figures_layer *l, const struct index_feature *f,
                            struct error *e)
{
    size_t i = 0;
    if (!*f->zone)
        return STATUS_OK;
    while (i < l->n_zones && strcmp(l->zones[i].zone, f->zone) != 0)
        i++;
    if (i == l->n_zones) {
        if (!ARENA_RESERVE(a, l->zones, l->cap_zones, l->n_zones + 1))
            return error_no_memory(e);
        l->zones[l->n_zones++] = (struct figures_zone){.zone = f->zone};
    }
    l->zones[i].area_m2 += f->area_m2;
    l->zones[i].n++;
    return STATUS_OK;
}

static enum status layer_total(struct arena *a, const struct conflict_layer *from, struct figures_layer *l,
                               struct error *e)
{
    enum status s = STATUS_OK;
    const struct layer_index *ix = from->snapshot->index;
    l->layer = from->snapshot->version.layer;
    l->title_zh = from->snapshot->version.title_zh;
    l->n_features = index_n_features(ix);
    for (uint32_t i = 0; !s && i < index_n_features(ix); i++) {
        struct index_feature f = index_feature_at(ix, i);
        l->area_m2 += conflict_counts(from, i) ? f.area_m2 : 0;
        s = zone_add(a, l, &f, e);
    }
    return s;
}

/* ---- by county: the codes that the features carry ---- */

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct figures_county *)a)->code, ((const struct figures_county *)b)->code);
}

static struct figures_county *county_find(struct figures *f, const char *code)
{
    struct figures_county key;
    memcpy(key.code, code, sizeof key.code);
    return f->n_counties ? bsearch(&key, f->counties, f->n_counties, sizeof key, by_code) : NULL;
}

/* The first six digits; "" for what is shorter. */
static void county_code(const char *county, char code[FIGURES_CODE_SIZE])
{
    size_t n = strlen(county) >= 6 ? 6 : 0;
    memset(code, 0, FIGURES_CODE_SIZE);
    memcpy(code, county, n);
}

/* Every code once, in order. */
static enum status counties_list(const struct conflict_run *run, struct figures *f, struct error *e)
{
    size_t n = 0, at = 0;
    for (size_t l = 0; l < run->n_layers; l++)
        n += index_n_features(run->layers[l].snapshot->index);
    f->counties = arena_array(f->arena, n + 1, sizeof *f->counties);
    if (!f->counties)
        return error_no_memory(e);
    for (size_t l = 0; l < run->n_layers; l++)
        for (uint32_t i = 0; i < index_n_features(run->layers[l].snapshot->index); i++) {
            f->counties[at] = (struct figures_county){.name = ""};
            county_code(run->layers[l].county[i] ? run->layers[l].county[i] : "", f->counties[at++].code);
        }
    qsort(f->counties, n, sizeof *f->counties, by_code);
    for (size_t i = 0; i < n; i++)
        if (f->n_counties == 0 || by_code(&f->counties[f->n_counties - 1], &f->counties[i]) != 0)
            f->counties[f->n_counties++] = f->counties[i];
    for (size_t i = 0; i < f->n_counties; i++) {
        f->counties[i].area_m2 = arena_array(f->arena, run->n_layers + 1, sizeof *f->counties[i].area_m2);
        f->counties[i].n = arena_array(f->arena, run->n_layers + 1, sizeof *f->counties[i].n);
        if (!f->counties[i].area_m2 || !f->counties[i].n)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

struct naming {
    struct figures *f;
    bool failed;
};

static bool county_name(const struct store_unit *u, void *user)
{
    struct naming *n = user;
    char code[FIGURES_CODE_SIZE];
    county_code(u->code, code);
    bool is_county = strcmp(u->code, code) == 0; /* a township begins with its county's code */
    struct figures_county *c = county_find(n->f, code);
    if (c && is_county) {
        const char *name = arena_strdup(n->f->arena, u->name);
        n->failed = !name;
        c->name = name ? name : "";
    }
    return !n->failed;
}

static enum status by_county(const struct conflict_run *run, struct store *store, struct figures *f,
                             struct error *e)
{
    struct naming n = {f, false};
    enum status s = counties_list(run, f, e);
    for (size_t l = 0; !s && l < run->n_layers; l++) {
        const struct layer_index *ix = run->layers[l].snapshot->index;
        for (uint32_t i = 0; i < index_n_features(ix); i++) {
            char code[FIGURES_CODE_SIZE];
            county_code(run->layers[l].county[i] ? run->layers[l].county[i] : "", code);
            struct figures_county *c = county_find(f, code);
            c->area_m2[l] += conflict_counts(&run->layers[l], i) ? index_feature_at(ix, i).area_m2 : 0;
            c->n[l]++;
        }
    }
    if (!s)
        s = store_units(store, county_name, &n, e);
    return s || !n.failed ? s : error_no_memory(e);
}

static enum status prefectures_take(const struct layer_index *ix, struct figures *f, struct error *e)
{
    f->n_prefectures = ix ? index_n_features(ix) : 0;
    f->prefecture = arena_array(f->arena, f->n_prefectures + 1, sizeof *f->prefecture);
    f->prefecture_name = arena_array(f->arena, f->n_prefectures + 1, sizeof *f->prefecture_name);
    if (!f->prefecture || !f->prefecture_name)
        return error_no_memory(e);
    for (uint32_t i = 0; i < f->n_prefectures; i++) {
        struct index_feature p = index_feature_at(ix, i);
        f->prefecture[i] = p.code;
        f->prefecture_name[i] = p.name;
    }
    return STATUS_OK;
}

static double outline_of(const struct snapshot *s)
{
    const struct layer_snapshot *region = snapshot_layer(s, MATRIX_REGION);
    double sum = 0;
    if (!region || !region->index)
        return NAN;
    for (uint32_t i = 0; i < index_n_features(region->index); i++)
        sum += index_feature_at(region->index, i).area_m2;
    return sum;
}

/* Every share of a unit, of official areas only. */
static enum status shares(struct store *store, const struct snapshot *s, struct figures *f, struct error *e)
{
    struct official_areas official;
    enum status st = official_areas_read(store, s, f->arena, &official, e);
    f->outline_m2 = outline_of(s);
    f->region = share_of_unit(&official, SHARE_REGION, 0);
    for (size_t i = 0; !st && i < f->n_layers; i++) {
        struct figures_layer *l = &f->layers[i];
        l->share = share_of_unit(&official, SHARE_REGION, l->area_m2);
        l->by_prefecture = arena_array(f->arena, f->n_prefectures + 1, sizeof *l->by_prefecture);
        if (!l->by_prefecture)
            return error_no_memory(e);
        for (size_t k = 0; l->by_prefecture_m2 && k < f->n_prefectures; k++)
            l->by_prefecture[k] = share_of_unit(&official, f->prefecture[k], l->by_prefecture_m2[k]);
    }
    for (size_t k = 0; !st && k < f->n_counties; k++) {
        struct figures_county *c = &f->counties[k];
        c->share = arena_array(f->arena, f->n_layers + 1, sizeof *c->share);
        if (!c->share)
            return error_no_memory(e);
        for (size_t i = 0; i < f->n_layers; i++)
            c->share[i] = share_of_unit(&official, c->code, c->area_m2[i]);
    }
    return st;
}

const struct share *figures_planned(const struct figures *f, const struct control_line *line)
{
    for (size_t i = 0; isfinite(line->planned_share) && i < f->n_layers; i++)
        if (strcmp(f->layers[i].layer, line->id) == 0)
            return &f->layers[i].share;
    return NULL;
}

static enum status layers_total(struct conflict_run *run, struct figures *f, struct error *e)
{
    f->layers = arena_array(f->arena, run->n_layers + 1, sizeof *f->layers);
    if (!f->layers)
        return error_no_memory(e);
    enum status s = STATUS_OK;
    for (; !s && f->n_layers < run->n_layers; f->n_layers++) {
        struct figures_layer *l = &f->layers[f->n_layers];
        s = layer_total(f->arena, &run->layers[f->n_layers], l, e);
        run->total += l->n_features;
    }
    return s;
}

enum status audit_figures(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                          const struct audit_watch *watch, struct figures *out, struct error *e)
{
    struct figures f = {.arena = arena_new(CONFLICT_ARENA_BYTES),
                        .lines = snapshot_lines(snapshot),
                        .synthetic = html_is_synthetic(snapshot)};
    struct conflict_run run = conflict_run_of(snapshot, r, watch, f.arena);
    const struct layer_snapshot *p = snapshot_layer(snapshot, "prefectures");
    run.prefectures = p ? p->index : NULL;
    enum status s = f.arena ? conflict_layers_load(&run, store, e) : error_no_memory(e);
    if (!s)
        s = prefectures_take(run.prefectures, &f, e);
    if (!s)
        s = layers_total(&run, &f, e);
    for (uint32_t i = 0; !s && run.prefectures && i < f.n_layers; i++)
        s = by_prefecture(&run, i, &f, e);
    if (!s)
        s = by_county(&run, store, &f, e);
    if (!s)
        s = shares(store, snapshot, &f, e);
    if (!s)
        s = conflict_find_shares(&run, store, e);
    if (!s)
        s = snapshot_still_whole(snapshot, e);
    f.ties = run.ties;
    f.n_ties = run.n_ties;
    if (!s)
        s = figures_write(&f, r->outputs, e);
    if (s) {
        free(run.ties);
        arena_free(f.arena);
        return s;
    }
    *out = f;
    return STATUS_OK;
}

void figures_release(struct figures *f)
{
    free(f->ties);
    arena_free(f->arena);
    *f = (struct figures){.arena = NULL};
}

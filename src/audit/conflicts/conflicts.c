/* The audit of the lines as a whole: layers, threads, ids and order. What is looked for is in the others. */
#include "audit/conflicts/parts.h"

#include "audit/conflicts/list.h"
#include "audit/html.h"
#include "base/array.h"
#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *conflict_kind_name(enum conflict_kind k)
{
    static const char *const names[CONFLICT_KIND_COUNT] = {
        "lines-cross",      "spaces-cross",      "sub-zones-cross",
        "features-cross",   "duplicate",         "gap",
        "outside",          "wrong-prefecture",  "declared-area",
        "incomplete-layer", "sub-zone-gap",      "sub-zone-outside",
        "outside-county",   "outside-own-space", "invalid-geometry",
        "official-total",   "not-nested"};
    return names[k];
}

const char *conflict_kind_zh(enum conflict_kind k)
{
    static const char *const names[CONFLICT_KIND_COUNT] = {"控制线互相重叠",     "应拼接的图层互相重叠",
                                                           "分区重叠",           "同层图斑重叠",
                                                           "图形重复",           "应拼接的图层之间的缝隙",
                                                           "超出自治区范围",     "行政区代码与位置不符",
                                                           "登记面积与图形不符", "图层不完整",
                                                           "分区之间的缝隙",     "分区超出所属图层",
                                                           "超出所属旗县",       "控制线超出所属空间",
                                                           "几何无效",           "合计与公布面积不符",
                                                           "超出应在其内的图层"};
    return names[k];
}

const char *conflict_change_name(enum conflict_change c)
{
    static const char *const names[] = {"", "new", "still", "fixed"};
    return names[c];
}

/* ---- shapes of features ---- */

static uint32_t feature_vertices(const struct layer_index *ix, uint32_t feature)
{
    struct index_feature f = index_feature_at(ix, feature);
    const double *lon, *lat;
    uint32_t n = 0;
    for (uint32_t r = 0; r < f.n_rings; r++)
        n += index_ring(ix, f.first_ring + r, &lon, &lat);
    return n;
}

void conflict_place_name(const struct conflict_run *run, struct check_worker *w, struct conflict_finding *f)
{
    struct index_feature p;
    const double place_deg[] = {f->lon_deg, f->lat_deg};
    bool known = check_unit_at(w, run->snapshot, "prefectures", place_deg, &p, NULL) == STATUS_OK;
    f->prefecture = known ? p.code : "";
    f->prefecture_name = known ? p.name : "";
    if (!*f->county && check_unit_at(w, run->snapshot, "admin_counties", place_deg, &p, NULL) == STATUS_OK)
        f->county = p.code;
}

/* ---- findings ---- */

struct conflict_finding conflict_blank(enum conflict_kind kind, int severity)
{
    return (struct conflict_finding){.kind = kind,
                                     .severity = severity,
                                     .layer_a = "",
                                     .layer_b = "",
                                     .code_a = "",
                                     .code_b = "",
                                     .zone_a = "",
                                     .zone_b = "",
                                     .county = "",
                                     .prefecture = "",
                                     .prefecture_name = "",
                                     .area_m2 = NAN,
                                     .width_m = NAN,
                                     .declared_m2 = NAN,
                                     .computed_m2 = NAN,
                                     .lon_deg = NAN,
                                     .lat_deg = NAN,
                                     .rule = "",
                                     .basis = "",
                                     .note_zh = "",
                                     .note_en = "",
                                     .tie = -1};
}

struct conflict_finding conflict_about(const struct conflict_run *run, uint32_t layer, uint32_t feature,
                                       enum conflict_kind kind)
{
    const struct conflict_layer *l = &run->layers[layer];
    struct index_feature of = index_feature_at(l->snapshot->index, feature);
    struct conflict_finding f = conflict_blank(kind, 0);
    const double *lon, *lat;
    index_ring(l->snapshot->index, of.first_ring, &lon, &lat);
    f.layer_a = l->snapshot->version.layer;
    f.code_a = of.code;
    f.feature_a = of.id;
    f.zone_a = of.zone;
    f.county = l->county[feature] ? l->county[feature] : "";
    f.lon_deg = lon[0];
    f.lat_deg = lat[0];
    return f;
}

void conflict_make_id(struct conflict_finding *f)
{
    char text[512];
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    bool swap = strcmp(f->layer_a, f->layer_b) == 0 && strcmp(f->code_a, f->code_b) > 0;
    int n = snprintf(text, sizeof text, "%s|%s|%s|%.64s|%.64s|%.3f|%.3f", conflict_kind_name(f->kind),
                     f->layer_a, f->layer_b, swap ? f->code_b : f->code_a, swap ? f->code_a : f->code_b,
                     f->lon_deg, f->lat_deg);
    sha256_of_bytes(text, (size_t)n, digest);
    sha256_to_hex(digest, hex);
    memcpy(f->id, hex, CONFLICT_ID_SIZE - 1);
    f->id[CONFLICT_ID_SIZE - 1] = '\0';
}

enum status conflict_add(struct conflict_run *run, const struct conflict_finding *f, struct error *e)
{
    if (!ARRAY_RESERVE(run->findings, run->capacity, run->n + 1))
        return error_no_memory(e);
    run->findings[run->n] = *f;
    conflict_make_id(&run->findings[run->n++]);
    return STATUS_OK;
}

static int worst_first(const void *a, const void *b)
{
    const struct conflict_finding *x = a, *y = b;
    if (x->severity != y->severity)
        return y->severity - x->severity;
    if (x->kind != y->kind)
        return (int)x->kind - (int)y->kind;
    double a_m2 = isfinite(x->area_m2) ? x->area_m2 : 0, b_m2 = isfinite(y->area_m2) ? y->area_m2 : 0;
    if (a_m2 != b_m2)
        return a_m2 > b_m2 ? -1 : 1;
    int c = strcmp(x->id, y->id);
    if (c)
        return c;
    return x->feature_a != y->feature_a ? (x->feature_a < y->feature_a ? -1 : 1)
                                        : (x->feature_b > y->feature_b) - (x->feature_b < y->feature_b);
}

/* ---- layers ---- */

struct attributes {
    struct conflict_run *run;
    struct conflict_layer *layer;
    uint32_t at;
    bool failed;
};

/* The index keeps the store's order, so that both are walked side by side. */
static bool attributes_take(const struct store_feature *f, void *user)
{
    struct attributes *t = user;
    const struct layer_index *ix = t->layer->snapshot->index;
    uint32_t n = index_n_features(ix);
    while (t->at < n && index_feature_at(ix, t->at).id < f->id)
        t->at++;
    if (t->at < n && index_feature_at(ix, t->at).id == f->id) {
        t->layer->declared_m2[t->at] = f->declared_area_m2;
        t->layer->county[t->at] = *f->county ? arena_strdup(t->run->arena, f->county) : "";
        t->failed = !t->layer->county[t->at];
    }
    return !t->failed;
}

static enum status layer_load(struct conflict_run *run, struct store *store, struct conflict_layer *l,
                              struct error *e)
{
    uint32_t n = index_n_features(l->snapshot->index);
    l->county = arena_array(run->arena, (size_t)n + 1, sizeof *l->county);
    l->declared_m2 = arena_array(run->arena, (size_t)n + 1, sizeof *l->declared_m2);
    uint32_t *n_vertices = arena_array(run->arena, (size_t)n + 1, sizeof *n_vertices);
    if (!l->county || !l->declared_m2 || !n_vertices)
        return error_no_memory(e);
    for (uint32_t i = 0; i < n; i++) {
        l->declared_m2[i] = NAN;
        n_vertices[i] = feature_vertices(l->snapshot->index, i);
    }
    l->n_vertices = n_vertices;
    l->mean_vertices = (double)index_n_vertices(l->snapshot->index) / (n ? n : 1);
    struct attributes t = {run, l, 0, false};
    const struct store_feature_query q = {.version_id = l->snapshot->version.id, .attributes_only = true};
    enum status s = store_features(store, &q, attributes_take, &t, e);
    return s || !t.failed ? s : error_no_memory(e);
}

/* Several lines may belong to one space, and rows of the matrix may name one layer. */
static bool is_taken(const struct conflict_run *run, const struct layer_snapshot *l)
{
    for (size_t i = 0; i < run->n_layers; i++)
        if (run->layers[i].snapshot == l)
            return true;
    return false;
}

static enum status take_layer(struct conflict_run *run, struct store *store, const char *id,
                              const struct control_line *line, struct error *e)
{
    const char *only = run->request->layer;
    const struct layer_snapshot *l = snapshot_layer(run->snapshot, id);
    if (!l || (only && strcmp(only, id) != 0) || is_taken(run, l))
        return STATUS_OK;
    if (!l->index) { /* a layer that cannot be read is no layer without conflicts */
        if (e)
            *e = l->fault;
        return l->fault.status ? l->fault.status : STATUS_CORRUPT;
    }
    struct conflict_layer *to = &run->layers[run->n_layers++];
    *to = (struct conflict_layer){.snapshot = l, .line = line};
    enum status s = layer_load(run, store, to, e);
    return !s && conflict_contains(to) ? conflict_outline_find(to, e) : s;
}

/* What the matrix names beside lines and their spaces. In an administrative layer others only nest. */
static enum status take_tied(struct conflict_run *run, struct store *store, struct error *e)
{
    const struct line_table *lines = snapshot_lines(run->snapshot);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < run->matrix.n_ties; i++) {
        const struct matrix_tie *t = &run->matrix.ties[i];
        s = take_layer(run, store, t->a->layer, line_of_id(lines, t->a->layer), e);
        if (!s && t->tie != TIE_NEST && t->b->kind != LAYER_IS_ADMIN)
            s = take_layer(run, store, t->b->layer, line_of_id(lines, t->b->layer), e);
    }
    return s;
}

/* The lines in their order, after them their spaces from the last one's to the first one's, and then what the
 * matrix names: the order of columns and findings. */
enum status conflict_layers_load(struct conflict_run *run, struct store *store, struct error *e)
{
    const struct line_table *lines = snapshot_lines(run->snapshot);
    run->layers = arena_array(run->arena, 2 * (size_t)lines->n + lines->n_ties + 1, sizeof *run->layers);
    enum status s = run->layers ? layer_matrix_make(lines, run->arena, &run->matrix, e) : error_no_memory(e);
    for (int l = 0; !s && l < lines->n; l++)
        if (line_at(lines, l)->relation != LINE_CLASSIFIES)
            s = take_layer(run, store, line_at(lines, l)->id, line_at(lines, l), e);
    for (int l = lines->n - 1; !s && l >= 0; l--)
        if (*line_at(lines, l)->space)
            s = take_layer(run, store, line_at(lines, l)->space, NULL, e);
    if (!s)
        s = take_tied(run, store, e);
    if (s || run->n_layers)
        return s;
    error_zh(e, "数据文件中没有控制线或空间图层；请先导入。");
    return error_fail(e, STATUS_NOT_FOUND, "no-lines",
                      "The store holds no control line or space; import one first.");
}

static enum status find_all(struct conflict_run *run, struct store *store, struct error *e)
{
    enum status s = conflict_find_totals(run, e); /* a file that is refused is refused at once */
    if (!s)
        s = conflict_ties_make(run, e);
    if (!s)
        s = conflict_find_imports(run, store, e);
    if (!s)
        s = conflict_find_pairs(run, e);
    if (!s)
        s = conflict_find_zones(run, e);
    if (!s)
        s = conflict_find_attributes(run, e);
    if (!s)
        s = conflict_find_holders(run, e);
    if (!s)
        s = conflict_find_gaps(run, e);
    return s ? s : conflict_find_shares(run, store, e);
}

/* The findings and the arena become the report's. */
static void report_fill(struct conflict_run *run, struct conflict_report *out)
{
    conflict_ties_count(run);
    if (run->n)
        qsort(run->findings, run->n, sizeof *run->findings, worst_first);
    struct conflict_report r = {.arena = run->arena,
                                .findings = run->findings,
                                .n_findings = run->n,
                                .ties = run->ties,
                                .n_ties = run->n_ties,
                                .synthetic = html_is_synthetic(run->snapshot),
                                .seconds = conflict_run_seconds(run)};
    for (size_t i = 0; i < r.n_findings; i++) {
        r.by_kind[r.findings[i].kind]++;
        r.n_sliver += r.findings[i].sliver;
    }
    for (size_t i = 0; i < r.n_ties; i++)
        r.n_not_examined += !r.ties[i].examined;
    *out = r;
}

static enum status find(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                        const struct audit_watch *watch, struct conflict_report *out, struct error *e)
{
    struct conflict_run run = conflict_run_of(snapshot, r, watch, arena_new(CONFLICT_ARENA_BYTES));
    const struct layer_snapshot *p = snapshot_layer(snapshot, "prefectures");
    const struct layer_snapshot *region = snapshot_layer(snapshot, "region");
    run.prefectures = p ? p->index : NULL;
    run.region = region && region->index ? region->index : run.prefectures;
    enum status s = run.arena ? conflict_layers_load(&run, store, e) : error_no_memory(e);
    if (!s)
        s = find_all(&run, store, e);
    if (!s) /* of a layer that changed meanwhile nothing found, and nothing missed, is worth anything */
        s = snapshot_still_whole(snapshot, e);
    if (s) {
        free(run.findings);
        free(run.ties);
        arena_free(run.arena);
        return s;
    }
    report_fill(&run, out);
    return STATUS_OK;
}

enum status audit_lines(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                        const struct audit_watch *watch, struct conflict_report *out, struct error *e)
{
    struct conflict_report report;
    enum status s = find(store, snapshot, r, watch, &report, e);
    if (s)
        return s;
    if (r->compare)
        s = conflict_compare(&report, r->compare, e);
    for (const char *const *o = r->outputs; !s && *o; o++)
        s = conflict_write(&report, snapshot, *o, e);
    if (!s && r->summary_json)
        s = conflict_list_write(&report, CONFLICT_LISTED, r->summary_json, e);
    if (s)
        conflict_report_release(&report);
    else
        *out = report;
    return s;
}

void conflict_report_release(struct conflict_report *r)
{
    free(r->findings);
    free(r->ties);
    arena_free(r->arena);
    *r = (struct conflict_report){.arena = NULL};
}

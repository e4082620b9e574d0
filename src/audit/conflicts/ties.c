/* What became of each row of the matrix: examined, and with how many findings, or not, and why not. */
#include "audit/conflicts/parts.h"

#include "base/array.h"

#include <math.h>
#include <string.h>

int conflict_layer_number(const struct conflict_run *run, const char *layer)
{
    for (size_t i = 0; i < run->n_layers; i++)
        if (strcmp(run->layers[i].snapshot->version.layer, layer) == 0)
            return (int)i;
    return -1;
}

enum status conflict_tie_add(struct conflict_run *run, const struct conflict_tie *tie, struct error *e)
{
    if (!ARRAY_RESERVE(run->ties, run->cap_ties, run->n_ties + 1))
        return error_no_memory(e);
    run->ties[run->n_ties++] = *tie;
    return STATUS_OK;
}

static bool is_row(const struct conflict_tie *t, enum tie tie, const char *a, const char *b)
{
    return t->tie == tie && strcmp(t->layer_a, a) == 0 && strcmp(t->layer_b, b) == 0;
}

int conflict_tie_of(const struct conflict_run *run, enum tie tie, const char *layer_a, const char *layer_b)
{
    for (size_t i = 0; i < run->n_ties; i++) {
        bool turned = (tie == TIE_APART || tie == TIE_TILE) && is_row(&run->ties[i], tie, layer_b, layer_a);
        if (run->ties[i].examined && (turned || is_row(&run->ties[i], tie, layer_a, layer_b)))
            return (int)i;
    }
    return -1;
}

int conflict_tie_of_region(const struct conflict_run *run, const char *layer)
{
    for (size_t i = 0; i < run->matrix.n_tilings; i++) {
        const struct matrix_tiling *t = &run->matrix.tilings[i];
        for (size_t k = 0; k < t->n && strcmp(t->covers, MATRIX_REGION) == 0; k++) {
            const char *all = strcmp(t->layers[k]->layer, layer) == 0
                                  ? conflict_tiling_text(run->arena, t, false, ",")
                                  : NULL;
            if (all)
                return conflict_tie_of(run, TIE_TILE, all, t->covers);
        }
    }
    return -1;
}

const char *conflict_tiling_text(struct arena *a, const struct matrix_tiling *t, bool titles,
                                 const char *between)
{
    const char *text = "";
    for (size_t i = 0; text && i < t->n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? between : "",
                            titles ? t->layers[i]->title_zh : t->layers[i]->layer);
    return text;
}

/* ---- why a row is not examined ---- */

static enum status say(struct conflict_run *run, struct conflict_tie *t, const char *zh, const char *en,
                       struct error *e)
{
    t->note_zh = arena_printf(run->arena, "%s%s", t->note_zh, zh);
    t->note_en = arena_printf(run->arena, "%s%s%s", t->note_en, *t->note_en ? " " : "", en);
    return t->note_zh && t->note_en ? STATUS_OK : error_no_memory(e);
}

/* `layer` is needed with its features: it is there, or the row says why not. */
static enum status need(struct conflict_run *run, const struct layer_ties *layer, struct conflict_tie *t,
                        struct error *e)
{
    const struct layer_snapshot *l = snapshot_layer(run->snapshot, layer->layer);
    const char *zh, *en;
    if (l && l->index && (t->tie == TIE_NEST || conflict_layer_number(run, layer->layer) >= 0))
        return STATUS_OK;
    t->examined = false;
    if (l && !l->index) {
        zh = arena_printf(run->arena, "“%s”的数据无法读取，未审查：%s", layer->title_zh, l->fault.zh);
        en = arena_printf(run->arena, "The data of \"%s\" cannot be read; not examined: %s", layer->layer,
                          l->fault.en);
    } else if (l) {
        zh = "只要求审查一个图层，未审查；去掉 --layer 再审查。";
        en = "Only one layer was asked for; not examined. Audit without --layer.";
    } else {
        zh = arena_printf(run->arena, "没有“%s”的数据，未审查；请导入后再审查。", layer->title_zh);
        en = arena_printf(run->arena, "\"%s\" holds no data; not examined. Import it and audit again.",
                          layer->layer);
    }
    return zh && en ? say(run, t, zh, en, e) : error_no_memory(e);
}

/* Where its data end nobody knows: what is not in them was not examined. */
static enum status say_uncovered(struct conflict_run *run, const struct layer_snapshot *l,
                                 struct conflict_tie *t, struct error *e)
{
    if (!l || l->version.has_coverage || (t->tie != TIE_APART && t->tie != TIE_SHARE))
        return STATUS_OK;
    const char *zh = arena_printf(run->arena, "“%s”没有写明数据范围，数据之外未审查。", l->version.title_zh);
    const char *en = arena_printf(
        run->arena, "\"%s\" states no coverage; beyond its data nothing was examined.", l->version.layer);
    return zh && en ? say(run, t, zh, en, e) : error_no_memory(e);
}

enum status conflict_tie_incomplete(struct conflict_run *run, const struct layer_snapshot *a,
                                    const struct layer_snapshot *b, struct conflict_tie *tie, struct error *e)
{
    int64_t n = (a ? a->version.n_refused : 0) + (b ? b->version.n_refused : 0);
    enum status s = say_uncovered(run, a, tie, e);
    if (!s)
        s = say_uncovered(run, b, tie, e);
    if (s || n == 0)
        return s;
    const char *zh = arena_printf(run->arena, "导入时有 %lld 个图斑被拒收，未计入。", (long long)n);
    const char *en =
        arena_printf(run->arena, "%lld features were refused at import and are not in it.", (long long)n);
    return zh && en ? say(run, tie, zh, en, e) : error_no_memory(e);
}

/* ---- rows ---- */

static struct conflict_tie blank(enum tie tie, const struct layer_ties *a, const struct layer_ties *b)
{
    return (struct conflict_tie){.tie = tie,
                                 .layer_a = a->layer,
                                 .layer_b = b->layer,
                                 .title_a = a->title_zh,
                                 .title_b = b->title_zh,
                                 .unit = "",
                                 .unit_name = "",
                                 .examined = true,
                                 .area_m2 = NAN,
                                 .outside_m2 = NAN,
                                 .of_m2 = NAN,
                                 .share = NAN,
                                 .note_zh = "",
                                 .note_en = ""};
}

/* With --layer, what speaks of other layers only was not asked for. */
static bool is_wanted(const struct conflict_run *run, const char *a, const char *b)
{
    const char *only = run->request->layer;
    return !only || strcmp(only, a) == 0 || strcmp(only, b) == 0;
}

enum status conflict_tie_pair(struct conflict_run *run, const struct matrix_tie *m, struct error *e)
{
    struct conflict_tie t = blank(m->tie, m->a, m->b);
    if (!is_wanted(run, t.layer_a, t.layer_b))
        return STATUS_OK;
    enum status s = need(run, m->a, &t, e);
    if (!s && m->b != m->a)
        s = need(run, m->b, &t, e);
    if (!s && t.tie == TIE_NEST && conflict_layer_number(run, t.layer_a) < 0 && t.examined) {
        t.examined = false;
        s = say(run, &t, "只要求审查另一图层，未审查；去掉 --layer 再审查。",
                "Only the other layer was asked for; not examined. Audit without --layer.", e);
    }
    if (!s && t.examined && m->asked && !run->request->within_spaces) {
        t.examined = false;
        s = say(run, &t, "没有要求，未审查；加 --within-spaces 再审查。",
                "It was not asked for; not examined. Audit with --within-spaces.", e);
    }
    if (!s && t.examined)
        s = conflict_tie_incomplete(run, snapshot_layer(run->snapshot, t.layer_a),
                                    m->b == m->a ? NULL : snapshot_layer(run->snapshot, t.layer_b), &t, e);
    return s ? s : conflict_tie_add(run, &t, e);
}

/* What a tiling covers: nothing to search in says why. */
static enum status need_cover(struct conflict_run *run, const struct matrix_tiling *m, struct conflict_tie *t,
                              struct error *e)
{
    const struct line_table *lines = snapshot_lines(run->snapshot);
    for (size_t i = 0; i < lines->n_ties; i++)
        if (strcmp(lines->ties[i].layer, m->covers) == 0) {
            t->title_b = lines->ties[i].title_zh;
            const struct layer_snapshot *l = snapshot_layer(run->snapshot, m->covers);
            return l && l->index ? STATUS_OK : need(run, &lines->ties[i], t, e);
        }
    t->title_b = "自治区范围";
    if (run->region)
        return STATUS_OK;
    t->examined = false;
    return say(run, t, "没有自治区或盟市界线，缝隙未审查；请导入后再审查。",
               "There is no outline of the region or of prefectures; gaps were not examined. Import one.", e);
}

static enum status add_tiling(struct conflict_run *run, const struct matrix_tiling *m, struct error *e)
{
    struct conflict_tie t = blank(TIE_TILE, m->layers[0], m->layers[0]);
    bool wanted = is_wanted(run, m->covers, m->covers);
    enum status s = STATUS_OK;
    for (size_t i = 0; i < m->n; i++)
        wanted = wanted || is_wanted(run, m->layers[i]->layer, m->covers);
    if (!wanted)
        return STATUS_OK;
    t.layer_a = conflict_tiling_text(run->arena, m, false, ",");
    t.title_a = conflict_tiling_text(run->arena, m, true, "、");
    t.layer_b = m->covers;
    if (!t.layer_a || !t.title_a)
        return error_no_memory(e);
    for (size_t i = 0; !s && i < m->n; i++)
        s = need(run, m->layers[i], &t, e);
    if (!s)
        s = need_cover(run, m, &t, e);
    for (size_t i = 0; !s && t.examined && i < m->n; i++)
        s = conflict_tie_incomplete(run, snapshot_layer(run->snapshot, m->layers[i]->layer), NULL, &t, e);
    return s ? s : conflict_tie_add(run, &t, e);
}

enum status conflict_ties_make(struct conflict_run *run, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < run->matrix.n_ties; i++)
        if (run->matrix.ties[i].tie != TIE_SHARE)
            s = conflict_tie_pair(run, &run->matrix.ties[i], e);
    for (size_t i = 0; !s && i < run->matrix.n_tilings; i++)
        s = add_tiling(run, &run->matrix.tilings[i], e);
    return s;
}

void conflict_ties_count(struct conflict_run *run)
{
    for (size_t i = 0; i < run->n_ties; i++)
        if (run->ties[i].tie != TIE_SHARE && run->ties[i].examined)
            run->ties[i].area_m2 = 0;
    for (size_t i = 0; i < run->n; i++) {
        const struct conflict_finding *f = &run->findings[i];
        if (f->tie < 0)
            continue;
        run->ties[f->tie].n_findings++;
        run->ties[f->tie].area_m2 += isfinite(f->area_m2) ? f->area_m2 : 0;
    }
}

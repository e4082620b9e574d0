#include "lines/matrix.h"

#include <stdlib.h>
#include <string.h>

const char *tie_name(enum tie t)
{
    switch (t) {
    case TIE_APART:
        return "apart";
    case TIE_NEST:
        return "nest";
    case TIE_TILE:
        return "tile";
    case TIE_ZONES:
        return "zones";
    case TIE_SHARE:
        return "share";
    }
    return "";
}

static bool is_mutual(enum tie t)
{
    return t == TIE_APART || t == TIE_TILE;
}

bool matrix_has(const struct layer_matrix *m, enum tie tie, const char *a, const char *b)
{
    for (size_t i = 0; i < m->n_ties; i++) {
        const struct matrix_tie *t = &m->ties[i];
        if (t->tie != tie)
            continue;
        if (strcmp(t->a->layer, a) == 0 && strcmp(t->b->layer, b) == 0)
            return true;
        if (is_mutual(tie) && strcmp(t->a->layer, b) == 0 && strcmp(t->b->layer, a) == 0)
            return true;
    }
    return false;
}

/* ---- making it ---- */

struct making {
    const struct layer_ties **rows; /* in the order of reports */
    size_t n;
    struct matrix_tie *ties;
    size_t n_ties, capacity;
    struct arena *arena;
    struct error *error;
};

static int by_order(const void *a, const void *b)
{
    const struct layer_ties *x = *(const struct layer_ties *const *)a,
                            *y = *(const struct layer_ties *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->layer, y->layer);
}

static size_t find(const struct making *m, const char *layer)
{
    size_t i = 0;
    while (i < m->n && strcmp(m->rows[i]->layer, layer) != 0)
        i++;
    return i;
}

static enum status unknown(const struct making *m, const struct layer_ties *row, const char *member,
                           const char *layer)
{
    error_zh(m->error, "图层定义“%s”的 %s 提到没有定义的图层“%s”；请先载入它的定义，或改正代号。", row->layer,
             member, layer);
    return error_fail(m->error, STATUS_INVALID_INPUT, "layer-unknown",
                      "The layer definition \"%s\" names in %s the layer \"%s\", which nobody defines; add "
                      "its definition first, or correct the id.",
                      row->layer, member, layer);
}

static enum status itself(const struct making *m, const struct layer_ties *row, const char *member)
{
    error_zh(m->error, "图层定义“%s”的 %s 提到它自己；请改为另一图层。", row->layer, member);
    return error_fail(m->error, STATUS_INVALID_INPUT, "layer-circle",
                      "The layer definition \"%s\" names itself in %s; name another layer.", row->layer,
                      member);
}

static enum status contradiction(const struct making *m, const struct layer_ties *row, const char *layer,
                                 const char *zh, const char *en)
{
    error_zh(m->error, "图层定义“%s”与“%s”的关系自相矛盾：%s；请改正其中一处。", row->layer, layer, zh);
    return error_fail(
        m->error, STATUS_INVALID_INPUT, "layer-contradiction",
        "What the layer definition \"%s\" says of \"%s\" contradicts itself: %s; correct one of "
        "the two.",
        row->layer, layer, en);
}

static enum status push(struct making *m, const struct matrix_tie *tie)
{
    if (!ARENA_RESERVE(m->arena, m->ties, m->capacity, m->n_ties + 1))
        return error_no_memory(m->error);
    m->ties[m->n_ties++] = *tie;
    return STATUS_OK;
}

/* A tie of the row to `layer`, once. */
static enum status add(struct making *m, const struct layer_ties *row, enum tie tie, const char *layer,
                       const char *member, bool asked)
{
    size_t other = find(m, layer);
    if (other == m->n)
        return unknown(m, row, member, layer);
    if (m->rows[other] == row)
        return itself(m, row, member);
    const struct layer_matrix so_far = {.ties = m->ties, .n_ties = m->n_ties};
    if (matrix_has(&so_far, tie, row->layer, layer))
        return STATUS_OK;
    bool turned = is_mutual(tie) && by_order(&m->rows[other], &row) < 0;
    return push(
        m, &(struct matrix_tie){tie, turned ? m->rows[other] : row, turned ? row : m->rows[other], asked});
}

static enum status add_nests(struct making *m, const struct layer_ties *row)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < row->n_nests; i++)
        s = add(m, row, TIE_NEST, row->nests[i].layer, "nests_in", row->nests[i].asked);
    if (!s && *row->space)
        s = add(m, row, TIE_NEST, row->space, "control.space", true);
    return s;
}

/* Ties of one kind from all rows. Tilings are made before: see tile. */
static enum status add_all(struct making *m, enum tie tie)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < m->n; i++) {
        const struct layer_ties *row = m->rows[i];
        if (tie == TIE_APART)
            for (const char *const *id = row->apart; !s && *id; id++)
                s = add(m, row, tie, *id, "control.apart_from", false);
        else if (tie == TIE_NEST)
            s = add_nests(m, row);
        else if (tie == TIE_ZONES && row->zoned)
            s = push(m, &(struct matrix_tie){tie, row, row, false});
        else if (tie == TIE_SHARE && *row->share_of)
            s = add(m, row, tie, row->share_of, "share_of", false);
    }
    return s;
}

/* ---- circles ---- */

/* Does a chain of such ties lead from a to b? `reached` has room for a row each. */
static bool leads(const struct making *m, enum tie tie, const struct layer_ties *a,
                  const struct layer_ties *b, bool *reached)
{
    bool more = true;
    memset(reached, 0, m->n * sizeof *reached);
    reached[find(m, a->layer)] = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < m->n_ties; i++) {
            const struct matrix_tie *t = &m->ties[i];
            size_t to = find(m, t->b->layer);
            if (t->tie == tie && reached[find(m, t->a->layer)] && !reached[to])
                more = reached[to] = true;
        }
    }
    return reached[find(m, b->layer)];
}

/* A tie is in a circle when a chain leads from its end to its beginning. */
static enum status refuse_circles(struct making *m)
{
    bool *reached = arena_array(m->arena, m->n + 1, sizeof *reached);
    if (!reached)
        return error_no_memory(m->error);
    for (size_t i = 0; i < m->n_ties; i++) {
        const struct matrix_tie *t = &m->ties[i];
        if (is_mutual(t->tie) || t->tie == TIE_ZONES || !leads(m, t->tie, t->b, t->a, reached))
            continue;
        const char *member = t->tie == TIE_NEST ? "nests_in" : "share_of";
        error_zh(m->error, "图层定义“%s”的 %s 经“%s”绕成了圈；请改正其中一个。", t->a->layer, member,
                 t->b->layer);
        return error_fail(m->error, STATUS_INVALID_INPUT, "layer-circle",
                          "From the layer definition \"%s\" %s leads through \"%s\" in a circle; correct one "
                          "of them.",
                          t->a->layer, member, t->b->layer);
    }
    return STATUS_OK;
}

/* ---- names ---- */

/* An id or a title of two definitions; of control layers line_table_make says it first. */
static enum status refuse_same_names(const struct making *m)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < i; k++) {
            const struct layer_ties *x = m->rows[k], *y = m->rows[i];
            if (strcmp(x->layer, y->layer) != 0 && strcmp(x->title_zh, y->title_zh) != 0)
                continue;
            error_zh(m->error, "图层定义“%s”与“%s”的代号或名称（%s）相同；请改其中一个。", x->layer, y->layer,
                     x->title_zh);
            return error_fail(m->error, STATUS_INVALID_INPUT, "layer-clash",
                              "The layer definitions \"%s\" and \"%s\" have the same id or title (%s); "
                              "change one of them.",
                              x->layer, y->layer, x->title_zh);
        }
    return STATUS_OK;
}

/* ---- tilings ---- */

static size_t root_of(const size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i];
    return i;
}

/* Joins the rows that tile together. */
static enum status join(const struct making *m, size_t *parent)
{
    for (size_t i = 0; i < m->n; i++)
        parent[i] = i;
    for (size_t i = 0; i < m->n; i++) {
        const struct layer_ties *row = m->rows[i];
        for (const char *const *id = row->tiles_with; *id; id++) {
            size_t other = find(m, *id);
            if (other == m->n)
                return unknown(m, row, "tiles.with", *id);
            if (other == i)
                return itself(m, row, "tiles.with");
            if (m->rows[other]->kind == LAYER_IS_ADMIN)
                return contradiction(m, row, *id, "行政区不能参与拼接",
                                     "an administrative layer is no part of a tiling");
            size_t x = root_of(parent, i), y = root_of(parent, other);
            parent[x > y ? x : y] = x > y ? y : x;
        }
        bool known = !*row->covers || strcmp(row->covers, MATRIX_REGION) == 0 || find(m, row->covers) < m->n;
        if (!known)
            return unknown(m, row, "tiles.cover", row->covers);
    }
    return STATUS_OK;
}

/* The tiling of the rows whose root this is, and its pairs. */
static enum status tile(struct making *m, const size_t *parent, size_t root, struct matrix_tiling *out)
{
    enum status s = STATUS_OK;
    *out = (struct matrix_tiling){arena_array(m->arena, m->n + 1, sizeof(void *)), 0, ""};
    if (!out->layers)
        return error_no_memory(m->error);
    for (size_t i = 0; i < m->n; i++) {
        const struct layer_ties *row = m->rows[i];
        if (root_of(parent, i) != root)
            continue;
        if (*row->covers && *out->covers && strcmp(row->covers, out->covers) != 0)
            return contradiction(m, row, out->layers[0]->layer, "同一拼接的 tiles.cover 不同",
                                 "tiles.cover of one tiling differs");
        if (*row->covers)
            out->covers = row->covers;
        out->layers[out->n++] = row;
    }
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->layers[i]->layer, out->covers) == 0)
            return contradiction(m, out->layers[i], out->covers, "不能拼接自己", "it cannot tile itself");
    for (size_t i = 0; i < out->n; i++)
        for (size_t k = i + 1; !s && k < out->n; k++)
            s = add(m, out->layers[i], TIE_TILE, out->layers[k]->layer, "tiles.with", false);
    return s;
}

static enum status tile_all(struct making *m, struct layer_matrix *out)
{
    size_t *parent = arena_array(m->arena, m->n + 1, sizeof *parent);
    struct matrix_tiling *tilings = arena_array(m->arena, m->n + 1, sizeof *tilings);
    enum status s = parent && tilings ? join(m, parent) : error_no_memory(m->error);
    out->tilings = tilings;
    out->n_tilings = 0;
    for (size_t i = 0; !s && i < m->n; i++) {
        if (root_of(parent, i) != i)
            continue;
        s = tile(m, parent, i, &tilings[out->n_tilings]);
        out->n_tilings += !s && *tilings[out->n_tilings].covers;
    }
    return s;
}

/* ---- what cannot be at once ---- */

static enum status refuse_contradictions(const struct making *m)
{
    const struct layer_matrix all = {.ties = m->ties, .n_ties = m->n_ties};
    for (size_t i = 0; i < m->n_ties; i++) {
        const struct matrix_tie *t = &m->ties[i];
        if (t->tie != TIE_NEST)
            continue;
        if (matrix_has(&all, TIE_APART, t->a->layer, t->b->layer))
            return contradiction(m, t->a, t->b->layer, "既不得重叠，又应在其内",
                                 "it must be apart from it and lie inside it");
        if (matrix_has(&all, TIE_TILE, t->a->layer, t->b->layer))
            return contradiction(m, t->a, t->b->layer, "既与之拼接，又应在其内",
                                 "it tiles beside it and lies inside it");
    }
    return STATUS_OK;
}

enum status layer_matrix_make(const struct line_table *t, struct arena *a, struct layer_matrix *out,
                              struct error *e)
{
    struct making m = {
        .n = t->n_ties, .rows = arena_array(a, t->n_ties + 1, sizeof(void *)), .arena = a, .error = e};
    enum status s = m.rows ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < m.n; i++)
        m.rows[i] = &t->ties[i];
    if (!s && m.n)
        qsort(m.rows, m.n, sizeof *m.rows, by_order);
    if (!s)
        s = refuse_same_names(&m);
    if (!s)
        s = add_all(&m, TIE_APART);
    if (!s)
        s = add_all(&m, TIE_NEST);
    if (!s)
        s = tile_all(&m, out);
    if (!s)
        s = add_all(&m, TIE_ZONES);
    if (!s)
        s = add_all(&m, TIE_SHARE);
    if (!s)
        s = refuse_circles(&m);
    if (!s)
        s = refuse_contradictions(&m);
    out->ties = m.ties;
    out->n_ties = m.n_ties;
    return s;
}

#include "audit/changes.h"

#include "audit/changes_parts.h"
#include "check/rebuild.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_DEG                                                                                           \
    1e-4 /* the index rounds boxes outward by up to 1e-5 degrees; touching looks 1 mm further */
#define CHANGES_ARENA_BYTES ((size_t)64 << 20)

/* ---- places ---- */

enum { COLUMNS = 6000, ROWS = 3400 };
#define WEST_DEG 97.0
#define SOUTH_DEG 37.0

/* What lies beside the grid is moved to its border: there, too, "changed" is never lost. */
static uint32_t cell_of(double deg, double origin, uint32_t n)
{
    double c = floor((deg - origin) / CHANGES_CELL_DEG);
    return !(c > 0) ? 0 : c >= n ? n - 1 : (uint32_t)c;
}

struct cells {
    uint32_t west, east, south, north;
};

static struct cells cells_of(const struct geo_box *b)
{
    return (struct cells){cell_of(b->west_deg - MARGIN_DEG, WEST_DEG, COLUMNS),
                          cell_of(b->east_deg + MARGIN_DEG, WEST_DEG, COLUMNS),
                          cell_of(b->south_deg - MARGIN_DEG, SOUTH_DEG, ROWS),
                          cell_of(b->north_deg + MARGIN_DEG, SOUTH_DEG, ROWS)};
}

void changes_mark(struct changes *c, const struct geo_box *box)
{
    struct cells k = cells_of(box);
    for (uint32_t y = k.south; y <= k.north; y++)
        memset(c->grid + (size_t)y * COLUMNS + k.west, 1, k.east - k.west + 1);
}

bool changes_near(const struct changes *c, const struct geo_box *box)
{
    struct cells k = cells_of(box);
    for (uint32_t y = k.south; y <= k.north; y++)
        if (memchr(c->grid + (size_t)y * COLUMNS + k.west, 1, k.east - k.west + 1))
            return true;
    return false;
}

/* ---- one line ---- */

static void total(struct changes *c, const char *zh, const char *en)
{
    c->total_zh = zh;
    c->total_en = en;
}

static bool same_uid(const struct run_line *then, const struct layer_snapshot *now)
{
    return now && then->version_no == now->version.version_no && strcmp(then->uid, now->version.uid) == 0;
}

static enum status still_whole(const struct layer_index *old, const struct layer_index *now, struct error *e)
{
    return index_is_trusted(old) && index_is_trusted(now) ? STATUS_OK : index_changed(e);
}

/* The coverage decides what may be called clear; its features are one area, in their order. */
static enum status compare_coverage(struct changes *c, struct store *store, struct arena *a,
                                    const struct store_version *then, const struct layer_snapshot *now,
                                    struct error *e)
{
    struct layer_index *old = NULL;
    struct feature_match m = {.n = 0};
    enum status s = index_of_version(store, then, true, a, &old, e);
    if (!s)
        s = changes_compare(c, old, now->coverage, &m, e);
    if (!s)
        s = still_whole(old, now->coverage, e);
    if (!s && !m.same)
        c->coverage = true;
    if (!s && !m.in_order)
        total(c, "数据覆盖范围的次序已改变", "the order of a coverage's parts has changed");
    free(m.pairs);
    index_close(old);
    return s;
}

static enum status compare_features(struct changes *c, int line, struct store *store, struct arena *a,
                                    const struct store_version *then, const struct layer_snapshot *now,
                                    struct error *e)
{
    struct layer_index *old = NULL;
    enum status s = index_of_version(store, then, false, a, &old, e);
    if (!s)
        s = changes_compare(c, old, now->index, &c->match[line], e);
    if (!s)
        s = still_whole(old, now->index, e);
    index_close(old);
    return s;
}

static enum status compare_line(struct changes *c, int line, struct store *store, struct arena *a,
                                const struct run_line *then, const struct layer_snapshot *now,
                                struct error *e)
{
    struct store_version old;
    bool readable = now && now->index;
    if (readable != then->readable || !now != (then->version_no == 0)) {
        total(c, "有的图层上次或本次不可用", "a layer was or is not to be had");
        return STATUS_OK;
    }
    c->identical[line] = !now || same_uid(then, now);
    if (c->identical[line])
        return STATUS_OK;
    enum status s = store_version_named(store, now->version.layer, (int)then->version_no, a, &old, e);
    if (s == STATUS_NO_MEMORY)
        return s;
    if (s || strcmp(old.uid, then->uid) != 0 || !readable) {
        total(c, "数据文件中没有上次所用的图层版本", "the store does not hold the layer version of then");
        return STATUS_OK;
    }
    if ((old.n_refused > 0) != (now->version.n_refused > 0) || old.has_coverage != (now->coverage != NULL)) {
        total(c, "图层的完整性或数据覆盖范围的有无已改变",
              "whether a layer is complete, or states its coverage, has changed");
        return STATUS_OK;
    }
    s = compare_features(c, line, store, a, &old, now, e);
    if (!s && now->coverage)
        s = compare_coverage(c, store, a, &old, now, e);
    if (s && s != STATUS_NO_MEMORY) {
        total(c, "上次所用的图层版本读不出来", "the layer version of then cannot be read");
        s = STATUS_OK;
    }
    return s;
}

/* ---- all of them ---- */

/* NULL: the run of then did not know the line. */
static const struct run_line *line_then(const struct run_identity *then, const char *id)
{
    for (int l = 0; l < then->n_lines; l++)
        if (strcmp(then->lines[l].id, id) == 0)
            return &then->lines[l];
    return NULL;
}

static enum status compare_all(struct changes *c, struct store *store, const struct snapshot *now,
                               const struct run_identity *then, struct arena *a, struct error *e)
{
    const struct line_table *lines = snapshot_lines(now);
    enum status s = STATUS_OK;
    if (lines->n != then->n_lines)
        total(c, "上次审查的控制线与本次不同", "the lines that were examined then are not those of today");
    for (int l = 0; !s && !c->total_zh && l < lines->n; l++) {
        const struct run_line *old = line_then(then, line_at(lines, l)->id);
        if (old)
            s = compare_line(c, l, store, a, old, snapshot_line(now, l), e);
        else
            total(c, "有的控制线上次没有审查", "a line was not examined then");
    }
    return s;
}

enum status changes_find(struct store *store, const struct snapshot *now, const struct run_identity *then,
                         struct changes **out, struct error *e)
{
    struct changes *c = calloc(1, sizeof *c);
    struct arena *a = arena_new(CHANGES_ARENA_BYTES);
    if (c)
        c->grid = calloc((size_t)COLUMNS * ROWS, 1);
    enum status s = c && a && c->grid ? STATUS_OK : error_no_memory(e);
    if (!s)
        s = compare_all(c, store, now, then, a, e);
    arena_free(a);
    if (s) {
        changes_free(c);
        return s;
    }
    *out = c;
    return STATUS_OK;
}

void changes_free(struct changes *c)
{
    if (!c)
        return;
    for (int l = 0; l < LINES_MAX; l++)
        free(c->match[l].pairs);
    free(c->grid);
    free(c);
}

const char *changes_total_zh(const struct changes *c)
{
    return c->total_zh;
}

const char *changes_total_en(const struct changes *c)
{
    return c->total_en;
}

bool changes_coverage(const struct changes *c)
{
    return c->coverage;
}

static int by_then(const void *a, const void *b)
{
    const struct feature_pair *x = a, *y = b;
    return (x->then > y->then) - (x->then < y->then);
}

bool changes_feature(const struct changes *c, int line, int64_t then, int64_t *now)
{
    *now = then;
    if (c->identical[line])
        return true;
    const struct feature_match *m = &c->match[line];
    struct feature_pair key = {then, 0};
    struct feature_pair *found = m->n ? bsearch(&key, m->pairs, m->n, sizeof *m->pairs, by_then) : NULL;
    if (found)
        *now = found->now;
    return found != NULL;
}

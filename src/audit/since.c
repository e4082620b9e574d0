#include "audit/since.h"

#include "audit/earlier.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_FINDINGS = 64, STATE_BYTES = 128 << 20 }; /* a parcel with more findings is measured */

struct since {
    struct earlier *rows;
    struct changes *changes; /* NULL while `total_zh` says why not */
    const char *total_zh, *total_en;
    int64_t ahead; /* number of the earlier row that waits for its item */
    bool is_ahead, done;
};

/* ---- opening ---- */

/* A run from which nothing can be taken over goes on as a full one, and says so. */
static void total(struct since *s, const char *zh, const char *en)
{
    s->total_zh = zh;
    s->total_en = en;
}

static enum status read_state(const char *path, struct arena *a, struct run_state *out, struct error *e)
{
    const char *text = NULL;
    enum status s = sink_gpkg_state(path, a, &text, e);
    if (!s && (!text || state_read(text, out, &text, NULL) || !out->finished)) {
        error_zh(e, "“%.200s”不是本版本 audit parcels 的完整输出（.gpkg）；--since 需要这样的文件。", path);
        s = error_fail(e, STATUS_INVALID_INPUT, "audit-since",
                       "\"%.200s\" is no finished output (.gpkg) of audit parcels of this version; --since "
                       "needs one.",
                       path);
    }
    return s;
}

/* The input may have grown: rows are matched one by one. */
static void compare_identity(struct since *s, const struct run_identity *then, const struct run_identity *now)
{
    if (strcmp(then->rules, now->rules) != 0)
        total(s, "规则表已改变", "the rule table has changed");
    else if (strcmp(then->definitions, now->definitions) != 0)
        total(s, "所审查的控制线或其定义已改变",
              "the lines that are examined, or their definitions, have changed");
    else if (strcmp(then->units, now->units) != 0)
        total(s, "行政区图层已改变，而有的规则只在某些行政区适用",
              "the administrative layers have changed, and some rule holds in some units only");
    else if (strcmp(then->options, now->options) != 0)
        total(s, "选项已改变", "an option has changed");
    else if (strcmp(then->engine, now->engine) != 0)
        total(s, "程序或程序库的版本已改变", "the version of the program or of a library has changed");
}

/* Somebody may have opened the earlier output and changed a verdict, or lost a row. */
static enum status check_seal(struct since *s, const struct run_state *state, struct arena *a,
                              struct error *e)
{
    int n_lines = state->identity.n_lines;
    struct row_seal sum = {{0, 0}}, one;
    struct earlier_row r;
    struct buffer text;
    int64_t n = 0, fid;
    bool more = true;
    buffer_init(&text, 0);
    enum status st = STATUS_OK;
    while (!st && more) {
        arena_reset(a);
        st = earlier_step(s->rows, &fid, &more, e);
        if (!st && more)
            st = earlier_take(s->rows, false, a, &r, e);
        if (!st && more)
            st = row_seal_of(&(struct sealed_row){&r.row, n_lines, r.position, r.fid, r.id}, &text, &one, e);
        if (!st && more)
            row_seal_add(&sum, &one);
        n += more;
    }
    buffer_release(&text);
    if (!st && (n != state->rows || memcmp(&sum, &state->seal, sizeof sum) != 0))
        total(s, "以前的结果在写成之后被修改过", "the earlier output was edited after it was written");
    return st ? st : earlier_rewind(s->rows, e);
}

static enum status find_changes(struct since *s, struct store *store, const struct snapshot *snapshot,
                                const struct run_state *then, struct error *e)
{
    if (!store) {
        total(s, "没有给出数据文件", "no store was given");
        return STATUS_OK;
    }
    enum status st = changes_find(store, snapshot, &then->identity, &s->changes, e);
    if (!st && changes_total_zh(s->changes))
        total(s, changes_total_zh(s->changes), changes_total_en(s->changes));
    return st;
}

static enum status open_all(struct since *s, struct store *store, const struct snapshot *snapshot,
                            const struct audit_request *r, struct arena *a, struct error *e)
{
    struct run_state then = {.rows = 0};
    struct run_identity now;
    enum status st = read_state(r->since, a, &then, e);
    if (!st)
        st = identity_of(snapshot, r, ".gpkg", &now, e); /* the kind of output that the earlier one is */
    if (!st)
        compare_identity(s, &then.identity, &now);
    if (!st)
        st = s->total_zh ? earlier_open(r->since, NULL, false, &s->rows, e)
                         : earlier_open(r->since, snapshot_lines(snapshot), r->overlaps, &s->rows, e);
    if (!st && !s->total_zh)
        st = check_seal(s, &then, a, e);
    return st || s->total_zh ? st : find_changes(s, store, snapshot, &then, e);
}

enum status since_open(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                       struct since **out, struct error *e)
{
    struct since *s = calloc(1, sizeof *s);
    struct arena *a = arena_new(STATE_BYTES);
    enum status st = s && a ? open_all(s, store, snapshot, r, a, e) : error_no_memory(e);
    arena_free(a);
    if (st) {
        since_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

void since_close(struct since *s)
{
    if (!s)
        return;
    earlier_close(s->rows);
    changes_free(s->changes);
    free(s);
}

const char *since_total_zh(const struct since *s)
{
    return s->total_zh;
}

const char *since_total_en(const struct since *s)
{
    return s->total_en;
}

/* ---- rows ---- */

enum status since_next(struct since *s, const struct audit_item *item, struct arena *a,
                       const struct audit_row **out, struct error *e)
{
    *out = NULL;
    enum status st = STATUS_OK;
    while (!st && !s->total_zh && !s->done && (!s->is_ahead || s->ahead < item->fid)) {
        bool more = false;
        st = earlier_step(s->rows, &s->ahead, &more, e);
        s->is_ahead = more;
        s->done = !more;
    }
    if (st || !s->is_ahead || s->ahead != item->fid)
        return st;
    s->is_ahead = false;
    struct earlier_row *r = arena_alloc(a, sizeof *r);
    st = r ? earlier_take(s->rows, true, a, r, e) : error_no_memory(e);
    if (!st && strcmp(r->id, item->id) == 0)
        *out = &r->row;
    return st;
}

/* ---- does it stand? ---- */

/* Several features of one line are added, joined and listed in the order of their numbers: that order must be
 * what it was. */
static bool same_order(const struct row_feature *f, const int64_t *now, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (f[i].line == f[k].line &&
                (f[i].overlap.feature_id < f[k].overlap.feature_id) != (now[i] < now[k]))
                return false;
    return true;
}

static bool features_stand(const struct changes *c, const struct audit_row *earlier, int64_t *now)
{
    if (earlier->n_features > MAX_FINDINGS)
        return false;
    for (size_t i = 0; i < earlier->n_features; i++)
        if (!changes_feature(c, earlier->features[i].line->number, earlier->features[i].overlap.feature_id,
                             &now[i]))
            return false;
    return same_order(earlier->features, now, earlier->n_features);
}

bool since_stands(const struct since *s, const struct audit_row *earlier, struct audit_row *row)
{
    int64_t now[MAX_FINDINGS];
    bool doubted = *earlier->reason_zh != '\0' && changes_coverage(s->changes);
    if (doubted || !earlier->measured || strcmp(earlier->project_class, row->project_class) != 0 ||
        strcmp(earlier->claims, row->claims) != 0 || earlier->blob_size != row->blob_size ||
        !row->blob_size || memcmp(earlier->blob, row->blob, row->blob_size) != 0 ||
        changes_near(s->changes, &row->box) || !features_stand(s->changes, earlier, now))
        return false;
    row->verdict = earlier->verdict;
    row->measured = true;
    row->area_m2 = earlier->area_m2;
    row->lines = earlier->lines;
    row->rules = earlier->rules;
    row->reason_zh = earlier->reason_zh;
    row->reason_en = earlier->reason_en;
    row->features = earlier->features;
    row->n_features = earlier->n_features;
    for (size_t i = 0; i < row->n_features; i++)
        row->features[i].overlap.feature_id = now[i];
    row->overlaps = earlier->overlaps;
    row->n_overlaps = earlier->n_overlaps;
    row->reused = true;
    return true;
}

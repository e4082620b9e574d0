#include "audit/tally.h"

#include "base/array.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_SIZE = 1 << 16 };
#define GROUPS_BYTES ((size_t)(TALLY_GROUPS + 1) * LINES_MAX * sizeof(struct tally_line) * 2)

struct tally *tally_new(const struct line_table *lines)
{
    struct tally *t = calloc(1, sizeof *t);
    if (t) {
        t->lines = lines;
        t->arena = arena_new(GROUPS_BYTES);
        t->hash = calloc(HASH_SIZE, sizeof *t->hash);
    }
    if (!t || !t->arena || !t->hash) {
        tally_free(t);
        return NULL;
    }
    t->box[0] = t->box[1] = INFINITY;
    t->box[2] = t->box[3] = -INFINITY;
    return t;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    free(t->groups);
    free(t->hash);
    arena_free(t->arena);
    free(t);
}

/* ---- groups ---- */

/* A key is one word: what would break a line of the checkpoint becomes a space, what is too long is cut
 * between characters. */
static void key_copy(char *to, size_t size, const char *from)
{
    size_t n = text_cut(from, size - 1);
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)from[i] < ' ' ? ' ' : from[i];
    to[n] = '\0';
}

static uint32_t key_hash(const struct tally_group *g)
{
    uint32_t h = 2166136261u;
    const char *const keys[] = {g->prefecture, g->county, g->project_class};
    for (size_t k = 0; k < 3; k++) {
        for (const char *c = keys[k]; *c; c++)
            h = (h ^ (unsigned char)*c) * 16777619u;
        h = (h ^ 31u) * 16777619u;
    }
    return h % HASH_SIZE;
}

static bool same_key(const struct tally_group *a, const struct tally_group *b)
{
    return strcmp(a->prefecture, b->prefecture) == 0 && strcmp(a->county, b->county) == 0 &&
           strcmp(a->project_class, b->project_class) == 0;
}

static struct tally_group *group_new(struct tally *t, const struct tally_group *key)
{
    if (!ARRAY_RESERVE(t->groups, t->cap_groups, t->n_groups + 1))
        return NULL;
    t->groups[t->n_groups] = *key;
    t->groups[t->n_groups].lines = arena_array(t->arena, (size_t)t->lines->n + 1, sizeof *key->lines);
    if (!t->groups[t->n_groups].lines)
        return NULL;
    return &t->groups[t->n_groups++];
}

static struct tally_group *group_find(struct tally *t, const struct tally_group *key)
{
    uint32_t h = key_hash(key);
    for (; t->hash[h]; h = (h + 1) % HASH_SIZE)
        if (same_key(&t->groups[t->hash[h] - 1], key))
            return &t->groups[t->hash[h] - 1];
    if (t->n_groups >= TALLY_GROUPS) {
        static const struct tally_group rest = {.prefecture = "*", .county = "*", .project_class = "*"};
        if (!same_key(key, &rest) && t->n_groups == TALLY_GROUPS)
            return group_find(t, &rest);
        if (t->n_groups > TALLY_GROUPS)
            return &t->groups[TALLY_GROUPS];
    }
    struct tally_group *g = group_new(t, key);
    if (g)
        t->hash[h] = (uint32_t)t->n_groups;
    return g;
}

/* ---- worst cases ---- */

static int severity(enum verdict v)
{
    switch (v) {
    case VERDICT_PROHIBITED:
        return 4;
    case VERDICT_UNKNOWN:
        return 3;
    case VERDICT_RESTRICTED:
        return 2;
    case VERDICT_NOTICE:
        return 1;
    case VERDICT_ALLOWED:
        return 0;
    }
    return 0;
}

/* Lying inside a line that contains is no fault. */
static double pressed_m2(const struct line_table *lines, const struct tally_case *c)
{
    double sum = 0;
    for (int l = 0; l < lines->n; l++)
        if (line_at(lines, l)->relation == LINE_EXCLUDES && c->line_m2[l] > 0)
            sum += c->line_m2[l];
    return sum;
}

static bool is_worse(const struct tally *t, const struct tally_case *a, const struct tally_case *b)
{
    int x = severity(a->verdict), y = severity(b->verdict);
    if (x != y)
        return x > y;
    double p = pressed_m2(t->lines, a), q = pressed_m2(t->lines, b);
    return p != q ? p > q : a->position < b->position;
}

static void worst_add(struct tally *t, const struct tally_case *c)
{
    size_t i = t->n_worst;
    if (i == TALLY_WORST && !is_worse(t, c, &t->worst[i - 1]))
        return;
    for (; i > 0 && is_worse(t, c, &t->worst[i - 1]); i--)
        t->worst[i] = t->worst[i - 1];
    t->worst[i] = *c;
    if (t->n_worst < TALLY_WORST)
        t->n_worst++;
}

/* ---- adding ---- */

static void grid_add(struct tally *t, const struct audit_row *r)
{
    if (!isfinite(r->lon_deg) || !isfinite(r->lat_deg))
        return;
    t->box[0] = fmin(t->box[0], r->box.west_deg);
    t->box[1] = fmin(t->box[1], r->box.south_deg);
    t->box[2] = fmax(t->box[2], r->box.east_deg);
    t->box[3] = fmax(t->box[3], r->box.north_deg);
    double x = (r->lon_deg - TALLY_WEST_DEG) / TALLY_STEP_DEG,
           y = (r->lat_deg - TALLY_SOUTH_DEG) / TALLY_STEP_DEG;
    if (x >= 0 && x < TALLY_COLUMNS && y >= 0 && y < TALLY_ROWS)
        t->grid[(int)y][(int)x][r->verdict]++;
}

enum status tally_add(struct tally *t, const struct audit_item *item, const struct audit_row *row,
                      struct error *e)
{
    struct tally_group key = {.n = 0};
    key_copy(key.prefecture, sizeof key.prefecture, row->prefecture);
    key_copy(key.county, sizeof key.county, row->county);
    key_copy(key.project_class, sizeof key.project_class, row->project_class);
    struct tally_group *g = group_find(t, &key);
    if (!g)
        return error_no_memory(e);
    struct tally_case c = {.position = item->position,
                           .verdict = row->verdict,
                           .area_m2 = row->area_m2,
                           .lon_deg = row->lon_deg,
                           .lat_deg = row->lat_deg};
    key_copy(c.id, sizeof c.id, item->id);
    t->n++;
    t->verdict[row->verdict]++;
    t->unmeasured += !row->measured;
    t->n_findings += (int64_t)row->n_features;
    g->n++;
    g->verdict[row->verdict]++;
    g->unmeasured += !row->measured;
    g->area_m2 += row->measured ? row->area_m2 : 0;
    for (int l = 0; l < t->lines->n; l++) {
        const struct row_line *from = &row->lines[l];
        t->status[l][from->status]++;
        c.line_m2[l] = from->m2;
        if (from->status == LAYER_OVERLAP) {
            g->lines[l].n++;
            g->lines[l].m2 += from->m2;
        }
        g->lines[l].unmeasured += from->status == LAYER_UNMEASURED || from->status == LAYER_NOT_COVERED;
    }
    grid_add(t, row);
    worst_add(t, &c);
    return STATUS_OK;
}

/* ---- the checkpoint ---- */

static void write_group(const struct tally_group *g, int n_lines, struct buffer *out)
{
    buffer_printf(out, "G\t%s\t%s\t%s\t%lld %lld", g->prefecture, g->county, g->project_class,
                  (long long)g->n, (long long)g->unmeasured);
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        buffer_printf(out, " %lld", (long long)g->verdict[v]);
    for (int l = 0; l < n_lines; l++)
        buffer_printf(out, " %lld %lld %a", (long long)g->lines[l].n, (long long)g->lines[l].unmeasured,
                      g->lines[l].m2);
    buffer_printf(out, " %a\n", g->area_m2);
}

static void write_case(const struct tally_case *c, int n_lines, struct buffer *out)
{
    buffer_printf(out, "W\t%s\t%lld %d %a %a %a", c->id, (long long)c->position, (int)c->verdict, c->area_m2,
                  c->lon_deg, c->lat_deg);
    for (int l = 0; l < n_lines; l++)
        buffer_printf(out, " %a", c->line_m2[l]);
    buffer_append_char(out, '\n');
}

void tally_write(const struct tally *t, struct buffer *out)
{
    int n_lines = t->lines->n;
    buffer_printf(out, "T\t%lld %lld %lld %a %a %a %a", (long long)t->n, (long long)t->unmeasured,
                  (long long)t->n_findings, t->box[0], t->box[1], t->box[2], t->box[3]);
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        buffer_printf(out, " %lld", (long long)t->verdict[v]);
    for (int l = 0; l < n_lines; l++)
        for (int s = 0; s <= LAYER_CLEAR; s++)
            buffer_printf(out, " %lld", (long long)t->status[l][s]);
    buffer_append_char(out, '\n');
    for (size_t i = 0; i < t->n_groups; i++)
        write_group(&t->groups[i], n_lines, out);
    for (size_t i = 0; i < t->n_worst; i++)
        write_case(&t->worst[i], n_lines, out);
    for (int y = 0; y < TALLY_ROWS; y++)
        for (int x = 0; x < TALLY_COLUMNS; x++)
            for (int v = 0; v <= VERDICT_ALLOWED; v++)
                if (t->grid[y][x][v])
                    buffer_printf(out, "M\t%d %d %d %u\n", y, x, v, t->grid[y][x][v]);
}

/* A line under the reader's finger; numbers are taken one by one, and a missing one latches. */
struct line {
    const char *at;
    bool bad;
};

static int64_t take_integer(struct line *l)
{
    char *end;
    long long v = strtoll(l->at, &end, 10);
    l->bad = l->bad || end == l->at;
    l->at = end;
    return v;
}

static double take_double(struct line *l)
{
    char *end;
    double v = strtod(l->at, &end);
    l->bad = l->bad || end == l->at;
    l->at = end;
    return v;
}

static void take_word(struct line *l, char *to, size_t size)
{
    size_t n = strcspn(l->at, "\t\n");
    l->bad = l->bad || n >= size || l->at[n] != '\t';
    if (l->bad)
        return;
    memcpy(to, l->at, n);
    to[n] = '\0';
    l->at += n + 1;
}

static bool read_totals(struct tally *t, struct line *l)
{
    t->n = take_integer(l);
    t->unmeasured = take_integer(l);
    t->n_findings = take_integer(l);
    for (int i = 0; i < 4; i++)
        t->box[i] = take_double(l);
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        t->verdict[v] = take_integer(l);
    for (int i = 0; i < t->lines->n; i++)
        for (int s = 0; s <= LAYER_CLEAR; s++)
            t->status[i][s] = take_integer(l);
    return !l->bad;
}

static bool read_group(struct tally *t, struct line *l)
{
    struct tally_group key = {.n = 0};
    take_word(l, key.prefecture, sizeof key.prefecture);
    take_word(l, key.county, sizeof key.county);
    take_word(l, key.project_class, sizeof key.project_class);
    struct tally_group *g = l->bad ? NULL : group_find(t, &key);
    if (!g)
        return false;
    g->n = take_integer(l);
    g->unmeasured = take_integer(l);
    for (int v = 0; v <= VERDICT_ALLOWED; v++)
        g->verdict[v] = take_integer(l);
    for (int i = 0; i < t->lines->n; i++) {
        g->lines[i].n = take_integer(l);
        g->lines[i].unmeasured = take_integer(l);
        g->lines[i].m2 = take_double(l);
    }
    g->area_m2 = take_double(l);
    return !l->bad;
}

static bool read_case(struct tally *t, struct line *l)
{
    struct tally_case c = {.position = 0};
    take_word(l, c.id, sizeof c.id);
    c.position = take_integer(l);
    int64_t verdict = take_integer(l);
    c.area_m2 = take_double(l);
    c.lon_deg = take_double(l);
    c.lat_deg = take_double(l);
    for (int i = 0; i < t->lines->n; i++)
        c.line_m2[i] = take_double(l);
    if (l->bad || verdict < 0 || verdict > VERDICT_ALLOWED || t->n_worst == TALLY_WORST)
        return false;
    c.verdict = (enum verdict)verdict;
    t->worst[t->n_worst++] = c;
    return true;
}

static bool read_cell(struct tally *t, struct line *l)
{
    int64_t y = take_integer(l), x = take_integer(l), v = take_integer(l), n = take_integer(l);
    if (l->bad || y < 0 || y >= TALLY_ROWS || x < 0 || x >= TALLY_COLUMNS || v < 0 || v > VERDICT_ALLOWED)
        return false;
    t->grid[y][x][v] = (uint32_t)n;
    return true;
}

enum status tally_damaged(struct error *e)
{
    error_zh(e, "检查点损坏，不能继续；请用 --overwrite 重新开始。");
    return error_fail(e, STATUS_CORRUPT, "audit-checkpoint",
                      "The checkpoint is damaged and cannot be resumed; start anew with --overwrite.");
}

enum status tally_read(struct tally *t, const char *text, struct error *e)
{
    bool ok = true;
    while (ok && *text) {
        struct line l = {text + 2, text[1] != '\t'};
        ok = *text == 'T'   ? read_totals(t, &l)
             : *text == 'G' ? read_group(t, &l)
             : *text == 'W' ? read_case(t, &l)
             : *text == 'M' ? read_cell(t, &l)
                            : false;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return ok ? STATUS_OK : tally_damaged(e);
}

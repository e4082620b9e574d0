#include "audit/share.h"

#include "lines/matrix.h"
#include "store/store.h"

#include <math.h>
#include <string.h>

struct share share_of(double part_m2, double whole_m2, const char *zh, const char *en)
{
    if (!(whole_m2 > 0) || !isfinite(part_m2))
        return (struct share){whole_m2, NAN, zh, en};
    return (struct share){whole_m2, part_m2 / whole_m2, "", ""};
}

static const struct official_area *find(const struct official_areas *o, const char *code)
{
    for (size_t i = 0; i < o->n; i++)
        if (strncmp(o->items[i].code, code, 6) == 0)
            return &o->items[i];
    return NULL;
}

struct share share_of_unit(const struct official_areas *o, const char *code, double part_m2)
{
    const struct official_area *a = strlen(code) >= 6 ? find(o, code) : NULL;
    struct share s = share_of(
        part_m2, a ? a->m2 : (double)NAN,
        "没有该行政区的官方面积，不算比例；请写入图层定义的 official_areas，或导入带调查面积的界线。",
        "The unit's official area is not known, so that no share is given; state it in official_areas "
        "of a definition, or import boundaries with their surveyed areas.");
    if (s.value > 1)
        return (struct share){
            s.of_m2, NAN, "面积大于官方面积，不算比例；请核对两者。",
            "The area is larger than the official one, so that no share is given; check both."};
    if (isfinite(s.value))
        s.zh = s.en = a->source;
    return s;
}

/* ---- reading ---- */

struct taking {
    struct official_areas *out;
    size_t room;
    struct arena *arena;
    const char *source;
    bool failed;
};

/* What a definition states stands before what a file declares. */
static void take(struct taking *t, const char *code, double m2, const char *source)
{
    const struct official_area *there = strlen(code) >= 6 ? find(t->out, code) : NULL;
    /* two features of one unit that say different things: nobody knows which is its area */
    if (there && there->source == source && there->m2 != m2)
        t->out->items[there - t->out->items].m2 = NAN;
    if (strlen(code) < 6 || !(m2 > 0) || there || t->out->n == t->room)
        return;
    t->out->items[t->out->n++] = (struct official_area){code, m2, source};
}

static bool take_feature(const struct store_feature *f, void *user)
{
    struct taking *t = user;
    size_t n = strlen(f->county); /* nine digits are a township's */
    bool is_unit = n == 6 || (n == 12 && strcmp(f->county + 6, "000000") == 0);
    const char *code = is_unit ? arena_strdup(t->arena, f->county) : "";
    t->failed = !code;
    if (code)
        take(t, code, f->declared_area_m2, t->source);
    return !t->failed;
}

static enum status take_layer(struct taking *t, struct store *store, const struct layer_snapshot *l,
                              struct error *e)
{
    const struct store_feature_query q = {.version_id = l->version.id, .attributes_only = true};
    t->source = arena_printf(t->arena, "“%s”登记的面积 / as the features of \"%s\" state it",
                             l->version.title_zh, l->version.layer);
    if (!t->source)
        return error_no_memory(e);
    enum status s = store_features(store, &q, take_feature, t, e);
    return s || !t->failed ? s : error_no_memory(e);
}

enum status official_areas_read(struct store *store, const struct snapshot *s, struct arena *a,
                                struct official_areas *out, struct error *e)
{
    static const char *const layers[] = {MATRIX_REGION, "prefectures", "admin_counties", NULL};
    const struct line_table *lines = snapshot_lines(s);
    struct taking t = {.out = out, .arena = a};
    enum status st = STATUS_OK;
    for (size_t i = 0; i < lines->n_ties; i++)
        t.room += lines->ties[i].n_areas;
    for (const char *const *id = layers; *id; id++) {
        const struct layer_snapshot *l = snapshot_layer(s, *id);
        t.room += l ? (size_t)l->version.n_features : 0;
    }
    *out = (struct official_areas){arena_array(a, t.room + 1, sizeof *out->items), 0};
    if (!out->items)
        return error_no_memory(e);
    for (size_t i = 0; i < lines->n_ties; i++)
        for (size_t k = 0; k < lines->ties[i].n_areas; k++)
            take(&t, lines->ties[i].areas[k].code, lines->ties[i].areas[k].km2 * 1e6,
                 lines->ties[i].areas[k].source);
    for (const char *const *id = layers; !st && *id; id++) {
        const struct layer_snapshot *l = snapshot_layer(s, *id);
        if (l)
            st = take_layer(&t, store, l, e);
    }
    return st;
}

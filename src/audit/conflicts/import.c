/* What the import of a layer says of its geometry: features that were refused are missing from every other
 * finding, those that were repaired are not what was delivered. */
#include "audit/conflicts/parts.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static const char *text_of(struct conflict_run *run, const json_t *item, const char *key)
{
    const char *t = json_string_value(json_object_get(item, key));
    return t ? arena_strdup(run->arena, t) : "";
}

static double number_of(const json_t *item, const char *key)
{
    const json_t *v = json_object_get(item, key);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static struct conflict_finding about_layer(const struct store_version *v, enum conflict_kind kind,
                                           int severity)
{
    struct conflict_finding f = conflict_blank(kind, severity);
    f.layer_a = v->layer;
    return f;
}

static enum status add_one(struct conflict_run *run, const struct store_version *v, const json_t *item,
                           bool repaired, struct check_worker *w, struct error *e)
{
    struct conflict_finding f = about_layer(v, CONFLICT_INVALID, repaired ? 1 : 3);
    f.code_a = text_of(run, item, "code");
    f.lon_deg = number_of(item, "lon");
    f.lat_deg = number_of(item, "lat");
    if (repaired)
        f.area_m2 = number_of(item, "at_stake_m2");
    if (repaired && isnan(f.area_m2)) /* a version of before this was measured */
        f.area_m2 = fabs(number_of(item, "area_after_m2") - number_of(item, "area_before_m2"));
    const char *zh = text_of(run, item, "zh"), *en = text_of(run, item, "en");
    if (!f.code_a || !zh || !en)
        return error_no_memory(e);
    f.note_zh = arena_printf(run->arena, "源文件第 %lld 个图斑，导入时%s：%s",
                             (long long)json_integer_value(json_object_get(item, "position")),
                             repaired ? "已修复" : "被拒收", zh);
    f.note_en = arena_printf(run->arena, "Feature %lld of the source, %s at import: %s",
                             (long long)json_integer_value(json_object_get(item, "position")),
                             repaired ? "repaired" : "refused", en);
    conflict_place_name(run, w, &f);
    return f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
}

static enum status add_listed(struct conflict_run *run, const struct store_version *v, const char *json,
                              struct check_worker *w, struct error *e)
{
    json_t *root = json_loads(json, 0, NULL);
    enum status s = STATUS_OK;
    static const char *const lists[] = {"refused", "repaired"};
    for (int k = 0; k < 2; k++) {
        size_t i;
        json_t *item, *list = json_object_get(root, lists[k]);
        json_array_foreach(list, i, item) if (!s) s = add_one(run, v, item, k == 1, w, e);
    }
    json_decref(root);
    return s;
}

static enum status add_incomplete(struct conflict_run *run, const struct store_version *v, struct error *e)
{
    struct conflict_finding f = about_layer(v, CONFLICT_INCOMPLETE, 4);
    f.note_zh = arena_printf(run->arena, "导入时有 %lld 个图斑因几何错误被拒收；这些图斑未参加本次审查。",
                             (long long)v->n_refused);
    f.note_en = arena_printf(
        run->arena, "%lld features with invalid geometry were refused at import; they are not audited.",
        (long long)v->n_refused);
    return f.note_zh && f.note_en ? conflict_add(run, &f, e) : error_no_memory(e);
}

enum status conflict_find_imports(struct conflict_run *run, struct store *store, struct error *e)
{
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    for (size_t l = 0; !s && l < run->n_layers; l++) {
        const struct store_version *v = &run->layers[l].snapshot->version;
        const char *json = NULL;
        if (v->n_refused > 0)
            s = add_incomplete(run, v, e);
        if (!s && v->n_refused + v->n_repaired > 0)
            s = store_version_report(store, v->id, run->arena, &json, e);
        if (!s && json)
            s = add_listed(run, v, json, &w, e);
    }
    check_worker_release(&w);
    return s;
}

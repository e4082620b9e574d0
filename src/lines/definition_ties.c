/* What a definition says of other layers beside its rules: the row of the matrix; and official areas. */
#include "lines/definition_parts.h"

#include <string.h>

static void read_nests(struct reading *d, const json_t *root, struct layer_ties *out)
{
    static const char *const known[] = {"layer", "asked", NULL};
    const json_t *list = json_object_get(root, "nests_in"), *one;
    size_t n = json_array_size(list), i;
    struct tie_nest *nests = arena_array(d->arena, n + 1, sizeof *nests);
    if (!nests) {
        definition_no_memory(d);
        return;
    }
    if (list && !json_is_array(list))
        definition_fail(d, "nests_in", "应为列表。", "a list is needed.");
    json_array_foreach(list, i, one)
    {
        member_only(d, one, "nests_in", known);
        nests[i] = (struct tie_nest){member_needed(d, one, "nests_in", "layer"),
                                     member_truth(d, one, "nests_in", "asked")};
    }
    out->nests = nests;
    out->n_nests = n;
}

static void read_tiles(struct reading *d, const json_t *root, struct layer_ties *out)
{
    static const char *const known[] = {"with", "cover", NULL};
    const json_t *in = member_object(d, root, "", "tiles");
    out->tiles_with = member_texts(d, in, "tiles", "with");
    out->covers = "";
    if (!in)
        return;
    member_only(d, in, "tiles", known);
    out->covers = member_needed(d, in, "tiles", "cover");
    if (!out->tiles_with[0])
        definition_fail(d, "tiles.with", "缺少；请列出与之拼接的图层。",
                        "it is missing; list the layers beside which this one tiles.");
}

static bool is_unit_code(const char *code)
{
    return strlen(code) == 6 && strspn(code, "0123456789") == 6;
}

static void read_areas(struct reading *d, const json_t *root, struct layer_ties *out)
{
    static const char *const known[] = {"code", "km2", "source", "conf", "note", NULL};
    static const double range[] = {1e-6, 1e8};
    static const char where[] = "official_areas";
    const json_t *list = json_object_get(root, where), *one;
    size_t n = json_array_size(list), i;
    struct unit_area *areas = arena_array(d->arena, n + 1, sizeof *areas);
    if (!areas) {
        definition_no_memory(d);
        return;
    }
    if (list && (!json_is_array(list) || out->kind != LAYER_IS_ADMIN))
        definition_fail(d, where, "应为列表，且只有 kind 为 admin 的图层可有。",
                        "a list is needed, and only a layer of kind admin has one.");
    json_array_foreach(list, i, one)
    {
        member_only(d, one, where, known);
        areas[i] = (struct unit_area){
            member_needed(d, one, where, "code"), member_number(d, one, where, "km2", range, 0),
            member_needed(d, one, where, "source"), member_needed(d, one, where, "conf")};
        if (!is_unit_code(areas[i].code))
            definition_fail(d, "official_areas.code", "应为 6 位行政区代码。",
                            "a code of six digits is needed.");
        if (!json_object_get(one, "km2"))
            definition_fail(d, "official_areas.km2", "缺少，请写上。", "it is missing; fill it in.");
        for (size_t k = 0; k < i; k++)
            if (strcmp(areas[k].code, areas[i].code) == 0)
                definition_fail(d, "official_areas.code", "同一代码出现两次。", "one code stands twice.");
    }
    out->areas = areas;
    out->n_areas = n;
}

void definition_ties(struct reading *d, const json_t *root, struct layer_ties *out)
{
    read_nests(d, root, out);
    read_tiles(d, root, out);
    out->share_of = member_text(d, root, "", "share_of");
    read_areas(d, root, out);
    if (out->kind == LAYER_IS_ADMIN && (out->n_nests || *out->covers || *out->share_of))
        definition_fail(d, "nests_in", "行政区图层不能有 nests_in、tiles 或 share_of。",
                        "an administrative layer has no nests_in, tiles or share_of.");
}

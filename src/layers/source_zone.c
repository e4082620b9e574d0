/* The names of sub-zones: by the operator's mapping, by the source's own name, by code where it has none. */
#include "layers/source_parts.h"

#include "store/schema_files.h"

#include <jansson.h>
#include <string.h>

enum status source_zone_table(struct source *s, struct error *e)
{
    const struct schema_file *file = schema_file_find("zone_codes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "zones");
    s->codes.list = arena_array(s->keep, json_array_size(rows) + 1, sizeof *s->codes.list);
    enum status st = s->codes.list ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; st == STATUS_OK && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *code = json_string_value(json_object_get(row, "code"));
        const char *name = json_string_value(json_object_get(row, "name"));
        struct source_zone *z = &s->codes.list[s->codes.n++];
        z->value = arena_strdup(s->keep, code ? code : "");
        z->name = arena_strdup(s->keep, name ? name : "");
        st = z->value && z->name ? STATUS_OK : error_no_memory(e);
    }
    json_decref(root);
    return st;
}

static const char *find(const struct source_zones *zones, const char *value)
{
    for (size_t i = 0; *value && i < zones->n; i++)
        if (strcmp(zones->list[i].value, value) == 0)
            return zones->list[i].name;
    return NULL;
}

const char *source_zone_name(const struct source *s, const char *name, const char *code, const char **by)
{
    *by = "mapping";
    const char *found = find(&s->mapped, name);
    if (!found)
        found = find(&s->mapped, code);
    if (found)
        return found;
    if (*name) {
        *by = layer_table_zone_known(&s->table, s->info.target, name) ? "name" : "unknown";
        return name;
    }
    found = find(&s->codes, code);
    *by = found && layer_table_zone_known(&s->table, s->info.target, found) ? "code" : "unknown";
    return found ? found : "";
}

/* ---- what there is, told before an import ---- */

static enum status note_zone(struct source *s, const char *name, const char *code, struct error *e)
{
    struct source_info *info = &s->info;
    const char *value = *name ? name : code, *by;
    const char *stored = source_zone_name(s, name, code, &by);
    for (int i = 0; i < info->n_zones && i < SOURCE_ZONES_SHOWN; i++)
        if (strcmp(info->zones[i].value, value) == 0 && strcmp(info->zones[i].name, stored) == 0) {
            info->zones[i].n++;
            return STATUS_OK;
        }
    if (info->n_zones++ >= SOURCE_ZONES_SHOWN)
        return STATUS_OK;
    info->zones[info->n_zones - 1] =
        (struct source_zone_use){arena_strdup(s->keep, value), arena_strdup(s->keep, stored), by, 1};
    const struct source_zone_use *z = &info->zones[info->n_zones - 1];
    return z->value && z->name ? STATUS_OK : error_no_memory(e);
}

/* A boundary of which every zone is a village's is not the one that is called alike. */
static bool all_villages(const struct source *s)
{
    int n = s->info.n_zones < SOURCE_ZONES_SHOWN ? s->info.n_zones : SOURCE_ZONES_SHOWN;
    for (int i = 0; i < n; i++)
        if (!layer_table_zone_is_village(&s->table, s->info.zones[i].name))
            return false;
    return n > 0 && layer_table_shares_pinyin(&s->table, s->info.target);
}

struct zone_walk {
    enum status status;
    struct error *e;
};

static bool note_one(struct source *s, const struct feature *f, void *user)
{
    struct zone_walk *w = user;
    const char *name = source_bound_text(s, f, LAYER_ZONE), *code = source_bound_text(s, f, LAYER_ZONE_CODE);
    if (*name || *code)
        w->status = note_zone(s, name, code, w->e);
    return w->status == STATUS_OK;
}

enum status source_list_zones(struct source *s, const struct source_request *r, struct error *e)
{
    struct zone_walk w = {STATUS_OK, e};
    if (s->binding[LAYER_ZONE] < 0 && s->binding[LAYER_ZONE_CODE] < 0)
        return STATUS_OK;
    enum status st = source_walk(s, 0, true, note_one, &w, e);
    st = st ? st : w.status;
    return st == STATUS_OK && !r->confirmed && all_villages(s) ? source_ask_village(s, r, s->info.target, e)
                                                               : st;
}

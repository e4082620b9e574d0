/* Sub-zones by code where a feature has no name of its own, and what speaks for a village's boundary. */
#include "ingest/source_parts.h"

#include "store/schema_files.h"

#include <jansson.h>
#include <string.h>

enum status source_zone_table(struct source *s, struct error *e)
{
    const struct schema_file *file = schema_file_find("zone_codes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "zones");
    s->zones = arena_array(s->keep, json_array_size(rows) + 1, sizeof *s->zones);
    enum status st = s->zones ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; st == STATUS_OK && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *code = json_string_value(json_object_get(row, "code"));
        const char *name = json_string_value(json_object_get(row, "name"));
        struct source_zone *z = &s->zones[s->n_zones++];
        z->code = arena_strdup(s->keep, code ? code : "");
        z->name = arena_strdup(s->keep, name ? name : "");
        st = z->code && z->name ? STATUS_OK : error_no_memory(e);
    }
    json_decref(root);
    return st;
}

const char *source_zone_name(const struct source *s, const char *code)
{
    for (size_t i = 0; *code && i < s->n_zones; i++)
        if (strcmp(s->zones[i].code, code) == 0)
            return s->zones[i].name;
    return "";
}

/* Village systems use the same pinyin, czkfbj, for 村庄开发边界: fields of a village's register give it away. */
bool source_is_village(struct source *s, const struct source_request *r)
{
    static const char *const fields[] = {"XZCDM", "XZCMC", "CZMC", "CUNDM", "CUNMC", "CZKFBJMC"};
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(s->layer);
    if (strstr(s->info.layer, "村庄") || strstr(r->path, "村庄"))
        return true;
    bool zoned = OGR_FD_GetFieldIndex(defn, "GHFQMC") >= 0 || OGR_FD_GetFieldIndex(defn, "GHFQDM") >= 0;
    for (size_t i = 0; !zoned && i < sizeof fields / sizeof *fields; i++)
        if (OGR_FD_GetFieldIndex(defn, fields[i]) >= 0)
            return true;
    return false;
}

/* Which field means what, and its values. */
#include "layers/source_parts.h"

#include "features/binding.h"
#include "formats/json.h"

#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wanted {
    const char *what_zh, *what_en;
    const char *given;
    const char **bound;
};

static void list_fields(const struct source *s, struct buffer *names)
{
    for (size_t i = 0; i < s->schema->n; i++)
        buffer_printf(names, "%s%s", i ? ", " : "", s->schema->names[i]);
}

static enum status fail_field(struct source *s, const struct wanted *w, struct error *e)
{
    struct buffer names;
    buffer_init(&names, 1 << 16);
    list_fields(s, &names);
    error_zh(e, "数据中没有指定为%s的字段“%s”；有：%.300s。", w->what_zh, w->given,
             names.data ? names.data : "");
    enum status st = error_fail(e, STATUS_INVALID_INPUT, "source-field-not-found",
                                "The data has no field \"%s\" (named as its %s); it has: %.300s.", w->given,
                                w->what_en, names.data ? names.data : "");
    buffer_release(&names);
    return st;
}

static int find(const struct source *s, const char *name)
{
    return binding_find_name(name, s->schema->names, s->schema->aliases, s->schema->n);
}

/* By the names of the standard, each also in its Chinese form (标识码 for BSM). */
static int find_official(const struct source *s, enum layer_field field)
{
    size_t i;
    const json_t *one;
    json_array_foreach(layer_table_names(&s->table, s->info.target, field), i, one)
    {
        const char *code = json_string_value(one);
        int index = find(s, code);
        const char *zh = layer_table_attribute_zh(&s->table, s->info.target, code);
        if (index < 0 && *zh)
            index = find(s, zh);
        if (index >= 0)
            return index;
    }
    return -1;
}

/* By the layer's own names; where it has none of them, an id and a name are what every other door takes
 * for them. */
static int find_usual(const struct source *s, enum layer_field field)
{
    int index = find_official(s, field);
    if (index < 0 && (field == LAYER_ID || field == LAYER_NAME))
        index = binding_find(field == LAYER_ID ? BOUND_ID : BOUND_NAME, s->schema->names, s->schema->aliases,
                             s->schema->n);
    return index;
}

static enum status bind_one(struct source *s, const struct wanted *w, enum layer_field field, struct error *e)
{
    int *index = &s->binding[field];
    *index = -1;
    *w->bound = "";
    if (w->given && !w->given[0])
        return STATUS_OK;
    *index = w->given ? find(s, w->given) : find_usual(s, field);
    if (*index < 0)
        return w->given ? fail_field(s, w, e) : STATUS_OK;
    *w->bound = s->schema->names[*index];
    return STATUS_OK;
}

enum status source_bind_fields(struct source *s, const struct source_request *r, struct error *e)
{
    struct source_fields *to = &s->info.bound;
    const struct wanted all[LAYER_FIELDS] = {
        [LAYER_ID] = {"标识码", "identifier", r->fields.id, &to->id},
        [LAYER_NAME] = {"名称", "name", r->fields.name, &to->name},
        [LAYER_ZONE] = {"分区", "zone", r->fields.zone, &to->zone},
        [LAYER_ZONE_CODE] = {"分区代码", "zone code", r->fields.zone_code, &to->zone_code},
        [LAYER_COUNTY] = {"行政区代码", "county code", r->fields.county, &to->county},
        [LAYER_AREA] = {"面积", "area", r->fields.area, &to->area},
    };
    for (int i = 0; i < LAYER_FIELDS; i++) {
        enum status st = bind_one(s, &all[i], (enum layer_field)i, e);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* Where the bound fields are in the records of this schema. */
static const int *bound_of(struct source *s, const struct feature_schema *schema)
{
    if (schema == s->schema)
        return s->binding;
    if (schema == s->bound_schema)
        return s->bound;
    for (int k = 0; k < LAYER_FIELDS; k++) {
        s->bound[k] = -1;
        for (size_t i = 0; s->binding[k] >= 0 && i < schema->n; i++)
            if (strcmp(schema->names[i], s->schema->names[s->binding[k]]) == 0)
                s->bound[k] = (int)i;
    }
    s->bound_schema = schema->passing ? NULL : schema; /* the next one may lie where it lay */
    return s->bound;
}

/* NULL: none, or only the number of its place, which is no name for it. */
static const char *own_id(const struct feature *f)
{
    char place[24];
    snprintf(place, sizeof place, "%lld", (long long)f->position);
    return f->id && strcmp(f->id, place) != 0 ? f->id : NULL;
}

const char *source_bound_text(struct source *s, const struct feature *f, enum layer_field field)
{
    int index = f->schema ? bound_of(s, f->schema)[field] : -1;
    const char *own = field == LAYER_ID ? own_id(f) : field == LAYER_NAME ? f->name : NULL;
    return index < 0 && own ? own : feature_value(f, index);
}

/* A zone's code stays beside the name that was found by it. */
static bool is_bound(const int *bound, int i)
{
    for (int k = 0; k < LAYER_FIELDS; k++)
        if (k != LAYER_ZONE_CODE && bound[k] == i)
            return true;
    return false;
}

/* The fields that nothing is bound to, for people to look up. */
static enum status write_properties(struct source *s, const struct feature *f, struct source_feature *out,
                                    struct error *e)
{
    struct json_writer w;
    buffer_clear(&s->json);
    jw_init(&w, &s->json, false);
    jw_object_begin(&w);
    for (size_t i = 0; f->schema && i < f->schema->n; i++) {
        /* In a table every record has every field; where records differ, a null was written down. */
        bool absent = !f->values[i] && s->stream->info.schema;
        if (absent || is_bound(bound_of(s, f->schema), (int)i))
            continue;
        jw_key(&w, f->schema->names[i]);
        feature_value_write(&w, f, i);
    }
    if (out->zone_as_given && *out->zone_as_given)
        jw_kv_string(&w, s->info.bound.zone, out->zone_as_given);
    jw_object_end(&w);
    out->properties = s->json.data;
    return buffer_status(&s->json, e);
}

static double number_of(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return *text && *(end + strspn(end, " ")) == '\0' ? v : NAN;
}

enum status source_read_fields(struct source *s, const struct feature *f, struct source_feature *out,
                               struct error *e)
{
    const char *by, *zone = source_bound_text(s, f, LAYER_ZONE);
    out->code = source_bound_text(s, f, LAYER_ID);
    out->name = source_bound_text(s, f, LAYER_NAME);
    out->county = source_bound_text(s, f, LAYER_COUNTY);
    out->declared_area_m2 = number_of(source_bound_text(s, f, LAYER_AREA));
    out->zone = source_zone_name(s, zone, source_bound_text(s, f, LAYER_ZONE_CODE), &by);
    out->zone_as_given = strcmp(out->zone, zone) == 0 ? NULL : zone;
    return write_properties(s, f, out, e);
}

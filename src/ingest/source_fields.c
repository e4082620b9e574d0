/* Which field means what, and its values as UTF-8. */
#include "ingest/source_parts.h"

#include "base/text.h"
#include "formats/json.h"

#include <iconv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wanted {
    const char *what_zh, *what_en;
    const char *given;
    const char **bound;
};

char *source_text(struct source *s, const char *raw, struct arena *a)
{
    return text_decoder_text(&s->decoder, raw, a, NULL);
}

/* `text` in an encoding, or NULL when it cannot be. In the arena. */
static char *recode(const char *text, const char *to, const char *from, struct arena *a)
{
    size_t n = strlen(text), room = n * 4;
    iconv_t how = iconv_open(to, from);
    char *out = how == (iconv_t)-1 ? NULL : arena_alloc(a, room + 1);
    char *in = (char *)text, *at = out;
    if (out && iconv(how, &in, &n, &at, &room) == (size_t)-1)
        out = NULL;
    if (out)
        *at = '\0';
    if (how != (iconv_t)-1)
        iconv_close(how);
    return out;
}

char *source_layer_name(const char *raw, struct arena *a)
{
    if (text_is_ascii(raw))
        return arena_strdup(a, raw);
    char *bytes = text_is_utf8(raw) ? recode(raw, "CP437", "UTF-8", a) : arena_strdup(a, raw);
    char *name = bytes ? recode(bytes, "UTF-8", "GB18030", a) : NULL;
    return name ? name : arena_strdup(a, raw);
}

static void vote_on(struct text_vote *vote, OGRFeatureH f)
{
    for (int i = 0; i < OGR_F_GetFieldCount(f); i++) {
        if (OGR_Fld_GetType(OGR_F_GetFieldDefnRef(f, i)) != OFTString || !OGR_F_IsFieldSetAndNotNull(f, i))
            continue;
        const char *text = OGR_F_GetFieldAsString(f, i);
        text_vote_add(vote, text, strlen(text));
    }
}

void source_find_encoding(struct source *s)
{
    s->info.encoding = "";
    if (!s->guard.raw_text)
        return;
    struct text_vote vote = {0, 0};
    const char *no_geometry[] = {"OGR_GEOMETRY", NULL}, *stated = s->guard.declared_encoding;
    OGR_L_SetIgnoredFields(s->layer, no_geometry);
    OGR_L_ResetReading(s->layer);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(s->layer));) {
        vote_on(&vote, f);
        OGR_F_Destroy(f);
    }
    OGR_L_SetIgnoredFields(s->layer, NULL);
    s->decoder.encoding = text_vote_decide(&vote, stated);
    s->info.encoding = text_encoding_name(s->decoder.encoding);
    s->info.encoding_misdeclared = text_vote_contradicts(&vote, stated);
}

static void list_fields(struct source *s, OGRFeatureDefnH defn, struct buffer *names)
{
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        char *name = source_text(s, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i)), s->keep);
        buffer_printf(names, "%s%s", i ? ", " : "", name ? name : "?");
    }
}

static enum status fail_field(struct source *s, OGRFeatureDefnH defn, const struct wanted *w, struct error *e)
{
    struct buffer names;
    buffer_init(&names, 1 << 16);
    list_fields(s, defn, &names);
    error_zh(e, "数据中没有指定为%s的字段“%s”；有：%.300s。", w->what_zh, w->given,
             names.data ? names.data : "");
    enum status st = error_fail(e, STATUS_INVALID_INPUT, "source-field-not-found",
                                "The data has no field \"%s\" (named as its %s); it has: %.300s.", w->given,
                                w->what_en, names.data ? names.data : "");
    buffer_release(&names);
    return st;
}

static bool is_called(struct source *s, const char *raw, const char *name)
{
    char *text = raw && *raw ? source_text(s, raw, s->keep) : NULL;
    return text && strcasecmp(text, name) == 0;
}

int source_field_index(struct source *s, OGRFeatureDefnH defn, const char *name)
{
    int n = OGR_FD_GetFieldCount(defn), by_alias = -1;
    for (int i = 0; i < n; i++) {
        OGRFieldDefnH f = OGR_FD_GetFieldDefn(defn, i);
        if (is_called(s, OGR_Fld_GetNameRef(f), name))
            return i;
        if (by_alias < 0 && is_called(s, OGR_Fld_GetAlternativeNameRef(f), name))
            by_alias = i;
    }
    return by_alias;
}

/* By the names of the standard, each also in its Chinese form (标识码 for BSM). */
static int find_official(struct source *s, OGRFeatureDefnH defn, enum layer_field field)
{
    size_t i;
    const json_t *one;
    json_array_foreach(layer_table_names(&s->table, s->info.target, field), i, one)
    {
        const char *code = json_string_value(one);
        int index = source_field_index(s, defn, code);
        const char *zh = layer_table_attribute_zh(&s->table, s->info.target, code);
        if (index < 0 && *zh)
            index = source_field_index(s, defn, zh);
        if (index >= 0)
            return index;
    }
    return -1;
}

static enum status bind_one(struct source *s, OGRFeatureDefnH defn, const struct wanted *w,
                            enum layer_field field, struct error *e)
{
    int *index = &s->binding.field[field];
    *index = -1;
    *w->bound = "";
    if (w->given && !w->given[0])
        return STATUS_OK;
    *index = w->given ? source_field_index(s, defn, w->given) : find_official(s, defn, field);
    if (*index < 0)
        return w->given ? fail_field(s, defn, w, e) : STATUS_OK;
    *w->bound = source_text(s, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, *index)), s->keep);
    return *w->bound ? STATUS_OK : error_no_memory(e);
}

enum status source_bind_fields(struct source *s, const struct source_request *r, struct error *e)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(s->layer);
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
        enum status st = bind_one(s, defn, &all[i], (enum layer_field)i, e);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

const char *source_field_text(struct source *s, OGRFeatureH f, int index)
{
    if (index < 0 || !OGR_F_IsFieldSetAndNotNull(f, index))
        return "";
    return source_text(s, OGR_F_GetFieldAsString(f, index), s->feature);
}

static void write_value(struct source *s, struct json_writer *w, OGRFeatureH f, int i)
{
    switch (OGR_Fld_GetType(OGR_F_GetFieldDefnRef(f, i))) {
    case OFTInteger:
    case OFTInteger64:
        jw_integer(w, OGR_F_GetFieldAsInteger64(f, i));
        break;
    case OFTReal:
        jw_number(w, OGR_F_GetFieldAsDouble(f, i));
        break;
    default:
        jw_string(w, source_text(s, OGR_F_GetFieldAsString(f, i), s->feature));
    }
}

/* A zone's code stays beside the name that was found by it. */
static bool is_bound(const struct source_binding *b, int i)
{
    for (int k = 0; k < LAYER_FIELDS; k++)
        if (k != LAYER_ZONE_CODE && b->field[k] == i)
            return true;
    return false;
}

/* The fields that nothing is bound to, for people to look up. */
static enum status write_properties(struct source *s, OGRFeatureH f, struct source_feature *out,
                                    struct error *e)
{
    struct json_writer w;
    buffer_clear(&s->json);
    jw_init(&w, &s->json, false);
    jw_object_begin(&w);
    for (int i = 0; i < OGR_F_GetFieldCount(f); i++) {
        if (is_bound(&s->binding, i))
            continue;
        char *name = source_text(s, OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(f, i)), s->feature);
        jw_key(&w, name ? name : "?");
        if (OGR_F_IsFieldSetAndNotNull(f, i))
            write_value(s, &w, f, i);
        else
            jw_null(&w); /* a field that is null everywhere is a field of the layer all the same */
    }
    if (out->zone_as_given && *out->zone_as_given)
        jw_kv_string(&w, s->info.bound.zone, out->zone_as_given);
    jw_object_end(&w);
    out->properties = s->json.data;
    return buffer_status(&s->json, e);
}

enum status source_read_fields(struct source *s, OGRFeatureH f, struct source_feature *out, struct error *e)
{
    const int *field = s->binding.field;
    const char *by;
    out->code = source_field_text(s, f, field[LAYER_ID]);
    out->name = source_field_text(s, f, field[LAYER_NAME]);
    const char *zone = source_field_text(s, f, field[LAYER_ZONE]);
    const char *zone_code = source_field_text(s, f, field[LAYER_ZONE_CODE]);
    out->county = source_field_text(s, f, field[LAYER_COUNTY]);
    out->declared_area_m2 = NAN;
    if (field[LAYER_AREA] >= 0 && OGR_F_IsFieldSetAndNotNull(f, field[LAYER_AREA]))
        out->declared_area_m2 = OGR_F_GetFieldAsDouble(f, field[LAYER_AREA]);
    if (!out->code || !out->name || !zone || !zone_code || !out->county)
        return error_no_memory(e);
    out->zone = source_zone_name(s, zone, zone_code, &by);
    out->zone_as_given = strcmp(out->zone, zone) == 0 ? NULL : zone;
    return write_properties(s, f, out, e);
}

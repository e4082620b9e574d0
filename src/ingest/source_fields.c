/* Which field means what, and its values as UTF-8. */
#include "geo/crs/words.h"
#include "ingest/source_parts.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wanted {
    const char *what_zh, *what_en;
    const char *given;
    const char **bound;
};

static bool is_utf8(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        int n = *p < 0x80                 ? 0
                : *p >= 0xC2 && *p < 0xE0 ? 1
                : *p >= 0xE0 && *p < 0xF0 ? 2
                : *p >= 0xF0 && *p < 0xF5 ? 3
                                          : -1;
        if (n < 0)
            return false;
        for (p++; n > 0; n--, p++)
            if ((*p & 0xC0) != 0x80)
                return false;
    }
    return true;
}

static char *from_gbk(struct source *s, const char *raw, struct arena *a)
{
    size_t n = strlen(raw), room = n * 4;
    char *text = s->from_gbk == (iconv_t)-1 ? NULL : arena_alloc(a, room + 1);
    if (!text)
        return NULL;
    char *in = (char *)raw, *to = text; /* iconv does not write through `in` */
    iconv(s->from_gbk, NULL, NULL, NULL, NULL);
    if (iconv(s->from_gbk, &in, &n, &to, &room) == (size_t)-1)
        return NULL;
    *to = '\0';
    return text;
}

char *source_text(struct source *s, const char *raw, struct arena *a)
{
    char *text = s->gbk_first || !is_utf8(raw) ? from_gbk(s, raw, a) : NULL;
    return text ? text
                : arena_strdup(a, raw); /* bytes that are neither are kept; JSON marks them as unreadable */
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if (*text & 0x80)
            return false;
    return true;
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
    if (is_ascii(raw))
        return arena_strdup(a, raw);
    char *bytes = is_utf8(raw) ? recode(raw, "CP437", "UTF-8", a) : arena_strdup(a, raw);
    char *name = bytes ? recode(bytes, "UTF-8", "GB18030", a) : NULL;
    return name ? name : arena_strdup(a, raw);
}

static int vote(OGRFeatureH f)
{
    int votes = 0;
    for (int i = 0; i < OGR_F_GetFieldCount(f); i++) {
        if (OGR_Fld_GetType(OGR_F_GetFieldDefnRef(f, i)) != OFTString || !OGR_F_IsFieldSetAndNotNull(f, i))
            continue;
        const char *text = OGR_F_GetFieldAsString(f, i);
        if (!is_ascii(text))
            votes += is_utf8(text) ? -1 : 1;
    }
    return votes;
}

/* Short GBK words can be valid UTF-8 ("一"), and UTF-8 that was cut at the field's width is not: the majority of all
 * values of the file decides for all. */
void source_find_encoding(struct source *s)
{
    s->info.encoding = "";
    if (!s->guard.raw_text)
        return;
    int64_t votes = 0;
    const char *no_geometry[] = {"OGR_GEOMETRY", NULL};
    OGR_L_SetIgnoredFields(s->layer, no_geometry);
    OGR_L_ResetReading(s->layer);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(s->layer));) {
        votes += vote(f);
        OGR_F_Destroy(f);
    }
    OGR_L_SetIgnoredFields(s->layer, NULL);
    s->gbk_first = votes > 0;
    s->info.encoding = s->gbk_first ? "GB18030" : "UTF-8";
    const char *cpg = s->guard.declared_encoding;
    bool says_utf8 = strcasestr(cpg, "utf") != NULL;
    bool says_gbk = strcasestr(cpg, "gb") != NULL || strstr(cpg, "936") != NULL;
    s->info.encoding_misdeclared = cpg[0] && votes != 0 && (votes > 0 ? !says_gbk : !says_utf8);
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

static enum status find_system_fields(struct source *s, OGRFeatureDefnH defn, struct error *e)
{
    struct source_binding *b = &s->binding;
    b->n_system = 0;
    for (int i = 0; i < OGR_FD_GetFieldCount(defn) && b->n_system < SOURCE_SYSTEM_FIELDS; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        const char *name = source_text(s, OGR_Fld_GetNameRef(field), s->keep);
        if (!name)
            return error_no_memory(e);
        enum crs_key key = crs_key_of(name);
        if (key == CRS_KEY_DATUM || key == CRS_KEY_EPSG)
            b->system[b->n_system++] = i;
    }
    return STATUS_OK;
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
    return find_system_fields(s, defn, e);
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
        if (is_bound(&s->binding, i) || !OGR_F_IsFieldSetAndNotNull(f, i))
            continue;
        char *name = source_text(s, OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(f, i)), s->feature);
        jw_key(&w, name ? name : "?");
        write_value(s, &w, f, i);
    }
    if (out->zone_as_given && *out->zone_as_given)
        jw_kv_string(&w, s->info.bound.zone, out->zone_as_given);
    jw_object_end(&w);
    out->properties = s->json.data;
    return buffer_status(&s->json, e);
}

static enum status place_attribute(const struct source *s, const char *name, enum status st, struct error *e)
{
    struct error why = *e;
    error_zh(e, "“%s”第 %lld 个要素的字段“%.60s”：%s", s->info.layer, (long long)s->position, name, why.zh);
    return error_fail(e, st, why.code, "Field \"%.60s\" of feature %lld of \"%s\": %s", name,
                      (long long)s->position, s->info.layer, why.en);
}

/* Fields that state a datum, as a single check reads them. */
static enum status check_system(struct source *s, OGRFeatureH f, struct error *e)
{
    struct error why = {.status = STATUS_OK};
    for (size_t i = 0; i < s->binding.n_system; i++) {
        const char *value = source_field_text(s, f, s->binding.system[i]);
        const char *name =
            source_text(s, OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(f, s->binding.system[i])), s->feature);
        enum status st = name && value ? crs_words_of_attribute(name, value, &why) : error_no_memory(&why);
        if (st == STATUS_OK)
            continue;
        st = place_attribute(s, name ? name : "", st, &why);
        if (e)
            *e = why;
        return st;
    }
    return STATUS_OK;
}

enum status source_read_fields(struct source *s, OGRFeatureH f, struct source_feature *out, struct error *e)
{
    enum status st = check_system(s, f, e);
    if (st != STATUS_OK)
        return st;
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

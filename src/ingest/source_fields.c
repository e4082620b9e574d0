/* Which field means what, and its values as UTF-8. */
#include "ingest/source_parts.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Official names first (数据库规范), then those seen in practice; the first that the source has is taken. */
static const char *const ID_NAMES[] = {"BSM", NULL};
static const char *const NAME_NAMES[] = {"MC",   "XMMC", "YJJBNTTBBH", "JBNTTBBH",
                                         "TBBH", "DKMC", "XZQMC",      NULL};
static const char *const ZONE_NAMES[] = {"GHFQMC", "GKFQ", NULL};
static const char *const ZONE_CODE_NAMES[] = {"GHFQDM", NULL};
static const char *const COUNTY_NAMES[] = {"XJXZQDM", "XJXZQHDM", "XZQDM", NULL};
static const char *const AREA_NAMES[] = {"MJ", "YJJBNTTBMJ", "TBMJ", "DKMJ", NULL};

struct wanted {
    const char *what_zh, *what_en;
    const char *given;
    const char *const *official;
    int *index;
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

static void list_fields(OGRFeatureDefnH defn, struct buffer *names)
{
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++)
        buffer_printf(names, "%s%s", i ? ", " : "", OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i)));
}

static enum status fail_field(OGRFeatureDefnH defn, const struct wanted *w, struct error *e)
{
    struct buffer names;
    buffer_init(&names, 1 << 16);
    list_fields(defn, &names);
    error_zh(e, "数据中没有指定为%s的字段“%s”；有：%.300s。", w->what_zh, w->given,
             names.data ? names.data : "");
    enum status st = error_fail(e, STATUS_INVALID_INPUT, "source-field-not-found",
                                "The data has no field \"%s\" (named as its %s); it has: %.300s.", w->given,
                                w->what_en, names.data ? names.data : "");
    buffer_release(&names);
    return st;
}

static enum status bind_one(struct source *s, OGRFeatureDefnH defn, const struct wanted *w, struct error *e)
{
    *w->index = -1;
    *w->bound = "";
    if (w->given && !w->given[0])
        return STATUS_OK;
    if (w->given) {
        *w->index = OGR_FD_GetFieldIndex(defn, w->given);
        if (*w->index < 0)
            return fail_field(defn, w, e);
    }
    for (int i = 0; !w->given && *w->index < 0 && w->official[i]; i++)
        *w->index = OGR_FD_GetFieldIndex(defn, w->official[i]);
    if (*w->index < 0)
        return STATUS_OK;
    *w->bound = source_text(s, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, *w->index)), s->keep);
    return *w->bound ? STATUS_OK : error_no_memory(e);
}

enum status source_bind_fields(struct source *s, const struct source_request *r, struct error *e)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(s->layer);
    struct source_binding *b = &s->binding;
    struct source_fields *to = &s->info.bound;
    const struct wanted all[] = {
        {"标识码", "identifier", r->fields.id, ID_NAMES, &b->id, &to->id},
        {"名称", "name", r->fields.name, NAME_NAMES, &b->name, &to->name},
        {"分区", "zone", r->fields.zone, ZONE_NAMES, &b->zone, &to->zone},
        {"行政区代码", "county code", r->fields.county, COUNTY_NAMES, &b->county, &to->county},
        {"面积", "area", r->fields.area, AREA_NAMES, &b->area, &to->area},
        {"规划分区代码", "zone code", NULL, ZONE_CODE_NAMES, &b->zone_code, &s->info.zone_code},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        enum status st = bind_one(s, defn, &all[i], e);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static const char *field_text(struct source *s, OGRFeatureH f, int index)
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

static bool is_bound(const struct source_binding *b, int i)
{
    return i == b->id || i == b->name || i == b->zone || i == b->county || i == b->area;
}

/* The fields that nothing is bound to, for people to look up. */
static enum status write_properties(struct source *s, OGRFeatureH f, const char **out, struct error *e)
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
    jw_object_end(&w);
    *out = s->json.data;
    return buffer_status(&s->json, e);
}

enum status source_read_fields(struct source *s, OGRFeatureH f, struct source_feature *out, struct error *e)
{
    const struct source_binding *b = &s->binding;
    out->code = field_text(s, f, b->id);
    out->name = field_text(s, f, b->name);
    out->zone = field_text(s, f, b->zone);
    const char *zone_code = field_text(s, f, b->zone_code);
    if (out->zone && !out->zone[0] && zone_code)
        out->zone = source_zone_name(s, zone_code); /* by name first */
    out->county = field_text(s, f, b->county);
    out->declared_area_m2 = NAN;
    if (b->area >= 0 && OGR_F_IsFieldSetAndNotNull(f, b->area))
        out->declared_area_m2 = OGR_F_GetFieldAsDouble(f, b->area);
    if (!out->code || !out->name || !out->zone || !out->county)
        return error_no_memory(e);
    return write_properties(s, f, &out->properties, e);
}

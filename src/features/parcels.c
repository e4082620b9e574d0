/* A stream of features -> parcels: the CRS, the fields, and each feature before the policy. */
#include "features/parcels.h"
#include "features/file_notes.h"

#include "base/limits.h"
#include "features/parsing.h"
#include "features/readers/coords.h"
#include "features/readers/recognise.h"
#include "features/readers/text_cutter.h"
#include "geo/crs/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the CRS ---- */

enum status feature_stream_crs(const struct feature_stream *s, struct geo_transformer *t,
                               struct crs_question *q, struct crs_stated *stated, struct crs_decision *out,
                               struct error *e)
{
    const struct feature_stream_info *info = &s->info;
    *stated = (struct crs_stated){.epsg = 0};
    enum status st = crs_of_stated(t, info->crs_wkt, stated, e);
    if (st)
        return st;
    q->stated_epsg = stated->epsg;
    q->stated_by_match = stated->by_match;
    q->stated_name = stated->name;
    if (info->has_box) {
        q->n_points = 1;
        q->min_a = info->box[0];
        q->min_b = info->box[1];
        q->max_a = info->box[2];
        q->max_b = info->box[3];
    }
    return crs_decide(q, out, e);
}

struct crs_question feature_stream_question(const struct feature_stream *s, int given_epsg)
{
    bool standard = strcmp(s->info.driver, "KML") == 0;
    return (struct crs_question){.given_epsg = given_epsg,
                                 .degrees = standard ? CRS_DEGREES_STANDARD : CRS_DEGREES_ASK};
}

/* ---- fields ---- */

static int find_or_ask(const struct feature_schema *s, const char *name, enum status *st, struct error *e)
{
    int i = binding_find_name(name, s->names, s->aliases, s->n);
    if (i >= 0 || *st)
        return i;
    error_zh(e, "数据中没有名为“%.60s”的字段；请核对字段名。", name);
    *st = error_fail(e, STATUS_INVALID_INPUT, "source-field-not-found",
                     "The data has no field \"%.60s\"; check the name.", name);
    return -1;
}

enum status feature_bind(struct feature_binding *b, const struct feature_schema *schema,
                         const struct feature_fields *named, struct error *e)
{
    struct feature_binding found = {.schema = schema, .class_field = -1, .claim_field = -1};
    enum status st = STATUS_OK;
    if (b->schema == schema && schema)
        return STATUS_OK;
    for (int i = 0; i < BOUND_FIELDS; i++)
        found.field[i] = binding_find((enum bound_field)i, schema->names, schema->aliases, schema->n);
    for (size_t i = 0; i < schema->n && found.n_system < BINDING_SYSTEM_MAX; i++) {
        enum crs_key key = crs_key_of(schema->names[i]);
        if (key == CRS_KEY_DATUM || key == CRS_KEY_EPSG)
            found.system[found.n_system++] = (int)i;
    }
    if (named && named->id)
        found.field[BOUND_ID] = find_or_ask(schema, named->id, &st, e);
    if (named && named->project_class)
        found.class_field = find_or_ask(schema, named->project_class, &st, e);
    if (named && named->claims)
        found.claim_field = find_or_ask(schema, named->claims, &st, e);
    if (schema->passing)
        found.schema = NULL; /* the next one may lie where it lay */
    if (!st)
        *b = found;
    return st;
}

const char *feature_value(const struct feature *f, int index)
{
    return index >= 0 && f->values[index] ? f->values[index] : "";
}

enum status feature_check_system(const struct feature_binding *b, const struct feature *f, struct error *e)
{
    for (int i = 0; i < b->n_system; i++) {
        const char *key = f->schema->names[b->system[i]], *value = feature_value(f, b->system[i]);
        struct error why = {0};
        enum status s = *value ? crs_words_of_attribute(key, value, &why) : STATUS_OK;
        if (s == STATUS_OK)
            continue;
        error_zh(e, "属性“%.40s”写明“%.40s”：%s", key, value, why.zh);
        return error_fail(e, s, why.code, "The attribute \"%.40s\" is \"%.40s\": %s", key, value, why.en);
    }
    return STATUS_OK;
}

/* ---- one feature ---- */

struct feature_judge {
    struct parcel_context context;
    struct parsing parsing; /* the policy's memory is kept from parcel to parcel */
    struct feature_binding binding;
    struct error error;
};

enum status feature_judge_new(struct geo_transformer *t, struct geo_geos *g, struct feature_judge **out,
                              struct error *e)
{
    struct feature_judge *j = calloc(1, sizeof *j);
    if (!j)
        return error_no_memory(e);
    j->context = (struct parcel_context){.transformer = t, .geos = g};
    enum status s = parsing_begin(&j->parsing, &j->context, &j->error);
    if (s) {
        feature_judge_free(j);
        return error_no_memory(e);
    }
    *out = j;
    return STATUS_OK;
}

void feature_judge_free(struct feature_judge *j)
{
    if (!j)
        return;
    parsing_release(&j->parsing);
    free(j);
}

/* Fields of a stream whose records all have one schema are bound once. */
static const char *text_of(struct feature_binding *b, const struct feature *f, enum bound_field field,
                           const char *own)
{
    if (own)
        return own;
    if (b->schema != f->schema && feature_bind(b, f->schema, NULL, NULL) != STATUS_OK)
        return "";
    return feature_value(f, b->field[field]);
}

static void warn_unclosed(struct parsing *p, struct parsing_place place)
{
    size_t open = 0;
    for (size_t r = 0; r < p->policy.rings.n_rings; r++)
        open += !ring_list_closed(&p->policy.rings, r);
    if (!open || !parsing_warn_wanted(p, "ring-closed"))
        return;
    place = parsing_place_said(p, place);
    parsing_warn(p, "ring-closed", parsing_printf(p, "%s：有%zu个环首尾不闭合，已自动闭合。", place.zh, open),
                 parsing_printf(p, "%s: %zu rings were open and have been closed.", place.en, open));
}

static enum status fail_with(struct parsing *p, const struct error *why, struct parsing_place place)
{
    *p->error = *why;
    return parsing_fail_in(p, why->status, place);
}

/* Adds the feature to the set of `p`, or says in p->error why it is none. */
static enum status add(struct parsing *p, struct feature_binding *b, const struct feature *f,
                       const struct geo_crs *crs)
{
    struct parcel parcel = {.crs = f->crs ? *f->crs : *crs, .curved = f->curved};
    struct declared_area area = {NAN, AREA_UNIT_UNSAID, NULL};
    parcel.id = text_of(b, f, BOUND_ID, f->id);
    parcel.name = text_of(b, f, BOUND_NAME, f->name);
    parcel.use = text_of(b, f, BOUND_USE, f->use);
    if (!*parcel.id)
        parcel.id = parsing_printf(p, "%lld", (long long)f->position);
    if (!parcel.id)
        return error_no_memory(p->error);
    struct parsing_place place = {
        .zh = f->place_zh, .en = f->place_en, .number = (size_t)f->position, .id = parcel.id};
    if (place.zh)
        place.number = 0;
    if (f->fault)
        return f->place_zh && !*f->place_zh ? (*p->error = *f->fault, f->fault->status)
                                            : fail_with(p, f->fault, place);
    enum status s = policy_take_wkb(&p->policy, f->wkb, f->n_wkb, p->error);
    if (s)
        return parsing_fail_in(p, s, place);
    s = f->place_zh || !f->schema ? STATUS_OK : feature_check_system(b, f, p->error);
    if (s)
        return parsing_fail_in(p, s, place);
    parcel.delivered_points = (uint32_t)p->policy.rings.n;
    const char *mj = text_of(b, f, BOUND_AREA, f->area);
    if (*mj && !parsing_area_text(mj, &area))
        area = (struct declared_area){NAN, AREA_UNIT_UNSAID, NULL};
    area.contradicts = f->contradicts;
    for (size_t i = 0; i < f->n_notes; i++)
        parsing_warn(p, f->notes[i].code, f->notes[i].zh, f->notes[i].en);
    if (!f->place_zh)
        warn_unclosed(p, place);
    return parsing_add(p, &parcel, place, area);
}

static void clear(struct parsing *p)
{
    p->set = (struct parcel_set){.n_parcels = 0};
    p->cap_parcels = p->cap_warnings = 0;
    memset(p->counts, 0, sizeof p->counts);
    p->error->zh[0] = p->error->en[0] = p->error->code[0] = '\0';
}

enum status feature_judge_parcel(struct feature_judge *j, const struct feature *f, const struct geo_crs *crs,
                                 struct arena *a, struct feature_verdict *out, struct error *e)
{
    struct parsing *p = &j->parsing;
    j->context.arena = a;
    clear(p);
    enum status s = add(p, &j->binding, f, crs);
    if (p->no_memory)
        return error_no_memory(e);
    if (s && !status_is_fault(s)) {
        if (e)
            *e = *p->error;
        return s;
    }
    struct feature_verdict v = {
        .warnings = p->set.warnings, .n_warnings = p->set.n_warnings, .box = geo_box_empty()};
    bool degrees = (f->crs ? f->crs : crs)->kind == GEO_CRS_GEOGRAPHIC;
    if (degrees && !f->fault)
        v.box = geo_box_of(p->policy.rings.x, p->policy.rings.y, p->policy.rings.n);
    if (s) {
        struct error *fault = arena_alloc(a, sizeof *fault);
        if (!fault)
            return error_no_memory(e);
        *fault = *p->error;
        v.fault = fault;
        v.parcel = (struct parcel){.id = text_of(&j->binding, f, BOUND_ID, f->id),
                                   .name = text_of(&j->binding, f, BOUND_NAME, f->name),
                                   .use = text_of(&j->binding, f, BOUND_USE, f->use),
                                   .declared_area_m2 = NAN};
        if (!*v.parcel.id)
            v.parcel.id = arena_printf(a, "%lld", (long long)f->position);
        if (!v.parcel.id)
            return error_no_memory(e);
    } else {
        v.parcel = p->set.parcels[0];
        v.as_drawn =
            v.parcel.crs.kind == GEO_CRS_GEOGRAPHIC && v.parcel.shape.n_vertices == p->policy.rings.n;
        for (size_t i = 0; v.as_drawn && i < v.n_warnings; i++)
            v.as_drawn = strstr(v.warnings[i].code, "dissolved") == NULL;
    }
    *out = v;
    return STATUS_OK;
}

/* ---- all of a file ---- */

static enum status decide(struct parsing *p, struct feature_stream *s, struct crs_decision *d)
{
    struct crs_question q = feature_stream_question(s, p->context->epsg);
    struct crs_stated stated;
    enum status st = feature_stream_crs(s, p->context->transformer, &q, &stated, d, p->error);
    if (st)
        return st;
    coords_take_decision(p, d);
    return STATUS_OK;
}

static enum status take_all(struct parsing *p, struct feature_stream *s)
{
    struct crs_decision d = {.datum_assumed = false};
    struct feature_binding b = {.schema = NULL};
    bool more = true, text = s->info.has_own_crs;
    enum status st = text ? STATUS_OK : decide(p, s, &d);
    while (!st && more) {
        struct feature f;
        st = feature_stream_next(s, p->context->arena, &f, &more, p->error);
        if (!st && more)
            st = add(p, &b, &f, &d.crs);
    }
    struct feature_notes told = {.n = 0};
    if (!st)
        st = feature_file_notes(s, NULL, p->context->arena, &told, p->error);
    for (size_t i = 0; i < told.n; i++)
        parsing_warn(p, told.notes[i].code, told.notes[i].zh, told.notes[i].en);
    return st ? st : parsing_end(p);
}

static enum parcel_format format_of(const struct feature_stream *s, enum parcel_format by_bytes)
{
    enum parcel_format f = parcel_format_of_driver(s->info.driver);
    bool zipped = f == PARCEL_FORMAT_KML && by_bytes == PARCEL_FORMAT_KMZ;
    return f == PARCEL_FORMAT_UNKNOWN || zipped ? by_bytes : f;
}

static enum status read_stream(const struct parcel_context *c, const struct feature_request *r,
                               enum parcel_format by_bytes, struct parcel_set *out, struct error *e)
{
    struct parsing p;
    struct feature_stream *s = NULL;
    enum status st = parsing_begin(&p, c, e);
    if (!st)
        st = feature_stream_open(r, &s, e);
    if (!st)
        st = take_all(&p, s);
    if (!st) {
        p.set.format = format_of(s, by_bytes);
        *out = p.set;
    }
    feature_stream_close(s);
    parsing_release(&p);
    return st;
}

/* Texts of the usual size are read whole, so that coordinates without words are decided for all plots at
 * once; a sequence of GeoJSON is no one document. */
static bool is_sequence(const struct feature_request *r)
{
    const unsigned char *b = r->bytes;
    return r->n_bytes > 0 && (b[0] == '{' || b[0] == 0x1E) && cut_geojson_is_sequence(b, r->n_bytes);
}

enum status feature_parcels(const struct parcel_context *c, const struct feature_request *r,
                            struct parcel_set *out, struct error *e)
{
    struct feature_request q = *r;
    enum parcel_format format = PARCEL_FORMAT_UNKNOWN;
    struct error error = {0};
    q.epsg = c->epsg;
    q.max_features = LIMIT_PARCELS_PER_FILE;
    q.max_vertices = LIMIT_VERTICES_PER_PARCEL;
    enum status s = recognise_size(q.n_bytes, &error);
    if (!s)
        s = recognise_binary(q.bytes, q.n_bytes, &format, &error);
    if (!s && format == PARCEL_FORMAT_UNKNOWN && !is_sequence(&q))
        return parcel_parse(c, q.bytes, q.n_bytes, out, e);
    if (!s && format != PARCEL_FORMAT_UNKNOWN && !c->reader)
        s = recognise_fail_foreign(format, &error);
    q.reader = c->reader;
    if (!s)
        s = read_stream(c, &q, format, out, &error);
    if (s) {
        if (e)
            *e = error;
        return s;
    }
    sha256_of_bytes(q.bytes, q.n_bytes, out->sha256);
    return STATUS_OK;
}

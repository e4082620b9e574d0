#include "http/queryables.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* ---- columns ---- */

enum column { GEOMETRY, ID, CODE, NAME, ZONE, COUNTY, DECLARED_AREA, N_COLUMNS };

static const struct filter_queryable columns[N_COLUMNS] = {
    [GEOMETRY] = {"geometry", FILTER_GEOMETRY},
    [ID] = {"id", FILTER_NUMBER},
    [CODE] = {"code", FILTER_TEXT},
    [NAME] = {"name", FILTER_TEXT},
    [ZONE] = {"zone", FILTER_TEXT},
    [COUNTY] = {"county", FILTER_TEXT},
    [DECLARED_AREA] = {"declared_area_m2", FILTER_NUMBER},
};

static bool column_value(const struct store_feature *f, size_t i, struct filter_value *out)
{
    const char *const texts[N_COLUMNS] = {
        [CODE] = f->code, [NAME] = f->name, [ZONE] = f->zone, [COUNTY] = f->county};
    out->text = texts[i];
    out->number = i == ID ? (double)f->id : f->declared_area_m2;
    return i != DECLARED_AREA || isfinite(f->declared_area_m2);
}

/* ---- fields, of a sample ---- */

enum { TEXT = 1, DAY = 2, TIME = 4, NUMBER = 8, BOOLEAN = 16, OTHER = 32 };

struct field {
    const char *name;
    unsigned kinds; /* of the values that were seen */
};

struct sample {
    struct arena *arena;
    struct field fields[QUERYABLES_MAX];
    size_t n;
    bool no_memory;
};

static unsigned kind_of(const json_t *v)
{
    double number;
    if (json_is_number(v))
        return NUMBER;
    if (json_is_boolean(v))
        return BOOLEAN;
    if (!json_is_string(v))
        return json_is_null(v) ? 0 : OTHER;
    const char *text = json_string_value(v);
    return !*text ? 0 : cql2_day(text, &number) ? DAY : cql2_time(text, &number) ? TIME : TEXT;
}

static enum filter_type type_of(unsigned kinds)
{
    return kinds == NUMBER    ? FILTER_NUMBER
           : kinds == BOOLEAN ? FILTER_BOOLEAN
           : kinds == DAY     ? FILTER_DAY
           : kinds == TIME    ? FILTER_TIME
                              : FILTER_TEXT;
}

static bool is_mixed(unsigned kinds)
{
    unsigned texts = kinds & (TEXT | DAY | TIME), rest = kinds & ~(unsigned)(TEXT | DAY | TIME);
    return (kinds & OTHER) || (texts && rest) || (rest & (rest - 1));
}

/* What can stand in quotation marks, and in an address. */
static bool is_name(const char *name)
{
    return *name && strlen(name) <= 100 && !strpbrk(name, "\" \t\r\n*&");
}

static void look_at(struct sample *s, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        size_t i = 0;
        while (i < s->n && strcmp(s->fields[i].name, name) != 0)
            i++;
        if (i == QUERYABLES_MAX - N_COLUMNS || !is_name(name))
            continue;
        if (i == s->n) {
            s->fields[i].name = arena_strdup(s->arena, name);
            s->no_memory = s->no_memory || !s->fields[i].name;
            if (s->no_memory)
                break;
            s->n++;
        }
        s->fields[i].kinds |= kind_of(value);
    }
    json_decref(object);
}

static bool look_at_feature(const struct store_feature *f, void *user)
{
    struct sample *s = user;
    look_at(s, f->properties);
    return !s->no_memory;
}

static bool look_at_place(const struct store_plan_feature *f, void *user)
{
    struct sample *s = user;
    look_at(s, f->properties);
    return !s->no_memory;
}

static void add(struct queryables *q, struct filter_queryable what, const char *field)
{
    q->items[q->n] = what;
    q->fields[q->n++] = field;
}

static bool add_fields(struct queryables *q, const struct sample *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        const char *name = q->places ? f->name : arena_printf(s->arena, "properties.%s", f->name);
        if (!name)
            return false;
        if (!is_mixed(f->kinds) && !(q->places && strcmp(name, columns[GEOMETRY].name) == 0))
            add(q, (struct filter_queryable){name, type_of(f->kinds)}, f->name);
    }
    return true;
}

enum status queryables_read(struct store *store, const struct collection *c, int64_t version_id,
                            struct arena *a, struct queryables *out, struct error *e)
{
    struct sample sample = {.arena = a};
    struct queryables q = {.items = arena_array(a, QUERYABLES_MAX, sizeof *q.items),
                           .fields = arena_array(a, QUERYABLES_MAX, sizeof *q.fields),
                           .places = c->places != NULL};
    if (!q.items || !q.fields)
        return error_no_memory(e);
    const struct store_feature_query some = {
        .version_id = version_id, .limit = QUERYABLES_SAMPLE, .attributes_only = true};
    enum status s = q.places
                        ? store_plan_features(store, c->places->id, NULL, 0, 0, look_at_place, &sample, e)
                        : store_features(store, &some, look_at_feature, &sample, e);
    if (s)
        return s;
    for (size_t i = 0; i < (q.places ? 1 : N_COLUMNS); i++)
        add(&q, columns[i], NULL);
    if (q.places) /* has a column, and stands among the answer's properties */
        look_at(&sample, "{\"name\":\"\"}");
    if (sample.no_memory || !add_fields(&q, &sample))
        return error_no_memory(e);
    *out = q;
    return STATUS_OK;
}

/* ---- the values of one feature ---- */

static bool json_value(const json_t *v, enum filter_type type, struct filter_value *out)
{
    out->text = json_string_value(v);
    out->number = json_is_number(v) ? json_number_value(v) : json_is_true(v);
    return type == FILTER_NUMBER    ? json_is_number(v)
           : type == FILTER_BOOLEAN ? json_is_boolean(v)
                                    : json_is_string(v);
}

static bool give_value(void *user, size_t i, struct filter_value *out)
{
    struct queryable_values *v = user;
    const struct queryables *q = v->queryables;
    if (!q->fields[i])
        return v->feature && column_value(v->feature, i, out);
    if (!v->json_read)
        v->json = json_loads(v->feature ? v->feature->properties : v->place->properties, 0, NULL);
    v->json_read = true;
    const json_t *value = json_object_get(v->json, q->fields[i]);
    if (!value && v->place && strcmp(q->fields[i], "name") == 0) {
        out->text = v->place->name;
        return out->text != NULL;
    }
    return json_value(value, q->items[i].type, out);
}

struct filter_feature queryable_feature(struct queryable_values *v)
{
    if (v->feature)
        return (struct filter_feature){.id = v->feature->id,
                                       .value = give_value,
                                       .user = v,
                                       .wkb = v->feature->wkb,
                                       .wkb_size = v->feature->wkb_size};
    const char *geometry = v->place->geometry;
    return (struct filter_feature){.id = v->place->id,
                                   .value = give_value,
                                   .user = v,
                                   .geojson = strcmp(geometry, "null") == 0 ? NULL : geometry};
}

void queryable_values_end(struct queryable_values *v)
{
    json_decref(v->json);
    v->json = NULL;
    v->json_read = false;
}

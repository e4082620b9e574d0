#include "layers/layer_table.h"

#include "base/text.h"
#include "features/stream.h"
#include "store/definitions.h"
#include "store/schema_files.h"

#include <string.h>
#include <strings.h>

const char *const layer_field_keys[LAYER_FIELDS] = {"id", "name", "zone", "zone_code", "county", "area"};

static enum status fail_unreadable(const char *name, struct error *e)
{
    error_zh(e, "程序内的图层配置 %.80s 不可读；请重新安装本程序。", name);
    return error_fail(e, STATUS_INTERNAL, "layer-table",
                      "The file %.80s within the program cannot be read; install the program again.", name);
}

/* The definition as a row of "layers". */
static enum status add_row(json_t *rows, const struct store_definition *d, struct error *e)
{
    json_t *row = json_loadb(d->json, d->size, 0, NULL);
    return row && json_array_append_new(rows, row) == 0 ? STATUS_OK : fail_unreadable(d->source, e);
}

static enum status add_shipped(json_t *rows, struct error *e)
{
    struct store_definition d;
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && shipped_definition(i, &d); i++)
        s = add_row(rows, &d, e);
    return s;
}

static enum status add_stored(json_t *rows, struct store *store, struct error *e)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct store_definition *all;
    size_t n = 0;
    enum status s = a ? store_definitions(store, a, &all, &n, e) : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        s = add_row(rows, &all[i], e);
    arena_free(a);
    return s;
}

enum status layer_table_read(struct store *store, struct layer_table *out, struct error *e)
{
    const struct schema_file *file = schema_file_find("layers.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL, *rows = json_array();
    enum status s = root && rows ? STATUS_OK : fail_unreadable("layers.json", e);
    if (!s)
        s = store ? add_stored(rows, store, e) : add_shipped(rows, e);
    if (!s && json_object_set(root, "layers", rows) != 0)
        s = error_no_memory(e);
    json_decref(rows);
    if (s)
        json_decref(root);
    else
        out->root = root;
    return s;
}

void layer_table_release(struct layer_table *t)
{
    json_decref(t->root);
    t->root = NULL;
}

/* ---- looking up ---- */

const json_t *layer_table_find(const struct layer_table *t, const char *layer)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(t->root, "layers"), i, row)
    {
        if (layer && strcmp(json_string_value(json_object_get(row, "layer")), layer) == 0)
            return row;
    }
    return NULL;
}

const char *layer_table_text(const struct layer_table *t, const char *layer, const char *key)
{
    return json_string_value(json_object_get(layer_table_find(t, layer), key));
}

/* The level of units within this one; "": the largest. NULL: there is none. */
static const json_t *level_within(const struct layer_table *t, const char *parent)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(t->root, "layers"), i, row)
    {
        const json_t *unit = json_object_get(row, "unit");
        const char *is = json_string_value(json_object_get(unit, "parent"));
        if (unit && strcmp(is ? is : "", parent) == 0)
            return row;
    }
    return NULL;
}

static const char *layer_of(const json_t *row)
{
    return json_string_value(json_object_get(row, "layer"));
}

const char *layer_table_level(const struct layer_table *t, int digits)
{
    const json_t *row = level_within(t, "");
    while (row && json_integer_value(json_object_get(json_object_get(row, "unit"), "digits")) != digits)
        row = level_within(t, layer_of(row));
    return layer_of(row);
}

const char *layer_table_levels(const struct layer_table *t, struct arena *a)
{
    const char *text = "";
    for (const json_t *row = level_within(t, ""); row && text; row = level_within(t, layer_of(row)))
        text = arena_printf(a, "%s%s%s", text, *text ? "|" : "", layer_of(row));
    return text;
}

static const json_t *row_or_any(const struct layer_table *t, const char *layer)
{
    const json_t *row = layer_table_find(t, layer);
    return row ? row : json_object_get(t->root, "any");
}

const char *layer_table_official(const struct layer_table *t, const char *layer, enum layer_field field)
{
    const json_t *names = json_object_get(row_or_any(t, layer), "official");
    const char *name = json_string_value(json_object_get(names, layer_field_keys[field]));
    return name ? name : "";
}

const json_t *layer_table_names(const struct layer_table *t, const char *layer, enum layer_field field)
{
    return json_object_get(json_object_get(row_or_any(t, layer), "fields"), layer_field_keys[field]);
}

const char *layer_table_attribute_zh(const struct layer_table *t, const char *layer, const char *code)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(layer_table_find(t, layer), "attributes"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "code")), code) == 0)
            return json_string_value(json_object_get(row, "zh"));
    }
    return "";
}

static bool has_text(const json_t *list, const char *text)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (strcasecmp(json_string_value(one), text) == 0)
            return true;
    }
    return false;
}

bool layer_table_zone_known(const struct layer_table *t, const char *layer, const char *zone)
{
    const json_t *control = layer_table_control(t, layer), *one;
    size_t i;
    if (!json_is_true(json_object_get(control, "zones_closed")))
        return true;
    json_array_foreach(json_object_get(control, "zones"), i, one)
    {
        if (strcasecmp(json_string_value(json_object_get(one, "name")), zone) == 0)
            return true;
    }
    return false;
}

const char *layer_table_example(const struct layer_table *t)
{
    const json_t *best = NULL, *row;
    size_t i;
    json_array_foreach(json_object_get(t->root, "layers"), i, row)
    {
        json_int_t order = json_integer_value(json_object_get(row, "order"));
        if (json_object_get(row, "control") &&
            (!best || order < json_integer_value(json_object_get(best, "order"))))
            best = row;
    }
    const char *id = json_string_value(json_object_get(best, "layer"));
    return id ? id : "";
}

const json_t *layer_table_control(const struct layer_table *t, const char *layer)
{
    return json_object_get(layer_table_find(t, layer), "control");
}

bool layer_table_shares_pinyin(const struct layer_table *t, const char *layer)
{
    return json_object_get(layer_table_find(t, layer), "shared_pinyin") != NULL;
}

bool layer_table_zone_is_village(const struct layer_table *t, const char *zone)
{
    return has_text(json_object_get(json_object_get(t->root, "village"), "zones"), zone);
}

/* ---- names ---- */

enum status layer_names_of(const char *layer, const char *alias, const struct feature_schema *fields,
                           const char *path, struct arena *a, struct layer_names *out)
{
    const char *file = path ? text_file_name(path) : "";
    const char *stem = arena_strndup(a, file, text_file_stem(file));
    const char **names = arena_array(a, fields->n * 2 + 1, sizeof *names);
    if (!stem || !names)
        return error_no_memory(NULL);
    for (size_t i = 0; i < fields->n; i++) {
        names[2 * i] = fields->names[i];
        names[2 * i + 1] = fields->aliases && fields->aliases[i] ? fields->aliases[i] : "";
    }
    *out = (struct layer_names){layer, alias ? alias : "", stem, names, fields->n * 2};
    return STATUS_OK;
}

/* 2035, _, -, spaces, brackets and 年 say nothing about what a layer is. The bytes of 年 are E5 B9 B4, those
 * of the full-width brackets EF BC 88 and EF BC 89. */
static size_t idle_at_start(const char *s)
{
    if (strchr("0123456789_-. ()", *s) && *s)
        return 1;
    return strncmp(s, "年", 3) == 0 || strncmp(s, "（", 3) == 0 || strncmp(s, "）", 3) == 0 ? 3 : 0;
}

static bool is_idle(const char *s, const char *end)
{
    while (s < end) {
        size_t n = idle_at_start(s);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

/* 新城区, 150102_, 呼和浩特市2035年_: a district before a name leaves it what it is; any other word may turn
 * it around (储备, 非, 拟调整). */
static bool is_district(const char *s, const char *end)
{
    static const char *const ends[] = {"省", "市", "县", "旗", "区", "盟"};
    for (const char *p = end; p >= s; p--) {
        if (p < end && ((unsigned char)*p & 0xC0) == 0x80)
            continue; /* within a character */
        if (p < end && !is_idle(p, end))
            break;
        for (size_t i = 0; p - s >= 3 && i < sizeof ends / sizeof *ends; i++)
            if (strncmp(p - 3, ends[i], 3) == 0)
                return true;
    }
    return false;
}

enum likeness { UNLIKE, CONTAINS, SAYS };

static enum likeness compare(const char *name, const char *alias)
{
    const char *at = strcasestr(name, alias);
    if (!at)
        return UNLIKE;
    const char *after = at + strlen(alias), *end = name + strlen(name);
    bool clean = is_idle(after, end) && (is_idle(name, at) || is_district(name, at));
    return clean ? SAYS : CONTAINS;
}

static enum likeness compare_list(const char *name, const json_t *aliases)
{
    enum likeness best = UNLIKE;
    size_t i;
    const json_t *one;
    json_array_foreach(aliases, i, one)
    {
        enum likeness is = compare(name, json_string_value(one));
        best = is > best ? is : best;
    }
    return best;
}

static enum likeness compare_layer(const json_t *row, const char *name)
{
    enum likeness said = compare_list(name, json_object_get(row, "aliases"));
    enum likeness unverified = compare_list(name, json_object_get(row, "aliases_unverified"));
    if (strcasecmp(name, json_string_value(json_object_get(row, "layer"))) == 0)
        return SAYS;
    if (unverified == SAYS || (unverified == CONTAINS && said == UNLIKE))
        return CONTAINS; /* a name that nobody has read in a standard is a reason to ask */
    return said;
}

/* The best of all layers for one name; a name that says two things says nothing for certain. */
static const json_t *find_by_name(const struct layer_table *t, const char *name, enum likeness *likeness)
{
    const json_t *best = NULL, *row;
    size_t i;
    *likeness = UNLIKE;
    json_array_foreach(json_object_get(t->root, "layers"), i, row)
    {
        enum likeness is = *name ? compare_layer(row, name) : UNLIKE;
        if (is > *likeness) {
            *likeness = is;
            best = row;
        }
    }
    return best;
}

/* ---- fields ---- */

static bool has_field(const struct layer_names *n, const char *name)
{
    for (size_t i = 0; i < n->n_fields; i++)
        if (strcasecmp(n->fields[i], name) == 0)
            return true;
    return false;
}

static bool has_mark(const json_t *row, const struct layer_names *n)
{
    size_t i;
    const json_t *mark;
    json_array_foreach(json_object_get(row, "marks"), i, mark)
    {
        if (has_field(n, json_string_value(mark)))
            return true;
    }
    return false;
}

static const json_t *find_by_fields(const struct layer_table *t, const struct layer_names *n)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(t->root, "layers"), i, row)
    {
        if (has_mark(row, n))
            return row;
    }
    return NULL;
}

static bool is_zoned(const struct layer_names *n)
{
    return has_field(n, "GHFQMC") || has_field(n, "GHFQDM") || has_field(n, "规划分区名称") ||
           has_field(n, "规划分区代码");
}

bool layer_table_is_village(const struct layer_table *t, const struct layer_names *n)
{
    const json_t *village = json_object_get(t->root, "village"), *one;
    const char *const names[] = {n->layer, n->alias, n->stem};
    size_t i;
    json_array_foreach(json_object_get(village, "names"), i, one)
    {
        for (int k = 0; k < 3; k++)
            if (strcasestr(names[k], json_string_value(one)))
                return true;
    }
    json_array_foreach(json_object_get(village, "fields"), i, one)
    {
        if (!is_zoned(n) && has_field(n, json_string_value(one)))
            return true;
    }
    return false;
}

/* ---- the guess ---- */

static const char *id_of(const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "layer"));
    return id ? id : "";
}

static void doubt(struct layer_guess *g, enum layer_doubt why)
{
    g->certainty = LAYER_LOOKS_LIKE;
    g->doubt = why;
}

/* What fields say against a name, or do not say where the name alone does not do. */
static void weigh_fields(const struct layer_table *t, const struct layer_names *n, const json_t *row,
                         const char *name, struct layer_guess *g)
{
    const json_t *marked = find_by_fields(t, n);
    bool admin = strcmp(json_string_value(json_object_get(row, "kind")), "admin") == 0;
    bool both_admin =
        admin && marked && strcmp(json_string_value(json_object_get(marked, "kind")), "admin") == 0;
    if (marked && marked != row && !both_admin && !has_mark(row, n)) {
        doubt(g, LAYER_DOUBT_FIELDS);
        g->other = id_of(marked);
    } else if (json_object_get(row, "shared_pinyin") && layer_table_is_village(t, n)) {
        doubt(g, LAYER_DOUBT_VILLAGE);
    } else if (compare_list(name, json_object_get(row, "shared_pinyin")) == SAYS && !is_zoned(n) &&
               compare(n->alias, json_string_value(json_object_get(row, "title_zh"))) != SAYS &&
               compare(n->stem, json_string_value(json_object_get(row, "title_zh"))) != SAYS) {
        doubt(g, LAYER_DOUBT_PINYIN);
    }
}

static void guess_by_fields(const struct layer_table *t, const struct layer_names *n, struct layer_guess *g)
{
    const json_t *row = find_by_fields(t, n);
    if (!row)
        return;
    bool admin = strcmp(json_string_value(json_object_get(row, "kind")), "admin") == 0;
    *g = (struct layer_guess){admin ? "XZQ" : id_of(row), LAYER_LOOKS_LIKE, LAYER_NO_DOUBT, "fields", ""};
}

void layer_table_guess(const struct layer_table *t, const struct layer_names *n, struct layer_guess *out)
{
    static const char *const by[] = {"name", "alias", "file"};
    const char *const names[] = {n->layer, n->alias, n->stem};
    *out = (struct layer_guess){"", LAYER_NO_IDEA, LAYER_NO_DOUBT, "", ""};
    guess_by_fields(t, n, out);
    const json_t *best = NULL;
    enum likeness likeness = UNLIKE;
    for (int i = 0; i < 3; i++) {
        enum likeness is;
        const json_t *row = find_by_name(t, names[i], &is);
        if (compare_list(names[i], json_object_get(t->root, "admin_names")) == SAYS && is != SAYS) {
            *out = (struct layer_guess){"XZQ", LAYER_LOOKS_LIKE, LAYER_DOUBT_LEVEL, by[i], ""};
            return;
        }
        if (likeness == SAYS && is == SAYS && row != best)
            doubt(out, LAYER_DOUBT_NAME); /* the layer's name and the file's disagree */
        if (is <= likeness)
            continue;
        likeness = is;
        best = row;
        *out = (struct layer_guess){id_of(row), is == SAYS ? LAYER_CERTAIN : LAYER_LOOKS_LIKE,
                                    is == SAYS ? LAYER_NO_DOUBT : LAYER_DOUBT_NAME, by[i], ""};
        if (is == SAYS)
            weigh_fields(t, n, row, names[i], out);
    }
}

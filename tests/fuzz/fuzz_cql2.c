/* Any bytes as a filter, as text and as JSON: a filter that answers about a feature, or a refusal with a
 * place. */
#include "filter/filter.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct filter_queryable queryables[] = {{"geometry", FILTER_GEOMETRY}, {"name", FILTER_TEXT},
                                                     {"area", FILTER_NUMBER},       {"made", FILTER_BOOLEAN},
                                                     {"day", FILTER_DAY},           {"moment", FILTER_TIME}};

static bool value_of(void *user, size_t i, struct filter_value *out)
{
    static const struct filter_value values[] = {{NULL, 0}, {"红线a%", 0},     {NULL, 12.5},
                                                 {NULL, 1}, {"2024-02-29", 0}, {"2024-02-29T12:00:00Z", 0}};
    (void)user;
    *out = values[i];
    return true;
}

static void ask(const char *text, bool json)
{
    static struct arena *arena;
    static struct geo_transformer *transformer;
    static const struct filter_feature feature = {
        .id = 1,
        .value = value_of,
        .geojson = "{\"type\":\"Polygon\",\"coordinates\":[[[111,40],[112,40],[112,41],[111,41],[111,40]]]}"};
    struct error e = {0};
    struct cql2_node *tree = NULL;
    struct filter *f = NULL;
    bool yes;
    if (!arena && (!(arena = arena_new((size_t)1 << 26)) || geo_transformer_new(&transformer, &e)))
        abort();
    arena_reset(arena);
    enum status s = json ? cql2_read_json(text, arena, &tree, &e) : cql2_read_text(text, arena, &tree, &e);
    for (size_t crs = 0; !s && crs < 20; crs += 15) { /* CRS84, a zone */
        struct crs_named named = crs_named_at(crs);
        if (filter_new(queryables, sizeof queryables / sizeof *queryables, &f, &e))
            abort();
        enum status added = filter_add(f, tree, &named, transformer, &e);
        if (!added && filter_matches(f, &feature, &yes, &e))
            abort(); /* the feature is sound: whatever was taken must be answered */
        if (added && (!*e.zh || !*e.en || !*e.code))
            abort();
        filter_free(f);
    }
    if (s && (s != STATUS_INVALID_INPUT || !*e.zh || !*e.en || !*e.code))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1);
    if (!text)
        abort();
    memcpy(text, data, n);
    text[n] = '\0';
    ask(text, false);
    ask(text, true);
    free(text);
    return 0;
}

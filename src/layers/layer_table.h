/* Which layer of the official databases a file's layer is, and how its fields are called: the definitions of
 * layers in force, and schema/layers.json for what is no layer's own.
 *
 * A guess is certain only when a name says it without doubt: the name itself, without a district or a year
 * around it, is an alias that was read somewhere, and no field speaks against it. Everything else is a
 * likeness, of which the operator is asked. Threads: a table is const once read. */
#ifndef HX_LAYERS_LAYER_TABLE_H
#define HX_LAYERS_LAYER_TABLE_H

#include "base/arena.h"
#include "base/status.h"

#include <jansson.h>

struct store;

enum layer_field {
    LAYER_ID,
    LAYER_NAME,
    LAYER_ZONE,
    LAYER_ZONE_CODE,
    LAYER_COUNTY,
    LAYER_AREA,
    LAYER_FIELDS
};
/* "id", "name", ...: the keys of schema/layers.json and of a mapping file. */
extern const char *const layer_field_keys[LAYER_FIELDS];

struct layer_table {
    json_t *root; /* owned */
};

/* By the definitions of a store; with NULL by those of schema/layers/. */
enum status layer_table_read(struct store *store, struct layer_table *out, struct error *e) HX_MUST_CHECK;
void layer_table_release(struct layer_table *t);
/* The configuration of one of our layers, or NULL. */
const json_t *layer_table_find(const struct layer_table *t, const char *layer);
/* A text of it ("title_zh", "title_en", "kind"), or NULL. */
const char *layer_table_text(const struct layer_table *t, const char *layer, const char *key);
/* The official name of a field in an export; "" when the layer has none. */
const char *layer_table_official(const struct layer_table *t, const char *layer, enum layer_field field);
/* Which level of administrative units has codes of so many digits; of several (prefectures and counties have
 * six) the largest. NULL: none. And all levels, "prefectures|admin_counties|...", in the arena; NULL: no
 * memory. */
const char *layer_table_level(const struct layer_table *t, int digits);
const char *layer_table_levels(const struct layer_table *t, struct arena *a);
/* The names that a field may have, in the order of preference (an array of strings). `layer` NULL or
 * unknown: any. */
const json_t *layer_table_names(const struct layer_table *t, const char *layer, enum layer_field field);
/* The Chinese name of an attribute of the standard ("BSM" -> "标识码"), "" when it is not there. */
const char *layer_table_attribute_zh(const struct layer_table *t, const char *layer, const char *code);
/* Is this the name of a sub-zone that the layer's rules know? True when the layer has no such list. */
bool layer_table_zone_known(const struct layer_table *t, const char *layer, const char *zone);
/* The id of a control layer, for sentences that give an example. */
const char *layer_table_example(const struct layer_table *t);
/* What makes it a control layer; NULL: it is none. */
const json_t *layer_table_control(const struct layer_table *t, const char *layer);
/* Is the layer a line whose name in pinyin village plans use, too? */
bool layer_table_shares_pinyin(const struct layer_table *t, const char *layer);
bool layer_table_zone_is_village(const struct layer_table *t, const char *zone);

/* What a source's layer is called: its own name, its alias, the file's name without folder and ending. UTF-8;
 * "" where there is none. Fields by name and by alias. */
struct layer_names {
    const char *layer, *alias, *stem;
    const char *const *fields;
    size_t n_fields;
};
/* What a layer of a file is called, for whoever guesses: an import as what only looks into the file. `path`
 * NULL: the file has other layers too, and its name is none of theirs. In the arena, or borrowed. */
struct feature_schema;
enum status layer_names_of(const char *layer, const char *alias, const struct feature_schema *fields,
                           const char *path, struct arena *a, struct layer_names *out) HX_MUST_CHECK;

enum layer_certainty { LAYER_NO_IDEA, LAYER_LOOKS_LIKE, LAYER_CERTAIN };
enum layer_doubt {
    LAYER_NO_DOUBT,
    LAYER_DOUBT_NAME,
    LAYER_DOUBT_FIELDS,
    LAYER_DOUBT_PINYIN,
    LAYER_DOUBT_VILLAGE,
    LAYER_DOUBT_LEVEL
};
struct layer_guess {
    const char
        *layer; /* ours; "" for no idea, "XZQ" for an administrative layer of which the level is not known */
    enum layer_certainty certainty;
    enum layer_doubt doubt;
    const char *by;    /* "name" | "alias" | "file" | "fields" | "" */
    const char *other; /* of LAYER_DOUBT_FIELDS: what the fields look like */
};
void layer_table_guess(const struct layer_table *t, const struct layer_names *n, struct layer_guess *out);
/* Do names or fields speak of a 村庄的边界? */
bool layer_table_is_village(const struct layer_table *t, const struct layer_names *n);

#endif

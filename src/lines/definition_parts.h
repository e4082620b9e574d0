/* Reading the members of a definition. Private to lines/; jansson's names are in it.
 *
 * The first fault is kept, and everything after it is passed over: a member that is not there reads as "" or
 * 0, which nobody sees, for the definition is refused. Texts are copied into the arena. */
#ifndef HX_LINES_DEFINITION_PARTS_H
#define HX_LINES_DEFINITION_PARTS_H

#include "lines/definition.h"

#include <jansson.h>

/* One definition under way. */
struct reading {
    const struct definition_text *text;
    struct arena *arena;
    struct error *error;
    enum status status;
};

void definition_fail(struct reading *d, const char *member, const char *zh, const char *en);
void definition_no_memory(struct reading *d);

/* `path` of all: where `in` stands in the definition, "" for the definition itself; for sentences. */
const char *member_path(struct reading *d, const char *in, const char *key);
const char *member_text(struct reading *d, const json_t *in, const char *path, const char *key);
const char *member_text_or(struct reading *d, const json_t *in, const char *path, const char *key,
                           const char *otherwise);
const char *member_needed(struct reading *d, const json_t *in, const char *path, const char *key);
bool member_truth(struct reading *d, const json_t *in, const char *path, const char *key);
double member_number(struct reading *d, const json_t *in, const char *path, const char *key,
                     const double range[2], double otherwise);
/* A list of texts, ended by NULL; empty when it is not there. */
const char *const *member_texts(struct reading *d, const json_t *in, const char *path, const char *key);
/* NULL when it is not there. */
const json_t *member_object(struct reading *d, const json_t *in, const char *path, const char *key);
/* The first member that is none of `known` is a misspelt one. */
void member_only(struct reading *d, const json_t *in, const char *path, const char *const *known);
/* Small letters, digits and _, from a letter on. */
void member_is_word(struct reading *d, const char *path, const char *value);

/* definition_ties.c: nests_in, tiles, share_of and official_areas, into a row whose `kind` is known. */
void definition_ties(struct reading *d, const json_t *root, struct layer_ties *out);

#endif

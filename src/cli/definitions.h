/* What the commands `rules` and `layer` share: the definitions of layers in force, and how a fault is
 * told. */
#ifndef HX_CLI_DEFINITIONS_H
#define HX_CLI_DEFINITIONS_H

#include "lines/definition.h"
#include "store/store.h"

/* Every control layer that is defined, all of them examined. `store` NULL: those that this program brings. */
enum status definitions_in_force(struct store *store, struct arena *a, struct line_table *out,
                                 struct error *e) HX_MUST_CHECK;
/* The texts, by layer. */
enum status definition_texts(struct store *store, struct arena *a, struct definition_text **out, size_t *n,
                             struct error *e) HX_MUST_CHECK;
/* A rules_fault_fn: to standard error. */
void print_rules_fault(int row, const char *zh, const char *en, void *user);

#endif

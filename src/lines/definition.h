/* The definition of a control layer: a JSON text (schema/layer.schema.json says which members) read into a
 * row of the table of lines.
 *
 * Strict: a member that is missing, unknown, of another type or out of its range is refused with its name,
 * for a misspelt member would be passed over in silence. What a definition says by itself is judged here;
 * what it says of other layers, by line_table_make. Threads: pure; texts live in the arena. */
#ifndef HX_LINES_DEFINITION_H
#define HX_LINES_DEFINITION_H

#include "lines/line_table.h"
#include "lines/matrix.h"

/* One text, and where it came from: a file's name, for sentences. */
struct definition_text {
    const char *name;
    const char *json;
    size_t size;
};

/* Any definition: of a space or an administrative layer, too, which have ties and are no control layer. */
struct layer_definition {
    struct layer_ties ties;
    bool is_line;
    struct control_line line; /* when it is one */
    struct unit_level unit;   /* of administrative units; unit.id NULL: none */
};
enum status definition_read(const struct definition_text *text, struct arena *a, struct layer_definition *out,
                            struct error *e) HX_MUST_CHECK;
/* All control layers among `texts`, checked against each other; with the ties of all, which
 * layer_matrix_make checks. */
enum status definitions_read(const struct definition_text *texts, size_t n, struct arena *a,
                             struct line_table *out, struct error *e) HX_MUST_CHECK;

#endif

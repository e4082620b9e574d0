/* The project classes that rules and claims may distinguish: schema/project_classes.json as built in.
 * Threads: const once read; texts live in the arena. */
#ifndef HX_LINES_PROJECT_CLASSES_H
#define HX_LINES_PROJECT_CLASSES_H

#include "base/arena.h"
#include "base/status.h"

/* One of the ten activities, of the seven kinds of project. */
struct class_item {
    const char *zh, *en; /* en "" when there is none */
};

struct project_class {
    const char *code, *zh, *en;
    const char *paper_zh,
        *paper_en;                  /* the document that a claim of the class needs; "" when none is stated */
    const struct class_item *items; /* numbered from 1 */
    size_t n_items;
};

struct class_table {
    const struct project_class *classes;
    size_t n;
};

enum status class_table_read(struct arena *a, struct class_table *out, struct error *e) HX_MUST_CHECK;
/* By its code or its Chinese title; NULL: there is none. */
const struct project_class *class_find(const struct class_table *t, const char *name);

#endif

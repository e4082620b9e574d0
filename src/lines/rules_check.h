/* Is an edited rule table fit to be put in force beside the definitions of layers, or a definition beside the
 * table? Both are looked at together. Every fault with its row and a sentence, not only the first.
 *
 * Stricter than rules_parse, which must go on reading every edition that was ever in force. Here also: the
 * text is UTF-8; each row has as many cells as the header; ids are given and unique; no two rows answer the
 * same situation (the second would never be used); the project class is one that is offered; the Chinese
 * verdict says what the verdict says; title, basis, confidence and source are given ("-" says on purpose that
 * there is none); every column is one that is read; every sub-zone is one that is asked for of one of the
 * row's layers; and for every line there is a row for a project that has none of its own. Threads: pure. */
#ifndef HX_LINES_RULES_CHECK_H
#define HX_LINES_RULES_CHECK_H

#include "lines/project_classes.h"
#include "lines/rules.h"

/* `row`: the header is 1; 0 when the fault is the whole text's, or a definition's, which the sentence
 * names. */
typedef void rules_fault_fn(int row, const char *zh, const char *en, void *user);

struct rules_text {
    const char *csv;
    size_t size;
};
/* What it found. */
struct rules_checked {
    size_t n_faults;
    size_t n_rules; /* rows of the text that could be read */
};

/* `lines`: every definition, all of them examined. Fails only when memory is out: faults are told to `fn` and
 * counted. */
enum status rules_check(const struct rules_text *text, const struct line_table *lines, struct arena *a,
                        rules_fault_fn *fn, void *user, struct rules_checked *out,
                        struct error *e) HX_MUST_CHECK;

#endif

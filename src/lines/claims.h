/* What a project claims of a line: that it is of a class for which the rules have terms of their own, by
 * which document. A railway may be a national major project to the red line, a state key project to farmland
 * and a single-site project outside the boundary: each line is judged by the claim on it.
 *
 * Written LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]], as in
 *     LAYER=NATIONAL_MAJOR#3:内政字〔2026〕12号@2026-03-01@自治区人民政府
 * the layer by id, official table or title, the class by code or title; several in one text are separated by
 * ";" or "；". Not for: what follows from a claim (judge.h). Threads: pure; texts live in the arena. */
#ifndef HX_LINES_CLAIMS_H
#define HX_LINES_CLAIMS_H

#include "lines/line_table.h"
#include "lines/project_classes.h"

enum { CLAIM_TEXT_MAX = 600 }; /* bytes of one member */

struct rule_table;

struct claim {
    const struct control_line *line;
    const char *project_class;         /* code */
    const struct project_class *title; /* of that class; NULL when the rule table alone knows it */
    int item;                          /* 1 .. of the class's items; 0: none was named */
    const char *document, *date, *by;  /* "" when not named; a date only with a document */
};

struct claim_set {
    const struct claim *of;
    size_t n;
};

/* As somebody wrote it, before anything is looked up. NULL members read as "". */
struct claim_words {
    const char *layer, *project_class;
    int item;
    const char *document, *date, *by;
};

/* What a claim is held against: all const. `is_loaded`: has the line data? */
struct claim_terms {
    const struct line_table *lines;
    const struct rule_table *rules;
    const struct class_table *classes;
    line_is_loaded_fn *is_loaded;
    const void *user;
};

/* One text of one or more claims (NULL: none); adds to words[*n], of which there is room for `room`. */
enum status claims_split(const char *text, struct arena *a, struct claim_words *words, size_t room, size_t *n,
                         struct error *e) HX_MUST_CHECK;
/* Refused, with a sentence that names the claim and the remedy: a layer that is not defined or not loaded, a
 * class for which the rules have no row on that layer, an item that the class does not have, a day that is
 * none, a date without its document, and two claims on one layer. */
enum status claims_make(const struct claim_words *words, size_t n, const struct claim_terms *terms,
                        struct arena *a, struct claim_set *out, struct error *e) HX_MUST_CHECK;

/* May the class be claimed on the line: do the rules of the line speak of it? An examined line only. */
bool claim_is_ruled(const struct rule_table *rules, int line, const char *project_class);
/* The classes that may be claimed on the line, in the order of the rules, each once: the next one from rule
 * *at on, which begins at 0. NULL at the end. */
const char *claim_next_class(const struct rule_table *rules, int line, size_t *at);

/* The claim on a line; NULL: there is none. `set` may be NULL. */
const struct claim *claim_on(const struct claim_set *set, const struct control_line *line);
/* The text that claims_split reads as this claim, layer and class by id and code. NULL when memory is out. */
const char *claim_text(const struct claim *claim, struct arena *a);
const char *claim_words_text(const struct claim_words *w, struct arena *a);
/* All of them, joined by ";". "" for none; NULL when memory is out. */
const char *claims_text(const struct claim_set *set, struct arena *a);

#endif

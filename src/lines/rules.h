/* The rule table: line x sub-zone x relation x project class -> verdict, with its clause and how sure it is.
 *
 * Rows are data: an edition of the table (schema/rules.csv, stored in the store and editable there), and the
 * rows that definitions of layers bring; nothing of them is retyped in C. The table is validated on load:
 * unknown verdicts, layers or relations are errors with the row number. */
#ifndef HX_LINES_RULES_H
#define HX_LINES_RULES_H

#include "base/arena.h"
#include "base/status.h"
#include "lines/line_table.h"

enum verdict { VERDICT_UNKNOWN = 0, VERDICT_PROHIBITED, VERDICT_RESTRICTED, VERDICT_NOTICE, VERDICT_ALLOWED };

const char *verdict_name(enum verdict v); /* "unknown", "prohibited", "restricted", "notice", "allowed" */
const char *verdict_zh(enum verdict v);

enum relation {
    RELATION_OVERLAP,
    RELATION_TOUCH_OR_SPAN,
    RELATION_INSIDE,
    RELATION_OUTSIDE,
    RELATION_OVERLAP_PARTIAL,
    RELATION_LAYERS_OVERLAP,
    RELATION_NO_DATA,
    RELATIONS_N,
};

const char *rule_relation_name(enum relation r); /* as the table has it: "overlap" */

struct rule {
    const char *id;
    uint64_t lines;       /* a bit for each line that is examined, 1 << number; all for "*" */
    const char *sub_zone; /* "*" for any */
    enum relation relation;
    const char *project_class; /* "*" for any */
    enum verdict verdict;
    int severity; /* 4 highest .. 0 */
    const char *title_zh, *title_en;
    const char *needs_zh, *needs_en; /* needs_en is "" in editions without that column */
    const char *basis;               /* legal_basis, verbatim */
    const char *confidence; /* "read", "memory", "read(seed)+memory", "design": how sure the text is */
    const char *source;
    /* Codes of the 盟市 or 旗县 in which it holds, joined by "|": a unit's code begins with one of them. "":
     * everywhere. Such a row comes before one that holds everywhere. */
    const char *unit;
    bool beside; /* told beside the row that answers, not instead of it */
};

struct rule_table {
    struct rule *rules;
    size_t n_rules;
    const struct rule **by_line; /* line by line, and of a line relation by relation: rules_of */
    uint32_t first[LINES_MAX * RELATIONS_N + 1];
    char version[65]; /* SHA-256 of the CSV, hex */
    bool has_units;   /* some row names a unit */
};

/* Why a rule was used that is not one of the project's own class. */
enum class_note {
    CLASS_MATCHED = 0, /* it is, or it holds for every class */
    CLASS_NOT_GIVEN,   /* nobody named a class: the general rule, until one is named */
    CLASS_HAS_NO_RULE, /* the class was named, and the table has no row of its own for it here */
};

/* A rule that applies to a parcel, with the area that made it apply. */
struct rule_hit {
    const struct rule *rule;
    double area_m2;     /* NAN where no area belongs to it */
    bool class_assumed; /* class_note is CLASS_NOT_GIVEN */
    enum class_note class_note;
    enum verdict verdict; /* the rule's, or what is left of it while the claim's document is missing */
    bool paper_missing;   /* it is one of the project's claim, whose document was not named */
};
const char *class_note_zh(enum class_note n); /* a sentence; "" for CLASS_MATCHED */
const char *class_note_en(enum class_note n);

/* An edition of the table, and behind its rows those that the definitions of `lines` bring. `n` bytes. */
enum status rules_parse(const char *csv, size_t n, const struct line_table *lines, struct arena *a,
                        struct rule_table *out, struct error *e) HX_MUST_CHECK;
/* Writes what rules_of reads, after the rows have changed; rules_parse has done it. false when memory is
 * out. */
bool rules_by_line(struct rule_table *t, struct arena *a);
/* The rows that speak of a line in a relation, in their order; *n of them. */
static inline const struct rule **rules_of(const struct rule_table *t, int line, enum relation relation,
                                           size_t *n)
{
    const uint32_t *first = t->first + line * RELATIONS_N + (int)relation;
    *n = first[1] - first[0];
    return t->by_line + first[0];
}
bool rules_knows_class(const struct rule_table *t, const char *project_class);

#endif

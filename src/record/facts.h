/* What a kept report says of itself, read back with jansson. Private to record/.
 *
 * A file of its own because jansson and formats/json.h have functions of the same names. Threads: pure
 * functions. */
#ifndef HX_RECORD_FACTS_H
#define HX_RECORD_FACTS_H

#include "store/store_records.h"

bool facts_is_json(const char *text);

struct facts_conflict {
    const char *field;                /* of the row */
    char in_row[200], in_report[200]; /* shortened */
};

/* Does the row say what its report says (verdict, class, basis, rules, input, layers, engine)? False with the
 * first field in which they part; a report that is no JSON parts in "result". */
bool facts_agree(const struct store_record *row, const void *report, size_t n, struct facts_conflict *out);

#endif

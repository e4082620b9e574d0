/* What a report says of one line, in the words of the field's own reports (std-report): each sentence is
 * written here once, in both languages, for the summary of a parcel and for the conclusions of a whole
 * report.
 *
 * Not for: deciding which sentence holds (summary.c, report/report_sentences.c). Threads: pure; texts in
 * the arena. */
#ifndef HX_CHECK_SENTENCES_H
#define HX_CHECK_SENTENCES_H

#include "base/decimal.h"
#include "check/check.h"

enum line_fact {
    LINE_IS_PRESSED, /* area: what is pressed on. Not of the boundary */
    LINE_IS_CLEAR,   /* not of the boundary */
    LINE_HAS_SLIVERS,
    LINE_IS_NOT_COVERED,
    LINE_IS_NOT_MEASURED,
    LINE_IS_PARTLY_COVERED,
    BOUNDARY_HOLDS_ALL,
    BOUNDARY_HOLDS_NONE, /* outside */
    BOUNDARY_HOLDS_PART, /* area: inside; outside */
    BOUNDARY_MEASURED,   /* likewise, of what could be measured */
};

struct line_words {
    enum control_line line;
    struct decimal_area area, outside;
    const char *zones;     /* of BOUNDARY_HOLDS_ALL; "" */
    const char *reason;    /* of LINE_IS_NOT_MEASURED, in the language of the sentence; "" */
    const char *sliver_m2; /* four decimals */
    struct sliver_policy slivers;
    bool some;            /* of several parcels: only some are not covered */
    bool outside_unknown; /* of BOUNDARY_MEASURED: there is no data beside it */
};

/* NULL when memory is out. */
const char *sentence_of_line(struct arena *a, enum line_fact fact, const struct line_words *w, bool english);

/* The boundary's sub-zones in English, "边界外" too; what is not known stays as it is. */
const char *boundary_zone_en(const char *zone);

#endif

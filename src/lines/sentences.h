/* What a report says of one line, in the words of the field's own reports (std-report): each sentence is
 * written here once, in both languages, for the summary of a parcel and for the conclusions of a whole
 * report.
 *
 * Not for: deciding which sentence holds (check/summary.c, report/report_sentences.c). Threads: pure; texts
 * in the arena. */
#ifndef HX_LINES_SENTENCES_H
#define HX_LINES_SENTENCES_H

#include "base/decimal.h"
#include "lines/finding.h"

enum line_fact {
    LINE_IS_PRESSED, /* area: what is pressed on. Of a line that excludes */
    LINE_IS_CLEAR,   /* likewise */
    LINE_IS_CLASSED, /* zones: the classes with their areas. Of a line that classifies */
    LINE_HAS_SLIVERS,
    LINE_IS_NOT_COVERED,
    LINE_IS_NOT_MEASURED,
    LINE_IS_PARTLY_COVERED,
    LINE_HOLDS_ALL,
    LINE_HOLDS_NONE,     /* outside */
    LINE_HOLDS_PART,     /* area: inside; outside */
    LINE_HOLDS_MEASURED, /* likewise, of what could be measured */
};

struct line_words {
    const struct control_line *line;
    int64_t area_cents, outside_cents; /* hundredths of m2 */
    const char *zones;                 /* of LINE_HOLDS_ALL and LINE_IS_CLASSED; "" */
    const char *reason;                /* of LINE_IS_NOT_MEASURED, in the language of the sentence; "" */
    int64_t sliver_ten_thousandths;    /* of m2, of LINE_HAS_SLIVERS */
    struct sliver_policy slivers;
    bool some;            /* of several parcels: only some are not covered */
    bool outside_unknown; /* of LINE_HOLDS_MEASURED: there is no data beside it */
};

/* Writes into the line's texts the sentence that every parcel clear of it gets; before anything is said of
 * the line. false when memory is out. */
bool sentences_prepare(struct control_line *line, struct arena *a);
/* NULL when memory is out. */
const char *sentence_of_line(struct arena *a, enum line_fact fact, const struct line_words *w, bool english);

#endif

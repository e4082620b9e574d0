/* CSV as text: its header, and its records one at a time, for callers that do not hand over a file whole
 * (audit/). The reader of whole files is parcel_csv_read in parsing.h. */
#ifndef HX_FEATURES_READERS_CSV_H
#define HX_FEATURES_READERS_CSV_H

#include "formats/csv.h"

/* The error code of merged id cells: it speaks of the whole file, because nobody knows where one plot
 * ends. */
#define CSV_ID_EMPTY "csv-id-empty"
/* So does that of a header with more than CSV_COLUMNS_MAX columns. */
#define CSV_COLUMNS "csv-columns"

/* The error code and both sentences of a quote that nothing closes, behind the line's number. */
#define CSV_QUOTE                                                                                            \
    "csv-quote", "引号没有配对，无法分清各列；请改正该行，文件若被截断则请重新导出。",                       \
        "a quote is not closed, so that its columns cannot be told apart; correct the row, or export the "   \
        "file "                                                                                              \
        "again if it was cut off."

/* Does the first line name columns of coordinates, or one of WKT? */
bool csv_recognised(const char *text);

enum { CSV_COLUMNS_MAX = 256 };
struct csv_record {
    char *cells[CSV_COLUMNS_MAX]; /* trimmed, without their quotes; in the text that was cut */
    size_t n;
};
/* Which column is what, -1 where there is none. */
struct csv_header {
    char separator;
    int geometry; /* WKT; without it a row is a point */
    int a, b;     /* coordinates */
    int id, name;
};
/* Both cut `text`, which is UTF-8 and NUL-terminated, in place. false: no column of coordinates. */
bool csv_header_read(char *text, struct csv_record *names, struct csv_header *out);
void csv_record_read(char separator, char *text, struct csv_record *out);

#endif

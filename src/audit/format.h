/* The formats of results, in one table: which kind of audit writes which, and by what ending it is asked for.
 * Threads: pure. */
#ifndef HX_AUDIT_FORMAT_H
#define HX_AUDIT_FORMAT_H

#include "audit/request.h"

enum audit_format {
    AUDIT_GPKG,
    AUDIT_CSV,
    AUDIT_GEOJSONL,
    AUDIT_FGB,
    AUDIT_XLSX,
    AUDIT_HTML,
    AUDIT_JSON,
};
enum { AUDIT_FORMAT_COUNT = AUDIT_JSON + 1, AUDIT_FORMAT_NAMES_SIZE = 80 };

/* "gpkg": also the usual ending. */
const char *audit_format_name(enum audit_format f);
/* Whether this kind of audit has it as an output. */
bool audit_format_written(enum audit_format f, enum audit_kind kind);
/* By the path's ending; false when this kind of audit has no such output. */
bool audit_format_of(const char *path, enum audit_kind kind, enum audit_format *out);
/* Those of the set, a bit for each, as sentences list them: "gpkg、csv", "gpkg and csv". */
void audit_format_names(unsigned set, char zh[AUDIT_FORMAT_NAMES_SIZE], char en[AUDIT_FORMAT_NAMES_SIZE]);

#endif

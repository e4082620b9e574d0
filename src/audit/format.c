#include "audit/format.h"

#include "base/text.h"

#include <stdio.h>

enum { P = 1 << AUDIT_PARCELS, L = 1 << AUDIT_LINES, F = 1 << AUDIT_FIGURES };

static const struct {
    const char *name;
    const char *endings[2];
    unsigned outputs; /* of which kinds of audit */
} FORMATS[AUDIT_FORMAT_COUNT] = {
    [AUDIT_GPKG] = {"gpkg", {".gpkg"}, P | L},
    [AUDIT_CSV] = {"csv", {".csv"}, P | L | F},
    [AUDIT_GEOJSONL] = {"geojsonl", {".geojsonl", ".geojsonseq"}, P | L},
    [AUDIT_FGB] = {"fgb", {".fgb"}, P | L},
    [AUDIT_XLSX] = {"xlsx", {".xlsx"}, P | L},
    [AUDIT_HTML] = {"html", {".html"}, L | F},
    [AUDIT_JSON] = {"json", {".json"}, L | F},
};

const char *audit_format_name(enum audit_format f)
{
    return FORMATS[f].name;
}

bool audit_format_written(enum audit_format f, enum audit_kind kind)
{
    return FORMATS[f].outputs & 1u << kind;
}

bool audit_format_of(const char *path, enum audit_kind kind, enum audit_format *out)
{
    for (int f = 0; f < AUDIT_FORMAT_COUNT; f++)
        for (int i = 0; i < 2 && FORMATS[f].endings[i]; i++)
            if (audit_format_written((enum audit_format)f, kind) &&
                text_ends_with(path, FORMATS[f].endings[i]))
                return *out = (enum audit_format)f, true;
    return false;
}

void audit_format_names(unsigned set, char zh[AUDIT_FORMAT_NAMES_SIZE], char en[AUDIT_FORMAT_NAMES_SIZE])
{
    size_t z = 0, n = 0;
    for (int f = 0; f < AUDIT_FORMAT_COUNT; f++) {
        bool first = !(set & ((1u << f) - 1)), last = !(set >> (f + 1));
        if (!(set & 1u << f))
            continue;
        z +=
            (size_t)snprintf(zh + z, AUDIT_FORMAT_NAMES_SIZE - z, "%s%s", first ? "" : "、", FORMATS[f].name);
        n += (size_t)snprintf(en + n, AUDIT_FORMAT_NAMES_SIZE - n, "%s%s",
                              first  ? ""
                              : last ? " and "
                                     : ", ",
                              FORMATS[f].name);
    }
}

/* What an import notices and accepts: each with its stated treatment, all of them in the report.
 *
 * A finding is a sentence, how often it applied, and the first places. Refusals and repairs have lists of
 * their own (ingest_report.c). Threads: as the import. Memory: 8 to 16 bytes for each feature, to know
 * duplicates. */
#ifndef HX_LAYERS_FINDINGS_H
#define HX_LAYERS_FINDINGS_H

#include "formats/json.h"
#include "layers/source.h"
#include "layers/units.h"

enum finding {
    FINDING_DUPLICATE,    /* the same geometry again: kept, counted once in the union */
    FINDING_SLIVER,       /* below SOURCE_SLIVER_M2: kept */
    FINDING_CURVE,        /* arcs became chords */
    FINDING_COUNTY_CODE,  /* no such county: kept as it is */
    FINDING_COUNTY_PLACE, /* the code says one county, the place another: the code is kept */
    FINDING_COUNTY_NAME,  /* an administrative layer without codes: taken from the unit's name */
    FINDING_COUNTY_FOUND, /* no code: taken from the place */
    FINDING_OUTSIDE,      /* not in the region at all */
    FINDING_TOWNSHIP,     /* of the townships: no code that makes it a unit beneath a county of the list */
    FINDING_ZONE,         /* a sub-zone name that no rule knows */
    FINDING_COUNT
};

struct findings;
/* `store`: whose definitions say what its zones are. `kind` of the layer: the features of "admin" are units
 * themselves; those of "admin" and "zone" should not leave gaps. */
enum status findings_new(struct store *store, const struct units *units, const char *layer, const char *kind,
                         struct findings **out,
                         struct error *e) HX_MUST_CHECK; /* `units` borrowed, may be empty */
void findings_free(struct findings *f);                  /* NULL-safe */
/* Looks at a stored feature; *county becomes the county to store. */
enum status findings_look(struct findings *f, const struct source_feature *feature, const void *wkb, size_t n,
                          const char **county, struct error *e) HX_MUST_CHECK;
/* How many features lie more than 20 km from the unit that their code names, of all with a code of the
 * list. */
int64_t findings_far(const struct findings *f, int64_t *n_coded);
/* "findings": [...] of the report, with what concerns the whole file. */
void findings_write(const struct findings *f, struct json_writer *w, const struct source_info *info);

#endif

/* What a file states of its CRS by its format: WKT 1 or 2, ESRI's .prj, PROJJSON, "EPSG:4525", a URN or URL,
 * CRS84, a `crs` member's name. Through PROJ only, so that it runs in our own process on a text that the
 * sandboxed child hands over.
 *
 * The result is an EPSG code that geo_crs_from_epsg knows, or refuses with its own sentence: an older datum
 * is reported as the code of its zone, so that an import with --datum-shift can take it. A nameless CRS on
 * Krassovsky's ellipsoid is Beijing 1954, on IAG 75 Xi'an 1980. Heights do not matter: compound systems are
 * reduced to their horizontal part.
 * Not for: words (words.h). Threads: a resolver belongs to one thread (it owns a PJ_CONTEXT). */
#ifndef HX_GEO_CRS_STATED_H
#define HX_GEO_CRS_STATED_H

#include "geo/crs.h"

struct crs_stated {
    int epsg;      /* 0: nothing is stated, or nothing that we know (then `name` is what the file says) */
    bool by_match; /* no code stands there: found by its parameters */
    char name[96]; /* as the file names it, for sentences; "" when it has no name */
};

/* Refused here (STATUS_UNSUPPORTED) is what no code of ours could say: a CRS that is named as a web map's or
 * as a local one ("web-map-refused", "local-system-refused"), an older ellipsoid outside the standard zones
 * ("crs-datum-refused"). Other refusals are geo_crs_from_epsg's, by the code. `text` may be NULL. */
enum status crs_of_stated(struct geo_transformer *t, const char *text, struct crs_stated *out,
                          struct error *e) HX_MUST_CHECK;

#endif

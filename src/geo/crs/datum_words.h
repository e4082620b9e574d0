/* Which datum a text names: the part of words.c that knows the vocabulary. Internal to geo/crs. */
#ifndef HX_GEO_CRS_DATUM_WORDS_H
#define HX_GEO_CRS_DATUM_WORDS_H

#include "geo/crs/words.h"

struct crs_datum_words {
    enum crs_datum
        now; /* of the coordinates as they are: the one that is least acceptable, when there are several */
    enum crs_datum before; /* that they were converted from */
};

/* `text` has its full-width characters folded. False when memory is out. */
bool crs_datum_words(const char *text, enum crs_text kind, struct crs_datum_words *out);

#endif

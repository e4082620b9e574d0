/* Parcels from features that another program has already taken out of a file (ingest/foreign_reader.h). What comes in is
 * not trusted: every geometry is read with its bounds checked, and goes through the same checks as any other parcel. */
#ifndef HX_PARCEL_FEATURES_H
#define HX_PARCEL_FEATURES_H

#include "parcel/parcel.h"

struct parcel_feature { /* texts are UTF-8, "" when there are none */
    const char *id, *name, *use, *area;
    const void *wkb;
    size_t n_wkb;
};

struct parcel_features {
    enum parcel_format format;
    int epsg;               /* of the file; 0 when it states none, or one that is not known */
    const char *crs_stated; /* as the file names it; "" when it names none */
    const struct parcel_feature *features;
    size_t n;
    const struct parcel_warning *warnings;
    size_t n_warnings;
};

/* `bytes` are those of the whole file, for set.sha256. All texts are kept by reference: give arena text. */
enum status parcel_from_features(const struct parcel_context *c, const struct parcel_features *f,
                                 const void *bytes, size_t n, struct parcel_set *out,
                                 struct error *e) HX_MUST_CHECK;

#endif

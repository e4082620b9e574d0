/* What kind of file is this? Decided from the bytes, never from a name. Internal to the parcel module. */
#ifndef HX_PARCEL_RECOGNISE_H
#define HX_PARCEL_RECOGNISE_H

#include "parcel/parcel.h"

/* Before decoding: refuses files that are not text (archives, PDF, databases, drawings, pictures, shapefiles), each
 * with a sentence on what to send instead. */
enum status recognise_binary(const void *bytes, size_t n, struct error *e) HX_MUST_CHECK;

/* After decoding: GeoJSON or TXT; refuses KML and other XML, WKT, mining-right lists and plain text. */
enum status recognise_text(const char *text, size_t n, enum parcel_format *out,
                           struct error *e) HX_MUST_CHECK;

#endif

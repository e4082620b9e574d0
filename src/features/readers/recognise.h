/* What kind of file is this? Decided from the bytes, never from a name. Internal to the parcel module. */
#ifndef HX_FEATURES_READERS_RECOGNISE_H
#define HX_FEATURES_READERS_RECOGNISE_H

#include "features/parcel.h"

/* A file that is read whole has at most LIMIT_BODY_BYTES. */
enum status recognise_size(size_t n, struct error *e) HX_MUST_CHECK;

/* Before decoding: sets *foreign to one of the formats that another process reads (else it stays), and
 * refuses files that are not text and not one of them (archives, PDF, drawings, pictures), each with a
 * sentence on what to send. */
enum status recognise_binary(const void *bytes, size_t n, enum parcel_format *foreign,
                             struct error *e) HX_MUST_CHECK;

/* Such a format where nobody reads it. */
enum status recognise_fail_foreign(enum parcel_format f, struct error *e) HX_MUST_CHECK;

/* After decoding: GeoJSON, TXT, WKT, CSV or a table; refuses other XML, mining-right lists and plain text. */
enum status recognise_text(const char *text, size_t n, enum parcel_format *out,
                           struct error *e) HX_MUST_CHECK;

#endif

/* What the reading child said -> parcels. Nothing of it is believed: it may be the upload that speaks. */
#ifndef HX_INGEST_FOREIGN_ANSWER_H
#define HX_INGEST_FOREIGN_ANSWER_H

#include "base/buffer.h"
#include "parcel/parcel.h"

enum status foreign_answer(const struct parcel_context *c, enum parcel_format format,
                           const struct buffer *answer, const void *bytes, size_t n, struct parcel_set *out,
                           struct error *e) HX_MUST_CHECK;

#endif

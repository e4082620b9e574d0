/* Parcels -> 国土TXT, as the reporting systems take it: all headers, closing rows, J numbers running on from
 * ring to ring, rings numbered, eastings with their zone, three decimals, areas in hectares (公顷) with four.
 *
 * What is written are the points as they were delivered; where the zone is theirs they come back to the
 * millimetre, and a file that is read and written again stays the same byte for byte. */
#ifndef HX_FEATURES_TXT_WRITE_H
#define HX_FEATURES_TXT_WRITE_H

#include "base/buffer.h"
#include "features/parcel.h"

struct parcel_txt_options {
    int zone;         /* 25-45 (3 degrees) or 13-23 (6 degrees) for all parcels; 0: that of the first one */
    bool utf8;        /* instead of GB18030 */
    const char *unit; /* 数据产生单位; NULL: left empty */
    const char *date; /* 数据产生日期; NULL: left empty, so that the same parcels give the same bytes */
};

/* Appends to `out`. The zone of a parcel in degrees is the 3-degree zone of its middle. A parcel farther than
 * one zone's width from the meridian is refused ("txt-write-far"): its eastings would be read back
 * somewhere else. */
enum status parcel_txt_write(const struct parcel_context *c, const struct parcel *parcels, size_t n,
                             const struct parcel_txt_options *options, struct buffer *out,
                             struct error *e) HX_MUST_CHECK;

#endif

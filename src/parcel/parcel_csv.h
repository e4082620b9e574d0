/* Does the first line name columns of coordinates, or one of WKT? Internal to the parcel module. */
#ifndef HX_PARCEL_PARCEL_CSV_H
#define HX_PARCEL_PARCEL_CSV_H

#include <stdbool.h>

bool csv_recognised(const char *text);

#endif

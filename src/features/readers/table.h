/* Is some line near the beginning a point? Internal to the parcel module. */
#ifndef HX_FEATURES_READERS_TABLE_H
#define HX_FEATURES_READERS_TABLE_H

#include <stdbool.h>

bool table_recognised(const char *text);

#endif

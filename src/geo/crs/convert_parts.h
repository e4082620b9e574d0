/* What stated.c needs of a transformer: its PROJ context. Internal to geo/crs. */
#ifndef HX_GEO_CRS_CONVERT_PARTS_H
#define HX_GEO_CRS_CONVERT_PARTS_H

#include "geo/crs.h"

#include "geo/proj_library.h"

PJ_CONTEXT *geo_transformer_context(struct geo_transformer *t); /* borrowed */

#endif

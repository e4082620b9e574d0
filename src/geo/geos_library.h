/* GEOS, loaded when the first handle of it is made, by geo_geos_new (base/late_library.h): with C++'s own
 * library it is a third of what is left of a start, and what lists, keeps people or only says its version
 * has no shapes. What includes this header calls GEOS's functions by their own names, which mean the loaded
 * ones; one that is new to us is added to both lists below (without that it does not link). Threads: any. */
#ifndef HX_GEO_GEOS_LIBRARY_H
#define HX_GEO_GEOS_LIBRARY_H

#include "base/status.h"

#include <geos_c.h>

/* STATUS_INTERNAL when this machine's GEOS is missing or another than the one that we were built with. */
enum status geos_load(struct error *e) HX_MUST_CHECK;

/* clang-format off */
#define GEOS_FUNCTIONS(X) \
    X(GEOSArea_r) X(GEOSBuffer_r) X(GEOSContext_setErrorMessageHandler_r) \
    X(GEOSCoordSeq_copyFromArrays_r) X(GEOSCoordSeq_copyToArrays_r) X(GEOSCoordSeq_create_r) \
    X(GEOSCoordSeq_getSize_r) X(GEOSCoordSeq_getXY_r) X(GEOSCoordSeq_setXY_r) X(GEOSCoverageUnion_r) \
    X(GEOSDifference_r) X(GEOSDistanceWithin_r) X(GEOSEquals_r) X(GEOSFree_r) \
    X(GEOSGeoJSONReader_create_r) X(GEOSGeoJSONReader_destroy_r) X(GEOSGeoJSONReader_readGeometry_r) \
    X(GEOSGeomGetX_r) X(GEOSGeomGetY_r) X(GEOSGeomTypeId_r) X(GEOSGeom_clone_r) \
    X(GEOSGeom_createCollection_r) X(GEOSGeom_createEmptyCollection_r) X(GEOSGeom_createEmptyPolygon_r) \
    X(GEOSGeom_createLineString_r) X(GEOSGeom_createLinearRing_r) X(GEOSGeom_createPointFromXY_r) \
    X(GEOSGeom_createPoint_r) X(GEOSGeom_createPolygon_r) X(GEOSGeom_createRectangle_r) \
    X(GEOSGeom_destroy_r) X(GEOSGeom_getCoordSeq_r) X(GEOSGeom_getXMax_r) X(GEOSGeom_getXMin_r) \
    X(GEOSGeom_getYMax_r) X(GEOSGeom_getYMin_r) X(GEOSGeom_transformXY_r) X(GEOSGetExteriorRing_r) \
    X(GEOSGetGeometryN_r) X(GEOSGetInteriorRingN_r) X(GEOSGetNumCoordinates_r) X(GEOSGetNumGeometries_r) \
    X(GEOSGetNumInteriorRings_r) X(GEOSIntersection_r) X(GEOSLength_r) X(GEOSPointOnSurface_r) \
    X(GEOSPolygonize_r) X(GEOSPrepare_r) X(GEOSPreparedContains_r) X(GEOSPreparedCrosses_r) \
    X(GEOSPreparedDisjoint_r) X(GEOSPreparedGeom_destroy_r) X(GEOSPreparedIntersects_r) \
    X(GEOSPreparedOverlaps_r) X(GEOSPreparedTouches_r) X(GEOSPreparedWithin_r) X(GEOSSymDifference_r) \
    X(GEOSUnaryUnion_r) X(GEOSUnion_r) X(GEOSWKBReader_create_r) X(GEOSWKBReader_destroy_r) \
    X(GEOSWKBReader_read_r) X(GEOSWKTReader_create_r) X(GEOSWKTReader_destroy_r) X(GEOSWKTReader_read_r) \
    X(GEOSWKTReader_setFixStructure_r) X(GEOS_finish_r) X(GEOS_init_r) X(GEOS_interruptRegisterCallback) \
    X(GEOS_interruptRequest) X(GEOSisEmpty_r) X(GEOSisValidDetail_r) X(GEOSisValidReason_r) \
    X(GEOSisValid_r) X(GEOSversion)
/* clang-format on */

struct geos_functions {
#define GEOS_MEMBER(name) __typeof__(name) *name;
    GEOS_FUNCTIONS(GEOS_MEMBER)
#undef GEOS_MEMBER
};
extern struct geos_functions geos_functions; /* filled by geos_load, read-only after that */

#define GEOSArea_r geos_functions.GEOSArea_r
#define GEOSBuffer_r geos_functions.GEOSBuffer_r
#define GEOSContext_setErrorMessageHandler_r geos_functions.GEOSContext_setErrorMessageHandler_r
#define GEOSCoordSeq_copyFromArrays_r geos_functions.GEOSCoordSeq_copyFromArrays_r
#define GEOSCoordSeq_copyToArrays_r geos_functions.GEOSCoordSeq_copyToArrays_r
#define GEOSCoordSeq_create_r geos_functions.GEOSCoordSeq_create_r
#define GEOSCoordSeq_getSize_r geos_functions.GEOSCoordSeq_getSize_r
#define GEOSCoordSeq_getXY_r geos_functions.GEOSCoordSeq_getXY_r
#define GEOSCoordSeq_setXY_r geos_functions.GEOSCoordSeq_setXY_r
#define GEOSCoverageUnion_r geos_functions.GEOSCoverageUnion_r
#define GEOSDifference_r geos_functions.GEOSDifference_r
#define GEOSDistanceWithin_r geos_functions.GEOSDistanceWithin_r
#define GEOSEquals_r geos_functions.GEOSEquals_r
#define GEOSFree_r geos_functions.GEOSFree_r
#define GEOSGeoJSONReader_create_r geos_functions.GEOSGeoJSONReader_create_r
#define GEOSGeoJSONReader_destroy_r geos_functions.GEOSGeoJSONReader_destroy_r
#define GEOSGeoJSONReader_readGeometry_r geos_functions.GEOSGeoJSONReader_readGeometry_r
#define GEOSGeomGetX_r geos_functions.GEOSGeomGetX_r
#define GEOSGeomGetY_r geos_functions.GEOSGeomGetY_r
#define GEOSGeomTypeId_r geos_functions.GEOSGeomTypeId_r
#define GEOSGeom_clone_r geos_functions.GEOSGeom_clone_r
#define GEOSGeom_createCollection_r geos_functions.GEOSGeom_createCollection_r
#define GEOSGeom_createEmptyCollection_r geos_functions.GEOSGeom_createEmptyCollection_r
#define GEOSGeom_createEmptyPolygon_r geos_functions.GEOSGeom_createEmptyPolygon_r
#define GEOSGeom_createLineString_r geos_functions.GEOSGeom_createLineString_r
#define GEOSGeom_createLinearRing_r geos_functions.GEOSGeom_createLinearRing_r
#define GEOSGeom_createPointFromXY_r geos_functions.GEOSGeom_createPointFromXY_r
#define GEOSGeom_createPoint_r geos_functions.GEOSGeom_createPoint_r
#define GEOSGeom_createPolygon_r geos_functions.GEOSGeom_createPolygon_r
#define GEOSGeom_createRectangle_r geos_functions.GEOSGeom_createRectangle_r
#define GEOSGeom_destroy_r geos_functions.GEOSGeom_destroy_r
#define GEOSGeom_getCoordSeq_r geos_functions.GEOSGeom_getCoordSeq_r
#define GEOSGeom_getXMax_r geos_functions.GEOSGeom_getXMax_r
#define GEOSGeom_getXMin_r geos_functions.GEOSGeom_getXMin_r
#define GEOSGeom_getYMax_r geos_functions.GEOSGeom_getYMax_r
#define GEOSGeom_getYMin_r geos_functions.GEOSGeom_getYMin_r
#define GEOSGeom_transformXY_r geos_functions.GEOSGeom_transformXY_r
#define GEOSGetExteriorRing_r geos_functions.GEOSGetExteriorRing_r
#define GEOSGetGeometryN_r geos_functions.GEOSGetGeometryN_r
#define GEOSGetInteriorRingN_r geos_functions.GEOSGetInteriorRingN_r
#define GEOSGetNumCoordinates_r geos_functions.GEOSGetNumCoordinates_r
#define GEOSGetNumGeometries_r geos_functions.GEOSGetNumGeometries_r
#define GEOSGetNumInteriorRings_r geos_functions.GEOSGetNumInteriorRings_r
#define GEOSIntersection_r geos_functions.GEOSIntersection_r
#define GEOSLength_r geos_functions.GEOSLength_r
#define GEOSPointOnSurface_r geos_functions.GEOSPointOnSurface_r
#define GEOSPolygonize_r geos_functions.GEOSPolygonize_r
#define GEOSPrepare_r geos_functions.GEOSPrepare_r
#define GEOSPreparedContains_r geos_functions.GEOSPreparedContains_r
#define GEOSPreparedCrosses_r geos_functions.GEOSPreparedCrosses_r
#define GEOSPreparedDisjoint_r geos_functions.GEOSPreparedDisjoint_r
#define GEOSPreparedGeom_destroy_r geos_functions.GEOSPreparedGeom_destroy_r
#define GEOSPreparedIntersects_r geos_functions.GEOSPreparedIntersects_r
#define GEOSPreparedOverlaps_r geos_functions.GEOSPreparedOverlaps_r
#define GEOSPreparedTouches_r geos_functions.GEOSPreparedTouches_r
#define GEOSPreparedWithin_r geos_functions.GEOSPreparedWithin_r
#define GEOSSymDifference_r geos_functions.GEOSSymDifference_r
#define GEOSUnaryUnion_r geos_functions.GEOSUnaryUnion_r
#define GEOSUnion_r geos_functions.GEOSUnion_r
#define GEOSWKBReader_create_r geos_functions.GEOSWKBReader_create_r
#define GEOSWKBReader_destroy_r geos_functions.GEOSWKBReader_destroy_r
#define GEOSWKBReader_read_r geos_functions.GEOSWKBReader_read_r
#define GEOSWKTReader_create_r geos_functions.GEOSWKTReader_create_r
#define GEOSWKTReader_destroy_r geos_functions.GEOSWKTReader_destroy_r
#define GEOSWKTReader_read_r geos_functions.GEOSWKTReader_read_r
#define GEOSWKTReader_setFixStructure_r geos_functions.GEOSWKTReader_setFixStructure_r
#define GEOS_finish_r geos_functions.GEOS_finish_r
#define GEOS_init_r geos_functions.GEOS_init_r
#define GEOS_interruptRegisterCallback geos_functions.GEOS_interruptRegisterCallback
#define GEOS_interruptRequest geos_functions.GEOS_interruptRequest
#define GEOSisEmpty_r geos_functions.GEOSisEmpty_r
#define GEOSisValidDetail_r geos_functions.GEOSisValidDetail_r
#define GEOSisValidReason_r geos_functions.GEOSisValidReason_r
#define GEOSisValid_r geos_functions.GEOSisValid_r
#define GEOSversion geos_functions.GEOSversion

#endif

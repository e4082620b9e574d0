/* GDAL, loaded when it is first needed (base/late_library.h). With the sixty libraries below it GDAL takes
 * half of a program's start, and most runs need none of it: in our own process it only writes. So nothing
 * is linked with it. What includes this header calls GDAL's functions by their own names, which mean the
 * loaded ones; one that is new to us is added to both lists below (without that it does not link).
 *
 * gdal_load comes before the first call, on each way into a room that calls GDAL: the child's main,
 * exports, the conversion of an audit's result, the version. Later calls cost nothing. Threads: any. */
#ifndef HX_FEATURES_GDAL_H
#define HX_FEATURES_GDAL_H

#include "base/status.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_http.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

/* STATUS_INTERNAL when this machine's GDAL is missing or another than the one that we were built with. */
enum status gdal_load(struct error *e) HX_MUST_CHECK;

/* clang-format off */
#define GDAL_FUNCTIONS(X) \
    X(CPLCalloc) X(CPLError) X(CPLErrorReset) X(CPLGetBasename) X(CPLGetErrorHandlerUserData) \
    X(CPLGetExtension) X(CPLGetLastErrorMsg) X(CPLGetLastErrorType) X(CPLHTTPPopFetchCallback) \
    X(CPLHTTPPushFetchCallback) X(CPLPopErrorHandler) X(CPLPushErrorHandler) \
    X(CPLPushErrorHandlerEx) X(CPLQuietErrorHandler) X(CPLRecode) X(CPLSetConfigOption) \
    X(CPLStrdup) X(CSLCount) X(CSLDestroy) X(GDALAllRegister) X(GDALClose) X(GDALCreate) \
    X(GDALDatasetCommitTransaction) X(GDALDatasetCreateLayer) X(GDALDatasetExecuteSQL) \
    X(GDALDatasetGetLayer) X(GDALDatasetGetLayerByName) X(GDALDatasetGetLayerCount) \
    X(GDALDatasetReleaseResultSet) X(GDALDatasetStartTransaction) X(GDALDeleteDataset) \
    X(GDALGetDatasetDriver) X(GDALGetDriverByName) X(GDALGetDriverShortName) X(GDALGetMetadataItem) \
    X(GDALOpenEx) X(GDALVectorTranslate) X(GDALVectorTranslateOptionsFree) \
    X(GDALVectorTranslateOptionsNew) X(GDALVersionInfo) X(OGRGeometryTypeToName) \
    X(OGR_FD_GetFieldCount) X(OGR_FD_GetFieldDefn) X(OGR_Fld_Create) X(OGR_Fld_Destroy) \
    X(OGR_Fld_GetAlternativeNameRef) X(OGR_Fld_GetNameRef) X(OGR_Fld_GetType) \
    X(OGR_Fld_SetPrecision) X(OGR_Fld_SetWidth) X(OGR_F_Create) X(OGR_F_Destroy) X(OGR_F_GetFID) \
    X(OGR_F_GetFieldAsDouble) X(OGR_F_GetFieldAsString) X(OGR_F_GetGeometryRef) \
    X(OGR_F_IsFieldSetAndNotNull) X(OGR_F_SetFieldDouble) X(OGR_F_SetFieldInteger64) \
    X(OGR_F_SetFieldString) X(OGR_F_SetGeometryDirectly) X(OGR_GT_Flatten) X(OGR_GT_HasM) \
    X(OGR_GT_HasZ) X(OGR_GT_IsSubClassOf) X(OGR_GT_IsSurface) X(OGR_G_AddGeometry) \
    X(OGR_G_AddGeometryDirectly) X(OGR_G_AddPoint_2D) X(OGR_G_Clone) X(OGR_G_CloseRings) \
    X(OGR_G_CreateFromWkb) X(OGR_G_CreateGeometry) X(OGR_G_DestroyGeometry) X(OGR_G_ExportToIsoWkb) \
    X(OGR_G_FlattenTo2D) X(OGR_G_ForceToMultiPolygon) X(OGR_G_GetEnvelope) \
    X(OGR_G_GetGeometryCount) X(OGR_G_GetGeometryRef) X(OGR_G_GetGeometryType) \
    X(OGR_G_GetPointCount) X(OGR_G_GetX) X(OGR_G_GetY) X(OGR_G_HasCurveGeometry) X(OGR_G_IsEmpty) \
    X(OGR_G_SetPointCount) X(OGR_G_SetPoint_2D) X(OGR_G_WkbSize) X(OGR_L_CreateFeature) \
    X(OGR_L_CreateField) X(OGR_L_GetExtent) X(OGR_L_GetFeatureCount) X(OGR_L_GetGeomType) \
    X(OGR_L_GetLayerDefn) X(OGR_L_GetName) X(OGR_L_GetNextFeature) X(OGR_L_GetSpatialRef) \
    X(OGR_L_ResetReading) X(OGR_L_SetIgnoredFields) X(OSRDestroySpatialReference) X(OSRExportToWkt) \
    X(OSRExportToWktEx) X(OSRImportFromEPSG) X(OSRIsGeographic) X(OSRNewSpatialReference) \
    X(OSRSetAxisMappingStrategy) X(OSRSetFromUserInput) X(VSIFCloseL) X(VSIFOpenL) X(VSIFReadL) \
    X(VSIFree) X(VSIFSeekL) X(VSIFTellL) X(VSIReadDir) X(VSIReadDirRecursive) X(VSIStatExL) \
    X(VSIStatL) X(VSIUnlink)
/* clang-format on */

struct gdal_functions {
#define GDAL_MEMBER(name) __typeof__(name) *name;
    GDAL_FUNCTIONS(GDAL_MEMBER)
#undef GDAL_MEMBER
};
extern struct gdal_functions gdal_functions; /* filled by gdal_load, read-only after that */

#define CPLCalloc gdal_functions.CPLCalloc
#define CPLError gdal_functions.CPLError
#define CPLErrorReset gdal_functions.CPLErrorReset
#define CPLGetBasename gdal_functions.CPLGetBasename
#define CPLGetErrorHandlerUserData gdal_functions.CPLGetErrorHandlerUserData
#define CPLGetExtension gdal_functions.CPLGetExtension
#define CPLGetLastErrorMsg gdal_functions.CPLGetLastErrorMsg
#define CPLGetLastErrorType gdal_functions.CPLGetLastErrorType
#define CPLHTTPPopFetchCallback gdal_functions.CPLHTTPPopFetchCallback
#define CPLHTTPPushFetchCallback gdal_functions.CPLHTTPPushFetchCallback
#define CPLPopErrorHandler gdal_functions.CPLPopErrorHandler
#define CPLPushErrorHandler gdal_functions.CPLPushErrorHandler
#define CPLPushErrorHandlerEx gdal_functions.CPLPushErrorHandlerEx
#define CPLQuietErrorHandler gdal_functions.CPLQuietErrorHandler
#define CPLRecode gdal_functions.CPLRecode
#define CPLSetConfigOption gdal_functions.CPLSetConfigOption
#define CPLStrdup gdal_functions.CPLStrdup
#define CSLCount gdal_functions.CSLCount
#define CSLDestroy gdal_functions.CSLDestroy
#define GDALAllRegister gdal_functions.GDALAllRegister
#define GDALClose gdal_functions.GDALClose
#define GDALCreate gdal_functions.GDALCreate
#define GDALDatasetCommitTransaction gdal_functions.GDALDatasetCommitTransaction
#define GDALDatasetCreateLayer gdal_functions.GDALDatasetCreateLayer
#define GDALDatasetExecuteSQL gdal_functions.GDALDatasetExecuteSQL
#define GDALDatasetGetLayer gdal_functions.GDALDatasetGetLayer
#define GDALDatasetGetLayerByName gdal_functions.GDALDatasetGetLayerByName
#define GDALDatasetGetLayerCount gdal_functions.GDALDatasetGetLayerCount
#define GDALDatasetReleaseResultSet gdal_functions.GDALDatasetReleaseResultSet
#define GDALDatasetStartTransaction gdal_functions.GDALDatasetStartTransaction
#define GDALDeleteDataset gdal_functions.GDALDeleteDataset
#define GDALGetDatasetDriver gdal_functions.GDALGetDatasetDriver
#define GDALGetDriverByName gdal_functions.GDALGetDriverByName
#define GDALGetDriverShortName gdal_functions.GDALGetDriverShortName
#define GDALGetMetadataItem gdal_functions.GDALGetMetadataItem
#define GDALOpenEx gdal_functions.GDALOpenEx
#define GDALVectorTranslate gdal_functions.GDALVectorTranslate
#define GDALVectorTranslateOptionsFree gdal_functions.GDALVectorTranslateOptionsFree
#define GDALVectorTranslateOptionsNew gdal_functions.GDALVectorTranslateOptionsNew
#define GDALVersionInfo gdal_functions.GDALVersionInfo
#define OGRGeometryTypeToName gdal_functions.OGRGeometryTypeToName
#define OGR_FD_GetFieldCount gdal_functions.OGR_FD_GetFieldCount
#define OGR_FD_GetFieldDefn gdal_functions.OGR_FD_GetFieldDefn
#define OGR_Fld_Create gdal_functions.OGR_Fld_Create
#define OGR_Fld_Destroy gdal_functions.OGR_Fld_Destroy
#define OGR_Fld_GetAlternativeNameRef gdal_functions.OGR_Fld_GetAlternativeNameRef
#define OGR_Fld_GetNameRef gdal_functions.OGR_Fld_GetNameRef
#define OGR_Fld_GetType gdal_functions.OGR_Fld_GetType
#define OGR_Fld_SetPrecision gdal_functions.OGR_Fld_SetPrecision
#define OGR_Fld_SetWidth gdal_functions.OGR_Fld_SetWidth
#define OGR_F_Create gdal_functions.OGR_F_Create
#define OGR_F_Destroy gdal_functions.OGR_F_Destroy
#define OGR_F_GetFID gdal_functions.OGR_F_GetFID
#define OGR_F_GetFieldAsDouble gdal_functions.OGR_F_GetFieldAsDouble
#define OGR_F_GetFieldAsString gdal_functions.OGR_F_GetFieldAsString
#define OGR_F_GetGeometryRef gdal_functions.OGR_F_GetGeometryRef
#define OGR_F_IsFieldSetAndNotNull gdal_functions.OGR_F_IsFieldSetAndNotNull
#define OGR_F_SetFieldDouble gdal_functions.OGR_F_SetFieldDouble
#define OGR_F_SetFieldInteger64 gdal_functions.OGR_F_SetFieldInteger64
#define OGR_F_SetFieldString gdal_functions.OGR_F_SetFieldString
#define OGR_F_SetGeometryDirectly gdal_functions.OGR_F_SetGeometryDirectly
#define OGR_GT_Flatten gdal_functions.OGR_GT_Flatten
#define OGR_GT_HasM gdal_functions.OGR_GT_HasM
#define OGR_GT_HasZ gdal_functions.OGR_GT_HasZ
#define OGR_GT_IsSubClassOf gdal_functions.OGR_GT_IsSubClassOf
#define OGR_GT_IsSurface gdal_functions.OGR_GT_IsSurface
#define OGR_G_AddGeometry gdal_functions.OGR_G_AddGeometry
#define OGR_G_AddGeometryDirectly gdal_functions.OGR_G_AddGeometryDirectly
#define OGR_G_AddPoint_2D gdal_functions.OGR_G_AddPoint_2D
#define OGR_G_Clone gdal_functions.OGR_G_Clone
#define OGR_G_CloseRings gdal_functions.OGR_G_CloseRings
#define OGR_G_CreateFromWkb gdal_functions.OGR_G_CreateFromWkb
#define OGR_G_CreateGeometry gdal_functions.OGR_G_CreateGeometry
#define OGR_G_DestroyGeometry gdal_functions.OGR_G_DestroyGeometry
#define OGR_G_ExportToIsoWkb gdal_functions.OGR_G_ExportToIsoWkb
#define OGR_G_FlattenTo2D gdal_functions.OGR_G_FlattenTo2D
#define OGR_G_ForceToMultiPolygon gdal_functions.OGR_G_ForceToMultiPolygon
#define OGR_G_GetEnvelope gdal_functions.OGR_G_GetEnvelope
#define OGR_G_GetGeometryCount gdal_functions.OGR_G_GetGeometryCount
#define OGR_G_GetGeometryRef gdal_functions.OGR_G_GetGeometryRef
#define OGR_G_GetGeometryType gdal_functions.OGR_G_GetGeometryType
#define OGR_G_GetPointCount gdal_functions.OGR_G_GetPointCount
#define OGR_G_GetX gdal_functions.OGR_G_GetX
#define OGR_G_GetY gdal_functions.OGR_G_GetY
#define OGR_G_HasCurveGeometry gdal_functions.OGR_G_HasCurveGeometry
#define OGR_G_IsEmpty gdal_functions.OGR_G_IsEmpty
#define OGR_G_SetPointCount gdal_functions.OGR_G_SetPointCount
#define OGR_G_SetPoint_2D gdal_functions.OGR_G_SetPoint_2D
#define OGR_G_WkbSize gdal_functions.OGR_G_WkbSize
#define OGR_L_CreateFeature gdal_functions.OGR_L_CreateFeature
#define OGR_L_CreateField gdal_functions.OGR_L_CreateField
#define OGR_L_GetExtent gdal_functions.OGR_L_GetExtent
#define OGR_L_GetFeatureCount gdal_functions.OGR_L_GetFeatureCount
#define OGR_L_GetGeomType gdal_functions.OGR_L_GetGeomType
#define OGR_L_GetLayerDefn gdal_functions.OGR_L_GetLayerDefn
#define OGR_L_GetName gdal_functions.OGR_L_GetName
#define OGR_L_GetNextFeature gdal_functions.OGR_L_GetNextFeature
#define OGR_L_GetSpatialRef gdal_functions.OGR_L_GetSpatialRef
#define OGR_L_ResetReading gdal_functions.OGR_L_ResetReading
#define OGR_L_SetIgnoredFields gdal_functions.OGR_L_SetIgnoredFields
#define OSRDestroySpatialReference gdal_functions.OSRDestroySpatialReference
#define OSRExportToWkt gdal_functions.OSRExportToWkt
#define OSRExportToWktEx gdal_functions.OSRExportToWktEx
#define OSRImportFromEPSG gdal_functions.OSRImportFromEPSG
#define OSRIsGeographic gdal_functions.OSRIsGeographic
#define OSRNewSpatialReference gdal_functions.OSRNewSpatialReference
#define OSRSetAxisMappingStrategy gdal_functions.OSRSetAxisMappingStrategy
#define OSRSetFromUserInput gdal_functions.OSRSetFromUserInput
#define VSIFCloseL gdal_functions.VSIFCloseL
#define VSIFOpenL gdal_functions.VSIFOpenL
#define VSIFReadL gdal_functions.VSIFReadL
#define VSIFree gdal_functions.VSIFree
#define VSIFSeekL gdal_functions.VSIFSeekL
#define VSIFTellL gdal_functions.VSIFTellL
#define VSIReadDir gdal_functions.VSIReadDir
#define VSIReadDirRecursive gdal_functions.VSIReadDirRecursive
#define VSIStatExL gdal_functions.VSIStatExL
#define VSIStatL gdal_functions.VSIStatL
#define VSIUnlink gdal_functions.VSIUnlink

#endif

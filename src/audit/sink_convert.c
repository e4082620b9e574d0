/* A finished GeoPackage as a format that can only be written in one go. */
#include "audit/sink.h"

#include <gdal.h>
#include <gdal_utils.h>

static enum status fail_convert(const char *to, struct error *e)
{
    error_zh(e, "不能写出“%.200s”：%s。", to, CPLGetLastErrorMsg());
    return error_fail(e, STATUS_IO, "audit-convert", "\"%.200s\" could not be written: %s.", to,
                      CPLGetLastErrorMsg());
}

static enum status convert(const char *gpkg, const char *to, enum output_format format, struct error *e)
{
    const char *const fgb[] = {"-f",   "FlatGeobuf", "-nlt",    "MULTIPOLYGON",
                               "-nln", "parcels",    "parcels", NULL};
    const char *const xlsx[] = {"-f", "XLSX", "parcels", "findings", NULL};
    GDALDatasetH in =
        GDALOpenEx(gpkg, GDAL_OF_VECTOR | GDAL_OF_READONLY, (const char *const[]){"GPKG", NULL}, NULL, NULL);
    if (!in)
        return fail_convert(to, e);
    /* GDAL does not write through the arguments. */
    char **arguments = (char **)(format == OUTPUT_FGB ? fgb : xlsx);
    GDALVectorTranslateOptions *options = GDALVectorTranslateOptionsNew(arguments, NULL);
    GDALDatasetH out = options ? GDALVectorTranslate(to, NULL, 1, &in, options, NULL) : NULL;
    GDALVectorTranslateOptionsFree(options);
    enum status s = STATUS_OK;
    if (out) {
        GDALClose(out); /* writes the rest */
        if (CPLGetLastErrorType() >= CE_Failure)
            s = fail_convert(to, e);
    } else {
        s = fail_convert(to, e);
    }
    GDALClose(in);
    return s;
}

enum status sink_convert(const char *gpkg, const char *to, enum output_format format, struct error *e)
{
    GDALAllRegister();
    CPLPushErrorHandler(
        CPLQuietErrorHandler); /* what GDAL says goes into the sentence, not to the terminal */
    CPLErrorReset();
    enum status s = convert(gpkg, to, format, e);
    CPLPopErrorHandler();
    return s;
}

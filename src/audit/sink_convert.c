/* A finished GeoPackage as a format that can only be written in one go. */
#include "audit/sink.h"
#include "features/gdal.h"

#include <stdio.h>

static enum status fail_convert(const char *to, struct error *e)
{
    error_zh(e, "不能写出“%.200s”：%s。", to, CPLGetLastErrorMsg());
    return error_fail(e, STATUS_IO, "audit-convert", "\"%.200s\" could not be written: %s.", to,
                      CPLGetLastErrorMsg());
}

/* GDAL does not write through the arguments. */
static enum status translate(GDALDatasetH in, const char *to, const char *const *arguments, struct error *e)
{
    GDALVectorTranslateOptions *options = GDALVectorTranslateOptionsNew((char **)arguments, NULL);
    GDALDatasetH out = options ? GDALVectorTranslate(to, NULL, 1, &in, options, NULL) : NULL;
    GDALVectorTranslateOptionsFree(options);
    if (!out)
        return fail_convert(to, e);
    GDALClose(out); /* writes the rest */
    return CPLGetLastErrorType() >= CE_Failure ? fail_convert(to, e) : STATUS_OK;
}

static int64_t count(GDALDatasetH in, const char *table, const char *condition)
{
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT fid FROM \"%s\" WHERE %s", table, condition);
    OGRLayerH rows = GDALDatasetExecuteSQL(in, sql, NULL, NULL);
    int64_t n = rows ? OGR_L_GetFeatureCount(rows, 1) : -1;
    if (rows)
        GDALDatasetReleaseResultSet(in, rows);
    return n;
}

/* GDAL's FlatGeobuf leaves rows without geometry out, without a word: they are written beside. With its
 * spatial index the rows would not stay in their order, either; but without it a file of no row has no byte,
 * which nothing opens. */
static enum status convert_fgb(GDALDatasetH in, const char *table, const char *to, const char *rest,
                               struct error *e)
{
    const char *const csv[] = {"-f", "CSV", "-lco", "WRITE_BOM=YES", "-where", "geom IS NULL", table, NULL};
    VSIUnlink(rest);
    int64_t bare = count(in, table, "geom IS NULL"), shaped = count(in, table, "geom IS NOT NULL");
    const char *index = shaped > 0 ? "SPATIAL_INDEX=NO" : "SPATIAL_INDEX=YES";
    const char *const fgb[] = {"-f",           "FlatGeobuf", "-lco", index, "-nlt",
                               "MULTIPOLYGON", "-nln",       table,  table, NULL};
    enum status s = bare < 0 || shaped < 0 ? fail_convert(to, e) : translate(in, to, fgb, e);
    if (!s && bare > 0)
        s = translate(in, rest, csv, e);
    if (s)
        return s;
    GDALDatasetH made = GDALOpenEx(to, GDAL_OF_VECTOR | GDAL_OF_READONLY,
                                   (const char *const[]){"FlatGeobuf", NULL}, NULL, NULL);
    bool whole = made && OGR_L_GetFeatureCount(GDALDatasetGetLayer(made, 0), 1) == shaped;
    GDALClose(made);
    return whole ? STATUS_OK : fail_convert(to, e);
}

static enum status convert(const struct sink_conversion *c, struct error *e)
{
    const char *const xlsx[] = {"-f", "XLSX", c->table, c->more, NULL};
    GDALDatasetH in = GDALOpenEx(c->gpkg, GDAL_OF_VECTOR | GDAL_OF_READONLY,
                                 (const char *const[]){"GPKG", NULL}, NULL, NULL);
    if (!in)
        return fail_convert(c->to, e);
    enum status s =
        c->format == AUDIT_FGB ? convert_fgb(in, c->table, c->to, c->rest, e) : translate(in, c->to, xlsx, e);
    GDALClose(in);
    return s;
}

enum status sink_convert(const struct sink_conversion *c, struct error *e)
{
    enum status s = gdal_load(e);
    if (s)
        return s;
    GDALAllRegister();
    CPLPushErrorHandler(
        CPLQuietErrorHandler); /* what GDAL says goes into the sentence, not to the terminal */
    CPLErrorReset();
    s = convert(c, e);
    CPLPopErrorHandler();
    return s;
}

#include "features/readers/recognise.h"

#include "base/limits.h"

#include "features/readers/csv.h"
#include "features/readers/table.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SEND_ZH                                                                                              \
    "请提供勘测定界坐标TXT、GeoJSON、WKT、CSV、坐标表，"                                    \
    "或Shapefile（打包为zip）、GeoPackage、KML/KMZ、DXF、FlatGeobuf"
#define SEND_EN                                                                                              \
    "send a survey TXT, GeoJSON, WKT, CSV, a table of coordinates, a zipped Shapefile, GeoPackage, "         \
    "KML/KMZ, DXF or "                                                                                       \
    "FlatGeobuf"

static const struct {
    const char *bytes;
    size_t n;
    const char *zh, *en;
} magics[] = {
    {"PK\5\6", 4, "空的ZIP压缩包", "an empty ZIP archive"},
    {"Rar!", 4, "RAR压缩包，请先解压", "a RAR archive"},
    {"7z\xBC\xAF", 4, "7z压缩包，请先解压", "a 7z archive"},
    {"\x1F\x8B", 2, "gzip压缩文件，请先解压", "a gzip file"},
    {"%PDF", 4, "PDF文件", "a PDF file"},
    {"\0\0\x27\x0A", 4, "单独的.shp文件，缺少.dbf、.prj等；请把它们打包成一个zip",
     "a .shp file alone, without its .dbf and .prj; send them all in one zip"},
    {"\xD0\xCF\x11\xE0", 4, "旧版Office文件（xls、doc）或个人地理数据库", "an old Office file (xls, doc)"},
    {"AC10", 4, "AutoCAD的DWG图，请先转换", "an AutoCAD DWG drawing"},
    {"\xFF\xD8\xFF", 3, "JPEG图片", "a JPEG picture"},
    {"\x89PNG", 4, "PNG图片", "a PNG picture"},
    {"II*\0", 4, "TIFF图片", "a TIFF picture"},
    {"MM\0*", 4, "TIFF图片", "a TIFF picture"},
};

static enum status fail_kind(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "这是%s，不能直接用于核查；" SEND_ZH "。", zh);
    return error_fail(e, STATUS_UNSUPPORTED, "format-unsupported",
                      "This is %s and cannot be checked as it is; " SEND_EN ".", en);
}

static enum status fail_unknown(struct error *e)
{
    error_zh(e, "认不出文件的格式；" SEND_ZH "。");
    return error_fail(e, STATUS_INVALID_INPUT, "format-unknown",
                      "The format is not recognised; " SEND_EN ".");
}

static bool has_bytes(const void *bytes, size_t n, const char *word)
{
    return memmem(bytes, n, word, strlen(word)) != NULL;
}

/* Names in a ZIP stand as they are in its directory, wherever that is. */
static enum status recognise_zip(const void *bytes, size_t n, enum parcel_format *foreign, struct error *e)
{
    if (has_bytes(bytes, n, "[Content_Types].xml"))
        return fail_kind("Excel或Word文件；请把坐标另存为CSV或文本",
                         "an Excel or Word file; save the coordinates as CSV or text", e);
    bool kml = has_bytes(bytes, n, ".kml") || has_bytes(bytes, n, ".KML");
    bool shp = has_bytes(bytes, n, ".shp") || has_bytes(bytes, n, ".SHP");
    *foreign = kml && !shp ? PARCEL_FORMAT_KMZ : PARCEL_FORMAT_SHAPEFILE;
    return STATUS_OK;
}

/* "  0\r\nSECTION", behind comments (group 999) perhaps, or the mark of a binary drawing. */
static bool is_dxf(const char *s, size_t n)
{
    static const char binary[] = "AutoCAD Binary DXF";
    if (n >= sizeof binary && memcmp(s, binary, sizeof binary - 1) == 0)
        return true;
    size_t i = 0;
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
        i++;
    if (n - i > 4 && memcmp(s + i, "999", 3) == 0)
        return has_bytes(s, n < 4096 ? n : 4096, "SECTION");
    if (i + 1 >= n || s[i++] != '0')
        return false;
    while (i < n && (s[i] == ' ' || s[i] == '\r' || s[i] == '\n'))
        i++;
    return n - i >= 7 && memcmp(s + i, "SECTION", 7) == 0;
}

static bool is_kml(const char *s, size_t n)
{
    size_t i = n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
        i++;
    return i < n && s[i] == '<' &&
           (has_bytes(s, n < 8192 ? n : 8192, "<kml") || has_bytes(s, n < 8192 ? n : 8192, ":kml"));
}

enum status recognise_fail_foreign(enum parcel_format f, struct error *e)
{
    error_zh(e, "这里没有读取%s文件的程序；请提供勘测定界坐标TXT、GeoJSON、WKT或CSV。",
             parcel_format_name(f));
    return error_fail(e, STATUS_UNSUPPORTED, "format-unsupported",
                      "There is no reader for %s here; send a survey TXT, GeoJSON, WKT or CSV.",
                      parcel_format_name(f));
}

enum status recognise_binary(const void *bytes, size_t n, enum parcel_format *foreign, struct error *e)
{
    if (n == 0) {
        error_zh(e, "文件是空的（0字节）；" SEND_ZH "。");
        return error_fail(e, STATUS_INVALID_INPUT, "file-empty", "The file is empty (0 bytes); " SEND_EN ".");
    }
    if (n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return recognise_zip(bytes, n, foreign, e);
    if (n >= 16 && memcmp(bytes, "SQLite format 3", 16) == 0)
        *foreign = PARCEL_FORMAT_GEOPACKAGE;
    else if (n >= 8 && memcmp(bytes, "fgb\3fgb", 7) == 0)
        *foreign = PARCEL_FORMAT_FLATGEOBUF;
    else if (is_dxf(bytes, n))
        *foreign = PARCEL_FORMAT_DXF;
    else if (is_kml(bytes, n))
        *foreign = PARCEL_FORMAT_KML;
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (n >= magics[i].n && memcmp(bytes, magics[i].bytes, magics[i].n) == 0)
            return fail_kind(magics[i].zh, magics[i].en, e);
    return STATUS_OK;
}

static bool starts_with_word(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncasecmp(s, word, n) == 0 && !isalpha((unsigned char)s[n]);
}

/* "[" opens a JSON array as well as the section [属性描述]. */
static bool opens_json_array(const char *s)
{
    s += strspn(s + 1, " \t\r\n") + 1;
    return *s == '[' || *s == '{' || *s == '"' || *s == ']' || *s == '-' || isdigit((unsigned char)*s);
}

/* A plot row of a file without any section ends in "@". */
static bool has_plot_row(const char *text)
{
    for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
        const char *after = at + 1 + strspn(at + 1, " \t,");
        if (*after == '\r' || *after == '\n' || *after == '\0')
            return true;
    }
    return false;
}

static enum status recognise_plain(const char *s, enum parcel_format *out, struct error *e)
{
    static const char *const wkt[] = {"POLYGON",        "MULTIPOLYGON",  "GEOMETRYCOLLECTION", "SRID",
                                      "POINT",          "LINESTRING",    "CURVEPOLYGON",       "MULTISURFACE",
                                      "CIRCULARSTRING", "COMPOUNDCURVE", "MULTICURVE"};
    for (size_t i = 0; i < sizeof wkt / sizeof wkt[0]; i++)
        if (starts_with_word(s, wkt[i]))
            return *out = PARCEL_FORMAT_WKT, STATUS_OK;
    if (strstr(s, "矿区范围拐点坐标") || strstr(s, "XY001")) {
        error_zh(e, "这是矿区范围拐点坐标格式，暂不支持；" SEND_ZH "。");
        return error_fail(e, STATUS_UNSUPPORTED, "format-mining",
                          "This is the mining-right coordinate format, which is "
                          "not supported; " SEND_EN ".");
    }
    if (strstr(s, "地块坐标") || strstr(s, "属性描述") || has_plot_row(s))
        *out = PARCEL_FORMAT_TXT;
    else if (csv_recognised(s))
        *out = PARCEL_FORMAT_CSV;
    else if (table_recognised(s))
        *out = PARCEL_FORMAT_TABLE;
    else
        return fail_unknown(e);
    return STATUS_OK;
}

enum status recognise_text(const char *text, size_t n, enum parcel_format *out, struct error *e)
{
    const char *s = text + strspn(text, " \t\r\n");
    if (*s == '\0' && s == text + n) {
        error_zh(e, "文件里只有空白；" SEND_ZH "。");
        return error_fail(e, STATUS_INVALID_INPUT, "file-empty",
                          "The file has nothing but blanks; " SEND_EN ".");
    }
    if (strlen(text) != n) {
        error_zh(e, "第%zu字节为0，这是二进制文件而不是文本；" SEND_ZH "。", strlen(text) + 1);
        return error_fail(e, STATUS_UNSUPPORTED, "format-binary",
                          "Byte %zu is zero: a binary file, not text; " SEND_EN ".", strlen(text) + 1);
    }
    if (*s == '<')
        return fail_kind("XML或HTML文件", "an XML or HTML file", e);
    if (*s == '{') {
        *out = PARCEL_FORMAT_GEOJSON;
        return STATUS_OK;
    }
    if (*s == '[' && opens_json_array(s))
        return fail_kind("一个JSON数组，而不是GeoJSON对象", "a JSON array, not a GeoJSON object", e);
    return recognise_plain(s, out, e);
}

enum status recognise_size(size_t n, struct error *e)
{
    if (n <= LIMIT_BODY_BYTES)
        return STATUS_OK;
    error_zh(e, "文件有%zu字节，超过上限%zu字节；请分成几个文件，或使用批量审查。", n, LIMIT_BODY_BYTES);
    return error_fail(e, STATUS_TOO_LARGE, "file-too-large",
                      "The file has %zu bytes, over the limit of %zu; split it, or use the batch audit.", n,
                      LIMIT_BODY_BYTES);
}

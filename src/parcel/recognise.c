#include "parcel/recognise.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SEND_ZH "请提供GeoJSON，或勘测定界坐标TXT（含[属性描述]、[地块坐标]）"
#define SEND_EN "send GeoJSON, or a survey TXT (with [属性描述] and [地块坐标])"

static const struct {
    const char *bytes;
    size_t n;
    const char *zh, *en;
} magics[] = {
    {"PK\3\4", 4, "ZIP压缩包（也可能是Excel、Word或KMZ文件），请先解压",
     "a ZIP archive (or an Excel, Word or KMZ file)"},
    {"PK\5\6", 4, "空的ZIP压缩包", "an empty ZIP archive"},
    {"Rar!", 4, "RAR压缩包，请先解压", "a RAR archive"},
    {"7z\xBC\xAF", 4, "7z压缩包，请先解压", "a 7z archive"},
    {"\x1F\x8B", 2, "gzip压缩文件，请先解压", "a gzip file"},
    {"%PDF", 4, "PDF文件", "a PDF file"},
    {"\0\0\x27\x0A", 4, "Shapefile，请先用GIS软件转换", "a shapefile; convert it with a GIS"},
    {"SQLite format 3", 15, "SQLite或GeoPackage数据库，请先导出所需图层",
     "a SQLite or GeoPackage database; export the layer"},
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

enum status recognise_binary(const void *bytes, size_t n, struct error *e)
{
    if (n == 0) {
        error_zh(e, "文件是空的（0字节）；" SEND_ZH "。");
        return error_fail(e, STATUS_INVALID_INPUT, "file-empty", "The file is empty (0 bytes); " SEND_EN ".");
    }
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
    static const char *const wkt[] = {"POLYGON", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
                                      "SRID",    "POINT",        "LINESTRING"};
    for (size_t i = 0; i < sizeof wkt / sizeof wkt[0]; i++)
        if (starts_with_word(s, wkt[i]))
            return fail_kind("WKT文本", "WKT text", e);
    if (strstr(s, "矿区范围拐点坐标") || strstr(s, "XY001")) {
        error_zh(e, "这是矿业权拐点坐标格式，暂不支持；" SEND_ZH "。");
        return error_fail(e, STATUS_UNSUPPORTED, "format-mining",
                          "This is the mining-right coordinate format, which is "
                          "not supported; " SEND_EN ".");
    }
    if (!strstr(s, "地块坐标") && !strstr(s, "属性描述") && !has_plot_row(s))
        return fail_unknown(e);
    *out = PARCEL_FORMAT_TXT;
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
        return fail_kind(strstr(s, "<kml") ? "KML文件" : "XML或HTML文件",
                         strstr(s, "<kml") ? "a KML file" : "an XML or HTML file", e);
    if (*s == '{') {
        *out = PARCEL_FORMAT_GEOJSON;
        return STATUS_OK;
    }
    if (*s == '[' && opens_json_array(s))
        return fail_kind("一个JSON数组，而不是GeoJSON对象", "a JSON array, not a GeoJSON object", e);
    return recognise_plain(s, out, e);
}

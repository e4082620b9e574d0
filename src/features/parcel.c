/* One whole text -> parcels: its encoding, what it is, and the reader of its format. */
#include "features/parcel.h"

#include "base/limits.h"
#include "features/parsing.h"
#include "features/readers/recognise.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The one table of formats. */
static const struct {
    const char *name;
    const char *driver; /* as GDAL says, where it knows the format */
    enum status (*read)(struct parsing *p, char *text, size_t n); /* of a text; NULL: the child reads it */
} formats[] = {
    [PARCEL_FORMAT_UNKNOWN] = {"unknown", "unknown", NULL},
    [PARCEL_FORMAT_GEOJSON] = {"geojson", "GeoJSON", parcel_geojson_read},
    [PARCEL_FORMAT_TXT] = {"txt", "TXT", parcel_txt_read},
    [PARCEL_FORMAT_WKT] = {"wkt", "WKT", parcel_wkt_read},
    [PARCEL_FORMAT_TABLE] = {"table", "table", parcel_table_read},
    [PARCEL_FORMAT_CSV] = {"csv", "CSV", parcel_csv_read},
    [PARCEL_FORMAT_SHAPEFILE] = {"shapefile", "ESRI Shapefile", NULL},
    [PARCEL_FORMAT_GEOPACKAGE] = {"geopackage", "GPKG", NULL},
    [PARCEL_FORMAT_KML] = {"kml", "KML", NULL},
    [PARCEL_FORMAT_KMZ] = {"kmz", "KML", NULL},
    [PARCEL_FORMAT_DXF] = {"dxf", "DXF", NULL},
    [PARCEL_FORMAT_FLATGEOBUF] = {"flatgeobuf", "FlatGeobuf", NULL},
    [PARCEL_FORMAT_FILEGDB] = {"filegdb", "OpenFileGDB", NULL},
    [PARCEL_FORMAT_MAPINFO] = {"mapinfo", "MapInfo File", NULL},
    [PARCEL_FORMAT_SPATIALITE] = {"spatialite", "SQLite", NULL},
};
_Static_assert(sizeof formats / sizeof *formats == PARCEL_FORMATS, "a format without its row");

const char *parcel_format_name(enum parcel_format f)
{
    return formats[(size_t)f < PARCEL_FORMATS ? f : PARCEL_FORMAT_UNKNOWN].name;
}

const char *parcel_format_driver(enum parcel_format f)
{
    return formats[(size_t)f < PARCEL_FORMATS ? f : PARCEL_FORMAT_UNKNOWN].driver;
}

enum parcel_format parcel_format_of_driver(const char *driver)
{
    if (strcmp(driver, "GeoJSONSeq") == 0)
        return PARCEL_FORMAT_GEOJSON;
    for (int f = 0; f < PARCEL_FORMATS; f++)
        if (strcmp(driver, formats[f].driver) == 0)
            return (enum parcel_format)f;
    return PARCEL_FORMAT_UNKNOWN;
}

/* GBK is what surveyors' tools write, so only an encoding that was inferred for JSON or found without a mark
 * in UTF-16 deserves a word. */
static void warn_encoding(struct parsing *p, enum text_encoding encoding)
{
    bool usual = encoding == TEXT_UTF8 || encoding == TEXT_UTF8_BOM ||
                 (encoding == TEXT_GB18030 && p->set.format != PARCEL_FORMAT_GEOJSON);
    if (usual)
        return;
    const char *name = text_encoding_name(encoding);
    parsing_warn(
        p, "text-encoding", parsing_printf(p, "文件不是UTF-8，按%s读取；请核对名称中的汉字是否正确。", name),
        parsing_printf(p, "The file is not UTF-8 and was read as %s; check that the names are right.", name));
}

static enum status format_of(struct parsing *p, const char *text, size_t n)
{
    bool whole = strlen(text) == n; /* a zero byte is refused in recognise.c */
    if (p->context->format == PARCEL_FORMAT_UNKNOWN || !whole)
        return recognise_text(text, n, &p->set.format, p->error);
    p->set.format = p->context->format;
    return STATUS_OK;
}

static enum status read_text(struct parsing *p, const void *bytes, size_t n)
{
    char *text;
    size_t n_text;
    enum text_encoding encoding;
    enum status s = text_decode(bytes, n, p->context->arena, &text, &n_text, &encoding, p->error);
    if (s == STATUS_OK)
        s = format_of(p, text, n_text);
    if (s != STATUS_OK)
        return s;
    warn_encoding(p, encoding);
    s = formats[p->set.format].read(p, text, n_text);
    return s == STATUS_OK ? parsing_end(p) : s;
}

const struct child_reader child_reader_self = {.program = NULL};

enum status parcel_parse(const struct parcel_context *c, const void *bytes, size_t n, struct parcel_set *out,
                         struct error *e)
{
    struct error error;
    struct parsing p;
    enum parcel_format foreign = PARCEL_FORMAT_UNKNOWN;
    enum status s = parsing_begin(&p, c, &error);
    if (s == STATUS_OK)
        s = recognise_size(n, &error);
    if (s == STATUS_OK && c->format == PARCEL_FORMAT_UNKNOWN)
        s = recognise_binary(bytes, n, &foreign, &error);
    if (s == STATUS_OK)
        s = foreign != PARCEL_FORMAT_UNKNOWN ? recognise_fail_foreign(foreign, &error)
                                             : read_text(&p, bytes, n);
    parsing_release(&p);
    if (s != STATUS_OK) {
        if (e)
            *e = error;
        return s;
    }
    sha256_of_bytes(bytes, n, p.set.sha256);
    *out = p.set;
    return STATUS_OK;
}

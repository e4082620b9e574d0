/* One whole text -> parcels: its encoding, what it is, and the reader of its format. */
#include "features/parcel.h"

#include "base/limits.h"
#include "features/parsing.h"
#include "features/readers/recognise.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *parcel_format_name(enum parcel_format f)
{
    static const char *const names[] = {
        [PARCEL_FORMAT_UNKNOWN] = "unknown",
        [PARCEL_FORMAT_GEOJSON] = "geojson",
        [PARCEL_FORMAT_TXT] = "txt",
        [PARCEL_FORMAT_WKT] = "wkt",
        [PARCEL_FORMAT_TABLE] = "table",
        [PARCEL_FORMAT_CSV] = "csv",
        [PARCEL_FORMAT_SHAPEFILE] = "shapefile",
        [PARCEL_FORMAT_GEOPACKAGE] = "geopackage",
        [PARCEL_FORMAT_KML] = "kml",
        [PARCEL_FORMAT_KMZ] = "kmz",
        [PARCEL_FORMAT_DXF] = "dxf",
        [PARCEL_FORMAT_FLATGEOBUF] = "flatgeobuf",
        [PARCEL_FORMAT_FILEGDB] = "filegdb",
        [PARCEL_FORMAT_MAPINFO] = "mapinfo",
        [PARCEL_FORMAT_SPATIALITE] = "spatialite",
    };
    return (size_t)f < sizeof names / sizeof *names ? names[f] : "unknown";
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

static enum status read_format(struct parsing *p, char *text, size_t n)
{
    switch (p->set.format) {
    case PARCEL_FORMAT_GEOJSON:
        return parcel_geojson_read(p, text, n);
    case PARCEL_FORMAT_WKT:
        return parcel_wkt_read(p, text, n);
    case PARCEL_FORMAT_TABLE:
        return parcel_table_read(p, text, n);
    case PARCEL_FORMAT_CSV:
        return parcel_csv_read(p, text, n);
    default:
        return parcel_txt_read(p, text, n);
    }
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
    s = read_format(p, text, n_text);
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

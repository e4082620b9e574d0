/* The one judge of words: what a heading, a remark, an attribute, a layer's title or a tag says of the
 * coordinate system.
 *
 * A datum counts where a datum is stated. 2000 in "1954北京坐标系(2000年测)" is a year and in "西安80
 * 1:2000地形图转绘" a scale; 高德地图 in a project's name is a customer. What was converted is what it was
 * converted to ("由西安80转换为 CGCS2000"), and only when it says so: 转绘, 未转换, 需转换 are no
 * conversions. What cannot be taken (an older datum, a local system, web-map coordinates,
 * degrees.minutes-seconds) is refused at once, with the reason and the remedy; so is what contradicts
 * something said before. The callers put the place ("第3行：") before the sentence.
 *
 * Not for: WKT and codes that a file states by its format (stated.h); deciding (decide.h). Texts are UTF-8,
 * of any width. Threads: pure. */
#ifndef HX_GEO_CRS_WORDS_H
#define HX_GEO_CRS_WORDS_H

#include "base/status.h"

enum crs_datum {
    CRS_DATUM_UNSAID = 0,
    CRS_DATUM_CGCS2000,
    CRS_DATUM_WGS84,
    /* never left in a struct crs_said: refused */
    CRS_DATUM_XIAN80,
    CRS_DATUM_BEIJING54,
    CRS_DATUM_LOCAL,
    CRS_DATUM_WEB_MAP, /* GCJ-02, BD-09 */
};

/* What has been said so far; zeroed is nothing. */
struct crs_said {
    enum crs_datum datum;
    int epsg;                      /* 0: none */
    int zone;                      /* 13-23 or 25-45; 0: none */
    int width_deg;                 /* 3 or 6; 0: not said */
    double meridian_deg;           /* central meridian of a standard zone; 0: none */
    enum crs_datum converted_from; /* an older datum or a web map, and no text says to what: see decide.h */
    bool decimal_degrees;          /* "十进制度", "经度(°)": 107.3235 is not 107°32′35″ */
};

/* Where a text stands decides what counts in it. */
enum crs_text {
    CRS_TEXT_REMARK, /* a line of its own: a heading, a comment; may be a project's name */
    CRS_TEXT_COLUMN, /* a column's heading: 经度(百度), X(西安80) */
    CRS_TEXT_DATUM, /* the value of what states a datum: 坐标系=…, <OvCoordType>…, the name within a .prj */
};

/* Adds to *said what `text` says; *any (nullable) tells whether it said anything. */
enum status crs_words(const char *text, enum crs_text kind, struct crs_said *said, bool *any,
                      struct error *e) HX_MUST_CHECK;

/* What the key of a pair (a 国土TXT line, a CSV column, a GeoJSON property, KML ExtendedData, a .dbf
 * field) is about. */
enum crs_key {
    CRS_KEY_OTHER = 0, /* its value is a remark */
    CRS_KEY_NAME, /* names a project, a plot, an office: says nothing of coordinates, whatever stands there */
    CRS_KEY_DATUM,    /* 坐标系, 坐标系统, 大地基准, datum, crs, srs, OvCoordType */
    CRS_KEY_EPSG,     /* epsg, srid */
    CRS_KEY_ZONE,     /* 带号, 投影带 */
    CRS_KEY_WIDTH,    /* 几度分带 */
    CRS_KEY_MERIDIAN, /* 中央经线, 中央子午线 */
};
enum crs_key crs_key_of(const char *key);
/* The value of such a key; "" says nothing. Keys of a feature's attributes: call it for all but CRS_KEY_OTHER
 * and CRS_KEY_NAME. */
enum status crs_words_of_key(enum crs_key key, const char *value, struct crs_said *said,
                             struct error *e) HX_MUST_CHECK;

/* An attribute of a feature whose geometry states its CRS elsewhere: STATUS_UNSUPPORTED when the key states a
 * datum and the value one that is never taken; whatever else it says (the zone that the data had before)
 * is not about the geometry. */
enum status crs_words_of_attribute(const char *key, const char *value, struct error *e) HX_MUST_CHECK;

/* 36 -> 108; 18 -> 105. */
double crs_zone_meridian(int zone);

#endif

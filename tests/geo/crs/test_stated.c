/* What files state by their format. Definitions are spelled as programs write them, without codes. */
#include "geo/crs/stated.h"
#include "geo/geo_test.h"

#include <string.h>

#define GK(name, datum, spheroid, east, meridian)                                                            \
    "PROJCS[\"" name "\",GEOGCS[\"" name "\",DATUM[\"" datum "\",SPHEROID[" spheroid                         \
    "]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Gauss_Kruger\"],"        \
    "PARAMETER["                                                                                             \
    "\"False_Easting\"," east "],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\"," meridian \
    "],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"
#define CGCS_GEOGCS                                                                                          \
    "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\",SPHEROID[\"CGCS2000\","     \
    "6378137.0,"                                                                                             \
    "298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"

static void each_is_one_code_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int epsg;
        const char *refused;
    } list[] = {
        {NULL, 0, NULL},
        {"", 0, NULL},
        {"unknown", 0, NULL},
        {"EPSG:4525", 4525, NULL},
        {"urn:ogc:def:crs:EPSG::4490", 4490, NULL},
        {"urn:ogc:def:crs:OGC:1.3:CRS84", 4326, NULL},
        {"http://www.opengis.net/def/crs/EPSG/0/4546", 4546, NULL},
        {"EPSG:4490+5737", 4490, NULL},
        {"CGCS2000_3_Degree_GK_Zone_37", 4525, NULL},
        {"/etc/passwd", 0, NULL},
        {"+proj=pipeline +step +proj=merc", 0, NULL},
        {CGCS_GEOGCS, 4490, NULL},
        {"PROJCS[\"CGCS2000_3_Degree_GK_Zone_36\"," CGCS_GEOGCS
         ",PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",36500000.0],PARAMETER[\"False_Northing\","
         "0.0],"
         "PARAMETER[\"Central_Meridian\",108.0],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_"
         "Origin\",0.0],"
         "UNIT[\"Meter\",1.0]]",
         4524, NULL},
        {"COMPD_CS[\"both\"," CGCS_GEOGCS ",VERT_CS[\"1985\",VERT_DATUM[\"1985\",2005],UNIT[\"metre\",1]]]",
         4490, NULL},
        {GK("unnamed", "unknown", "\"Krasovsky_1940\",6378245.0,298.3", "36500000.0", "108.0"), 2412, NULL},
        {GK("unnamed", "unknown", "\"IAG 75\",6378140.0,298.257", "36500000.0", "108.0"), 2360, NULL},
        {GK("unnamed", "unknown", "\"x\",6378245.0,298.3", "500000.0", "112.5"), 0, "crs-datum-refused"},
        {GK("GCJ-02", "D_WGS_1984", "\"WGS_1984\",6378137.0,298.257223563", "500000.0", "108.0"), 0,
         "web-map-refused"},
        {GK("unnamed", "D_unknown", "\"unknown\",6378137.0,298.3", "37500000.0", "111.0"), 0, NULL},
        {"LOCAL_CS[\"某市独立坐标系\",UNIT[\"metre\",1]]", 0, "local-system-refused"},
        {"PROJCS[\"WGS_1984_Web_Mercator_Auxiliary_Sphere\",GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\","
         "SPHEROID["
         "\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0."
         "0174532925199433]],"
         "PROJECTION[\"Mercator_Auxiliary_Sphere\"],PARAMETER[\"False_Easting\",0.0],PARAMETER[\"False_"
         "Northing\",0.0],"
         "PARAMETER[\"Central_Meridian\",0.0],PARAMETER[\"Standard_Parallel_1\",0.0],PARAMETER["
         "\"Auxiliary_Sphere_Type\",0.0],UNIT[\"Meter\",1.0]]",
         3857, NULL},
    };
    struct geo_transformer *t;
    struct error e;
    test_assert_ok(geo_transformer_new(&t, &e), &e);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct crs_stated stated = {.epsg = -1};
        enum status s = crs_of_stated(t, list[i].text, &stated, &e);
        if (list[i].refused)
            test_assert_refused(s, STATUS_UNSUPPORTED, list[i].refused, &e);
        else if (s != STATUS_OK || stated.epsg != list[i].epsg)
            fail_msg("%s: %d, want %d", list[i].text, s ? -1 : stated.epsg, list[i].epsg);
    }
    geo_transformer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_one_code_or_none),
    };
    return cmocka_run_group_tests_name("crs stated", tests, NULL, NULL);
}
